"""Workers over Kafka and what befalls them: their processes, the traffic that goes on meanwhile,
somebody who watches how old the figures get, and what must hold in the end."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from simulator.randomness import Draws
from stream.contract.codec import Rejected, decode
from stream.contract.figures import LIVE_WINDOWS
from stream.contract.frames import HeadFrame, decode_frame, head_key
from stream.contract.instants import SECOND_US, format_millis
from stream.logs.kafka import KafkaLog
from stream.logs.kafka_settings import parse_kafka
from stream.logs.port import Log, LogError
from stream.logs.topics import CONTACT_EVENTS, FLOOR_FRAMES
from tests.clock import now_us
from tests.properties.comparison import differences
from tests.stream import floors
from tests.stream.traffic import Pairs

SESSION_S: Final = 3.0
# Past the session, and not long past it: the others have just taken over when it wakes.
PAUSED_S: Final = (SESSION_S + 0.5, SESSION_S + 3.0)
CHECKPOINT_EVERY: Final = 2_000
ENDS_WITHIN_S: Final = 30.0
PATIENCE_S: Final = 120.0
# How a worker's line about a failure goes on.
AGAIN: Final = "; again in "


def open_kafka(servers: str) -> KafkaLog:
    """The log in the cluster, as a part of its own."""
    return KafkaLog(parse_kafka(f"//{servers}", {}))


class Crew:
    """The worker processes; each that dies is replaced."""

    def __init__(
        self, servers: str, directory: Path, workers: int, checkpoint_every: int = CHECKPOINT_EVERY
    ) -> None:
        url = f"kafka://{servers}?session_s={SESSION_S}&lease_s=20"
        child = "tests.stream.worker_child"
        self._command = [sys.executable, "-m", child, url, str(checkpoint_every)]
        self._directory = directory
        self._said: list[Path] = []
        self._asleep: dict[int, float] = {}
        self.processes = [self._start() for _ in range(workers)]
        self.killed = self.paused = 0

    def kill(self, number: int) -> None:
        """SIGKILL, and a new one in its place."""
        self.processes[number].kill()
        self.processes[number].wait()
        self.processes[number] = self._start()
        self._asleep.pop(number, None)
        self.killed += 1

    def pause(self, number: int, seconds: float) -> None:
        """SIGSTOP, until `wake` is called after so many seconds."""
        self.processes[number].send_signal(signal.SIGSTOP)
        self._asleep[number] = time.monotonic() + seconds
        self.paused += 1

    def wake(self, *, everybody: bool = False) -> None:
        """Let those go on whose pause is over."""
        for number, until in list(self._asleep.items()):
            if everybody or time.monotonic() >= until:
                self.processes[number].send_signal(signal.SIGCONT)
                del self._asleep[number]

    def disturb(self, chance: Draws) -> None:
        """Kill one, or pause one that is awake, leaving always one that works."""
        self.wake()
        awake = [number for number in range(len(self.processes)) if number not in self._asleep]
        victim = awake[int(chance.between(0, len(awake)))]
        if chance.chance(0.5) or len(awake) == 1:
            self.kill(victim)
        else:
            self.pause(victim, chance.between(*PAUSED_S))

    def check_alive(self) -> None:
        """Fails with what was said where one ended by itself."""
        if any(process.poll() is not None for process in self.processes):
            said = "\n".join(path.read_text() for path in self._said)
            pytest.fail(f"a worker ended by itself:\n{said}")

    def failures(self) -> list[str]:
        """The times that a worker found the log away, in its words."""
        return [
            line for path in self._said for line in path.read_text().splitlines() if AGAIN in line
        ]

    def dismiss(self) -> None:
        """Ask all to end, and wait until they have."""
        self.wake(everybody=True)
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(ENDS_WITHIN_S)

    def end(self) -> None:
        """Kill all."""
        for process in self.processes:
            process.kill()
            process.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        self._said.append(self._directory / f"worker-{len(self._said)}")
        with self._said[-1].open("wb") as said:
            return subprocess.Popen(self._command, stderr=said, stdout=said)


@contextmanager
def crew_of(
    workers: int, servers: str, directory: Path, checkpoint_every: int = CHECKPOINT_EVERY
) -> Iterator[Crew]:
    """So many workers, gone when the block ends."""
    directory.mkdir(exist_ok=True)
    crew = Crew(servers, directory, workers, checkpoint_every)
    try:
        yield crew
    finally:
        crew.end()


class Sender(threading.Thread):
    """Appends batches evenly over a length of time, as a sender does that must lose nothing: what
    may not have been written is written again."""

    def __init__(self, servers: str, batches: Sequence[Pairs], seconds: float) -> None:
        super().__init__(daemon=True)
        self._log = open_kafka(servers)
        self._batches = batches
        self._every_s = seconds / len(batches)
        self.again = 0
        self.took_s = 0.0
        self.failure: BaseException | None = None

    def run(self) -> None:
        """Append all."""
        try:
            self._send()
        except BaseException as failure:  # noqa: BLE001 - told to whoever joins
            self.failure = failure
        finally:
            self._log.close()

    def finish(self) -> None:
        """Wait until all is appended. Raises what went wrong."""
        self.join()
        if self.failure is not None:
            raise self.failure

    def _send(self) -> None:
        began, pause = time.monotonic(), threading.Event()
        for number, batch in enumerate(self._batches):
            pause.wait(max(0.0, began + number * self._every_s - time.monotonic()))
            self._insist(batch, pause)
        self.took_s = time.monotonic() - began

    def _insist(self, batch: Pairs, pause: threading.Event) -> None:
        give_up = time.monotonic() + PATIENCE_S
        while True:
            try:
                self._log.append(CONTACT_EVENTS, batch)
            except LogError:
                if time.monotonic() > give_up:
                    raise
                self.again += 1
                pause.wait(0.2)
            else:
                return


class Watch(threading.Thread):
    """Follows the frames as a dashboard does, and measures how old a partition's newest figures
    got before fresh ones were there."""

    def __init__(self, servers: str, partitions: int) -> None:
        super().__init__(daemon=True)
        self._servers = servers
        self._done = threading.Event()
        self._told: dict[int, int] = {}
        self._partitions = partitions
        self.oldest_s = 0.0
        self.longest_gap_s = 0.0
        self.where = ""

    def run(self) -> None:
        """Follow, from the start again whenever the log fails."""
        while not self._done.is_set():
            try:
                self._follow()
            except LogError:
                self._done.wait(0.5)

    def stop(self) -> None:
        """End it."""
        self._done.set()
        self.join()

    def finish(self) -> None:
        """End it, having seen every partition."""
        self.stop()
        assert len(self._told) == self._partitions

    def _follow(self) -> None:
        log = open_kafka(self._servers)
        try:
            tail = log.tail(FLOOR_FRAMES, from_start=True)
            while not self._done.is_set():
                for record in tail.poll(10_000, 0.2):
                    if record.key == head_key(record.partition) and record.value is not None:
                        self._see(record.partition, decode_frame(record.key, record.value))
        finally:
            log.close()

    def _see(self, partition: int, head: object) -> None:
        assert isinstance(head, HeadFrame)
        before = self._told.get(partition)
        if before is not None and head.told_at > before:
            self.oldest_s = max(self.oldest_s, (now_us() - before) / SECOND_US)
            gap_s = (head.told_at - before) / SECOND_US
            if gap_s > self.longest_gap_s:
                self.longest_gap_s = gap_s
                self.where = f"partition {partition} until {format_millis(head.told_at)}"
        self._told[partition] = max(head.told_at, before or 0)


@contextmanager
def watching(servers: str, partitions: int) -> Iterator[Watch]:
    """Somebody who watches while the block runs."""
    watch = Watch(servers, partitions)
    watch.start()
    try:
        yield watch
    finally:
        watch.stop()


def wait_until_read(log: Log, healthy: Callable[[], object], within_s: float = PATIENCE_S) -> None:
    """Wait until the workers have told of every event in the log; `healthy` looks at them."""
    wanted = floors.ends(log)
    deadline, pause = time.monotonic() + within_s, threading.Event()
    with following_heads(log) as positions:
        while time.monotonic() < deadline:
            healthy()
            if all(positions().get(partition, 0) >= end for partition, end in wanted.items()):
                return
            pause.wait(0.2)
        pytest.fail(f"not all read within {within_s} s: {positions()} of {wanted}")


@contextmanager
def following_heads(log: Log) -> Iterator[Callable[[], dict[int, int]]]:
    """Asks for the position that each partition's newest head tells."""
    tail = log.tail(FLOOR_FRAMES, from_start=True)
    positions: dict[int, int] = {}

    def follow() -> dict[int, int]:
        while records := tail.poll(10_000, 0):
            for record in records:
                if record.key == head_key(record.partition) and record.value is not None:
                    head = decode_frame(record.key, record.value)
                    assert isinstance(head, HeadFrame)
                    positions[record.partition] = head.position
        return positions

    try:
        yield follow
    finally:
        tail.close()


def rejected(log: Log) -> dict[str, tuple[str, bytes]]:
    """The events of the log that cannot be read, with the reason and whole, by the key that their
    dead letter must have."""
    found: dict[str, tuple[str, bytes]] = {}
    for partition in range(log.partitions(CONTACT_EVENTS)):
        for record in log.read(CONTACT_EVENTS, partition):
            line = record.value or b""
            try:
                decode(line)
            except Rejected as error:
                found[f"{partition}/{record.offset}"] = (str(error), line)
    return found


def check_nothing_lost_or_doubled(log: Log) -> int:
    """The figures of all windows are those of one undisturbed reading of the same log, and every
    event that cannot be read is in the dead letters once. Gives the number of events."""
    as_of = now_us()
    told = floors.told(log, as_of)
    undisturbed, events = floors.undisturbed(log, as_of)
    letters = floors.dead_letters(log)

    assert events == told["today"]["health"]["events"]
    assert sorted(rejected(log)) == sorted(letters)
    for window in LIVE_WINDOWS:
        assert [] == differences(undisturbed[window], told[window])
    return events
