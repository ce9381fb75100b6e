"""A text that is made once for everybody: which one it is, and the values of its places.

Whoever reads it has it in English beside this. With this a screen writes it in another language.
"""

from __future__ import annotations

import re
from typing import Any, Final, NamedTuple

from msgspec import Struct, to_builtins

_PLACE: Final = re.compile(r"\{(\w+)\}")

# What fills a place: in English, and what other languages write it from.
Value = tuple[str, Any]


class Said(Struct, frozen=True, omit_defaults=True):
    """Which text it is, by its English, and the values of its places: texts and numbers as they
    are, `{"as": KIND, "of": VALUE}` for what each language writes in its own way (seconds as
    `duration`, `span` or `span_up`, `share`, the name of a `metric` or of a `rule`, an `act` of
    a drill), a list for one thing after the other, and a text within it like this one. Where there
    are two texts, `many` is the one for more than one, and `n` how many they are of."""

    id: str
    many: str | None = None
    n: int | None = None
    values: dict[str, Any] = {}


class Told(NamedTuple):
    """A text in English, and what other languages write it from. It may fill a place of another."""

    text: str
    said: Said


def say(text: str, **values: Value) -> Told:
    """A text with its places filled; it is written where it is said, so that it is found there."""
    return put(text, **values)


def say_n(one: str, many: str, n: int, **values: Value) -> Told:
    """One of two texts by how many they are of, which fills the place {n}."""
    text = (one if n == 1 else many).replace("{n}", f"{n:,}")
    told = put(text, **values)
    return Told(told.text, Said(one, many=many, n=n, values=told.said.values))


def put(text: str, **values: Value) -> Told:
    """The same of a text that is `marked` elsewhere."""
    told = _PLACE.sub(lambda place: values[place[1]][0] if place[1] in values else place[0], text)
    # As they are read back: what is told is the same before and after.
    plain = {name: to_builtins(value) for name, (_, value) in values.items()}
    return Told(told, Said(text, values=plain))


def marked(text: str) -> str:
    """The text itself: it is to be found, and put where it is said."""
    return text
