"""The picture while the log is away, comes back, or is another one than before."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import cast

import pytest

from stream import lasting_picture
from stream.contract.figures import NoPicture, Picture
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import SECOND_US
from stream.lasting_picture import LastingPictureReader, lasting_reader
from stream.logs.embedded import EmbeddedLog
from stream.logs.port import Log, LogAway, Record, Tail
from stream.logs.topics import CONTACT_EVENTS, FLOOR_FRAMES, topics
from stream.worker import Worker
from tests.builders import BASE_US, event

TRIES = 200
ROOT = Path(__file__).parents[2]
# Closed while the log is being opened, which takes for ever.
CLOSED_WHILE_OPENING = """
from threading import Event
from stream.lasting_picture import LastingPictureReader
opening = Event()
def opened():
    opening.set()
    Event().wait()
reader = LastingPictureReader(opened)
assert not reader.follow(0.01)
assert opening.wait(5)
reader.close()
print("closed", flush=True)
"""
# Starting Python and importing take most of it.
ENDS_S = 10


class PartTail:
    """A log's own tail, of whose records only the first `left` come until more are allowed."""

    def __init__(self, tail: Tail, left: int) -> None:
        self._tail = tail
        self.left = left
        self.caught_up = tail.caught_up
        self.close = tail.close

    def poll(self, records_max: int, timeout_s: float) -> Sequence[Record]:
        if self.left == 0:
            return []
        records = self._tail.poll(min(self.left, records_max), timeout_s)
        self.left -= len(records)
        return records


class PartLog:
    """A log whose frames come in parts; the rest is as it is."""

    def __init__(self, log: Log, first: int) -> None:
        self._log = log
        self._first = first
        self.tails: list[PartTail] = []
        self.partitions = log.partitions
        self.close = log.close

    def tail(self, topic: str, *, from_start: bool) -> Tail:
        tail = self._log.tail(topic, from_start=from_start)
        if topic != FLOOR_FRAMES:
            return tail
        self.tails.append(PartTail(tail, self._first))
        return self.tails[-1]


class Floor:
    """A log with a worker on it, and a reader that may be kept away from it."""

    def __init__(self, directory: Path) -> None:
        self.now_us = BASE_US
        self.directory = directory
        self.away: Exception | None = None
        self.openings = 0
        self.log = self._log()
        self.log.create(topics(2))
        self.worker = Worker(self.log, FloorPlan(), now=self)
        self.reader: LastingPictureReader = lasting_reader(
            self.opened, FloorPlan(), now=self, title="Test"
        )

    def __call__(self) -> int:
        return self.now_us

    def opened(self) -> AbstractContextManager[Log]:
        self.openings += 1
        if self.away is not None:
            raise self.away
        return closing(self._log())

    def queue(self, contact: str) -> None:
        """One contact more that waits, and told."""
        line = event(
            "contact.queued", subject=contact, at_us=self.now_us, queue="q", channel="voice"
        )
        self.log.append(CONTACT_EVENTS, [(contact, line)])
        for _ in range(4):
            self.now_us += SECOND_US // 2
            self.worker.step(timeout_s=0)

    def picture(self, offered: int, reader: LastingPictureReader | None = None) -> Picture:
        """The first picture that has so many contacts offered."""
        reader = reader or self.reader
        for _ in range(TRIES):
            reader.follow(0.01)
            try:
                picture = reader.picture("30m")
            except NoPicture:
                continue
            if picture.figures.floor.counts["offered"] == offered:
                return picture
        pytest.fail(f"no picture with {offered} offered")

    def _log(self) -> EmbeddedLog:
        return EmbeddedLog(self.directory, now=self)


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    floor = Floor(tmp_path / "log")
    yield floor
    floor.reader.close()
    floor.worker.close()
    floor.log.close()


@pytest.mark.parametrize("error", [LogAway("the broker is gone"), TimeoutError("no answer")])
def test_a_log_that_is_away_at_the_start_is_waited_for(floor: Floor, error: Exception) -> None:
    """Until then there is no picture, and why is said in words for a screen."""
    floor.away = error
    for _ in range(10):
        assert not floor.reader.follow(0.1)
    with pytest.raises(NoPicture, match=r"^the log cannot be reached; trying again$"):
        floor.reader.picture("30m")
    assert floor.openings > 1

    floor.away = None
    floor.queue("c1")
    assert floor.picture(offered=1).freshness.age_s == pytest.approx(0, abs=1)


def test_the_last_picture_stays_and_grows_old(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the log fails, and until all of it is read again; no figure moves meanwhile."""
    floor.queue("c1")
    before = floor.picture(offered=1)
    monkeypatch.setattr(
        "stream.picture.LogPictureReader.follow", lambda *_: (_ for _ in ()).throw(LogAway("gone"))
    )
    floor.away = LogAway("the broker is gone")
    floor.now_us += 60 * SECOND_US
    for _ in range(5):
        assert not floor.reader.follow(0.01)

    stale = floor.reader.picture("30m")
    assert stale.freshness.age_s == pytest.approx(60, abs=1)
    assert stale.freshness.silent == [0, 1]
    assert stale.figures == before.figures

    monkeypatch.undo()
    floor.away = None
    floor.queue("c2")
    assert floor.picture(offered=2).freshness.silent == []


def test_who_hears_nothing_for_long_opens_the_log_anew(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have moved; what was shown stays until the new one is read."""
    floor.queue("c1")
    floor.picture(offered=1)
    monkeypatch.setattr(lasting_picture, "REOPENED_AFTER_S", 0.05)
    for _ in range(30):
        floor.reader.follow(0.01)
        assert floor.reader.picture("30m").figures.floor.counts["offered"] == 1

    assert floor.openings > 1


def test_half_of_a_log_is_never_shown(floor: Floor) -> None:
    """The figures of some partitions alone would look like those of a smaller floor."""
    for number in range(10):
        floor.queue(f"c{number}")
    frames = sum(len(list(floor.log.read(FLOOR_FRAMES, number))) for number in range(2))
    assert frames > 4
    for first in range(frames):
        log = PartLog(EmbeddedLog(floor.directory, now=floor), first)
        with closing(read_by(floor, log)) as reader:
            while not log.tails or log.tails[0].left > 0:
                reader.follow(0.01)
            for _ in range(3):
                reader.follow(0)
                with pytest.raises(NoPicture, match=r"^the figures so far are being read$"):
                    reader.picture("30m")

            log.tails[0].left = frames
            assert floor.picture(offered=10, reader=reader).freshness.silent == []


def test_who_is_still_opening_the_log_is_not_waited_for() -> None:
    """Neither when the reader is closed nor when the process ends: the log may never answer."""
    command = [sys.executable, "-c", CLOSED_WHILE_OPENING]
    ended = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=ENDS_S, check=False
    )

    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "closed\n", "")


def read_by(floor: Floor, log: PartLog) -> LastingPictureReader:
    """A reader of that log alone, which it closes."""
    return lasting_reader(lambda: closing(cast("Log", log)), FloorPlan(), now=floor, title="Test")
