"""What customers said: shares of good scores, and how sure a share of so few can be."""

from __future__ import annotations

from math import sqrt
from typing import Final

# The 97.5th percentile of the normal distribution: two-sided 95 %.
Z_95: Final = 1.959963984540054


def wilson_interval(successes: int, trials: int) -> tuple[float, float] | tuple[None, None]:
    """The 95 % Wilson score interval of a share (Wilson 1927, JASA 22:209), None without trials."""
    if not trials:
        return None, None
    share = successes / trials
    square = Z_95 * Z_95
    centre = share + square / (2 * trials)
    spread = Z_95 * sqrt(share * (1 - share) / trials + square / (4 * trials * trials))
    scale = 1 + square / trials
    # At the ends the formula is 0 or 1 but for rounding.
    return max(0.0, (centre - spread) / scale), min(1.0, (centre + spread) / scale)


def net_promoter_score(promoters: int, detractors: int, answers: int) -> float | None:
    """From -100 to 100, None without answers."""
    return 100 * (promoters - detractors) / answers if answers else None
