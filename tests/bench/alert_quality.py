"""How seldom the charts are wrong and how soon they find a surge, on days without end."""

from __future__ import annotations

from statistics import median
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from stream.alerts import surge
from stream.alerts.baseline import Baseline, Memory
from stream.alerts.surge import AT_REST, Chart, ChartRule
from stream.contract.instants import MINUTE_US
from tests.bench.alert_days import DAY_MINUTES, OPENS, SHUTS, Floats, Ints, minute_rates, slot_rates

RULES: Final[dict[str, ChartRule]] = {
    "surge": surge.SURGE,
    "building": surge.BUILDING,
    "drop": surge.DROP,
}
# Charts that are told the true rate of each minute: for each factor the best there is, so seldom
# wrong as the goal asks. No baseline can do better.
TRUTH: Final[dict[float, ChartRule]] = {
    1.5: ChartRule(ratio=1.5, limit=7.0, alpha=0.0),
    2.0: ChartRule(ratio=2.0, limit=7.8, alpha=0.0),
    3.0: ChartRule(ratio=3.0, limit=8.0, alpha=0.0),
}
OUTAGE: Final = 0.1
FACTORS: Final = (1.5, 2.0, 3.0, OUTAGE)
INJECTED_MINUTES: Final = 60
# Six of each weekday are known when counting begins.
LEARNED_DAYS: Final = 42
UTC: Final = ZoneInfo("UTC")

Charts = dict[str, Chart]


class Asked(NamedTuple):
    """So many days, of so many contacts an hour from 8:00 to 20:00."""

    days: int
    an_hour: float
    seed: int = 1


class Found(NamedTuple):
    """By kind of chart: how often it began to signal in the measured hours of days without a
    surge; `either` counts surge and building once where they are one episode. By factor and kind,
    the minutes from the beginning of each injected hour to its signal, None where there was none
    within it. `days` is over how many days."""

    days: int
    false: dict[str, int]
    minutes: dict[float, dict[str, list[int | None]]]

    def a_day(self, kind: str) -> float:
        """False firings a day."""
        return self.false[kind] / self.days

    def share(self, factor: float, kind: str) -> float:
        """The part of the injected that was found."""
        told = self.minutes[factor][kind]
        return sum(minutes is not None for minutes in told) / len(told)

    def median_minutes(self, factor: float, kind: str) -> float | None:
        """Of those found, the middle one's minutes; None where none was."""
        told = [minutes for minutes in self.minutes[factor][kind] if minutes is not None]
        return median(told) if told else None


class Traffic(NamedTuple):
    """The rate of each minute, and contacts by day and minute: without a surge, and what each factor would make of them."""

    rates: Floats
    counts: Ints
    changed: dict[float, Ints]
    begins: Ints


def traffic(asked: Asked, days: int) -> Traffic:
    """Days of one seed; each has one minute from which an hour may be changed."""
    chance = np.random.Generator(np.random.PCG64(asked.seed))
    rates = minute_rates(slot_rates(chance, days, asked.an_hour))
    counts = chance.poisson(rates)
    changed = {
        factor: counts + chance.poisson(rates * (factor - 1))
        if factor > 1
        else chance.binomial(counts, factor)
        for factor in FACTORS
    }
    begins = chance.integers(OPENS + 30, SHUTS - INJECTED_MINUTES, days)
    return Traffic(rates, counts, changed, begins)


def measure(asked: Asked, learned: int = LEARNED_DAYS) -> Found:
    """Run the queue's days one after the other, and for each day every change apart from it."""
    told = traffic(asked, asked.days + learned)
    queue = Baseline(UTC)
    charts: Charts = dict.fromkeys(RULES, AT_REST)
    false = dict.fromkeys([*RULES, "either"], 0)
    minutes: dict[float, dict[str, list[int | None]]] = {
        factor: {kind: [] for kind in false} for factor in FACTORS
    }
    for day in range(asked.days + learned):
        for minute in range(DAY_MINUTES):
            if day >= learned and minute == told.begins[day]:
                _inject(queue, charts, told, day, minutes)
            before = charts
            charts = advanced(queue, charts, day * DAY_MINUTES + minute, told.counts[day, minute])
            if day >= learned and OPENS <= minute < SHUTS:
                for kind in false:
                    false[kind] += signals(charts, kind) and not signals(before, kind)
    return Found(asked.days, false, minutes)


