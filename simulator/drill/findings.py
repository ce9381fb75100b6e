"""What a drill's report says in plain words. Every figure is of a run that was made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from simulator.drill.outcome import EVIDENCE_MIN
from simulator.drill.runs import Ran
from simulator.drill.wording import Words, customers, length, minutes_of, percent
from stream.contract.drills import Deed, Outcome

# Smaller differences than these are not worth a sentence [D].
WORTH_MINUTES: Final = 5
GAP_FROM: Final = 0.10
STRAIN_FROM: Final = 0.02


class Times(NamedTuple):
    """Seconds from the onset to what followed, None where it never did; and the instants at which
    the trainee first said that they saw trouble, and first responded, before there was any."""

    noticed_s: float | None
    acknowledged_s: float | None
    acted_s: float | None
    recovered_s: float | None
    seen_before: int | None = None
    acted_before: int | None = None


class Without(NamedTuple):
    """A response of the trainee's, and how the drill goes without it."""

    deed: Deed
    ran: Ran


class Story(NamedTuple):
    """All that is told of a drill. `sooner` is the trainee's course begun a minute after the onset,
    and `first` what the best course does first, done alone."""

    words: Words
    onset: int
    times: Times
    yours: Ran
    nothing: Ran
    best: Ran
    without: Sequence[Without] = ()
    sooner: tuple[int, Ran] | None = None
    first: tuple[Deed, Ran] | None = None


def findings(story: Story) -> list[str]:
    """The findings, the most general first."""
    parts = (_course, _lost, _each_response, _chances, _people)
    return [sentence for part in parts for sentence in part(story)]


def _course(story: Story) -> Iterator[str]:
    words, times, yours = story.words, story.times, story.yours
    began = f"The trouble began at {words.time(story.onset)}"
    if yours.hit:
        queue, minute = next(iter(yours.hit.items()))
        begins = yours.minutes[minute].at
        yield f"{began}, and by {words.time(begins)} {words.queue(queue)} could not keep up."
    else:
        yield f"{began}, and no queue was overrun."
    yield from _answered(words, times)
    if times.recovered_s is None:
        yield "By the end the floor had not recovered."
    elif times.recovered_s:
        yield f"The floor had recovered after {length(times.recovered_s)}."


def _answered(words: Words, times: Times) -> Iterator[str]:
    """What was seen and done before the onset is no answer to it, and yet it was seen and done."""
    if times.noticed_s is not None:
        yield f"You noticed it after {length(times.noticed_s)}."
    elif times.seen_before is not None:
        at = words.time(times.seen_before)
        yield f"You said at {at} that you saw trouble, before it began, and not again."
    else:
        yield "Nobody said that they had seen it."
    if times.acted_s is not None:
        yield f"The first response came after {length(times.acted_s)}."
    elif times.acted_before is not None:
        at = words.time(times.acted_before)
        yield f"What was done came before it, from {at} on; once it had begun nothing was."
    else:
        yield "Nothing was done about it."


def _lost(story: Story) -> Iterator[str]:
    yours, nothing, best = (ran.outcome for ran in (story.yours, story.nothing, story.best))
    yield (
        f"{customers(yours.abandoned)} hung up; with nothing done {nothing.abandoned} would have, "
        f"and {best.abandoned} in the best course found."
    )
    yield (
        f"It cost {minutes_of(yours.cost_told)} of customers' time; doing nothing costs "
        f"{minutes_of(nothing.cost_told)}, the best course found {minutes_of(best.cost_told)}."
    )


def _each_response(story: Story) -> Iterator[str]:
    yours = story.yours.outcome
    for deed, ran in story.without:
        done = f"{story.words.act(deed.act)} at {story.words.time(deed.at)}"
        saved = _less(ran.outcome, yours)
        if saved > WORTH_MINUTES:
            yield f"{done}: that saved {_saved(ran.outcome, yours)}."
        elif saved < -WORTH_MINUTES:
            yield f"{done}: without that it would have cost {minutes_of(-saved)} less."
        else:
            yield f"{done}: that changed little."


def _less(before: Outcome, after: Outcome) -> int:
    """How many minutes less a course cost than another: the difference of what is told of them, so
    that whoever subtracts the one from the other finds the same."""
    return before.cost_told - after.cost_told


def _saved(before: Outcome, after: Outcome, *, keeps: str = "kept") -> str:
    """What a course saves against another: minutes, and people who would have hung up."""
    text = f"{minutes_of(_less(before, after))} of customers' time"
    stayed = before.abandoned - after.abandoned
    return f"{text} and {keeps} {customers(stayed)} from hanging up" if stayed > 0 else text


def _chances(story: Story) -> Iterator[str]:
    yours = story.yours.outcome
    if story.sooner is not None:
        at, ran = story.sooner
        if _less(yours, ran.outcome) > WORTH_MINUTES:
            saved = _saved(yours, ran.outcome)
            yield f"The same responses, begun at {story.words.time(at)}, would have saved {saved}."
    if story.first is not None:
        deed, ran = story.first
        if _less(story.nothing.outcome, ran.outcome) > WORTH_MINUTES:
            saved = _saved(story.nothing.outcome, ran.outcome, keeps="keeps")
            what = f"{story.words.act(deed.act)} at {story.words.time(deed.at)}"
            yield f"What helps most at first: {what}. Alone it saves {saved}."


def _people(story: Story) -> Iterator[str]:
    yours, nothing = story.yours.outcome, story.nothing.outcome
    if yours.promises_broken:
        due = yours.promises_kept + yours.promises_broken
        yield f"Of {due} calls back that fell due, {yours.promises_broken} came too late or never."
    yield from _unequal(yours)
    if yours.strained is not None and yours.strained > (nothing.strained or 0.0) + STRAIN_FROM:
        yield (
            f"{percent(yours.strained)} of people's time was worked more than two hours after "
            f"their last break, against {percent(nothing.strained or 0.0)} with nothing done."
        )


def _unequal(outcome: Outcome) -> Iterator[str]:
    if outcome.equity_gap is None or outcome.equity_gap < GAP_FROM:
        return
    for dimension in ("language", "segment"):
        levels = [
            (group.service_level, group.name)
            for group in outcome.groups
            if group.dimension == dimension
            and group.service_level is not None
            and group.offered >= EVIDENCE_MIN
        ]
        if len(levels) < 2:
            continue
        (worst, who), (best, other) = min(levels), max(levels)
        if best - worst >= GAP_FROM:
            yield (
                f"By {dimension}, {who} fared worst: {percent(worst)} were answered in target, "
                f"against {percent(best)} of {other}."
            )
