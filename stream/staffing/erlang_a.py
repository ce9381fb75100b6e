"""Erlang A: how a queue stands in the long run, given who arrives, who works and who gives up.

M/M/n+M (Palm 1957; Garnett, Mandelbaum, Reiman 2002, "Designing a call center with impatient
customers"). The integrals are those of Baccelli and Hebuterne 1981 as Zeltyn and Mandelbaum 2005,
"Call centers with impatient customers: many-server asymptotics of the M/M/n+G queue", write them.
All contacts of infinite patience make it Erlang C.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Where the density of the wait is under e^-40 of its peak, it adds nothing that a double holds.
_NEGLIGIBLE: Final = 40.0
# Half of it changes a share by 1e-15, and twice as much by 1e-12.
_STEP: Final = 1 / 32
_STEPS: Final = _STEP * np.arange(-104, 105)
# On the way from 0 to 1: x = 1 / (1 + e^(-pi·sinh t)).
_ABSCISSAS: Final[Floats] = 1.0 / (1.0 + np.exp(-np.pi * np.sinh(_STEPS)))
_WEIGHTS: Final[Floats] = (
    _STEP * np.pi * np.cosh(_STEPS) * _ABSCISSAS / (1.0 + np.exp(np.pi * np.sinh(_STEPS)))
)


class ServiceLevels(NamedTuple):
    """Shares of contacts answered within the target, in the variants of docs/metrics.md.

    `abandons_ignored` is None where nobody is ever answered.
    """

    abandons_count: float
    abandons_ignored: float | None
    abandons_in_target_ignored: float
    abandons_in_target_met: float


class SteadyState(NamedTuple):
    """A queue in the long run.

    `waiting_share`: contacts that do not find an agent free. `wait_s`: the mean wait of all
    contacts, those that give up among them; `answered_wait_s`: of the answered alone (the average
    speed of answer). `queue`: contacts waiting, on average. Of agents' time, `occupancy` is busy.
    Without agents `answered_wait_s` and `occupancy` are None. Times in seconds; infinite where the
    queue grows without end.
    """

    waiting_share: float
    wait_s: float
    answered_wait_s: float | None
    abandonment_rate: float
    occupancy: float | None
    queue: float
    service_levels: ServiceLevels


def steady_state(
    *,
    arrivals_per_s: float,
    handle_time_s: float,
    patience_s: float | None,
    agents: int,
    target_s: float,
) -> SteadyState:
    """What becomes of contacts in the long run.

    `handle_time_s` and `patience_s` are means of exponential times; a patience of None (or
    infinite) is that of contacts which never give up. Then, with no more agents than there is work
    for, no long run exists: everybody waits, infinitely long, and nobody is answered in time. No
    arrivals give what a first contact would meet. Raises `ValueError` for numbers that are none of
    a queue.
    """
    patience_s = math.inf if patience_s is None else patience_s
    _check(arrivals_per_s, handle_time_s, patience_s, agents, target_s)
    if agents == 0:
        return _nobody_there(arrivals_per_s, patience_s, target_s)
    load = arrivals_per_s * handle_time_s
    if load == 0:
        fates = _Fates(0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
    elif math.isinf(patience_s):
        fates = _patient(load, handle_time_s, agents, target_s)
    else:
        fates = _impatient(arrivals_per_s, handle_time_s, patience_s, agents, target_s)
    # Not 1 less those that gave up: of a great overload, that would leave rounding alone.
    not_given_up_by_target = fates.answered_in_target + fates.waiting_past_target
    return SteadyState(
        waiting_share=fates.waiting,
        wait_s=fates.wait_s,
        answered_wait_s=fates.answered_wait_s,
        abandonment_rate=fates.abandoned,
        # Who is answered keeps agents busy; with no end to the queue, all of the time.
        occupancy=min(1.0, load / agents * fates.answered),
        queue=arrivals_per_s * fates.wait_s,  # Little's law
        service_levels=ServiceLevels(
            abandons_count=fates.answered_in_target,
            abandons_ignored=fates.answered_in_target / fates.answered,
            abandons_in_target_ignored=fates.answered_in_target / not_given_up_by_target,
            abandons_in_target_met=1.0 - fates.waiting_past_target,
        ),
    )


def erlang_b_inverse(load: float, agents: int) -> float:
    """1 / the share that is turned away where nobody can wait (Erlang B), for `load` > 0 erlangs.

    By the recursion over agents, in which nothing is subtracted and nothing cancels; infinite
    where the share is too small for a double.
    """
    inverse = 1.0
    for agent in range(1, agents + 1):
        inverse = 1.0 + agent / load * inverse
    return inverse


class _Fates(NamedTuple):
    """What becomes of contacts, as shares of all, and how long they wait: all, and the answered."""

    waiting: float
    answered: float
    abandoned: float
    wait_s: float
    answered_wait_s: float
    answered_in_target: float
    waiting_past_target: float


def _check(
    arrivals_per_s: float, handle_time_s: float, patience_s: float, agents: int, target_s: float
) -> None:
    if not 0 <= arrivals_per_s < math.inf:
        raise ValueError(f"arrivals_per_s: {arrivals_per_s} is no rate of arrivals")
    if not 0 < handle_time_s < math.inf:
        raise ValueError(f"handle_time_s: {handle_time_s} is no mean handle time")
    if not patience_s > 0:
        raise ValueError(f"patience_s: {patience_s} is no mean patience")
    if agents < 0:
        raise ValueError(f"agents: there are no {agents}")
    if not target_s >= 0:
        raise ValueError(f"target_s: {target_s} is no wait")


def _nobody_there(arrivals_per_s: float, patience_s: float, target_s: float) -> SteadyState:
    """Everybody waits for as long as their patience lasts."""
    given_up_by_target = -math.expm1(-target_s / patience_s)
    return SteadyState(
        waiting_share=1.0,
        wait_s=patience_s,
        answered_wait_s=None,
        abandonment_rate=0.0 if math.isinf(patience_s) else 1.0,
        occupancy=None,
        queue=arrivals_per_s * patience_s if arrivals_per_s else 0.0,
        service_levels=ServiceLevels(0.0, None, 0.0, given_up_by_target),
    )


def _patient(load: float, handle_time_s: float, agents: int, target_s: float) -> _Fates:
    """Erlang C: the wait of those who wait is exponential."""
    spare = agents - load
    if spare <= 0:
        return _Fates(1.0, 1.0, 0.0, math.inf, math.inf, 0.0, 1.0)
    waiting = load / spare / (erlang_b_inverse(load, agents - 1) + load / spare)
    wait_s = waiting * handle_time_s / spare
    past_target = waiting * math.exp(-spare * target_s / handle_time_s)
    return _Fates(waiting, 1.0, 0.0, wait_s, wait_s, 1.0 - past_target, past_target)


def _impatient(
    arrivals_per_s: float, handle_time_s: float, patience_s: float, agents: int, target_s: float
) -> _Fates:
    """Erlang A, from the offered wait: how long a contact would wait that never gives up.

    It is 0 with a probability in proportion to E = 1 / B(n - 1), and has at x > 0 a density in
    proportion to lambda·e^g(x), where g(x) = lambda·H(x) - n·mu·x, and H(x) = theta^-1·(1 -
    e^-theta·x) is how long a contact waits, on average, that is offered x. g has one peak, and all
    is told in proportion to it: e^g itself is too large for a double.
    """
    served_per_s = agents / handle_time_s
    # The rate at the peak, where as many stay for so long as are served.
    rate = min(arrivals_per_s, served_per_s)
    excess = math.log(arrivals_per_s / rate)
    before, after = _reach(rate * patience_s, (served_per_s - rate) * patience_s)
    begin, end, target = max(0.0, excess - before), excess + after, target_s / patience_s
    # Ages: times in units of the mean patience.
    offered, weights = _nodes(begin, excess, min(max(begin, target), end), end)
    aged = offered - excess
    # g(x) - g(peak), written so that no large terms cancel.
    over_peak = patience_s * (rate * (-np.expm1(-aged) - aged) - (served_per_s - rate) * aged)
    density = arrivals_per_s * patience_s * weights * np.exp(over_peak)
    idle = erlang_b_inverse(arrivals_per_s * handle_time_s, agents - 1) * math.exp(
        -served_per_s * patience_s * (math.expm1(excess) - excess)
    )
    whole = idle + float(density.sum())
    at_once = idle / whole if idle < math.inf else 1.0
    return _fates(at_once, offered, density / whole, patience_s, target)


def _fates(
    at_once: float, offered: Floats, density: Floats, patience_s: float, target: float
) -> _Fates:
    """What an offered wait comes to. `density`: the share of contacts at each `offered` age."""
    stay = np.exp(-offered)
    abandoned = float(density @ -np.expm1(-offered))
    answered = at_once + float(density @ stay)
    within = offered <= target
    return _Fates(
        waiting=float(density.sum()),
        answered=answered,
        abandoned=abandoned,
        wait_s=patience_s * abandoned,
        answered_wait_s=patience_s * float(density @ (offered * stay)) / answered,
        answered_in_target=at_once + float(density[within] @ stay[within]),
        waiting_past_target=float(density[~within].sum()) * math.exp(-target),
    )


def _reach(curve: float, slope: float) -> tuple[float, float]:
    """How far before and after its peak a density is negligible, in ages.

    It falls by curve·(e^-x - 1 + x) + slope·x, where the bracket is at least x^2/2 for x < 0 and
    at least x^2/(2 + x) for x > 0.
    """
    half = (_NEGLIGIBLE - 2 * slope) / 2
    root = math.sqrt(half * half + 2 * _NEGLIGIBLE * (curve + slope))
    after = (half + root) / (curve + slope) if half > 0 else 2 * _NEGLIGIBLE / (root - half)
    return math.sqrt(2 * _NEGLIGIBLE / curve), after


def _nodes(*edges: float) -> tuple[Floats, Floats]:
    """Where to evaluate an integral between the first and the last edge, and with which weights.

    The tanh-sinh rule (Takahasi and Mori 1974) between each two edges: it takes peaks and layers
    at an edge, however thin they are.
    """
    begins = np.sort(edges)
    lengths = np.diff(begins)[:, None]
    return (begins[:-1, None] + lengths * _ABSCISSAS).ravel(), (lengths * _WEIGHTS).ravel()
