"""How long customers wait before they hang up: the measured hazard of science 2.2."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from simulator.randomness import Draws

# (from second, hazard a minute): a peak on entering the queue, one at 60 s when the place in
# the queue is announced, then falling: those who stay, stay.
MEASURED_HAZARD: Final[tuple[tuple[float, float], ...]] = (
    (0, 0.14),
    (5, 0.32),
    (15, 0.23),
    (20, 0.19),
    (25, 0.15),
    (50, 0.24),
    (65, 0.16),
    (90, 0.09),
    (120, 0.11),
    (180, 0.08),
    (420, 0.07),
)


class PiecewiseHazard:
    """Patience whose hazard is constant between given seconds."""

    __slots__ = ("_from_s", "_per_s", "_spent")

    def __init__(self, pieces: Sequence[tuple[float, float]]) -> None:
        self._from_s = [second for second, _ in pieces]
        self._per_s = [per_minute / 60 for _, per_minute in pieces]
        self._spent = [0.0]
        for (low, per_minute), (high, _) in pairwise(pieces):
            self._spent.append(self._spent[-1] + (high - low) * per_minute / 60)

    def survival(self, seconds: float) -> float:
        """The share of customers still there after so many seconds."""
        piece = bisect_right(self._from_s, seconds) - 1
        beyond = (seconds - self._from_s[piece]) * self._per_s[piece]
        return math.exp(-self._spent[piece] - beyond)

    def draw_s(self, draws: Draws) -> float:
        """One customer's patience in seconds, by the inverse of the cumulated hazard."""
        spent = draws.exponential()
        piece = bisect_right(self._spent, spent) - 1
        return self._from_s[piece] + (spent - self._spent[piece]) / self._per_s[piece]


PATIENCE: Final = PiecewiseHazard(MEASURED_HAZARD)