def _inject(
    queue: Baseline,
    charts: Charts,
    told: Traffic,
    day: int,
    minutes: dict[float, dict[str, list[int | None]]],
) -> None:
    """What each change from this minute on would have come to; the queue itself goes on without."""
    memory = msgspec.msgpack.encode(queue.memory)
    begin = int(told.begins[day])
    for factor in FACTORS:
        found = found_within(memory, charts, day, begin, told.changed[factor][day])
        for kind, after in found.items():
            # One that signals already cannot find anything.
            if not signals(charts, kind):
                minutes[factor][kind].append(after)


def found_within(
    memory: bytes, charts: Charts, day: int, begin: int, counts: Ints
) -> dict[str, int | None]:
    """By kind, after how many minutes of the changed hour it signalled; None where it did not."""
    queue = Baseline(UTC, msgspec.msgpack.decode(memory, type=Memory))
    found: dict[str, int | None] = dict.fromkeys([*RULES, "either"])
    for after in range(INJECTED_MINUTES):
        minute = begin + after
        charts = advanced(queue, charts, day * DAY_MINUTES + minute, counts[minute])
        for kind, known in found.items():
            if known is None and signals(charts, kind):
                found[kind] = after + 1
    return found


def advanced(queue: Baseline, charts: Charts, minute: int, count: int) -> Charts:
    """The charts after one more minute, which the queue then learns from."""
    at = minute * MINUTE_US
    expected = queue.expected(at)
    charts = {
        kind: surge.step(rule, charts[kind], at, int(count), expected)
        for kind, rule in RULES.items()
    }
    queue.advance(at, int(count), signals=charts["surge"].signals or charts["drop"].signals)
    return charts


def signals(charts: Charts, kind: str) -> bool:
    """Whether the chart signals; `either` of surge and building."""
    if kind == "either":
        return charts["surge"].signals or charts["building"].signals
    return charts[kind].signals


def cold_start(asked: Asked, queues: int) -> list[dict[str, int]]:
    """False firings by kind on each of the first days of so many queues that nothing is known of,
    all hours of the day counted."""
    false = [dict.fromkeys([*RULES, "either"], 0) for _ in range(asked.days)]
    for number in range(queues):
        told = traffic(asked._replace(seed=asked.seed + number), asked.days)
        queue = Baseline(UTC)
        charts: Charts = dict.fromkeys(RULES, AT_REST)
        for day in range(asked.days):
            for minute in range(DAY_MINUTES):
                before = charts
                at = day * DAY_MINUTES + minute
                charts = advanced(queue, charts, at, told.counts[day, minute])
                for kind in false[day]:
                    false[day][kind] += signals(charts, kind) and not signals(before, kind)
    return false


def first_week(asked: Asked, queues: int) -> Found:
    """What is found, and what is false, on the second to seventh day of so many queues that
    nothing was known of before the first."""
    founds = [
        measure(asked._replace(days=6, seed=asked.seed + n), learned=1) for n in range(queues)
    ]
    kinds = founds[0].false
    return Found(
        6 * queues,
        {kind: sum(found.false[kind] for found in founds) for kind in kinds},
        {
            factor: {
                kind: [m for found in founds for m in found.minutes[factor][kind]] for kind in kinds
            }
            for factor in FACTORS
        },
    )


def with_the_truth(asked: Asked, factor: float) -> Found:
    """What the best chart for that factor finds where nothing need be learned."""
    told = traffic(asked, asked.days)
    rule = TRUTH[factor]
    false = 0
    minutes: list[int | None] = []
    for day in range(asked.days):
        begin = int(told.begins[day])
        chart, at_begin = AT_REST, AT_REST
        for minute in range(OPENS, SHUTS):
            at_begin = chart if minute == begin else at_begin
            before = chart
            chart = truly(rule, chart, minute, told.counts[day], told.rates[day])
            false += chart.signals and not before.signals
        chart = at_begin
        if chart.signals:
            continue
        for minute in range(begin, begin + INJECTED_MINUTES):
            chart = truly(rule, chart, minute, told.changed[factor][day], told.rates[day])
            if chart.signals:
                break
        minutes.append(minute - begin + 1 if chart.signals else None)
    return Found(asked.days, {"truth": false}, {factor: {"truth": minutes}})


def truly(rule: ChartRule, chart: Chart, minute: int, counts: Ints, rates: Floats) -> Chart:
    """The chart after one more minute of a day whose rates are known."""
    rate = float(rates[minute])
    expected = surge.Expected(rate, rate, days=LEARNED_DAYS)
    return surge.step(rule, chart, minute * MINUTE_US, int(counts[minute]), expected)
