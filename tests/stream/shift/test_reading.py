"""A shift's figures are those of `floorwatch compute` over the same stretch of the same events."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any, Final

import pytest
from msgspec import structs

from simulator.randomness import Draws
from stream.compute import FileReading
from stream.contract.figures import Figures
from stream.contract.floorplan import FloorPlan, parse_floor_plan
from stream.contract.instants import HOUR_US, MINUTE_US, SECOND_US, parse_instant
from stream.contract.shifts import NoShift, Shift, Thanks, shift_of, up_to_now
from stream.shift.reading import ShiftReading, edges_of
from tests.builders import event
from tests.stream.traffic import HISTORY_US, traffic

# Traffic runs from 04:00 local time, which is 03:00 UTC, to 09:00.
PLAN: Final = parse_floor_plan(
    "time_zone: Europe/Rome\nservice_level: stuck_proof\nqueues: {billing: {target_s: 40}}", "floor"
)
BEGIN: Final = int(parse_instant("2026-03-02T23:00:00Z"))
LINES_AT_ONCE: Final = 700


@lru_cache(maxsize=1)
def lines() -> list[bytes]:
    """Five hours from local midnight on, with copies and rubbish; one in ten comes late, by up to
    half an hour, past others of its own contact too."""
    chance = Draws(5)
    found: list[tuple[int, int, bytes]] = []
    order = 0
    for batch in traffic(chance, 11, BEGIN + HISTORY_US):
        for _, value in batch:
            assert value is not None
            order += 1
            late = chance.between(0, 30 * 60) if chance.chance(0.1) else 0
            found.append((order + round(late * 8), order, value))
    return [value for _, _, value in sorted(found)]


def computed(plan: FloorPlan, at: int, window: str, *, agents: bool = False) -> Figures:
    """What `floorwatch compute --at` tells of the same events."""
    reading = FileReading(plan, at=at)
    reading.read("log", enumerate(lines(), start=1))
    return reading.figures(window, agents=agents)


def read(plan: FloorPlan, shift: Shift, *, in_time: bool = False) -> ShiftReading:
    """The shift, read in batches of a log."""
    reading = ShiftReading(plan, shift)
    all_lines = sorted(lines(), key=time_of) if in_time else lines()
    for start in range(0, len(all_lines), LINES_AT_ONCE):
        reading.read(all_lines[start : start + LINES_AT_ONCE])
    return reading


def time_of(line: bytes) -> str:
    """When an event happened; rubbish comes first."""
    try:
        return str(json.loads(line)["time"])
    except ValueError:
        return ""


def told(type_: str, subject: str, at_us: int, **data: Any) -> bytes:
    """An event of an instant."""
    return event(type_, subject=subject, at_us=at_us, **data)


def same(one: Figures, other: Figures) -> None:
    """Everything but the name of the window."""
    assert structs.replace(one, window="") == structs.replace(other, window="")


@pytest.mark.parametrize(
    ("begin", "length", "window"),
    [
        pytest.param(BEGIN + HOUR_US // 2, 4 * HOUR_US, "240m", id="four hours"),
        pytest.param(BEGIN, 285 * MINUTE_US, "today", id="longer than panes are held"),
        pytest.param(BEGIN + 2 * HOUR_US, HOUR_US, "60m", id="an hour"),
        pytest.param(BEGIN + 130 * MINUTE_US, 5 * MINUTE_US, "5m", id="five minutes"),
    ],
)
def test_a_shift_is_what_compute_tells_of_the_same_stretch(
    begin: int, length: int, window: str
) -> None:
    """All counts, figures and agents; as of the shift's last microsecond."""
    shift = Shift(begin, begin + length)

    same(read(PLAN, shift).whole(), computed(PLAN, begin + length - 1, window, agents=True))


