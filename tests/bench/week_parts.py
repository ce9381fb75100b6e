"""The parts of section `week`, each a process of its own: `python -m tests.bench.week_parts NAME URL
BEGIN`, driven by lines on standard input. Each line is a turn, and is answered by a line.

The clock is the turn's: whatever a part asks the time, it is the instant that the turn says.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, Protocol

import msgspec
import structlog
from msgspec import Struct

from dashboard.feed import Feed
from simulator import floor_plan_of, load_scenario
from stream.contract.figures import HourOfQueue, Picture
from stream.contract.floorplan import FloorPlan
from stream.logs.port import Log
from stream.logs.urls import open_log
from stream.picture import LogPictureReader
from stream.worker import Worker
from tests.bench.figures import MIB
from tests.bench.processes import ROOT, usage_of

_EPOCH: Final = datetime.fromtimestamp(0, UTC)


class Turn(Struct, frozen=True):
    """Let it be `now`, in microseconds, and take in all of the log, which holds `events`. `counts`
    has it count what it holds, `day_over` asks for the sizes of the day that ends."""

    now: int
    events: int
    counts: bool = False
    day_over: bool = False


class Sizes(Struct, frozen=True):
    """A process at the end of a day: what is resident of it, what was at the most since the day
    before, and how much it held of each thing when it counted."""

    resident_mib: float
    peak_mib: float
    held: dict[str, int]


class _Part(Protocol):
    def take(self, turn: Turn) -> None: ...

    def held(self) -> dict[str, int]: ...


class SetClock:
    """A clock that says what it is set to, in microseconds."""

    def __init__(self, now: int) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now

    def moment(self) -> datetime:
        """The same as an aware `datetime`."""
        return _EPOCH + timedelta(microseconds=self.now)


class _WorkerPart:
    """The worker as it is in service."""

    def __init__(self, log: Log, plan: FloorPlan, clock: SetClock) -> None:
        self._worker = Worker(log, plan, now=clock)

    def take(self, turn: Turn) -> None:
        self._worker.step(0)
        while self._worker.events < turn.events:
            self._worker.step(0)
        # Beyond what was due by itself, so that all of it is told now.
        self._worker.publish(everybody=True)

    def held(self) -> dict[str, int]:
        floors = [held.floor for held in self._worker._held.values()]
        lives = [floor.lives.save() for floor in floors]
        for floor in floors:
            health = floor.health
            spoilt = health.rejected, health.duplicates, health.out_of_place, health.too_late
            assert not any(spoilt), spoilt
        return {
            "contacts": sum(len(each.contacts) for each in lives),
            "agents": sum(len(each.agents) for each in lives),
            "copies remembered": sum(len(each.seen.young) + len(each.seen.old) for each in lives),
            "cells": sum(len(floor.cells) for floor in floors),
            "panes": sum(len(floor.panes.panes) for floor in floors),
            "promises": sum(len(floor.promises.by_contact) for floor in floors),
        }


class _DashboardPart:
    """The dashboard from the log to the bytes that viewers get."""

    def __init__(self, log: Log, plan: FloorPlan, clock: SetClock) -> None:
        self._reader = LogPictureReader(log, plan, now=clock, title="", steady=clock)
        self._feed = Feed(_AtOnce(self._reader), now=clock.moment)

    def take(self, turn: Turn) -> None:
        self._feed.step()
        sent = self._feed.newest
        assert sent is not None
        picture = sent.frame.picture
        assert picture is not None, sent.frame.reason
        assert picture.figures.health["events"] == turn.events, picture.figures.health

    def held(self) -> dict[str, int]:
        merge = self._reader._merge
        return {
            "cells": len(merge.cells),
            "queues and channels": len(merge.rows.groups),
            "agents": len(merge.rows.agents),
            "panes": sum(map(len, merge.store._panes.values())),
            "names forgotten, times": merge.renewals,
        }


class _AtOnce:
    """The reader as the feed sees it; it does not wait for what a set clock will not bring."""

    def __init__(self, reader: LogPictureReader) -> None:
        self._reader = reader

    def follow(self, timeout_s: float) -> bool:
        return self._reader.follow(0)

    def picture(self, window: str, *, agents: bool = False) -> Picture:
        return self._reader.picture(window, agents=agents)

    def hour(self, queue: str) -> HourOfQueue | None:
        return self._reader.hour(queue)


PARTS: Final[Mapping[str, Callable[[Log, FloorPlan, SetClock], _Part]]] = {
    "worker": _WorkerPart,
    "dashboard": _DashboardPart,
}


class PartProcess:
    """A part that was started here, and is ended here."""

    def __init__(self, name: str, url: str, begin: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.week_parts", name, url, str(begin)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def take(self, turn: Turn) -> Sizes | None:
        """Let it take the turn; its sizes where the day is over. Raises where it ended instead."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(msgspec.json.encode(turn) + b"\n")
        self._process.stdin.flush()
        told = self._process.stdout.readline()
        if not told:
            raise RuntimeError(f"a part of the week ended with {self._process.wait()}")
        return msgspec.json.decode(told, type=Sizes | None)

    def end(self) -> None:
        """Let it end, and wait until it has."""
        # What it says last is read, too: that leaves no pipe open.
        self._process.communicate()


def main(arguments: Sequence[str]) -> None:
    """Be the part, until there are no more turns."""
    name, url, begin = arguments
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    clock = SetClock(int(begin))
    log = open_log(url, now=clock)
    part = PARTS[name](log, floor_plan_of(load_scenario("weekday")), clock)
    held: dict[str, int] = {}
    for line in sys.stdin.buffer:
        turn = msgspec.json.decode(line, type=Turn)
        clock.now = turn.now
        part.take(turn)
        if turn.counts:
            held = part.held()
        told = _sizes(held) if turn.day_over else None
        sys.stdout.buffer.write(msgspec.json.encode(told) + b"\n")
        sys.stdout.buffer.flush()


def _sizes(held: dict[str, int]) -> Sizes:
    """This process's sizes; the largest is that of the next day from now on."""
    usage = usage_of(os.getpid())
    # Linux: 5 takes the size of now for the largest.
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return Sizes(usage.resident_bytes / MIB, usage.peak_bytes / MIB, held)


if __name__ == "__main__":
    main(sys.argv[1:])
