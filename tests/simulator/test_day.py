"""A simulated weekday: complete, in place, conserved, and such as a supervisor would believe."""

from __future__ import annotations

from typing import get_args, get_type_hints

import pytest

from simulator import offset_showing, simulate
from stream.contract.codec import TAG_OF, decode, encode
from stream.contract.events import (
    AgentStateChanged,
    ContactQueued,
    DivertedData,
    PlanInterval,
    RecognitionGiven,
    SurveyAnswered,
)
from stream.contract.instants import DAY_US, HOUR_US, MINUTE_US, parse_instant
from tests.simulator.days import MORNING, WEEKDAY, day_ledger, stretch, whole_day
from tests.simulator.ledger import Ledger, Tally


def test_every_type_of_event_occurs() -> None:
    """A day of the simulator exercises the whole contract."""
    assert set(TAG_OF.values()) == set(day_ledger().types)


@pytest.mark.parametrize("seed", [1, 7])
def test_every_way_out_of_a_queue_occurs(seed: int) -> None:
    """Voicemail, callback, overflow, closed and bot: each happens on a calm and a usual day."""
    ways = set(get_args(get_type_hints(DivertedData)["to"]))

    assert ways == set(day_ledger(seed).diverted_to)


def test_every_kind_of_transfer_occurs() -> None:
    """Blind and attended, to a queue and to an agent."""
    kinds = {(kind, to) for kind in ("blind", "attended") for to in ("queue", "agent")}

    assert kinds == set(day_ledger().transfer_kinds)


def test_agents_go_everywhere_agents_go() -> None:
    """Each state and each reason to be away is seen."""
    told = [event.data for event in whole_day() if isinstance(event, AgentStateChanged)]

    assert {data.state for data in told} == {"offline", "available", "busy", "wrap_up", "away"}
    assert {data.reason for data in told if data.reason} == {
        "break",
        "lunch",
        "training",
        "coaching",
        "meeting",
        "decompression",
        "no_answer",
    }


def test_thanks_come_from_all_sides() -> None:
    """Customers, peers and supervisors say thank you."""
    thanked = {event.data.by for event in whole_day() if isinstance(event, RecognitionGiven)}

    assert thanked == {"customer", "peer", "supervisor"}


def test_every_event_reads_back_as_it_was_written() -> None:
    """Nothing that the simulator says is rejected by the contract, and nothing is lost."""
    changed = [event for event in whole_day() if decode(encode(event)) != event]

    assert changed == []


def test_contacts_are_conserved_in_every_queue() -> None:
    """Offered is answered, abandoned, diverted or still waiting; nobody gets lost."""
    ledger = day_ledger()
    left = {
        queue: tally.offered
        - tally.answered_waited
        - tally.abandoned
        - tally.short_abandoned
        - tally.diverted
        for queue, tally in ledger.queues.items()
    }

    assert left == {queue: ledger.waiting(queue) for queue in ledger.queues}


def test_the_plan_covers_each_open_half_hour_of_each_queue() -> None:
    """Twenty half-hours from eight to six, told before the first contact."""
    plans = [event for event in whole_day() if isinstance(event, PlanInterval)]
    first_contact = next(event for event in whole_day() if isinstance(event, ContactQueued))

    assert len({(event.subject, event.data.start) for event in plans}) == len(plans)
    assert len(plans) == 20 * len(WEEKDAY.queues)
    assert max(event.time for event in plans) < first_contact.time


def test_the_day_is_an_ordinary_one() -> None:
    """Service, abandonment, occupancy and satisfaction lie where an ordinary day has them."""
    ledger = day_ledger()
    floor = Tally()
    for tally in ledger.queues.values():
        for name, count in vars(tally).items():
            setattr(floor, name, getattr(floor, name) + count)
    answers = sum(ledger.csat.values())
    level = floor.service_level()

    assert level is not None
    assert 0.75 <= level <= 0.88
    assert 0.02 <= floor.abandoned / (floor.answered_waited + floor.abandoned) <= 0.06
    assert 0.75 <= ledger.occupancy() <= 0.88
    assert 0.74 <= (ledger.csat[4] + ledger.csat[5]) / answers <= 0.84
    assert 400 <= answers <= 1_200


