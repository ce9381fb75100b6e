"""The last hour by the minute, for the line beside each queue's figures."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Final

import numpy as np

from stream.contract.figures import PANE_US
from stream.contract.instants import MINUTE_US
from stream.windows.columns import COLUMN
from stream.windows.spans import PaneStore, Rows, Span

MINUTES: Final = 60
# A minute of a small queue says little; each point looks back over this many.
SMOOTHED_OVER: Final = 5
_PANES_A_MINUTE: Final = MINUTE_US // PANE_US
_COLUMNS: Final = tuple(
    COLUMN[name] for name in ("offered", "answered_in_target", "answered_waited", "abandoned")
)

Lines = dict[str, list[float | None]]


class MinuteSeries:
    """Offered contacts and service level by minute, of the floor (named "") and each queue.

    A minute that was added up is kept until one of its panes changes.
    """

    def __init__(self, rows: Rows, store: PaneStore) -> None:
        self._rows = rows
        self._store = store
        self._minutes: dict[int, np.typing.NDArray[np.int64]] = {}

    def forget(self, panes: Iterable[int]) -> None:
        """These panes have changed: their minutes are to be added up anew."""
        for pane in panes:
            self._minutes.pop(pane // _PANES_A_MINUTE, None)

    def hour(self, as_of: int, queues: dict[str, int]) -> tuple[Lines, dict[str, list[int]]]:
        """The service level of the 5 minutes up to each minute's end, and the contacts offered
        in each minute; 60 points up to `as_of`, oldest first."""
        last = as_of // MINUTE_US
        first = last - MINUTES - SMOOTHED_OVER + 2
        wanted = range(first, last + 1)
        for minute in [minute for minute in self._minutes if minute < first]:
            del self._minutes[minute]
        table = np.stack([self._minute(minute) for minute in wanted])
        rows = [0, *queues.values()]
        chosen = table[:, rows, :]
        upto = np.cumsum(chosen, axis=0)
        within = upto[SMOOTHED_OVER - 1 :].copy()
        within[1:] -= upto[:-SMOOTHED_OVER]
        left = within[:, :, 2] + within[:, :, 3]
        level = np.divide(within[:, :, 1], left, where=left > 0, out=np.full(left.shape, np.nan))
        offered = chosen[SMOOTHED_OVER - 1 :, :, 0]
        names = ["", *queues]
        return (
            {
                name: [None if math.isnan(value) else value for value in level[:, i].tolist()]
                for i, name in enumerate(names)
            },
            {name: offered[:, i].tolist() for i, name in enumerate(names)},
        )

    def _minute(self, minute: int) -> np.typing.NDArray[np.int64]:
        known = self._minutes.get(minute)
        rows = len(self._rows)
        if known is None or len(known) < rows:
            span = Span(self._rows, None)
            first = minute * _PANES_A_MINUTE
            for spread in self._store.between(first, first + _PANES_A_MINUTE - 1):
                span.add(spread)
            span.ready()
            known = self._minutes[minute] = span.counts[:rows][:, _COLUMNS].copy()
        return known
