"""Panes of 5 s that hold what happened in them, and the days that older panes settle into.

    time ──▶   … │ settled into days │ pane │ pane │ … │ newest pane │
                                     └── at least the newest 2,880 ──┘

Measurements are appended to plain lists, which is the cheapest thing Python can do with them,
and folded into the panes in one grouped sum.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from stream.contract.figures import PANE_US, PANES_HELD
from stream.contract.instants import DAY_US, MINUTE_US
from stream.windows.columns import (
    COLUMN,
    STATE_TIME_COLUMN,
    STRIDE,
    WAIT_BASE,
    wait_buckets,
)
from stream.windows.days import DayClock, StretchClock
from stream.windows.sparse import Ints, Tally, ints, starts_of_runs

# An event may be 5 minutes ahead of the instant that is shown, whose longest window then begins
# 5 minutes before the panes that the event leaves.
_KEPT: Final = PANES_HELD + 5 * MINUTE_US // PANE_US
# Yesterday's midnight lies within three days of now in every zone.
_DAYS_CUT: Final = 3
# Panes are settled a minute's worth at a time: one sum for twelve instead of one for each.
_SETTLED_AT_ONCE: Final = 12
_FOLD_AT: Final = 65_536

ANSWERED_WAITED: Final = COLUMN["answered_waited"]
WAIT_SUM: Final = COLUMN["wait_sum_us"]


class Piece(NamedTuple):
    """A closed stretch of an agent's time in one state other than offline: [start, end) in
    microseconds. It lies in the pane of its last microsecond and in one local day."""

    agent: str
    state: str
    start: int
    end: int


PlainPiece = tuple[str, str, int, int]


class Where(NamedTuple):
    """A pane's pieces, and which others belong to them: those that begin from `first` on and end
    after `low` and not after `high`."""

    told: list[PlainPiece]
    first: int
    low: int
    high: int


NOWHERE: Final = Where([], 0, 0, 0)
CellKey = tuple[str | None, str | None, str | None]


class Pane:
    """All that happened in 5 s: the tally and the agents' pieces of time that ended there."""

    __slots__ = ("pieces", "tally")

    def __init__(self, tally: Tally | None = None, pieces: Iterable[PlainPiece] = ()) -> None:
        self.tally = Tally() if tally is None else tally
        self.pieces: list[PlainPiece] = list(pieces)


class Bulk(NamedTuple):
    """Many measurements as arrays of int64, in runs that each lie in one pane.

    `panes` has the pane of each run, `starts` [runs, 3] how long `ones`, `sums` and `waits` were
    when it began; the three are as in `Measured`.
    """

    panes: Ints
    starts: Ints
    ones: Ints
    sums: Ints
    waits: Ints

    def lengths(self) -> Ints:
        """How many entries of the three kinds each run has: [runs, 3]."""
        ends = np.array([[len(self.ones), len(self.sums), len(self.waits)]], np.int64)
        edges = np.concatenate((self.starts, ends))
        return (edges[1:] - edges[:-1]) // ints((1, 2, 2))


