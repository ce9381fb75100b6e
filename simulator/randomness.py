"""Chance as named streams: the one module that imports `random`.

Every purpose draws from a stream of its own (`draws("arrivals.benefits")`), seeded by a hash of
the run's seed and the name, so that more draws in one place leave all others as they were.

How the same seed gives the same bytes on every machine and every Python: `Random.random()` is
the one method whose sequence Python promises to keep, so everything else is our own arithmetic
on it; seeds come from SHA-256, never from `hash()`; and what a draw decides in time is rounded
to a whole millisecond, which swallows the last-digit differences between the logarithms of two
mathematics libraries (one draw in some thousand millions sits on a rounding's edge).
"""

from __future__ import annotations

import hashlib
import math
import random
from bisect import bisect_right
from collections.abc import Mapping
from itertools import accumulate
from statistics import NormalDist
from typing import Final, Generic, TypeVar

Choice = TypeVar("Choice")

_inverse_normal: Final = NormalDist().inv_cdf
# `random()` may give 0, where logarithms and the inverse normal have no value.
_SMALLEST: Final = 2.0**-54


class Weighted(Generic[Choice]):
    """Things to choose from, by weight."""

    __slots__ = ("_cumulative", "_last", "_things", "_total")

    def __init__(self, weights: Mapping[Choice, float]) -> None:
        self._things = [thing for thing, weight in weights.items() if weight > 0]
        self._cumulative = list(accumulate(weight for weight in weights.values() if weight > 0))
        self._total = self._cumulative[-1]
        self._last = len(self._things) - 1

    def at(self, share: float) -> Choice:
        """The thing at a place in [0, 1) of the line that the weights divide."""
        return self._things[min(bisect_right(self._cumulative, share * self._total), self._last)]


def normal_at(share: float) -> float:
    """The standard normal number below which a share in [0, 1) of them lies."""
    return _inverse_normal(share or _SMALLEST)


class LogNormal:
    """A log-normal law by its mean and the standard deviation of its logarithm."""

    __slots__ = ("mean", "mu", "sigma")

    def __init__(self, mean: float, sigma: float) -> None:
        self.mean = mean
        self.mu = math.log(mean) - sigma * sigma / 2
        self.sigma = sigma

    def at(self, normal: float) -> float:
        """The number that a standard normal one stands for."""
        return math.exp(self.mu + self.sigma * normal)


class Draws:
    """One stream of chance. Each method takes exactly one number from the stream."""

    __slots__ = ("uniform",)

    def __init__(self, seed: int) -> None:
        # A number in [0, 1): bound once, because it is asked for some ten times a contact.
        self.uniform = random.Random(seed).random

    def chance(self, probability: float) -> bool:
        """True with the given probability."""
        return self.uniform() < probability

    def between(self, low: float, high: float) -> float:
        """A number from `low` up to `high`, all alike."""
        return low + (high - low) * self.uniform()

    def normal(self) -> float:
        """A standard normal number."""
        return normal_at(self.uniform())

    def log_normal(self, law: LogNormal) -> float:
        """A number of the log-normal law."""
        return math.exp(law.mu + law.sigma * _inverse_normal(self.uniform() or _SMALLEST))

    def exponential(self) -> float:
        """An exponential number of mean 1."""
        return -math.log(1.0 - self.uniform())

    def pick(self, choices: Weighted[Choice]) -> Choice:
        """One of the choices, by weight."""
        return choices.at(self.uniform())


class Streams:
    """All streams of a run, made from its one seed."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._made: dict[str, Draws] = {}

    def draws(self, name: str) -> Draws:
        """The stream of that name; the same object each time."""
        found = self._made.get(name)
        if found is None:
            found = self._made[name] = self.fresh(name)
        return found

    def fresh(self, name: str) -> Draws:
        """The stream of that name from its beginning, not kept."""
        digest = hashlib.sha256(f"{self._seed}/{name}".encode()).digest()
        return Draws(int.from_bytes(digest[:16], "big"))


def tag_of(*parts: object) -> str:
    """Five letters and digits that name a run, so that two runs share no identifier."""
    digest = hashlib.sha256("/".join(str(part) for part in parts).encode()).digest()
    number = int.from_bytes(digest[:8], "big")
    letters = "0123456789abcdefghijklmnopqrstuvwxyz"
    return "".join(letters[number // 36**place % 36] for place in range(5))


def millis_us(seconds: float) -> int:
    """Seconds as microseconds of a whole millisecond."""
    return round(seconds * 1000) * 1000
