"""A drill's ledger against what the stream makes of the same events, and its own rules by hand."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import pytest
from msgspec import to_builtins

from simulator import floor_plan_of
from simulator.drill.ledger import STRAINED_AFTER_US, DrillLedger
from simulator.drill.outcome import (
    cost_minutes,
    equity_gap,
    hit_queues,
    outcome_of,
    recovered_s,
    weight_of,
)
from stream.compute import FileReading
from stream.contract.codec import encode
from stream.contract.drills import Leave, MoveAgents, OfferCallbacks, Volume
from stream.contract.events import (
    AbandonedData,
    AgentStateChanged,
    AgentStateData,
    AnsweredData,
    AttemptedData,
    CallbackAttempted,
    CallbackPromised,
    ContactAbandoned,
    ContactAnswered,
    ContactQueued,
    Data,
    Event,
    PromisedData,
    QueuedData,
)
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import SECOND_US, Instant
from tests.simulator.days import MORNING, WEEKDAY
from tests.simulator.drill.floors import deed, floor, minute

DEEDS: Final = [
    deed(5, Volume("snap", 3.0, 30), "trainer"),
    deed(12, MoveAgents("benefits", "snap", 3)),
    deed(15, OfferCallbacks("snap", 30)),
    deed(20, Leave("snap-chat", 4), "trainer"),
]
ENDS: Final = minute(90)


@lru_cache(maxsize=1)
def played() -> tuple[DrillLedger, list[bytes]]:
    """The ledger of ninety minutes from the floor's first on, and their events as lines."""
    ground = floor()
    for done in DEEDS:
        ground.do(done)
    events = ground.advance(ENDS)
    ground.ledger.close(ENDS)
    return ground.ledger, [encode(event) for event in events]


def figures_at(at: Instant) -> dict[str, Any]:
    """What the stream makes of the same events at an instant."""
    reading = FileReading(floor_plan_of(WEEKDAY), at=at, all_time=True)
    reading.read("drill", enumerate(played()[1], start=1))
    told = to_builtins(reading.figures("all"))
    return {
        "floor": flat(told["floor"]),
        "queues": {name: flat(section) for name, section in told["queues"].items()},
    }


@lru_cache(maxsize=1)
def drilled() -> tuple[DrillLedger, dict[str, Any]]:
    """The ledger, and the stream's figures at its end."""
    return played()[0], figures_at(ENDS)


