"""The last hour by the minute, for the line beside each queue's figures."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

import numpy as np

from stream.contract.figures import PANE_US
from stream.contract.instants import MINUTE_US
from stream.windows.columns import COLUMN, COLUMN_COUNT
from stream.windows.spans import PaneStore, Rows
from stream.windows.sparse import Ints

MINUTES: Final = 60
# A minute of a small queue says little; each point looks back over this many.
SMOOTHED_OVER: Final = 5
_PANES_A_MINUTE: Final = MINUTE_US // PANE_US
_COLUMNS: Final = tuple(
    COLUMN[name] for name in ("offered", "answered_in_target", "answered_waited", "abandoned")
)

_PLACE_OF_COLUMN: Final = np.full(COLUMN_COUNT, -1)
_PLACE_OF_COLUMN[list(_COLUMNS)] = np.arange(len(_COLUMNS))

Lines = dict[str, list[float | None]]


class MinuteSeries:
    """Offered contacts and service level by minute, of the floor (named "") and each queue.

    A minute that was added up is kept until one of its panes changes or a queue is new.
    """

    def __init__(self, rows: Rows, store: PaneStore) -> None:
        self._rows = rows
        self._store = store
        # Minute to int64 [the floor and the queues, columns], and each row's place in it.
        self._minutes: dict[int, Ints] = {}
        self._places = np.zeros(0, np.int64)
        self._queues: dict[str, int] = {}

    def forget(self, panes: Iterable[int]) -> None:
        """These panes have changed: their minutes are to be added up anew."""
        for pane in panes:
            self._minutes.pop(pane // _PANES_A_MINUTE, None)

    def hour(self, as_of: int) -> tuple[Lines, dict[str, list[int]]]:
        """The service level of the 5 minutes up to each minute's end, and the contacts offered
        in each minute; 60 points up to `as_of`, oldest first."""
        last = as_of // MINUTE_US
        first = last - MINUTES - SMOOTHED_OVER + 2
        self._learn_rows()
        for minute in [minute for minute in self._minutes if minute < first]:
            del self._minutes[minute]
        table = np.stack([self._minute(minute) for minute in range(first, last + 1)])
        upto = np.cumsum(table, axis=0)
        within = upto[SMOOTHED_OVER - 1 :].copy()
        within[1:] -= upto[:-SMOOTHED_OVER]
        left = within[:, :, 2] + within[:, :, 3]
        level = np.divide(within[:, :, 1], left, where=left > 0, out=np.full(left.shape, np.nan))
        offered = table[SMOOTHED_OVER - 1 :, :, 0]
        names = ["", *self._queues]
        return (
            {
                name: [None if math.isnan(value) else value for value in level[:, place].tolist()]
                for place, name in enumerate(names)
            },
            {name: offered[:, place].tolist() for place, name in enumerate(names)},
        )

    def _learn_rows(self) -> None:
        if len(self._places) == len(self._rows):
            return
        queues = self._rows.named("queue")
        if queues.keys() != self._queues.keys():
            self._minutes.clear()
            self._queues = queues
        self._places = np.full(len(self._rows), -1)
        self._places[[0, *queues.values()]] = np.arange(1 + len(queues))

    def _minute(self, minute: int) -> Ints:
        known = self._minutes.get(minute)
        if known is None:
            known = np.zeros((1 + len(self._queues), len(_COLUMNS)), np.int64)
            first = minute * _PANES_A_MINUTE
            for spread in self._store.between(first, first + _PANES_A_MINUTE - 1):
                # Every row of a pane that is kept was spread, and so known, when it came.
                places, columns = self._places[spread.rows], _PLACE_OF_COLUMN[spread.columns]
                wanted = (places >= 0) & (columns >= 0)
                np.add.at(known, (places[wanted], columns[wanted]), spread.amounts[wanted])
            self._minutes[minute] = known
        return known
