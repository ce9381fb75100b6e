"""Small pieces that the screens share."""

from __future__ import annotations

import re
from typing import Any

from dash import html
from dash.development.base_component import Component


def attributes(**told: str) -> dict[str, Any]:
    """`data-…` and `aria-…` attributes, for which Dash's components have no arguments."""
    return {name.replace("_", "-"): value for name, value in told.items()}


def part(name: str, class_name: str = "", *, spoken: bool = True) -> Component:
    """An empty place that the browser fills by its name; `spoken` is whether it is read aloud.

    While it is empty the style sheet may draw a grey bar in it, so that nothing jumps later.
    """
    silence = {} if spoken else attributes(aria_hidden="true")
    return html.Span(className=class_name, **attributes(data_part=name), **silence)


def filled(text: str, **places: Component) -> list[str | Component]:
    """A text with components in its places: `{name}` is where the component of that name stands,
    wherever the language has it."""
    pieces = re.split(r"\{(\w+)\}", text)
    return [places[piece] if at % 2 else piece for at, piece in enumerate(pieces)]
