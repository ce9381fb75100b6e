"""A row of the 'Anonymous Bank' read as a call, with every clock time in its place.

`0:00:00` means "not set" in a stretch that took no time. In queue and service the exit follows
its own start, so a smaller clock time there has crossed midnight. Menu, queue and service have
clocks of their own that differ by seconds, at times by minutes (the source's own `vru_time` is
then negative): from one to the next, and within the menu, a clock time is the one nearest to the
time before it, so that 23:59:48 → 0:00:01 crosses midnight and 15:46:01 → 15:45:24 does not.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final, NamedTuple

from stream.contract.events import IDENTIFIER_LENGTH_MAX

COLUMNS: Final = (
    "vru+line",
    "call_id",
    "customer_id",
    "priority",
    "type",
    "date",
    "vru_entry",
    "vru_exit",
    "vru_time",
    "q_start",
    "q_exit",
    "q_time",
    "outcome",
    "ser_start",
    "ser_exit",
    "ser_time",
    "server",
)
PHANTOM: Final = "PHANTOM: a virtual call, to be ignored"
MENU_HANG_UP: Final = "HANG without a queue: left in the voice menu"

# The subject joins two names by a hyphen and must still be an identifier.
_NAME_LENGTH_MAX: Final = (IDENTIFIER_LENGTH_MAX - 1) // 2
_DAY_S: Final = 86_400
_DATE: Final = re.compile(r"(\d\d)(\d\d)(\d\d)", re.ASCII)
_CLOCK: Final = re.compile(r"([01]?\d|2[0-3]):([0-5]\d):([0-5]\d)", re.ASCII)
_WHOLE: Final = re.compile(r"-?\d{1,9}", re.ASCII)


class Call(NamedTuple):
    """A row that makes events; the `_s` are clock seconds since midnight of its date."""

    subject: str
    customer_id: str
    priority: int
    queue: str
    date: date
    queued_s: int
    left_queue_s: int
    answered: bool
    # When service was over by its own clock; None where it has none.
    service_exit_s: int | None
    server: str


class _Stretch(NamedTuple):
    """Start and exit of a part of the call, by the clock; None where not set."""

    start: int | None
    exit: int | None


def read_row(text: str) -> Call | str:
    """The row's call, or why a sound row makes no event. Raises `ValueError` with what is wrong,
    never with what the row says."""
    row = _fields(text)
    day, priority = _date(row["date"]), _whole(row, "priority")
    queue, service = _stretch(row, "q"), _stretch(row, "ser")
    menu_exit_s = _nearest(_clock(row, "vru_exit"), _clock(row, "vru_entry"))
    outcome = row["outcome"]
    if outcome == "PHANTOM":
        return PHANTOM
    if outcome not in {"AGENT", "HANG"}:
        raise ValueError("outcome: expected AGENT, HANG or PHANTOM")
    queued = _in_queue(queue, menu_exit_s)
    if queued is None:
        if outcome == "HANG":
            return MENU_HANG_UP
        start_s = menu_exit_s if service.start is None else _nearest(service.start, menu_exit_s)
        queued = (start_s, start_s)
    return Call(
        subject=f"{row['vru+line']}-{row['call_id']}",
        customer_id=row["customer_id"],
        priority=priority,
        queue=row["type"],
        date=day,
        queued_s=queued[0],
        left_queue_s=queued[1],
        answered=outcome == "AGENT",
        service_exit_s=_service_exit(service, queued[1]),
        server=row["server"],
    )


def _fields(text: str) -> dict[str, str]:
    values = [value.strip() for value in text.split("\t")]
    if len(values) != len(COLUMNS):
        raise ValueError(f"expected {len(COLUMNS)} tab-separated fields, found {len(values)}")
    row = dict(zip(COLUMNS, values, strict=True))
    for name in ("vru+line", "call_id", "type", "server"):
        if not 1 <= len(row[name]) <= _NAME_LENGTH_MAX:
            raise ValueError(f"{name}: expected 1 to {_NAME_LENGTH_MAX} characters")
    return row


def _in_queue(queue: _Stretch, menu_exit_s: int) -> tuple[int, int] | None:
    """When the call joined and left its queue; None where it never queued."""
    if queue.start is None and queue.exit is None:
        return None
    if queue.start is None or queue.exit is None:
        missing = "q_start" if queue.start is None else "q_exit"
        raise ValueError(f"{missing}: not set, but the call queued")
    start_s = _nearest(queue.start, menu_exit_s)
    return start_s, _following(queue.exit, start_s)


def _service_exit(service: _Stretch, answered_s: int) -> int | None:
    if service.exit is None:
        return None
    if service.start is None:
        return _nearest(service.exit, answered_s)
    return _following(service.exit, _nearest(service.start, answered_s))


def _nearest(clock_s: int, before_s: int) -> int:
    """The moment at which the clock shows `clock_s`, at most 12 hours from `before_s`."""
    return before_s + (clock_s - before_s + _DAY_S // 2) % _DAY_S - _DAY_S // 2


def _following(clock_s: int, start_s: int) -> int:
    """The first moment from `start_s` on at which the clock shows `clock_s`."""
    return start_s + (clock_s - start_s) % _DAY_S


def _stretch(row: dict[str, str], part: str) -> _Stretch:
    start, end = _clock(row, f"{part}_start"), _clock(row, f"{part}_exit")
    if _whole(row, f"{part}_time"):
        return _Stretch(start, end)
    return _Stretch(start or None, end or None)


def _clock(row: dict[str, str], name: str) -> int:
    match = _CLOCK.fullmatch(row[name])
    if match is None:
        raise ValueError(f"{name}: expected a clock time from 0:00:00 to 23:59:59")
    hours, minutes, seconds = map(int, match.groups())
    return hours * 3600 + minutes * 60 + seconds


def _date(text: str) -> date:
    match = _DATE.fullmatch(text)
    try:
        if match is not None:
            # The bank's year is 1999: two digits are of that century.
            return date(1900 + int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        pass
    raise ValueError("date: expected a day that exists, as yymmdd")


def _whole(row: dict[str, str], name: str) -> int:
    if _WHOLE.fullmatch(row[name]) is None:
        raise ValueError(f"{name}: expected a whole number")
    return int(row[name])
