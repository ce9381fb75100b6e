"""Days of contacts by the minute, as a busy centre has them: more than Poisson chance.

The rate is base(time of day) x D x exp(A - s²/2): D log-normal, one a day; A a first-order
autoregression, one step a half-hour; contacts given the rate are Poisson. The figures are those
that were fitted to 245 days of a bank's calls (Brown et al. 2005, "Statistical analysis of a
telephone call center", Journal of the American Statistical Association 100:36).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SLOT_MINUTES: Final = 30
DAY_MINUTES: Final = 24 * 60
# The measured hours, from 8:00 to 20:00.
OPENS: Final = 8 * 60
SHUTS: Final = 20 * 60
_DAY_CV: Final = 0.13
_SLOT_SD: Final = 0.20
_SLOT_PHI: Final = 0.89
# Percent of a day in each half-hour from 7:00 on; the night before shares what is left.
_SHARES: Final = (
    1.06, 1.49, 2.27, 3.24, 3.53, 4.26, 4.56, 4.33, 3.96, 3.80, 3.57, 3.41, 3.60, 3.75, 3.93, 3.87,
    3.89, 3.91, 3.80, 3.67, 3.04, 2.97, 2.73, 2.42, 2.19, 1.98, 1.72, 2.02, 1.86, 1.98, 1.82, 1.67,
    1.55, 1.12,
)  # fmt: skip
_NIGHT: Final = 1.1
_NIGHT_SLOTS: Final = 14


def base_rates(an_hour: float) -> Floats:
    """Contacts a minute in each half-hour of a day with so many an hour from 8:00 to 20:00."""
    shares = np.array([_NIGHT / _NIGHT_SLOTS] * _NIGHT_SLOTS + list(_SHARES))
    measured = shares[OPENS // SLOT_MINUTES : SHUTS // SLOT_MINUTES].mean()
    rates: Floats = shares / measured * an_hour / 60
    return rates


def slot_rates(chance: np.random.Generator, days: int, an_hour: float) -> Floats:
    """Contacts a minute by day and half-hour: days x 48, each day's own chance in them."""
    sigma = np.sqrt(np.log1p(_DAY_CV**2))
    busy = np.exp(chance.normal(-(sigma**2) / 2, sigma, (days, 1)))
    slots = DAY_MINUTES // SLOT_MINUTES
    moves = chance.normal(0, _SLOT_SD * np.sqrt(1 - _SLOT_PHI**2), (days, slots))
    drift = np.empty((days, slots))
    drift[:, 0] = chance.normal(0, _SLOT_SD, days)
    for slot in range(1, slots):
        drift[:, slot] = _SLOT_PHI * drift[:, slot - 1] + moves[:, slot]
    rates: Floats = base_rates(an_hour) * busy * np.exp(drift - _SLOT_SD**2 / 2)
    return rates


def minute_rates(slots: Floats) -> Floats:
    """The rate of each minute: days x 1440."""
    return np.repeat(slots, SLOT_MINUTES, axis=1)
