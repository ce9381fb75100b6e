"""What was said not to be written stays so, though the broker comes back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from typing import Final
from uuid import uuid4

import pytest

from stream.logs import kafka_clients as clients
from stream.logs.kafka import KafkaLog
from stream.logs.kafka_settings import parse_kafka
from stream.logs.port import Consumer, Fenced, NameTaken, Produced, Topic
from tests.kafka.broker import SOCKETS_LEFT, Broker
from tests.stream.logs.log_suite import everything, pairs

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.filterwarnings(SOCKETS_LEFT),
    pytest.mark.usefixtures("sockets_left"),
]

# A producer that went on by itself would have found the broker again by then.
LONG_ENOUGH_S: Final = 2.5


@pytest.fixture
def log(broker: Broker) -> Iterator[KafkaLog]:
    """The log of the tests' own broker."""
    log = KafkaLog(parse_kafka(f"//{broker.address}", {}))
    yield log
    log.close()


def test_a_producer_that_is_dropped_writes_nothing_more(broker: Broker, log: KafkaLog) -> None:
    """It holds a record that it could not send when the broker went."""
    log.create([Topic("given-up", 1)])
    log.append("given-up", [("c-1", b"written")])
    producer, log._producer = log._appender(), None
    broker.stop()
    producer.send("given-up", key=b"c-1", value=b"given up")

    clients.drop(producer)
    del producer
    broker.start()
    threading.Event().wait(LONG_ENOUGH_S)

    assert pairs(everything(log, "given-up")) == [("c-1", b"written")]
    log.append("given-up", [("c-1", b"written again")])
    assert len(everything(log, "given-up")) == 2


class _Slow(list[Produced]):
    """Records that take long to come, once they are written: as where the process was stopped."""

    def __init__(self, records: Iterable[Produced], seconds: float) -> None:
        super().__init__(records)
        self._seconds = seconds
        self.waiting = False

    def __iter__(self) -> Iterator[Produced]:
        if self.waiting:
            threading.Event().wait(self._seconds)
        self.waiting = True
        return super().__iter__()


def test_a_transaction_whose_time_was_over_is_known_not_to_be_written(servers: str) -> None:
    """As of a worker that was paused in the middle of it: it drops what it holds and goes on, and
    does not take the log for away."""
    calls, frames, workers = (f"{what}-{uuid4().hex}" for what in ("calls", "frames", "workers"))
    log = KafkaLog(parse_kafka(f"//{servers}?session_s=1", {}))
    log.create([Topic(calls, 1), Topic(frames, 1)])
    log.append(calls, [("c-1", b"1")])
    member = log.consumer(workers, calls)
    while not member.poll(1, 0.1):
        pass
    member.commit({0: 1}, [Produced(frames, 0, "pane", b"1")])

    with pytest.raises(Fenced, match="nothing was written"):
        member.commit({0: 2}, _Slow([Produced(frames, 0, "pane", b"2")], seconds=4))
    assert [record.value for record in log.read(frames, 0)] == [b"1"]
    assert member.committed(0) == 1
    log.close()


def test_of_two_workers_of_one_name_the_first_ends(servers: str) -> None:
    """And says why; the second goes on, as where a successor was started too early."""
    calls, frames, workers = (f"{what}-{uuid4().hex}" for what in ("calls", "frames", "workers"))
    settings = parse_kafka(f"//{servers}?session_s=3&member=w1", {})
    with closing(KafkaLog(settings)) as log, closing(KafkaLog(settings)) as other:
        log.create([Topic(calls, 2), Topic(frames, 2)])
        first = log.consumer(workers, calls)
        _until(lambda: not first.poll(1, 0.1) and len(first.assignment()) == 2)
        first.commit({0: 1, 1: 1}, [Produced(frames, 0, "pane", b"1")])
        second = other.consumer(workers, calls)
        _until(lambda: not second.poll(1, 0.1) and len(second.assignment()) == 2)

        with pytest.raises(NameTaken, match="another worker is called w1; give each a member="):
            _until(lambda: _committed(first, {0: 2, 1: 2}))
        _until(lambda: _committed(second, {0: 3, 1: 3}))
        assert [second.committed(0), second.committed(1)] == [3, 3]


def _until(true: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 60
    while not true():
        assert time.monotonic() < give_up


def _committed(member: Consumer, positions: dict[int, int]) -> bool:
    """Whether it was taken; a worker polls between two tries."""
    member.poll(1, 0.1)
    try:
        member.commit(positions, [])
    except Fenced:
        return False
    return True
