"""Watches one queue's arrivals: its baseline, and a chart for each rule that looks at them.

Minutes are taken in once they are over. The minute under way is looked at as well: a chart can
only climb by what still comes in it, so what crosses the limit now has crossed it for good, and
nobody waits for the minute to end.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import Struct

from stream.alerts.baseline import VERSION, Baseline, Memory
from stream.alerts.readings import Arrivals
from stream.alerts.surge import AT_REST, Chart, ChartRule, Expected, mean_of, step
from stream.alerts.usual import Look, Usual, learned
from stream.contract.instants import MINUTE_US

# Events may be some seconds under way; a minute is over once these had time to come.
GRACE_US: Final = 5_000_000
UNUSUAL_FROM: Final = 2.0


class Watched(Struct, frozen=True):
    """What goes through the log of one queue's watch: the charts are by rule."""

    memory: Memory
    charts: dict[str, Chart]
    usual: Usual = Usual()


class Watch:
    """One queue's, or the floor's, arrivals."""

    def __init__(self, zone: ZoneInfo, watched: Watched | None = None) -> None:
        memory = None if watched is None or watched.memory.version != VERSION else watched.memory
        self._baseline = Baseline(zone, memory)
        self._charts = {} if watched is None else dict(watched.charts)
        self.usual = Usual() if watched is None else watched.usual
        # With the minute under way, as of the last look.
        self._now: dict[str, Chart] = {}

    def look(self, arrivals: Arrivals, as_of: int, rules: Mapping[str, ChartRule]) -> bool:
        """Take in the minutes that are over and look at the one under way; whether any was."""
        came = False
        # Of a rule that is gone no chart may go on signalling.
        self._charts = {name: chart for name, chart in self._charts.items() if name in rules}
        until = self._baseline.memory.until
        for place, count in enumerate(arrivals.offered):
            minute = arrivals.first_us + place * MINUTE_US
            if until is None and not count:
                # Before its first contact nobody knows whether anything was told of it at all.
                continue
            if until is not None and minute < until:
                continue
            if minute + MINUTE_US + GRACE_US > as_of:
                # What may still come would take back a drop, and only add to a surge.
                surges = {name: rule for name, rule in rules.items() if rule.ratio > 1}
                self._now = self._charts | self._stepped(minute, count, surges)
                break
            self._charts = self._stepped(minute, count, rules)
            signals = any(
                self._charts[name].signals for name, rule in rules.items() if _is_unusual(rule)
            )
            self._baseline.advance(minute, count, signals=signals)
            until, came = minute + MINUTE_US, True
        else:
            self._now = dict(self._charts)
        return came

    def get_used_to(self, look: Look) -> None:
        """One more minute of how the queue stands, unless a chart says that it is unusual."""
        if not self.signals:
            self.usual = learned(self.usual, look)

    @property
    def signals(self) -> bool:
        """Whether any chart says that something is unusual, as of the last minute that is over."""
        return any(chart.signals for chart in self._charts.values())

    @property
    def until(self) -> int:
        """The end of the last minute that was taken in; 0 where none was."""
        return self._baseline.memory.until or 0

    def chart(self, rule: str) -> Chart:
        """A rule's chart as of the last look."""
        over, now = self._charts.get(rule, AT_REST), self._now.get(rule, AT_REST)
        # What the minute under way may still take back is not over.
        return now if now.signals or not over.signals else over

    def expected_per_hour(self, as_of: int) -> float | None:
        """What an hour like this minute is expected to bring; None where nothing is known."""
        expected = self._expected(as_of)
        return None if expected is None else 60 * expected.count

    def counted_per_hour(self, name: str, rule: ChartRule, as_of: int) -> float | None:
        """How many contacts came an hour since the rule's chart began to climb; None while it does
        not, or where nothing is known to go by."""
        expected, size = self._expected(as_of), self.chart(name).size
        if expected is None or size is None:
            return None
        return 60 * mean_of(rule, expected) * size

    def told(self) -> Watched:
        """What goes through the log."""
        return Watched(self._baseline.memory, dict(self._charts), self.usual)

    def _expected(self, as_of: int) -> Expected | None:
        return self._baseline.expected(as_of - as_of % MINUTE_US)

    def _stepped(self, minute: int, count: int, rules: Mapping[str, ChartRule]) -> dict[str, Chart]:
        expected = self._baseline.expected(minute)
        return {
            name: step(rule, self._charts.get(name, AT_REST), minute, count, expected)
            for name, rule in rules.items()
        }


def _is_unusual(rule: ChartRule) -> bool:
    """Whether what a chart sees must not be learned from: all but a surge that still builds, which
    is how a busy day begins."""
    return rule.ratio >= UNUSUAL_FROM or rule.ratio < 1
