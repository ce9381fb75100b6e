"""The ways between screens: each screen's head leads to all others."""

from __future__ import annotations

from typing import Final

from dash import html
from dash.development.base_component import Component

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
)


def ways(here: str) -> list[Component]:
    """The links to all screens but the one at `here`, and what can be taken away of this one."""
    links: list[Component] = [
        html.A(_(name), href=address, className="way") for name, address in _WAYS if address != here
    ]
    # There where drills can be run, which the frames say.
    training = html.A(
        _("Training"), id="way-training", href="/training", className="way", hidden=True
    )
    take_away = html.Button(_("Take away"), id="take-away", type="button", className="way take-way")
    return [*links, training, past_way(), take_away]
