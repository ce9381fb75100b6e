"""Local days: which day an instant belongs to in a time zone, and when that day began; and other
stretches of time that follow one another, in the place of days."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from stream.contract.instants import EARLIEST, LATEST, from_datetime, to_datetime


class DayClock:
    """The days of one time zone. The day asked for last is kept: neighbours come together."""

    def __init__(self, zone: ZoneInfo) -> None:
        self.name = zone.key
        self._zone = zone
        self._first = 0
        self._end = 0
        self._day = 0

    def day_of(self, instant: int) -> int:
        """The proleptic ordinal of the local day that holds the instant."""
        if not self._first <= instant < self._end:
            self._look_up(instant)
        return self._day

    @property
    def day_at_hand(self) -> tuple[int, int]:
        """[start, end) of the day asked for last; nothing before the first was."""
        return self._first, self._end

    def midnight_before(self, instant: int) -> int:
        """The instant at which the local day that holds `instant` began."""
        self.day_of(instant)
        return self._first

    def midnights_between(self, start: int, end: int) -> list[int]:
        """The local midnights after `start` and before `end`, oldest first."""
        found = []
        self.day_of(end - 1)
        while self._first > start:
            found.append(self._first)
            self.day_of(self._first - 1)
        return found[::-1]

    def _look_up(self, instant: int) -> None:
        try:
            local = to_datetime(instant).astimezone(self._zone).date()
        except OverflowError:
            # A zone's clock leaves the calendar hours before or after UTC does.
            local = date.min if instant < 0 else date.max
        self._day = local.toordinal()
        self._first = min(self._midnight(local, 0, EARLIEST), instant)
        self._end = max(self._midnight(local, 1, LATEST + 1), instant + 1)

    def _midnight(self, day: date, days_later: int, beyond: int) -> int:
        """When the day that many days later begins; `beyond` where the calendar has no such day."""
        # Where the clocks jump over midnight the day begins at the jump: converting there and
        # back lands on the first local time that exists.
        try:
            wall = datetime.combine(day + timedelta(days=days_later), time(), self._zone)
            return from_datetime(wall.astimezone(UTC))
        except OverflowError:
            return beyond


class StretchClock(DayClock):
    """Stretches that follow one another in the place of days: a new one begins at each of `edges`,
    in microseconds and rising; what lies before the first of them is number 0. Its name is none of
    a time zone."""

    def __init__(self, name: str, edges: Sequence[int]) -> None:
        super().__init__(ZoneInfo("UTC"))
        self.name = name
        self._edges = edges

    def _look_up(self, instant: int) -> None:
        edges, number = self._edges, bisect_right(self._edges, instant)
        self._day = number
        self._first = edges[number - 1] if number else EARLIEST
        self._end = edges[number] if number < len(edges) else LATEST + 1
