"""What queues and people may have on top: trunks, repeats, a backlog, several chats, strain."""

from __future__ import annotations

import math
from collections import Counter
from statistics import fmean
from typing import Any

import pytest

from simulator.centre import Centre
from stream.contract.events import (
    AgentStateChanged,
    ContactAnswered,
    ContactEnded,
    ContactQueued,
    ContactWrapped,
)
from stream.contract.instants import HOUR_US, MINUTE_US, SECOND_US
from tests.simulator.floors import (
    MANY,
    MONDAY,
    NOTHING,
    events_of,
    floor,
    law,
    queue,
    queued,
    run_of,
    states,
    talked,
    team,
)


def test_trunks_bound_who_is_inside_and_the_rest_is_counted() -> None:
    """Never more than the trunks; who gets the engaged tone is in the run's own count."""
    plans = {"calls": queue(10.0, law(60.0), trunks=8)}
    scenario = floor(plans, {"few": team(5, "calls")})
    run = run_of(scenario, 1, 600)
    inside = most = 0
    for event in Centre(run).events():
        inside += isinstance(event, ContactQueued)
        inside -= isinstance(event, ContactEnded)
        most = max(most, inside)
    usual = queued(
        events_of(run_of(floor({"calls": queue(10.0, law(60.0))}, scenario_teams()), 1, 600))
    )
    came = queued(events_of(run_of(scenario, 1, 600)))

    assert most == 8
    assert run.engaged["calls"] > 1_000
    assert len(came) + run.engaged["calls"] == len(usual)


def scenario_teams() -> dict[str, Any]:
    """The team of few."""
    return {"few": team(5, "calls")}


def test_the_engaged_call_again() -> None:
    """Each of those who got the engaged tone tries again by the scenario's share."""
    plans = {"calls": queue(10.0, law(60.0), trunks=8)}
    run = run_of(floor(plans, scenario_teams(), redial=0.5), 1, 600)
    again = [event for event in queued(events_of(run)) if event.data.redial_of is not None]

    assert len(again) > 100
    assert len({event.subject for event in again}) == len(again)


def test_what_was_not_resolved_comes_again() -> None:
    """By its share and after its time, the same customer with the same matter."""
    plans = {
        "calls": queue(
            2.0,
            law(60.0),
            resolved=0.5,
            repeat={"share": 0.4, "after_mean_s": 1200.0, "after_sigma": 0.0},
        )
    }
    events = events_of(run_of(floor(plans, {"all": team(30, "calls")}), 1, 1440))
    came = {event.subject: event for event in queued(events)}
    open_ends = {
        event.subject: event.time
        for event in events
        if isinstance(event, ContactEnded) and event.data.resolved is False
    }
    again = {name: event for name, event in came.items() if name[:-1].endswith("-n")}
    firsts = [name for name, at in open_ends.items() if at < MONDAY + 23 * HOUR_US]

    assert len(again) == pytest.approx(0.4 * len(firsts), abs=4 * math.sqrt(0.24 * len(firsts)))
    for name, event in again.items():
        before = came[name.rpartition("-n")[0]]
        assert event.data == before.data
        assert event.time - open_ends[before.subject] == 1200 * SECOND_US


def test_a_backlog_waits_since_before_the_first_day() -> None:
    """So many letters, as old as they are said to be, and nobody else's matter moves."""
    plans = {
        "letters": queue(
            0.5, law(60.0), channel="email", backlog={"contacts": 400, "mean_age_hours": 10.0}
        )
    }
    events = events_of(run_of(floor(plans, {"all": team(10, "letters")}), 1, 240))
    old = [event for event in queued(events) if event.time < MONDAY]
    ages = [(MONDAY - event.time) / HOUR_US for event in old]

    assert len(old) == 400
    assert fmean(ages) == pytest.approx(10.0, abs=4 * 10 / math.sqrt(400))
    assert [event.time for event in events] == sorted(event.time for event in events)
    answered = [e.subject for e in events if isinstance(e, ContactAnswered)]
    assert answered[: len(old)] == [event.subject for event in old][: len(answered)]


def test_an_agent_has_as_many_chats_as_they_may_and_each_goes_slower() -> None:
    """Two at once take half as long again each, exactly, and never more than two."""
    slow = {"chats": 2, "slower": [1.5]}
    chat = queue(
        1.0, {"mean_s": 300.0, "sigma": 0.0, "at_least_s": 0.0}, channel="chat", concurrency=slow
    )
    events = events_of(run_of(floor({"chat": chat}, {"one": team(1, "chat")}), 4, 300))
    running: dict[str, float] = {}
    worked: dict[str, float] = {}
    since, most = MONDAY, 0
    for event in events:
        for name in running:
            pace = 1.0 if len(running) == 1 else 1.5
            running[name] += (event.time - since) / SECOND_US / pace
        since = event.time
        if isinstance(event, ContactAnswered):
            running[event.subject] = 0.0
        elif isinstance(event, ContactEnded):
            worked[event.subject] = running.pop(event.subject)
        most = max(most, len(running))

    assert most == 2
    assert len(worked) > 70
    assert list(worked.values()) == pytest.approx([300.0] * len(worked), abs=0.05)


