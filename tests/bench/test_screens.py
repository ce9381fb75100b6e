"""The benches of viewers and of the browser: that they work and count right, never how fast."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench import browser, crowds
from tests.bench.browser import Asked as BrowserAsked
from tests.bench.browser import Task, frames_of, outermost
from tests.bench.crowds import Asked, Cell, Slow
from tests.bench.sites import Size, size_file

TINY = Size("tiny", 2, 0.1, 20)
RATE = 20


def task(begin: float, length: float, **more: object) -> dict[str, object]:
    """A task of the page's main thread in a trace, in milliseconds."""
    told = {"name": "RunTask", "cat": "toplevel", "ph": "X", "pid": 7, "tid": 1}
    return {**told, "ts": begin * 1000, "dur": length * 1000, "tdur": length * 500, **more}


def mark(at: float) -> dict[str, object]:
    """A frame's coming."""
    told = {"name": "bench-frame", "cat": "blink.user_timing", "ph": "I", "pid": 7, "tid": 1}
    return {**told, "ts": at * 1000}


def test_a_frame_takes_what_its_tasks_take_until_the_next_comes() -> None:
    """What leads up to its coming in the same task is of it; other threads and what lies in another
    task count nothing."""
    events = [
        task(0, 5),
        task(98, 12),
        mark(100),
        task(99, 3),
        task(400, 4),
        task(500, 400, tid=2),
        task(500, 400, pid=8),
        task(1_100, 20),
        mark(1_101),
        task(2_000, 1),
        mark(2_000.5),
    ]

    assert frames_of(events) == [(12 + 4, 6 + 2), (20, 10)]


def test_time_is_not_counted_twice() -> None:
    """Tasks may lie in one another, or touch."""
    tasks = [Task(5, 6, 1), Task(0, 4, 2), Task(1, 2, 1), Task(0, 1, 1), Task(4, 5, 1)]

    assert outermost(tasks) == [Task(0, 4, 2), Task(4, 5, 1), Task(5, 6, 1)]


def test_a_trace_without_frames_is_no_measurement() -> None:
    """Nothing was drawn: that is not fast."""
    with pytest.raises(ValueError, match="with 1 frames in it"):
        frames_of([mark(0), task(0, 1)])


def cell(viewers: int, cores: float, ms: float = 10.0) -> Cell:
    """A crowd."""
    return Cell(viewers, [ms] * 10, [0.0] * 10, 10, 1000.0, cores, [1.0], 0.01)


def goals(cells: list[Cell], slow: Slow) -> list[bool]:
    return [goal.met for goal in crowds._goals(cells, slow)]


def test_goals_are_judged_by_the_largest_crowd() -> None:
    """Its delay, its processor time, what each of it costs; and that the slow one is skipped."""
    base, hundred, most = cell(1, 0.1), cell(101, 0.2), cell(1001, 1.1)
    good = Slow(sent=10, got=3, skipped=7, newest=True, others_ms=[10.0])
    bad = Slow(sent=10, got=10, skipped=0, newest=True, others_ms=[900.0])

    assert goals([base, hundred, cell(1001, 0.9)], good) == [True] * 5
    assert goals([base, hundred, most], bad) == [True, False, True, False, False]
    assert goals([base, hundred, cell(1001, 1.6, 300)], good) == [False, False, False, True, True]


def test_rounds_of_a_crowd_are_one_crowd() -> None:
    """All delays; and no round that was disturbed decides what a viewer costs."""
    rounds = crowds.pooled([cell(100, 0.2), cell(100, 5.0, 900.0), cell(100, 0.3)])

    assert (rounds.viewers, rounds.frames, rounds.cores) == (100, 30, 0.3)
    assert sorted(rounds.delays_ms) == [10.0] * 20 + [900.0] * 10


@pytest.mark.slow
def test_a_crowd_is_measured_on_a_tiny_floor(tmp_path: Path) -> None:
    """With the real parts: every crowd saw frames, and the slow one got the newest in the end."""
    file = size_file(tmp_path, TINY, 5_000)
    family = crowds.measured(Asked(TINY, RATE, (1, 2, 5), 3, 2), file, 3_800)

    assert family.grid is not None
    assert [line[0] for line in family.grid.lines] == ["1", "2", "5"]
    assert all(int(line[-1]) >= 2 for line in family.grid.lines)


@pytest.mark.slow
def test_the_wall_is_measured_in_a_browser(tmp_path: Path, chromium_path: str) -> None:
    """With the real parts on a tiny floor, for a few seconds."""
    file = size_file(tmp_path, TINY, 8_000)
    family = browser.measured(
        BrowserAsked(TINY, RATE, 8, 2, 4), file, 6_000, ("/", "/nowhere"), chromium_path
    )
    rows = {row.name: row.values for row in family.rows}

    assert len(rows["/: first figures"]) == 5
    assert rows["/: frames traced"][0] >= 2
    assert 0 < rows["/: JavaScript heap, settled"][0] < 200
