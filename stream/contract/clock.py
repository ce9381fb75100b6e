"""The floor's clock: the wall clock when live, and when a recording is played, its own time."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Final

import msgspec
from msgspec import Struct

from stream.contract.frames import plain_int
from stream.contract.instants import SECOND_US, Instant

# Turns of a clock that are remembered: hours of somebody pausing and going on, and a small record.
TURNS_MAX: Final = 1_000


class Line(Struct, frozen=True, array_like=True):
    """A straight line of floor time that was in force from `wall` until the next one began."""

    wall: int
    floor: int
    speed: float

    def at(self, wall: int) -> Instant:
        if self.speed == 1.0:
            return Instant(self.floor + wall - self.wall)
        return Instant(self.floor + round((wall - self.wall) * self.speed))

    def wall_at(self, floor: int) -> int:
        """An instant of the wall clock at which it was not later than that on the floor, and not
        much earlier either."""
        if not self.speed:
            return self.wall - 1
        return self.wall + math.floor((floor - self.floor) / self.speed) - 1


class FloorClock(Struct, frozen=True, omit_defaults=True):
    """Floor time as a straight line over the wall clock: at `wall` it was `floor`, and it runs
    `speed` times as fast, 0 while it is paused. All in microseconds.

    `before` has the lines that held until `wall`, oldest first: what was appended by them is dated
    by them, whoever asks and however late.
    """

    wall: int
    floor: int
    speed: float
    before: tuple[Line, ...] = ()

    def at(self, wall: int) -> Instant:
        """The floor's time at an instant of the wall clock."""
        return self._line_at(wall).at(wall)

    def speed_at(self, wall: int) -> float:
        """How fast it runs at an instant of the wall clock."""
        return self._line_at(wall).speed

    def goes_on_from(self, known: FloorClock) -> bool:
        """Whether this is the known clock, turned since or not: the same floor's time."""
        return known == self or Line(known.wall, known.floor, known.speed) in self.before

    def wall_at(self, floor: int) -> int:
        """An instant of the wall clock at which it was not later than that on the floor: with
        pauses, before the first of them that stands at it."""
        for line, then in pairwise(self._lines()):
            if then.floor >= floor:
                return min(line.wall_at(floor), then.wall)
        return self._lines()[-1].wall_at(floor)

    def _lines(self) -> tuple[Line, ...]:
        return (*self.before, Line(self.wall, self.floor, self.speed))

    def turned(self, wall: int, floor: int, speed: float) -> FloorClock:
        """The same until `wall`, and then another line."""
        line = Line(self.wall, self.floor, self.speed)
        before = (*self.before, line)[-TURNS_MAX:]
        return FloorClock(wall=wall, floor=floor, speed=speed, before=before)

    def _line_at(self, wall: int) -> Line:
        if wall < self.wall and self.before:
            # Before the first line began there was none other to go by.
            held = (each for each in reversed(self.before) if each.wall <= wall)
            return next(held, self.before[0])
        return Line(self.wall, self.floor, self.speed)


LIVE = FloorClock(wall=0, floor=0, speed=1.0)


# How far the clocks of two machines of one floor may be apart, in microseconds.
SKEW_US = 60 * SECOND_US


def told_at(before: int | None, now: int) -> int:
    """The instant to tell figures for, after those told for `before`.

    Time does not go back for clocks a little apart. It does where the clock was set back: figures
    for an instant that will not come for an hour would stand still and look fresh.
    """
    if before is None or now >= before or before - now > SKEW_US:
        return now
    return before


def encode_clock(clock: FloorClock) -> bytes:
    return msgspec.json.encode(clock, enc_hook=plain_int)


def decode_clock(value: bytes) -> FloorClock:
    return msgspec.json.decode(value, type=FloorClock)
