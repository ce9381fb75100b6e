"""What the dashboard measures of itself, for Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.metrics import MetricWrapperBase


class FeedMeters:
    """The feed's own counts, in a registry of their own so that two feeds never mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.viewers = Gauge(
            "floorwatch_viewers", "Browsers and programs on the stream.", registry=self.registry
        )
        self.viewers_refused = Counter(
            "floorwatch_viewers_refused",
            "Viewers turned away because there were too many.",
            registry=self.registry,
        )
        self.frames_built = Counter(
            "floorwatch_frames_built", "Frames made for everybody.", registry=self.registry
        )
        self.frames_sent = Counter(
            "floorwatch_frames_sent", "Frames sent, one a viewer.", registry=self.registry
        )
        self.frames_dropped = Counter(
            "floorwatch_frames_dropped",
            "Frames a slow viewer was skipped past.",
            registry=self.registry,
        )
        self.failures = Counter(
            "floorwatch_picture_failures",
            "Pictures that could not be built, and turns of the feed that failed otherwise.",
            registry=self.registry,
        )
        self.build_seconds = Histogram(
            "floorwatch_picture_build_seconds",
            "Time to build one picture.",
            buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0),
            registry=self.registry,
        )
        self._built_s: float | None = None

    def built(self, took_s: float) -> None:
        """A picture was built, or could not be, in so long; a clock set back counts as nothing."""
        self._built_s = max(0.0, took_s)
        self.build_seconds.observe(self._built_s)

    def refused(self) -> int:
        """How many viewers were turned away."""
        return int(_value(self.viewers_refused, "_total"))

    def figures(self) -> dict[str, int | float | None]:
        """All of it by name, for programs; a time without a picture is None."""
        count = _value(self.build_seconds, "_count")
        return {
            "viewers": int(_value(self.viewers)),
            "viewers_refused": self.refused(),
            "frames_built": int(_value(self.frames_built, "_total")),
            "frames_sent": int(_value(self.frames_sent, "_total")),
            "frames_dropped": int(_value(self.frames_dropped, "_total")),
            "picture_failures": int(_value(self.failures, "_total")),
            "pictures_built": int(count),
            "picture_build_last_s": self._built_s,
            "picture_build_mean_s": _value(self.build_seconds, "_sum") / count if count else None,
        }


def _value(metric: MetricWrapperBase, suffix: str = "") -> float:
    """A metric's sample whose name ends so."""
    samples = [sample for family in metric.collect() for sample in family.samples]
    return next(one.value for one in samples if one.name.endswith(suffix))