def flat(section: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """A section's counts, figures and present under their names."""
    return {name: value for part in section.values() for name, value in part.items()}


@pytest.mark.parametrize(
    "name",
    [
        "offered",
        "answered_waited",
        "answered_in_target",
        "abandoned",
        "short_abandoned",
        "diverted",
    ],
)
def test_every_count_is_the_streams(name: str) -> None:
    """Of the floor and of every queue, exactly."""
    ledger, figures = drilled()
    mine = {
        queue: getattr(tally, name) for (of, queue), tally in ledger.groups.items() if of == "queue"
    }

    assert getattr(ledger.total, name) == figures["floor"][name]
    assert mine == {queue: told[name] for queue, told in figures["queues"].items() if queue in mine}


def test_every_figure_of_the_outcome_is_the_streams() -> None:
    """Service level, abandonment, promises, contentment, occupancy, the longest wait."""
    ledger, figures = drilled()
    outcome = outcome_of(ledger, ENDS, None)
    told = figures["floor"]

    assert outcome.service_level == pytest.approx(told["service_level"])
    assert outcome.abandonment == pytest.approx(told["abandonment_rate"])
    assert outcome.csat == pytest.approx(told["csat_score"])
    assert outcome.occupancy == pytest.approx(told["occupancy"])
    assert outcome.promises_kept == told["callbacks_kept"]
    assert outcome.promises_kept + outcome.promises_broken == told["callbacks_due"]
    assert len(ledger.waiting) == told["waiting"]
    assert outcome.promises_made > 10


def test_minutes_add_up_to_the_run() -> None:
    """Ninety of them, of all channels, as the wall's figures are."""
    ledger, figures = drilled()
    told = figures["floor"]

    assert len(ledger.minutes) == 90
    assert sum(row.offered for row in ledger.minutes) == told["offered"]
    assert sum(row.answered for row in ledger.minutes) == told["answered_waited"]
    assert sum(row.answered_in_target for row in ledger.minutes) == told["answered_in_target"]
    assert sum(row.abandoned for row in ledger.minutes) == told["abandoned"]


@pytest.mark.parametrize("nth", [0, 14, 29, 59, 89])
def test_whoever_waits_at_the_end_of_a_minute_is_who_the_wall_says_waits(nth: int) -> None:
    """On every channel, and the oldest wait of them."""
    ledger, _ = drilled()
    row, told = ledger.minutes[nth], figures_at(minute(nth + 1))["floor"]

    assert row.waiting == told["waiting"]
    assert row.oldest_s == pytest.approx(told["oldest_wait_s"] or 0.0)


# --- by hand ------------------------------------------------------------------------------------


def at(seconds: float) -> Instant:
    """So many seconds after the beginning."""
    return Instant(MORNING + round(seconds * SECOND_US))


def told(event: Any, seconds: float, subject: str, data: Data) -> Event:
    """An event some seconds after the beginning."""
    made: Event = event(
        specversion="1.0",
        id=f"{subject}-{seconds}-{event.__name__}",
        source="/test",
        time=at(seconds),
        subject=subject,
        data=data,
    )
    return made


def came(subject: str, seconds: float, queue: str = "snap", **more: Any) -> Event:
    """Somebody calls."""
    return told(ContactQueued, seconds, subject, QueuedData(queue=queue, channel="voice", **more))


def answered(subject: str, seconds: float, queue: str = "snap") -> Event:
    """And is answered."""
    return told(ContactAnswered, seconds, subject, AnsweredData(queue=queue, agent="a"))


def hung_up(subject: str, seconds: float) -> Event:
    """Or not."""
    return told(ContactAbandoned, seconds, subject, AbandonedData(queue="snap"))


def is_now(state: Any, seconds: float) -> Event:
    """An agent's state."""
    return told(AgentStateChanged, seconds, "a", AgentStateData(state=state))


def read(events: list[Event], *, began: float = 0, ends: float = 3_600) -> DrillLedger:
    """The ledger of these events."""
    ledger = DrillLedger(FloorPlan(), at(began))
    ledger.read(event for event in events if event.time < at(ends))
    ledger.close(at(ends))
    return ledger


def test_what_came_before_the_drill_is_known_and_not_counted() -> None:
    """Who waits when it begins is answered in it; their waiting costs from there on."""
    ledger = read([came("x", 0), came("y", 10), answered("x", 30), answered("y", 130)], began=60)

    assert ledger.total.offered == 0
    assert ledger.total.answered_waited == 1
    assert ledger.total.waits_us == 120 * SECOND_US
    assert ledger.waited_us == {"voice": 70 * SECOND_US}


def test_the_cost_is_the_sum_of_what_docs_say_it_is() -> None:
    """Two minutes of waiting, one who hung up after one, one left waiting for three."""
    events = [came("x", 0), answered("x", 120), came("y", 0), hung_up("y", 60), came("z", 120)]

    assert cost_minutes(read(events, ends=300), at(300)) == pytest.approx(2 + 1 + 10 + 3 + 3)


def test_waiting_weighs_by_the_channels_target() -> None:
    """A minute on the telephone is one; of mail hardly anything."""
    assert [weight_of(channel) for channel in ("voice", "chat", "email")] == [
        1.0,
        pytest.approx(1 / 3),
        pytest.approx(20 / 3_600),
    ]


def promised(subject: str, seconds: float, due: float) -> Event:
    """Somebody is promised a call."""
    data = PromisedData(queue="callbacks", due=at(due))
    return told(CallbackPromised, seconds, subject, data)


def attempted(subject: str, seconds: float) -> Event:
    """And gets one."""
    data = AttemptedData(queue="callbacks", agent="a", reached=True)
    return told(CallbackAttempted, seconds, subject, data)


def test_promises_are_kept_or_broken_when_they_fall_due() -> None:
    """Kept, late, forgotten, and open: the last is neither, and left to those who come after."""
    events = [
        promised("kept", 0, 600),
        promised("late", 0, 600),
        promised("forgotten", 0, 600),
        promised("open", 3_000, 3_900),
        attempted("kept", 590),
        attempted("late", 610),
    ]
    ledger = read(events)
    outcome = outcome_of(ledger, at(3_600), None)

    assert (outcome.promises_made, outcome.promises_kept, outcome.promises_broken) == (4, 1, 2)
    assert outcome.cost == 2 * 15 + 3


def test_strain_begins_after_two_hours_and_ends_with_a_break() -> None:
    """A short absence is no break; five minutes are."""
    two_hours = STRAINED_AFTER_US / SECOND_US
    short = [
        is_now("available", 0),
        is_now("away", 3_600),
        is_now("available", 3_600 + 240),
    ]
    long = [*short[:2], is_now("available", 3_600 + 300)]
    ends = two_hours + 600

    assert read(short, ends=ends).people.strained_us == 600 * SECOND_US
    assert read(long, ends=ends).people.strained_us == 0
    assert read(short, ends=ends).people.worked_us == round(ends - 240) * SECOND_US


def lots(language: str, good: int, bad: int) -> list[Event]:
    """So many callers of a language answered at once, and so many late."""
    events: list[Event] = []
    for number in range(good + bad):
        name = f"{language}{number}"
        begins = number * 60
        events.append(came(name, begins, language=language))
        events.append(answered(name, begins + (5 if number < good else 40)))
    return sorted(events, key=lambda event: event.time)


def test_the_equity_gap_is_between_groups_with_evidence() -> None:
    """Nineteen callers are none."""
    two = sorted([*lots("en", 20, 5), *lots("es", 10, 10)], key=lambda event: event.time)
    few = sorted([*lots("en", 20, 5), *lots("es", 9, 10)], key=lambda event: event.time)

    assert equity_gap(read(two)) == pytest.approx(0.8 - 0.5)
    assert equity_gap(read(few)) is None


def test_a_mail_does_not_hide_how_long_the_callers_of_a_group_waited() -> None:
    """The mean wait of a language is of its callers, as that of the whole run is."""
    mail = QueuedData(queue="letters", channel="email", language="en")
    events = [
        came("caller", 0, language="en"),
        told(ContactQueued, 1, "mail", mail),
        answered("caller", 10),
        answered("mail", 1_001, "letters"),
    ]
    outcome = outcome_of(read(events), at(3_600), None)
    waits = {(group.dimension, group.name): group.wait_s for group in outcome.groups}

    assert outcome.wait_s == 10.0
    assert waits == {
        ("language", "en"): 10.0,
        ("queue", "snap"): 10.0,
        ("queue", "letters"): 1_000.0,
    }


def test_a_floor_that_was_hit_recovers_with_ten_good_minutes() -> None:
    """Six wait for minutes in the tenth minute; from the fifteenth on all is well."""
    stuck = [came(f"s{number}", 600 + number) for number in range(6)]
    freed = [answered(f"s{number}", 870 + number) for number in range(6)]
    calm = [
        event
        for number in range(40)
        for event in (
            came(f"c{number}", 900 + 60 * number),
            answered(f"c{number}", 905 + 60 * number),
        )
    ]
    ledger = read([*stuck, *freed, *calm])

    assert hit_queues(ledger, at(300)) == {"snap": 10}
    assert recovered_s(ledger, at(300)) == 600.0
    assert recovered_s(read([*stuck, *freed, *calm], ends=20 * 60), at(300)) is None


def test_a_floor_that_was_never_hit_has_nothing_to_recover_from() -> None:
    """Zero, and not never."""
    assert recovered_s(read([came("x", 0), answered("x", 5)]), at(60)) == 0.0


def test_a_floor_without_evidence_has_no_figures() -> None:
    """None, and never 0 or 100 %."""
    outcome = outcome_of(read([]), at(3_600), None)

    assert outcome.service_level is None
    assert outcome.abandonment is None
    assert outcome.wait_s is None
    assert outcome.longest_wait_s is None
    assert outcome.occupancy is None
    assert outcome.strained is None
    assert outcome.csat is None
    assert outcome.recovered_s is None
    assert outcome.cost == 0
