"""Three brokers, of which one may be away: the log goes on."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Final

import pytest
from kafka.producer.transaction_manager import CoordinatorType

from stream.logs import kafka_clients as clients
from stream.logs.kafka import KafkaLog
from stream.logs.kafka_members import KafkaMember
from stream.logs.kafka_positions import open_transactions
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


def test_open_transactions_are_asked_of_every_broker(cluster: Cluster, log: KafkaLog) -> None:
    """One that was away when the log was opened, too: what it keeps is not over."""
    settings = parse_kafka(f"//{cluster.address}", {})
    log.create([Topic("open", 1)])
    back = cluster.nodes[2]
    back.kill()
    # Until the others have noticed.
    threading.Event().wait(2 * BROKER_SESSION_S)
    with closing(KafkaLog(settings)) as opened:
        back.start()
        cluster.wait_whole()
        # Transactions of which each broker keeps some: they are shared out by their ids.
        names = {f"cluster-test-{number}" for number in range(12)}
        writers = [clients.producer(settings, name) for name in sorted(names)]
        for writer in writers:
            writer.init_transactions()
            writer.begin_transaction()
            writer.send("open", b"1", partition=0).get(10)

        assert _open(opened) == names
        for writer in writers:
            writer.abort_transaction()
            writer.close()
        assert not _open(opened)


def _open(log: KafkaLog) -> set[str]:
    """Whose transactions are open, of those of the test."""
    give_up = time.monotonic() + 30
    found = open_transactions(log._new_admin, "cluster-test-", give_up)
    return {one.transactional_id for one in found}


def _coordinator(cluster: Cluster, member: KafkaMember) -> Node:
    """The broker that keeps the state of the member's transactions."""
    producer = member._transactions._producer
    assert producer is not None
    name = producer._transaction_manager.coordinator(CoordinatorType.TRANSACTION)
    return cluster.nodes[int(name.removeprefix("coordinator-")) - 1]
