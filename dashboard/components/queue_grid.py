"""The place of the queues' tiles. The browser makes the tiles; these shells hold their places."""

from __future__ import annotations

from typing import Final

from dash import html
from dash.development.base_component import Component

from dashboard.components.parts import attributes
from dashboard.i18n import _

_SHELLS: Final = 12


def queue_grid() -> Component:
    """Shells while loading; one tile a queue with the first frame."""
    shells = [
        html.Div(className="tile shell", **attributes(aria_hidden="true"))
        for _nth in range(_SHELLS)
    ]
    return html.Section(
        className="queues",
        children=[
            html.Div(id="shells", className="grid", children=shells),
            html.Div(id="queues", className="grid", role="list"),
        ],
        **attributes(aria_label=_("Queues")),
    )


def empty_floor() -> Component:
    """What to do where nothing has happened yet."""
    return html.Section(
        id="empty",
        className="empty",
        hidden=True,
        children=[
            html.H2(_("No events yet")),
            html.P(_("The dashboard is up and the wall is waiting for its first contact.")),
            html.P(_("Start a floor, with the same log as this dashboard:")),
            html.Pre(
                "floorwatch simulate --log URL --speed 1\nfloorwatch stream --log URL",
                tabIndex=0,
            ),
            html.P(_("or see everything at once with: floorwatch demo")),
        ],
    )