def test_some_queue_is_in_trouble_at_some_time() -> None:
    """An ordinary day has half-hours that a supervisor must look at, and calm ones."""
    ledger, levels = Ledger(), []
    for begin in range(0, len(whole_day()), 4_000):
        ledger.queues.clear()
        ledger.read(whole_day()[begin : begin + 4_000])
        told = (tally.service_level() for tally in ledger.queues.values())
        levels += [level for level in told if level is not None]

    assert min(levels) < 0.5
    assert max(levels) == 1.0


def test_a_run_that_starts_in_the_day_finds_the_floor_at_work() -> None:
    """At half past nine agents are there from the first instant, some of them away."""
    events = stretch(start=parse_instant("2026-03-03T12:45:00-05:00"), minutes=30)
    there = [
        event.data
        for event in events
        if isinstance(event, AgentStateChanged) and event.time == events[0].time
    ]

    assert len(there) > 70
    assert {data.state for data in there} == {"available", "away"}
    assert all(data.team is not None and data.queues for data in there)
    Ledger().read(events)


def test_a_floor_can_be_shown_at_any_hour() -> None:
    """On a Sunday night half past ten of a Tuesday can be put in front of people."""
    sunday = parse_instant("2026-03-08T22:15:00-05:00")
    offset = offset_showing(WEEKDAY, sunday, "tue", 10 * 60 + 30)
    events = stretch(start=sunday, profile_offset_us=offset, minutes=30)
    offered = sum(isinstance(event, ContactQueued) for event in events)

    assert offered > 250
    assert sunday <= events[0].time
    assert events[-1].time < sunday + 30 * MINUTE_US
    Ledger().read(events)


def test_the_centre_closes_and_opens_again_after_the_weekend() -> None:
    """From Friday evening to Monday morning: nobody is there, then everybody is."""
    friday = parse_instant("2026-03-06T17:30:00-05:00")
    ledger = Ledger()
    staffed = []
    hours = 0
    for event in simulate(WEEKDAY, seed=3, start=friday, duration_us=65 * HOUR_US):
        while event.time >= friday + hours * HOUR_US:
            states = (agent.data.state for agent in ledger.agents.values())
            staffed.append(sum(state != "offline" for state in states))
            hours += 1
        ledger.take(event)

    assert set(staffed[2:62]) == {0}
    assert staffed[-1] > 50
    assert ledger.diverted_to["closed"] > 20


def test_a_floor_can_be_scaled() -> None:
    """Three times the contacts and agents make about the same service."""
    one, three = Ledger().read(stretch()), Ledger().read(stretch(scale=3.0))

    assert 2.6 < three.types["contact.queued"] / one.types["contact.queued"] < 3.4
    assert 2.8 < len(three.agents) / len(one.agents) < 3.2


def test_more_volume_meets_the_same_agents() -> None:
    """Half as much again, and people wait."""
    usual, busy = Ledger().read(stretch()), Ledger().read(stretch(volume=1.5))

    assert len(usual.agents) == len(busy.agents)
    assert busy.types["contact.abandoned"] > 2 * usual.types["contact.abandoned"]


def test_surveys_name_what_screens_need() -> None:
    """An answer has its queue, agent and channel, and some carry words."""
    answers = [event.data for event in whole_day() if isinstance(event, SurveyAnswered)]

    assert all(data.agent and data.channel and data.csat for data in answers)
    assert any(data.comment for data in answers)
    assert any(data.pain_point == "long_wait" for data in answers)


def test_a_long_run_keeps_only_what_is_open() -> None:
    """Events are given as they are asked for: a year's run begins at once."""
    events = simulate(WEEKDAY, seed=1, start=MORNING, duration_us=365 * DAY_US)

    assert next(events).time == MORNING
