"""Reckoning a drill that is over: its times, its course against others, its score and its report."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, Literal, NamedTuple

from msgspec import to_builtins
from msgspec.structs import replace

from simulator.drill.findings import Story, Times, Without, findings
from simulator.drill.policies import merged, named
from simulator.drill.runs import Cause, Ground, Job, Ran, causes_of, overrun_first, run
from simulator.drill.search import RUNS_MAX, Each, Runs, Search
from simulator.drill.wording import Words
from simulator.plans import Scenario
from stream.contract.drills import (
    Deed,
    Moment,
    Notice,
    Offer,
    Opened,
    Plan,
    Report,
    Surprise,
)
from stream.contract.instants import MINUTE_US, SECOND_US
from stream.contract.said import Said, Told, marked, put, say

# So many of the trainee's responses are each left out once, to see what it did.
EXPLAINED_MAX: Final = 8
# Where the best course saves less than this against doing nothing, there is nothing to score.
SCORED_MINUTES: Final = 10.0
SCORED_SHARE: Final = 0.02


# What the scenario's own events are called, by their kind.
CAUSES: Final = {
    "surge": marked("More contacts than forecast came"),
    "drop": marked("Contacts did not get through"),
    "absence": marked("People were missing"),
    "bot_failure": marked("A bot failed and handed over what it could not do"),
    "abuse": marked("Many contacts were abusive"),
    "silence": marked("A system fell silent"),
    "faults": marked("A system told late, twice or by a wrong clock"),
}


class Played(NamedTuple):
    """A drill that is over. `alerts` are when which incident began and `acknowledged` when somebody
    took one, by the floor's clock; `deeds` has the surprises as they came, too."""

    plan: Plan
    offer: Offer
    ground: Ground
    deeds: Sequence[Deed]
    alerts: Sequence[Opened] = ()
    acknowledged: Sequence[int] = ()


def reckon(
    played: Played,
    *,
    each: Each = map,
    progress: Callable[[float], None] = lambda _: None,
    stopped: Callable[[], bool] = lambda: False,
    runs_max: int = RUNS_MAX,
) -> Report:
    """The report of a drill on a scenario's floor. `each` makes the runs: an executor's `map` lets
    processes of its own share them. Raises `GivenUp` once `stopped()`."""
    ground, deeds = played.ground, sorted(played.deeds, key=lambda deed: deed.at)
    causes = causes_of(ground, deeds) or overrun_first(ground, run(Job(ground, [], None)))
    onset = causes[0].at if causes else None
    runs = Runs(
        ground, onset, each=each, progress=progress, stopped=stopped, most=runs_max + EXPLAINED_MAX
    )
    surprises = [deed for deed in deeds if isinstance(deed.act, Surprise)]
    nothing, yours = runs.of([surprises, deeds])
    words = Words(named(ground.scenario), ground.scenario.time_zone)
    best, times, found = nothing, Times(None, None, None, None), list[Told]()
    if onset is not None:
        responses = [deed for deed in deeds if is_response(deed)]
        without = _without(runs, surprises, responses)
        sooner = _sooner(runs, surprises, responses, onset)
        best = Search(runs, ground, causes, surprises).best(nothing, [(responses, yours)])
        times = times_of(played, onset, yours.outcome.recovered_s)
        first = _first(runs, surprises, best)
        found = findings(Story(words, onset, times, yours, nothing, best, without, sooner, first))
    progress(1.0)
    return Report(
        plan=played.plan,
        offer=played.offer,
        time_zone=ground.scenario.time_zone,
        began=int(ground.began),
        ended=int(ground.ended),
        onset=onset,
        noticed_s=times.noticed_s,
        acknowledged_s=times.acknowledged_s,
        acted_s=times.acted_s,
        recovered_s=times.recovered_s,
        score=score(yours.outcome.cost, nothing.outcome.cost, best.outcome.cost),
        courses=[yours.course("yours"), nothing.course("nothing"), best.course("best")],
        timeline=timeline(played, causes, words, times, onset),
        findings=[one.text for one in found],
        tried=runs.made,
        findings_said=[one.said for one in found],
    )


def is_response(deed: Deed) -> bool:
    """Whether a deed changes something on the floor for the better, or is meant to."""
    return not isinstance(deed.act, Surprise | Notice)


def _without(runs: Runs, surprises: Sequence[Deed], responses: Sequence[Deed]) -> list[Without]:
    """Each of the first responses, and the drill without it."""
    explained = responses[:EXPLAINED_MAX]
    courses = [
        merged(surprises, [other for other in responses if other is not deed]) for deed in explained
    ]
    return [Without(deed, ran) for deed, ran in zip(explained, runs.of(courses), strict=True)]


