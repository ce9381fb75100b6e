"""The alert centre at `/alerts`: what fires and why, what was, and the rules behind it."""

from __future__ import annotations

from typing import Final

from dash import Dash, html
from dash.development.base_component import Component

from dashboard.components.header import header
from dashboard.components.incidents import dialog, filters, incident_panes, tabs, undelivered
from dashboard.components.rules import rules_pane
from dashboard.i18n import _, marked
from dashboard.screens.screen import Screen, draw_with, shell

_SWITCHES: Final = ("theme",)


def layout(title: str) -> Component:
    """Everything of the screen but the incidents and the rules."""
    return shell(
        "alerts",
        header(
            f"{_('Alerts')} · {title}",
            here="/alerts",
            switches=_SWITCHES,
        ),
        html.Main(
            [tabs(), undelivered(), filters(), incident_panes(), rules_pane()],
            id="centre",
            className="page centre",
        ),
        dialog(),
        page=True,
    )


def connect(app: Dash) -> None:
    """Draw what fires, in the theme that the viewer chose."""
    draw_with(app, "alerts", switches=_SWITCHES)


SCREEN: Final = Screen("/alerts", marked("Alerts"), layout, connect)
