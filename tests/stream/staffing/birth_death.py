"""Erlang A by another way than the product's: the states of the birth-death chain, one by one.

Slow and plain, for queues that are not too long: no integral, no special function.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Chain(NamedTuple):
    """The same figures as `SteadyState`, of contacts as they arrive."""

    waiting_share: float
    wait_s: float
    answered_wait_s: float
    abandonment_rate: float
    answered_in_target: float


def birth_death(
    *,
    arrivals_per_s: float,
    handle_time_s: float,
    patience_s: float,
    agents: int,
    target_s: float,
) -> Chain:
    """What an arrival meets: Poisson arrivals see the chain's long-run shares (PASTA)."""
    served, leaving = agents / handle_time_s, 1 / patience_s
    ahead = np.arange(_queue_max(arrivals_per_s, served, leaving), dtype=np.float64)
    # Shares of "all busy, that many waiting" against "all busy, nobody waiting".
    ups = np.cumsum(np.log(arrivals_per_s / (served + ahead[1:] * leaving)))
    all_busy = np.concatenate(([0.0], ups))
    busy = np.arange(agents, 0, -1)
    some_free = np.cumsum(np.log(busy / (arrivals_per_s * handle_time_s)))
    top = max(all_busy.max(), some_free.max(initial=0.0))
    all_busy, some_free = np.exp(all_busy - top), np.exp(some_free - top)
    whole = all_busy.sum() + some_free.sum()
    met, free = all_busy / whole, some_free.sum() / whole

    is_served, waits = _fates(served, leaving, ahead)
    answered = free + met @ is_served
    return Chain(
        waiting_share=met.sum(),
        wait_s=(met @ ahead) / arrivals_per_s,
        answered_wait_s=(met @ waits) / answered,
        abandonment_rate=1 - answered,
        answered_in_target=free + met @ _served_within(served, leaving, ahead, target_s),
    )


def _queue_max(arrivals_per_s: float, served: float, leaving: float) -> int:
    level = max(0.0, (arrivals_per_s - served) / leaving)
    return math.ceil(level + 12 * math.sqrt(arrivals_per_s / leaving) + 60)


def _fates(served: float, leaving: float, ahead: Floats) -> tuple[Floats, Floats]:
    """Of a contact with so many ahead: is it served, and how long does it then wait, else 0."""
    is_served, waits = np.empty(len(ahead)), np.empty(len(ahead))
    share, wait = 1.0, 0.0
    for q in range(len(ahead)):
        rate = served + (q + 1) * leaving
        share *= (served + q * leaving) / rate
        wait = share / rate + (served + q * leaving) / rate * wait
        is_served[q], waits[q] = share, wait
    return is_served, waits


def _served_within(served: float, leaving: float, ahead: Floats, target_s: float) -> Floats:
    """The pure-death chain of those ahead, uniformised."""
    rate = served + (len(ahead) + 1) * leaving
    step = (served + ahead * leaving) / rate
    stay = 1 - (served + (ahead + 1) * leaving) / rate
    jumps = rate * target_s
    within, told = np.zeros(len(ahead)), np.zeros(len(ahead))
    for count in range(math.ceil(jumps + 12 * math.sqrt(jumps) + 40)):
        told += math.exp(count * math.log(jumps) - jumps - math.lgamma(count + 1)) * within
        within = step * np.concatenate(([1.0], within[:-1])) + stay * within
    return told