def _sooner(
    runs: Runs, surprises: Sequence[Deed], responses: Sequence[Deed], onset: int
) -> tuple[int, Ran] | None:
    """The same responses, the first of them a minute after the onset and the others as long after
    it as they were; None where they came no later than two minutes after it."""
    after = [deed for deed in responses if deed.at >= onset]
    if not after or after[0].at <= onset + 2 * MINUTE_US:
        return None
    at = onset + MINUTE_US
    by_us = after[0].at - at
    moved = [replace(deed, at=deed.at - by_us) if deed in after else deed for deed in responses]
    (ran,) = runs.of([merged(surprises, moved)])
    return at, ran


def _first(runs: Runs, surprises: Sequence[Deed], best: Ran) -> tuple[Deed, Ran] | None:
    """Of the best course's first responses the one that does most alone, and what it does."""
    responses = [deed for deed in best.done if is_response(deed)]
    together = [deed for deed in responses if deed.at == responses[0].at]
    if not together:
        return None
    ran = runs.of([merged(surprises, [deed]) for deed in together])
    alone = list(zip(together, ran, strict=True))
    return min(alone, key=lambda one: one[1].outcome.cost)


def score(yours: float, nothing: float, best: float) -> float | None:
    """From 0, as doing nothing or worse, to 100, as the best course found or better."""
    most = nothing - best
    if most < max(SCORED_MINUTES, SCORED_SHARE * nothing):
        return None
    return round(100 * min(1.0, max(0.0, (nothing - yours) / most)), 1)


def times_of(played: Played, onset: int, recovered_s: float | None) -> Times:
    """When the trouble was noticed, acknowledged, acted upon and over, in seconds after it began."""
    theirs = [deed for deed in played.deeds if deed.by == "trainee"]
    deeds = [deed for deed in theirs if deed.at >= onset]
    before = [deed for deed in theirs if deed.at < onset]
    noticed = min((deed.at for deed in deeds), default=None)
    acted = min((deed.at for deed in deeds if is_response(deed)), default=None)
    acknowledged = min((at for at in played.acknowledged if at >= onset), default=None)
    return Times(
        noticed_s=_since(onset, noticed),
        acknowledged_s=_since(onset, acknowledged),
        acted_s=_since(onset, acted),
        recovered_s=recovered_s,
        seen_before=min((deed.at for deed in before if not is_response(deed)), default=None),
        acted_before=min((deed.at for deed in before if is_response(deed)), default=None),
    )


def _since(onset: int, at: int | None) -> float | None:
    return None if at is None else (at - onset) / SECOND_US


def timeline(
    played: Played, causes: Sequence[Cause], words: Words, times: Times, onset: int | None
) -> list[Moment]:
    """What happened and what was done, in order of time."""
    scenario = played.ground.scenario
    found = [_moment(cause.at, "cause", _cause(cause, scenario, words)) for cause in causes]
    found += [_alert(one) for one in played.alerts]
    acknowledged = say("An alert was acknowledged.")
    found += [_moment(at, "deed", acknowledged) for at in played.acknowledged]
    found += [
        _moment(deed.at, "deed", say("{sentence}.", sentence=words.act(deed.act)))
        for deed in played.deeds
        if not isinstance(deed.act, Surprise)
    ]
    if onset is not None and times.recovered_s:
        at = onset + round(times.recovered_s * SECOND_US)
        again = say("The queues that were hit were back at target.")
        found.append(_moment(at, "recovery", again))
    return sorted(found, key=lambda moment: moment.at)


def _moment(at: int, kind: Literal["cause", "deed", "recovery"], told: Told) -> Moment:
    return Moment(at, kind, told.text, told.said)


def _alert(opened: Opened) -> Moment:
    said = (
        None
        if opened.said is None
        else Said("{sentence}.", values={"sentence": to_builtins(opened.said)})
    )
    return Moment(opened.at, "alert", f"{opened.text}.", said)


def _cause(cause: Cause, scenario: Scenario, words: Words) -> Told:
    if isinstance(cause.what, Deed):
        return say("{sentence}.", sentence=words.act(cause.what.act))
    if cause.what is None:
        queue = words.queue(cause.overrun)
        return say("{queue} could not keep up, though nothing special happened.", queue=queue)
    name = cause.what.replace("-", " ")
    kind = put(CAUSES[scenario.events[cause.what].kind])
    return say("{cause} ({name}).", cause=kind, name=(name, name))
