"""Waits before an answer: quantiles from the buckets of a histogram."""

from __future__ import annotations

from typing import Final

import numpy as np

from stream.contract.instants import SECOND_US
from stream.windows.columns import WAIT_BUCKETS, bucket_middle_us

QUANTILES: Final = (50, 90, 95)
_MIDDLES_S: Final = [bucket_middle_us(bucket) / SECOND_US for bucket in range(WAIT_BUCKETS)]


def wait_quantiles(
    waits: np.typing.NDArray[np.integer], longest_us: int
) -> tuple[float | None, ...]:
    """The 50th, 90th and 95th percentile in seconds, from counts by bucket.

    Each is within 1.5 % or 0.25 s of the smallest wait such that at least that share of the waits
    is not longer, and never beyond the longest wait, which is exact. None without waits.
    """
    upto = np.cumsum(waits)
    total = int(upto[-1])
    if not total:
        return (None,) * len(QUANTILES)
    # The rank in whole numbers: 0.9 * 10 is not 9 in floating point.
    ranks = [-(-total * percent // 100) for percent in QUANTILES]
    buckets = np.searchsorted(upto, ranks).tolist()
    longest_s = longest_us / SECOND_US
    return tuple(min(_MIDDLES_S[bucket], longest_s) for bucket in buckets)
