"""What customers said: shares of good scores, and how sure a share of so few can be."""

from __future__ import annotations

from typing import Final

import numpy as np

from stream.measures.ratio import Floats, ratio
from stream.windows.sparse import Ints

# The 97.5th percentile of the normal distribution: two-sided 95 %.
Z_95: Final = 1.959963984540054


def wilson_interval(successes: Ints, trials: Ints) -> tuple[Floats, Floats]:
    """The 95 % Wilson score interval of each share (Wilson 1927, JASA 22:209), not a number
    without trials."""
    return wilson_about(ratio(successes, trials), np.maximum(trials, 1))


def wilson_about(share: Floats, trials: Ints | Floats) -> tuple[Floats, Floats]:
    """The same about shares of so many trials, which need be no whole numbers; at least 1."""
    square = Z_95 * Z_95
    centre = share + square / (2 * trials)
    spread = Z_95 * np.sqrt(share * (1 - share) / trials + square / (4 * trials * trials))
    scale = 1 + square / trials
    # At the ends the formula is 0 or 1 but for rounding.
    return np.maximum(0.0, (centre - spread) / scale), np.minimum(1.0, (centre + spread) / scale)


def net_promoter_score(promoters: Ints, detractors: Ints, answers: Ints) -> Floats:
    """From -100 to 100, not a number without answers."""
    return ratio(100 * (promoters - detractors), answers)
