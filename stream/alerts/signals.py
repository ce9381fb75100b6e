"""How each rule stands at an instant, on everything in its scope at once."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stream.alerts.life import Life, Signal
from stream.alerts.readings import Floats, Names, Readings
from stream.alerts.rules import (
    OLDEST_WAIT_TARGETS,
    ROUNDING,
    AnyRule,
    BurnRate,
    Drop,
    Forecast,
    NoData,
    PromiseDue,
    Threshold,
    Waiting,
)
from stream.alerts.usual import HANDLE_WINDOW, PATIENCE, RATE_S, RATE_WINDOW
from stream.contract.alerts import Target
from stream.contract.figures import Value
from stream.contract.instants import SECOND_US
from stream.staffing.fluid import outlook

Signals = NDArray[np.int8]
CLEAR, HOLD, BREACH = range(3)
SIGNAL: Final[tuple[Signal, ...]] = ("clear", "hold", "breach")

# What a metric's evidence is counted by; of all others the contacts whose waits are over.
_EVIDENCE: Final = {
    "csat": "csat_n",
    "nps": "nps_n",
    "resolution": "resolved_n",
    "callbacks": "callbacks_due",
    "trust": "trust_n",
    "ease": "ease_n",
    "effectiveness": "effectiveness_n",
    "emotion": "emotion_n",
    "manner": "manner_n",
    "survey": "surveys_sent",
}
_OF_AGENTS: Final = "answered"
_IN_SYSTEM: Final = ("waiting", "in_conversation", "on_hold", "wrapping")


class Judged(NamedTuple):
    """A rule on the things of its dimension: their names, the signal of each as a number, what
    gives the figures of the one at a place, and the signal of a thing that is not told of: there is
    nothing in it, if anything is known at all."""

    names: Names
    signals: Signals
    figures: Callable[[int], dict[str, Value]]
    absent: Signal = "clear"


# Of a rule whose metrics the readings do not tell.
UNTOLD: Final = Judged((), np.zeros(0, np.int8), lambda _place: {}, absent="unknown")


def judge(rule: AnyRule, readings: Readings) -> Judged:
    """How a rule stands that needs nothing but the readings: all kinds but `surge` and `drop`."""
    match rule:
        case NoData():
            signals = np.array([CLEAR if readings.known else BREACH], np.int8)
            return Judged((None,), signals, lambda _place: {})
        case Threshold():
            return _threshold(rule, readings)
        case BurnRate():
            return _burn_rate(rule, readings)
        case Waiting():
            return _waiting(rule, readings)
        case PromiseDue():
            return _promise(rule, readings)
        case Forecast():
            return _forecast(rule, readings)
        case _:
            raise AssertionError(f"{rule.kind} has a chart")


def places(rule: AnyRule, judged: Judged, known: Mapping[Target, Life]) -> dict[Target, int | None]:
    """Where each thing stands that the rule holds for or that has a life already; None where
    nothing is told of it."""
    places: dict[Target, int | None] = {}
    for place in np.flatnonzero(judged.signals == BREACH).tolist():
        target = Target(rule.scope.dimension, judged.names[place])
        if rule.scope.covers(target):
            places[target] = place
    others = {target.name: target for target in known if target not in places}
    if others:
        for place, name in enumerate(judged.names):
            found = others.pop(name, None)
            if found is not None:
                places[found] = place
        places.update(dict.fromkeys(others.values()))
    return places


def graded(values: Floats, *, breach: float, clear: float, above: bool) -> Signals:
    """Breach beyond the one level, clear up to the other, hold between the two; at a level is not
    beyond it. What is not a number is clear: without evidence nothing is held against anybody."""
    told = np.full(len(values), CLEAR, np.int8)
    if above:
        told[values > clear] = HOLD
        told[values > breach] = BREACH
    else:
        told[values < clear] = HOLD
        told[values < breach] = BREACH
    return told


def evidence(readings: Readings, rule: AnyRule, metric: str, window: str) -> Floats:
    """How many contacts a metric rests on."""
    table = readings.table(rule.scope.dimension, window)
    counted = _EVIDENCE.get(metric.partition("_")[0])
    if counted is not None:
        return table.column(counted)
    if rule.scope.dimension in ("team", "agent"):
        return table.column(_OF_AGENTS)
    return table.column("answered_waited") + table.column("abandoned")


def _threshold(rule: Threshold, readings: Readings) -> Judged:
    [(metric, window)] = rule.metrics()
    table = readings.table(rule.scope.dimension, window)
    values = table.column(metric)
    above = rule.above is not None
    breach = rule.above if rule.above is not None else rule.below
    assert breach is not None
    clear = breach if rule.clear is None else rule.clear
    signals = graded(values, breach=breach, clear=clear, above=above)
    if rule.at_least and window is not None:
        signals[~(evidence(readings, rule, metric, window) >= rule.at_least)] = CLEAR
    return Judged(table.names, signals, lambda place: {metric: _plain(values[place])})


def _burn_rate(rule: BurnRate, readings: Readings) -> Judged:
    long, short = (readings.table(rule.scope.dimension, each) for each in (rule.long, rule.short))
    shares = long.column(rule.metric)
    recent = _aligned(short.names, short.column(rule.metric), long.names)
    allowed = 1 - rule.target
    # The share that is gone wrong against the one that is allowed to.
    burns, now = (1 - shares) / allowed, (1 - recent) / allowed
    clear = rule.burn if rule.clear_burn is None else rule.clear_burn
    # The long window means it, and the short one says that it is not over; the slower of the two is
    # not a number where either is none.
    slower = np.minimum(burns, now) + ROUNDING
    told = np.full(len(slower), CLEAR, np.int8)
    told[slower >= clear] = HOLD
    told[slower >= rule.burn] = BREACH
    ended = evidence(readings, rule, rule.metric, rule.long)
    told[~(ended >= rule.at_least)] = CLEAR

    def figures(place: int) -> dict[str, Value]:
        return {
            rule.metric: _plain(shares[place]),
            f"{rule.metric}_{rule.short}": _plain(recent[place]),
            "burn": _plain(burns[place]),
            "contacts": _plain(ended[place]),
        }

    return Judged(long.names, told, figures)


def _waiting(rule: Waiting, readings: Readings) -> Judged:
    table = readings.table(rule.scope.dimension, None)
    waits = table.column("oldest_wait_s")
    if rule.over_us is not None:
        judged, level = waits, rule.over_us / SECOND_US
    else:
        assert rule.over_targets is not None
        judged, level = table.column(OLDEST_WAIT_TARGETS), rule.over_targets
    signals = graded(judged, breach=level, clear=level, above=True)
    return Judged(
        table.names,
        signals,
        lambda place: {
            "oldest_wait_s": _plain(waits[place]),
            "waiting": _plain(table.column("waiting")[place]),
        },
    )


def _promise(rule: PromiseDue, readings: Readings) -> Judged:
    dues = readings.promises.get(rule.of, {})
    now, until = readings.as_of, readings.as_of + rule.ahead_us
    # What is overdue is broken already, and no longer at risk; what is due just now can be kept.
    counts = {
        queue: bisect_right(due, until) - bisect_left(due, now) for queue, due in dues.items()
    }
    names: Names = list(counts)
    at_risk = np.array(list(counts.values()), np.float64)
    if rule.scope.dimension == "floor":
        names, at_risk = (None,), np.array([at_risk.sum()])
    signals = graded(at_risk, breach=rule.more_than, clear=rule.more_than, above=True)
    return Judged(names, signals, lambda place: {f"{rule.of}_at_risk": _plain(at_risk[place])})


def _forecast(rule: Forecast, readings: Readings) -> Judged:
    names = readings.table("queue", None).names
    waits_s = np.array(
        [
            _wait_ahead_s(rule, readings, name)
            if rule.scope.covers(Target("queue", name))
            else np.nan
            for name in names
        ],
        np.float64,
    )
    targets_us = [readings.targets_us.get(name or "", np.nan) for name in names]
    # A target of no time at all counts as a second.
    times = waits_s / np.maximum(np.array(targets_us, np.float64) / SECOND_US, 1)
    clear = rule.over_targets if rule.clear_targets is None else rule.clear_targets
    signals = graded(times, breach=rule.over_targets, clear=clear, above=True)

    def figures(place: int) -> dict[str, Value]:
        wait_s = waits_s[place]
        now = readings.table("queue", None).column("oldest_wait_s")[place]
        # A wait without an end is none that could be said.
        told = None if np.isinf(wait_s) else _plain(round(wait_s, 1))
        return {"wait_ahead_s": told, "oldest_wait_s": _plain(now)}

    return Judged(names, signals, figures)


def _wait_ahead_s(rule: Forecast, readings: Readings, name: str | None) -> float:
    """How long who comes then would wait, if arrivals and people stay as they are (the fluid
    outlook); not a number where too little is known or nobody is there to go by."""
    now, rates = readings.table("queue", None), readings.table("queue", RATE_WINDOW)
    handled = readings.table("queue", HANDLE_WINDOW)
    place, at_rates, at_handled = (each.place(name) for each in (now, rates, handled))
    if place is None or at_rates is None or at_handled is None:
        return np.nan
    offered = rates.column("offered")[at_rates]
    handle_s = handled.column("average_handle_time_s")[at_handled]
    agents = now.column("agents_staffed")[place] - now.column("agents_away")[place]
    if not (offered >= rule.at_least and handle_s > 0 and agents > 0):
        return np.nan
    patience_s = handled.column(PATIENCE)[at_handled] if handled.has(PATIENCE) else np.nan
    contacts = sum(now.column(each)[place] for each in _IN_SYSTEM)
    return outlook(
        contacts=contacts,
        arrivals_per_s=offered / RATE_S,
        handle_time_s=handle_s,
        patience_s=patience_s if patience_s > 0 else None,
        agents=agents,
        horizon_s=rule.ahead_us / SECOND_US,
    ).wait_s


def _aligned(names: Names, values: Floats, wanted: Names) -> Floats:
    """The values in the order of other names, not a number for one that is missing."""
    if list(names) == list(wanted):
        return values
    known = dict(zip(names, values, strict=True))
    return np.array([known.get(name, np.nan) for name in wanted], np.float64)


def _plain(value: float) -> Value:
    """A number that can be written; None for one that is none, whole ones whole."""
    if np.isnan(value):
        return None
    return int(value) if value == int(value) else float(value)


def worse(rule: AnyRule, peak: float | None, figures: Mapping[str, Value]) -> float | None:
    """The worst so far of the figure that the rule goes by, which stands first."""
    first = next(iter(figures.values()), None)
    if first is None or peak is None:
        return peak if first is None else float(first)
    is_low = isinstance(rule, BurnRate | Drop) or (
        isinstance(rule, Threshold) and rule.below is not None
    )
    return float(min(peak, first) if is_low else max(peak, first))
