"""Panes of 5 s that hold what happened in them, and the days that older panes settle into.

    time ──▶   … │ settled into days │ pane │ pane │ … │ newest pane │
                                     └── at least the newest 2,880 ──┘

Measurements are appended to plain lists, which is the cheapest thing Python can do with them,
and folded into the panes in one grouped sum.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from stream.contract.figures import PANE_US, PANES_HELD
from stream.contract.instants import DAY_US, MINUTE_US
from stream.windows.columns import STATE_TIME_COLUMN, STRIDE
from stream.windows.days import DayClock
from stream.windows.sparse import Ints, Tally, ints

# An event may be 5 minutes ahead of the instant that is shown, whose longest window then begins
# 5 minutes before the panes that the event leaves.
_KEPT: Final = PANES_HELD + 5 * MINUTE_US // PANE_US
# Yesterday's midnight lies within three days of now in every zone.
_DAYS_CUT: Final = 3
# Panes are settled a minute's worth at a time: one sum for twelve instead of one for each.
_SETTLED_AT_ONCE: Final = 12
_FOLD_AT: Final = 65_536


class Piece(NamedTuple):
    """A closed stretch of an agent's time in one state other than offline: [start, end) in
    microseconds. It lies in the pane of its last microsecond and in one local day."""

    agent: str
    state: str
    start: int
    end: int


class Pane:
    """All that happened in 5 s: the tally and the agents' pieces of time that ended there."""

    __slots__ = ("pieces", "tally")

    def __init__(self, tally: Tally | None = None, pieces: list[Piece] | None = None) -> None:
        self.tally = Tally() if tally is None else tally
        self.pieces: list[Piece] = [] if pieces is None else pieces


class Measured:
    """Measurements not yet folded: parallel lists, and each list's length is a bookmark."""

    __slots__ = ("amounts", "codes", "longest_cells", "longest_panes", "longest_us", "panes")

    def __init__(self) -> None:
        self.panes: list[int] = []
        self.codes: list[int] = []
        self.amounts: list[int] = []
        self.longest_panes: list[int] = []
        self.longest_cells: list[int] = []
        self.longest_us: list[int] = []

    def count(self, pane: int, cell: int, column: int, amount: int = 1) -> None:
        """Add `amount` to a column of a cell."""
        self.panes.append(pane)
        self.codes.append(cell * STRIDE + column)
        self.amounts.append(amount)

    def longest(self, pane: int, cell: int, wait_us: int) -> None:
        """Offer a wait as the cell's longest."""
        self.longest_panes.append(pane)
        self.longest_cells.append(cell)
        self.longest_us.append(wait_us)

    def bookmark(self) -> tuple[int, int]:
        return len(self.panes), len(self.longest_panes)

    def cut(self, bookmark: tuple[int, int]) -> Measured:
        """Take out what was added since the bookmark."""
        counts, waits = bookmark
        taken = Measured()
        for name, since in zip(_LISTS, (counts,) * 3 + (waits,) * 3, strict=True):
            values: list[int] = getattr(self, name)
            setattr(taken, name, values[since:])
            del values[since:]
        return taken

    def extend(self, other: Measured) -> None:
        for name in _LISTS:
            getattr(self, name).extend(getattr(other, name))

    def clear(self) -> None:
        for name in _LISTS:
            getattr(self, name).clear()

    def by_pane(self) -> dict[int, Tally]:
        """One tally a pane; the lists are empty after."""
        tallies = {
            pane: Tally(codes=codes, amounts=amounts)
            for pane, codes, amounts in _grouped(self.panes, self.codes, self.amounts, np.add)
        }
        for pane, cells, longest_us in _grouped(
            self.longest_panes, self.longest_cells, self.longest_us, np.maximum
        ):
            counted = tallies.get(pane, Tally())
            tallies[pane] = Tally(counted.codes, counted.amounts, cells, longest_us)
        self.clear()
        return tallies


_LISTS: Final = ("panes", "codes", "amounts", "longest_panes", "longest_cells", "longest_us")


def _grouped(
    panes: list[int], keys: list[int], values: list[int], combine: np.ufunc
) -> Iterator[tuple[int, Ints, Ints]]:
    """(pane, keys, values) for each pane, each key once with its values combined."""
    if not panes:
        return
    pane, key, value = ints(panes), ints(keys), ints(values)
    order = np.lexsort((key, pane))
    pane, key = pane[order], key[order]
    new_pane = np.r_[True, pane[1:] != pane[:-1]]
    starts = np.flatnonzero(new_pane | np.r_[True, key[1:] != key[:-1]])
    value = combine.reduceat(value[order], starts)
    pane, key = pane[starts], key[starts]
    firsts = np.flatnonzero(new_pane[starts])
    for first, end in zip(firsts.tolist(), [*firsts[1:].tolist(), len(pane)], strict=True):
        yield int(pane[first]), key[first:end], value[first:end]


