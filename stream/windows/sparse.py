"""Sparse vectors of whole numbers: what a pane, a day or a whole log adds up to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
_Number = TypeVar("_Number", bound=np.integer)

_NONE: Final[Ints] = np.empty(0, np.int64)
_INT32_MAX: Final = np.iinfo(np.int32).max


class Tally:
    """Amounts by code and the longest wait by cell, each sorted by its key.

    `codes`, `amounts`: int64 arrays of one length; `cells`, `longest_us`: likewise. Two tallies
    add up: amounts by sum, the longest wait by maximum.
    """

    __slots__ = ("amounts", "cells", "codes", "longest_us")

    def __init__(
        self,
        codes: Ints = _NONE,
        amounts: Ints = _NONE,
        cells: Ints = _NONE,
        longest_us: Ints = _NONE,
    ) -> None:
        self.codes = codes
        self.amounts = amounts
        self.cells = cells
        self.longest_us = longest_us

    def __bool__(self) -> bool:
        return len(self.codes) > 0 or len(self.cells) > 0

    @classmethod
    def total(cls, tallies: Iterable[Tally]) -> Tally:
        """The sum of tallies, one entry a code."""
        parts = [tally for tally in tallies if tally]
        if not parts:
            return cls()
        if len(parts) == 1:
            return parts[0]
        return cls(
            *grouped_sum(
                np.concatenate([part.codes for part in parts]),
                np.concatenate([part.amounts for part in parts]),
            ),
            *grouped_max(
                np.concatenate([part.cells for part in parts]),
                np.concatenate([part.longest_us for part in parts]),
            ),
        )

    @classmethod
    def chained(cls, tallies: Iterable[Tally]) -> Tally:
        """The tallies one after the other: what can only be added up, a code in many entries."""
        parts = list(tallies)
        if not parts:
            return cls()
        return cls(
            *(
                np.concatenate([getattr(part, name) for part in parts])
                for name in ("codes", "amounts", "cells", "longest_us")
            )
        )

    def since(self, before: Tally) -> Tally | None:
        """What is to be added to what the tally was before; None where a longest wait that was
        there is no more, so that adding does not do."""
        if len(before.cells):
            order = np.argsort(self.cells)
            cells, longest_us = self.cells[order], self.longest_us[order]
            place = np.searchsorted(cells, before.cells)
            if (place >= len(cells)).any() or (cells[place] != before.cells).any():
                return None
            if (longest_us[place] < before.longest_us).any():
                return None
        codes, amounts = grouped_sum(
            np.concatenate((self.codes, before.codes)),
            np.concatenate((self.amounts, -before.amounts)),
        )
        changed = np.flatnonzero(amounts)
        return Tally(codes[changed], amounts[changed], self.cells, self.longest_us)


class PackedTally:
    """A tally that is kept for hours: most amounts are 1 and need not be written down, and most of
    the others, like the numbers of cells, need four bytes."""

    __slots__ = ("_cells", "_longest_us", "_ones", "_others")

    def __init__(self, tally: Tally) -> None:
        ones = tally.amounts == 1
        large = tally.amounts > _INT32_MAX
        self._ones = narrow(tally.codes[ones])
        self._others = [
            (narrow(tally.codes[some]), narrow(tally.amounts[some]))
            for some in (~ones & ~large, large)
        ]
        self._cells = narrow(tally.cells)
        self._longest_us = narrow(tally.longest_us)

    def tally(self) -> Tally:
        """The tally; its codes are each there once, in no particular order."""
        codes, amounts = zip(*self._others, strict=True)
        return Tally(
            np.concatenate((self._ones, *codes), dtype=np.int64),
            np.concatenate((np.ones(len(self._ones), np.int64), *amounts), dtype=np.int64),
            self._cells.astype(np.int64),
            self._longest_us.astype(np.int64),
        )


def narrow(values: NDArray[np.integer]) -> NDArray[np.integer]:
    """A copy in four bytes each where all fit."""
    if len(values) and values.min() >= -_INT32_MAX and values.max() <= _INT32_MAX:
        return values.astype(np.int32)
    return values.copy()


def grouped_sum(keys: Ints, values: Ints) -> tuple[Ints, Ints]:
    """The keys, sorted and each once, with the sum of their values."""
    if not len(keys):
        return _NONE, _NONE
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    starts = starts_of_runs(keys)
    return keys[starts], np.add.reduceat(values[order], starts)


def grouped_max(keys: Ints, values: Ints) -> tuple[Ints, Ints]:
    """The keys, sorted and each once, with the largest of their values."""
    if not len(keys):
        return _NONE, _NONE
    order = np.argsort(keys, kind="stable")
    keys = keys[order]
    starts = starts_of_runs(keys)
    return keys[starts], np.maximum.reduceat(values[order], starts)


def ints(values: Sequence[int]) -> Ints:
    return np.array(values, np.int64)


def regrouped(table: NDArray[_Number], rows: Ints, empty: int) -> NDArray[_Number]:
    """The table's rows in another order, each number of `rows` an old one; `empty` where the table
    has no such row."""
    moved = np.full((len(rows), *table.shape[1:]), empty, table.dtype)
    known = np.flatnonzero((rows >= 0) & (rows < len(table)))
    moved[known] = table[rows[known]]
    return moved


def starts_of_runs(keys: Ints) -> Ints:
    """Where each run of equal keys begins; there is at least one key."""
    change = np.empty(len(keys), bool)
    change[0] = True
    np.not_equal(keys[1:], keys[:-1], out=change[1:])
    return np.flatnonzero(change)
