"""Two shares compared: how much lower the one is, how sure that is, and what may be said of it."""

from __future__ import annotations

from collections.abc import Mapping
from math import ceil, sqrt
from typing import NamedTuple

from stream.contract.experience import (
    FEW_COMPARED,
    MARGIN,
    Comparison,
    Loss,
    Score,
    Verdict,
)
from stream.experience.scores import scores_of
from stream.measures.satisfaction import Z_95


class Pair(NamedTuple):
    """Good answers and all answers, after a short wait and after a long one."""

    short_top: int
    short_n: int
    long_top: int
    long_n: int


def compare(short_s: float, long_s: float | None, by_queue: Mapping[str, Pair]) -> Comparison:
    """CSAT after short waits and after longer ones. The verdict rests on the loss within queues."""
    short_top, short_n, long_top, long_n = (
        (sum(part) for part in zip(*by_queue.values(), strict=True)) if by_queue else (0, 0, 0, 0)
    )
    short, long = scores_of([short_n, long_n], [short_top, long_top])
    alike = {queue: pair for queue, pair in by_queue.items() if pair.short_n and pair.long_n}
    within = loss_within(alike)
    compared = min(
        sum(pair.short_n for pair in alike.values()), sum(pair.long_n for pair in alike.values())
    )
    is_enough = compared >= FEW_COMPARED
    return Comparison(
        short_s=short_s,
        long_s=long_s,
        short=short,
        long=long,
        loss=loss_between(short, long),
        alike=within,
        queues=len(alike),
        margin=MARGIN,
        needed=_needed(short, long),
        verdict=verdict_of(within if is_enough else None),
    )


def verdict_of(loss: Loss | None) -> Verdict:
    """What the interval of a loss allows to say; None is too few answers."""
    if loss is None:
        return "too_few"
    if loss.low > 0:
        return "costs_little" if loss.high < MARGIN else "costs"
    return "none_that_matters" if loss.high < MARGIN else "not_known"


def loss_between(short: Score, long: Score) -> Loss | None:
    """The difference of two independent shares with its 95 % interval by Newcombe's hybrid of the two
    Wilson intervals (Newcombe 1998, Statistics in Medicine 17:873, method 10)."""
    if (
        short.share is None or short.low is None or short.high is None
        or long.share is None or long.low is None or long.high is None
    ):  # fmt: skip
        return None
    loss = short.share - long.share
    low = loss - sqrt((short.share - short.low) ** 2 + (long.high - long.share) ** 2)
    high = loss + sqrt((short.high - short.share) ** 2 + (long.share - long.low) ** 2)
    return Loss(loss, low, high)


def loss_within(by_queue: Mapping[str, Pair]) -> Loss | None:
    """The Mantel-Haenszel difference of shares within strata, with the variance of Greenland and
    Robins (1985, Biometrics 41:55). One stratum is told as by `loss_between`, which is surer of
    few. None where no stratum has both."""
    if not by_queue:
        return None
    if len(by_queue) == 1:
        (pair,) = by_queue.values()
        short, long = scores_of([pair.short_n, pair.long_n], [pair.short_top, pair.long_top])
        return loss_between(short, long)
    weight = loss = variance = 0.0
    for short_top, short_n, long_top, long_n in by_queue.values():
        total = short_n + long_n
        weight += short_n * long_n / total
        loss += (short_top * long_n - long_top * short_n) / total
        variance += (
            short_top * (short_n - short_top) * long_n**3
            + long_top * (long_n - long_top) * short_n**3
        ) / (short_n * long_n * total * total)
    loss /= weight
    spread = Z_95 * sqrt(variance) / weight
    return Loss(loss, max(-1.0, loss - spread), min(1.0, loss + spread))


def _needed(short: Score, long: Score) -> int | None:
    """About how many answers, both kinds together and in the shares in which they come, make half
    the interval as wide as the margin."""
    if not short.n or not long.n:
        return None
    # Few that are all content say nothing of how they scatter: the intervals' middles do.
    scatter = 0.0
    total = short.n + long.n
    for score in (short, long):
        middle = ((score.low or 0) + (score.high or 0)) / 2
        scatter += middle * (1 - middle) * total / score.n
    return ceil((Z_95 / MARGIN) ** 2 * scatter)
