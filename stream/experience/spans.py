"""Which surveys a window holds, by the rules of METRICS."""

from __future__ import annotations

from typing import NamedTuple
from zoneinfo import ZoneInfo

from stream.contract.figures import PANE_US, PANES_HELD, PANES_OF_WINDOW
from stream.contract.floorplan import FloorPlan
from stream.windows.days import DayClock


class Span(NamedTuple):
    """From `start` up to and with `end`, in microseconds. What was read too late counts only where
    `late` says so."""

    start: int
    end: int
    late: bool

    def holds(self, time: int, *, late: bool) -> bool:
        """Whether what happened at that time counts."""
        return self.start <= time <= self.end and (self.late or not late)


class Spans:
    """Windows as of instants, for queues that may each have a day of their own."""

    def __init__(self, plan: FloorPlan) -> None:
        self._plan = plan
        self._days: dict[str, DayClock] = {}

    def of(self, window: str, as_of: int) -> Span:
        """The window of everything but single queues."""
        return self._span(window, as_of, self._plan.zone)

    def of_queue(self, window: str, as_of: int, queue: str) -> Span:
        """The queue's window: its `today` goes by its own time zone."""
        return self._span(window, as_of, self._plan.zone_of(queue))

    def earliest(self, as_of: int) -> int:
        """Where the longest of all windows begins."""
        zones = {self._plan.zone, *map(self._plan.zone_of, self._plan.queues)}
        sliding = (as_of // PANE_US + 1 - PANES_HELD) * PANE_US
        return min(sliding, *(self._midnight(as_of, zone) for zone in zones))

    def first(self, window: str, as_of: int) -> int:
        """Where a window begins, of whatever queue it is."""
        zones = {self._plan.zone, *map(self._plan.zone_of, self._plan.queues)}
        return min(self._span(window, as_of, zone).start for zone in zones)

    def _span(self, window: str, as_of: int, zone: ZoneInfo) -> Span:
        if window == "today":
            return Span(self._midnight(as_of, zone), as_of, late=True)
        start = (as_of // PANE_US + 1 - PANES_OF_WINDOW[window]) * PANE_US
        return Span(start, as_of, late=False)

    def _midnight(self, as_of: int, zone: ZoneInfo) -> int:
        clock = self._days.setdefault(zone.key, DayClock(zone))
        return clock.midnight_before(as_of)
