"""Agents' closed stretches of time, to find those that a window's beginning cuts.

A stretch lies as a whole in the pane of its last microsecond, so a window that begins in the middle
of one holds too much. Of each agent at most one stretch is cut at a time: as the beginning moves
on, those that end before it are let go, and those that begin in the panes it passes are met.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stream.contract.figures import PANE_US
from stream.windows.columns import STATE_TIME_COLUMN
from stream.windows.rows import Rows
from stream.windows.sparse import Ints, ints, narrow, regrouped

PlainPiece = tuple[str, str, int, int]

# The order of states is that of their columns.
STATES: Final = tuple(STATE_TIME_COLUMN)
_NUMBER_OF_STATE: Final = {state: number for number, state in enumerate(STATES)}
# Stretches are kept by where they begin, five minutes together.
_PANES_TOGETHER: Final = 60
_NEVER: Final = -(2**62)
_NOT_MET: Final = -2


class Stretches(NamedTuple):
    """Stretches as parallel arrays: the agent's row, the state's number, when each began in
    microseconds, and the pane in which it ended."""

    agents: NDArray[np.integer]
    states: NDArray[np.integer]
    starts: NDArray[np.integer]
    last_panes: NDArray[np.integer]

    def only(self, wanted: NDArray[np.bool_]) -> Stretches:
        return Stretches(*(array[wanted] for array in self))


class PieceIndex:
    """The stretches that cross from one pane into another, as the panes tell them."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        # By the five minutes in which they begin, and what came of them one after the other.
        self._begun: dict[int, list[Stretches]] = {}
        self._told: dict[tuple[int, int], int] = {}

    def put(self, pane: int, partition: int, told: Sequence[PlainPiece]) -> Stretches | None:
        """Take a pane's stretches, whole: (agent, state, start, end). A pane only grows, at its
        end, so what it had before is passed over. Returns those that are new."""
        known = self._told.get((pane, partition), 0)
        if len(told) <= known:
            return None
        self._told[pane, partition] = len(told)
        start_of_pane = pane * PANE_US
        crossing = [piece for piece in told[known:] if piece[2] < start_of_pane]
        names, states, starts, _ = zip(*crossing, strict=True) if crossing else ((),) * 4
        rows = ints([self._rows.agents.get(name, _NOT_MET) for name in names])
        for place in np.flatnonzero(rows == _NOT_MET).tolist():
            rows[place] = self._rows.agent(names[place])
        stretches = Stretches(
            rows,
            ints([_NUMBER_OF_STATE[state] for state in states]),
            ints(starts),
            np.full(len(rows), pane),
        ).only(rows >= 0)
        if len(stretches.agents):
            self._keep(stretches)
        return stretches

    def remove(self, pane: int, partition: int) -> None:
        """Forget that a pane was told. Its stretches go with the panes in which they began."""
        self._told.pop((pane, partition), None)

    def begun_between(self, first: int, last: int) -> Iterator[Stretches]:
        """Stretches among which are all that began in the panes from first to last."""
        lowest, highest = first // _PANES_TOGETHER, last // _PANES_TOGETHER
        for together, parts in self._begun.items():
            if lowest <= together <= highest:
                if len(parts) > 1:
                    parts[:] = [Stretches(*map(np.concatenate, zip(*parts, strict=True)))]
                yield parts[0]

    def forget(self, first: int, last: int) -> None:
        """Forget the stretches that no window will cut which now begins at `first` or later and
        ends at `last`."""
        over = [together for together in self._begun if (together + 1) * _PANES_TOGETHER <= first]
        for together in over:
            ahead = [part.only(part.last_panes > last) for part in self._begun.pop(together)]
            parts = [part for part in ahead if len(part.agents)]
            if parts:
                self._begun[together] = parts

    def keep(self, rows: Rows, new_row_of_agent: Ints) -> None:
        """Go over to other rows, -1 for an agent that is forgotten."""
        self._rows = rows
        for parts in self._begun.values():
            for place, part in enumerate(parts):
                moved = part._replace(agents=new_row_of_agent[part.agents])
                parts[place] = moved.only(moved.agents >= 0)

    def _keep(self, stretches: Stretches) -> None:
        together = stretches.starts // (PANE_US * _PANES_TOGETHER)
        for number in np.unique(together).tolist():
            part = stretches.only(together == number)
            # There are millions of them.
            part = Stretches(
                narrow(part.agents),
                part.states.astype(np.int8),
                part.starts,
                narrow(part.last_panes),
            )
            self._begun.setdefault(number, []).append(part)


class Cuts:
    """The stretches that the beginning of one sliding window cuts, by agent."""

    def __init__(self) -> None:
        self.first = _NEVER
        # When the agent's stretch began, `_NEVER` where none is cut, its state, and its last pane.
        self._starts = np.zeros(0, np.int64)
        self._states = np.zeros(0, np.int64)
        self._last_panes = np.zeros(0, np.int64)

    def move(self, first: int, pieces: PieceIndex, agents: int) -> None:
        """Let the window begin with the pane `first`; there are so many rows of agents."""
        self._ready(agents)
        before, self.first = self.first, first
        self._starts[self._last_panes < first] = _NEVER
        if first > before:
            for stretches in pieces.begun_between(before, first - 1):
                self.meet(stretches)

    def meet(self, stretches: Stretches) -> None:
        """Of these stretches, note those that are cut."""
        cut = (stretches.starts < self.first * PANE_US) & (stretches.last_panes >= self.first)
        if cut.any():
            agents, states, starts, last_panes = stretches.only(cut)
            self._ready(int(agents.max()) + 1)
            self._starts[agents] = starts
            self._states[agents] = states
            self._last_panes[agents] = last_panes

    def outside_us(self) -> tuple[Ints, Ints, Ints]:
        """The agents that have a stretch cut, its state, and how much of it lies before."""
        agents = np.flatnonzero(self._starts != _NEVER)
        return agents, self._states[agents], self.first * PANE_US - self._starts[agents]

    def keep(self, agents: Ints) -> None:
        """Keep these rows alone, numbered anew from 0 in this order; -1 stands for a new one."""
        self._starts = regrouped(self._starts, agents, _NEVER)
        self._states = regrouped(self._states, agents, 0)
        self._last_panes = regrouped(self._last_panes, agents, _NEVER)

    def _ready(self, agents: int) -> None:
        missing = agents - len(self._starts)
        if missing > 0:
            missing += agents // 2
            self._starts = np.concatenate((self._starts, np.full(missing, _NEVER)))
            self._states = np.concatenate((self._states, np.zeros(missing, np.int64)))
            self._last_panes = np.concatenate((self._last_panes, np.full(missing, _NEVER)))
