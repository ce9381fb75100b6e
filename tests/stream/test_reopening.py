"""A log that goes away: what is tried, how often, what is said, and what is given up at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, cast

import pytest

from stream import reopening
from stream.logs.port import Log, LogAway, LogError, NameTaken
from stream.reopening import FIRST_PAUSE_S, HELD_S, LONGEST_PAUSE_S, Pauses, insist, work_on

AWAY = LogAway("away")
BROKEN = LogError("broken")


class Clock:
    """What the module takes for `time`: it goes on where it is told to."""

    def __init__(self) -> None:
        self.now_s = 1_000.0

    def monotonic(self) -> float:
        return self.now_s


class Run:
    """Openings and works that go as they are told, one after the other; `stopped` at the end."""

    def __init__(
        self,
        *steps: LogError | None,
        opening: tuple[LogError | None, ...] = (),
        clock: Clock | None = None,
        opening_s: float = 0,
        work_s: float = 0,
    ) -> None:
        self._steps = list(steps)
        self._openings = list(opening)
        self._clock = clock or Clock()
        self._opening_s = opening_s
        self._work_s = work_s
        self.told: list[Any] = []

    @contextmanager
    def opened(self) -> Iterator[Log]:
        self._clock.now_s += self._opening_s
        if self._openings and (error := self._openings.pop(0)) is not None:
            raise error
        self.told.append("opened")
        yield cast("Log", None)

    def work(self, _log: Log) -> None:
        self._clock.now_s += self._work_s
        if (error := self._steps.pop(0)) is not None:
            raise error

    def go(self) -> list[Any]:
        work_on(
            self.opened,
            self.work,
            stopped=lambda: not self._steps,
            on_failure=lambda error, pause_s: self.told.append((str(error), pause_s)),
            on_return=lambda: self.told.append("back"),
        )
        return self.told


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Pauses are noted and not waited for."""
    noted: list[float] = []

    def note(seconds: float, _stopped: Callable[[], bool]) -> None:
        noted.append(seconds)

    monkeypatch.setattr(reopening, "wait", note)
    return noted


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The module's time, in the test's hands."""
    clock = Clock()
    monkeypatch.setattr(reopening, "time", clock)
    return clock


def test_pauses_double_up_to_a_bound() -> None:
    pauses = Pauses()
    asked = [pauses.next_s() for _ in range(6)]

    assert asked[:3] == [FIRST_PAUSE_S, 2 * FIRST_PAUSE_S, 4 * FIRST_PAUSE_S]
    assert asked[-2:] == [LONGEST_PAUSE_S, LONGEST_PAUSE_S]
    pauses.reset()
    assert pauses.next_s() == FIRST_PAUSE_S


def test_a_log_that_is_away_at_the_start_is_waited_for(waits: list[float]) -> None:
    """Then the work begins, and it is said that the log is back."""
    run = Run(None, opening=(AWAY, AWAY, None))

    assert run.go() == [("away", 0.5), ("away", 1.0), "opened", "back"]
    assert waits == [0.5, 1.0]


def test_what_does_not_mend_itself_ends_the_first_opening() -> None:
    with pytest.raises(LogError, match="broken"):
        Run(None, opening=(BROKEN,)).go()


def test_a_log_that_has_worked_is_opened_again_whatever_failed() -> None:
    """A full disk, a changed password: it worked once, so it may again."""
    run = Run(AWAY, BROKEN, None, opening=(None, BROKEN, None, None))

    assert run.go() == [
        "opened",
        ("away", 0.5),
        ("broken", 1.0),
        "opened",
        "back",
        ("broken", 2.0),
        "opened",
        "back",
    ]


def test_pauses_grow_however_long_an_opening_takes(clock: Clock, waits: list[float]) -> None:
    """It holds nothing while it is being opened, whether that fails or the work does at once."""
    run = Run(AWAY, None, opening=(AWAY, AWAY, None, AWAY, None), clock=clock, opening_s=HELD_S + 1)
    run.go()

    assert waits == [0.5, 1.0, 2.0, 4.0]


def test_a_log_that_has_held_fails_for_the_first_time_again(
    clock: Clock, waits: list[float]
) -> None:
    run = Run(AWAY, AWAY, None, opening=(AWAY, AWAY), clock=clock, work_s=HELD_S + 1)
    run.go()

    assert waits == [0.5, 1.0, 0.5, 0.5]


def test_whose_name_was_taken_ends() -> None:
    """Even though it has worked: going on would drive the other out."""
    with pytest.raises(NameTaken):
        Run(NameTaken("another worker is called w1"), None).go()


def test_a_fault_of_our_own_is_not_hidden() -> None:
    def work(_log: Log) -> None:
        raise ZeroDivisionError

    run = Run(None)
    with pytest.raises(ZeroDivisionError):
        work_on(
            run.opened,
            work,
            stopped=lambda: False,
            on_failure=lambda _error, _pause_s: None,
            on_return=lambda: None,
        )


def test_who_insists_tries_until_it_works(waits: list[float]) -> None:
    tried: list[int] = []

    def do() -> None:
        tried.append(1)
        if len(tried) < 3:
            raise AWAY

    insist(do, stopped=lambda: False, on_failure=lambda _error, _pause_s: None)

    assert (len(tried), waits) == (3, [0.5, 1.0])


def test_who_insists_gives_up_when_stopped_or_where_nothing_will_change() -> None:
    def away() -> None:
        raise AWAY

    def broken() -> None:
        raise BROKEN

    insist(away, stopped=lambda: True, on_failure=lambda _error, _pause_s: None)
    with pytest.raises(LogError, match="broken"):
        insist(broken, stopped=lambda: False, on_failure=lambda _error, _pause_s: None)
