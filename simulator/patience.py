"""How long customers wait before they hang up: the measured hazard of science 2.2."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final, Protocol

from simulator.causes import PatienceLaw
from simulator.plans import QueuePlan
from simulator.randomness import Draws, normal_at

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


class Patience(Protocol):
    """How long customers wait."""

    def draw_s(self, draws: Draws) -> float:
        """One customer's patience in seconds; takes one number from the stream."""


class LawPatience:
    """Patience by a law with some who leave at once: they are those of the lowest draws."""

    __slots__ = ("_balk", "_balk_s", "_mean_s", "_of")

    def __init__(self, law: PatienceLaw) -> None:
        self._balk = law.balk
        self._balk_s = law.balk_s
        self._mean_s = law.mean_s
        self._of = {
            "exponential": _exponential,
            "weibull": _weibull(law.spread),
            "lognormal": _log_normal(law.spread),
        }[law.law]

    def draw_s(self, draws: Draws) -> float:
        """One customer's patience in seconds."""
        share = draws.uniform()
        if share < self._balk:
            return self._balk_s
        return self._mean_s * self._of((share - self._balk) / (1 - self._balk))


def _exponential(share: float) -> float:
    return -math.log(1 - share)


def _weibull(shape: float) -> Callable[[float], float]:
    scale = 1 / math.gamma(1 + 1 / shape)
    return lambda share: scale * (-math.log(1 - share)) ** (1 / shape)


def _log_normal(sigma: float) -> Callable[[float], float]:
    return lambda share: math.exp(sigma * normal_at(share) - sigma**2 / 2)


def patience_of(plan: QueuePlan) -> Patience:
    """The patience of a queue's customers."""
    return LawPatience(plan.patience_law) if plan.patience_law is not None else PATIENCE
