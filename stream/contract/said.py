"""A text that is made once for everybody: which one it is, and the values of its places.

Whoever reads it has it in English beside this. With this a screen writes it in another language.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct


class Said(Struct, frozen=True, omit_defaults=True):
    """Which text it is, by its English, and the values of its places: texts and numbers as they
    are, `{"as": KIND, "of": VALUE}` for what each language writes in its own way (seconds as
    `duration`, `span` or `span_up`, `share`, the name of a `metric`), a list for one thing after
    the other, and a text within it like this one. Where there are two texts, `many` is the one for
    more than one, and `n` how many they are of."""

    id: str
    many: str | None = None
    n: int | None = None
    values: dict[str, Any] = {}
