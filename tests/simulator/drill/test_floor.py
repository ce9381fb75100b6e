"""The floor that can be acted on: each deed has its effect, and the same deeds the same events."""

from __future__ import annotations

from collections import Counter
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator import simulate
from simulator.causes import Silence
from stream.contract.codec import encode
from stream.contract.drills import (
    Act,
    Deed,
    DrillRefused,
    Leave,
    MoveAgents,
    Notice,
    Volume,
)
from stream.contract.events import AgentStateChanged, ContactAnswered, ContactQueued, Event
from stream.contract.instants import MINUTE_US
from tests.simulator.days import MORNING, SEED, WEEKDAY
from tests.simulator.drill.floors import comers, deed, floor, minute, played
from tests.simulator.ledger import Ledger

SOME: Final = [
    deed(4, Volume("snap", 2.0, 10), "trainer"),
    deed(6, Notice("snap")),
    deed(7, MoveAgents("benefits", "snap", 3)),
    deed(9, Leave("medicaid", 2, 5), "trainer"),
]


def told(event: Event) -> tuple[int, bytes]:
    """All of an event but the name of the run in its identifier."""
    return event.time, encode(event).partition(b'"source"')[2]


def test_untouched_it_is_the_simulated_day() -> None:
    """The floor of a drill is the floor that is simulated elsewhere, event by event."""
    plain = simulate(WEEKDAY, seed=SEED, start=MORNING, duration_us=30 * MINUTE_US)

    assert [told(event) for event in played()] == [told(event) for event in plain]


@settings(max_examples=12, deadline=None)
@given(cuts=st.lists(st.floats(0, 20), max_size=6))
def test_the_same_deeds_give_the_same_events_however_time_is_cut(cuts: list[float]) -> None:
    """What a rewind and a comparison rest on."""
    assert played(SOME, minutes=20, cuts=cuts) == played(SOME, minutes=20)


def test_what_is_done_leaves_the_events_in_order_and_in_place() -> None:
    """A strict reading of EVENTS.md finds nothing wrong with a floor that was acted on."""
    Ledger().read(played(SOME))


def test_a_surge_brings_others_and_moves_nobody() -> None:
    """Twice the contacts of one queue for ten minutes; whoever came anyhow comes as before."""
    usual = comers(played())
    busier = comers(played([deed(10, Volume("snap", 3.0, 10), "trainer")]))
    extra = {who: when for who, (when, _) in busier.items() if who not in usual}
    usual_in_span = sum("-snap-" in who and when >= minute(10) for who, (when, _) in usual.items())

    assert {who: busier.get(who) for who in usual} == usual
    assert all(minute(10) <= when < minute(20) for when in extra.values())
    assert 1.2 < len(extra) / (usual_in_span / 2) < 2.8


def test_a_surge_of_every_queue_reaches_every_queue() -> None:
    """None is every queue."""
    usual = played(minutes=25)
    busier = played([deed(5, Volume(None, 4.0, 15), "trainer")], minutes=25)
    counts = [
        Counter(event.data.queue for event in events if isinstance(event, ContactQueued))
        for events in (usual, busier)
    ]

    assert {queue for queue in counts[1] if counts[1][queue] > counts[0][queue]} == {
        *WEEKDAY.queues
    }


def memberships(events: list[Event]) -> dict[str, set[str]]:
    """The queues each agent was last told to have."""
    found: dict[str, set[str]] = {}
    for event in events:
        if isinstance(event, AgentStateChanged) and event.data.queues is not None:
            found[event.subject] = set(event.data.queues)
    return found


def test_agents_who_are_moved_say_so_and_serve_the_other_queue() -> None:
    """They have the new queue instead of the old, at once or when they are free, and answer."""
    events = played([deed(5, MoveAgents("email", "snap", 4))])
    before, after = memberships(played()), memberships(events)
    moved = {agent for agent in after if after[agent] != before[agent]}
    answered = {
        event.data.queue
        for event in events
        if isinstance(event, ContactAnswered)
        and event.data.agent in moved
        and event.time > minute(15)
    }

    assert len(moved) == 4
    assert all("snap" in after[agent] and "email" not in after[agent] for agent in moved)
    assert "snap" in answered
    assert "email" not in answered


def staffed(events: list[Event], until: int) -> set[str]:
    """Who is on the floor, whatever they are at, but for those called away."""
    last: dict[str, AgentStateChanged] = {}
    for event in events:
        if isinstance(event, AgentStateChanged) and event.time < until:
            last[event.subject] = event
    return {
        agent
        for agent, told in last.items()
        if told.data.state != "offline" and told.data.reason != "called_away"
    }


def test_those_who_leave_for_some_minutes_come_back() -> None:
    """Three go, once free, and are there again later."""
    usual = played(minutes=40)
    left = played([deed(5, Leave("snap-chat", 3, 15), "trainer")], minutes=40)

    assert len(staffed(usual, minute(14)) - staffed(left, minute(14))) == 3
    assert staffed(left, minute(38)) == staffed(usual, minute(38))


def test_those_who_leave_for_the_day_stay_away() -> None:
    """And it is the same people, whatever else was done."""
    gone = deed(25, Leave("snap-chat", 3), "trainer")
    usual = staffed(played(minutes=60), minute(59))
    left = staffed(played([gone], minutes=60), minute(59))
    moved = [deed(3, MoveAgents("snap-chat", "snap", 14)), gone]
    also_moved = staffed(played(moved, minutes=60), minute(59))

    assert len(usual - left) == 3
    assert usual - left == usual - also_moved


@pytest.mark.parametrize(
    ("act", "why"),
    [
        (MoveAgents("benefit", "snap", 1), "there is no such queue here, expected one of benefits"),
        (MoveAgents("snap", "snap", 1), "SNAP Line is where they are already"),
        (MoveAgents("email", "snap", 40), "are there who can serve E-mail, 40 were asked for"),
        (MoveAgents("email", "snap", 0), "expected at least 1"),
        (Volume("snap", 0.5, 10), "expected more than 1 and at most 20 times the contacts"),
        (Volume("snap", 2.0, 0), "expected a surge of more than 0 minutes"),
        (Leave("nowhere", 1), "there is no such queue here"),
        (Notice("nowhere"), "there is no such queue here"),
    ],
)
def test_what_cannot_be_done_is_refused_in_a_line(act: Act, why: str) -> None:
    """And leaves the floor as it was."""
    ground = floor()
    before = ground.advance(minute(5))
    with pytest.raises(DrillRefused) as refused:
        ground.do(Deed(at=minute(5), by="trainee", act=act))

    assert why in str(refused.value)
    assert "\n" not in str(refused.value)
    assert before + ground.advance(minute(20)) == played(minutes=20)


def test_what_a_faulty_system_delivers_is_not_what_happened() -> None:
    """It falls silent for ten minutes: nothing is delivered, then all at once; the ledger has it."""
    silence = Silence(kind="silence", at=9 * 60 + 35, minutes=10.0)
    scenario = WEEKDAY.model_copy(update={"events": {"acd": silence}})
    ground = floor(scenario)
    before = ground.advance(minute(5))
    silent = ground.advance(minute(10)) + ground.advance(minute(15))
    offered = ground.ledger.total.offered
    after = ground.advance(minute(20))

    assert silent == []
    assert offered > 2 * sum(isinstance(event, ContactQueued) for event in before)
    assert min(event.time for event in after) < minute(6)
    assert played(scenario=scenario, minutes=20, cuts=[3, 7.5, 15]) == before + after
