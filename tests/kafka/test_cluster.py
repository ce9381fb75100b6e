"""Three brokers, of which one may be away: the log goes on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pytest
from kafka.producer.transaction_manager import CoordinatorType

from stream.logs.kafka import KafkaLog
from stream.logs.kafka_members import KafkaMember
from stream.logs.kafka_settings import parse_kafka
from stream.logs.port import Produced, Topic
from tests.kafka.broker import SOCKETS_LEFT, Cluster, Node
from tests.stream.logs.log_suite import after, contacts, drain, everything, pairs

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.filterwarnings(SOCKETS_LEFT),
    pytest.mark.usefixtures("sockets_left"),
]

BROKER_SESSION_S: Final = 3.0


@pytest.fixture
def log(cluster: Cluster) -> Iterator[KafkaLog]:
    """The log in the cluster."""
    log = KafkaLog(parse_kafka(f"//{cluster.address}", {}))
    yield log
    log.close()


def test_the_broker_that_a_commit_goes_to_is_killed(cluster: Cluster, log: KafkaLog) -> None:
    """Another takes over for it, and the member commits as if nothing had been: all is taken,
    read and copied once. When the broker is back it has what was written meanwhile."""
    log.create([Topic("calls", 6), Topic("copies", 6)])
    worker = log.consumer("copyists", "calls")

    def copy() -> None:
        log.append("calls", contacts(20))
        read = drain(worker, 20)
        worker.commit(after(read), [Produced("copies", r.partition, r.key, r.value) for r in read])

    copy()
    coordinator = _coordinator(cluster, worker)
    coordinator.kill()
    copy()
    copy()
    coordinator.start()
    cluster.wait_whole()

    assert len(everything(log, "calls")) == 60
    assert sorted(pairs(everything(log, "copies"))) == sorted(contacts(20) * 3)


def _coordinator(cluster: Cluster, member: KafkaMember) -> Node:
    """The broker that keeps the state of the member's transactions."""
    producer = member._transactions._producer
    assert producer is not None
    name = producer._transaction_manager.coordinator(CoordinatorType.TRANSACTION)
    return cluster.nodes[int(name.removeprefix("coordinator-")) - 1]
