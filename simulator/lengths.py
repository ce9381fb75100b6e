"""Lengths of time as scenarios write them: drawn with one number each, in whole milliseconds."""

from __future__ import annotations

from typing import Protocol

from simulator.fields import Law
from simulator.randomness import Draws, LogNormal, millis_us


class Lengths(Protocol):
    """A law of lengths of time."""

    def draw_us(self, draws: Draws, times: float = 1.0) -> int:
        """One length times a factor, in microseconds; takes one number from the stream."""


class _LogNormalLengths:
    __slots__ = ("_at_least_s", "_law")

    def __init__(self, law: Law) -> None:
        self._law = LogNormal(law.mean_s, law.sigma)
        self._at_least_s = law.at_least_s

    def draw_us(self, draws: Draws, times: float = 1.0) -> int:
        return millis_us((self._at_least_s + draws.log_normal(self._law)) * times)


class _ExponentialLengths:
    __slots__ = ("_at_least_s", "_mean_s")

    def __init__(self, law: Law) -> None:
        self._mean_s = law.mean_s
        self._at_least_s = law.at_least_s

    def draw_us(self, draws: Draws, times: float = 1.0) -> int:
        return millis_us((self._at_least_s + self._mean_s * draws.exponential()) * times)


class _ConstantLengths:
    __slots__ = ("_length_s",)

    def __init__(self, law: Law | None) -> None:
        self._length_s = law.whole_mean_s if law is not None else 0.0

    def draw_us(self, draws: Draws, times: float = 1.0) -> int:
        draws.uniform()
        return millis_us(self._length_s * times)


def lengths_of(law: Law | None) -> Lengths:
    """The lengths of a law; nothing where there is none, by as many draws."""
    if law is None or not law.mean_s:
        return _ConstantLengths(law)
    if law.law == "exponential":
        return _ExponentialLengths(law)
    return _LogNormalLengths(law)
