"""A reason in English again, from nothing but what other languages are given to write it from."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from stream.contract.said import Said


def english(said: Sequence[Said] | None) -> str:
    """The sentences, as the wire has them, filled in and one after the other."""
    sentences = [_written(one) for one in _as_read(said)]
    return " ".join(f"{one[0].upper()}{one[1:].removesuffix('.')}." for one in sentences)


def texts_of(said: Sequence[Said] | None) -> set[str]:
    """Which texts it is made of."""
    return {text for one in _as_read(said) for text in _texts(one)}


def _as_read(said: Sequence[Said] | None) -> list[dict[str, Any]]:
    read: list[dict[str, Any]] = msgspec.json.decode(msgspec.json.encode(said))
    return read


def _written(told: Any) -> str:
    match told:
        case {"as": "share", "of": value}:
            return f"{100 * value:.0f} %"
        case {"as": "duration", "of": value}:
            return f"{value // 60}:{value % 60:02} min"
        case {"id": text}:
            values = told.get("values", {})
            return re.sub(r"\{(\w+)\}", lambda place: _written(values[place[1]]), text)
        case float() | int():
            return f"{told:.1f}".removesuffix(".0")
        case _:
            return str(told)


def _texts(told: Any) -> Iterator[str]:
    if isinstance(told, dict) and "id" in told:
        yield told["id"]
        for value in told.get("values", {}).values():
            yield from _texts(value)
