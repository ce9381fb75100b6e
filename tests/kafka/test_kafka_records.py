"""What stands in Kafka's partitions besides records to be read: gaps where compaction took some
away, and the marks and remains of others' transactions. Nothing waits for what never comes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Final
from uuid import uuid4

import pytest
from kafka import KafkaProducer
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient

from stream.contract.floorplan import FloorPlan
from stream.logs.kafka import KafkaLog
from stream.logs.kafka_settings import parse_kafka
from stream.logs.port import Log, Record, Tail, Topic
from stream.logs.topics import CONTACT_EVENTS
from stream.worker import Worker
from tests.builders import event
from tests.clock import now_us
from tests.kafka import ground
from tests.kafka.broker import Broker
from tests.stream import floors
from tests.stream.logs.log_suite import newest

pytestmark = pytest.mark.kafka

WITHIN_S: Final = 60.0
KEYS: Final = 20
ROUNDS: Final = 10


@pytest.fixture
def log(broker: Broker) -> Iterator[KafkaLog]:
    """The log of the tests' own broker."""
    log = KafkaLog(parse_kafka(f"//{broker.address}", {}))
    yield log
    log.close()


# --- compaction ---------------------------------------------------------------------------------


def test_what_compaction_leaves_is_read_whole(broker: Broker, log: KafkaLog) -> None:
    """After the cleaner has run, over keys told ten times and some deleted, each key's newest is
    still there to be read, and who follows from the start has it when it says so."""
    name = f"frames-{uuid4().hex}"
    log.create([Topic(name, 1, compacted=True)])
    _compact_eagerly(broker, name)
    expected = {f"k-{key}": f"{ROUNDS - 1}".encode() for key in range(KEYS) if key % 3}
    for number in range(ROUNDS):
        log.append(name, [(f"k-{key}", str(number).encode()) for key in range(KEYS)])
        threading.Event().wait(0.15)
    log.append(name, [(f"k-{key}", None) for key in range(0, KEYS, 3)])
    written = ROUNDS * KEYS + len(range(0, KEYS, 3))
    early = log.tail(name, from_start=True)

    # A record now and then closes the segment before it, and lets the cleaner have it.
    def is_cleaned() -> bool:
        log.append(name, [("tick", b"")])
        return _kept(broker, name) < written / 2

    _until(is_cleaned)
    late = log.tail(name, from_start=True)

    assert expected == _without_tick(newest(log.read(name, 0)))
    for tail in (early, late):
        found = _followed(tail)
        assert expected == _without_tick(newest(found))
        assert len(found) < written
        tail.close()


def test_a_partition_that_is_compacted_to_nothing_but_its_end(
    broker: Broker, log: KafkaLog
) -> None:
    """Where every key was deleted and the tombstones are gone as well, there is nothing to wait
    for: `read` ends and `caught_up` comes true."""
    name = f"frames-{uuid4().hex}"
    log.create([Topic(name, 1, compacted=True)])
    _compact_eagerly(broker, name)
    log.append(name, [(f"k-{key}", b"told") for key in range(KEYS)])
    log.append(name, [(f"k-{key}", None) for key in range(KEYS)])

    def is_cleaned() -> bool:
        log.append(name, [("tick", None)])
        return _kept(broker, name) < KEYS / 2

    _until(is_cleaned)
    tail = log.tail(name, from_start=True)

    assert newest(log.read(name, 0)) == {}
    assert newest(_followed(tail)) == {}
    tail.close()


def _followed(tail: Tail) -> list[Record]:
    """All that a tail gives until it says that it has caught up."""
    found: list[Record] = []

    def caught_up() -> bool:
        found.extend(tail.poll(7, 0.1))
        return tail.caught_up()

    _until(caught_up)
    return found


def _compact_eagerly(broker: Broker, topic: str) -> None:
    """Segments of a tenth of a second, which the cleaner may have at once, tombstones and all."""
    admin = KafkaAdminClient(bootstrap_servers=broker.address)
    eager = {
        "segment.ms": "100",
        "min.cleanable.dirty.ratio": "0.001",
        "delete.retention.ms": "0",
        "max.compaction.lag.ms": "1",
    }
    admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, configs=eager)])
    admin.close()


def _kept(broker: Broker, topic: str) -> int:
    """How many records of the partition another client still finds."""
    log = KafkaLog(parse_kafka(f"//{broker.address}", {}))
    try:
        tail = log.tail(topic, from_start=True)
        count = 0
        while not tail.caught_up():
            count += len(tail.poll(10_000, 0.1))
        return count
    finally:
        log.close()


def _without_tick(known: dict[str, bytes]) -> dict[str, bytes]:
    return {key: value for key, value in known.items() if key != "tick"}


# --- transactions of others -----------------------------------------------------------------------


def test_events_in_transactions_of_others(broker: Broker) -> None:
    """A sender that writes in transactions leaves marks after its events, and what it took back:
    a worker counts the events, never what was taken back, and comes to the end of the log; and so
    does the one that takes over, which has nothing but marks to read again at the end."""
    with ground.fresh_log(broker.address, 1) as log:
        sender = KafkaProducer(
            bootstrap_servers=broker.address, transactional_id=f"sender-{uuid4().hex}"
        )
        sender.init_transactions()
        for number in range(6):
            _send(sender, number, commit=number % 2 == 0)
        log.append(CONTACT_EVENTS, [("c-6", _queued(6)), ("c-6", b"rubbish")])
        for number in range(7, 10):
            _send(sender, number, commit=False)
        ends = _work_to_the_end(log)

        # The successor resumes in front of nothing but marks and what was taken back.
        assert ends == _work_to_the_end(log)
        _send(sender, 10, commit=True)
        _work_to_the_end(log)
        sender.close()

        told = floors.told(log, now_us())
        counted = {f"c-{number}" for number in (0, 2, 4, 6, 10)}
        seen = {record.key for record in log.read(CONTACT_EVENTS, 0)}
        assert seen == counted
        assert told["today"]["floor"]["counts"]["offered"] == len(counted)
        assert told["today"]["health"]["events"] == len(counted) + 1
        assert len(floors.dead_letters(log)) == 1


def _queued(number: int) -> bytes:
    return event(
        "contact.queued",
        subject=f"c-{number}",
        at_us=now_us(),
        queue="benefits",
        channel="voice",
    )


def _send(sender: KafkaProducer, number: int, *, commit: bool) -> None:
    sender.begin_transaction()
    sender.send(CONTACT_EVENTS, key=f"c-{number}".encode(), value=_queued(number), partition=0)
    sender.flush(timeout=WITHIN_S)
    if commit:
        sender.commit_transaction()
    else:
        sender.abort_transaction()


def _work_to_the_end(log: Log) -> int:
    """Let a worker read all there is and tell of it; gives the position that it tells."""
    worker = Worker(log, FloorPlan(), now=now_us, checkpoint_every_events=1)
    try:
        _until(lambda: worker.step() >= 0 and bool(worker.events) and not worker.lag_events)
        worker.publish(everybody=True)
    finally:
        worker.close()
    head = floors.heads(log)[0][-1]
    assert head.position == head.end
    return head.position


def _until(true: Callable[[], bool]) -> None:
    give_up = time.monotonic() + WITHIN_S
    while not true():
        assert time.monotonic() < give_up
