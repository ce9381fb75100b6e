"""Whether contacts come faster, or slower, than the baseline: likelihood-ratio CUSUM charts.

Each minute adds the logarithm of how much likelier its count is with the rate at `ratio` times the
baseline than at the baseline itself, and the score never falls below 0:

    S = max(0, S + x ln R - (x + 1/a) ln((1 + a m R) / (1 + a m)))

for x contacts where m were expected, both laws negative binomial of variance m + a m² (Höhle and
Paul 2008, "Count data regression charts for the monitoring of surveillance time series",
Computational Statistics & Data Analysis 52:4357), and x ln R - m (R - 1) where `a` is 0 (Lucas
1985, "Counted data CUSUMs", Technometrics 27:129). Among all charts that are as seldom wrong none
finds a change to `ratio` sooner (Moustakides 1986). What m is, baseline.py says.
"""

from __future__ import annotations

import math
from typing import Final

import msgspec
from msgspec import Struct

# Of fewer past days of one weekday, an odd one cannot be told from the others.
SETTLED_DAYS: Final = 3
# What a guess is good enough for: by it, a smaller surge is no news.
GUESSED_RATIO_MIN: Final = 2.0


class Expected(Struct, frozen=True):
    """What a minute is expected to bring: `count` contacts, `least` those that may be counted on,
    and `alpha` the dispersion of what is not known of them. `days` is of how many past days of
    this weekday they are made; with 0 it is a guess, by which nothing may be counted on."""

    count: float
    least: float
    alpha: float = 0.0
    days: int = 0

    @property
    def is_learning(self) -> bool:
        """Whether there are too few such days to tell an odd one."""
        return self.days < SETTLED_DAYS


class ChartRule(Struct, frozen=True):
    """What a chart looks for, and when it is sure.

    `ratio` is the change it is made for, above 1 a surge, below 1 a drop; `limit` the score at
    which it signals (in nats); `alpha` the dispersion of a minute's count around the baseline.
    """

    ratio: float
    limit: float
    alpha: float = 0.05
    # Contacts a minute: where hardly any are expected, one that comes is no evidence of many.
    expected_min: float = 0.3
    # Contacts beyond, or short of, the baseline before anybody is told.
    excess_min: float = 10.0
    # In limits: the score stops there, so that it has not far to fall when a long surge is over.
    cap: float = 1.5
    # In limits: a signal is over when the score is back there. Much lower than where it began, or
    # one surge would be told several times.
    clear: float = 0.3

    def __post_init__(self) -> None:
        """Raises `ValueError` for numbers that no chart can have."""
        if not (self.ratio > 0 and self.ratio != 1 and self.limit > 0 and self.alpha >= 0):
            raise ValueError(
                "a chart needs a ratio other than 1, a limit above 0, an alpha of 0 on"
            )


class Chart(Struct, frozen=True):
    """Where a chart stands after a minute.

    `began` is the start of the first minute of the present climb (microseconds), None while the
    score is 0; `counted` and `expected` are the contacts since then, and those of the baseline.
    """

    score: float = 0.0
    began: int | None = None
    counted: int = 0
    expected: float = 0.0
    signals: bool = False

    @property
    def excess(self) -> float:
        """Contacts beyond the baseline since the climb began; below 0 those that are missing."""
        return self.counted - self.expected

    @property
    def size(self) -> float | None:
        """How many times the baseline came since the climb began; None while nothing climbs."""
        return self.counted / self.expected if self.began is not None and self.expected else None


# The three charts of the default rules. Ratios, limits and alphas were chosen by `make bench-alerts`
# (docs/alerts.md): the rate of a real queue wanders by a seventh within the day and now and then by
# half, so a chart for less than 2.5 times the baseline must wait long to be seldom wrong.
# Somebody is called.
SURGE: Final = ChartRule(ratio=2.5, limit=11.0, alpha=0.05)
# Somebody looks soon: less than that, for long enough. Large queues only can be sure of it.
BUILDING: Final = ChartRule(ratio=1.75, limit=15.0, alpha=0.1)
# Contacts have stopped coming: an outage before the floor.
DROP: Final = ChartRule(ratio=0.25, limit=9.5, alpha=0.1)

AT_REST: Final = Chart()
# Contacts a minute: where fewer than one an hour are expected, none are missed.
MISSED_FROM: Final = 1 / 60


def step(
    rule: ChartRule, chart: Chart, minute: int, count: int, expected: Expected | None
) -> Chart:
    """The chart after the minute that begins at `minute` (microseconds), in which `count` contacts
    came.

    The larger of the rule's alpha and the baseline's holds. Where nothing is known to go by, or
    too little for what the chart looks for, it begins anew. A minute that nobody saw is left out:
    the chart stays as it was.
    """
    if expected is None or (expected.days == 0 and rule.ratio < GUESSED_RATIO_MIN):
        return AT_REST
    if rule.ratio < 1 and expected.count < MISSED_FROM:
        # A queue that is shut: nothing can be missing, and what was is over.
        return AT_REST
    mean = mean_of(rule, expected)
    score = chart.score + evidence(rule.ratio, count, mean, max(expected.alpha, rule.alpha))
    if score <= 0:
        return AT_REST
    climbed = Chart(
        score=min(score, rule.cap * rule.limit),
        began=minute if chart.began is None else chart.began,
        counted=chart.counted + count,
        expected=chart.expected + mean,
    )
    return msgspec.structs.replace(climbed, signals=_signals(rule, climbed, before=chart.signals))


def mean_of(rule: ChartRule, expected: Expected) -> float:
    """The contacts a minute that the chart goes by."""
    if rule.ratio > 1:
        return max(expected.count, rule.expected_min)
    # Of a drop, what was hardly expected is no evidence when it does not come.
    return expected.least


def _signals(rule: ChartRule, chart: Chart, *, before: bool) -> bool:
    if before:
        return chart.score > rule.clear * rule.limit
    excess = chart.excess if rule.ratio > 1 else -chart.excess
    return chart.score >= rule.limit and excess >= rule.excess_min


def evidence(ratio: float, count: int, mean: float, alpha: float) -> float:
    """How much likelier `count` is at `ratio` times `mean` than at `mean`: a logarithm, in nats."""
    if alpha == 0:
        return count * math.log(ratio) - mean * (ratio - 1)
    spread = math.log1p(alpha * mean * (ratio - 1) / (1 + alpha * mean))
    return count * math.log(ratio) - (count + 1 / alpha) * spread
