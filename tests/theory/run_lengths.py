"""How long a CUSUM chart runs before it signals: the Markov chain of Brook and Evans, and chance.

Brook and Evans 1972, "An approach to the probability distribution of cusum run length", Biometrika
59:539. The score is a chain on a grid from 0 to the limit; a score between two points of the grid
is shared out among them, so that some hundred points give three digits.
"""

from __future__ import annotations

from math import lgamma, log, log1p
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stream.alerts.surge import ChartRule, evidence

Floats = NDArray[np.float64]

POINTS: Final = 300
_TAIL: Final = 1e-12


class Arrivals(NamedTuple):
    """Contacts a minute: their mean, and alpha of their variance mean + alpha mean²."""

    mean: float
    alpha: float = 0.0


def shares(arrivals: Arrivals) -> Floats:
    """The probability of 0, 1, 2 … contacts in a minute, up to where hardly any is left."""
    mean, alpha = arrivals
    most = int(mean + 12 * (mean + alpha * mean * mean) ** 0.5 + 30)
    if alpha == 0:
        logs = [x * log(mean) - mean - lgamma(x + 1) for x in range(most)]
    else:
        size = 1 / alpha
        logs = [
            lgamma(x + size) - lgamma(size) - lgamma(x + 1)
            - size * log1p(alpha * mean)
            + x * log(alpha * mean / (1 + alpha * mean))
            for x in range(most)
        ]  # fmt: skip
    found: Floats = np.exp(np.array(logs))
    assert 1 - found.sum() < _TAIL
    return found


def evidences(rule: ChartRule, baseline: float, counts: int) -> Floats:
    """What a minute of 0, 1, 2 … contacts adds to the score."""
    return np.array([evidence(rule.ratio, x, baseline, rule.alpha) for x in range(counts)])


def by_chain(rule: ChartRule, baseline: float, arrivals: Arrivals) -> float:
    """Minutes to the signal, from a score of 0: the mean."""
    chances = shares(arrivals)
    adds = evidences(rule, baseline, len(chances))
    grid = np.linspace(0, rule.limit, POINTS)
    moves = np.zeros((POINTS, POINTS))
    rows = np.arange(POINTS)
    for chance, added in zip(chances, adds, strict=True):
        score = np.maximum(grid + added, 0.0)
        place = score / grid[1]
        goes_on = score < rule.limit
        below = np.minimum(place.astype(int), POINTS - 2)
        above_share = place - below
        moves[rows[goes_on], below[goes_on]] += (chance * (1 - above_share))[goes_on]
        moves[rows[goes_on], below[goes_on] + 1] += (chance * above_share)[goes_on]
    runs = np.linalg.solve(np.eye(POINTS) - moves, np.ones(POINTS))
    return float(runs[0])


def by_chance(
    rule: ChartRule, baseline: float, arrivals: Arrivals, runs: int, seed: int
) -> tuple[float, float]:
    """Minutes to the signal in so many runs of chance: their mean, and its standard error."""
    chance = np.random.Generator(np.random.PCG64(seed))
    chances = shares(arrivals)
    adds = evidences(rule, baseline, len(chances))
    upto = chances.cumsum()
    lengths = np.zeros(runs)
    scores = np.zeros(runs)
    running = np.arange(runs)
    while len(running):
        counts = np.searchsorted(upto, chance.random(len(running)) * upto[-1])
        scores = np.maximum(scores + adds[counts], 0.0)
        lengths[running] += 1
        goes_on = scores < rule.limit
        running, scores = running[goes_on], scores[goes_on]
    return float(lengths.mean()), float(lengths.std(ddof=1) / runs**0.5)
