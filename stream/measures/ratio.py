"""Division where evidence may be missing."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def ratio(part: ArrayLike, whole: ArrayLike) -> Floats:
    """`part / whole`, element by element; not a number where there is nothing to divide by."""
    part, whole = np.asarray(part), np.asarray(whole)
    told = np.full(np.broadcast_shapes(part.shape, whole.shape), np.nan)
    np.divide(part, whole, where=whole != 0, out=told)
    return told
