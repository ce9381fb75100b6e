"""How long a contact that arrives now may expect to wait."""

from __future__ import annotations


def expected_wait_s(
    *,
    waiting: int,
    agents_working: int,
    agents_free: int,
    handle_time_s: float | None,
    abandonments: int,
    waited_s: float,
) -> float | None:
    """The mean wait of a contact that joins the queue and does not give up.

    With every agent busy, the contact and the `q` ahead of it leave the queue at the rate
    n·mu + k·theta while k are still ahead: the sum over k from 0 to q of 1 / (n·mu + k·theta),
    exact for exponential service and patience (Erlang A; Whitt 1999, "Predicting queueing
    delays"). mu is 1 / the handle time; theta the abandonments per second waited, its maximum
    likelihood estimate. 0 where an agent is free and nobody waits. None without agents at work
    or without a handle time to go by.
    """
    if not agents_working:
        return None
    if agents_free and not waiting:
        return 0.0
    if not handle_time_s:
        return None
    served = agents_working / handle_time_s
    gives_up = abandonments / waited_s if waited_s > 0 else 0.0
    return sum(1 / (served + ahead * gives_up) for ahead in range(waiting + 1))
