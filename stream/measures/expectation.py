"""How long a contact that arrives now may expect to wait."""

from __future__ import annotations

import numpy as np

from stream.measures.ratio import Floats, ratio
from stream.windows.sparse import Ints


def expected_wait_s(
    *,
    waiting: Ints,
    agents_working: Ints,
    agents_free: Ints,
    handle_time_s: Floats,
    abandonments: Ints,
    waited_s: Floats,
) -> Floats:
    """The mean wait of a contact that joins each queue and does not give up.

    With every agent busy, the contact and the `q` ahead of it leave the queue at the rate
    n·mu + k·theta while k are still ahead: the sum over k from 0 to q of 1 / (n·mu + k·theta),
    exact for exponential service and patience (Erlang A; Whitt 1999, "Predicting queueing
    delays"). mu is 1 / the handle time; theta the abandonments per second waited, its maximum
    likelihood estimate. 0 where an agent is free and nobody waits. Not a number without agents at
    work or without a handle time to go by.
    """
    told = np.full(len(waiting), np.nan)
    told[(agents_working > 0) & (agents_free > 0) & (waiting == 0)] = 0.0
    served = ratio(agents_working, handle_time_s)
    known = np.flatnonzero(np.isnan(told) & (agents_working > 0) & (served > 0))
    if not len(known):
        return told
    gives_up = np.nan_to_num(ratio(abandonments, waited_s))[known]
    # One step for each contact ahead, and one for the contact itself.
    steps = waiting[known] + 1
    begins = np.cumsum(steps) - steps
    ahead = np.arange(steps.sum()) - np.repeat(begins, steps)
    rates = np.repeat(served[known], steps) + ahead * np.repeat(gives_up, steps)
    told[known] = np.add.reduceat(1 / rates, begins)
    return told
