"""What the dashboard measures of itself, for Prometheus."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


class FeedMeters:
    """The feed's own counts, in a registry of their own so that two feeds never mix."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.viewers = Gauge(
            "floorwatch_viewers", "Browsers and programs on the stream.", registry=self.registry
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
            "Pictures that could not be built.",
            registry=self.registry,
        )
        self.build_seconds = Histogram(
            "floorwatch_picture_build_seconds",
            "Time to build one picture.",
            buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0),
            registry=self.registry,
        )
