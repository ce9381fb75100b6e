"""Spans of panes and what they add up to: the windows that slide, and the days that grow.

    panes      … │ 96 │ 97 │ 98 │ 99 │100 │101 │
    5 m at 100        └── first … last ──┘
    5 m at 101             └── first … last ──┘      + pane 101, − pane 97

A span that slides adds the pane that enters and takes away the pane that leaves, so its cost does
not depend on its length. All is whole numbers, so nothing is left over.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np

from stream.windows.cells import Cell, Cells
from stream.windows.columns import COLUMN_COUNT, STRIDE, WAIT_BASE, WAIT_BUCKETS
from stream.windows.sparse import Ints, Tally

Row = tuple[str, str]
FLOOR: Final[Row] = ("floor", "")
NEVER: Final = -(2**62)


class Rows:
    """The rows of the totals: the floor, then each queue, channel and agent as it is met."""

    def __init__(self, cells: Cells) -> None:
        self.number_of: dict[Row, int] = {FLOOR: 0}
        self._cells = cells
        self._rows_of_cell = np.zeros((0, 4), np.int64)

    def __len__(self) -> int:
        return len(self.number_of)

    def named(self, dimension: str) -> dict[str, int]:
        """The rows of one dimension: name to row."""
        return {name: row for (kind, name), row in self.number_of.items() if kind == dimension}

    def spread(self, tally: Tally) -> Spread:
        """The tally with each amount at every row that its cell counts for."""
        rows_of_cell = self.of_cells()
        rows = rows_of_cell[tally.codes // STRIDE]
        counted = rows >= 0
        columns = np.broadcast_to((tally.codes % STRIDE)[:, None], rows.shape)[counted]
        amounts = np.broadcast_to(tally.amounts[:, None], rows.shape)[counted]
        rows = rows[counted]
        waits = columns >= WAIT_BASE
        return Spread(
            rows[~waits],
            columns[~waits],
            amounts[~waits],
            rows[waits],
            columns[waits] - WAIT_BASE,
            amounts[waits].astype(np.int32),
            *self.spread_longest(tally),
        )

    def spread_longest(self, tally: Tally) -> tuple[Ints, Ints]:
        """The longest waits alone: rows, and microseconds at each."""
        rows = self.of_cells()[tally.cells]
        counted = rows >= 0
        return rows[counted], np.broadcast_to(tally.longest_us[:, None], rows.shape)[counted]

    def of_cells(self) -> Ints:
        """The rows that each cell counts for, -1 where it has none: [cells, 4]. Cells that are
        new get theirs."""
        known = len(self._rows_of_cell)
        if known < len(self._cells):
            added = [self._rows_of(cell) for cell in self._cells.since(known)]
            self._rows_of_cell = np.concatenate((self._rows_of_cell, np.array(added, np.int64)))
        return self._rows_of_cell

    def _rows_of(self, cell: Cell) -> tuple[int, int, int, int]:
        return (
            0,
            self._row("queue", cell.queue),
            self._row("channel", cell.channel),
            self._row("agent", cell.agent),
        )

    def _row(self, dimension: str, name: str | None) -> int:
        if name is None:
            return -1
        return self.number_of.setdefault((dimension, name), len(self.number_of))


class Spread(NamedTuple):
    """Parallel arrays to add: counts, wait buckets, and candidates for the longest wait."""

    rows: Ints
    columns: Ints
    amounts: Ints
    wait_rows: Ints
    wait_buckets: Ints
    wait_amounts: np.typing.NDArray[np.int32]
    longest_rows: Ints
    longest_us: Ints


class Span:
    """Totals by row of the panes from `first` to `last`, both within.

    `counts`: int64 [rows, columns]; `waits`: int32 [rows, buckets]; `longest_us`: int64 [rows],
    -1 where nobody was answered. `length` is the number of panes of a span that slides, None of
    one that only grows from its `first`.
    """

    def __init__(self, rows: Rows, length: int | None) -> None:
        self.length = length
        self.first = NEVER
        self.last = NEVER
        self.counts = np.zeros((0, COLUMN_COUNT), np.int64)
        self.waits = np.zeros((0, WAIT_BUCKETS), np.int32)
        self.longest_us = np.zeros(0, np.int64)
        # Rows whose longest wait may have left the span.
        self.doubtful: set[int] = set()
        self._rows = rows

    def holds(self, pane: int) -> bool:
        return self.first <= pane <= self.last

    def add(self, spread: Spread) -> None:
        self._grow()
        np.add.at(self.counts, (spread.rows, spread.columns), spread.amounts)
        np.add.at(self.waits, (spread.wait_rows, spread.wait_buckets), spread.wait_amounts)
        np.maximum.at(self.longest_us, spread.longest_rows, spread.longest_us)

    def take(self, spread: Spread) -> None:
        """Take away what was added; the longest waits that go with it become doubtful."""
        np.subtract.at(self.counts, (spread.rows, spread.columns), spread.amounts)
        np.subtract.at(self.waits, (spread.wait_rows, spread.wait_buckets), spread.wait_amounts)
        leaving = spread.longest_us >= self.longest_us[spread.longest_rows]
        self.doubtful.update(spread.longest_rows[leaving].tolist())

    def clear(self) -> None:
        self.counts[:] = 0
        self.waits[:] = 0
        self.longest_us[:] = -1
        self.doubtful.clear()

    def ready(self) -> None:
        """Make room for every row that is known by now."""
        self._grow()

    def _grow(self) -> None:
        missing = len(self._rows) - len(self.counts)
        if missing <= 0:
            return
        # Room for half as many again, so that a growing floor is not copied at every new agent.
        missing += len(self._rows) // 2
        self.counts = np.concatenate((self.counts, np.zeros((missing, COLUMN_COUNT), np.int64)))
        self.waits = np.concatenate((self.waits, np.zeros((missing, WAIT_BUCKETS), np.int32)))
        self.longest_us = np.concatenate((self.longest_us, np.full(missing, -1, np.int64)))


class PaneStore:
    """The panes of all partitions, by pane and partition, and the waits that were the longest."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._panes: dict[int, dict[int, Tally]] = {}
        # Row to pane to the longest wait in it: searched only when a span's longest one leaves,
        # so what came since the last search waits for the next.
        self._longest: dict[int, dict[int, int]] = {}
        self._not_searched: dict[tuple[int, int], Tally] = {}

    def get(self, pane: int, partition: int) -> Tally | None:
        return self._panes.get(pane, {}).get(partition)

    def put(self, pane: int, partition: int, tally: Tally) -> None:
        """Keep a partition's pane, whole."""
        self._panes.setdefault(pane, {})[partition] = tally
        self._not_searched[pane, partition] = tally
        self._rows.of_cells()

    def remove(self, pane: int, partition: int) -> Tally | None:
        partitions = self._panes.get(pane)
        if partitions is None:
            return None
        tally = partitions.pop(partition, None)
        self._not_searched.pop((pane, partition), None)
        if not partitions:
            del self._panes[pane]
        return tally

    def between(self, first: int, last: int) -> Iterable[Spread]:
        """The panes from first to last, spread over the rows, in no particular order."""
        return map(self._rows.spread, self._tallies(first, last))

    def total(self, first: int, last: int) -> Spread:
        """The sum of the panes from first to last, spread over the rows."""
        return self._rows.spread(Tally.total(self._tallies(first, last)))

    def _tallies(self, first: int, last: int) -> Iterable[Tally]:
        if last - first < len(self._panes):
            numbers: Iterable[int] = range(first, last + 1)
        else:
            numbers = [pane for pane in self._panes if first <= pane <= last]
        return [tally for pane in numbers for tally in self._panes.get(pane, {}).values()]

    def longest(self, row: int, first: int, last: int) -> int:
        """The row's longest wait in the panes from first to last, -1 where there is none."""
        self._search()
        by_pane = self._longest.get(row, {})
        for pane in [pane for pane in by_pane if pane not in self._panes]:
            del by_pane[pane]
        return max((wait for pane, wait in by_pane.items() if first <= pane <= last), default=-1)

    def _search(self) -> None:
        for (pane, _), tally in self._not_searched.items():
            rows, waits_us = self._rows.spread_longest(tally)
            for row, wait_us in zip(rows.tolist(), waits_us.tolist(), strict=True):
                by_pane = self._longest.setdefault(row, {})
                # A pane only grows, so a maximum once seen stays true.
                by_pane[pane] = max(wait_us, by_pane.get(pane, -1))
        self._not_searched.clear()


def move(span: Span, store: PaneStore, first: int, last: int) -> None:
    """Move the span to the panes from `first` to `last`; both may only grow."""
    if first > span.last or span.last == NEVER:
        span.clear()
        span.add(store.total(first, last))
    else:
        for spread in store.between(span.last + 1, last):
            span.add(spread)
        for spread in store.between(span.first, first - 1):
            span.take(spread)
    span.first, span.last = first, last


def settle_doubts(span: Span, store: PaneStore) -> None:
    """Search anew for the longest waits that have left a span that slides."""
    for row in span.doubtful:
        span.longest_us[row] = store.longest(row, span.first, span.last)
    span.doubtful.clear()
