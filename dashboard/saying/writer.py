"""Writing what is said, as dashboard/assets/base/said.js does in browsers."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from msgspec import ValidationError, convert

from dashboard.amounts import decimal, duration, listed, share, span, span_up, whole, window
from dashboard.i18n import _, language

# The texts are marked where they are said.
from dashboard.i18n import _n as form_of
from dashboard.i18n.languages import ENGLISH
from dashboard.saying import acts
from dashboard.saying.names import metric, rule
from stream.contract.drills import Act
from stream.contract.said import Said

_PLACE: Final = re.compile(r"\{(\w+)\}")
_AMOUNTS: Final[Mapping[str, Callable[[float], str]]] = {
    "duration": duration,
    "span": span,
    "span_up": span_up,
    "share": share,
}
_NAMES: Final[Mapping[str, Callable[[str], str]]] = {
    "window": window,
    "rule": rule,
    "metric": metric,
}

# The names of queues by their ids, for acts that are of some.
Names = Mapping[str, str]


class _Unknown(Exception):
    """A value of a kind that a newer release has."""


def said(told: Said | None, english: str, names: Names) -> str:
    """What is said in the language that is spoken; `english` where that is it, where nobody says
    how, and where it has values that cannot be written here."""
    if told is None or language() is ENGLISH:
        return english
    try:
        return _written(told, names)
    except (_Unknown, ValidationError):
        return english


def _written(told: Said, names: Names) -> str:
    values = {name: _value(value, names) for name, value in told.values.items()}
    text = _(told.id)
    if told.many is not None and told.n is not None:
        text = form_of(told.id, told.many, told.n)
        values = {"n": whole(told.n), **values}
    return _PLACE.sub(lambda place: values.get(place[1], place[0]), text)


def _value(value: Any, names: Names) -> str:
    match value:
        case int() | float():
            return decimal(value)
        case list() | tuple():
            return listed([str(one) for one in value])
        case Said():
            return _written(value, names)
        case {"as": str(kind), "of": of}:
            return _of_kind(kind, of, names)
        case dict():
            return _written(convert(value, Said), names)
        case _:
            return str(value)


def _of_kind(kind: str, of: Any, names: Names) -> str:
    if kind in _AMOUNTS:
        return _AMOUNTS[kind](convert(of, float))
    if kind in _NAMES:
        return _NAMES[kind](convert(of, str))
    if kind == "act":
        act: Act = convert(of, Act)
        return acts.words(act, names)
    raise _Unknown
