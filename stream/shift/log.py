"""The report of a shift, read from the log: its events, the incidents, and what is not known."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Final

from stream.appended import appended_between, beginning
from stream.clocks import current_clock
from stream.contract.alerts import INCIDENT, Incident, decode_told
from stream.contract.clock import FloorClock
from stream.contract.figures import PANE_US, PANES_HELD, Figures, QueueLabel
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import HOUR_US, SECOND_US, format_instant
from stream.contract.shifts import NoShift, Shift, ShiftReport, TooLong, Unknown, up_to_now
from stream.logs.port import Log
from stream.logs.topics import ALERTS, CONTACT_EVENTS
from stream.shift.incidents import in_shift
from stream.shift.reading import ShiftReading

# Contacts that were open and agents who were there when a shift began: as long as a shift before.
READ_BEFORE_US: Final = 12 * HOUR_US
# What comes later than this is too late for the windows, unless nothing newer came before it.
READ_AFTER_US: Final = PANES_HELD * PANE_US
BATCH: Final = 4096


def shift_report(  # noqa: PLR0913  what is asked, and how long it may take
    log: Log,
    plan: FloorPlan,
    shift: Shift,
    wall: int,
    *,
    title: str,
    on_progress: Callable[[float], None] = lambda _share: None,
    give_up: Callable[[], bool] = lambda: False,
) -> ShiftReport:
    """The report of a shift by the events that the log holds; `wall` is the wall clock.

    `on_progress` hears how much is read, from 0 to 1. Raises `NoShift`, `TooLong` where `give_up`
    says so before all is read, and `LogError`.
    """
    clock = current_clock(log)
    now = int(clock.at(wall))
    over = up_to_now(shift, now)
    read_from, read_to = over.begin - READ_BEFORE_US, over.end + READ_AFTER_US
    held_since = _held_since(log, clock, read_from, over.begin)
    if held_since is not None and held_since >= over.end:
        begins = format_instant(held_since)
        raise NoShift(f"from, to: expected a shift that the log holds; it begins at {begins}")
    reading = ShiftReading(plan, over)
    held = appended_between(log, clock, read_from, read_to)
    while records := list(islice(held, BATCH)):
        if give_up():
            raise TooLong
        reading.read([record.value or b"" for record in records])
        reached = int(clock.at(records[-1].appended_at))
        on_progress(min(1.0, max(0.0, (reached - read_from) / (read_to - read_from))))
    whole = reading.whole()
    return ShiftReport(
        shift=over,
        asked_end=shift.end,
        read_at=now,
        title=title,
        time_zone=plan.time_zone,
        floor_service_level=plan.service_level,
        labels={queue: _label(plan, queue, reading.channels) for queue in whole.queues},
        whole=whole,
        hours=reading.hours(),
        incidents=_incidents(log, over),
        thanks=reading.thanks(),
        unknown=_unknown(reading, whole, read_from, held_since),
    )


def _unknown(
    reading: ShiftReading, whole: Figures, read_from: int, held_since: int | None
) -> Unknown:
    health, counts = reading.since_begin(), whole.floor.counts
    return Unknown(
        read_from=read_from,
        held_since=held_since,
        gaps=reading.gaps(read_from if held_since is None else held_since),
        rejected=dict(sorted(reading.rejected.items())),
        too_late=health.too_late,
        out_of_place=health.out_of_place,
        unknown_type=health.unknown_type,
        duplicates=health.duplicates,
        without_wait=int(counts["answered"] or 0) - int(counts["answered_waited"] or 0),
    )


def _held_since(log: Log, clock: FloorClock, read_from: int, begin: int) -> int | None:
    """When the log begins, where something of the shift may be missing for it: it begins in the
    shift, or it has let go of what came before it began."""
    parts = (beginning(log, clock, each) for each in range(log.partitions(CONTACT_EVENTS)))
    begins = list(filter(None, parts))
    if begins and min(begins)[0] > begin:
        return min(begins)[0]
    let_go = max((at for at, offset in begins if offset), default=read_from)
    return let_go if let_go > read_from else None


def _incidents(log: Log, shift: Shift) -> list[Incident]:
    """Those that were open at any time of the shift, in the order in which they opened."""
    kept: dict[str, bytes | None] = {}
    for record in log.read(ALERTS, 0):
        if record.key.partition("/")[0] == INCIDENT:
            kept[record.key] = record.value
    told = [decode_told(key, value) for key, value in kept.items() if value is not None]
    during = [in_shift(one, shift) for one in told if isinstance(one, Incident)]
    return sorted(
        (one for one in during if one is not None), key=lambda one: (one.opened_at, one.id)
    )


def _label(plan: FloorPlan, queue: str, channels: dict[str, set[str]]) -> QueueLabel:
    target_s = {
        channel: plan.target_us(queue, channel) / SECOND_US
        for channel in sorted(channels.get(queue, set()))
    }
    return QueueLabel(plan.name_of(queue), plan.variant(queue), target_s)
