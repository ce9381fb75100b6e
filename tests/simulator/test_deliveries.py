"""Systems at fault: what is delivered late, twice, with a wrong time, or never."""

from __future__ import annotations

import math
from collections import Counter

import pytest

from simulator.centre import delivered
from stream.contract.events import (
    AgentStateChanged,
    Event,
)
from stream.contract.instants import MINUTE_US, SECOND_US
from tests.simulator.floors import (
    MONDAY,
    between,
    events_of,
    roomy,
    run_of,
)


def test_a_silent_system_tells_it_all_at_once_or_never() -> None:
    """Late: what it kept back comes when it is over, in order. Never: it is gone."""
    silence = {"kind": "silence", "queues": ["calls"], "at": "01:00", "minutes": 10.0}
    usual = events_of(run_of(roomy({}), 1, 90))
    late = list(delivered(run_of(roomy({"acd": silence}), 1, 90)))
    never = [e for _, e in delivered(run_of(roomy({"acd": {**silence, "then": "never"}}), 1, 90))]
    held = [
        event
        for event in between(usual, 60, 70)
        if (
            getattr(getattr(event, "data", None), "queue", None) == "calls"
            and not isinstance(event, AgentStateChanged)
        )
        or event.subject == "calls"
    ]

    assert sorted(e.id for _, e in late) == sorted(e.id for e in usual)
    kept_back = [(due, event) for due, event in late if due != event.time]
    assert [event for _, event in kept_back] == held
    assert {due for due, _ in kept_back} == {MONDAY + 70 * MINUTE_US}
    assert [due for due, _ in late] == sorted(due for due, _ in late)
    assert [e.id for e in never] == [e.id for e in usual if e not in held]


def test_a_bad_system_has_its_own_clock_says_things_twice_and_late() -> None:
    """Ninety seconds behind as a source of its own, a tenth doubled, a fifth late by its law."""
    faults = {
        "kind": "faults",
        "at": "01:00",
        "minutes": 30.0,
        "skew_s": -90.0,
        "duplicates": 0.1,
        "late": 0.2,
        "late_mean_s": 5.0,
        "late_sigma": 0.0,
    }
    usual = events_of(run_of(roomy({}), 1, 120))
    bad = list(delivered(run_of(roomy({"acd": faults}), 1, 120)))
    struck = {event.id: event.time for event in between(usual, 60, 90)}
    told: dict[str, list[tuple[int, Event]]] = {}
    for due, event in bad:
        told.setdefault(event.id, []).append((due, event))

    assert set(told) == {event.id for event in usual}
    firsts = {number: min(told[number], key=lambda each: each[0]) for number in struck}
    assert {e.time - struck[n] for n, (_, e) in firsts.items()} == {-90 * SECOND_US}
    assert {e.source for _, e in firsts.values()} == {"/sim/floor/acd"}
    n = len(struck)
    twice = sum(len(told[number]) == 2 for number in struck)
    assert twice == pytest.approx(0.1 * n, abs=4 * math.sqrt(0.09 * n))
    lateness = Counter(due - struck[number] for number, (due, _) in firsts.items())
    assert set(lateness) == {0, 5 * SECOND_US}
    assert lateness[5 * SECOND_US] == pytest.approx(0.2 * n, abs=4 * math.sqrt(0.16 * n))
    well = [(due, e) for due, e in bad if e.id not in struck]
    assert [(e.time, e) for e in usual if e.id not in struck] == well
