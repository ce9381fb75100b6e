"""An alert in words: what it is, in one sentence with its figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from string import Formatter
from typing import Any, Final, NamedTuple

from stream.alerts.rules import AnyRule, BurnRate, Forecast, PromiseDue, Threshold
from stream.contract.alerts import Target
from stream.contract.figures import SHARES, WINDOWS, Value
from stream.contract.instants import SECOND_US
from stream.contract.said import Said

_FLOOR: Final = "the floor"
Figures = Mapping[str, Value]
# In English, and as other languages need it.
_Told = tuple[str, Any]


class Sentence(NamedTuple):
    """What an alert says in English, and what other languages write it from: None for a rule's own
    message, which stays as it was written."""

    text: str
    said: Said | None


def sentence(rule: AnyRule, target: Target, name: str, figures: Figures) -> Sentence:
    """What the alert says: the rule's own message filled in, or its kind's."""
    is_floor = target.dimension == "floor"
    if rule.message is not None:
        where = _FLOOR if is_floor else name
        return Sentence(_filled(rule.message, {"name": where, **figures}), None)
    place: _Told = say("the floor") if is_floor else (name, name)
    return _SENTENCES[rule.kind](rule, place, figures)


def say(text: str, **values: _Told) -> Sentence:
    """A text with its places filled in English, and what fills them in other languages."""
    told = text
    for name, (english, _) in values.items():
        told = told.replace("{" + name + "}", english)
    return Sentence(told, Said(text, values={name: value for name, (_, value) in values.items()}))


def figure(name: str, value: Value) -> str:
    """A figure as it is read: a share in percent, a time in its units, a number whole where it is
    and with at most two digits behind the point. A dash where there is none, never 0."""
    if value is None:
        return "–"
    if _without_window(name) in SHARES:
        return f"{100 * value:.0f} %"
    if name.endswith("_s"):
        return duration(value)
    if isinstance(value, int) or value == int(value):
        return f"{int(value):,}"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def duration(seconds: float) -> str:
    """A length of time as it is said: `45 s`, `5 min 30 s`, `1 h 30 min`."""
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minute:02} min"
    if minutes:
        return f"{minutes} min {second} s" if second else f"{minutes} min"
    return f"{second} s"


def _without_window(name: str) -> str:
    """`stuck_proof_5m` is a figure of another window than the rule's own."""
    first, _, last = name.rpartition("_")
    return first if last in WINDOWS else name


def _filled(message: str, values: Mapping[str, Value | str]) -> str:
    """`{name}` and each figure's name stand for their values; what is unknown stays as written."""
    told = []
    for text, field, _, _ in Formatter().parse(message):
        told.append(text)
        if field is not None:
            value = values.get(field, "{" + field + "}")
            told.append(value if isinstance(value, str) else figure(field, value))
    return "".join(told)


def name_of(metric: str) -> str:
    """A metric's name as words: its unit stands with the value."""
    return metric.removesuffix("_s").replace("_", " ")


def _told(figures: Figures, name: str) -> _Told:
    return _figure(name, figures.get(name))


def _figure(name: str, value: Value) -> _Told:
    """A figure as English writes it, and what others write it from."""
    english = figure(name, value)
    if value is None:
        return english, english
    if _without_window(name) in SHARES:
        return english, {"as": "share", "of": value}
    if name.endswith("_s"):
        return english, {"as": "duration", "of": value}
    return english, float(f"{value:.3g}") if abs(value) < 100 else round(value)


def _surge(_rule: AnyRule, where: _Told, figures: Figures) -> Sentence:
    return say(
        "{where}: {size} times the usual arrivals ({offered} against {expected})",
        where=where,
        size=_told(figures, "size"),
        offered=_told(figures, "offered"),
        expected=_told(figures, "expected"),
    )


def _drop(_rule: AnyRule, where: _Told, figures: Figures) -> Sentence:
    return say(
        "{where}: arrivals have stopped or nearly so ({offered} where {expected} are usual)",
        where=where,
        offered=_told(figures, "offered"),
        expected=_told(figures, "expected"),
    )


def _burn(rule: AnyRule, where: _Told, figures: Figures) -> Sentence:
    assert isinstance(rule, BurnRate)
    return say(
        "{where}: {level} in target over {window}, {promised} promised",
        where=where,
        level=_told(figures, rule.metric),
        window=(rule.long, {"as": "window", "of": rule.long}),
        promised=_figure(rule.metric, rule.target),
    )


def _threshold(rule: AnyRule, where: _Told, figures: Figures) -> Sentence:
    assert isinstance(rule, Threshold)
    metric = (name_of(rule.metric), {"as": "metric", "of": rule.metric})
    told = _told(figures, rule.metric)
    if rule.above is not None:
        return say(
            "{where}: {metric} is {value}, above {limit}",
            where=where,
            metric=metric,
            value=told,
            limit=_figure(rule.metric, rule.above),
        )
    return say(
        "{where}: {metric} is {value}, below {limit}",
        where=where,
        metric=metric,
        value=told,
        limit=_figure(rule.metric, rule.below),
    )


def _waiting(_rule: AnyRule, where: _Told, figures: Figures) -> Sentence:
    return say(
        "{where}: somebody has waited for {wait}",
        where=where,
        wait=_told(figures, "oldest_wait_s"),
    )


def _promise(rule: AnyRule, where: _Told, figures: Figures) -> Sentence:
    assert isinstance(rule, PromiseDue)
    count = figures.get(f"{rule.of}_at_risk")
    told = {"where": where, "count": _figure("", count), "ahead": _ahead(rule.ahead_us)}
    if rule.of == "callbacks":
        if count == 1:
            return say("{where}: {count} callback is due within {ahead}", **told)
        return say("{where}: {count} callbacks are due within {ahead}", **told)
    if count == 1:
        return say("{where}: {count} reply is due within {ahead}", **told)
    return say("{where}: {count} replies are due within {ahead}", **told)


def _forecast(rule: AnyRule, where: _Told, figures: Figures) -> Sentence:
    assert isinstance(rule, Forecast)
    return say(
        "{where}: {wait} of waiting in {ahead} if nobody helps",
        where=where,
        wait=_told(figures, "wait_ahead_s"),
        ahead=_ahead(rule.ahead_us),
    )


def _ahead(micros: int) -> _Told:
    seconds = micros / SECOND_US
    return duration(seconds), {"as": "span", "of": seconds}


def _no_data(_rule: AnyRule, _where: _Told, _figures: Figures) -> Sentence:
    return say("the stream tells nothing, or only of the past: nobody knows how the floor stands")


_SENTENCES: Final[Mapping[str, Callable[[AnyRule, _Told, Figures], Sentence]]] = {
    "surge": _surge,
    "drop": _drop,
    "burn_rate": _burn,
    "threshold": _threshold,
    "waiting": _waiting,
    "promise": _promise,
    "forecast": _forecast,
    "no_data": _no_data,
}
