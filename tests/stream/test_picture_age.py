"""How old a picture is, where the clocks of worker and dashboard disagree or are set."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
import structlog

from stream.contract.figures import Picture
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import MINUTE_US, SECOND_US
from stream.logs.embedded import EmbeddedLog
from stream.logs.topics import topics
from stream.picture import LogPictureReader
from stream.worker import Worker
from tests.builders import BASE_US

QUIET: Final = structlog.wrap_logger(structlog.testing.ReturnLogger(), processors=[])


class Clocks:
    """A floor on two machines: true time passes, and each has its own notion of it."""

    def __init__(self, directory: Path) -> None:
        self.true_us = 0
        self.worker_us = self.dashboard_us = BASE_US
        self.log = EmbeddedLog(directory, now=self.worker_wall)
        self.log.create(topics(2))
        self.worker = Worker(self.log, FloorPlan(), now=self.worker_wall, logger=QUIET)
        self.reader = self.opened()

    def worker_wall(self) -> int:
        return self.worker_us + self.true_us

    def dashboard_wall(self) -> int:
        return self.dashboard_us + self.true_us

    def opened(self) -> LogPictureReader:
        """A dashboard that starts now."""
        return LogPictureReader(
            self.log,
            FloorPlan(),
            now=self.dashboard_wall,
            steady=lambda: self.true_us,
            title="Test",
        )

    def works(self, seconds: int) -> None:
        """The worker lives for so long, and the dashboard listens."""
        for _ in range(2 * seconds):
            self.true_us += SECOND_US // 2
            self.worker.step(timeout_s=0)
            self.reader.follow(0)

    def passes(self, seconds: int) -> Picture:
        """So long the worker tells nothing."""
        self.true_us += seconds * SECOND_US
        return self.picture()

    def picture(self) -> Picture:
        self.reader.follow(0)
        return self.reader.picture("30m")

    def close(self) -> None:
        self.reader.close()
        self.worker.close()
        self.log.close()


@pytest.fixture
def clocks(tmp_path: Path) -> Iterator[Clocks]:
    clocks = Clocks(tmp_path / "log")
    yield clocks
    clocks.close()


def ages(picture: Picture) -> set[float | None]:
    """Every age that the picture tells: whole, by partition and by worker."""
    return {
        picture.freshness.age_s,
        *(one.age_s for one in picture.partitions),
        *(one.age_s for one in picture.workers),
    }


def test_the_age_grows_where_the_dashboard_s_clock_is_set_back(clocks: Clocks) -> None:
    """The worker is dead: no clock that is set makes its last word news."""
    clocks.works(3)
    assert ages(clocks.picture()) == {0}
    clocks.dashboard_us -= 10 * MINUTE_US

    told = [clocks.passes(seconds) for seconds in (3, 3, 590)]

    assert [picture.freshness.age_s for picture in told] == [3, 6, 596]
    assert [picture.freshness.silent for picture in told] == [[], [0, 1], [0, 1]]
    assert [one.state for one in told[1].partitions] == ["silent", "silent"]
    assert ages(told[2]) == {596}


def test_the_age_grows_where_the_worker_s_clock_is_ahead(clocks: Clocks) -> None:
    """45 s apart, and the worker dies: it is silent after five seconds, not after fifty."""
    clocks.worker_us += 45 * SECOND_US
    clocks.works(3)
    assert clocks.picture().freshness.silent == []

    dead = clocks.passes(40)

    assert ages(dead) == {40}
    assert dead.freshness.silent == [0, 1]


def test_what_was_told_in_the_future_before_a_start_is_no_news(clocks: Clocks) -> None:
    """A dashboard that starts cannot know how old such a word is: silent until the next comes."""
    clocks.works(3)
    clocks.dashboard_us -= 10 * MINUTE_US
    clocks.reader.close()
    clocks.reader = clocks.opened()

    started = clocks.picture()
    later = clocks.passes(590)
    clocks.works(1)

    assert started.freshness.silent == later.freshness.silent == [0, 1]
    assert (started.freshness.age_s or 0) > 5
    assert (later.freshness.age_s or 0) > 590
    assert clocks.picture().freshness.silent == []
    assert ages(clocks.picture()) == {0}


def test_a_living_worker_whose_clock_is_ahead_is_fresh(clocks: Clocks) -> None:
    """Its words come twice a second, whatever time it takes it to be; for a dashboard that just
    started, too."""
    clocks.worker_us += 45 * SECOND_US
    clocks.works(2)
    clocks.reader.close()
    clocks.reader = clocks.opened()
    clocks.works(1)

    assert ages(clocks.picture()) == {0}
    assert clocks.picture().freshness.silent == []


def test_a_clock_set_ahead_shows_no_false_freshness(clocks: Clocks) -> None:
    """Between the two notions of an age the longer one counts."""
    clocks.works(3)
    clocks.dashboard_us += MINUTE_US

    assert ages(clocks.passes(1)) == {61}
