"""The six large figures of the floor."""

from __future__ import annotations

from typing import Final

from dash import html
from dash.development.base_component import Component

from dashboard.components.parts import attributes, part
from dashboard.i18n import _, marked

# Each name is what the browser draws into the place; the label says what the figure is.
_FIGURES: Final = (
    ("level", marked("Service level")),
    ("waiting", marked("Waiting now")),
    ("asa", marked("Speed of answer")),
    ("abandoned", marked("Abandoned")),
    ("csat", marked("CSAT")),
    ("agents", marked("Agents free")),
)


def floor_figures() -> Component:
    """A row of six, in the order a supervisor asks: how are we, who waits, who is there."""
    return html.Section(
        [_figure(name, label) for name, label in _FIGURES],
        id="floor",
        className="floor",
        **attributes(aria_label=_("The whole floor")),
    )


def _figure(name: str, label: str) -> Component:
    return html.Div(
        [
            html.Div([html.Span(_(label)), part("window")], className="figure-label"),
            html.Div(
                [part("value", "figure-value"), part("aside", "figure-aside", spoken=False)],
                className="figure-row",
            ),
            part("note", "figure-note"),
        ],
        className="figure",
        role="group",
        **attributes(data_figure=name, aria_label=_(label)),
    )
