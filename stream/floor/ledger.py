"""Where happenings are entered: to whom they count, in which pane, and when they may be seen."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import count
from typing import Final

from stream.contract.figures import PANE_US, PANES_HELD
from stream.windows.cells import Cell, Cells
from stream.windows.columns import STRIDE
from stream.windows.panes import Measured, Panes, Piece

# More combinations of queue, channel and agent than these are not told apart on one partition (some
# 150 MB of them): what happens in others counts for the floor alone, which is counted.
CELLS_MAX: Final = 500_000
_FLOOR_ALONE: Final = (None, None, None)


class Bases(dict[tuple[str | None, str | None, str | None], int]):
    """The first code of each cell: a column added to it is the code of the column there.

    A dictionary, because one that knows the cell already is asked several times an event.
    """

    def __init__(self, cells: Cells, most: int) -> None:
        super().__init__()
        self._cells = cells
        self._most = most
        # How often a cell was asked for that there is no room for.
        self.refused = 0

    def __missing__(self, cell: tuple[str | None, str | None, str | None]) -> int:
        if len(self) >= self._most and cell != _FLOOR_ALONE:
            self.refused += 1
            return self[_FLOOR_ALONE]
        base = self[cell] = self._cells.number(*cell) * STRIDE
        return base


class Ledger:
    """Enters measurements into the panes of one partition.

    What happens later than the instant that the floor is shown at (a clock a few minutes ahead,
    a promise due at five) is held back until that instant reaches it.
    """

    def __init__(self, panes: Panes, cells: Cells, most_cells: int = CELLS_MAX) -> None:
        self.panes = panes
        self.measured = panes.measured
        self.bases = Bases(cells, most_cells)
        self._cells = cells
        self._order = count()
        # (when it may be seen, order of entry, the measurements or the piece of an agent's time)
        self.ahead: list[tuple[int, int, Measured | Piece]] = []
        # Is told of what is held until its time, and of its code, where anybody asks.
        self.held_back: Callable[[int, int], None] | None = None

    def cell(self, number: int) -> Cell:
        """To whom the codes of that cell count."""
        return self._cells.cell(number)

    def hold(self, measured: Measured, until: int) -> None:
        """Hold measurements until `until` may be seen."""
        if measured:
            self._push(until, measured)

    def hold_until(self, time: int, code: int) -> None:
        """Add one in the pane of `time`, once that may be seen."""
        held = Measured()
        held.begin(time // PANE_US)
        held.ones.append(code)
        self._push(time, held)
        if self.held_back is not None:
            self.held_back(time, code)

    def hold_piece(self, piece: Piece) -> None:
        """Enter a stretch of an agent's time, once its end may be seen."""
        self._push(piece.end, piece)

    def show(self, shown: int, newest_pane: int) -> list[Piece]:
        """Enter what was held back up to `shown`; returns the pieces, which are not entered."""
        pieces = []
        while self.ahead and self.ahead[0][0] <= shown:
            held = heapq.heappop(self.ahead)[2]
            if isinstance(held, Piece):
                pieces.append(held)
            else:
                self._enter(held, newest_pane)
        return pieces

    def _enter(self, held: Measured, newest_pane: int) -> None:
        # What one event enters lies in one pane.
        if held.panes[0] <= newest_pane - PANES_HELD:
            self.panes.measured_late.extend(held)
        else:
            self.measured.extend(held)

    def _push(self, until: int, held: Measured | Piece) -> None:
        heapq.heappush(self.ahead, (until, next(self._order), held))