def test_chats_at_once_leave_agents_in_places_that_exist() -> None:
    """Busy while anybody is talked to, wrapping up when nobody is, free when all is over."""
    chat = queue(
        1.5,
        law(240.0, 0.6),
        channel="chat",
        wrap=law(30.0, 0.5),
        patience=1.0,
        concurrency={"chats": 3},
    )
    plans = {"chat": chat, "calls": queue(0.3, law(120.0, 0.6), patience=1.0)}
    scenario = floor(plans, {"few": team(4, "chat", "calls")})
    ringing = {"mean_s": 4.0, "sigma": 0.3, "at_least_s": 1.0}
    channels = {
        name: plan.model_copy(
            update={"ring": plan.ring.model_copy(update=ringing), "no_answer": 0.1, "rejected": 0.1}
        )
        for name, plan in scenario.channels.items()
    }
    people = scenario.people.model_copy(update={"hard_contacts": 0.05})
    busy = scenario.model_copy(update={"channels": channels, "people": people})
    talking: Counter[str] = Counter()
    wrapping: Counter[str] = Counter()
    state: dict[str, str] = {}
    told = wrong = 0
    last = 0
    for event in events_of(run_of(busy, 1, 900)):
        if event.time != last:
            last = event.time
            for agent, where in state.items():
                expected = "busy" if talking[agent] else "wrap_up" if wrapping[agent] else ""
                wrong += where != expected if expected else where in {"busy", "wrap_up"}
                told += 1
        if isinstance(event, AgentStateChanged):
            state[event.subject] = event.data.state
        elif isinstance(event, ContactAnswered):
            talking[event.data.agent] += 1
            assert talking[event.data.agent] + wrapping[event.data.agent] <= 3
        elif isinstance(event, ContactEnded):
            talking[event.data.agent] -= 1
            wrapping[event.data.agent] += 1
        elif isinstance(event, ContactWrapped):
            wrapping[event.data.agent] -= 1

    assert told > 10_000
    assert wrong == 0


def test_strain_lengthens_conversations_and_a_break_ends_it() -> None:
    """Nothing in the first hour, a tenth once two are over, and nothing after a break."""
    people = {
        "speed_sigma": 0.0,
        "absent": 0.0,
        "punctual": True,
        "hard_contacts": 0.0,
        "strain": {"begins_after_minutes": 60.0, "full_after_minutes": 120.0, "talk_times": 1.1},
        "activities": [{"reason": "break", "after_minutes": [180, 180], "minutes": 10.0}],
    }
    same = {"mean_s": 100.0, "sigma": 0.0, "at_least_s": 0.0}
    scenario = floor({"calls": queue(0.2, same)}, {"all": team(1, "calls")}, people=people)
    events = events_of(run_of(scenario, 1, 400))
    lengths = talked(events)
    at = {
        e.subject: (e.time - MONDAY) / MINUTE_US for e in events if isinstance(e, ContactAnswered)
    }
    back = next(
        (event.time - MONDAY) / MINUTE_US
        for event in events
        if event.time > MONDAY + 180 * MINUTE_US
        and isinstance(event, AgentStateChanged)
        and event.data.state == "available"
        and event.time > MONDAY + 188 * MINUTE_US
    )

    for subject, length in lengths.items():
        worked = at[subject] - (back if at[subject] >= back else 0.0)
        level = min(1.0, max(0.0, (worked - 60) / 60))
        assert length == pytest.approx(100 * (1 + 0.1 * level), abs=0.01)
    assert max(lengths.values()) == pytest.approx(110, abs=0.01)


def test_some_come_back_late_from_a_break() -> None:
    """Three in ten, by two minutes; everybody else as before."""
    lengths = {}
    for late in (0.0, 0.3):
        people = {
            "punctual": True,
            "absent": 0.0,
            "adherence": {"late": late, "late_mean_s": 120.0, "late_sigma": 0.0},
            "activities": [{"reason": "break", "after_minutes": [60, 90], "minutes": 10.0}],
        }
        scenario = floor(
            {"calls": queue(0.01, law(20.0))}, {"all": team(MANY, "calls")}, people=people
        )
        gone: dict[str, int] = {}
        found: dict[str, int] = {}
        for event in events_of(run_of(scenario, 1, 200)):
            if isinstance(event, AgentStateChanged):
                if event.data.reason == "break":
                    gone[event.subject] = event.time
                elif event.subject in gone:
                    found.setdefault(event.subject, event.time - gone[event.subject])
        lengths[late] = found
    more = Counter(lengths[0.3][agent] - lengths[0.0][agent] for agent in lengths[0.0])

    assert set(more) == {0, 120 * SECOND_US}
    assert more[120 * SECOND_US] == pytest.approx(0.3 * MANY, abs=4 * math.sqrt(0.21 * MANY))


def test_nothing_is_nothing() -> None:
    """A floor as bare as theory's neither rings nor wraps up for a moment."""
    plans = {"calls": queue(1.0, law(60.0), wrap=NOTHING)}
    events = events_of(run_of(floor(plans, {"all": team(20, "calls")}), 1, 300))
    came = {event.subject: event.time for event in queued(events)}
    ended = {e.subject: e.time for e in events if isinstance(e, ContactEnded)}

    for event in events:
        if isinstance(event, ContactAnswered):
            assert event.time == came[event.subject]
        elif isinstance(event, ContactWrapped):
            assert event.time == ended[event.subject]


def test_who_works_round_the_clock_goes_on_at_midnight() -> None:
    """The end of yesterday's shift, minutes after today's has begun, sends nobody home."""
    people = {"people": {"absent": 0.0}}
    scenario = floor({"calls": queue(1.0, law(60.0))}, {"all": team(40, "calls")}, **people)
    events = events_of(run_of(scenario, 1, 36 * 60))

    assert states(events, 24 * 60 + 10)["offline"] == 0
    assert states(events, 35 * 60)["offline"] == 0
