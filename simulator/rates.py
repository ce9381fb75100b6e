"""How fast contacts come to a queue: what is forecast, how busy the day turns out, what is on top."""

from __future__ import annotations

import math
from datetime import date
from typing import Final

from simulator.plans import HALF_HOUR_MINUTES, QueuePlan
from simulator.waves import Wave
from simulator.world import Run
from stream.contract.instants import DAY_US, MINUTE_US

_SLOTS_A_DAY: Final = 48
_HALF_HOUR_US: Final = HALF_HOUR_MINUTES * MINUTE_US
# Kept half-hours of a floor's busyness: only the newest few are asked for.
_DAYS_KEPT_MAX: Final = 8
_FOREVER_US: Final = 100 * 365 * DAY_US

# Contacts a microsecond, and until when that holds.
Piece = tuple[float, int]


class Busyness:
    """How far each half-hour of each day strays from its forecast (science 1.2).

    A day's factors depend on the seed and the date alone, whenever the run begins.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._days: dict[date, list[float]] = {}

    def factor(self, day: date, half_hour: int) -> float:
        """By what the rate of a half-hour is multiplied."""
        known = self._days.get(day)
        if known is None:
            known = self._days[day] = self._drawn(day)
            while len(self._days) > _DAYS_KEPT_MAX:
                del self._days[next(iter(self._days))]
        return known[half_hour]

    def _drawn(self, day: date) -> list[float]:
        plan = self._run.scenario.busyness
        draws = self._run.streams.fresh(f"busyness.{day.isoformat()}")
        sigma = math.sqrt(math.log(1 + plan.day_cv**2))
        of_day = math.exp(sigma * draws.normal() - sigma**2 / 2)
        within = draws.normal() * plan.within_sigma
        step = plan.within_sigma * math.sqrt(1 - plan.within_phi**2)
        factors = []
        for _ in range(_SLOTS_A_DAY):
            factors.append(of_day * math.exp(within - plan.within_sigma**2 / 2))
            within = plan.within_phi * within + step * draws.normal()
        return factors


class Rates:
    """Contacts a second of one queue, by half-hours."""

    def __init__(self, run: Run, plan: QueuePlan, busyness: Busyness) -> None:
        self._run = run
        self._busyness = busyness
        shares = run.scenario.profiles[plan.profile]
        total = sum(shares.values())
        self.any_traffic = plan.per_day * run.scale * run.volume > 0
        self._by_half_hour = [
            plan.per_day * shares.get(half_hour * HALF_HOUR_MINUTES, 0.0) / total
            for half_hour in range(_SLOTS_A_DAY)
        ]

    def forecast(self, day: date, half_hour: int) -> float:
        """The contacts expected in a half-hour of a day, before the day's own busyness."""
        run = self._run
        traffic = run.scale * run.volume
        return self._by_half_hour[half_hour] * run.calendar.busyness_of(day) * traffic

    def per_us(self, slot: int) -> float:
        """The rate in a half-hour of the run, the day's busyness in it."""
        here = self._run.calendar.local(self._run.calendar.slot_start(slot))
        half_hour = (here.hour * 60 + here.minute) // HALF_HOUR_MINUTES
        expected = self.forecast(here.date(), half_hour)
        if not expected:
            return 0.0
        return expected * self._busyness.factor(here.date(), half_hour) / _HALF_HOUR_US

    def piece(self, now: int) -> Piece:
        """The rate at an instant, and until when it holds."""
        calendar = self._run.calendar
        slot = calendar.slot(now)
        return self.per_us(slot), calendar.slot_start(slot + 1)


class OnTop:
    """The rate of those whom a wave brings to one queue on top of the usual, by minutes."""

    def __init__(self, usual: Rates, wave: Wave, share: float) -> None:
        self._usual = usual
        self._level = wave.level
        self._share = share
        self._base: Piece = 0.0, 0
        self.any_traffic = usual.any_traffic and share > 0

    def piece(self, now: int) -> Piece:
        """The rate at an instant, and until when it holds: that of the middle of its minute."""
        level = self._level
        if now < level.begins:
            return 0.0, level.begins
        if now >= level.ends:
            return 0.0, now + _FOREVER_US
        if now >= self._base[1]:
            self._base = self._usual.piece(now)
        rate, until = self._base
        minute = (now - level.begins) // MINUTE_US
        begins = level.begins + minute * MINUTE_US
        until = min(until, begins + MINUTE_US, level.ends)
        if not rate:
            return 0.0, until
        middle = min(begins + MINUTE_US // 2, level.ends - 1)
        return rate * self._share * level.at(middle), until