class Measured:
    """Measurements not yet folded, in runs that each lie in one pane.

    `ones` are codes that count one more; `sums` a code and its amount in turn; `waits` a cell's
    first code and an answered wait in turn: its count, its sum, its bucket, perhaps the longest.
    Who enters something begins a run of its pane first; `panes` has the pane of each run.
    """

    __slots__ = ("bulks", "ones", "panes", "starts", "sums", "waits")

    def __init__(self) -> None:
        self.ones: list[int] = []
        self.sums: list[int] = []
        self.waits: list[int] = []
        self.panes: list[int] = []
        # How long `ones`, `sums` and `waits` were when each run began.
        self.starts: list[tuple[int, int, int]] = []
        self.bulks: list[Bulk] = []

    def __bool__(self) -> bool:
        return len(self) > 0

    def __len__(self) -> int:
        """How many entries there are."""
        bulks = sum(
            len(bulk.ones) + len(bulk.sums) // 2 + len(bulk.waits) // 2 for bulk in self.bulks
        )
        return bulks + len(self.ones) + len(self.sums) // 2 + len(self.waits) // 2

    @property
    def begun(self) -> bool:
        """Whether any run was begun: something happened, be it nothing that is measured."""
        return bool(self.panes or self.bulks)

    def begin(self, pane: int) -> None:
        """What is entered from here on lies in the pane."""
        self.panes.append(pane)
        self.starts.append(self._ends())

    def take(self, bulk: Bulk) -> None:
        """Enter many measurements, in runs of their own."""
        self.bulks.append(bulk)

    def cut(self) -> Measured:
        """Take out the last run."""
        taken = Measured()
        taken.begin(self.panes.pop())
        for name, start in zip(_LISTS, self.starts.pop(), strict=True):
            values: list[int] = getattr(self, name)
            getattr(taken, name).extend(values[start:])
            del values[start:]
        return taken

    def extend(self, other: Measured) -> None:
        """Enter all that another holds; the next to be entered begins a run."""
        ones, sums, waits = self._ends()
        self.panes.extend(other.panes)
        self.starts.extend((ones + a, sums + b, waits + c) for a, b, c in other.starts)
        for name in _LISTS:
            getattr(self, name).extend(getattr(other, name))
        self.bulks.extend(other.bulks)

    def clear(self) -> None:
        for name in (*_LISTS, "panes", "starts", "bulks"):
            getattr(self, name).clear()

    def by_pane(self) -> dict[int, Tally]:
        """One tally a pane; the lists are empty after."""
        if not self:
            self.clear()
            return {}
        bulk, lengths = self._joined()
        numbers, pane_of_run = np.unique(bulk.panes, return_inverse=True)
        ones, sums, waits = (np.repeat(pane_of_run, length) for length in lengths.T)
        codes, amounts = bulk.sums.reshape(-1, 2).T
        wait_bases, waits_us = bulk.waits.reshape(-1, 2).T
        # (where in `numbers` the pane is, code, amount), many at a time.
        entries = (
            (ones, bulk.ones, _ones(ones)),
            (sums, codes, amounts),
            (waits, wait_bases + ANSWERED_WAITED, _ones(waits)),
            (waits, wait_bases + WAIT_SUM, waits_us),
            (waits, wait_bases + WAIT_BASE + wait_buckets(waits_us), _ones(waits)),
        )
        panes = numbers.tolist()
        places, keys, values = map(np.concatenate, zip(*entries, strict=True))
        counted = _by_pane(panes, places, keys, values, np.add)
        longest = _by_pane(panes, waits, wait_bases // STRIDE, waits_us, np.maximum)
        self.clear()
        return {
            pane: Tally(codes, amounts, *longest.get(pane, ()))
            for pane, (codes, amounts) in counted.items()
        }

    def _joined(self) -> tuple[Bulk, Ints]:
        """All measurements as one bulk, but for its `starts`, and the lengths of its runs."""
        own = Bulk(
            ints(self.panes),
            np.array(self.starts, np.int64).reshape(-1, 3),
            ints(self.ones),
            ints(self.sums),
            ints(self.waits),
        )
        parts = [*self.bulks, own]
        return (
            Bulk(*map(np.concatenate, zip(*parts, strict=True))),
            np.concatenate([part.lengths() for part in parts]),
        )

    def _ends(self) -> tuple[int, int, int]:
        return len(self.ones), len(self.sums), len(self.waits)


_LISTS: Final = ("ones", "sums", "waits")


def _ones(like: Ints) -> Ints:
    return np.ones(len(like), np.int64)


def _by_pane(
    panes: list[int], places: Ints, keys: Ints, values: Ints, combine: np.ufunc
) -> dict[int, tuple[Ints, Ints]]:
    """For each pane its keys, sorted and each once, with their values combined. `places` are
    where in `panes` each key's pane stands."""
    if not len(keys):
        return {}
    # Pane and key as one number, so that one sort groups both.
    span = int(keys.max()) + 1
    joined = places * span + keys
    order = np.argsort(joined)
    joined = joined[order]
    starts = starts_of_runs(joined)
    values = combine.reduceat(values[order], starts)
    place, key = np.divmod(joined[starts], span)
    edges = [*starts_of_runs(place).tolist(), len(place)]
    return {
        panes[place[first]]: (key[first:end], values[first:end]) for first, end in pairwise(edges)
    }


class Settled(NamedTuple):
    """What one local day, of one time zone, holds of the panes that are no longer kept."""

    zone: str
    day: int


class Panes:
    """The panes of one partition, and what has settled out of them.

    `zones` are those in which a `today` is asked for, and `stretches` are asked for like days. With
    `all_time` the settled panes are also kept as one total (for computing from files).
    """

    def __init__(
        self,
        zones: Iterable[ZoneInfo],
        *,
        all_time: bool = False,
        stretches: Iterable[StretchClock] = (),
    ) -> None:
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
        self._clocks: list[DayClock] = [*map(DayClock, zones), *stretches]
        self.zones = {clock.name for clock in self._clocks}

    def add_pieces(
        self, pieces: Iterable[PlainPiece], bases: Mapping[CellKey, int], newest_pane: int
    ) -> None:
        """Add stretches of agents' time, cut at every midnight that they cross. `bases` has the
        first code of each cell."""
        if self.replaying:
            return
        sums = self.measured.sums
        told, first, low, high = NOWHERE
        for piece in pieces:
            agent, state, start, end = piece
            code = bases[None, None, agent] + STATE_TIME_COLUMN[state]
            # Ends in the pane whose pieces are `told`, on the day on which it began.
            if low < end <= high and first <= start:
                sums.extend((code, end - start))
                told.append(piece)
            else:
                where = self.add_piece(piece, code, newest_pane)
                if where is not None:
                    told, first, low, high = where

    def add_piece(self, piece: PlainPiece, code: int, newest_pane: int) -> Where | None:
        """Add one stretch; returns where others may follow it, None where all of it is late."""
        where = None
        for part in self._cut_at_midnights(piece, newest_pane):
            start, end = part[2:]
            number = (end - 1) // PANE_US
            if number <= newest_pane - PANES_HELD:
                self.measured_late.begin(number)
                self.measured_late.sums.extend((code, end - start))
                continue
            told = self._pieces_of(number)
            self.measured.sums.extend((code, end - start))
            told.append(part)
            first, end_of_day = self._common_day
            low, high = number * PANE_US, min((number + 1) * PANE_US, end_of_day)
            where = Where(told, first, low, high)
        return where

    def _pieces_of(self, number: int) -> list[PlainPiece]:
        """Where a pane's pieces go; their times go into the run that begins here."""
        pane = self.panes.get(number)
        if pane is None:
            pane = self.panes[number] = Pane()
        self.measured.begin(number)
        self.changed.add(number)
        return pane.pieces

    def _cut_at_midnights(self, piece: PlainPiece, newest_pane: int) -> Sequence[PlainPiece]:
        agent, state, start, end = piece
        # Days before yesterday are not asked for again, so what lies there is one stretch: an
        # agent whose clock began in 1970 is not cut twenty thousand times.
        oldest = newest_pane * PANE_US - _DAYS_CUT * DAY_US
        cuts: set[int] = set()
        for clock in self._clocks:
            cuts.update(clock.midnights_between(max(start, oldest), end))
        edges = [start, *sorted(cuts), end]
        return [(agent, state, begin, stop) for begin, stop in pairwise(edges)]

    @property
    def _common_day(self) -> tuple[int, int]:
        """A stretch of time in which no zone has a midnight: [start, end)."""
        days = [clock.day_at_hand for clock in self._clocks]
        return max(first for first, _ in days), min(end for _, end in days)

    def fold_if_large(self, newest_pane: int) -> None:
        if len(self.measured) >= _FOLD_AT:
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
                key = Settled(clock.name, day)
                self.days[key] = Tally.total((self.days.get(key, Tally()), *parts))
        if self.ever is not None:
            self.ever = Tally.total((self.ever, *tallies.values()))

    def _forget_days(self, newest_pane: int) -> None:
        # The newest event may be minutes ahead of the instant that is shown, so yesterday stays.
        newest_day = {clock.name: clock.day_of(newest_pane * PANE_US) for clock in self._clocks}
        for key in [key for key in self.days if key.day < newest_day[key.zone] - 1]:
            del self.days[key]
