"""One run of a drill's floor from its start to its end, with whatever was done to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from simulator.calendar import Calendar
from simulator.causes import Cause as CauseOfScenario
from simulator.causes import Drop, Surge
from simulator.drill.floor import DrillFloor
from simulator.drill.ledger import DrillLedger
from simulator.drill.outcome import hit_queues, late_by_queue, outcome_of
from simulator.plans import Scenario
from simulator.shapes import Onset, level_of
from simulator.waves import onset_of
from stream.contract.drills import (
    Course,
    Deed,
    DrillRefused,
    Minute,
    Outcome,
    Surprise,
)
from stream.contract.events import Event
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import MINUTE_US, Instant


class Ground(NamedTuple):
    """The floor that a drill was played on: from its start, counted from `began` to `ended`."""

    scenario: Scenario
    seed: int
    start: Instant
    began: Instant
    ended: Instant


class Ran(NamedTuple):
    """What came of a run. `done` are the deeds that could be done; `hit` the queues hit worst, the
    worst first, with the minute of the drill; `late` how many were late in each queue."""

    done: list[Deed]
    outcome: Outcome
    minutes: list[Minute]
    hit: dict[str, int]
    late: dict[str, int]

    def course(self, name: Literal["yours", "nothing", "best"]) -> Course:
        """It as a course of the report."""
        return Course(name=name, deeds=self.done, outcome=self.outcome, minutes=self.minutes)


class Job(NamedTuple):
    """A run to be made, maybe in another process."""

    ground: Ground
    deeds: Sequence[Deed]
    onset: int | None


def run(job: Job) -> Ran:
    """Play the floor with these deeds; what the floor refuses is left out, as it was never done."""
    ground = job.ground
    floor = DrillFloor(
        ground.scenario, seed=ground.seed, start=ground.start, began=int(ground.began)
    )
    done = []
    for deed in sorted(job.deeds, key=lambda deed: deed.at):
        try:
            floor.do(deed)
        except DrillRefused:
            continue
        done.append(deed)
    floor.advance(ground.ended)
    ledger = floor.ledger
    ledger.close(int(ground.ended))
    return Ran(
        done=done,
        outcome=outcome_of(ledger, int(ground.ended), job.onset),
        minutes=ledger.minutes,
        hit=hit_queues(ledger, int(ground.began) if job.onset is None else job.onset),
        late=late_by_queue(ledger),
    )


def course_of(
    events: Iterable[Event],
    floor_plan: FloorPlan,
    *,
    began: int,
    ended: int,
    onset: int | None,
    deeds: Sequence[Deed] = (),
) -> Course:
    """What came of events that happen whatever is done: a recording's, about in order of time. Of
    those told twice the first counts, and what a broken clock dates beyond the end counts not."""
    ledger = DrillLedger(floor_plan, began)
    ledger.read(event for event in _once(events) if event.time < ended)
    ledger.close(ended)
    outcome = outcome_of(ledger, ended, onset)
    return Course(name="yours", deeds=list(deeds), outcome=outcome, minutes=ledger.minutes)


def _once(events: Iterable[Event]) -> Iterator[Event]:
    seen: set[tuple[str, str]] = set()
    for event in events:
        name = event.source, event.id
        if name not in seen:
            seen.add(name)
            yield event


class Cause(NamedTuple):
    """What made trouble: from when to when, and the scenario's name for it or the deed; None where
    nothing did, and the queue that could not keep up is named instead."""

    at: int
    until: int
    what: str | Deed | None
    overrun: str | None = None


def causes_of(ground: Ground, deeds: Sequence[Deed]) -> list[Cause]:
    """What made trouble within a drill, the scenario's own events and the surprises, by time. What
    was under way when the drill began counts from there."""
    began, ended = int(ground.began), int(ground.ended)
    calendar = Calendar(ground.scenario, 0)
    first_day = calendar.local(ground.start).date()
    found = []
    for name, event in ground.scenario.events.items():
        begins, ends = _span(event, onset_of(event, calendar, first_day), calendar)
        if begins < ended and ends > began:
            found.append(Cause(max(begins, began), ends, name))
    for deed in deeds:
        if isinstance(deed.act, Surprise) and began <= deed.at < ended:
            minutes = deed.act.minutes
            until = ended if minutes is None else deed.at + round(minutes * MINUTE_US)
            found.append(Cause(deed.at, until, deed))
    return sorted(found, key=lambda cause: cause.at)


def overrun_first(ground: Ground, nothing: Ran) -> list[Cause]:
    """Trouble without a cause: when the first queue was hit with nothing done, if one was."""
    if not nothing.hit:
        return []
    queue = min(nothing.hit, key=lambda name: nothing.hit[name])
    at = int(ground.began) + nothing.hit[queue] * MINUTE_US
    return [Cause(at, int(ground.ended), None, queue)]


def _span(event: CauseOfScenario, onset: Onset, calendar: Calendar) -> tuple[int, int]:
    if isinstance(event, Surge):
        level = level_of(event.shape, calendar, onset, event.times)
        return level.begins, level.ends
    minutes = event.minutes
    if isinstance(event, Drop) and event.storm is not None:
        minutes += event.storm.minutes
    return onset.instant, onset.instant + round(minutes * MINUTE_US)
