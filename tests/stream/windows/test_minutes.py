"""The last hour by the minute."""

from __future__ import annotations

from stream.contract.instants import MINUTE_US
from stream.windows.cells import Cells
from stream.windows.columns import COLUMN, STRIDE
from stream.windows.minutes import MINUTES, MinuteSeries
from stream.windows.rows import Rows
from stream.windows.sparse import Tally, ints

NOW: int = 1_772_460_000_000_000
PANES_A_MINUTE = 12


def counted(cell: int, **counts: int) -> Tally:
    codes = sorted((cell * STRIDE + COLUMN[name], amount) for name, amount in counts.items())
    return Tally(ints([code for code, _ in codes]), ints([amount for _, amount in codes]))


def pane(minutes_ago: int) -> int:
    return (NOW // MINUTE_US - minutes_ago) * PANES_A_MINUTE


def test_each_point_is_five_minutes_of_service_level_and_one_of_arrivals() -> None:
    """Answered in target, then not, then nothing: 100 %, a mixture, and unknown."""
    cells = Cells()
    rows = Rows(cells)
    series = MinuteSeries()
    q = cells.number("q", "voice", "a1")
    series.add(pane(20), counted(q, offered=2, answered_waited=1, answered_in_target=1), rows)
    series.add(pane(17), counted(q, offered=1, answered_waited=1, abandoned=2), rows)

    hours = series.hour(NOW, {"": 0, "q": rows.group("queue", "q")})

    level, offered = hours["q"]
    assert MINUTES == len(level) == len(offered)
    assert hours[""] == hours["q"]
    assert [None, 1, 1, 1, 0.25, 0.25, 0, 0, 0, None] == level[38:48]
    assert {39: 2, 42: 1} == {n: count for n, count in enumerate(offered) if count}


def test_what_comes_to_a_pane_later_and_a_new_queue_are_seen() -> None:
    """Added to what was shown before; and what is taken back is gone."""
    cells = Cells()
    rows = Rows(cells)
    series = MinuteSeries()
    a = cells.number("a", None, None)
    series.add(pane(3), counted(a, offered=1), rows)
    series.hour(NOW, {"": 0, "a": rows.group("queue", "a")})

    b = cells.number("b", None, "x")
    series.add(pane(3), counted(a, offered=3), rows)
    series.add(pane(30), counted(b, offered=9), rows)
    series.add(pane(30), counted(b, offered=2), rows, -1)
    series.add(pane(90), counted(b, offered=100), rows)
    hours = series.hour(NOW, {"": 0, **rows.named("queue")})

    assert {"a": 4, "b": 7, "": 11} == {name: sum(told) for name, (_, told) in hours.items()}
