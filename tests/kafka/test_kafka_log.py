"""Kafka as a log: the suite of every log, on a real broker."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Final

import pytest

from stream.logs.kafka import KafkaLog
from stream.logs.kafka_settings import parse_kafka
from tests.stream.logs.log_suite import LogSuite

pytestmark = pytest.mark.kafka

LEASE_S: Final = 4.0
SESSION_S: Final = 3.0


class KafkaSetting:
    """A cluster that all tests share; each has topics and groups of its own."""

    def __init__(self, servers: str) -> None:
        self.url = f"kafka://{servers}?lease_s={LEASE_S}&session_s={SESSION_S}"
        self._opened: list[KafkaLog] = []

    def open(self) -> KafkaLog:
        """One more opening of the same log."""
        log = KafkaLog(parse_kafka(self.url.removeprefix("kafka:"), {}))
        self._opened.append(log)
        return log

    def outlast_lease(self) -> None:
        """Let every member that does not poll be given up, which a heartbeat notices."""
        threading.Event().wait(LEASE_S + 1.5)

    def tick(self) -> None:
        """Let so much time go by as a broker tells apart."""
        threading.Event().wait(0.003)

    def close(self) -> None:
        """Close all that was opened."""
        for log in self._opened:
            log.close()


@pytest.fixture
def setting(servers: str) -> Iterator[KafkaSetting]:
    """The log as the suite opens it."""
    made = KafkaSetting(servers)
    yield made
    made.close()


class TestKafka(LogSuite):
    """Kafka is a log."""
