"""The supervisor's screen at `/supervisor`: queues and agents live, and why each stands as it does."""

from __future__ import annotations

from typing import Final

from dash import Dash, html
from dash.development.base_component import Component

from dashboard.components.header import header
from dashboard.components.incidents import dialog
from dashboard.components.live_grid import LIBRARY, grid_source
from dashboard.components.queue_grid import empty_floor
from dashboard.components.supervisor import beside, supervisor_tables
from dashboard.i18n import _, marked
from dashboard.screens.screen import Screen, draw_with, shell

_SWITCHES: Final = ("order", "theme")


def layout(title: str) -> Component:
    """Everything of the screen but the figures."""
    return shell(
        "supervisor",
        header(f"{_('Supervisor')} · {title}", here="/supervisor", switches=_SWITCHES),
        html.Main(
            [empty_floor(), supervisor_tables(), beside(), grid_source()],
            id="supervisor",
            className="supervisor",
        ),
        dialog(),
    )


def connect(app: Dash) -> None:
    """Draw the floor, in the order and theme that the viewer chose."""
    draw_with(app, "supervisor", switches=_SWITCHES)


SCREEN: Final = Screen("/supervisor", marked("Supervisor"), layout, connect, frozenset({LIBRARY}))
