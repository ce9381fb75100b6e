"""The staffing plan: what was forecast for each half-hour of a day, and who is scheduled."""

from __future__ import annotations

import math
from datetime import date
from typing import Final

from simulator.plans import HALF_HOUR_MINUTES
from simulator.rates import Busyness, Rates
from simulator.roster import shift_of
from simulator.world import Agent, Line, Run
from stream.contract.events import PlanInterval, PlanIntervalData
from stream.contract.instants import MINUTE_US, Instant

_HALF_HOUR_S: Final = HALF_HOUR_MINUTES * 60
# Square-root staffing with a common grade of service, then room for breaks and lunch.
_GRADE: Final = 0.6
_SHRINKAGE: Final = 0.12


class Planning:
    """Writes a day's plan down when the day begins."""

    def __init__(self, run: Run, lines: dict[str, Line], agents: list[Agent]) -> None:
        self._run = run
        self._lines = list(lines.values())
        self._agents = agents
        busyness = Busyness(run)
        self._rates = {line.id: Rates(run, line.plan, busyness) for line in self._lines}

    def write_day(self, day: date) -> None:
        """One `plan.interval` for each half-hour that the centre is open, and each queue."""
        hours = self._run.scenario.hours
        scheduled = self._scheduled(day)
        for minute in range(hours.opens, hours.closes, HALF_HOUR_MINUTES):
            for line in self._lines:
                self._write(day, minute, line, scheduled.get((line.id, minute), 0.0))

    def _write(self, day: date, minute: int, line: Line, scheduled: float) -> None:
        contacts = self._rates[line.id].forecast(day, minute // HALF_HOUR_MINUTES)
        handle_s = _handle_s(line)
        erlangs = contacts * handle_s / _HALF_HOUR_S
        required = (erlangs + _GRADE * math.sqrt(erlangs)) / (1 - _SHRINKAGE)
        self._run.journal.write(
            PlanInterval,
            line.id,
            PlanIntervalData(
                start=self._run.calendar.instant(day, minute),
                minutes=HALF_HOUR_MINUTES,
                forecast_contacts=round(contacts, 1),
                forecast_aht_s=round(handle_s, 1),
                required_agents=float(math.ceil(required)) if contacts else 0.0,
                scheduled_agents=round(scheduled, 1),
            ),
        )

    def _scheduled(self, day: date) -> dict[tuple[str, int], float]:
        """Agents on shift by queue and half-hour; one of several queues counts in shares."""
        hours = self._run.scenario.hours
        found: dict[tuple[str, int], float] = {}
        loads = {
            line.id: line.plan.per_day * _handle_s(line) / max(1, len(line.staff))
            for line in self._lines
        }
        starts: list[tuple[int, Instant]] = [
            (minute, self._run.calendar.instant(day, minute))
            for minute in range(hours.opens, hours.closes, HALF_HOUR_MINUTES)
        ]
        for agent in self._agents:
            shift = shift_of(self._run, agent, day)
            if shift is None:
                continue
            load = sum(loads[queue] for queue in agent.queues) or 1.0
            for minute, start in starts:
                middle = start + HALF_HOUR_MINUTES * MINUTE_US // 2
                if shift.starts <= middle < shift.ends:
                    for queue in agent.queues:
                        key = queue, minute
                        found[key] = found.get(key, 0.0) + loads[queue] / load
        return found


def _handle_s(line: Line) -> float:
    plan = line.plan
    hold_s = plan.hold.share * plan.hold.length.mean_s if plan.hold is not None else 0.0
    return plan.talk.whole_mean_s + plan.wrap.whole_mean_s + hold_s
