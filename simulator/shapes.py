"""The shapes of surges over time (science 1.6): how much of the peak is there at an instant."""

from __future__ import annotations

import math
from datetime import date, timedelta
from typing import Final, NamedTuple, Protocol

from simulator.calendar import Calendar
from simulator.causes import (
    HumpShape,
    OutageShape,
    PlateauShape,
    RampShape,
    StepShape,
)
from stream.contract.instants import DAY_US, HOUR_US, MINUTE_US

# A surge that halves again and again ends where a hundredth of it is left.
_HALVINGS: Final = math.log2(100)
_WEEK_US: Final = 7 * DAY_US
_FOREVER: Final = 100 * 365 * DAY_US


class Level(Protocol):
    """How much of a surge there is, from 0 to 1, between `begins` and `ends` (microseconds)."""

    begins: int
    ends: int

    def at(self, now: int) -> float:
        """The level at an instant from `begins` to `ends`."""


class Burst:
    """A gamma-shaped rise (shape 2, its mode at the peak), then a half-life."""

    def __init__(self, begins: int, shape: OutageShape) -> None:
        self._peak = shape.peak_minutes * MINUTE_US
        self._half_life = shape.half_life_minutes * MINUTE_US
        self.begins = begins
        self.ends = begins + round(self._peak + self._half_life * _HALVINGS)

    def at(self, now: int) -> float:
        """The level at an instant."""
        share = (now - self.begins) / self._peak
        if share < 1:
            return share * math.exp(1 - share)
        return float(2 ** -((now - self.begins - self._peak) / self._half_life))


class Plateau:
    """A trapezoid."""

    def __init__(self, begins: int, shape: PlateauShape) -> None:
        self._onset = shape.onset_minutes * MINUTE_US
        self._end = shape.end_minutes * MINUTE_US
        self.begins = begins
        self.ends = begins + round(self._onset + shape.minutes * MINUTE_US + self._end)

    def at(self, now: int) -> float:
        """The level at an instant."""
        risen = (now - self.begins) / self._onset if self._onset else 1.0
        left = (self.ends - now) / self._end if self._end else 1.0
        return min(1.0, risen, left)


class Hump:
    """A raised cosine."""

    def __init__(self, begins: int, shape: HumpShape) -> None:
        self.begins = begins
        self.ends = begins + round(shape.minutes * MINUTE_US)

    def at(self, now: int) -> float:
        """The level at an instant."""
        share = (now - self.begins) / (self.ends - self.begins)
        return 0.5 - 0.5 * math.cos(2 * math.pi * share)


class Climb:
    """Days that grow by the same factor up to a deadline, its last hours more so."""

    def __init__(
        self, calendar: Calendar, deadline: tuple[date, int], shape: RampShape, times: float
    ) -> None:
        self._calendar = calendar
        self._day, minute = deadline
        self._shape = shape
        self._times = times
        self._deadline = calendar.instant(self._day, minute)
        first = self._day - timedelta(days=math.ceil(shape.days))
        self.begins: int = calendar.instant(first, 0)
        self.ends: int = calendar.instant(self._day + timedelta(days=2), 0)

    def at(self, now: int) -> float:
        """The level at an instant; above 1 in the last hours."""
        shape = self._shape
        days_left = (self._day - self._calendar.local(now).date()).days
        if days_left < 0 or now >= self._deadline:
            return shape.next_day
        if self._times <= 1:
            return max(0.0, 1 - days_left / shape.days)
        factor = self._times ** max(0.0, 1 - days_left / shape.days)
        level = (factor - 1) / (self._times - 1)
        if self._deadline - now <= shape.last_hours * HOUR_US:
            level *= shape.last_hours_times
        return float(level)


class Step:
    """Another level, reached in days, of which a share goes every week."""

    def __init__(self, begins: int, shape: StepShape) -> None:
        self._onset = shape.onset_days * DAY_US
        self._stays = 1 - shape.weekly_decay
        self.begins = begins
        self.ends = begins + _FOREVER

    def at(self, now: int) -> float:
        """The level at an instant."""
        passed = now - self.begins
        if passed < self._onset:
            return passed / self._onset
        return float(self._stays ** ((passed - self._onset) / _WEEK_US))


class Onset(NamedTuple):
    """When a cause sets in: its local day and minute, and the instant that this is."""

    day: date
    minute: int
    instant: int


def level_of(
    shape: OutageShape | PlateauShape | HumpShape | RampShape | StepShape,
    calendar: Calendar,
    onset: Onset,
    times: float,
) -> Level:
    """The level of a surge."""
    if isinstance(shape, OutageShape):
        return Burst(onset.instant, shape)
    if isinstance(shape, PlateauShape):
        return Plateau(onset.instant, shape)
    if isinstance(shape, HumpShape):
        return Hump(onset.instant, shape)
    if isinstance(shape, RampShape):
        return Climb(calendar, (onset.day, onset.minute), shape, times)
    return Step(onset.instant, shape)


def steady(begins: int, minutes: float) -> Level:
    """In full from the first to the last of so many minutes."""
    hard = PlateauShape(kind="plateau", onset_minutes=0.0, minutes=minutes, end_minutes=0.0)
    return Plateau(begins, hard)
