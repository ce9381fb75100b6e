"""How a worker fares, counted where it happens, for its log, its heads and Prometheus."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from stream.contract.figures import STALE_US
from stream.contract.frames import WorkerNote
from stream.contract.instants import SECOND_US

_COUNTERS: Final = {
    "events_read": "Records read, those read again after a restart among them.",
    "dead_letters": "Rejected events written to dead-letters.",
    "rebalances": "Changes of the partitions that this worker holds.",
    "commit_failures": "Commits that were not taken, or not known to be.",
    "log_failures": "Tries at the log that failed.",
}
# What is no count, with the name that Prometheus has for it.
_GAUGES: Final = {
    "partitions_assigned": ("partitions_assigned", "Partitions held."),
    "lag_events": ("lag_events", "Records of the partitions held that are not read yet."),
    "lag_s": ("lag_seconds", "How long the oldest of them may have lain in the log."),
}


class WorkerMeters:
    """The counts of one worker process: they outlive the log being opened anew.

    `lag_s` is None while it is not known. Only the worker's own thread writes.
    """

    def __init__(self, name: str, started_at: int) -> None:
        self.name = name
        self.started_at = started_at
        self.events_read = 0
        self.dead_letters = 0
        self.rebalances = 0
        self.commit_failures = 0
        self.log_failures = 0
        self.partitions_assigned = 0
        self.lag_events = 0
        self.lag_s: float | None = None
        # The wall clock at the last commit that was taken, in microseconds.
        self.told_at: int | None = None
        # Why the log cannot be used now, as said to people; None while it can.
        self.away: str | None = None

    def note(self) -> WorkerNote:
        """What goes with each head."""
        return WorkerNote(
            name=self.name,
            started_at=self.started_at,
            rebalances=self.rebalances,
            commit_failures=self.commit_failures,
            log_failures=self.log_failures,
        )

    def figures(self) -> dict[str, int | float | None]:
        """All of it by name, for a line in the log."""
        return {name: getattr(self, name) for name in (*_COUNTERS, *_GAUGES)}

    def unready(self, now: int) -> str | None:
        """Why this worker does not do its work at `now`, the wall clock in microseconds; None where
        it does, or waits as a spare."""
        if self.away is not None:
            return self.away
        if self.partitions_assigned and (
            self.told_at is None or abs(now - self.told_at) > STALE_US
        ):
            return f"nothing told for {STALE_US / SECOND_US:g} s"
        return None


class MeterCollector(Collector):
    """The meters for Prometheus, as they are whenever it asks."""

    def __init__(self, meters: WorkerMeters) -> None:
        self._meters = meters

    def describe(self) -> list[Metric]:
        """Nothing ahead of time."""
        return []

    def collect(self) -> Iterator[Metric]:
        """All counters and gauges; what is not known is left out."""
        for name, what in _COUNTERS.items():
            yield CounterMetricFamily(
                f"floorwatch_worker_{name}", what, value=getattr(self._meters, name)
            )
        for attribute, (name, what) in _GAUGES.items():
            if (value := getattr(self._meters, attribute)) is not None:
                yield GaugeMetricFamily(f"floorwatch_worker_{name}", what, value=value)


def registry_of(meters: WorkerMeters) -> CollectorRegistry:
    """A registry that holds these meters alone."""
    registry = CollectorRegistry()
    registry.register(MeterCollector(meters))
    return registry