def test_each_hour_is_what_compute_tells_of_it() -> None:
    """Whole hours and the parts at both ends, though later events came before earlier ones."""
    shift = Shift(BEGIN + HOUR_US // 2, BEGIN + 4 * HOUR_US + 15 * MINUTE_US)
    windows = ["30m", "60m", "60m", "60m", "15m"]
    hours = read(PLAN, shift).hours()

    assert [(hour.begin - BEGIN) // MINUTE_US for hour in hours] == [30, 60, 120, 180, 240]
    for hour, window in zip(hours, windows, strict=True):
        same(hour.figures, computed(PLAN, hour.end - 1, window))


def test_hours_add_up_to_the_shift() -> None:
    """What is counted is counted once. An event that comes past later ones of its own contact is
    entered when it is met, so as of an hour's end it may be in that hour and later in the next."""
    shift = Shift(BEGIN + HOUR_US // 2, BEGIN + 4 * HOUR_US)
    reading = read(PLAN, shift, in_time=True)
    whole, hours = reading.whole(), reading.hours()

    for name in ("offered", "answered", "abandoned", "handled", "csat_n", "callbacks_due"):
        of_hours = [hour.figures.floor.counts[name] or 0 for hour in hours]
        assert sum(of_hours) == whole.floor.counts[name], name


def test_an_hour_is_told_as_of_its_end_though_its_events_come_later() -> None:
    """What happened before an edge and came after it counts before it; agents' time too."""
    begin = BEGIN + HOUR_US
    reading = ShiftReading(FloorPlan(), Shift(begin, begin + 2 * HOUR_US))
    reading.read(
        [
            told("agent.state", "a-1", begin, state="available", team="north", queues=["q"]),
            told("contact.queued", "c-1", begin + 50 * MINUTE_US, queue="q", channel="voice"),
            told("agent.state", "a-1", begin + 90 * MINUTE_US, state="offline"),
            told("contact.answered", "c-1", begin + 55 * MINUTE_US, agent="a-1", queue="q"),
        ]
    )
    first, second = reading.hours()

    assert first.figures.floor.counts["answered"] == 1
    assert second.figures.floor.counts["answered"] == 0
    assert (
        first.figures.floor.figures["occupancy"],
        second.figures.floor.figures["utilisation"],
    ) == (
        0.0,
        0.0,
    )


def test_what_is_not_known_is_told() -> None:
    """Silent stretches, and what was read from the beginning on and came to nothing."""
    begin = BEGIN
    reading = ShiftReading(FloorPlan(), Shift(begin, begin + HOUR_US))
    queued = told("contact.queued", "c-1", begin + MINUTE_US, queue="q", channel="voice")
    reading.read([b"rubbish before", told("agent.state", "a-1", begin - SECOND_US, state="away")])
    reading.read([queued, queued, b"rubbish"])
    reading.read([told("contact.abandoned", "c-1", begin + 20 * MINUTE_US, queue="q")])
    health = reading.since_begin()

    assert reading.gaps(begin + 2 * MINUTE_US) == [
        (begin + 2 * MINUTE_US, begin + 20 * MINUTE_US),
        (begin + 20 * MINUTE_US + 5 * SECOND_US, begin + HOUR_US),
    ]
    assert reading.gaps(begin) == [
        (begin + MINUTE_US + 5 * SECOND_US, begin + 20 * MINUTE_US),
        (begin + 20 * MINUTE_US + 5 * SECOND_US, begin + HOUR_US),
    ]
    assert (health.events, health.duplicates, health.rejected) == (4, 1, 1)
    assert dict(reading.rejected) == {"JSON": 1}


def test_thanks_of_the_shift_are_counted_once() -> None:
    """By whom and to whom; those of another time and copies are none of it."""
    begin = BEGIN
    reading = ShiftReading(FloorPlan(), Shift(begin, begin + HOUR_US))
    thanks = [
        told("recognition.given", "a-1", begin + MINUTE_US, by="customer"),
        told("recognition.given", "a-1", begin + 2 * MINUTE_US, by="customer"),
        told("recognition.given", "a-2", begin + 2 * MINUTE_US, by="peer"),
    ]
    reading.read([told("recognition.given", "a-1", begin - 1, by="customer"), *thanks])
    reading.read([thanks[0], told("recognition.given", "a-2", begin + HOUR_US, by="peer")])

    assert reading.thanks() == [Thanks("a-1", "customer", 2), Thanks("a-2", "peer", 1)]


def test_hours_are_those_of_the_local_clock() -> None:
    """Also where that is half an hour beside UTC's, and on the day on which clocks are turned."""
    india = FloorPlan(time_zone="Asia/Kolkata")
    begin = int(parse_instant("2026-03-02T02:15:00Z"))
    rome = int(parse_instant("2026-03-29T00:00:00Z"))

    assert [
        (edge - begin) // MINUTE_US for edge in edges_of(Shift(begin, begin + 2 * HOUR_US), india)
    ] == [0, 15, 75, 120]
    assert edges_of(Shift(rome, rome + 3 * HOUR_US), PLAN) == [
        rome + hour * HOUR_US for hour in range(4)
    ]


@pytest.mark.parametrize(
    ("begin", "end", "why"),
    [
        (1, MINUTE_US, "from, to: expected whole minutes"),
        (MINUTE_US, MINUTE_US, "to: expected a time after from"),
        (0, 25 * HOUR_US + MINUTE_US, "to: expected at most 25 hours after from"),
    ],
)
def test_what_is_no_shift_is_said(begin: int, end: int, why: str) -> None:
    """In one line."""
    with pytest.raises(NoShift, match=why):
        shift_of(begin, end)


def test_a_day_on_which_the_clocks_go_back_is_a_shift() -> None:
    """It has 25 hours."""
    assert shift_of(0, 25 * HOUR_US).end == 25 * HOUR_US


def test_a_shift_that_goes_on_ends_now() -> None:
    """In whole panes; one that has not begun has no report."""
    shift = Shift(0, HOUR_US)

    assert up_to_now(shift, MINUTE_US + 7 * SECOND_US) == Shift(0, MINUTE_US + 5 * SECOND_US)
    assert up_to_now(shift, 2 * HOUR_US) == shift
    with pytest.raises(NoShift, match="from: expected a time that is past on the floor"):
        up_to_now(Shift(HOUR_US, 2 * HOUR_US), HOUR_US)
