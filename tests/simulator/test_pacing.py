"""Pacing: what is due when, by a clock that only sleeping moves."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from simulator.pacing import BATCH_EVENTS_MAX, Due, Pace, paced
from stream.contract.instants import HOUR_US, SECOND_US


@dataclass(frozen=True)
class Moment:
    """Something that happens at a time."""

    time: int


@dataclass
class Clock:
    """A wall clock that stands still but for sleep."""

    at: int = HOUR_US
    slept: list[float] = field(default_factory=list)

    def now(self) -> int:
        """The time it shows."""
        return self.at

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.slept.append(seconds)
        self.at += round(seconds * SECOND_US)


def played(clock: Clock, times_s: list[float], speed: float = 1.0) -> list[Due[Moment]]:
    """All batches of moments at seconds after the floor's start at 0."""
    return list(
        paced(
            [Moment(round(second * SECOND_US)) for second in times_s],
            now=clock.now,
            sleep=clock.sleep,
            speed=speed,
            anchor_floor=0,
            anchor_wall=clock.at,
        )
    )


def test_nothing_is_given_before_its_time() -> None:
    """Events come in order, each when it is due and little later."""
    clock = Clock()
    batches = played(clock, [0.0, 0.5, 0.5, 2.0])
    given = [due for due in batches if due.events]

    assert [[moment.time for moment in due.events] for due in given] == [
        [0],
        [500_000, 500_000],
        [2_000_000],
    ]
    assert all(due.lag_us <= 20_000 for due in given)
    assert clock.at - HOUR_US >= 2 * SECOND_US


def test_a_quiet_stretch_still_gives_the_caller_a_turn() -> None:
    """An empty batch comes at least every quarter of a second."""
    clock = Clock()
    batches = played(clock, [0.0, 10.0])

    assert sum(not due.events for due in batches) >= 39
    assert max(clock.slept) <= 0.25


@pytest.mark.parametrize(("speed", "takes_s"), [(0.25, 40), (1.0, 10), (60.0, 10 / 60)])
def test_the_speed_is_kept(speed: float, takes_s: float) -> None:
    """Ten seconds of the floor last as long as the speed says."""
    clock = Clock()
    played(clock, [0.0, 10.0], speed)

    assert (clock.at - HOUR_US) / SECOND_US == pytest.approx(takes_s, abs=0.02)


def test_falling_behind_is_told_and_nothing_is_skipped() -> None:
    """A caller that takes three seconds over a batch learns how late the next one is."""
    clock = Clock()
    lags = []
    moments = [Moment(second * SECOND_US) for second in range(4)]
    pace = paced(
        moments, now=clock.now, sleep=clock.sleep, speed=1.0, anchor_floor=0, anchor_wall=clock.at
    )
    given = 0
    for due in pace:
        if due.events:
            given += len(due.events)
            lags.append(due.lag_us)
            clock.at += 3 * SECOND_US

    assert given == 4
    assert lags == [0, 2 * SECOND_US]


def test_a_flood_comes_in_batches_of_a_limit() -> None:
    """History is given at once, but never in one piece."""
    batches = played(Clock(), [-5.0] * (BATCH_EVENTS_MAX * 2 + 1))

    assert [len(due.events) for due in batches] == [BATCH_EVENTS_MAX, BATCH_EVENTS_MAX, 1]


def test_a_pace_turns_both_ways() -> None:
    """Wall to floor and back."""
    pace = Pace(speed=60.0, anchor_floor=1_000, anchor_wall=2_000)

    assert pace.floor_at(pace.wall_at(61_000)) == 61_000


def test_standing_still_is_no_speed() -> None:
    """A speed of nothing would wait for ever."""
    with pytest.raises(ValueError, match="speed must be above 0"):
        played(Clock(), [0.0], speed=0.0)
