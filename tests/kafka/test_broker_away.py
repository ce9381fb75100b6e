"""The broker away at the start, and in the middle: the services wait, and go on by themselves."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import pytest
from kafka import OffsetAndMetadata, TopicPartition

from stream.logs.kafka import KafkaLog
from stream.logs.kafka_settings import parse_kafka
from stream.logs.port import Produced, Topic
from tests.clock import now_us
from tests.kafka.broker import SOCKETS_LEFT, Broker
from tests.properties.comparison import differences
from tests.stream import floors

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.usefixtures("sockets_left"),
    pytest.mark.filterwarnings(SOCKETS_LEFT),
]

ROOT: Final = Path(__file__).parents[2]
SESSION_S: Final = 3.0
PATIENCE_S: Final = 90.0
STALE_AFTER_S: Final = 8.0
MANY: Final = 12
LEASE_S: Final = 15.0
LISTENS: Final = re.compile(r" is at (?:http://)?127\.0\.0\.1:(\d+)")


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    """A broker that is not started yet, and ends with the test."""
    broker = Broker(tmp_path / "broker")
    yield broker
    broker.stop()


class Service:
    """A process of the product, and what it said."""

    def __init__(self, directory: Path, name: str, *arguments: str) -> None:
        self._said = directory / name
        with self._said.open("wb") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "floorwatch", name, *arguments],
                cwd=ROOT,
                stdout=said,
                stderr=said,
            )

    def said(self) -> str:
        return self._said.read_text()

    def lines(self) -> list[dict[str, Any]]:
        """The lines of its log."""
        return [json.loads(line) for line in self.said().splitlines() if line.startswith("{")]

    def port(self) -> int:
        """The port that it says it listens on."""
        until(lambda: LISTENS.search(self.said()) is not None, self.said)
        found = LISTENS.search(self.said())
        assert found is not None
        return int(found[1])

    def end(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(PATIENCE_S)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


def until(true: Callable[[], bool], otherwise: Callable[[], str]) -> None:
    """Wait for it with patience."""
    give_up, pause = time.monotonic() + PATIENCE_S, threading.Event()
    while not true():
        if time.monotonic() > give_up:
            pytest.fail(otherwise())
        pause.wait(0.1)


def readiness(port: int) -> tuple[int, str]:
    """What `/readyz` answers there."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=10) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


@pytest.mark.timeout(400)
@pytest.mark.parametrize(
    "away_s", [STALE_AFTER_S, pytest.param(62.0, marks=pytest.mark.slow)], ids=["moment", "minute"]
)
def test_the_broker_goes_and_comes_back(broker: Broker, tmp_path: Path, away_s: float) -> None:
    """Not there at the start, killed in the middle, back with the same data: no service ends, the
    wall says how old its figures are, and in the end they are those of one undisturbed reading."""
    url = f"kafka://{broker.address}?session_s={SESSION_S}"
    with ExitStack() as services:

        def start(name: str, *arguments: str) -> Service:
            service = Service(tmp_path, name, "--log", url, *arguments)
            services.callback(service.kill)
            return service

        stream = start("stream", "--metrics-port", "0")
        wall = start("dashboard", "--port", "0")
        worker_port, wall_port = stream.port(), wall.port()
        until(lambda: len(stream.lines()) > 2, stream.said)
        assert readiness(worker_port) == (503, f"{stream.lines()[-1]['why']}\n")
        until(lambda: "the log cannot be reached" in readiness(wall_port)[1], wall.said)

        broker.start()
        until(lambda: readiness(wall_port)[0] == 200, wall.said)
        simulator = start("simulate", "--showing", "10:30", "--seed", "3")
        pause = threading.Event()
        pause.wait(5)
        broker.kill()
        pause.wait(away_s)
        assert readiness(worker_port)[0] == 503
        assert "no news from the stream for" in readiness(wall_port)[1]

        broker.start()
        began = time.monotonic()
        until(lambda: readiness(wall_port)[0] == 200, stream.said)
        print(f"fresh {time.monotonic() - began:.1f} s after the broker")  # noqa: T201
        pause.wait(3)
        assert readiness(worker_port) == (200, "ready\n")
        assert [0, 0, 0] == [service.end() for service in (simulator, stream, wall)]

    waits = [line["next_try_s"] for line in stream.lines() if line["event"] == "log_failed"]
    assert waits[:3] == [0.5, 1.0, 2.0]
    assert "log_is_back" in {line["event"] for line in stream.lines()}
    log = KafkaLog(parse_kafka(f"//{broker.address}", {}))
    as_of = now_us()
    undisturbed, events = floors.undisturbed(log, as_of)
    told = floors.told(log, as_of)
    log.close()
    assert events == told["today"]["health"]["events"] > 100
    for window, figures in undisturbed.items():
        assert [] == differences(figures, told[window])


@pytest.mark.timeout(120)
def test_an_open_transaction_that_the_broker_died_with_holds_nobody_up(broker: Broker) -> None:
    """Its time is over when the broker is back, which then aborts it, and yet goes on holding back
    the positions: who takes the partitions over finds out that nothing is open any more."""
    broker.start()
    settings = parse_kafka(f"//{broker.address}?session_s={SESSION_S}&lease_s={LEASE_S}", {})
    with ExitStack() as logs:
        log, other = KafkaLog(settings), KafkaLog(settings)
        logs.callback(other.close)
        logs.callback(log.close)
        log.create([Topic("calls", MANY), Topic("frames", 1)])
        died = log.consumer("workers", "calls")
        until(lambda: not died.poll(1, 0.1) and len(died.assignment()) == MANY, broker.said)
        died.commit(dict.fromkeys(range(MANY), 1), [Produced("frames", 0, "pane", b"1")])
        producer = died._transactions._producer
        assert producer is not None
        producer.begin_transaction()
        producer.send_offsets_to_transaction(
            {TopicPartition("calls", n): OffsetAndMetadata(2, "", -1) for n in range(MANY)},
            died._consumer.group_metadata(),
        )
        # Gone from the group, and not by way of `close`, which would end the transaction.
        died._consumer.close(autocommit=False)
        broker.kill()
        threading.Event().wait(SESSION_S)
        broker.start()

        successor = other.consumer("workers", "calls")
        until(lambda: bool(successor.poll(1, 0.1) or successor.assignment()), broker.said)
        # All of it was asked for at once: one after the other would outlast the lease.
        successor.commit(dict.fromkeys(range(MANY), 2), [Produced("frames", 0, "pane", b"2")])
        assert [successor.committed(partition) for partition in (0, MANY - 1)] == [2, 2]
        assert [record.value for record in other.read("frames", 0)] == [b"1", b"2"]