class Settled(NamedTuple):
    """What one local day, of one time zone, holds of the panes that are no longer kept."""

    zone: str
    day: int


class Panes:
    """The panes of one partition, and what has settled out of them.

    `zones` are those in which a `today` is asked for. With `all_time` the settled panes are also
    kept as one total (for computing from files).
    """

    def __init__(self, zones: Iterable[ZoneInfo], *, all_time: bool = False) -> None:
        self.panes: dict[int, Pane] = {}
        self.days: dict[Settled, Tally] = {}
        self.ever: Tally | None = Tally() if all_time else None
        # Panes before this one are settled.
        self.first_kept: int | None = None
        self.changed: set[int] = set()
        # Panes that settled since this was last emptied.
        self.left: set[int] = set()
        self.settled_changed = False
        # While events are read again that the panes hold already, measurements are dropped.
        self.replaying = False
        self.measured = Measured()
        self.measured_late = Measured()
        self._clocks = [DayClock(zone) for zone in zones]
        self.zones = {clock.zone.key for clock in self._clocks}

    def add_piece(self, piece: Piece, cell: int, newest_pane: int) -> None:
        """Add a stretch of an agent's time, cut at every midnight that it crosses."""
        if self.replaying:
            return
        # Days before yesterday are not asked for again, so what lies there is one stretch: an
        # agent whose clock began in 1970 is not cut twenty thousand times.
        oldest = newest_pane * PANE_US - _DAYS_CUT * DAY_US
        cuts: set[int] = set()
        for clock in self._clocks:
            cuts.update(clock.midnights_between(max(piece.start, oldest), piece.end))
        edges = [piece.start, *sorted(cuts), piece.end]
        column = STATE_TIME_COLUMN[piece.state]
        for start, end in pairwise(edges):
            number = (end - 1) // PANE_US
            if number <= newest_pane - PANES_HELD:
                self.measured_late.count(number, cell, column, end - start)
                continue
            self.measured.count(number, cell, column, end - start)
            pane = self.panes.setdefault(number, Pane())
            pane.pieces.append(Piece(piece.agent, piece.state, start, end))
            self.changed.add(number)

    def fold_if_large(self, newest_pane: int) -> None:
        if len(self.measured.panes) >= _FOLD_AT:
            self.fold(newest_pane)

    def fold(self, newest_pane: int) -> None:
        """Bring the measurements into the panes, and settle the panes that are too old to keep."""
        if self.replaying:
            self.measured.clear()
            self.measured_late.clear()
            return
        late = self.measured_late.by_pane()
        for number, tally in self.measured.by_pane().items():
            if self.first_kept is not None and number < self.first_kept:
                late[number] = Tally.total((late.get(number, Tally()), tally))
                continue
            pane = self.panes.setdefault(number, Pane())
            pane.tally = Tally.total((pane.tally, tally)) if pane.tally else tally
            self.changed.add(number)
        self._settle(late)
        first_needed = newest_pane - _KEPT + 1
        oldest = self.first_kept
        if oldest is None:
            oldest = min(self.panes, default=first_needed)
        if first_needed - oldest >= _SETTLED_AT_ONCE:
            leaving = [number for number in self.panes if number < first_needed]
            self._settle({number: self.panes.pop(number).tally for number in leaving})
            self.changed.difference_update(leaving)
            self.left.update(leaving)
            self.first_kept = first_needed
            self.settled_changed = True
        if self.settled_changed:
            self._forget_days(newest_pane)

    def _settle(self, tallies: dict[int, Tally]) -> None:
        if not tallies:
            return
        self.settled_changed = True
        for clock in self._clocks:
            by_day: dict[int, list[Tally]] = {}
            for number, tally in tallies.items():
                by_day.setdefault(clock.day_of(number * PANE_US), []).append(tally)
            for day, parts in by_day.items():
                key = Settled(clock.zone.key, day)
                self.days[key] = Tally.total((self.days.get(key, Tally()), *parts))
        if self.ever is not None:
            self.ever = Tally.total((self.ever, *tallies.values()))

    def _forget_days(self, newest_pane: int) -> None:
        # The newest event may be minutes ahead of the instant that is shown, so yesterday stays.
        newest_day = {clock.zone.key: clock.day_of(newest_pane * PANE_US) for clock in self._clocks}
        for key in [key for key in self.days if key.day < newest_day[key.zone] - 1]:
            del self.days[key]
