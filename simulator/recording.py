"""A recording played again: the same events, in the same order, at their own time or shifted."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from threading import Event
from typing import Final, NamedTuple

from simulator.pacing import paced
from simulator.rewriting import moved
from stream.contract.clock import FloorClock
from stream.contract.codec import Rejected, decode
from stream.contract.events import KnownEvent, UnknownEvent
from stream.contract.instants import DAY_US, MINUTE_US, SECOND_US

# A time that lies further than this ahead of what follows it is a broken clock's: live it was
# rejected, and waiting for it would hold up the whole recording.
AHEAD_US: Final = 5 * MINUTE_US
# Who begins in the middle sees windows and `today` as they stood: a day of history is sent at once.
HISTORY_US: Final = DAY_US
FOLLOWING_LINES: Final = 100
BEHIND_US: Final = 5 * SECOND_US


class Played(NamedTuple):
    """One event of a recording: when it is due, in microseconds, its key and its bytes."""

    time: int
    key: str
    payload: bytes


class Moment(NamedTuple):
    """One line of a recording: when it is due, in microseconds, its bytes, and its event where it
    is a good one."""

    time: int
    payload: bytes
    event: KnownEvent | UnknownEvent | None

    def played(self, shift_us: int) -> Played:
        """As it is sent, `shift_us` later than it was recorded."""
        time = self.time + shift_us
        if self.event is None:
            return Played(time, "", self.payload)
        payload = moved(self.payload, self.event, shift_us) if shift_us else self.payload
        return Played(time, self.event.subject, payload)


def first_time(lines: Iterable[tuple[int, bytes]]) -> int | None:
    """When the recording's first good event is due, in microseconds; None without one."""
    return next((one.time for one in moments(lines, 0) if one.event is not None), None)


def last_time(lines: Iterable[tuple[int, bytes]]) -> int:
    """When the recording's last event is due, in microseconds; 0 without one."""
    return max((one.time for one in moments(lines, 0) if one.event is not None), default=0)


def played(
    lines: Iterable[tuple[int, bytes]],
    *,
    first: int,
    shift_us: int = 0,
    since: int | None = None,
) -> Iterator[Played]:
    """The recording's events as they are to be sent; `first` is its `first_time`. What is due
    before `since` is left out.

    A line that is no good event is sent as it is, with the one before it: what was rejected then
    is to be rejected again. Without a shift every byte stays what it was, and with one every byte
    but those of the moments that move.
    """
    for moment in moments(lines, first):
        if since is None or moment.time >= since:
            yield moment.played(shift_us)


def play(
    events: Iterable[Played],
    *,
    clock: FloorClock,
    now: Callable[[], int],
    append: Callable[[list[tuple[str, bytes | None]]], object],
    stopped: Callable[[], bool],
    when_behind: Callable[[], object],
) -> tuple[int, int]:
    """Append events as they fall due by the floor's clock, until they end or `stopped` says so;
    gives how many were sent and when the newest of them was due."""
    sent, until = 0, clock.floor
    # History is behind by intent: only who has kept up can fall behind.
    was_behind = True
    for due in paced(
        events, now=now, speed=clock.speed, anchor_floor=clock.floor, anchor_wall=clock.wall
    ):
        if stopped():
            break
        if due.events:
            append([(item.key, item.payload) for item in due.events])
            sent += len(due.events)
            until = max(until, due.events[-1].time)
        is_behind = due.lag_us > BEHIND_US
        if is_behind and not was_behind:
            when_behind()
        was_behind = is_behind
    return sent, until


def moments(lines: Iterable[tuple[int, bytes]], first: int) -> Iterator[Moment]:
    """Each line with when it is due: at its event's time, or with what follows it where that is
    much earlier. `first` is the recording's `first_time`."""
    waiting: deque[Moment] = deque()
    # Of the lines that are waiting, by number: each that is earlier than all after it, so that the
    # first of them is the earliest.
    earliest: deque[tuple[int, int]] = deque()
    due, number = first, 0
    for nth, (_, payload) in enumerate(lines):
        event = _event(payload)
        waiting.append(Moment(0, payload, event))
        if event is not None:
            while earliest and earliest[-1][1] >= event.time:
                earliest.pop()
            earliest.append((nth, event.time))
        if len(waiting) > FOLLOWING_LINES:
            due = _due(waiting[0], number, earliest, due)
            yield waiting.popleft()._replace(time=due)
            number += 1
    while waiting:
        due = _due(waiting[0], number, earliest, due)
        yield waiting.popleft()._replace(time=due)
        number += 1


def _due(line: Moment, number: int, earliest: deque[tuple[int, int]], before: int) -> int:
    """When a line is due: at its event's time, unless what follows it is much earlier; a line that
    is no good event with the one before."""
    if line.event is None:
        return before
    if earliest and earliest[0][0] <= number:
        earliest.popleft()
    time = int(line.event.time)
    following = earliest[0][1] if earliest else time
    return time if time <= following + AHEAD_US else following


def _event(payload: bytes) -> KnownEvent | UnknownEvent | None:
    try:
        return decode(payload)
    except Rejected:
        return None


def noting(events: Iterable[Played], moment: int, reached: Event) -> Iterator[Played]:
    """The same events; `reached` is set once one of `moment` (microseconds) or later is asked for.

    So that who learns from a past begins when it is in: of half of it they would learn half.
    """
    for event in events:
        if event.time >= moment:
            reached.set()
        yield event
