"""What was said not to be written stays so, though the broker comes back."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Final

import pytest

from stream.logs import kafka_clients as clients
from stream.logs.kafka import KafkaLog
from stream.logs.kafka_settings import parse_kafka
from stream.logs.port import Topic
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
