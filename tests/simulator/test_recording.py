"""Recordings: what is due when, what moves with a shift, and what stays byte for byte."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.recording import (
    AHEAD_US,
    FOLLOWING_LINES,
    Played,
    first_time,
    noting,
    play,
    played,
)
from stream.contract.clock import FloorClock
from stream.contract.codec import Rejected, decode
from stream.contract.instants import DAY_US, HOUR_US, SECOND_US
from tests.builders import BASE_US, event, queued, text

JUNK: Final = b"junk"


def of(*lines: bytes, shift_us: int = 0) -> list[Played]:
    """The lines as they are played, from the first on."""
    numbered = list(enumerate(lines, 1))
    first = first_time(numbered)
    assert first is not None
    return list(played(numbered, first=first, shift_us=shift_us))


def seconds(*lines: bytes) -> list[float]:
    """When each line is due, in seconds after the base instant."""
    return [(item.time - BASE_US) / SECOND_US for item in of(*lines)]


def test_without_a_shift_every_byte_stays() -> None:
    """Keyed by subject, due at its own time."""
    line = queued("c1", 1.5).replace(b":", b" : ")
    line = line.replace(
        text(BASE_US + 1_500_000).replace(":", " : ").encode(), b"2026-03-02T15:00:01.5+01:00"
    )

    assert of(line) == [Played(BASE_US + 3 * SECOND_US // 2, "c1", line)]


@pytest.mark.parametrize(
    ("lines", "due"),
    [
        pytest.param([queued("a", 0), JUNK, queued("b", 5)], [0, 0, 5], id="with the one before"),
        pytest.param([JUNK, JUNK, queued("a", 3)], [3, 3, 3], id="at the start, with the first"),
        pytest.param([queued("a", 3), queued("b", 1)], [3, 1], id="a little late"),
        pytest.param([queued("a", 0), queued("b", 9000)], [0, 9000], id="after a pause"),
        pytest.param(
            [queued("a", 0), queued("b", 86_400), queued("c", 2)],
            [0, 2, 2],
            id="a broken clock holds up nothing",
        ),
        pytest.param(
            [queued("a", 86_400), queued("b", 86_400), queued("c", 2), queued("d", 4)],
            [2, 2, 2, 4],
            id="a broken clock to begin with",
        ),
        pytest.param(
            [queued("a", AHEAD_US // SECOND_US), queued("b", 0)], [300, 0], id="just not too far"
        ),
        pytest.param(
            [queued("a", AHEAD_US // SECOND_US + 1), queued("b", 0)], [0, 0], id="just too far"
        ),
    ],
)
def test_when_a_line_is_due(lines: list[bytes], due: list[float]) -> None:
    """At its event's time, but for what live was no good either."""
    assert seconds(*lines) == due


def test_many_broken_lines_to_begin_with_are_sent_at_once() -> None:
    """However many, the first good event's time is found."""
    lines = [JUNK] * (3 * FOLLOWING_LINES) + [queued("a", 7)]

    assert seconds(*lines) == [7.0] * len(lines)


@pytest.mark.parametrize("lines", [[], [JUNK], [JUNK, b"{}"]])
def test_without_a_good_event_there_is_no_first(lines: list[bytes]) -> None:
    """None, never 0."""
    assert first_time(enumerate(lines)) is None


@given(
    at_us=st.integers(min_value=-DAY_US, max_value=DAY_US),
    shift_us=st.integers(min_value=-400 * DAY_US, max_value=400 * DAY_US).filter(bool),
)
def test_a_shift_is_exact_to_the_microsecond(at_us: int, shift_us: int) -> None:
    """Fractions of any length that an event may have."""
    line = event("contact.queued", subject="c", at_us=BASE_US + at_us, queue="q", channel="voice")
    (item,) = of(line, shift_us=shift_us)

    assert item.time == decode(item.payload).time == BASE_US + at_us + shift_us


@pytest.mark.parametrize(
    ("type_", "name"), [("callback.promised", "due"), ("plan.interval", "start")]
)
def test_what_belongs_to_an_events_time_moves_with_it(type_: str, name: str) -> None:
    """A promise is still due as long after it was made; nothing else in the line changes."""
    more: dict[str, Any] = {
        name: 60.000001,
        "minutes": 30,
        "forecast_contacts": 44.10,
        "forecast_aht_s": 1e2,
    }
    line = event(type_, subject="s", at=1.25, queue="q", **more)
    (item,) = of(line, shift_us=HOUR_US)
    moved = line.replace(text(BASE_US + 1_250_000).encode(), b"2026-03-02T15:00:01.250Z")
    moved = moved.replace(text(BASE_US + 60_000_001).encode(), b"2026-03-02T15:01:00.000001Z")

    assert item.payload == moved != line


