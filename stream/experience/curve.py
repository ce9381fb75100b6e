"""CSAT against the wait: bins with their intervals, a smooth band, and what a longer wait costs."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from stream.contract.experience import (
    FEW,
    LONG_WAIT_S,
    SHORT_WAIT_S,
    BandPoint,
    Bin,
    Comparison,
)
from stream.contract.instants import SECOND_US
from stream.experience.comparing import Pair, compare
from stream.experience.scores import scores_of
from stream.measures.ratio import Floats
from stream.measures.satisfaction import wilson_about

# Where people wait in person, seconds matter; where they write, minutes and hours do.
IN_PERSON: Final = frozenset({"voice", "video", "chat", "in_person"})
EDGES_IN_PERSON_S: Final = (0, 10, 20, 45, 90, 180, 300, 600)
EDGES_WRITTEN_S: Final = (0, 60, 300, 900, 3600, 14400, 43200)
# Neighbours count by how near their waits are on a logarithmic scale, which is straight below this.
_STRAIGHT_S: Final = 15.0
_BANDWIDTH: Final = 0.45
_POINTS: Final = 33


class Waited(NamedTuple):
    """One answer with a CSAT whose wait is known."""

    wait_us: int
    is_top: bool
    queue: str


def bins_of(answers: Sequence[Waited], channel: str) -> list[Bin]:
    """The answers by how long was waited; empty bins at the end are left out."""
    edges = EDGES_IN_PERSON_S if channel in IN_PERSON else EDGES_WRITTEN_S
    starts = [edge * SECOND_US for edge in edges]
    n, top = [0] * len(edges), [0] * len(edges)
    for one in answers:
        place = bisect_right(starts, one.wait_us) - 1
        n[place] += 1
        top[place] += one.is_top
    ends: list[float | None] = [*edges[1:], None]
    bins = [
        Bin(start, end, score)
        for start, end, score in zip(edges, ends, scores_of(n, top), strict=True)
    ]
    while bins and not bins[-1].csat.n:
        bins.pop()
    return bins


def band_of(answers: Sequence[Waited]) -> list[BandPoint]:
    """The share at each of some waits, from the answers about there (a Gaussian kernel over the
    logarithm of the wait), with the Wilson interval of as many answers as the weights are worth.
    Where that is under ten nothing is told."""
    if len(answers) < FEW:
        return []
    waits = _scale(np.array([one.wait_us for one in answers]) / SECOND_US)
    tops = np.array([one.is_top for one in answers], float)
    points = np.linspace(waits.min(), waits.max(), _POINTS)
    weights = np.exp(-0.5 * ((points[:, None] - waits[None, :]) / _BANDWIDTH) ** 2)
    total = weights.sum(axis=1)
    shares = weights @ tops / total
    worth = total**2 / (weights**2).sum(axis=1)
    low, high = wilson_about(shares, worth)
    at_s = _STRAIGHT_S * np.expm1(points)
    return [
        BandPoint(round(float(at), 1), float(share), float(low_), float(high_), round(float(n), 1))
        for at, share, low_, high_, n in zip(at_s, shares, low, high, worth, strict=True)
        if n >= FEW
    ]


def comparisons_of(answers: Sequence[Waited], channel: str) -> list[Comparison]:
    """What it costs to wait up to 90 s, and longer, against up to 20 s; nothing of written channels."""
    if channel not in IN_PERSON:
        return []
    short_us, long_us = SHORT_WAIT_S * SECOND_US, LONG_WAIT_S * SECOND_US
    short = [one for one in answers if one.wait_us <= short_us]
    middle = [one for one in answers if short_us < one.wait_us <= long_us]
    longer = [one for one in answers if one.wait_us > long_us]
    return [
        compare(SHORT_WAIT_S, LONG_WAIT_S, _pairs(short, middle)),
        compare(SHORT_WAIT_S, None, _pairs(short, longer)),
    ]


def _pairs(short: Sequence[Waited], long: Sequence[Waited]) -> dict[str, Pair]:
    counts: dict[str, list[int]] = {}
    for place, answers in ((0, short), (2, long)):
        for one in answers:
            count = counts.setdefault(one.queue, [0, 0, 0, 0])
            count[place] += one.is_top
            count[place + 1] += 1
    return {queue: Pair(*count) for queue, count in counts.items()}


def _scale(seconds: Floats) -> Floats:
    return np.log1p(seconds / _STRAIGHT_S)
