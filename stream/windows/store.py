"""The panes that a reader keeps, of all partitions, and the longest waits in a stretch of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np

from stream.windows.blocks import NOBODY
from stream.windows.columns import STRIDE
from stream.windows.rows import Rows, Spread
from stream.windows.sparse import Ints, PackedTally, Tally

# Panes are spread over the rows so many at a time, so that what lies between stays small.
_SPREAD_AT_ONCE: Final = 32
# The longest waits are also kept of so many panes together: a minute, and twelve.
_STEPS: Final = (12, 144)

Longest = tuple[Ints, Ints]


class PaneStore:
    """The panes of all partitions, by pane and partition."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._panes: dict[int, dict[int, Tally | PackedTally]] = {}
        # (panes together, which) to the longest waits in them, by row of groups and of agents;
        # made when first asked for.
        self._longest: dict[tuple[int, int], Longest] = {}
        # How many panes and tables of longest waits were looked at, to see how the work grows.
        self.looked_at = 0

    def get(self, pane: int, partition: int) -> Tally | None:
        """A partition's pane, whole."""
        known = self._panes.get(pane, {}).get(partition)
        return known.tally() if isinstance(known, PackedTally) else known

    def put(self, pane: int, partition: int, tally: Tally, *, packed: bool = True) -> None:
        """Keep a partition's pane, whole: `packed` to stay, as it is to be looked at once. A pane
        only grows."""
        kept = PackedTally(tally) if packed else tally
        self._panes.setdefault(pane, {})[partition] = kept
        # Now, so that every row of a pane that is kept is known.
        self._rows.of_cells()
        for step in _STEPS:
            known = self._longest.get((step, pane // step))
            if known is not None:
                self._longest[step, pane // step] = self._with(known, tally)

    def remove(self, pane: int, partition: int) -> Tally | None:
        """Forget a partition's pane; returns what was in it."""
        tally = self.get(pane, partition)
        if tally is not None:
            partitions = self._panes[pane]
            del partitions[partition]
            if not partitions:
                del self._panes[pane]
            for step in _STEPS:
                self._longest.pop((step, pane // step), None)
        return tally

    def between(self, first: int, last: int) -> Iterator[Spread]:
        """The panes from first to last, spread over the rows, many at a time in no particular
        order."""
        tallies = list(self._tallies(first, last))
        for start in range(0, len(tallies), _SPREAD_AT_ONCE):
            yield self._rows.spread(Tally.chained(tallies[start : start + _SPREAD_AT_ONCE]))

    def longest(self, groups: Ints, agents: Ints, first: int, last: int) -> Longest:
        """The longest waits of these rows in the panes from first to last, -1 where there is
        none."""
        found = np.full(len(groups), NOBODY, np.int64), np.full(len(agents), NOBODY, np.int64)
        for of_groups, of_agents in self._covering(first, last):
            for one, rows, table in zip(
                found, (groups, agents), (of_groups, of_agents), strict=True
            ):
                known = np.flatnonzero(rows < len(table))
                one[known] = np.maximum(one[known], table[rows[known]])
        return found

    def cells(self) -> Ints:
        """The numbers of all cells that some pane counts something for, in rising order."""
        return cells_of(self._tallies(min(self._panes, default=0), max(self._panes, default=-1)))

    def renumbered(self, rows: Rows, number_of_cell: Ints) -> PaneStore:
        """The same panes for other rows, their cells numbered anew in the same order."""
        other = PaneStore(rows)
        for pane, partitions in self._panes.items():
            for partition in partitions:
                tally = self.get(pane, partition)
                assert tally is not None
                other.put(pane, partition, renumbered(tally, number_of_cell))
        return other

    def _tallies(self, first: int, last: int) -> Iterator[Tally]:
        if last - first < len(self._panes):
            numbers: Iterable[int] = range(first, last + 1)
        else:
            numbers = [pane for pane in self._panes if first <= pane <= last]
        for pane in numbers:
            for kept in self._panes.get(pane, {}).values():
                self.looked_at += 1
                yield kept.tally() if isinstance(kept, PackedTally) else kept

    def _covering(self, first: int, last: int) -> Iterator[Longest]:
        """Tables of longest waits that together cover the panes: long steps in the middle, single
        panes at the ends."""
        pane = first
        while pane <= last:
            step = next(
                (step for step in reversed(_STEPS) if pane % step == 0 and pane + step <= last + 1),
                1,
            )
            self.looked_at += 1
            if step > 1:
                yield self._of_step(step, pane // step)
            elif pane in self._panes:
                yield self._of_panes(pane, pane)
            pane += step

    def _of_step(self, step: int, which: int) -> Longest:
        known = self._longest.get((step, which))
        if known is None:
            known = self._of_panes(which * step, (which + 1) * step - 1)
            self._longest[step, which] = known
        return known

    def _of_panes(self, first: int, last: int) -> Longest:
        none = np.empty(0, np.int64)
        return self._with((none, none), Tally.chained(self._tallies(first, last)))

    def _with(self, known: Longest, tally: Tally) -> Longest:
        counts = len(self._rows.groups), len(self._rows.agents)
        tables = []
        for table, count, (rows, waits_us) in zip(
            known, counts, self._rows.longest(tally), strict=True
        ):
            if len(table) < count:
                missing = np.full(count - len(table), NOBODY, np.int64)
                table = np.concatenate((table, missing))  # noqa: PLW2901 - the same, grown
            np.maximum.at(table, rows, waits_us)
            tables.append(table)
        return tables[0], tables[1]

    def forget_steps(self, before: int) -> None:
        """Forget the longest waits of what lies wholly before a pane: no span begins there."""
        for step, which in [key for key in self._longest if (key[1] + 1) * key[0] <= before]:
            del self._longest[step, which]


def cells_of(tallies: Iterable[Tally]) -> Ints:
    """The numbers of all cells in the tallies, in rising order."""
    found = [np.unique(np.concatenate((tally.codes // STRIDE, tally.cells))) for tally in tallies]
    return np.unique(np.concatenate(found)) if found else np.empty(0, np.int64)


def renumbered(tally: Tally, number_of_cell: Ints) -> Tally:
    """The tally with its cells numbered anew, in the same order."""
    cells, columns = np.divmod(tally.codes, STRIDE)
    return Tally(
        number_of_cell[cells] * STRIDE + columns,
        tally.amounts,
        number_of_cell[tally.cells],
        tally.longest_us,
    )
