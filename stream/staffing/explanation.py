"""Why contacts wait longer than usual: what changed, and how much of it each change explains."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Final

from msgspec import Struct

from stream.contract.alerts import Factor, Part, Why
from stream.staffing.erlang_a import steady_state
from stream.staffing.wording import (
    Compared,
    Values,
    Yardstick,
    compare_arrivals,
    tell,
    tell_arrivals,
)

FACTORS: Final[tuple[Factor, ...]] = ("volume", "redials", "handle_time", "people", "patience")

# A wait that is longer by less is told apart by nobody.
WAIT_CHANGE_S_MIN: Final = 1.0
# Of the larger of two loads per agent: with less between them, nothing is explained.
LOAD_CHANGE_MIN: Final = 0.01

HOUR_S: Final = 3_600
# Without these there is no queue to compute.
_QUEUE: Final[frozenset[Factor]] = frozenset({"volume", "handle_time", "people"})


class Conditions(Struct, frozen=True, kw_only=True):
    """A queue over some time: means, and None for what is not known.

    `redial_share` is the share of the contacts offered that are transfers or repeated calls.
    `agents` may be an average; what lies between two whole numbers counts as that mixture of both.
    A patience that is not known is infinite to the model. A number that cannot be (a handle time
    of 0 or not a number) counts as not known.
    """

    offered_per_hour: float | None = None
    handle_time_s: float | None = None
    agents: float | None = None
    patience_s: float | None = None
    redial_share: float | None = None


def explain(before: Conditions, now: Conditions) -> Why:
    """What makes the wait longer now than before, the largest part first.

    Only what is worse is explained: where the wait is longer by less than `WAIT_CHANGE_S_MIN`, or
    shorter, there are no parts, and the text says so.

    The change in the mean wait of Erlang A is divided among the factors by Shapley's value
    (Shapley 1953, "A value for n-person games"): what a factor adds when it changes after some
    of the others have, as a mean over all orders in which they can. So parts add up exactly to the
    whole, whatever goes hand in hand, and a factor that is as it was has no part.

    Where volume and redials are both known, `volume` is the contacts that are neither transfers
    nor repeated calls, and redials multiply them: offered = volume / (1 - redials).

    Where the wait has no end or is not known, it is the load per agent that is divided (offered
    load in erlangs / agents); the text says so. There are no parts where that is higher by less
    than `LOAD_CHANGE_MIN`, or lower. A factor known at only one of the two is taken as unchanged and
    has no part; the text says so of those that matter. Where one of these is not known, or the load
    is lower although the wait is longer, that there are no parts does not say that nothing is worse.
    """
    was, is_now = _values(before, now), _values(now, before)
    known = [factor for factor in FACTORS if factor in was and factor in is_now]
    begin, end = {**is_now, **was}, {**was, **is_now}
    yardstick, shares = _shares(known, begin, end)
    parts = [
        Part(factor, was[factor], is_now[factor], shares.get(factor, 0.0))
        for factor in known
        if shares
    ]
    parts.sort(key=lambda part: -part.share)
    reason = tell(parts, was, is_now, yardstick)
    return Why(
        text=reason.text,
        said=reason.said,
        parts=parts,
        wait_before_s=_finite_wait_s(begin) if was.keys() >= _QUEUE else None,
        wait_now_s=_finite_wait_s(end) if is_now.keys() >= _QUEUE else None,
    )


def how_many_come(now: Conditions, usual: Conditions) -> Why:
    """How many contacts come, against what is usual, as a sentence and no more."""
    reason = tell_arrivals(now.offered_per_hour, usual.offered_per_hour)
    return Why(reason.text, said=reason.said)


def more_or_fewer(now: Conditions, usual: Conditions) -> Compared | None:
    """Whether more or fewer contacts come than usual; None where either is not known."""
    if now.offered_per_hour is None or usual.offered_per_hour is None:
        return None
    return compare_arrivals(now.offered_per_hour, usual.offered_per_hour)


def mean_wait_s(values: Values) -> float:
    """Erlang A's mean wait of all contacts, infinite where it has no end. Needs `_QUEUE`."""
    arrivals_per_s = values["volume"] / (1 - values.get("redials", 0.0)) / HOUR_S

    def wait_s(agents: int) -> float:
        return steady_state(
            arrivals_per_s=arrivals_per_s,
            handle_time_s=values["handle_time"],
            patience_s=values.get("patience"),
            agents=agents,
            target_s=0.0,
        ).wait_s

    whole, more = int(values["people"]), values["people"] % 1
    return (1 - more) * wait_s(whole) + more * wait_s(whole + 1) if more else wait_s(whole)


