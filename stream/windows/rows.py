"""The rows of the totals: whom each cell counts for, and a tally spread over them.

There are two kinds, numbered apart: groups (the floor, each queue, each channel), which are few and
shown in every frame, and agents, who are many and shown one by one only when somebody asks.
"""

from __future__ import annotations

from collections import Counter
from typing import Final, NamedTuple

import numpy as np

from stream.windows.cells import Cell, Cells
from stream.windows.columns import COLUMN_COUNT, STRIDE, WAIT_BASE, WAIT_BUCKETS
from stream.windows.sparse import Ints, Tally

Group = tuple[str, str]
FLOOR: Final[Group] = ("floor", "")

# Names beyond these get no row of their own, and are counted; what they did still counts for the
# floor. An agent's row takes some 2 KiB in every window, a queue's twice that.
GROUPS_MAX: Final = 20_000
AGENTS_MAX: Final = 50_000
# What the two limits are called where it is told that they were reached.
GROUPS_KEPT: Final = "queues_kept"
AGENTS_KEPT: Final = "agents_kept"

_NO_ROW: Final = -1


class Part(NamedTuple):
    """What a tally adds to one kind of rows: parallel arrays. Places lie in the flattened tables
    [rows, columns] and [rows, buckets]."""

    count_places: Ints
    counts: Ints
    wait_places: Ints
    waits: Ints
    longest_rows: Ints
    longest_us: Ints


class Spread(NamedTuple):
    """A tally at every row that it counts for."""

    groups: Part
    agents: Part


class Rows:
    """Numbers for groups and agents, given in the order in which they are met. The floor is 0."""

    def __init__(
        self, cells: Cells, *, groups_max: int = GROUPS_MAX, agents_max: int = AGENTS_MAX
    ) -> None:
        self.groups_max = groups_max
        self.agents_max = agents_max
        self.groups: dict[Group, int] = {FLOOR: 0}
        self.agents: dict[str, int] = {}
        # The channels that anybody waited in or anything was counted for, by queue.
        self.channels: dict[str, set[str]] = {}
        # How often a name came that had to be left without a row, by kind.
        self.refused = Counter[str]()
        self._cells = cells
        self._known = 0
        # [cells, 4]: the floor, a queue, a channel, then an agent.
        self._rows_of_cell = np.zeros((0, 4), np.int64)

    def of(self, cells: Cells) -> Rows:
        """Rows with the same bounds for other cells, none of them met yet."""
        return Rows(cells, groups_max=self.groups_max, agents_max=self.agents_max)

    @property
    def queue_count(self) -> int:
        """How many queues there are."""
        return len(self.named("queue"))

    def named(self, dimension: str) -> dict[str, int]:
        """The groups of one dimension: name to row."""
        return {name: row for (kind, name), row in self.groups.items() if kind == dimension}

    def group(self, dimension: str, name: str) -> int:
        """The row of a queue or a channel, -1 where there is no room for it."""
        row = self.groups.get((dimension, name))
        if row is None:
            if len(self.groups) >= self.groups_max:
                self.refused[GROUPS_KEPT] += 1
                return _NO_ROW
            row = self.groups[dimension, name] = len(self.groups)
        return row

    def agent(self, name: str) -> int:
        """The row of an agent, -1 where there is no room for it."""
        row = self.agents.get(name)
        if row is None:
            if len(self.agents) >= self.agents_max:
                self.refused[AGENTS_KEPT] += 1
                return _NO_ROW
            row = self.agents[name] = len(self.agents)
        return row

    def spread(self, tally: Tally) -> Spread:
        """The tally with each amount at every row that its cell counts for."""
        rows_of_cell = self.of_cells()
        cells, columns = tally.codes // STRIDE, tally.codes % STRIDE
        waits = columns >= WAIT_BASE
        rows, longest_rows = rows_of_cell[cells], rows_of_cell[tally.cells]
        entries = [
            (rows[~waits], columns[~waits], tally.amounts[~waits]),
            (rows[waits], columns[waits] - WAIT_BASE, tally.amounts[waits]),
            (longest_rows, np.zeros(len(tally.cells), np.int64), tally.longest_us),
        ]
        widths = (COLUMN_COUNT, WAIT_BUCKETS, 1)
        return Spread(
            *(
                Part(
                    *(
                        array
                        for entry, width in zip(entries, widths, strict=True)
                        for array in _placed(*entry, width, kinds)
                    )
                )
                for kinds in (range(3), range(3, 4))
            )
        )

    def longest(self, tally: Tally) -> tuple[tuple[Ints, Ints], tuple[Ints, Ints]]:
        """The longest waits alone, for groups and for agents: rows, and microseconds at each."""
        rows = self.of_cells()[tally.cells]
        none = np.zeros(len(tally.cells), np.int64)
        return (
            _placed(rows, none, tally.longest_us, 1, range(3)),
            _placed(rows, none, tally.longest_us, 1, range(3, 4)),
        )

    def of_cells(self) -> Ints:
        """The rows that each cell counts for, -1 where it has none: [cells, 4]. Cells that are
        new get theirs."""
        count = len(self._cells)
        if self._known < count:
            if count > len(self._rows_of_cell):
                # Room for as many again, so that a growing floor is not copied at every new cell.
                room = np.zeros((2 * count - len(self._rows_of_cell), 4), np.int64)
                self._rows_of_cell = np.concatenate((self._rows_of_cell, room))
            added = [self._rows_of(cell) for cell in self._cells.since(self._known)]
            self._rows_of_cell[self._known : count] = added
            self._known = count
        return self._rows_of_cell

    def _rows_of(self, cell: Cell) -> tuple[int, int, int, int]:
        if cell.queue is not None and cell.channel is not None:
            self.channels.setdefault(cell.queue, set()).add(cell.channel)
        return (
            0,
            _NO_ROW if cell.queue is None else self.group("queue", cell.queue),
            _NO_ROW if cell.channel is None else self.group("channel", cell.channel),
            _NO_ROW if cell.agent is None else self.agent(cell.agent),
        )


def _placed(
    rows: Ints, columns: Ints, amounts: Ints, width: int, kinds: range
) -> tuple[Ints, Ints]:
    """The places and amounts of those of an entry's rows that there are."""
    places, values = [], []
    for kind in kinds:
        of_kind = rows[:, kind]
        if kind == 0:
            # Everything counts for the floor, whose row is 0.
            places.append(columns)
            values.append(amounts)
            continue
        known = np.flatnonzero(of_kind != _NO_ROW)
        places.append(of_kind[known] * width + columns[known])
        values.append(amounts[known])
    return np.concatenate(places), np.concatenate(values)
