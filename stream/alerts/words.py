"""An alert in words: what it is, or how it clears, in one sentence with its figures of now."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from string import Formatter
from typing import Final, NamedTuple

from stream.alerts.rules import AnyRule, BurnRate, Forecast, PromiseDue, Threshold
from stream.contract.alerts import Alert, State, Target
from stream.contract.figures import SHARES, WINDOWS, Value
from stream.contract.instants import SECOND_US
from stream.contract.said import Said, put
from stream.contract.said import Value as _Told

_FLOOR: Final = "the floor"
Figures = Mapping[str, Value]


class Sentence(NamedTuple):
    """What an alert says in English, and what other languages write it from: None for a rule's own
    message, which stays as it was written."""

    text: str
    said: Said | None


def sentence(
    rule: AnyRule, target: Target, name: str, figures: Figures, state: State = "firing"
) -> Sentence:
    """What the alert says that fires or recovers: the rule's own message filled in, or its kind's."""
    is_floor = target.dimension == "floor"
    recovers = state == "recovering"
    if rule.message is not None:
        where = _FLOOR if is_floor else name
        own = _filled(rule.message, {"name": where, **figures})
        return (
            say("Recovering: {sentence}", sentence=(own, own)) if recovers else Sentence(own, None)
        )
    place: _Told = say("the floor") if is_floor else (name, name)
    if not recovers:
        return _SENTENCES[rule.kind](rule, place, figures)
    return _CLEAR[rule.kind](rule, place, figures) or say("{where}: recovering", where=place)


def last_known(alert: Alert) -> Sentence:
    """What the alert says whose figures are not known any more."""
    return say("Last known: {sentence}", sentence=(alert.message, alert.said or alert.message))


def say(text: str, **values: _Told) -> Sentence:
    """A text with its places filled in English, and what fills them in other languages."""
    return Sentence(*put(text, **values))


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
    limit = _figure(rule.metric, _limit(rule, figures.get(rule.metric)))
    if rule.above is not None:
        return say(
            "{where}: {metric} is {value}, above {limit}",
            where=where,
            metric=metric,
            value=told,
            limit=limit,
        )
    return say(
        "{where}: {metric} is {value}, below {limit}",
        where=where,
        metric=metric,
        value=told,
        limit=limit,
    )


def _limit(rule: Threshold, value: Value) -> Value:
    """The level that the value is beyond: between the two it is not back at the one to clear."""
    breach = rule.above if rule.above is not None else rule.below
    if value is None or rule.clear is None or _is_beyond(rule, value):
        return breach
    return rule.clear


def _is_beyond(rule: Threshold, value: float) -> bool:
    return value > rule.above if rule.above is not None else value < (rule.below or 0)


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


# --- of what recovers: without a sentence, that it does and no more ------------------------------


def _surge_over(_rule: AnyRule, where: _Told, _figures: Figures) -> Sentence:
    # A chart that is clear counts nothing any more.
    return say("{where}: recovering, the surge of arrivals is over", where=where)


def _drop_over(_rule: AnyRule, where: _Told, _figures: Figures) -> Sentence:
    return say("{where}: recovering, no arrivals are missing any more", where=where)


def _burn_clear(rule: AnyRule, where: _Told, figures: Figures) -> Sentence:
    assert isinstance(rule, BurnRate)
    windows = {rule.metric: rule.long, f"{rule.metric}_{rule.short}": rule.short}
    levels = {name: figures.get(name) for name in windows}
    # Where one is not known it is clear for want of evidence, and not by what the other says.
    if None in levels.values() or (figures.get("contacts") or 0) < rule.at_least:
        return _too_few(where)
    # It is clear by the better of the two.
    best = max(levels, key=lambda name: levels[name] or 0)
    return say(
        "{where}: recovering, {level} in target over {window}, {promised} promised",
        where=where,
        level=_told(figures, best),
        window=(windows[best], {"as": "window", "of": windows[best]}),
        promised=_figure(rule.metric, rule.target),
    )


def _threshold_clear(rule: AnyRule, where: _Told, figures: Figures) -> Sentence:
    assert isinstance(rule, Threshold)
    value = figures.get(rule.metric)
    if value is None or _is_beyond(rule, value):
        return _too_few(where)
    metric = (name_of(rule.metric), {"as": "metric", "of": rule.metric})
    told = _told(figures, rule.metric)
    return say("{where}: recovering, {metric} is {value}", where=where, metric=metric, value=told)


def _too_few(where: _Told) -> Sentence:
    return say("{where}: recovering, too little to judge by", where=where)


def _waiting_clear(_rule: AnyRule, where: _Told, figures: Figures) -> Sentence:
    if not figures.get("oldest_wait_s"):
        return say("{where}: recovering, nobody waits", where=where)
    wait = _told(figures, "oldest_wait_s")
    return say("{where}: recovering, who waits longest has for {wait}", where=where, wait=wait)


def _promise_clear(rule: AnyRule, where: _Told, figures: Figures) -> Sentence:
    assert isinstance(rule, PromiseDue)
    count = figures.get(f"{rule.of}_at_risk")
    told = {"where": where, "ahead": _ahead(rule.ahead_us)}
    if count:
        return say(
            "{where}: recovering, due within {ahead}: {count}", **told, count=_figure("", count)
        )
    if rule.of == "callbacks":
        return say("{where}: recovering, no callback is due within {ahead}", **told)
    return say("{where}: recovering, no reply is due within {ahead}", **told)


def _forecast_clear(rule: AnyRule, where: _Told, figures: Figures) -> Sentence | None:
    assert isinstance(rule, Forecast)
    if figures.get("wait_ahead_s") is None:
        return None
    return say(
        "{where}: recovering, {wait} of waiting in {ahead} as things stand",
        where=where,
        wait=_told(figures, "wait_ahead_s"),
        ahead=_ahead(rule.ahead_us),
    )


def _data_again(_rule: AnyRule, _where: _Told, _figures: Figures) -> Sentence:
    return say("recovering: the stream tells again how the floor stands")


_CLEAR: Final[Mapping[str, Callable[[AnyRule, _Told, Figures], Sentence | None]]] = {
    "surge": _surge_over,
    "drop": _drop_over,
    "burn_rate": _burn_clear,
    "threshold": _threshold_clear,
    "waiting": _waiting_clear,
    "promise": _promise_clear,
    "forecast": _forecast_clear,
    "no_data": _data_again,
}
