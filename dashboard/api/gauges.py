"""The newest frame's figures as Prometheus metrics. Floor and queues only: nobody's own figures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from dashboard.api.alert_gauges import alert_metrics
from dashboard.api.stream_gauges import stream_metrics
from dashboard.feed import Feed
from stream.contract.figures import COUNTS, FIGURES, NOW, Figures, Section

# The floor stands beside its queues under the empty name, which no queue has.
_FLOOR: Final = ""
_WINDOWED: Final = (("counts", COUNTS), ("figures", FIGURES))


class FigureCollector(Collector):
    """Reads the newest frame whenever Prometheus asks. A null is left out, never 0."""

    def __init__(self, feed: Feed) -> None:
        self._feed = feed

    def describe(self) -> list[Metric]:
        """Nothing ahead of time: the registry need not collect to register."""
        return []

    def collect(self) -> Iterator[Metric]:
        """The age of the newest figures, they themselves, and how the stream that made them fares."""
        age_s = self._feed.age_s()
        if age_s is not None:
            yield GaugeMetricFamily(
                "floorwatch_age_seconds", "How old the newest figures are.", value=age_s
            )
        board = self._feed.board()
        if board is not None:
            yield from alert_metrics(board, age_s=self._feed.alerts_age_s())
        newest = self._feed.newest
        if newest is None or newest.frame.picture is None:
            return
        picture = newest.frame.picture
        yield GaugeMetricFamily(
            "floorwatch_drill",
            "Whether the figures are those of a drill.",
            value=int(picture.drill is not None),
        )
        yield from _gauges(picture.figures)
        yield from stream_metrics(picture, since_s=self._feed.frame_age_s() or 0.0)


def _gauges(figures: Figures) -> Iterator[Metric]:
    sections = {_FLOOR: figures.floor, **figures.queues}
    for part, names in _WINDOWED:
        for name in names:
            if name != "service_levels":
                yield _gauge(part, name, sections, figures.window)
    yield _levels(sections, figures.window)
    for name in NOW:
        yield _gauge("now", name, sections, None)


def _gauge(part: str, name: str, sections: dict[str, Section], window: str | None) -> Metric:
    labels = ["queue"] if window is None else ["queue", "window"]
    metric = GaugeMetricFamily(f"floorwatch_{name}", f"{name} (docs/metrics.md)", labels=labels)
    for queue, section in sections.items():
        value = getattr(section, part).get(name)
        if value is not None:
            metric.add_metric([queue] if window is None else [queue, window], value)
    return metric


def _levels(sections: dict[str, Section], window: str) -> Metric:
    metric = GaugeMetricFamily(
        "floorwatch_service_levels",
        "Service level by variant (docs/metrics.md)",
        labels=["queue", "window", "variant"],
    )
    for queue, section in sections.items():
        levels = section.figures.get("service_levels")
        for variant, value in levels.items() if isinstance(levels, dict) else ():
            if value is not None:
                metric.add_metric([queue, window, variant], value)
    return metric
