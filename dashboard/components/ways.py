"""The ways between screens: each screen's head leads to all of them, from the same places."""

from __future__ import annotations

from typing import Final

from dash import html
from dash.development.base_component import Component

from dashboard.components.parts import attributes
from dashboard.components.past import past_way
from dashboard.i18n import _, marked

# Each screen's name and address, in the order in which people ask.
_WAYS: Final = (
    (marked("Wallboard"), "/"),
    (marked("Supervisor"), "/supervisor"),
    (marked("Experience"), "/experience"),
    (marked("Alerts"), "/alerts"),
    (marked("Health"), "/health"),
    (marked("Report"), "/report"),
    (marked("Training"), "/training"),
)
# There where drills can be run, which the frames say, and on its own screen.
_TRAINING: Final = "/training"


def ways(here: str) -> list[Component]:
    """The links to all screens, of which the one at `here` is marked."""
    return [_way(_(name), address, here=address == here) for name, address in _WAYS]


def taking() -> list[Component]:
    """What can be done with any screen: wind it back, and take it away."""
    take_away = html.Button(_("Take away"), id="take-away", type="button", className="way take-way")
    return [past_way(), take_away]


def _way(name: str, address: str, *, here: bool) -> Component:
    told = attributes(data_name=name, **({"aria_current": "page"} if here else {}))
    if address == _TRAINING:
        hidden = not here
        return html.A(name, id="way-training", href=address, className="way", hidden=hidden, **told)
    return html.A(name, href=address, className="way", **told)
