"""A drill's round: the real log, worker, evaluator and picture on a floor of its own."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, Thread

import pytest

from simulator.scenario import floor_plan_of
from stream.contract.clock import FloorClock
from stream.contract.codec import encode
from stream.contract.detail import PresentAsked
from stream.contract.figures import DrillMark, Picture
from stream.contract.instants import MINUTE_US, SECOND_US
from stream.rounds import Round, Rounds
from stream.switching import NoFloor, SwitchingReader
from tests.clock import now_us
from tests.simulator.days import MORNING, WEEKDAY
from tests.simulator.drill.floors import floor

BEGAN = MORNING + 20 * MINUTE_US
MARK = DrillMark(1, "Ada")
WAIT_S = 15.0


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SwitchingReader]:
    """What screens read, followed as a feed does, and temporary files where they are seen."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    reader, ending = SwitchingReader(NoFloor(), None), Event()

    def follow() -> None:
        while not ending.is_set():
            reader.follow(0.02)

    thread = Thread(target=follow, daemon=True)
    thread.start()
    yield reader
    ending.set()
    thread.join()
    reader.close()


def eventually(so: Callable[[], bool]) -> None:
    """Wait until it is so."""
    give_up = time.monotonic() + WAIT_S
    while not so():
        assert time.monotonic() < give_up
        Event().wait(0.02)


def made(reader: SwitchingReader) -> Round:
    """A round with twenty minutes of history, ready and shown, its time standing still."""
    clock = FloorClock(wall=now_us(), floor=BEGAN, speed=0.0)
    rounds = Rounds(reader, now=now_us)
    round_ = rounds.open(floor_plan_of(WEEKDAY), "Training floor", MARK, clock)
    events = floor().advance(BEGAN)
    round_.append([(event.subject, encode(event)) for event in events])
    assert not round_.is_ready()
    round_.begin()
    eventually(round_.is_ready)
    round_.show()
    return round_


def test_a_round_is_the_whole_product_on_its_own_floor(
    reader: SwitchingReader, tmp_path: Path
) -> None:
    """Shown with its mark and its history; paused it is fresh all the same; its clock turns; and
    nothing is left behind."""

    def picture() -> Picture:
        return reader.picture("30m")

    round_ = made(reader)
    paused = picture()
    assert (paused.drill, paused.title, paused.speed) == (MARK, "Training floor", 0.0)
    assert paused.figures.as_of == "2026-03-03T14:50:00.000Z"
    assert paused.figures.floor.counts["offered"] > 100  # type: ignore[operator]
    assert reader.alerts.board().head is not None
    talked_to = reader.detail.contacts(PresentAsked("in_conversation")).result(WAIT_S)
    assert talked_to.total == paused.figures.floor.now["in_conversation"] > 0  # type: ignore[operator]
    Event().wait(1.0)
    still = picture()
    assert still.figures == paused.figures
    assert still.freshness.silent == []

    clock = FloorClock(wall=now_us(), floor=BEGAN, speed=0.0)
    round_.turn(clock.turned(now_us() + SECOND_US // 2, BEGAN, 10.0))
    eventually(lambda: (picture().figures.as_of or "") > "2026-03-03T14:50:05")
    assert picture().speed == 10.0

    Rounds(reader, now=now_us).leave()
    round_.close()
    assert list(tmp_path.glob("floorwatch-drill-*")) == []


def test_a_floor_whose_stream_has_failed_says_why(
    reader: SwitchingReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for its figures for ever, and nobody plays on before a wall that stands still."""

    def fails(*_: object, **__: object) -> None:
        raise OSError("disk gone")

    monkeypatch.setattr("stream.rounds.run_stream", fails)
    clock = FloorClock(wall=now_us(), floor=BEGAN, speed=0.0)
    round_ = Rounds(reader, now=now_us).open(floor_plan_of(WEEKDAY), "Training floor", MARK, clock)
    round_.begin()

    def refused(ask: Callable[[], object]) -> bool:
        try:
            ask()
        except OSError as error:
            return str(error) == "disk gone"
        return False

    eventually(lambda: refused(round_.is_ready))
    assert refused(lambda: round_.append([]))
    round_.close()
