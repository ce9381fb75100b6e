"""The remote control of a player: what each key does, and what the line says."""

from __future__ import annotations

import pytest

from simulator.remote import KEYS, SPEEDS, Remote
from tests.simulator.test_player import CALLS, at, player, recorded

SPAN = "2026-03-02 14:00:00 to 2026-03-02 14:01:30"


def test_space_pauses_and_goes_on() -> None:
    """One key for both."""
    playing = player()
    remote = Remote(playing)
    remote.press(" ", at(10))
    paused = remote.line(at(60))
    remote.press(" ", at(60))

    assert paused == f"2026-03-02 14:00:10Z · paused · 11% · {KEYS}"
    assert remote.line(at(65)) == f"2026-03-02 14:00:15Z · 1× · 17% · {KEYS}"


def test_speeds_go_by_steps_and_no_further() -> None:
    """From a quarter to a thousand times."""
    playing = player()
    remote = Remote(playing)
    slower = []
    for nth in range(4):
        remote.press("-" if nth % 2 else "down", at(nth))
        slower.append(playing.speed)
    faster = []
    for nth in range(len(SPEEDS)):
        remote.press("+" if nth % 2 else "up", at(10 + nth))
        faster.append(playing.speed)

    assert slower == [0.5, 0.25, 0.25, 0.25]
    assert faster == [*SPEEDS[1:], 1_000.0]


def test_arrows_seek_by_a_minute() -> None:
    """Back it is a new time that is played."""
    playing = player()
    remote = Remote(playing)
    remote.press("right", at(10))
    forward = playing.position(at(10))
    remote.press("left", at(15))
    playing.due(at(15))

    assert (forward, playing.position(at(15)), playing.nth) == (recorded(70), recorded(15), 2)
    assert " · time 2 · " in remote.line(at(15))


@pytest.mark.parametrize(
    ("typed", "second", "said"),
    [
        pytest.param([*"14:01", "enter"], 60, KEYS, id="a minute"),
        pytest.param([*"14:00:30", "enter"], 30, KEYS, id="a second"),
        pytest.param([*"14:09", "backspace", "1", "enter"], 60, KEYS, id="corrected"),
        pytest.param([*"14:01", "escape", "enter"], 5, KEYS, id="given up"),
        pytest.param([*"14:01"], 5, "to 14:01_", id="not entered yet"),
        pytest.param([*"99", "enter"], 5, "99 is no time of day such as 14:30", id="no time"),
        pytest.param(
            [*"15:00", "enter"], 5, f"15:00 is not in what is played, {SPAN}", id="not in it"
        ),
        pytest.param(["x", "F", "\x00", "enter"], 5, KEYS, id="keys for nothing"),
    ],
)
def test_a_time_is_typed(typed: list[str], second: int, said: str) -> None:
    """Of the day, in UTC, as recordings have it."""
    playing = player()
    remote = Remote(playing)
    for key in typed:
        remote.press(key, at(5))

    assert playing.position(at(5)) == recorded(second)
    assert said in remote.line(at(5))


def test_a_line_is_drawn_when_it_changes() -> None:
    """And not fifty times a second."""
    drawn: list[str] = []
    remote = Remote(player(CALLS), drawn.append)
    for second in (1, 1.1, 1.2, 2):
        remote.look([], at(second))

    assert [line[:20] for line in drawn] == ["2026-03-02 14:00:01Z", "2026-03-02 14:00:02Z"]
