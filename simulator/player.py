"""A player of recordings: what is due by when, paused, faster, sought and looped.

Nothing here reads a file or a clock: `now` is the wall clock in microseconds, and the recording is
asked for anew where it is sought back. Times of the recording are called recorded, and those of the
floor, which what is played is dated by, are the floor's.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from simulator.recording import HISTORY_US, Moment, Played, first_time, last_time, moments
from simulator.rewriting import again, is_of_contact, renamed
from simulator.under_way import UnderWay
from stream.contract.clock import FloorClock
from stream.contract.codec import encode

BATCH_EVENTS_MAX: Final = 2_000

Lines = Callable[[], Iterator[tuple[int, bytes]]]


class Stretch(NamedTuple):
    """What of a recording is played: its lines, its first event's time, and from when to when.

    All times are recorded ones, in microseconds. What is due from `since` to `begin` is sent at
    once, so that windows are full at the beginning.
    """

    lines: Lines
    first: int
    since: int
    begin: int
    end: int

    def part(self, begin: int, end: int) -> Stretch:
        """What lies between these times, with the day before it."""
        return self._replace(since=begin - HISTORY_US, begin=begin, end=end)


def whole_recording(lines: Lines) -> Stretch | None:
    """All of a recording, read twice; None where it has no good event."""
    first = first_time(lines())
    return None if first is None else Stretch(lines, first, first, first, last_time(lines()))


class _Jump(NamedTuple):
    """When this instant of the wall clock and the floor has come, it goes on at `to`, recorded."""

    wall: int
    floor: int
    to: int


class Player:
    """Plays a stretch of a recording on a floor's clock that it sets.

    A log cannot be unwritten and its clock does not go back. Sought forward, what lies between is
    played at once and the clock jumps. Sought back, as in a loop, the clock goes on: what is played
    again is dated anew, with events and contacts of their own names, after what was under way was
    ended and what was under way then was begun again.

    A change takes hold `lead_us` after it was asked for, so that whoever follows the clock has
    heard of it by then.
    """

    def __init__(
        self, stretch: Stretch, clock: FloorClock, *, loop: bool = False, lead_us: int = 0
    ) -> None:
        self.clock = clock
        self.loop = loop and stretch.end > stretch.begin
        self._stretch = stretch
        self._lead_us = lead_us
        self._speed = clock.speed
        self._paused = False
        self._shift = clock.floor - stretch.begin
        self._nth = 1
        self._jumps: deque[_Jump] = deque()
        self._told_wall = clock.wall
        self._under_way = UnderWay()
        # What a jump makes, and is due at once.
        self._made: deque[Played] = deque()
        self._left = self._from(stretch.since)
        self._next = next(self._left, None)

    # --- asking ---------------------------------------------------------------------------------

    @property
    def paused(self) -> bool:
        return self._paused

    @property
    def speed(self) -> float:
        """Times the wall clock's pace, while it is not paused."""
        return self._speed

    @property
    def nth(self) -> int:
        """How often what is played now was begun: once, and again at each loop or seek back."""
        return self._nth

    @property
    def bounds(self) -> tuple[int, int]:
        """From which recorded time to which it can be sought."""
        return self._stretch.begin, self._stretch.end

    def position(self, now: int) -> int:
        """The recorded time that has been reached."""
        return max(self._stretch.since, min(self.clock.at(now) - self._shift, self._stretch.end))

    def is_over(self, now: int) -> bool:
        """Whether everything was played, and nothing that was asked for is still to come."""
        reached = self.clock.at(now) >= self._stretch.end + self._shift
        return reached and not (self._next or self._made or self._jumps or self.loop)

    def lag_us(self, now: int) -> int:
        """How long, on the wall clock, what is next has been due; 0 where it is not."""
        if self._next is None or not self.clock.speed:
            return 0
        late = self.clock.at(now) - self._next.time - self._shift
        return max(0, round(late / self.clock.speed))

    # --- changing -------------------------------------------------------------------------------

    def pause(self, now: int) -> None:
        """Stop the floor's clock, and with it everything."""
        if not self._paused:
            self._paused = True
            self._turn(now, 0.0)

    def resume(self, now: int) -> None:
        """Go on at the speed from before."""
        if self._paused:
            self._paused = False
            self._turn(now, self._speed)

    def set_speed(self, speed: float, now: int) -> None:
        """Play `speed` times as fast as the wall clock; what is paused stays so."""
        if speed <= 0:
            raise ValueError("speed must be above 0")
        if speed != self._speed:
            self._speed = speed
            if not self._paused:
                self._turn(now, speed)

    def seek(self, to: int, now: int) -> None:
        """Go on at a recorded time, or at that end of the stretch which is nearer to it."""
        to = max(self._stretch.begin, min(to, self._stretch.end))
        wall = self._takes_hold(now)
        ahead = to - self._coming(wall)
        if ahead >= 0:
            self._turn(now, 0.0 if self._paused else self._speed, ahead_us=ahead)
        else:
            self._jumps.append(_Jump(wall, self.clock.at(wall), to))
            self._told_wall = wall

    def seek_by(self, by_us: int, now: int) -> None:
        """Go on so much later in the recording, or earlier where it is below 0."""
        self.seek(self._coming(self._takes_hold(now)) + by_us, now)

    def _takes_hold(self, now: int) -> int:
        """From which instant of the wall clock on it holds what is asked for now."""
        return max(now + self._lead_us, self._told_wall + 1)

    def _coming(self, wall: int) -> int:
        """The recorded time that will have been reached by then, all that was asked for done."""
        last = self._jumps[-1] if self._jumps else None
        shift = self._shift if last is None else last.floor - last.to
        reached = self.clock.at(wall) - shift
        return reached if self.loop else min(reached, self._stretch.end)

    def _turn(self, now: int, speed: float, *, ahead_us: int = 0) -> None:
        wall = self._takes_hold(now)
        self.clock = self.clock.turned(wall, self.clock.at(wall) + ahead_us, speed)
        self._told_wall = wall

    # --- playing --------------------------------------------------------------------------------

    def due(self, now: int, at_most: int = BATCH_EVENTS_MAX) -> list[Played]:
        """What has fallen due by now and was not given yet, in order; at most so many at once."""
        batch: list[Played] = []
        while len(batch) < at_most:
            jump = self._jumps[0] if self._jumps and self._jumps[0].wall <= now else None
            floor = self.clock.at(now) if jump is None else jump.floor
            if self._made:
                batch.append(self._made.popleft())
            elif self._next is not None and self._next.time + self._shift <= floor:
                batch.append(self._played(self._next))
                self._under_way.take(self._next)
                self._next = next(self._left, None)
            elif jump is not None:
                self._jumps.popleft()
                self._begin_again(jump.floor, jump.to)
            elif self.loop and floor >= (ends := self._stretch.end + self._shift):
                self._begin_again(ends, self._stretch.begin)
            else:
                break
        return batch

    def _played(self, moment: Moment, *, at: int | None = None) -> Played:
        """The moment as it is sent this time, at the floor's time `at` instead of its own."""
        shift = self._shift if at is None else at - moment.time
        time, key, payload = moment.played(shift)
        if self._nth > 1 and moment.event is not None:
            payload = renamed(payload, moment.event, self._nth)
            if is_of_contact(moment.event):
                key = again(key, self._nth)
        return Played(time, key, payload)

    def _begin_again(self, floor: int, to: int) -> None:
        """End what is under way at the floor's time `floor`, and go on from `to`, recorded."""
        then, left = UnderWay(), self._from(self._stretch.first)
        upcoming = next(left, None)
        while upcoming is not None and upcoming.time < to:
            then.take(upcoming)
            upcoming = next(left, None)
        before = self._nth
        ended = self._under_way.endings(
            floor, f"{before}", staying=then, named=lambda contact: again(contact, before)
        )
        self._nth += 1
        self._shift = floor - to
        self._made.extend(Played(floor, event.subject, encode(event)) for event in ended)
        self._made.extend(self._played(moment, at=floor) for moment in then.agents())
        self._made.extend(map(self._played, (*then.plans(to), *then.contacts())))
        self._under_way, self._left, self._next = then, left, upcoming

    def _from(self, since: int) -> Iterator[Moment]:
        """What is due from then to the stretch's end, recorded."""
        stretch = self._stretch
        for moment in moments(stretch.lines(), stretch.first):
            if since <= moment.time <= stretch.end:
                yield moment
