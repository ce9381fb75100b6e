"""Agents' closed stretches of time, to find the one that a window's beginning cuts."""

from __future__ import annotations

from bisect import bisect_right, insort
from typing import NamedTuple


class Stretch(NamedTuple):
    """[start, end) in one state, in microseconds; ordered by its end."""

    end: int
    start: int
    state: str


class PieceIndex:
    """The stretches by agent, oldest first, as the panes tell them."""

    def __init__(self) -> None:
        self._by_agent: dict[str, list[Stretch]] = {}
        self._told: dict[tuple[int, int], list[tuple[str, Stretch]]] = {}

    def put(self, pane: int, partition: int, told: list[tuple[str, str, int, int]]) -> None:
        """Take a pane's stretches, whole: (agent, state, start, end). A pane only grows, at its
        end, so what it had before is passed over."""
        if not told:
            return
        known = self._told.setdefault((pane, partition), [])
        for agent, state, start, end in told[len(known) :]:
            stretch = Stretch(end, start, state)
            known.append((agent, stretch))
            stretches = self._by_agent.setdefault(agent, [])
            if stretches and stretches[-1] > stretch:
                insort(stretches, stretch)
            else:
                stretches.append(stretch)

    def remove(self, pane: int, partition: int) -> None:
        """Forget a pane's stretches."""
        for agent, stretch in self._told.pop((pane, partition), ()):
            stretches = self._by_agent[agent]
            stretches.remove(stretch)
            if not stretches:
                del self._by_agent[agent]

    def cut_at(self, agent: str, instant: int) -> Stretch | None:
        """The agent's stretch that begins before the instant and ends after it."""
        stretches = self._by_agent.get(agent)
        if not stretches:
            return None
        index = bisect_right(stretches, instant, key=lambda stretch: stretch.end)
        if index < len(stretches) and stretches[index].start < instant:
            return stretches[index]
        return None
