"""A look at the past in its own process: what it shows, how it plays, and what becomes of it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from multiprocessing.process import BaseProcess
from pathlib import Path
from threading import Thread

import pytest

from stream.contract.detail import PresentAsked
from stream.contract.figures import NoPicture, Picture
from stream.contract.instants import DAY_US, MINUTE_US, SECOND_US
from stream.contract.past import HeldSpan
from stream.past.apart import STARTS_MAX, LogPast, LookApart
from tests.past_ground import CROWD, PLAN, PastGround

WAIT_S = 30.0


class Wall:
    """A wall clock that a test moves."""

    def __init__(self, at: int) -> None:
        self.at = at

    def __call__(self) -> int:
        return self.at


@pytest.fixture
def ground(tmp_path: Path) -> PastGround:
    return PastGround(tmp_path / "log")


@pytest.fixture
def wall(ground: PastGround) -> Wall:
    return Wall(ground.end + MINUTE_US)


@pytest.fixture
def past(ground: PastGround, wall: Wall) -> LogPast:
    return LogPast(ground.url, PLAN, now=wall, title="Benefits centre")


@pytest.fixture
def look(past: LogPast) -> Iterator[LookApart]:
    look = past.open()
    assert isinstance(look, LookApart)
    with closing(look):
        yield look


def there(look: LookApart, window: str = "30m") -> Picture:
    """Its picture, once the log is read."""
    return asked(lambda: look.picture(window))


def asked(ask: Callable[[], Picture]) -> Picture:
    give_up = time.monotonic() + WAIT_S
    while True:
        try:
            return ask()
        except NoPicture:
            assert time.monotonic() < give_up, "the look never came there"


def test_it_shows_what_the_log_tells_of_then(ground: PastGround, look: LookApart) -> None:
    """In every way that it is asked for, and says nothing of what is not there yet."""
    look.seek(ground.trouble, 0.0)
    assert not look.state().ready

    picture = there(look, "60m")

    assert picture.figures == ground.figures(ground.trouble, "60m")
    assert picture.figures.queues["benefits"].now["waiting"] == 14
    assert (look.state().at, look.state().ready, look.state().ended) == (
        ground.trouble,
        True,
        False,
    )
    hour = look.hour("benefits")
    assert hour is not None
    assert sum(minute.offered for minute in hour.minutes) == 74
    assert look.hour("nowhere") is None


def test_it_plays_on_by_the_wall_clock(ground: PastGround, wall: Wall, look: LookApart) -> None:
    """From when it is first seen; and stands still where it has come up to now."""
    look.seek(ground.trouble, 15.0)
    there(look)
    wall.at += 8 * SECOND_US

    picture = there(look)

    then = ground.trouble + 120 * SECOND_US
    assert (picture.figures, picture.speed) == (ground.figures(then), 15.0)
    assert picture.figures.queues["benefits"].now["waiting"] == 0

    wall.at += 10 * MINUTE_US
    look.picture("30m")
    state = look.state()
    assert (state.ended, state.speed, state.at) == (True, 0.0, wall.at)


def test_it_is_wound_back_and_on(ground: PastGround, look: LookApart) -> None:
    """Whatever it showed before."""
    for minute in (100, 30, 69, 68, 5, 119):
        at = ground.begin + minute * MINUTE_US
        look.seek(at, 0.0)
        assert there(look).figures == ground.figures(at)


def test_a_process_that_is_killed_is_made_anew_but_not_for_ever(
    ground: PastGround, look: LookApart
) -> None:
    """It goes on where it was; in the end it says so, and lives again once it is asked anew."""
    look.seek(ground.trouble, 0.0)
    there(look)
    for _ in range(STARTS_MAX - 1):
        kill(look)
        with pytest.raises(NoPicture, match="another begins"):
            look.hour("benefits")
        assert there(look, "15m").figures == ground.figures(ground.trouble, "15m")
    kill(look)
    for _ in range(2):
        with pytest.raises(NoPicture, match="go back to now"):
            look.hour("benefits")
    assert look.state().dead
    look.seek(ground.trouble, 0.0)
    assert not look.state().dead
    assert there(look).figures == ground.figures(ground.trouble)


def test_people_are_told_of_the_picture_that_was_told_last(
    ground: PastGround, wall: Wall, look: LookApart
) -> None:
    """However fast it plays, and again after its process was killed."""
    waiting = PresentAsked("waiting")
    look.seek(ground.trouble, 60.0)
    there(look)
    wall.at += SECOND_US

    told = look.contacts(waiting)
    assert (told.as_of, told.total) == (ground.trouble, CROWD)
    look.picture("30m")
    assert look.contacts(waiting).as_of == ground.trouble + MINUTE_US
    assert look.contacts(waiting).total == 0

    look.seek(ground.trouble, 0.0)
    there(look)
    kill(look)
    with pytest.raises(NoPicture, match="another begins"):
        look.at_hand()
    there(look)
    assert {one.contact for one in look.at_hand()} == {"calm-69"}
    assert look.contacts(waiting).total == CROWD


def test_who_winds_it_waits_for_no_answer(ground: PastGround, look: LookApart) -> None:
    """The answer that was on its way is of the instant before, and shown to nobody."""
    look.seek(ground.trouble, 0.0)
    there(look)
    pid = process_of(look).pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    waiting = Thread(target=lambda: asked(lambda: look.picture("15m")), daemon=True)
    waiting.start()

    look.seek(ground.first, 0.0)

    assert waiting.is_alive()
    assert (look.state().at, look.state().ready) == (ground.first, False)
    os.kill(pid, signal.SIGCONT)
    waiting.join(WAIT_S)
    assert there(look).figures == ground.figures(ground.first)


def test_what_is_held_is_told(ground: PastGround, past: LogPast, wall: Wall) -> None:
    """From the first event on, up to now."""
    assert past.held() == HeldSpan(ground.first, wall.at)


def test_what_was_told_at_once_is_held_from_its_own_time(tmp_path: Path) -> None:
    """As a centre's hours before its floor was there."""
    ground = PastGround(tmp_path / "log", appended_at=DAY_US)
    wall = Wall(ground.end + DAY_US)
    past = LogPast(ground.url, PLAN, now=wall, title="Benefits centre")
    assert past.held() == HeldSpan(ground.first, wall.at)

    with closing(past.open()) as look:
        assert isinstance(look, LookApart)
        look.seek(ground.trouble, 0.0)
        assert there(look).figures == ground.figures(ground.trouble)


def process_of(look: LookApart) -> BaseProcess:
    process = look._process
    assert process is not None
    return process


def kill(look: LookApart) -> None:
    process_of(look).kill()
    process_of(look).join()
