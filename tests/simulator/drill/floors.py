"""Floors for drills in tests: a weekday's morning, and what was done to it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from simulator.drill.floor import DrillFloor
from simulator.plans import Scenario
from stream.contract.drills import Act, Actor, Deed
from stream.contract.events import ContactQueued, Event
from stream.contract.instants import MINUTE_US, Instant
from tests.simulator.days import MORNING, SEED, WEEKDAY


def _small() -> Scenario:
    """A floor of three lines, two teams and a queue of calls back, so small that a run of an hour
    takes some hundredths of a second."""
    lines = {
        queue: WEEKDAY.queues[queue].model_copy(
            update={"transfers": None, "overflow": None, "per_day": per_day}
        )
        for queue, per_day in (("benefits", 300), ("snap", 600), ("records-line", 60))
    }
    teams = {
        "north": WEEKDAY.teams["north"].model_copy(
            update={"count": 11, "queues": ["snap", "callbacks"], "also": {}}
        ),
        "south": WEEKDAY.teams["south"].model_copy(
            update={"count": 14, "queues": ["benefits", "records-line"], "also": {}}
        ),
    }
    queues = {**lines, "callbacks": WEEKDAY.queues["callbacks"].model_copy(update={"per_day": 20})}
    return WEEKDAY.model_copy(update={"name": "small", "queues": queues, "teams": teams})


SMALL: Final = _small()


def minute(minutes: float) -> Instant:
    """An instant so many minutes after half past nine."""
    return Instant(MORNING + round(minutes * MINUTE_US))


def deed(minutes: float, act: Act, by: Actor = "trainee") -> Deed:
    """Something done so many minutes after half past nine."""
    return Deed(at=minute(minutes), by=by, act=act)


def floor(scenario: Scenario = WEEKDAY, *, seed: int = SEED) -> DrillFloor:
    """A floor that begins at half past nine."""
    return DrillFloor(scenario, seed=seed, start=MORNING)


def played(
    deeds: Iterable[Deed] = (),
    *,
    minutes: float = 30,
    cuts: Iterable[float] = (),
    scenario: Scenario = WEEKDAY,
) -> list[Event]:
    """What happens with these deeds, time being cut at these minutes."""
    ground, events = floor(scenario), list[Event]()
    steps: list[tuple[int, Deed | None]] = [(thing.at, thing) for thing in deeds]
    steps += [(minute(cut), None) for cut in cuts]
    for at, thing in sorted(steps, key=lambda step: step[0]):
        if thing is None:
            events += ground.advance(at)
        else:
            ground.do(thing)
    return events + ground.advance(minute(minutes))


def comers(events: Iterable[Event]) -> dict[str, tuple[int, str | None]]:
    """Who came first into which queue and when, but for those who call again."""
    found: dict[str, tuple[int, str | None]] = {}
    for event in events:
        if isinstance(event, ContactQueued) and event.data.redial_of is None:
            found.setdefault(event.subject, (event.time, event.data.customer))
    return found