@pytest.mark.parametrize(
    "more",
    [
        {"due": "2026-03-02T14:00:00Z"},
        {"start": "tomorrow"},
        {"big": 12345678901234567890123},
        {"comment": "à 2026-03-02T14:00:00Z"},
    ],
)
def test_what_only_looks_like_a_time_stays(more: dict[str, Any]) -> None:
    """A field that the event's type does not have may be anything."""
    line = event("contact.queued", subject="c", queue="q", channel="voice", **more)
    (item,) = of(line, shift_us=HOUR_US)

    assert item.payload == line.replace(text(BASE_US).encode(), b"2026-03-02T15:00:00Z", 1)


def test_an_event_of_an_unknown_type_moves_too() -> None:
    """It is counted by its time."""
    (item,) = of(event("contact.cloned", subject="c", due="never"), shift_us=HOUR_US)

    assert item.time == decode(item.payload).time == BASE_US + HOUR_US


def test_there_is_no_time_after_the_year_9999() -> None:
    """What would have to move there stays as it is."""
    last = event(
        "contact.queued", subject="c", queue="q", channel="voice", at_us=253402300799000000
    )
    moved = of(queued("a", 0), last, queued("b", 1), shift_us=400 * DAY_US)

    assert moved[1].payload == last
    assert moved[2].time == BASE_US + SECOND_US + 400 * DAY_US


@given(st.binary(max_size=60))
def test_no_line_stops_a_recording(junk: bytes) -> None:
    """What was rejected then is rejected again."""
    _, item, last = of(queued("a", 0), junk, queued("b", 1), shift_us=HOUR_US)
    try:
        decode(junk)
    except Rejected:
        assert item == Played(BASE_US + HOUR_US, "", junk)
    assert last.time == BASE_US + HOUR_US + SECOND_US


@dataclass
class Stage:
    """A log, a clock and a person at the terminal, for playing to."""

    slow_us: int = 0
    told: int = 0
    now: int = BASE_US
    appended: list[tuple[int, str]] = field(default_factory=list)

    def append(self, pairs: list[tuple[str, bytes | None]]) -> None:
        """Take what comes; a slow log needs its time."""
        self.appended += [(self.now, key) for key, _ in pairs]
        self.now += self.slow_us

    def when_behind(self) -> None:
        """Hear that the machine cannot keep up."""
        self.told += 1

    def play(self, *lines: bytes, stop_after: int = 1_000) -> list[tuple[int, str]]:
        """Play lines by a clock that moves by a millisecond whenever it is looked at."""

        def now() -> int:
            self.now += 1_000
            return self.now

        play(
            of(*lines),
            clock=FloorClock(wall=BASE_US, floor=BASE_US, speed=1_000_000.0),
            now=now,
            append=self.append,
            stopped=lambda: len(self.appended) >= stop_after,
            when_behind=self.when_behind,
        )
        return self.appended


def test_events_are_played_in_their_order_until_it_is_enough() -> None:
    """Each under its subject."""
    lines = [queued(f"c{second}", second * 40_000) for second in range(9)]

    assert [key for _, key in Stage().play(*lines)] == [f"c{second}" for second in range(9)]
    assert [key for _, key in Stage().play(*lines, stop_after=3)] == ["c0", "c1", "c2"]


def test_falling_behind_is_told_once_and_history_is_not_behind() -> None:
    """Who never kept up from the start is catching up."""
    lines = [queued(f"c{second}", second * 40_000) for second in range(9)]
    slow = Stage(slow_us=6 * SECOND_US)
    slow.play(*lines)
    history = Stage(now=BASE_US + HOUR_US)
    history.play(*lines)

    assert (slow.told, history.told) == (1, 0)


def test_a_past_that_is_in_is_noted() -> None:
    """When the first event of the present is asked for, and not before."""
    reached = threading.Event()
    events = [Played(time, "c-1", b"") for time in (1, 2, 3)]
    noted = [(each.time, reached.is_set()) for each in noting(events, 2, reached)]

    assert noted == [(1, False), (2, True), (3, True)]
