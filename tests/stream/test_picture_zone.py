"""The time zone that a picture tells its times of day by."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest
import structlog

from stream.contract.floorplan import FloorPlan, QueuePlan
from stream.contract.instants import SECOND_US
from stream.logs.embedded import EmbeddedLog
from stream.logs.topics import CONTACT_EVENTS, topics
from stream.picture import LogPictureReader
from stream.worker import Worker
from tests.builders import BASE_US, event

QUIET: Final = structlog.wrap_logger(structlog.testing.ReturnLogger(), processors=[])
PLAN: Final = FloorPlan(
    time_zone="America/New_York",
    queues={"east": QueuePlan(time_zone="America/New_York"), "west": QueuePlan(time_zone="UTC")},
)


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[LogPictureReader]:
    """A picture of a floor with three queues."""
    passed_us = 0

    def now() -> int:
        return BASE_US + passed_us

    with closing(EmbeddedLog(tmp_path / "log", now=now)) as log:
        log.create(topics(1))
        for queue in ("plain", "east", "west"):
            line = event("contact.queued", subject=queue, at_us=BASE_US, queue=queue, channel="sms")
            log.append(CONTACT_EVENTS, [(queue, line)])
        worker = Worker(log, PLAN, now=now, logger=QUIET)
        for _ in range(6):
            passed_us += SECOND_US // 2
            worker.step(timeout_s=0)
        reader = LogPictureReader(log, PLAN, now=now, steady=now, title="Test")
        with closing(reader):
            reader.follow(0)
            yield reader


def test_a_picture_names_the_floors_zone_and_each_queues_own(reader: LogPictureReader) -> None:
    """A queue that is told by the floor's midnight has no zone of its own."""
    picture = reader.picture("30m")

    assert picture.time_zone == "America/New_York"
    zones = {queue: label.time_zone for queue, label in picture.labels.items()}
    assert zones == {"plain": None, "east": None, "west": "UTC"}
