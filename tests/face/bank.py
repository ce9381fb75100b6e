"""The bank's January of 1999 and the fitted scenario's, as calls that can be laid side by side."""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from simulator import load_scenario, simulate
from simulator.plans import Scenario
from stream.adapters.port import Summary
from stream.adapters.registry import adapter_for
from stream.contract import events as ev
from stream.contract.instants import DAY_US, SECOND_US, Instant, from_datetime

BESIDE: Final = Path(__file__).parents[2].parent / "shared" / "data"
DATA: Final = Path(os.environ.get("FLOORWATCH_DATA", BESIDE))
JANUARY: Final = DATA / "technion-bank-1999-jan" / "january.txt"
MISSING: Final = f"{JANUARY} is not there; FLOORWATCH_DATA names the folder that holds it"
ISRAEL: Final = ZoneInfo("Asia/Jerusalem")
# The bank's ordinary working days, Sunday to Thursday, as `date.weekday` counts.
WORKING: Final = frozenset({6, 0, 1, 2, 3})
HALF_HOURS: Final = 48
SEED: Final = 1999


class Call(NamedTuple):
    """One call: its queue, local day and half-hour, and how it went."""

    queue: str
    day: date
    half_hour: int
    wait_s: float
    talk_s: float | None
    agent: str | None

    @property
    def abandoned(self) -> bool:
        return self.agent is None


@cache
def real_calls() -> tuple[Call, ...]:
    """The bank's calls on its working days."""
    with JANUARY.open(encoding="utf-8", newline="") as file:
        events = list(adapter_for("anonymous-bank").events(iter(file), Summary()))
    return calls_of(sorted(events, key=lambda event: event.time))


@cache
def simulated_calls(seed: int = SEED) -> tuple[Call, ...]:
    """The fitted scenario's, of the same month."""
    return month_of(load_scenario("bank"), seed)


def month_of(scenario: Scenario, seed: int) -> tuple[Call, ...]:
    """A scenario's calls on the working days of the same four weeks."""
    start = Instant(from_datetime(datetime(1999, 1, 3, tzinfo=ISRAEL)))
    return calls_of(simulate(scenario, seed=seed, start=start, duration_us=28 * DAY_US))


def calls_of(events: Iterable[ev.Event]) -> tuple[Call, ...]:
    """Calls by their events, which come in order; those that are not over are left out."""
    queued: dict[str, ev.ContactQueued] = {}
    answered: dict[str, ev.ContactAnswered] = {}
    found = []
    for event in events:
        match event:
            case ev.ContactQueued():
                queued[event.subject] = event
            case ev.ContactAnswered():
                answered[event.subject] = event
            case ev.ContactAbandoned() if event.subject in queued:
                found.append(_call(queued.pop(event.subject), event.time, None, None))
            case ev.ContactEnded() if event.subject in queued and event.subject in answered:
                answer = answered.pop(event.subject)
                talk_s = (event.time - answer.time) / SECOND_US
                begun = queued.pop(event.subject)
                found.append(_call(begun, answer.time, talk_s, answer.data.agent))
            case _:
                pass
    return tuple(call for call in found if call.day.weekday() in WORKING)


def _call(queued: ev.ContactQueued, over: int, talk_s: float | None, agent: str | None) -> Call:
    local = datetime.fromtimestamp(queued.time / SECOND_US, ISRAEL)
    return Call(
        queue=queued.data.queue,
        day=local.date(),
        half_hour=local.hour * 2 + local.minute // 30,
        wait_s=(over - queued.time) / SECOND_US,
        talk_s=talk_s,
        agent=agent,
    )


def days(calls: Iterable[Call]) -> int:
    """On how many days there were calls."""
    return len({call.day for call in calls})


def arrivals(calls: Iterable[Call]) -> list[float]:
    """Calls by half-hour, as the mean of a day."""
    calls = tuple(calls)
    counts = Counter(call.half_hour for call in calls)
    return [counts[half_hour] / days(calls) for half_hour in range(HALF_HOURS)]


def abandonment(calls: Iterable[Call]) -> list[float | None]:
    """The share that hung up, by half-hour; None where there were fewer than 100."""
    offered, abandoned = Counter[int](), Counter[int]()
    for call in calls:
        offered[call.half_hour] += 1
        abandoned[call.half_hour] += call.abandoned
    return [
        abandoned[each] / offered[each] if offered[each] >= 100 else None
        for each in range(HALF_HOURS)
    ]


def present(calls: Iterable[Call]) -> list[float]:
    """Agents who answered anything in a half-hour, as the mean of a day."""
    calls = tuple(calls)
    seen: dict[tuple[date, int], set[str]] = defaultdict(set)
    for call in calls:
        if call.agent not in {None, "NO_SERVER"}:
            seen[call.day, call.half_hour].add(str(call.agent))
    every_day = {call.day for call in calls}
    return [
        sum(len(seen[day, each]) for day in every_day) / len(every_day)
        for each in range(HALF_HOURS)
    ]


def quantile(values: Iterable[float], share: float) -> float:
    """The smallest value that has at least this share at or below it."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
