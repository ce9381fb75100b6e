"""The watches of all queues: what rules on arrivals are judged by, and what alerts are explained by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np
from msgspec.structs import replace

from stream.alerts import memory as mem
from stream.alerts import usual
from stream.alerts.readings import Arrivals, Readings
from stream.alerts.rules import AnyRule, Drop, PromiseDue, Surge
from stream.alerts.signals import BREACH, CLEAR, Judged
from stream.alerts.surge import ChartRule
from stream.alerts.watch import Watch
from stream.contract.alerts import Target, Why
from stream.contract.figures import Value
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import DAY_US
from stream.staffing.explanation import Conditions, explain, how_many_come, more_or_fewer

# So long after a queue was told of last, what its weeks are like is forgotten.
FORGOTTEN_US: Final = 56 * DAY_US
# More queues are not watched; how many were left out is told.
WATCHES_MAX: Final = 5_000


class Charts:
    """One watch a queue, and one for the floor, made when its first contact comes."""

    def __init__(self, plan: FloorPlan, records: Mapping[str, bytes]) -> None:
        self._plan = plan
        self._watches: dict[str | None, Watch] = {}
        self._changed: set[str | None] = set()
        self.left_out = 0
        self._rules: dict[str, Surge | Drop] = {}
        self._covering: dict[str | None, dict[str, ChartRule]] = {}
        for key, value in records.items():
            if key.partition("/")[0] == mem.WATCH:
                queue = mem.queue_of(key)
                self._watches[queue] = Watch(self._zone(queue), mem.watch_decoder.decode(value))

    def look(self, readings: Readings, rules: Mapping[str, AnyRule]) -> None:
        """Take in what came since the last look."""
        charts = {name: rule for name, rule in rules.items() if isinstance(rule, Surge | Drop)}
        if charts.keys() != self._rules.keys() or any(
            self._rules[name] is not rule for name, rule in charts.items()
        ):
            self._rules, self._covering = charts, {}
        for queue, arrivals in {**readings.arrivals, **self._silent(readings)}.items():
            watch = self._watches.get(queue) or self._begin(queue, arrivals)
            if watch is None:
                continue
            if watch.look(arrivals, readings.as_of, self._rules_on(queue)):
                watch.get_used_to(usual.look_at(readings, queue))
                self._changed.add(queue)
        if self._changed:
            self._forget_old(readings)

    def _forget_old(self, readings: Readings) -> None:
        """Let those go that are told of no more, so that others have room."""
        gone = [
            queue
            for queue, watch in self._watches.items()
            if queue not in readings.arrivals and readings.as_of - watch.until > FORGOTTEN_US
        ]
        for queue in gone:
            del self._watches[queue]
            self._covering.pop(queue, None)
        self._changed.update(gone)

    def _silent(self, readings: Readings) -> dict[str | None, Arrivals]:
        """Of queues that nothing is told of any more, since nothing came to them for hours, those
        whose charts signal still: an hour without a contact, by which a surge is over."""
        floor = readings.arrivals.get(None)
        if floor is None:
            return {}
        nothing = Arrivals(floor.first_us, [0] * len(floor.offered))
        return {
            queue: nothing
            for queue, watch in self._watches.items()
            if queue not in readings.arrivals and watch.signals
        }

    def judge(self, name: str) -> Judged:
        """How a rule on arrivals stands, on all that it can look at."""
        names = [each for each in self._watches if name in self._rules_on(each)]
        charts = [self._watches[each].chart(name) for each in names]
        # A chart has a level of its own at which it is over.
        signals = np.array([BREACH if chart.signals else CLEAR for chart in charts], np.int8)

        def figures(place: int) -> dict[str, Value]:
            chart = charts[place]
            return {
                "size": chart.size,
                "offered": chart.counted,
                "expected": round(chart.expected, 1),
                "score": round(chart.score, 2),
            }

        return Judged(names, signals, figures)

    def why(self, rule: AnyRule, name: str, target: Target, readings: Readings) -> Why | None:
        """What changed on a target against what is usual there; None where nobody can say."""
        if target.dimension not in ("queue", "floor"):
            return None
        watch = self._watches.get(target.name)
        if watch is None:
            return None
        before, now = usual.first_known(watch.usual), usual.now(readings, target.name)
        expected = watch.expected_per_hour(readings.as_of)
        if expected is not None:
            before = replace(before, offered_per_hour=expected)
        if not before.agents:
            # Nobody was there, or nobody tells: by people nothing can be explained.
            before, now = replace(before, agents=None), replace(now, agents=None)
        if not isinstance(rule, Surge | Drop):
            reason = explain(before, now)
            # Why a promise may break is no matter of a wait that is as usual.
            return None if isinstance(rule, PromiseDue) and not reason.parts else reason
        chart = watch.chart(name)
        counted = watch.counted_per_hour(name, _chart_rule(rule), readings.as_of)
        if counted is not None:
            # The last quarter of an hour lags behind what has just begun.
            now = replace(now, offered_per_hour=counted)
        told = _of_arrivals(rule, before, now)
        return None if told is None else replace(told, since=chart.began, size=chart.size)

    def changed(self) -> dict[str, bytes | None]:
        """What changed since this was last asked, by key."""
        told: dict[str, bytes | None] = {
            mem.watch_key(queue): mem.encode(self._watches[queue].told())
            if queue in self._watches
            else None
            for queue in self._changed
        }
        self._changed.clear()
        return told

    def _rules_on(self, queue: str | None) -> dict[str, ChartRule]:
        """The charts of the rules that look at the queue, or at the floor: found once."""
        known = self._covering.get(queue)
        if known is None:
            known = self._covering[queue] = {
                name: _chart_rule(rule)
                for name, rule in self._rules.items()
                if rule.scope.covers(_target_of(queue))
            }
        return known

    def _begin(self, queue: str | None, arrivals: Arrivals) -> Watch | None:
        if not any(arrivals.offered):
            return None
        if len(self._watches) >= WATCHES_MAX:
            self.left_out += 1
            return None
        watch = self._watches[queue] = Watch(self._zone(queue))
        return watch

    def _zone(self, queue: str | None) -> ZoneInfo:
        return self._plan.zone if queue is None else self._plan.zone_of(queue)


def _of_arrivals(rule: Surge | Drop, before: Conditions, now: Conditions) -> Why | None:
    come = more_or_fewer(now, before)
    if isinstance(rule, Drop):
        # Contacts that stay away are no reason for a wait.
        return how_many_come(now, before) if come == "fewer" else None
    if come != "more":
        # Nobody is told that fewer come in a surge: how many do is not known well enough.
        return explain(replace(before, offered_per_hour=None), replace(now, offered_per_hour=None))
    told = explain(before, now)
    if told.parts:
        return told
    # People enough may be there: a surge it is all the same.
    more = how_many_come(now, before)
    said = [*(more.said or []), *(told.said or [])]
    return replace(told, text=f"{more.text} {told.text}", said=said)


def _chart_rule(rule: Surge | Drop) -> ChartRule:
    least = rule.excess if isinstance(rule, Surge) else rule.missing
    return ChartRule(rule.ratio, rule.limit, rule.spread, excess_min=least)


def _target_of(queue: str | None) -> Target:
    return Target("floor") if queue is None else Target("queue", queue)
