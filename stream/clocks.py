"""Follows the floor's clock in the log, so that worker and dashboard agree on what time it is."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final

from stream.contract.clock import LIVE, FloorClock, decode_clock, encode_clock
from stream.contract.instants import SECOND_US, Instant
from stream.logs.port import Log, LogAway, LogError
from stream.logs.topics import FLOOR_CLOCK

CLOCK_KEY: Final = "clock"
# Often enough that a pause is known to all before it takes hold, and next to nothing to ask.
LOOK_EVERY_US: Final = SECOND_US // 5
# How long the first look waits for what the log holds already.
FIRST_LOOK_S: Final = 30.0


class ClockFollower:
    """The floor's clock as the log last told it; `now` is the wall clock in microseconds.

    Raises `LogAway` where the log does not say in time which clock that is.
    """

    def __init__(self, log: Log, now: Callable[[], int]) -> None:
        self._tail = log.tail(FLOOR_CLOCK, from_start=True)
        self._now = now
        self._looked_at = 0
        self.clock = LIVE
        give_up = time.monotonic() + FIRST_LOOK_S
        self.look(at_once=True)
        while not self._tail.caught_up():
            if time.monotonic() > give_up:
                self.close()
                raise LogAway(
                    f"topic {FLOOR_CLOCK} was not told to its end within {FIRST_LOOK_S:g} s: "
                    "is a transaction left open on it, or a broker away? trying again"
                )
            self.look(at_once=True)

    def look(self, *, at_once: bool = False) -> bool:
        """Take in a change of the clock, five times a second unless `at_once`; True where the floor
        has another time now, False where the same only runs on at another speed."""
        wall = self._now()
        if not at_once and abs(wall - self._looked_at) < LOOK_EVERY_US:
            return False
        self._looked_at = wall
        before = self.clock
        for record in self._tail.poll(100, 0):
            if record.value is not None:
                self.clock = decode_clock(record.value)
        return not self.clock.goes_on_from(before)

    def at(self, wall: int) -> Instant:
        """The floor's time at an instant of the wall clock."""
        return self.clock.at(wall)

    def at_each(self, walls: Sequence[int]) -> list[Instant]:
        """The floor's time at each of the instants: those of one append are the same."""
        at = {wall: self.clock.at(wall) for wall in set(walls)}
        return [at[wall] for wall in walls]

    def close(self) -> None:
        self._tail.close()


def current_clock(log: Log) -> FloorClock:
    """The floor's clock as the log holds it."""
    clock = LIVE
    for record in log.read(FLOOR_CLOCK, 0):
        if record.value is not None:
            clock = decode_clock(record.value)
    return clock


def set_clock(log: Log, clock: FloorClock, *, has_events: bool) -> None:
    """Make the floor run on `clock`. Raises `LogError` where events of another one are there."""
    if has_events and current_clock(log) != clock:
        raise LogError("the log holds events of another clock; play this into a log of its own")
    turn_clock(log, clock)


def turn_clock(log: Log, clock: FloorClock) -> None:
    """Tell that the floor's clock turns; `clock` knows what it was before."""
    log.append(FLOOR_CLOCK, [(CLOCK_KEY, encode_clock(clock))])
