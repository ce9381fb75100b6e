"""The worker over a real Kafka: processes and brokers are killed and paused, and every count is
true."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from simulator.randomness import Draws, Streams
from stream.logs.port import Log
from tests.clock import now_us
from tests.kafka import ground
from tests.kafka.broker import SOCKETS_LEFT, Broker, Cluster
from tests.kafka.crew import (
    SESSION_S,
    Crew,
    Sender,
    Watch,
    check_nothing_lost_or_doubled,
    crew_of,
    wait_until_read,
    watching,
)
from tests.stream.traffic import Pairs, traffic

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.filterwarnings(SOCKETS_LEFT),
    pytest.mark.usefixtures("sockets_left"),
]

SEED: Final = 20261122

SHORT_PARTITIONS: Final = 6
SHORT_TRAFFIC_S: Final = 22.0

FULL_PARTITIONS: Final = 12
FULL_WORKERS: Final = 3
FULL_TRAFFIC_S: Final = 120.0
FULL_A_SECOND: Final = 2_000
BETWEEN_S: Final = (3.0, 6.0)
# When, after the traffic began, a broker is stopped; when another is killed; for how long it stays
# away.
RESTARTED_AT_S: Final = 20.0
KILLED_AT_S: Final = 55.0
AWAY_S: Final = 40.0


def test_a_worker_is_killed_another_paused_and_the_broker_restarted(
    broker: Broker, tmp_path: Path
) -> None:
    """Under traffic: in the end the figures are those of one undisturbed reading, and every dead
    letter lies there once."""
    chance = Streams(SEED).draws("short")
    batches = list(traffic(chance, SEED, now_us()))
    with (
        ground.fresh_log(broker.address, SHORT_PARTITIONS) as log,
        crew_of(2, broker.address, tmp_path / "crew") as crew,
        watching(broker.address, SHORT_PARTITIONS) as watch,
    ):
        sender = Sender(broker.address, batches, SHORT_TRAFFIC_S)
        sender.start()
        at = _Moments()
        at.wait(4.0)
        crew.kill(0)
        at.wait(7.0)
        crew.pause(1, SESSION_S + 1.0)
        at.wait(7.0 + SESSION_S + 1.0)
        crew.wake()
        at.wait(14.0)
        broker.stop()
        broker.start()
        _finish(log, crew, sender, watch, events_at_least=10_000)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_chaos(cluster: Cluster, tmp_path: Path) -> None:
    """Two minutes of 2,000 events a second and more. Meanwhile workers are killed, or paused until
    others have taken over and then woken; one broker of three is restarted, and another is killed
    and stays away. In the end every count is that of one undisturbed reading."""
    chance = Streams(SEED).draws("disturbances")
    wanted = round(FULL_TRAFFIC_S * FULL_A_SECOND)
    batches = _enough(traffic(chance, SEED, now_us(), scale=12.0), wanted)
    with (
        ground.fresh_log(cluster.address, FULL_PARTITIONS) as log,
        crew_of(FULL_WORKERS, cluster.address, tmp_path / "crew") as crew,
        watching(cluster.address, FULL_PARTITIONS) as watch,
    ):
        sender = Sender(cluster.address, batches, FULL_TRAFFIC_S)
        sender.start()
        # Brokers end with the thread that started them, so this one does.
        with _disturbed(crew, chance):
            _disturb_brokers(cluster)
            sender.join()
        _finish(log, crew, sender, watch, events_at_least=wanted)
        assert min(crew.killed, crew.paused) > 5


@contextmanager
def _disturbed(crew: Crew, chance: Draws) -> Iterator[None]:
    """Kill and pause workers until the block ends."""
    done = threading.Event()

    def disturb() -> None:
        while not done.wait(chance.between(*BETWEEN_S)):
            crew.disturb(chance)

    thread = threading.Thread(target=disturb, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _disturb_brokers(cluster: Cluster) -> None:
    at = _Moments()
    at.wait(RESTARTED_AT_S)
    cluster.nodes[0].stop()
    at.wait(RESTARTED_AT_S + 2.0)
    cluster.nodes[0].start()
    cluster.wait_whole()
    at.wait(KILLED_AT_S)
    cluster.nodes[1].kill()
    at.wait(KILLED_AT_S + AWAY_S)
    cluster.nodes[1].start()


def _finish(log: Log, crew: Crew, sender: Sender, watch: Watch, events_at_least: int) -> None:
    """When all is sent and read: nothing is lost, nothing counted twice. Says how it went."""
    sender.finish()
    crew.wake(everybody=True)
    wait_until_read(log, crew.check_alive)
    watch.finish()
    crew.check_alive()
    crew.end()
    events = check_nothing_lost_or_doubled(log)
    print(  # noqa: T201 - how it went is part of what this test is run for
        f"{events} events at {events / sender.took_s:.0f}/s, {crew.killed} workers killed, "
        f"{crew.paused} paused, log failed {len(crew.failures())} times for workers and "
        f"{sender.again} times for the sender; figures were at most {watch.oldest_s:.1f} s old, "
        f"longest time between two heads of a partition {watch.longest_gap_s:.1f} s "
        f"({watch.where})"
    )
    print("\n".join(crew.failures()))  # noqa: T201
    assert events >= events_at_least


def _enough(batches: Iterator[Pairs], wanted: int) -> Sequence[Pairs]:
    """The first batches that hold so many events together."""
    taken: list[Pairs] = []
    count = 0
    for batch in batches:
        taken.append(batch)
        count += len(batch)
        if count >= wanted:
            return taken
    pytest.fail(f"the simulator gave {count} events, not {wanted}")


class _Moments:
    """Times after it was made."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._pause = threading.Event()

    def wait(self, seconds: float) -> None:
        """Wait until so many seconds after the beginning."""
        self._pause.wait(max(0.0, self._began + seconds - time.monotonic()))
