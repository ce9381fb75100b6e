"""Sparse vectors of whole numbers: what a pane, a day or a whole log adds up to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

_NONE: Final[Ints] = np.empty(0, np.int64)


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


def starts_of_runs(keys: Ints) -> Ints:
    """Where each run of equal keys begins; there is at least one key."""
    change = np.empty(len(keys), bool)
    change[0] = True
    np.not_equal(keys[1:], keys[:-1], out=change[1:])
    return np.flatnonzero(change)
