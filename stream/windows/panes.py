"""Panes of 5 s that hold what happened in them, and the days that older panes settle into.

    time ──▶   … │ settled into days │ pane │ pane │ … │ newest pane │
                                     └── at least the newest 2,880 ──┘

Measurements are appended to plain lists, which is the cheapest thing Python can do with them,
and folded into the panes in one grouped sum.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from stream.contract.figures import PANE_US, PANES_HELD
from stream.contract.instants import DAY_US, MINUTE_US
from stream.windows.columns import (
    BUCKET_STARTS_US,
    COLUMN,
    STATE_TIME_COLUMN,
    STRIDE,
    WAIT_BASE,
)
from stream.windows.days import DayClock
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
_BUCKET_STARTS: Final = ints(BUCKET_STARTS_US)


class Piece(NamedTuple):
    """A closed stretch of an agent's time in one state other than offline: [start, end) in
    microseconds. It lies in the pane of its last microsecond and in one local day."""

    agent: str
    state: str
    start: int
    end: int


PlainPiece = tuple[str, str, int, int]


class Pane:
    """All that happened in 5 s: the tally and the agents' pieces of time that ended there."""

    __slots__ = ("pieces", "tally")

    def __init__(self, tally: Tally | None = None, pieces: Iterable[PlainPiece] = ()) -> None:
        self.tally = Tally() if tally is None else tally
        self.pieces: list[PlainPiece] = list(pieces)


class Measured:
    """Measurements not yet folded, in runs that each lie in one pane.

    `ones` are codes that count one more, `codes` with `amounts` those that count other amounts,
    and `wait_bases` with `waits_us` answered waits, each with its cell's first code. Whoever has
    entered something begins a run of the pane first; `panes` has the pane of each run.
    """

    __slots__ = ("amounts", "codes", "ones", "panes", "starts", "wait_bases", "waits_us")

    def __init__(self) -> None:
        self.ones: list[int] = []
        self.codes: list[int] = []
        self.amounts: list[int] = []
        self.wait_bases: list[int] = []
        self.waits_us: list[int] = []
        self.panes: list[int] = []
        # How long `ones`, `codes` and `waits_us` were when each run began.
        self.starts: list[tuple[int, int, int]] = []

    def __bool__(self) -> bool:
        return bool(self.ones or self.codes or self.waits_us)

    def begin(self, pane: int) -> None:
        """What is entered from here on lies in the pane."""
        self.panes.append(pane)
        self.starts.append((len(self.ones), len(self.codes), len(self.waits_us)))

    def add(self, code: int, amount: int) -> None:
        """Add an amount to a column of a cell."""
        self.codes.append(code)
        self.amounts.append(amount)

    def waited(self, base: int, wait_us: int) -> None:
        """Enter an answered wait: its count, its sum, its bucket, and perhaps the longest."""
        self.wait_bases.append(base)
        self.waits_us.append(wait_us)

    def cut(self) -> Measured:
        """Take out the last run."""
        ones, codes, waits = self.starts.pop()
        taken = Measured()
        taken.begin(self.panes.pop())
        for name, start in zip(_LISTS, (ones, codes, codes, waits, waits), strict=True):
            values: list[int] = getattr(self, name)
            getattr(taken, name).extend(values[start:])
            del values[start:]
        return taken

    def extend(self, other: Measured) -> None:
        """Enter all that another holds; the next to be entered begins a run."""
        ones, codes, waits = len(self.ones), len(self.codes), len(self.waits_us)
        self.panes.extend(other.panes)
        self.starts.extend((ones + a, codes + b, waits + c) for a, b, c in other.starts)
        for name in _LISTS:
            getattr(self, name).extend(getattr(other, name))

    def clear(self) -> None:
        for name in (*_LISTS, "panes", "starts"):
            getattr(self, name).clear()

    def by_pane(self) -> dict[int, Tally]:
        """One tally a pane; the lists are empty after."""
        if not self:
            self.clear()
            return {}
        numbers, pane_of_run = np.unique(ints(self.panes), return_inverse=True)
        ends = [*self.starts[1:], (len(self.ones), len(self.codes), len(self.waits_us))]
        lengths = np.array(ends, np.int64) - np.array(self.starts, np.int64)
        ones, amounts, waits = (np.repeat(pane_of_run, length) for length in lengths.T)
        wait_bases, waits_us = ints(self.wait_bases), ints(self.waits_us)
        told = _by_pane(
            numbers.tolist(),
            np.concatenate((ones, amounts, waits, waits, waits)),
            np.concatenate(
                (
                    ints(self.ones),
                    ints(self.codes),
                    wait_bases + ANSWERED_WAITED,
                    wait_bases + WAIT_SUM,
                    wait_bases + WAIT_BASE + _buckets(waits_us),
                )
            ),
            np.concatenate((_ones(ones), ints(self.amounts), _ones(waits), waits_us, _ones(waits))),
            np.add,
        )
        longest = _by_pane(numbers.tolist(), waits, wait_bases // STRIDE, waits_us, np.maximum)
        self.clear()
        return {
            pane: Tally(codes, amounts, *longest.get(pane, ()))
            for pane, (codes, amounts) in told.items()
        }


_LISTS: Final = ("ones", "codes", "amounts", "wait_bases", "waits_us")


def _buckets(waits_us: Ints) -> Ints:
    return np.searchsorted(_BUCKET_STARTS, waits_us, side="right") - 1


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

    def add_pieces(
        self, pieces: Iterable[PlainPiece], base_of: Callable[[str], int], newest_pane: int
    ) -> None:
        """Add stretches of agents' time, cut at every midnight that they cross. `base_of` has the
        first code of an agent's cell."""
        if self.replaying:
            return
        first, end_of_day = self._common_day
        last_late = newest_pane - PANES_HELD
        for piece in pieces:
            agent, state, start, end = piece
            if not (first <= start and end <= end_of_day):
                parts = self._cut_at_midnights(piece, newest_pane)
                first, end_of_day = self._common_day
            else:
                parts = [piece]
            code = base_of(agent) + STATE_TIME_COLUMN[state]
            for part in parts:
                number = (part[3] - 1) // PANE_US
                measured = self.measured if number > last_late else self.measured_late
                if not measured.panes or measured.panes[-1] != number:
                    measured.begin(number)
                measured.add(code, part[3] - part[2])
                if number > last_late:
                    pane = self.panes.get(number)
                    if pane is None:
                        pane = self.panes[number] = Pane()
                    pane.pieces.append(part)
                    self.changed.add(number)

    def _cut_at_midnights(self, piece: PlainPiece, newest_pane: int) -> list[PlainPiece]:
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
        if len(self.measured.ones) + len(self.measured.codes) >= _FOLD_AT:
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
