"""Texts that are made once for all viewers: in English, with what each browser needs to write them
in its own language.

A frame has the same bytes for everybody, so it cannot be in anybody's language. Beside a text in
English it tells which text of the catalogues that is, and the values of its places.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any, Final, Literal, NamedTuple

from dashboard.words import duration, listed, number, percent, span, span_up
from stream.contract.alerts import Incident
from stream.contract.said import Said, Told

__all__ = ["Amount", "Said", "Told", "Value", "capital", "say", "say_n", "title_said"]

_PLACE: Final = re.compile(r"\{(\w+)\}")
Kind = Literal["duration", "span", "span_up", "share"]
_WRITTEN: Final[dict[Kind, Callable[[float], str]]] = {
    "duration": duration,
    "span": span,
    "span_up": span_up,
    "share": percent,
}


class Amount(NamedTuple):
    """A value that each language writes in its own way: seconds, or a share."""

    kind: Kind
    of: float


# What may stand in a place of a text.
Value = str | int | float | Amount | Told | Sequence[str]


def say(text: str, **values: Value) -> Told:
    """A text with the values of its places."""
    return Told(_filled(text, values), Said(text, values=_values(values)))


def say_n(one: str, many: str, n: int, **values: Value) -> Told:
    """One of two texts by how many they are of, which English writes as a word where it is small."""
    told = _filled(one if n == 1 else many, {"n": number(n), **values})
    return Told(told, Said(one, many=many, n=n, values=_values(values)))


def capital(told: Told) -> Told:
    """The same at the beginning of a sentence. Other languages write numbers in digits there."""
    return told._replace(text=told.text[:1].upper() + told.text[1:])


def _filled(text: str, values: dict[str, Value]) -> str:
    return _PLACE.sub(lambda place: _english(values[place[1]]), text)


def _english(value: Value) -> str:
    match value:
        case str():
            return value
        case int():
            return f"{value:,}"
        case float():
            return f"{value:.1f}"
        case Told():
            return value.text
        case Amount():
            return _WRITTEN[value.kind](value.of)
        case _:
            return listed(value)


def _values(values: dict[str, Value]) -> dict[str, Any]:
    return {name: _value(value) for name, value in values.items()}


def _value(value: Value) -> Any:
    match value:
        case Told():
            return value.said
        case Amount():
            return {"as": value.kind, "of": value.of}
        case float():
            return round(value, 1)
        case _:
            return value


def title_said(incident: Incident) -> Said | None:
    """What other languages write the title from: it is what one of the alerts says, or of the past
    what it said as it fired."""
    says = chain(incident.alerts, (one.as_fired for one in incident.alerts))
    return next((one.said for one in says if one.message == incident.title), None)
