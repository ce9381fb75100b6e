"""What waits to be written while the log takes nothing: it is bounded, and nothing is lost by it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import pytest

from stream.contract.floorplan import FloorPlan
from stream.contract.instants import SECOND_US
from stream.logs.port import Consumer, Fenced, Log, Produced, Record
from stream.logs.records import partition_of
from stream.partition import WAITING_BYTES_MAX
from stream.worker import Worker
from tests.stream.test_worker import PARTITIONS, QUIET, Setting, queued

# Each is buried whole, so that some 540 of them are more than may wait.
BAD: Final = b"x" * 62_000


class FullConsumer:
    """A member whose commits are refused for as long as the log is full."""

    def __init__(self, consumer: Consumer, log: FullLog) -> None:
        self._consumer = consumer
        self._log = log
        self.assignment = consumer.assignment
        self.committed = consumer.committed
        self.seek = consumer.seek
        self.position = consumer.position
        self.end = consumer.end
        self.close = consumer.close

    def poll(self, records_max: int, timeout_s: float) -> Sequence[Record]:
        return self._consumer.poll(records_max, timeout_s)

    def commit(self, positions: Mapping[int, int], produced: Sequence[Produced]) -> None:
        self._log.sizes.append(sum(len(one.value or b"") for one in produced))
        if self._log.is_full:
            raise Fenced("nothing was written")
        self._consumer.commit(positions, produced)


class FullLog:
    """A log that refuses commits, and notes how much each was to write; the rest is as it is."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self.is_full = False
        self.sizes: list[int] = []
        self.create = log.create
        self.partitions = log.partitions
        self.append = log.append
        self.tail = log.tail
        self.read = log.read
        self.close = log.close

    def consumer(self, group: str, topic: str) -> Consumer:
        return FullConsumer(self._log.consumer(group, topic), self)


@pytest.fixture
def setting(tmp_path: Path) -> Iterator[Setting]:
    setting = Setting(tmp_path / "log")
    yield setting
    setting.reader.close()
    setting.log.close()


def _turn(setting: Setting, worker: Worker) -> int:
    setting.now_us += SECOND_US // 2
    return worker.step(timeout_s=0)


def test_reading_stops_where_too_much_waits_and_goes_on_once_it_is_written(
    setting: Setting,
) -> None:
    """Bad events keep coming while no commit is taken; then all are buried, each once, the good one
    behind them counts, and `/health` says that it was so."""
    log = FullLog(setting.log)
    worker = Worker(log, FloorPlan(), now=setting, logger=QUIET)
    setting.settle(worker)
    log.is_full = True
    for _ in range(20):
        setting.send(*([BAD] * 50))
        _turn(setting, worker)
    setting.send(queued("c1", setting.now_us))

    assert WAITING_BYTES_MAX < max(log.sizes) < WAITING_BYTES_MAX + 60 * len(BAD)
    assert worker.meters.commit_failures >= 20
    assert worker.meters.events_read < 600
    assert setting.dead_letters() == []

    log.is_full = False
    setting.settle(worker)

    picture = setting.picture()
    assert len(setting.dead_letters()) == 1_000
    assert (worker.events, worker.meters.events_read) == (1_001, 1_001)
    assert picture.figures.health["duplicates"] == 0
    assert picture.figures.floor.counts["offered"] == 1
    assert picture.limits == {"unwritten": 1}


def test_the_other_partitions_are_read_on(setting: Setting) -> None:
    """Only the one stops of which too much waits."""
    log = FullLog(setting.log)
    worker = Worker(log, FloorPlan(), now=setting, logger=QUIET)
    setting.settle(worker)
    log.is_full = True
    full = partition_of("c1", PARTITIONS)
    other = next(key for key in map(str, range(99)) if partition_of(key, PARTITIONS) != full)
    setting.send(*([BAD] * 600))
    _turn(setting, worker)
    setting.send(BAD)
    setting.send(queued(other, setting.now_us), key=other)

    assert [_turn(setting, worker) for _ in range(3)] == [1, 0, 0]
    assert worker.lag_events == 1


def test_much_that_is_bad_is_buried_before_more_is_read(setting: Setting) -> None:
    """It is written as soon as it is too much, and not only when that is due."""
    worker = setting.worker()
    setting.settle(worker)
    setting.send(*([BAD] * 600))

    worker.step(timeout_s=0)

    assert len(setting.dead_letters()) == 600