def load_per_agent(values: Values) -> float:
    """Erlangs for each agent; what is not known counts as 1, the same before and now."""
    volume, handle_time_s, people = (
        values.get(factor, 1.0) for factor in ("volume", "handle_time", "people")
    )
    load = volume / (1 - values.get("redials", 0.0)) * handle_time_s / HOUR_S
    return load / people if people else math.inf


def _values(one: Conditions, other: Conditions) -> dict[Factor, float]:
    """What is known of the one. Contacts are split only where they can be in both."""
    told: dict[Factor, float | None] = {
        "volume": _if_possible(one.offered_per_hour),
        "people": _if_possible(one.agents),
        "handle_time": _if_possible(one.handle_time_s) or None,
        "patience": _if_possible(one.patience_s) or None,
    }
    volume, redials = told["volume"], _if_possible(one.redial_share)
    elsewhere = _if_possible(other.redial_share)
    can_split = redials is not None and redials < 1 and elsewhere is not None and elsewhere < 1
    if volume is not None and redials is not None and can_split:
        told |= {"volume": volume * (1 - redials), "redials": redials}
    return {factor: value for factor, value in told.items() if value is not None}


def _if_possible(value: float | None) -> float | None:
    return value if value is not None and 0 <= value < math.inf else None


def _finite_wait_s(values: Values) -> float | None:
    """None, too, where the model lacks what it needs."""
    wait_s = mean_wait_s(values) if values.keys() >= _QUEUE else math.inf
    return wait_s if wait_s < math.inf else None


def _shares(
    known: Sequence[Factor], begin: Values, end: Values
) -> tuple[Yardstick | None, dict[Factor, float]]:
    """By which yardstick, and of each changed factor its share of what is worse; none where
    nothing is. No yardstick where that is not known: half the team may be gone unseen."""
    changed = [factor for factor in known if begin[factor] != end[factor]]
    can_be_calm = _QUEUE.issubset(known)
    first_s, last_s = _finite_wait_s(begin), _finite_wait_s(end)
    if first_s is not None and last_s is not None:
        if last_s - first_s < WAIT_CHANGE_S_MIN:
            return "wait" if can_be_calm else None, {}
        by_wait = shapley(mean_wait_s, changed, begin, end)
        # Between two waits that end there may be one that does not, if nobody gives up.
        if all(map(math.isfinite, by_wait.values())):
            return "wait", _of_one(by_wait)
        # The wait is longer, whatever the load is.
        can_be_calm = False
    loads = load_per_agent(begin), load_per_agent(end)
    if loads[1] == math.inf:
        # The fewer the agents, the more of a change of the load is theirs: without any, all.
        if "people" in changed:
            return "load", {"people": 1.0}
        return "load" if can_be_calm else None, {}
    if loads[1] - loads[0] <= LOAD_CHANGE_MIN * loads[1]:
        return "load" if can_be_calm else None, {}
    return "load", _of_one(shapley(load_per_agent, changed, begin, end))


def shapley(
    measure: Callable[[Values], float], changed: Sequence[Factor], begin: Values, end: Values
) -> dict[Factor, float]:
    """What each changed factor adds to the measure on the way from `begin` to `end`: the mean over
    all orders in which they can change. 2 to the number of changed factors evaluations."""
    came = [
        frozenset(some) for size in range(len(changed) + 1) for some in combinations(changed, size)
    ]
    measured = {some: measure({**begin, **{each: end[each] for each in some}}) for some in came}
    # The share of orders in which those and no others have changed when the factor does.
    orders = math.factorial(len(changed))
    return {
        factor: sum(
            math.factorial(len(some))
            * math.factorial(len(changed) - len(some) - 1)
            / orders
            * (measured[some | {factor}] - measured[some])
            for some in came
            if factor not in some
        )
        for factor in changed
    }


def _of_one(contributions: dict[Factor, float]) -> dict[Factor, float]:
    whole = math.fsum(contributions.values())
    return {factor: part / whole for factor, part in contributions.items()}
