"""What a drill's report says in plain words, in English and to be written in other languages. Every
figure is of a run that was made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from simulator.drill.outcome import EVIDENCE_MIN
from simulator.drill.runs import Ran
from simulator.drill.wording import Words, count, customers, length, minutes_of, percent
from stream.contract.drills import Deed, Outcome
from stream.contract.said import Told, marked, put, say

# Smaller differences than these are not worth a sentence [D].
WORTH_MINUTES: Final = 5
GAP_FROM: Final = 0.10
STRAIN_FROM: Final = 0.02

_WORST_OF: Final = {
    "language": marked(
        "By language, {who} fared worst: {worst} were answered in target, "
        "against {best} of {other}."
    ),
    "segment": marked(
        "By segment, {who} fared worst: {worst} were answered in target, against {best} of {other}."
    ),
}


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


def findings(story: Story) -> list[Told]:
    """The findings, the most general first."""
    parts = (_course, _answered, _recovered, _lost, _each_response, _chances, _people)
    return [sentence for part in parts for sentence in part(story)]


def _course(story: Story) -> Iterator[Told]:
    words, yours = story.words, story.yours
    time = words.time(story.onset)
    if yours.hit:
        queue, minute = next(iter(yours.hit.items()))
        yield say(
            "The trouble began at {time}, and by {later} {queue} could not keep up.",
            time=time,
            later=words.time(yours.minutes[minute].at),
            queue=words.queue(queue),
        )
    else:
        yield say("The trouble began at {time}, and no queue was overrun.", time=time)


def _answered(story: Story) -> Iterator[Told]:
    """What was seen and done before the onset is no answer to it, and yet it was seen and done."""
    words, times = story.words, story.times
    if times.noticed_s is not None:
        yield say("You noticed it after {length}.", length=length(times.noticed_s))
    elif times.seen_before is not None:
        yield say(
            "You said at {time} that you saw trouble, before it began, and not again.",
            time=words.time(times.seen_before),
        )
    else:
        yield say("Nobody said that they had seen it.")
    if times.acted_s is not None:
        yield say("The first response came after {length}.", length=length(times.acted_s))
    elif times.acted_before is not None:
        yield say(
            "What was done came before it, from {time} on; once it had begun nothing was.",
            time=words.time(times.acted_before),
        )
    else:
        yield say("Nothing was done about it.")


def _recovered(story: Story) -> Iterator[Told]:
    recovered_s = story.times.recovered_s
    if recovered_s is None:
        yield say("By the end the floor had not recovered.")
    elif recovered_s:
        yield say("The floor had recovered after {length}.", length=length(recovered_s))


def _lost(story: Story) -> Iterator[Told]:
    yours, nothing, best = (ran.outcome for ran in (story.yours, story.nothing, story.best))
    yield say(
        "{customers} hung up; with nothing done {nothing} would have, "
        "and {best} in the best course found.",
        customers=customers(yours.abandoned),
        nothing=count(nothing.abandoned),
        best=count(best.abandoned),
    )
    yield say(
        "It cost {yours} of customers' time; doing nothing costs {nothing}, "
        "the best course found {best}.",
        yours=minutes_of(yours.cost_told),
        nothing=minutes_of(nothing.cost_told),
        best=minutes_of(best.cost_told),
    )


def _each_response(story: Story) -> Iterator[Told]:
    yours = story.yours.outcome
    for deed, ran in story.without:
        act, time = story.words.act(deed.act), story.words.time(deed.at)
        less = _less(ran.outcome, yours)
        if less > WORTH_MINUTES:
            saved = _saved(ran.outcome, yours)
            yield say("{act} at {time}: that saved {saved}.", act=act, time=time, saved=saved)
        elif less < -WORTH_MINUTES:
            yield say(
                "{act} at {time}: without that it would have cost {minutes} less.",
                act=act,
                time=time,
                minutes=minutes_of(-less),
            )
        else:
            yield say("{act} at {time}: that changed little.", act=act, time=time)


def _less(before: Outcome, after: Outcome) -> int:
    """How many minutes less a course cost than another: the difference of what is told of them, so
    that whoever subtracts the one from the other finds the same."""
    return before.cost_told - after.cost_told


def _saved(before: Outcome, after: Outcome, *, keeps: bool = False) -> Told:
    """What a course saves against another: minutes, and people who would have hung up; `keeps` where
    it is no course that was taken."""
    minutes = minutes_of(_less(before, after))
    stayed = before.abandoned - after.abandoned
    if stayed <= 0:
        return say("{minutes} of customers' time", minutes=minutes)
    with_people = (
        marked("{minutes} of customers' time and keeps {customers} from hanging up")
        if keeps
        else marked("{minutes} of customers' time and kept {customers} from hanging up")
    )
    return put(with_people, minutes=minutes, customers=customers(stayed))


def _chances(story: Story) -> Iterator[Told]:
    yours = story.yours.outcome
    if story.sooner is not None:
        at, ran = story.sooner
        if _less(yours, ran.outcome) > WORTH_MINUTES:
            yield say(
                "The same responses, begun at {time}, would have saved {saved}.",
                time=story.words.time(at),
                saved=_saved(yours, ran.outcome),
            )
    if story.first is not None:
        deed, ran = story.first
        if _less(story.nothing.outcome, ran.outcome) > WORTH_MINUTES:
            yield say(
                "What helps most at first: {act} at {time}. Alone it saves {saved}.",
                act=story.words.act(deed.act),
                time=story.words.time(deed.at),
                saved=_saved(story.nothing.outcome, ran.outcome, keeps=True),
            )


def _people(story: Story) -> Iterator[Told]:
    yours, nothing = story.yours.outcome, story.nothing.outcome
    if yours.promises_broken:
        yield say(
            "Of {due} calls back that fell due, {broken} came too late or never.",
            due=count(yours.promises_kept + yours.promises_broken),
            broken=count(yours.promises_broken),
        )
    yield from _unequal(yours)
    if yours.strained is not None and yours.strained > (nothing.strained or 0.0) + STRAIN_FROM:
        yield say(
            "{share} of people's time was worked more than two hours after their last break, "
            "against {nothing} with nothing done.",
            share=percent(yours.strained),
            nothing=percent(nothing.strained or 0.0),
        )


def _unequal(outcome: Outcome) -> Iterator[Told]:
    if outcome.equity_gap is None or outcome.equity_gap < GAP_FROM:
        return
    for dimension, text in _WORST_OF.items():
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
            yield put(
                text,
                who=(who, who),
                worst=percent(worst),
                best=percent(best),
                other=(other, other),
            )
