"""The floor's clock: the wall clock when live, and when a recording is played, its own time."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from stream.contract.frames import plain_int
from stream.contract.instants import SECOND_US, Instant


class FloorClock(Struct, frozen=True):
    """Floor time as a straight line over the wall clock: at `wall` it was `floor`, and it runs
    `speed` times as fast. All in microseconds."""

    wall: int
    floor: int
    speed: float

    def at(self, wall: int) -> Instant:
        """The floor's time at an instant of the wall clock."""
        if self.speed == 1.0:
            return Instant(self.floor + wall - self.wall)
        return Instant(self.floor + round((wall - self.wall) * self.speed))


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
