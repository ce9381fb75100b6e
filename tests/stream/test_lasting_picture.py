"""The picture while the log is away, comes back, or is another one than before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest

from stream import lasting_picture
from stream.contract.figures import NoPicture, Picture
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import SECOND_US
from stream.lasting_picture import LastingPictureReader, lasting_reader
from stream.logs.embedded import EmbeddedLog
from stream.logs.port import Log, LogAway
from stream.logs.topics import CONTACT_EVENTS, FLOOR_FRAMES, topics
from stream.worker import Worker
from tests.builders import BASE_US, event

TRIES = 200


class Floor:
    """A log with a worker on it, and a reader that may be kept away from it."""

    def __init__(self, directory: Path) -> None:
        self.now_us = BASE_US
        self.directory = directory
        self.away = False
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
        if self.away:
            raise LogAway("the broker is gone")
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

    def picture(self, offered: int) -> Picture:
        """The first picture that has so many contacts offered."""
        for _ in range(TRIES):
            self.reader.follow(0.01)
            try:
                picture = self.reader.picture("30m")
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


def test_a_log_that_is_away_at_the_start_is_waited_for(floor: Floor) -> None:
    """Until then there is no picture, and why is said in words for a screen."""
    floor.away = True
    for _ in range(10):
        assert not floor.reader.follow(0.1)
    with pytest.raises(NoPicture, match=r"^the log cannot be reached; trying again$"):
        floor.reader.picture("30m")
    assert floor.openings > 1

    floor.away = False
    floor.queue("c1")
    assert floor.picture(offered=1).freshness.age_s == 0


def test_the_last_picture_stays_and_grows_old(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the log fails, and until all of it is read again; no figure moves meanwhile."""
    floor.queue("c1")
    before = floor.picture(offered=1)
    monkeypatch.setattr(
        "stream.picture.LogPictureReader.follow", lambda *_: (_ for _ in ()).throw(LogAway("gone"))
    )
    floor.away = True
    floor.now_us += 60 * SECOND_US
    for _ in range(5):
        assert not floor.reader.follow(0.01)

    stale = floor.reader.picture("30m")
    assert stale.freshness.age_s == pytest.approx(60, abs=1)
    assert stale.freshness.silent == [0, 1]
    assert stale.figures == before.figures

    monkeypatch.undo()
    floor.away = False
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


def test_half_of_a_log_is_never_shown(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    """The figures of some partitions alone would look like those of a smaller floor."""
    for number in range(10):
        floor.queue(f"c{number}")
    frames = sum(len(list(floor.log.read(FLOOR_FRAMES, number))) for number in range(2))
    assert frames > 4
    monkeypatch.setattr("stream.picture.LogPictureReader.caught_up", False)
    for _ in range(10):
        floor.reader.follow(0.01)
        with pytest.raises(NoPicture, match=r"^the figures so far are being read$"):
            floor.reader.picture("30m")
