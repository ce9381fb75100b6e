"""The last hour by the minute."""

from __future__ import annotations

from stream.contract.instants import MINUTE_US
from stream.windows.cells import Cells
from stream.windows.columns import COLUMN, STRIDE
from stream.windows.minutes import MINUTES, MinuteSeries
from stream.windows.spans import PaneStore, Rows
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
    store = PaneStore(rows)
    series = MinuteSeries(rows, store)
    q = cells.number("q", "voice", "a1")
    store.put(pane(20), 0, counted(q, offered=2, answered_waited=1, answered_in_target=1))
    store.put(pane(17), 0, counted(q, offered=1, answered_waited=1, abandoned=2))

    level, offered = series.hour(NOW)

    assert MINUTES == len(level["q"]) == len(offered["q"])
    assert level[""] == level["q"]
    assert [None, 1, 1, 1, 0.25, 0.25, 0, 0, 0, None] == level["q"][38:48]
    assert {39: 2, 42: 1} == {n: count for n, count in enumerate(offered["q"]) if count}


def test_a_late_pane_and_a_new_queue_are_seen() -> None:
    """What was added up before is added up anew where it must be."""
    cells = Cells()
    rows = Rows(cells)
    store = PaneStore(rows)
    series = MinuteSeries(rows, store)
    store.put(pane(3), 0, counted(cells.number("a", None, None), offered=1))
    series.hour(NOW)

    store.put(pane(3), 0, counted(cells.number("a", None, None), offered=4))
    store.put(pane(30), 1, counted(cells.number("b", None, "x"), offered=7))
    series.forget({pane(3), pane(30)})
    _, offered = series.hour(NOW)

    assert (4, 7, 11) == (sum(offered["a"]), sum(offered["b"]), sum(offered[""]))
