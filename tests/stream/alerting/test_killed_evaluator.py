"""Evaluators in processes of their own, really killed: nothing is lost and nothing is told twice."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest

from simulator.randomness import Streams
from stream.contract import alerts as al
from stream.contract.alerts import Notification
from stream.contract.floorplan import FloorPlan
from stream.logs.embedded import EmbeddedLog
from stream.logs.port import Log, Tail
from stream.logs.topics import ALERTS, CONTACT_EVENTS, topics
from stream.worker import Worker
from tests.builders import event
from tests.clock import now_us
from tests.stream.alert_ground import QUIET

ROUNDS: Final = 4
SEED: Final = 20261126
TOLD_WITHIN_S: Final = 40.0
# So long after an event its alert is being decided, written, or known.
KILLED_WITHIN_S: Final = 0.8


class Floor:
    """A worker in this process, on the real clock, and what evaluators told."""

    def __init__(self, url: str, log: Log) -> None:
        self.url = url
        self.log = log
        self.worker = Worker(self.log, FloorPlan(), now=now_us, logger=QUIET)
        self.tail: Tail = self.log.tail(ALERTS, from_start=True)
        self.told: list[str] = []
        self._waiting: list[str] = []
        self._child: subprocess.Popen[bytes] | None = None

    def works(self, seconds: float) -> None:
        """Let the worker work, and hear what is told."""
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.worker.step()
            records = self.tail.poll(1_000, 0)
            self.told += [
                each.occasion
                for record in records
                if record.value is not None
                and isinstance(each := al.decode_told(record.key, record.value), Notification)
            ]

    def works_until(self, told: int) -> None:
        """Let it work until so many notifications were told."""
        give_up = time.monotonic() + TOLD_WITHIN_S
        while len(self.told) < told and time.monotonic() < give_up:
            self.works(0.1)

    def turns(self, nth: int) -> None:
        """Contacts begin to wait, or those that do wait no longer."""
        what = "contact.queued" if not self._waiting else "contact.abandoned"
        contacts = self._waiting or [f"c{nth}-{each}" for each in "ab"]
        self._waiting = contacts if not self._waiting else []
        more: dict[str, Any] = {"channel": "voice"} if what == "contact.queued" else {}
        lines = [
            (contact, event(what, subject=contact, at_us=now_us(), queue="benefits", **more))
            for contact in contacts
        ]
        self.log.append(CONTACT_EVENTS, lines)

    def evaluator_is_replaced(self) -> None:
        """SIGKILL: no time to close anything."""
        self.kill()
        command = [sys.executable, "-m", "tests.stream.alert_child", self.url]
        self._child = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def kill(self) -> None:
        """End the evaluator of the moment."""
        if self._child is not None:
            self._child.kill()
            self._child.wait()

    def close(self) -> None:
        """End all that was begun here, but for the log."""
        self.kill()
        self.worker.close()
        self.tail.close()


def kill_evaluators(url: str, log: Log, rounds: int) -> list[str]:
    """What is told of a floor whose evaluator is killed while an alert is decided, written or
    known, again and again; each time the next must tell what was not told yet."""
    chance = Streams(SEED).draws("kills")
    with closing(Floor(url, log)) as floor:
        floor.works(0.5)
        floor.evaluator_is_replaced()
        for nth in range(rounds):
            for told in (2 * nth + 1, 2 * nth + 2):
                floor.turns(nth)
                floor.works(chance.between(0, KILLED_WITHIN_S))
                floor.evaluator_is_replaced()
                floor.works_until(told)
        floor.works(1.0)
        return floor.told


@pytest.mark.timeout(240)
def test_evaluators_killed_at_any_moment_tell_each_change_once(tmp_path: Path) -> None:
    """Who comes next tells what was not told, and nothing a second time."""
    # Ten times as fast as the clock on the wall, and with it the leases of those that were killed.
    with closing(EmbeddedLog(tmp_path / "log", now=lambda: 10 * now_us())) as log:
        log.create(topics(1))
        told = kill_evaluators(f"embedded:{tmp_path / 'log'}", log, ROUNDS)

    assert told == ["fired", "resolved"] * ROUNDS
