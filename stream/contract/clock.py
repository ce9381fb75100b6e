"""The floor's clock: the wall clock when live, and when a recording is played, its own time."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from stream.contract.instants import Instant


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


def encode_clock(clock: FloorClock) -> bytes:
    return msgspec.json.encode(clock)


def decode_clock(value: bytes) -> FloorClock:
    return msgspec.json.decode(value, type=FloorClock)
