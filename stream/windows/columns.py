"""What a pane counts: one column for each count and sum, then the buckets of the waits.

A pane, a window and a day are vectors over (cell, column); a cell is a combination of queue,
channel and agent, any of which may be None. Times are summed in whole microseconds, so that what
was added can be taken away without a remainder.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from stream.contract.figures import COUNTS, DRIVERS
from stream.contract.instants import SECOND_US
from stream.windows.sparse import Ints, ints

# The sums that figures need and that no count of METRICS names.
ABANDON_WAIT_SUM: Final = "abandon_wait_sum_us"
STATE_TIMES: Final = ("available_us", "busy_us", "wrap_up_us", "away_us")

COLUMNS: Final = (
    *(name[:-2] + "_us" if name.endswith("_sum_s") else name for name in COUNTS),
    ABANDON_WAIT_SUM,
    *STATE_TIMES,
)
COLUMN: Final = {name: index for index, name in enumerate(COLUMNS)}
COLUMN_COUNT: Final = len(COLUMNS)
STATE_TIME_COLUMN: Final = {name.removesuffix("_us"): COLUMN[name] for name in STATE_TIMES}

# A code names a place in a pane: cell * STRIDE + column. Wait buckets follow the columns.
STRIDE: Final = 512
WAIT_BASE: Final = COLUMN_COUNT

# Waits up to 16 s lie in buckets of half a second, longer ones in buckets 3 % wide: the middle of
# a bucket is then at most 0.25 s or 1.5 % off, inside METRICS' 0.5 s or 2 %.
_FINE_US: Final = SECOND_US // 2
_FINE_COUNT: Final = 32
_COARSE_FROM_US: Final = _FINE_US * _FINE_COUNT
_COARSE_FACTOR: Final = 1.03
# Enough for waits of 45 days; a contact is forgotten after 7 days of silence.
WAIT_BUCKETS: Final = _FINE_COUNT + 420

assert WAIT_BASE + WAIT_BUCKETS <= STRIDE
assert len(DRIVERS) == 5


# The shortest wait, in microseconds, that lies in each bucket.
_BUCKET_STARTS_US: Final = ints(
    [
        *range(0, _COARSE_FROM_US, _FINE_US),
        *(
            math.ceil(_COARSE_FROM_US * _COARSE_FACTOR**coarse)
            for coarse in range(WAIT_BUCKETS - _FINE_COUNT)
        ),
    ]
)


def wait_buckets(waits_us: Ints) -> Ints:
    """The bucket, from 0, of each wait in microseconds."""
    return np.searchsorted(_BUCKET_STARTS_US, waits_us, side="right") - 1


def bucket_middle_us(bucket: int) -> float:
    """The wait, in microseconds, that stands for all in the bucket."""
    if bucket < _FINE_COUNT:
        return (bucket + 0.5) * _FINE_US
    return _COARSE_FROM_US * _COARSE_FACTOR ** (bucket - _FINE_COUNT) * 1.015
