"""A recording played again: the same events, in the same order, at their own time or shifted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

import msgspec

from stream.contract.codec import Rejected, decode
from stream.contract.instants import format_instant, parse_instant

# Moments inside `data` that belong to the event's own time and move with it.
_MOMENTS: Final = ("due", "start")


class Played(NamedTuple):
    """One event of a recording: when it is due, in microseconds, its key and its bytes."""

    time: int
    key: str
    payload: bytes


def played(lines: Iterable[tuple[int, bytes]], *, shift_us: int = 0) -> Iterator[Played]:
    """The recording's events as they are to be sent.

    A line that is no good event is sent as it is, with the one before it: what was rejected then
    is to be rejected again. Without a shift every byte stays what it was.
    """
    time = 0
    for _, payload in lines:
        try:
            event = decode(payload)
        except Rejected:
            yield Played(time, "", payload)
            continue
        time = event.time + shift_us
        yield Played(time, event.subject, _shifted(payload, shift_us) if shift_us else payload)


def first_time(lines: Iterable[tuple[int, bytes]]) -> int | None:
    """The time of the recording's first good event, in microseconds; None without one."""
    for _, payload in lines:
        try:
            return decode(payload).time
        except Rejected:
            continue
    return None


def _shifted(payload: bytes, shift_us: int) -> bytes:
    event: dict[str, Any] = msgspec.json.decode(payload)
    event["time"] = _moved(event["time"], shift_us)
    data = event.get("data")
    if isinstance(data, dict):
        for name in _MOMENTS:
            if isinstance(data.get(name), str):
                data[name] = _moved(data[name], shift_us)
    return msgspec.json.encode(event)


def _moved(text: str, shift_us: int) -> str:
    try:
        return format_instant(parse_instant(text) + shift_us)
    except ValueError:
        # Of an unknown type, where a field of that name may be anything.
        return text
