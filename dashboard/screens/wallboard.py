"""The wallboard at `/`: shells from here, figures from the stream, drawing in the browser."""

from __future__ import annotations

from typing import Final

from dash import Dash, html
from dash.development.base_component import Component

from dashboard.components.boards import board_place, boards_menu, boards_switch, builder, foot
from dashboard.components.floor_figures import floor_figures
from dashboard.components.header import header
from dashboard.components.queue_grid import empty_floor, queue_grid
from dashboard.screens.screen import Screen, draw_with, shell

_SWITCHES: Final = ("order", "theme")


def layout(title: str) -> Component:
    """Everything of the wallboard but the figures."""
    return shell(
        "wallboard",
        header(title, here="/", switches=_SWITCHES, beside=[boards_switch()]),
        html.Div(
            [
                html.Main(
                    className="board",
                    children=[floor_figures(), empty_floor(), queue_grid(), board_place(), foot()],
                ),
                builder(),
            ],
            className="board-and-builder",
        ),
        boards_menu(),
    )


def connect(app: Dash) -> None:
    """Draw the floor, in the order and theme that the viewer chose."""
    draw_with(app, "wallboard", switches=_SWITCHES)


SCREEN: Final = Screen("/", "", layout, connect)
