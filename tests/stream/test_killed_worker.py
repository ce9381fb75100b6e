"""Real processes, really killed: nothing is lost and nothing counts twice."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Final

import pytest

from simulator.randomness import Streams
from stream.contract.figures import LIVE_WINDOWS
from stream.contract.frames import HeadFrame
from stream.logs.embedded import EmbeddedLog
from stream.logs.topics import CONTACT_EVENTS, topics
from tests.clock import now_us
from tests.properties.comparison import differences
from tests.stream import floors
from tests.stream.traffic import traffic

KILLS: Final = 12
PARTITIONS: Final = 3
SEED: Final = 20261121
# So that many lie between kills.
CHECKPOINT_EVERY: Final = 2_000
CAUGHT_UP_WITHIN_S: Final = 60


class Victim:
    """The worker process of the moment."""

    def __init__(self, url: str) -> None:
        child = "tests.stream.worker_child"
        self._command = [sys.executable, "-m", child, url, str(CHECKPOINT_EVERY)]
        self.born = now_us()
        self._process = subprocess.Popen(self._command, stderr=subprocess.DEVNULL)

    def kill(self) -> None:
        """SIGKILL: no time to close anything."""
        self._process.kill()
        self._process.wait()

    def replace(self) -> None:
        self.kill()
        self.born = now_us()
        self._process = subprocess.Popen(self._command, stderr=subprocess.DEVNULL)


@pytest.mark.timeout(240)
def test_a_dozen_kills_change_no_figure(tmp_path: Path) -> None:
    """Killed at a dozen random moments under traffic, the workers tell in the end what one
    undisturbed reading of the same log tells, and every dead letter lies there once."""
    chance = Streams(SEED).draws("kills")
    log = EmbeddedLog(tmp_path / "log", now=now_us)
    log.create(topics(PARTITIONS))
    victim = Victim(f"embedded:{tmp_path / 'log'}")
    pause = threading.Event()
    try:
        kills = 0
        kill_at = None
        for batch in traffic(chance, SEED, now_us()):
            log.append(CONTACT_EVENTS, batch)
            pause.wait(0.15)
            if kill_at is None and _has_told(log, since=victim.born):
                kill_at = time.monotonic() + chance.between(0, 0.6)
            if kills < KILLS and kill_at is not None and time.monotonic() >= kill_at:
                victim.replace()
                kills, kill_at = kills + 1, None
        _wait_until_read(log, pause)
    finally:
        victim.kill()

    as_of = now_us()
    told = floors.told(log, as_of)
    undisturbed, events = floors.undisturbed(log, as_of)
    letters = floors.dead_letters(log)

    assert KILLS == kills
    assert events == told["today"]["health"]["events"] > 10_000
    assert len(letters) == len(set(letters)) == told["today"]["health"]["rejected"] > 50
    for window in LIVE_WINDOWS:
        assert [] == differences(undisturbed[window], told[window])
    log.close()


def _heads(log: EmbeddedLog) -> dict[int, HeadFrame]:
    return {partition: frames[-1] for partition, frames in floors.heads(log).items()}


def _has_told(log: EmbeddedLog, *, since: int) -> bool:
    """Whether a worker that began at `since` has committed for every partition."""
    heads = _heads(log)
    return len(heads) == PARTITIONS and all(head.told_at > since for head in heads.values())


def _wait_until_read(log: EmbeddedLog, pause: threading.Event) -> None:
    ends = floors.ends(log)
    deadline = time.monotonic() + CAUGHT_UP_WITHIN_S
    while time.monotonic() < deadline:
        if ends == {partition: head.position for partition, head in _heads(log).items()}:
            return
        pause.wait(0.5)
    pytest.fail(f"not all read within {CAUGHT_UP_WITHIN_S} s: {ends}, {_heads(log)}")
