"""The report of a shift: what happened from one instant to another, whole and by the hour."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from msgspec import Struct

from stream.contract.alerts import Incident
from stream.contract.figures import PANE_US, Figures, QueueLabel, ServiceLevelVariant
from stream.contract.instants import DAY_US, HOUR_US, MINUTE_US

# A report is of a shift; several of them are several reports.
# A whole day of the local clock, also where the clocks go back.
SHIFT_US_MAX: Final = DAY_US + HOUR_US


class Shift(Struct, frozen=True):
    """From `begin` up to, and without, `end`: microseconds, whole minutes."""

    begin: int
    end: int


class Hour(Struct, frozen=True):
    """One hour of the local clock, or what of it lies in the shift: [begin, end), with its figures
    as of its last microsecond."""

    begin: int
    end: int
    figures: Figures


class Thanks(Struct, frozen=True):
    """How often somebody thanked an agent: `by` is a customer, a peer or a supervisor."""

    agent: str
    by: str
    count: int


class Unknown(Struct, frozen=True):
    """What the data does not know. `held_since` is when the log begins, where something is missing for
    it, and `read_from` from when on events are read; both in microseconds. `gaps` are stretches of
    what is held without any event. The counts are of what was read from the shift's beginning on: rejected by the field
    at fault, and what METRICS calls so. `without_wait` are answers whose wait is not known."""

    read_from: int
    held_since: int | None
    gaps: list[tuple[int, int]]
    rejected: dict[str, int]
    too_late: int
    out_of_place: int
    unknown_type: int
    duplicates: int
    without_wait: int


class ShiftReport(Struct, frozen=True):
    """A shift as the log tells it. `shift.end` is no later than the floor's time when it was read:
    `asked_end` is what was asked for, and `read_at` that time of the floor. `whole` are the figures from begin to end, agents too."""

    shift: Shift
    asked_end: int
    read_at: int
    title: str
    time_zone: str
    floor_service_level: ServiceLevelVariant
    labels: dict[str, QueueLabel]
    whole: Figures
    hours: list[Hour]
    incidents: list[Incident]
    thanks: list[Thanks]
    unknown: Unknown


class NoShift(Exception):
    """There is no report of that shift. Operator: the message says why, in one line."""


class TooLong(Exception):
    """The shift has more events than can be read while somebody waits. Operator: ask for a shorter
    one, or let `floorwatch report` write it."""


class ShiftReports(Protocol):
    """Where reports of shifts come from: the log's events, read when somebody asks."""

    def __call__(self, shift: Shift, on_progress: Callable[[float], None]) -> ShiftReport:
        """The report; `on_progress` hears how much is read, from 0 to 1. It may take long, and
        raises `NoShift`, `TooLong`, and whatever reading the log does."""
        ...


def shift_of(begin: int, end: int) -> Shift:
    """A shift as it is asked for. Raises `NoShift` where there can be none such."""
    if begin % MINUTE_US or end % MINUTE_US:
        raise NoShift("from, to: expected whole minutes")
    if end <= begin:
        raise NoShift("to: expected a time after from")
    if end - begin > SHIFT_US_MAX:
        raise NoShift("to: expected at most 25 hours after from")
    return Shift(begin, end)


def up_to_now(shift: Shift, now: int) -> Shift:
    """What of the shift is over, in whole panes. Raises `NoShift` where it has not begun."""
    end = min(shift.end, now // PANE_US * PANE_US)
    if end <= shift.begin:
        raise NoShift("from: expected a time that is past on the floor")
    return Shift(shift.begin, end)
