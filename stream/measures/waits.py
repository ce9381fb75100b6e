"""Waits before an answer: quantiles from the buckets of a histogram."""

from __future__ import annotations

from typing import Final

import numpy as np

from stream.contract.instants import SECOND_US
from stream.measures.ratio import Floats
from stream.windows.columns import WAIT_BUCKETS, bucket_middle_us
from stream.windows.sparse import Ints

QUANTILES: Final = (50, 90, 95)
_MIDDLES_S: Final = np.array(
    [bucket_middle_us(bucket) / SECOND_US for bucket in range(WAIT_BUCKETS)]
)
# Ten thousand agents are looked at so many at a time, so that what lies between stays small.
_AT_ONCE: Final = 1_024


def wait_quantiles(waits: np.typing.NDArray[np.integer], longest_us: Ints) -> tuple[Floats, ...]:
    """The 50th, 90th and 95th percentile of each row in seconds, from counts by row and bucket.

    Each is within 1.5 % or 0.25 s of the smallest wait such that at least that share of the waits
    is not longer, and never beyond the longest wait, which is exact. Not a number without waits.
    """
    found = np.full((len(QUANTILES), len(waits)), np.nan)
    for start in range(0, len(waits), _AT_ONCE):
        upto = np.cumsum(waits[start : start + _AT_ONCE], axis=1, dtype=np.int64)
        totals = upto[:, -1]
        some = np.flatnonzero(totals)
        longest_s = longest_us[start + some] / SECOND_US
        for place, percent in enumerate(QUANTILES):
            # The rank in whole numbers: 0.9 * 10 is not 9 in floating point.
            ranks = -(-totals[some] * percent // 100)
            buckets = (upto[some] < ranks[:, None]).sum(axis=1)
            found[place, start + some] = np.minimum(_MIDDLES_S[buckets], longest_s)
    return tuple(found)
