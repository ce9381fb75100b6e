"""The worker over a real Kafka: processes are killed and paused, and every count is true."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Final

import pytest

from simulator import load_scenario, offset_showing, simulate
from simulator.randomness import Draws, Streams
from stream.contract.codec import encode
from stream.contract.figures import LIVE_WINDOWS
from stream.contract.instants import HOUR_US, MINUTE_US, SECOND_US, Instant
from stream.logs.kafka import KafkaLog
from stream.logs.kafka_settings import parse_kafka
from stream.logs.port import Log
from stream.logs.topics import CONTACT_EVENTS, topics
from tests.clock import now_us
from tests.kafka.broker import Broker
from tests.properties.comparison import differences
from tests.stream import floors

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

PARTITIONS: Final = 6
WORKERS: Final = 3
SEED: Final = 20261122
SESSION_S: Final = 3.0
# Past the session, and not long past it: the others have just taken over when it wakes.
PAUSED_S: Final = (SESSION_S + 0.5, SESSION_S + 3.0)
BETWEEN_S: Final = (3.0, 6.0)
TRAFFIC_S: Final = 50.0
HISTORY_US: Final = 5 * HOUR_US
BATCH: Final = 200
CAUGHT_UP_WITHIN_S: Final = 60.0

Pairs = list[tuple[str, bytes | None]]


class Crew:
    """The worker processes, and what befalls them."""

    def __init__(self, url: str, directory: Path) -> None:
        self._command = [sys.executable, "-m", "tests.stream.worker_child", url]
        self._directory = directory
        self._said: list[Path] = []
        self.processes = [self._start() for _ in range(WORKERS)]
        self._asleep: dict[int, float] = {}
        self.killed = 0
        self.paused = 0

    def disturb(self, chance: Draws) -> None:
        """Kill one, or pause one that is awake, leaving always one that works."""
        self.wake()
        awake = [number for number in range(WORKERS) if number not in self._asleep]
        victim = awake[int(chance.between(0, len(awake)))]
        if chance.chance(0.5) or len(awake) == 1:
            self.processes[victim].kill()
            self.processes[victim].wait()
            self.processes[victim] = self._start()
            self.killed += 1
        else:
            self.processes[victim].send_signal(signal.SIGSTOP)
            self._asleep[victim] = time.monotonic() + chance.between(*PAUSED_S)
            self.paused += 1

    def wake(self, *, everybody: bool = False) -> None:
        """Let those go on whose pause is over."""
        for number, until in list(self._asleep.items()):
            if everybody or time.monotonic() >= until:
                self.processes[number].send_signal(signal.SIGCONT)
                del self._asleep[number]

    def fallen(self) -> list[str]:
        """What those wrote that ended by themselves."""
        if all(process.poll() is None for process in self.processes):
            return []
        return [path.read_text() for path in self._said]

    def end(self) -> None:
        """Kill all."""
        for process in self.processes:
            process.kill()
            process.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        self._said.append(self._directory / f"worker-{len(self._said)}")
        with self._said[-1].open("wb") as said:
            return subprocess.Popen(self._command, stderr=said, stdout=said)


def traffic(chance: Draws) -> Iterator[Pairs]:
    """Five hours of a busy floor up to now, with copies and rubbish among them, in batches."""
    scenario = load_scenario("weekday")
    start = Instant(now_us() - HISTORY_US)
    events = simulate(
        scenario,
        seed=SEED,
        start=start,
        duration_us=HISTORY_US - MINUTE_US,
        profile_offset_us=offset_showing(scenario, start, "tue", 8 * 60),
    )
    batch: Pairs = []
    for event in events:
        line = encode(event)
        batch.append((event.subject, line))
        if chance.chance(0.02):
            batch.append((event.subject, line))
        if chance.chance(0.01):
            batch.append((event.subject, line[: int(chance.between(0, len(line)))]))
        if len(batch) >= BATCH:
            yield batch
            batch = []
    yield batch


@pytest.fixture
def log(broker: Broker) -> Iterator[KafkaLog]:
    """The product's topics on a broker that has none of them yet."""
    log = KafkaLog(parse_kafka(f"//{broker.address}", {}))
    log.create(topics(PARTITIONS))
    yield log
    log.close()


@pytest.mark.timeout(300)
def test_workers_killed_and_paused_change_no_figure(
    log: KafkaLog, broker: Broker, tmp_path: Path
) -> None:
    """Under traffic, workers are killed, or paused until others have taken over and then woken:
    in the end the figures are those of one undisturbed reading, and every dead letter lies there
    once."""
    chance = Streams(SEED).draws("disturbances")
    batches = list(traffic(chance))
    crew = Crew(f"kafka://{broker.address}?session_s={SESSION_S}&lease_s=20", tmp_path)
    pause = threading.Event()
    try:
        began = next_at = time.monotonic()
        for number, batch in enumerate(batches):
            log.append(CONTACT_EVENTS, batch)
            pause.wait(max(0.0, began + number * TRAFFIC_S / len(batches) - time.monotonic()))
            crew.wake()
            if time.monotonic() >= next_at:
                crew.disturb(chance)
                next_at = time.monotonic() + chance.between(*BETWEEN_S)
        crew.wake(everybody=True)
        _wait_until_read(log, pause)
        fallen = crew.fallen()
    finally:
        crew.end()

    assert [] == fallen
    as_of = now_us()
    told = floors.told(log, as_of)
    undisturbed, events = floors.undisturbed(log, as_of)
    letters = floors.dead_letters(log)
    print(  # noqa: T201 - how it went is part of what this test is run for
        f"{events} events, {crew.killed} killed, {crew.paused} paused, "
        f"longest silence {_longest_silence_s(log):.1f} s"
    )
    assert min(crew.killed, crew.paused) > 2
    assert events == told["today"]["health"]["events"] > 10_000
    assert len(letters) == len(set(letters)) == told["today"]["health"]["rejected"] > 50
    for window in LIVE_WINDOWS:
        assert [] == differences(undisturbed[window], told[window])


def _wait_until_read(log: Log, pause: threading.Event) -> None:
    wanted = floors.ends(log)
    deadline = time.monotonic() + CAUGHT_UP_WITHIN_S
    positions: dict[int, int] = {}
    while time.monotonic() < deadline:
        positions = {partition: told[-1].position for partition, told in floors.heads(log).items()}
        if positions == wanted:
            return
        pause.wait(0.5)
    pytest.fail(f"not all read within {CAUGHT_UP_WITHIN_S} s: {positions} of {wanted}")


def _longest_silence_s(log: Log) -> float:
    """The longest time without a fresh figure of some partition."""
    silences = [
        later.told_at - earlier.told_at
        for heads in floors.heads(log).values()
        for earlier, later in pairwise(heads)
    ]
    return max(silences) / SECOND_US
