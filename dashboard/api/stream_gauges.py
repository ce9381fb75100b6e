"""The health of the stream as Prometheus metrics: of all, of each partition, of each worker.

What workers count of themselves stands on their own /metrics under the same names, without the
label `worker`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, get_args, get_type_hints

from msgspec.structs import replace
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from dashboard.feed import STALE_S
from stream.contract.figures import HEALTH, Freshness, PartitionState, Picture, WorkerState

_STATES: Final[tuple[str, ...]] = get_args(get_type_hints(PartitionState)["state"])
_WORKER_COUNTERS: Final = {
    "rebalances": "Changes of the partitions that the worker holds, since its start.",
    "commit_failures": "Its commits that were not taken, or not known to be.",
    "log_failures": "Tries at the log that failed.",
}


def stream_metrics(picture: Picture, *, since_s: float) -> Iterator[Metric]:
    """All of it, as of a picture that was built `since_s` ago. What is not known is left out."""
    for name in HEALTH:
        yield _counter(name, "Health of the stream.", picture.figures.health.get(name, 0))
    rejected = picture.figures.health.get("rejected", 0)
    yield _counter("dead_letters", "Rejected events, each kept as a dead letter.", rejected)
    yield _by("events_by_type", "Good events by type.", "type", picture.events_by_type)
    by_field = picture.rejected_by_field
    yield _by("rejected_by_field", "Rejected events by the field at fault.", "field", by_field)
    yield _by("limits_reached", "How often a bound was reached.", "limit", picture.limits)
    yield GaugeMetricFamily(
        "floorwatch_queues_left_out",
        "Queues beside those that frames tell.",
        value=picture.queues_left_out,
    )
    partitions = by_now(picture.partitions, since_s)
    yield from _whole(picture.freshness, Counter(one.state for one in partitions))
    yield from _partitions(partitions)
    yield from _workers(picture.workers)


def by_now(partitions: Iterable[PartitionState], since_s: float) -> list[PartitionState]:
    """The partitions of a picture that was built `since_s` ago, as they are now: one that nothing
    newer is known of is not fresh for ever."""
    return [_by_now(one, max(0.0, since_s)) for one in partitions]


def _by_now(one: PartitionState, since_s: float) -> PartitionState:
    if one.age_s is None:
        return one
    age_s = one.age_s + since_s
    return replace(one, age_s=age_s, state="silent" if age_s > STALE_S else one.state)


def _whole(freshness: Freshness, states: Mapping[str, int]) -> Iterator[Metric]:
    known = (
        ("lag_events", "Events not read yet.", freshness.lag_events),
        (
            "lag_seconds",
            "How long before the picture the newest event happened.",
            freshness.lag_s,
        ),
        (
            "behind_seconds",
            "How long the oldest event that is not read yet may have lain in the log.",
            freshness.behind_s,
        ),
        (
            "catching_up_partitions",
            "Partitions whose figures are of the past, though told now.",
            states["catching up"],
        ),
        (
            "silent_partitions",
            "Partitions that have told nothing for 5 s.",
            states["silent"],
        ),
    )
    for name, what, value in known:
        if value is not None:
            yield GaugeMetricFamily(f"floorwatch_{name}", what, value=value)


def _partitions(partitions: list[PartitionState]) -> Iterator[Metric]:
    lag, age, behind = (
        GaugeMetricFamily(f"floorwatch_partition_{name}", what, labels=["partition"])
        for name, what in (
            ("lag_events", "Events of the partition that are not read yet."),
            ("age_seconds", "How long ago the partition last told its state."),
            ("behind_seconds", "How long the oldest of them may have lain in the log."),
        )
    )
    state = GaugeMetricFamily(
        "floorwatch_partition_state",
        "1 for the state that the partition is in, 0 for the others.",
        labels=["partition", "state"],
    )
    for one in partitions:
        number = str(one.partition)
        for metric, value in ((lag, one.lag_events), (age, one.age_s), (behind, one.behind_s)):
            if value is not None:
                metric.add_metric([number], value)
        for name in _STATES:
            state.add_metric([number, name.replace(" ", "_")], float(one.state == name))
    yield from (lag, age, behind, state)


def _workers(workers: list[WorkerState]) -> Iterator[Metric]:
    assigned = GaugeMetricFamily(
        "floorwatch_worker_partitions_assigned", "Partitions held.", labels=["worker"]
    )
    for one in workers:
        assigned.add_metric([one.name], len(one.partitions))
    yield assigned
    for name, what in _WORKER_COUNTERS.items():
        counts = {one.name: int(getattr(one, name)) for one in workers}
        yield _by(f"worker_{name}", what, "worker", counts)


def _counter(name: str, what: str, value: int) -> Metric:
    return CounterMetricFamily(f"floorwatch_{name}", what, value=value)


def _by(name: str, what: str, label: str, counts: dict[str, int]) -> Metric:
    metric = CounterMetricFamily(f"floorwatch_{name}", what, labels=[label])
    for value, count in counts.items():
        metric.add_metric([value], count)
    return metric
