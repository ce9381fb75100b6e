"""Totals by row: what a span holds for one kind of rows, added to and taken from in place."""

from __future__ import annotations

from typing import Final

import numpy as np

from stream.windows.columns import COLUMN, COLUMN_COUNT, WAIT_BUCKETS
from stream.windows.rows import Part
from stream.windows.sparse import Ints, regrouped

_ANSWERED_WAITED: Final = COLUMN["answered_waited"]
_SMALL_MAX: Final = np.iinfo(np.uint16).max
NOBODY: Final = -1
_ROOM: Final = 8


class Block:
    """Totals by row. `counts`: int64 [rows, columns]; `waits`: [rows, buckets]; `longest_us`:
    int64 [rows], -1 where nobody was answered. There may be more rows than anybody has.

    Waits of a `small` block are kept in two bytes each for as long as they fit: agents are many,
    and one of them seldom answers 65,536 contacts.
    """

    def __init__(self, *, small: bool = False) -> None:
        self.counts = np.zeros((0, COLUMN_COUNT), np.int64)
        self.waits: np.typing.NDArray[np.integer] = np.zeros(
            (0, WAIT_BUCKETS), np.uint16 if small else np.int32
        )
        self.longest_us = np.zeros(0, np.int64)
        # Rows whose longest wait may have left the span.
        self.doubtful: set[int] = set()

    def ready(self, rows: int) -> None:
        """Make room for so many rows."""
        missing = rows - len(self.counts)
        if missing <= 0:
            return
        # Room for some more, so that a growing floor is not copied at every new agent.
        missing += rows // _ROOM
        self.counts = np.concatenate((self.counts, np.zeros((missing, COLUMN_COUNT), np.int64)))
        waits = np.zeros((len(self.waits) + missing, WAIT_BUCKETS), self.waits.dtype)
        waits[: len(self.waits)] = self.waits
        self.waits = waits
        self.longest_us = np.concatenate((self.longest_us, np.full(missing, NOBODY, np.int64)))

    def add(self, part: Part) -> None:
        """Add what a tally counts for these rows; there must be room."""
        np.add.at(self.counts.reshape(-1), part.count_places, part.counts)
        self._widen(part)
        # Where amounts are taken back the two bytes go round, and come round again.
        waits = part.waits.astype(self.waits.dtype)
        np.add.at(self.waits.reshape(-1), part.wait_places, waits)
        np.maximum.at(self.longest_us, part.longest_rows, part.longest_us)

    def take(self, part: Part) -> None:
        """Take away what was added; the longest waits that go with it become doubtful."""
        np.subtract.at(self.counts.reshape(-1), part.count_places, part.counts)
        waits = part.waits.astype(self.waits.dtype)
        np.subtract.at(self.waits.reshape(-1), part.wait_places, waits)
        leaving = part.longest_us >= self.longest_us[part.longest_rows]
        self.doubtful.update(part.longest_rows[leaving].tolist())

    def clear(self) -> None:
        self.counts[:] = 0
        self.waits[:] = 0
        self.longest_us[:] = NOBODY
        self.doubtful.clear()

    def copy_of(self, other: Block) -> None:
        """Be what the other is, in rows of one's own."""
        self.counts = other.counts.copy()
        self.waits = other.waits.copy()
        self.longest_us = other.longest_us.copy()
        self.doubtful = set(other.doubtful)

    def keep(self, rows: Ints) -> None:
        """Keep these rows alone, numbered anew from 0 in this order; -1 stands for a new one."""
        new_of = {old: new for new, old in enumerate(rows.tolist())}
        self.counts = regrouped(self.counts, rows, 0)
        self.waits = regrouped(self.waits, rows, 0)
        self.longest_us = regrouped(self.longest_us, rows, NOBODY)
        self.doubtful = {new_of[row] for row in self.doubtful if row in new_of}

    def _widen(self, part: Part) -> None:
        """Go over to four bytes a wait where one row has so many that two may not do."""
        if self.waits.dtype != np.uint16 or not len(part.wait_places):
            return
        rows = part.wait_places // WAIT_BUCKETS
        if self.counts[rows, _ANSWERED_WAITED].max() > _SMALL_MAX:
            self.waits = self.waits.astype(np.int32)
