"""What customers said, asked of a process of its own."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest

from stream.contract.experience import (
    Experience,
    NotHeld,
    NotTold,
    OtherFloor,
    Scores,
    ScoresAsked,
    StillToCome,
)
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import DAY_US, MINUTE_US
from stream.experience.apart import ExperienceApart, ExperienceOfAnyTime
from stream.logs.embedded import EmbeddedLog
from stream.logs.topics import CONTACT_EVENTS, topics
from tests.builders import event
from tests.clock import now_us

ASKED = ScoresAsked("60m", "floor")


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EmbeddedLog]:
    """A floor with one survey."""
    with closing(EmbeddedLog(tmp_path, now=now_us)) as log:
        log.create(topics(2))
        say(log)
        yield log


def say(log: EmbeddedLog) -> None:
    """One more survey, just now."""
    line = event("survey.answered", subject="c1", at_us=now_us(), queue="benefits", csat=5)
    log.append(CONTACT_EVENTS, [("c1", line)])


def apart(directory: Path, **more: float) -> ExperienceApart:
    """What reads it."""
    url = f"embedded:{directory}"
    return ExperienceApart(url, FloorPlan(), now=now_us, comments=False, **more)  # type: ignore[arg-type]


def surveys(experience: Experience, wanted: int, at: int | None = None) -> int:
    """How many surveys are told, once it is so many or after some seconds."""
    pause, found = Event(), 0
    for _ in range(100):
        told = experience.ask(ScoresAsked("60m", "floor", at))
        assert isinstance(told, Scores)
        found = told.floor.surveys
        if not told.reading and found >= wanted:
            break
        pause.wait(0.05)
    return found


def test_what_comes_is_told_and_a_process_that_ended_is_begun_anew(
    tmp_path: Path, log: EmbeddedLog
) -> None:
    """Whether it was killed or nobody had asked for long."""
    with closing(apart(tmp_path)) as experience:
        assert surveys(experience, 1) == 1
        say(log)
        assert surveys(experience, 2) == 2
        process = experience.process
        assert process is not None
        process.kill()
        process.join()
        assert surveys(experience, 2) == 2
        assert experience.process is not process
    assert experience.process is None


def test_it_ends_by_itself_when_nobody_asks(tmp_path: Path, log: EmbeddedLog) -> None:
    """And is there again for who does."""
    del log
    with closing(apart(tmp_path, idle_s=0.5)) as experience:
        assert surveys(experience, 1) == 1
        process = experience.process
        assert process is not None
        process.join(10)
        assert process.exitcode == 0
        assert surveys(experience, 1) == 1


def test_whoever_waits_when_it_is_closed_is_let_go(tmp_path: Path, log: EmbeddedLog) -> None:
    """A process that hangs keeps no dashboard from ending."""
    del log
    experience = apart(tmp_path)
    assert surveys(experience, 1) == 1
    process = experience.process
    assert process is not None
    assert process.pid is not None
    os.kill(process.pid, signal.SIGSTOP)
    with ThreadPoolExecutor(1) as thread:
        asked = thread.submit(experience.ask, ASKED)
        Event().wait(0.2)
        assert not asked.done()
        experience.close()
        with pytest.raises(NotTold, match="the dashboard ends"):
            asked.result(5)
    with pytest.raises(NotTold):
        experience.ask(ASKED)
    assert experience.process is None


@pytest.mark.parametrize(("again_s", "is_tried"), [(3600.0, False), (0.0, True)])
def test_a_log_that_is_not_there_is_said_in_one_line(
    tmp_path: Path, again_s: float, is_tried: bool
) -> None:
    """And for a while nothing is tried again, however many ask."""
    with closing(apart(tmp_path / "none", again_s=again_s)) as experience:
        with pytest.raises(NotTold, match=r"the log cannot be read: [^\n]+$"):
            experience.ask(ASKED)
        with closing(EmbeddedLog(tmp_path / "none", now=now_us)) as log:
            log.create(topics(2))
            say(log)
            if is_tried:
                assert surveys(experience, 1) == 1
            else:
                with pytest.raises(NotTold, match="the log cannot be read"):
                    experience.ask(ASKED)


def test_nobody_is_asked_about_a_drill(tmp_path: Path) -> None:
    """Its customers are nobody."""
    experience = ExperienceApart(
        f"embedded:{tmp_path}", FloorPlan(), now=now_us, comments=False, is_home=lambda: False
    )
    with closing(experience), pytest.raises(OtherFloor):
        experience.ask(ASKED)
    assert experience.process is None


def test_days_that_are_over_are_read_when_somebody_asks(tmp_path: Path) -> None:
    """Each in a process of its own, the least asked one of which ends; what the log does not hold
    and what is to come is said."""
    now = now_us()
    with closing(EmbeddedLog(tmp_path, now=lambda: wall)) as log:
        wall = now
        log.create(topics(2))
        for days in (9, 6, 3):
            wall = now - days * DAY_US
            line = event("survey.answered", subject="c1", at_us=wall, queue="benefits", csat=5)
            log.append(CONTACT_EVENTS, [("c1", line)])
    begun: list[int] = []

    def begin(then: int) -> ExperienceApart:
        begun.append(then)
        return apart(tmp_path, then=then)

    with closing(ExperienceOfAnyTime(apart(tmp_path), begin)) as experience:
        for days in (9, 6, 3, 3, 9):
            assert surveys(experience, 1, at=now - days * DAY_US + MINUTE_US) == 1
        assert surveys(experience, 0) == 0
        with pytest.raises(NotHeld, match="is known from"):
            experience.ask(ScoresAsked("60m", "floor", now - 10 * DAY_US))
        with pytest.raises(StillToCome):
            experience.ask(ScoresAsked("60m", "floor", now + DAY_US))
    ago = [round((now - then) / DAY_US) for then in begun]
    # The last is what the log does not hold.
    assert ago == [9, 6, 3, 9, 10]
