"""Alerts as Prometheus metrics: what is open, whether anybody watches, what did not get through."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from stream.contract.alerts import SEVERITIES, Board


def alert_metrics(board: Board, *, age_s: float | None) -> Iterator[Metric]:
    """All of it; `age_s` is how long ago the evaluator told anything, left out where it never
    did."""
    if age_s is not None:
        yield GaugeMetricFamily(
            "floorwatch_alerts_age_seconds", "How long ago alerts were judged.", value=age_s
        )
    counted = Counter(
        (one.severity, one.acknowledged is not None) for one in board.incidents if one.is_open
    )
    incidents = GaugeMetricFamily(
        "floorwatch_incidents_open",
        "Incidents that are not over.",
        labels=["severity", "acknowledged"],
    )
    for severity in SEVERITIES:
        for acknowledged in (False, True):
            labels = [severity, str(acknowledged).lower()]
            incidents.add_metric(labels, counted[severity, acknowledged])
    yield incidents
    yield GaugeMetricFamily(
        "floorwatch_messages_failing",
        "Messages about alerts whose last delivery failed.",
        value=len(board.undelivered),
    )
    fired = CounterMetricFamily(
        "floorwatch_alerts_fired", "How often each rule fired.", labels=["rule"]
    )
    for name, record in sorted(board.records.items()):
        fired.add_metric([name], record.fired)
    yield fired
    head = board.head
    if head is not None and head.evaluated_ms is not None:
        yield GaugeMetricFamily(
            "floorwatch_alerts_evaluation_seconds",
            "How long the last judging of the floor took.",
            value=head.evaluated_ms / 1000,
        )
