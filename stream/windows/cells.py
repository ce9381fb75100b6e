"""Cells: the combinations of queue, channel and agent that something was counted for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

CellKey = tuple[str | None, str | None, str | None]


class Cell(NamedTuple):
    """To whom a happening counts; None where it counts for no queue, channel or agent."""

    queue: str | None
    channel: str | None
    agent: str | None


class Cells:
    """Numbers for cells, given in the order in which they are first met."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[str | None, str | None, str | None], int] = {}
        self._cells: list[Cell] = []

    def __len__(self) -> int:
        return len(self._cells)

    def number(self, queue: str | None, channel: str | None, agent: str | None) -> int:
        """The cell's number."""
        key = (queue, channel, agent)
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self._cells)
            self._cells.append(Cell(queue, channel, agent))
        return number

    def numbers(self, keys: Sequence[CellKey]) -> list[int]:
        """The cells' numbers; most of many are known."""
        found = list(map(self._numbers.get, keys))
        return [
            self.number(*key) if number is None else number
            for key, number in zip(keys, found, strict=True)
        ]

    def cell(self, number: int) -> Cell:
        return self._cells[number]

    def first(self, count: int) -> Cells:
        """The cells that were met first, by the same numbers."""
        cells = Cells()
        for cell in self._cells[:count]:
            cells.number(*cell)
        return cells

    def since(self, number: int) -> list[Cell]:
        """The cells numbered `number` and up."""
        return self._cells[number:]
