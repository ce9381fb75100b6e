"""Spans of panes and what they add up to: the windows that slide, and the days that grow.

    panes      … │ 96 │ 97 │ 98 │ 99 │100 │101 │
    5 m at 100        └── first … last ──┘
    5 m at 101             └── first … last ──┘      + pane 101, − pane 97

A span that slides adds the pane that enters and takes away the pane that leaves, so its cost does
not depend on its length. All is whole numbers, so nothing is left over.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from stream.windows.blocks import Block
from stream.windows.rows import Rows, Spread
from stream.windows.sparse import Ints, ints
from stream.windows.store import PaneStore

NEVER: Final = -(2**62)


class Span:
    """Totals of the panes from `first` to `last`, both within, by row of `groups` and `agents`.

    `length` is the number of panes of a span that slides, None of one that only grows from its
    `first`.
    """

    def __init__(self, rows: Rows, length: int | None) -> None:
        self.length = length
        self.first = NEVER
        self.last = NEVER
        self.groups = Block()
        self.agents = Block(small=True)
        self._rows = rows

    def holds(self, pane: int) -> bool:
        return self.first <= pane <= self.last

    def add(self, spread: Spread) -> None:
        self.ready()
        self.groups.add(spread.groups)
        self.agents.add(spread.agents)

    def take(self, spread: Spread) -> None:
        """Take away what was added; the longest waits that go with it become doubtful."""
        self.groups.take(spread.groups)
        self.agents.take(spread.agents)

    def clear(self) -> None:
        self.groups.clear()
        self.agents.clear()

    def copy_of(self, other: Span) -> None:
        """Hold what the other holds, in blocks of one's own."""
        self.groups.copy_of(other.groups)
        self.agents.copy_of(other.agents)

    def ready(self) -> None:
        """Make room for every row that is known by now."""
        self.groups.ready(len(self._rows.groups))
        self.agents.ready(len(self._rows.agents))

    def buckets(self) -> int:
        """How many buckets of waits are needed: no wait lies in one from there on."""
        # Every wait counts for the floor, whose row is 0.
        used = np.flatnonzero(self.groups.waits[0])
        return int(used[-1]) + 1 if len(used) else 1

    def keep(self, rows: Rows, groups: Ints, agents: Ints) -> None:
        """Go over to other rows: of the old ones those named, numbered anew in this order."""
        self._rows = rows
        self.groups.keep(groups)
        self.agents.keep(agents)

    def sure(self) -> None:
        """Forget the doubts: what left has gone into another part of the same whole."""
        self.groups.doubtful.clear()
        self.agents.doubtful.clear()


def move(span: Span, store: PaneStore, first: int, last: int, within: Span | None = None) -> None:
    """Move the span to the panes from `first` to `last`; both may only grow. Where it has to begin
    anew it may begin with what `within` holds, a span that ends at `last` and is not longer."""
    if first > span.last or span.last == NEVER:
        rest = last
        if within is not None and within.last == last and within.first >= first:
            span.copy_of(within)
            rest = within.first - 1
        else:
            span.clear()
        for spread in store.between(first, rest):
            span.add(spread)
    else:
        for spread in store.between(span.last + 1, last):
            span.add(spread)
        for spread in store.between(span.first, first - 1):
            span.take(spread)
    span.first, span.last = first, last


def settle_doubts(span: Span, store: PaneStore) -> None:
    """Search anew for the longest waits that have left a span that slides."""
    blocks = span.groups, span.agents
    if not any(block.doubtful for block in blocks):
        return
    groups, agents = (ints(sorted(block.doubtful)) for block in blocks)
    longest = store.longest(groups, agents, span.first, span.last)
    for block, rows, waits_us in zip(blocks, (groups, agents), longest, strict=True):
        block.longest_us[rows] = waits_us
        block.doubtful.clear()
