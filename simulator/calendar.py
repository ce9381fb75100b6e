"""The scenario's calendar: which local day and minute it is at an instant of the run.

A run may show another time than its own: `profile_offset_us` is added to an event's time before
the day's profile and the shifts are looked up, so that a demo at night shows a busy morning.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from simulator.plans import WEEKDAYS, Scenario, Weekday
from stream.contract.instants import MINUTE_US, Instant, from_datetime, to_datetime

HALF_HOUR_US: Final = 30 * MINUTE_US


def is_open(scenario: Scenario, at: int, profile_offset_us: int = 0) -> bool:
    """Whether the scenario's centre takes calls at an instant."""
    return Calendar(scenario, profile_offset_us).is_open(at)


def first_morning(scenario: Scenario) -> Instant:
    """A fixed weekday at eight, so that a file made without a start is always the same."""
    return from_datetime(datetime(2026, 3, 3, 8, tzinfo=ZoneInfo(scenario.time_zone)))


class Calendar:
    """Local days of one run."""

    def __init__(self, scenario: Scenario, profile_offset_us: int) -> None:
        self._zone = ZoneInfo(scenario.time_zone)
        self._offset_us = profile_offset_us
        self._week = scenario.week
        self._hours = scenario.hours

    def local(self, at: int) -> datetime:
        """The local time that the floor believes it is."""
        return to_datetime(at + self._offset_us).astimezone(self._zone)

    def instant(self, day: date, minute: float) -> Instant:
        """When a minute of a local day is, in the time of events; whole seconds."""
        wall = datetime.combine(day, time(), self._zone) + timedelta(seconds=round(minute * 60))
        return Instant(from_datetime(wall.astimezone(UTC)) - self._offset_us)

    def busyness_of(self, day: date) -> float:
        """The week's weight of a day; 0 where the centre is closed all day."""
        return self._week.get(WEEKDAYS[day.weekday()], 0.0)

    def is_open(self, at: int) -> bool:
        """Whether live queues take contacts."""
        here = self.local(at)
        minute = here.hour * 60 + here.minute
        return (
            self.busyness_of(here.date()) > 0 and self._hours.opens <= minute < self._hours.closes
        )

    def slot(self, at: int) -> int:
        """The number of the half-hour of the shown time that an instant lies in."""
        return (at + self._offset_us) // HALF_HOUR_US

    def slot_start(self, slot: int) -> int:
        """When a half-hour begins, in the time of events."""
        return slot * HALF_HOUR_US - self._offset_us


def offset_showing(scenario: Scenario, at: Instant, weekday: Weekday, minute: int) -> int:
    """The `profile_offset_us` with which `at` shows as a minute of a weekday near it."""
    zone = ZoneInfo(scenario.time_zone)
    here = to_datetime(at).astimezone(zone)
    days = (WEEKDAYS.index(weekday) - here.weekday() + 3) % 7 - 3
    shown = datetime.combine(here.date() + timedelta(days=days), time(), zone)
    shown += timedelta(minutes=minute)
    return from_datetime(shown.astimezone(UTC)) - at
