"""The last hour by the minute, for the line beside each queue's figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np

from stream.contract.figures import PANE_US
from stream.contract.instants import MINUTE_US
from stream.windows.columns import COLUMN, STRIDE
from stream.windows.rows import Rows
from stream.windows.sparse import Ints, Tally, regrouped

MINUTES: Final = 60
# A minute of a small queue says little; each point looks back over this many.
SMOOTHED_OVER: Final = 5
# A share is told to a hundredth of a percent: finer than any line is drawn.
_SHARE_DIGITS: Final = 4
_PANES_A_MINUTE: Final = MINUTE_US // PANE_US
# The first of them make the line.
_OF_LINE: Final = ("offered", "answered_in_target", "answered_waited", "abandoned")
COUNTED: Final = (*_OF_LINE, "answered", "abandoned_in_target", "wait_sum_us")
_COLUMNS: Final = tuple(COLUMN[name] for name in COUNTED)

_PLACE_OF_COLUMN: Final = np.full(STRIDE, -1)
_PLACE_OF_COLUMN[list(_COLUMNS)] = np.arange(len(_COLUMNS))

Line = list[float | None]


class MinuteSeries:
    """What came of contacts by minute, of the floor and the queues."""

    def __init__(self) -> None:
        # Minute to int64 [groups, columns]; groups met since are missing at the end.
        self._minutes: dict[int, Ints] = {}
        self._first: int | None = None

    def add(self, pane: int, tally: Tally, rows: Rows, sign: int = 1) -> None:
        """Add to a pane's minute what came to the pane, or with `sign` -1 what went."""
        minute = pane // _PANES_A_MINUTE
        if self._first is not None and minute < self._first:
            return
        columns = _PLACE_OF_COLUMN[tally.codes % STRIDE]
        wanted = np.flatnonzero(columns >= 0)
        columns, amounts = columns[wanted], sign * tally.amounts[wanted]
        # The floor, and the queue where there is one.
        queues = rows.of_cells()[tally.codes[wanted] // STRIDE, 1]
        known = self._grown(minute, len(rows.groups)).reshape(-1)
        np.add.at(known, columns, amounts)
        there = np.flatnonzero(queues >= 0)
        np.add.at(known, queues[there] * len(_COLUMNS) + columns[there], amounts[there])

    def hour(self, as_of: int, rows: Mapping[str, int]) -> dict[str, tuple[Line, list[int]]]:
        """The service level of the 5 minutes up to each minute's end, and the contacts offered in
        each minute, of these rows by name; 60 points up to `as_of`, oldest first."""
        last = as_of // MINUTE_US
        self._first = first = last - MINUTES - SMOOTHED_OVER + 2
        for minute in [minute for minute in self._minutes if minute < first]:
            del self._minutes[minute]
        names, places = list(rows), np.fromiter(rows.values(), np.int64, len(rows))
        table = np.zeros((last - first + 1, len(places), len(_OF_LINE)), np.int64)
        for minute, known in self._minutes.items():
            if minute <= last:
                within = np.flatnonzero(places < len(known))
                table[minute - first, within] = known[places[within], : len(_OF_LINE)]
        upto = np.cumsum(table, axis=0)
        within_5m = upto[SMOOTHED_OVER - 1 :].copy()
        within_5m[1:] -= upto[:-SMOOTHED_OVER]
        left = within_5m[:, :, 2] + within_5m[:, :, 3]
        level = np.full(left.shape, np.nan)
        np.divide(within_5m[:, :, 1], left, where=left > 0, out=level)
        levels = np.round(level, _SHARE_DIGITS).T.astype(object)
        levels[left.T <= 0] = None
        offered = table[SMOOTHED_OVER - 1 :, :, 0].T.tolist()
        return dict(zip(names, zip(levels.tolist(), offered, strict=True), strict=True))

    def of_row(self, as_of: int, row: int | None) -> tuple[int, Ints]:
        """The first of the 60 minutes up to `as_of`, and what `COUNTED` came to in each of them for
        one row: [60, counted]. Without a row nothing did."""
        first = as_of // MINUTE_US - MINUTES + 1
        table = np.zeros((MINUTES, len(COUNTED)), np.int64)
        for minute in range(first, first + MINUTES):
            known = self._minutes.get(minute)
            if row is not None and known is not None and row < len(known):
                table[minute - first] = known[row]
        return first, table

    def keep(self, groups: Ints) -> None:
        """Keep these rows alone, numbered anew from 0 in this order; -1 stands for a new one."""
        for minute, known in self._minutes.items():
            self._minutes[minute] = regrouped(known, groups, 0)

    def _grown(self, minute: int, groups: int) -> Ints:
        known = self._minutes.get(minute)
        if known is None:
            known = self._minutes[minute] = np.zeros((groups, len(_COLUMNS)), np.int64)
        elif len(known) < groups:
            missing = np.zeros((groups + groups // 2 - len(known), len(_COLUMNS)), np.int64)
            known = self._minutes[minute] = np.concatenate((known, missing))
        return known
