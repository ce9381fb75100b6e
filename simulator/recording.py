"""A recording played again: the same events, in the same order, at their own time or shifted."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Final, NamedTuple

import msgspec

from simulator.pacing import paced
from stream.contract.clock import FloorClock
from stream.contract.codec import Rejected, decode
from stream.contract.events import CallbackPromised, KnownEvent, PlanInterval, UnknownEvent
from stream.contract.instants import DAY_US, MINUTE_US, SECOND_US, format_instant, parse_instant

# A time that lies further than this ahead of what follows it is a broken clock's: live it was
# rejected, and waiting for it would hold up the whole recording.
AHEAD_US: Final = 5 * MINUTE_US
# Who begins in the middle sees windows and `today` as they stood: a day of history is sent at once.
HISTORY_US: Final = DAY_US
FOLLOWING_LINES: Final = 100
BEHIND_US: Final = 5 * SECOND_US

_fields = msgspec.json.Decoder(dict[str, msgspec.Raw])


class Played(NamedTuple):
    """One event of a recording: when it is due, in microseconds, its key and its bytes."""

    time: int
    key: str
    payload: bytes


class _Line(NamedTuple):
    payload: bytes
    event: KnownEvent | UnknownEvent | None


def first_time(lines: Iterable[tuple[int, bytes]]) -> int | None:
    """When the recording's first good event is due, in microseconds; None without one."""
    due = (due for due, line in _due(lines, 0) if line.event is not None)
    return next(due, None)


def last_time(lines: Iterable[tuple[int, bytes]]) -> int:
    """When the recording's last event is due, in microseconds; 0 without one."""
    return max((due for due, line in _due(lines, 0) if line.event is not None), default=0)


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
    for due, (payload, event) in _due(lines, first):
        if since is not None and due < since:
            continue
        time = due + shift_us
        if event is None:
            yield Played(time, "", payload)
        elif shift_us:
            yield Played(time, event.subject, _shifted(payload, event, shift_us))
        else:
            yield Played(time, event.subject, payload)


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


def _due(lines: Iterable[tuple[int, bytes]], first: int) -> Iterator[tuple[int, _Line]]:
    """Each line with when it is due: at its event's time, or with what follows it where that is
    much earlier."""
    read = (_Line(payload, _event(payload)) for _, payload in lines)
    waiting: deque[_Line] = deque()
    due = first
    while True:
        waiting.extend(islice(read, FOLLOWING_LINES + 1 - len(waiting)))
        if not waiting:
            return
        line = waiting.popleft()
        if line.event is not None:
            times = (other.event.time for other in waiting if other.event is not None)
            earliest = min(times, default=line.event.time)
            due = line.event.time if line.event.time <= earliest + AHEAD_US else earliest
        yield due, line


def _event(payload: bytes) -> KnownEvent | UnknownEvent | None:
    try:
        return decode(payload)
    except Rejected:
        return None


def _shifted(payload: bytes, event: KnownEvent | UnknownEvent, shift_us: int) -> bytes:
    """The event with the moments that belong to its own time moved along with it."""
    fields = _fields.decode(payload)
    try:
        fields["time"] = _moved(fields["time"], shift_us)
        if isinstance(event, CallbackPromised | PlanInterval):
            name = "due" if isinstance(event, CallbackPromised) else "start"
            data = _fields.decode(fields["data"])
            data[name] = _moved(data[name], shift_us)
            fields["data"] = msgspec.Raw(msgspec.json.encode(data))
    except OverflowError:
        # Beyond the year 9999 there is no time to move to.
        return payload
    return msgspec.json.encode(fields)


def _moved(text: msgspec.Raw, shift_us: int) -> msgspec.Raw:
    moment = parse_instant(msgspec.json.decode(text, type=str))
    return msgspec.Raw(msgspec.json.encode(format_instant(moment + shift_us)))
