"""Where happenings are entered: to whom they count, in which pane, and when they may be seen."""

from __future__ import annotations

import heapq
from itertools import count

from stream.contract.figures import PANE_US, PANES_HELD
from stream.windows.cells import Cells
from stream.windows.columns import STRIDE, WAIT_BASE, wait_bucket
from stream.windows.panes import Measured, Panes, Piece


class Ledger:
    """Enters measurements into the panes of one partition.

    What happens later than the instant that the floor is shown at (a clock a few minutes ahead,
    a promise due at five) is held back until that instant reaches it.
    """

    def __init__(self, panes: Panes, cells: Cells) -> None:
        self.panes = panes
        self.cells = cells
        self.pane = 0
        self._measured = panes.measured
        self._order = count()
        # (when it may be seen, order of entry, the measurements or the piece of an agent's time)
        self.ahead: list[tuple[int, int, Measured | Piece]] = []

    def cell(self, queue: str | None, channel: str | None, agent: str | None) -> int:
        return self.cells.number(queue, channel, agent)

    def count(self, cell: int, column: int, amount: int = 1) -> None:
        """Add to a column of a cell, in the pane of the event at hand."""
        measured = self._measured
        measured.panes.append(self.pane)
        measured.codes.append(cell * STRIDE + column)
        measured.amounts.append(amount)

    def waited(self, cell: int, wait_us: int) -> None:
        """Enter an answered wait into its bucket and as a candidate for the longest."""
        self.count(cell, WAIT_BASE + wait_bucket(wait_us))
        self._measured.longest(self.pane, cell, wait_us)

    def hold_back(self, bookmark: tuple[int, int], until: int) -> None:
        """Hold what was entered since the bookmark until `until` may be seen."""
        held = self._measured.cut(bookmark)
        if held.panes:
            self._push(until, held)

    def hold(self, measured: Measured, until: int) -> None:
        """Hold measurements until `until` may be seen."""
        self._push(until, measured)

    def set_late(self, bookmark: tuple[int, int]) -> None:
        """What was entered since the bookmark is too late for the panes: let it settle."""
        self.panes.measured_late.extend(self._measured.cut(bookmark))

    def hold_until(self, time: int, cell: int, column: int) -> None:
        """Add one in the pane of `time`, once that may be seen."""
        held = Measured()
        held.count(time // PANE_US, cell, column)
        self._push(time, held)

    def hold_piece(self, piece: Piece) -> None:
        """Enter a stretch of an agent's time, once its end may be seen."""
        self._push(piece.end, piece)

    def show(self, shown: int, newest_pane: int) -> list[Piece]:
        """Enter what was held back up to `shown`; returns the pieces among it."""
        pieces = []
        while self.ahead and self.ahead[0][0] <= shown:
            held = heapq.heappop(self.ahead)[2]
            if isinstance(held, Piece):
                cell = self.cell(None, None, held.agent)
                self.panes.add_piece(held, cell, newest_pane)
                pieces.append(held)
            else:
                self._enter(held, newest_pane)
        return pieces

    def _enter(self, held: Measured, newest_pane: int) -> None:
        # What one event enters lies in one pane, and a longest wait never comes without its count.
        if held.panes[0] <= newest_pane - PANES_HELD:
            self.panes.measured_late.extend(held)
        else:
            self._measured.extend(held)

    def _push(self, until: int, held: Measured | Piece) -> None:
        heapq.heappush(self.ahead, (until, next(self._order), held))
