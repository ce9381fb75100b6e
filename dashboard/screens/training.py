"""Drills at `/training`: the trainer's side, the trainee's with `?as=trainee`, and the report."""

from __future__ import annotations

from typing import Final

from dash import Dash, html
from dash.development.base_component import Component

from dashboard.components.header import header
from dashboard.components.training import no_desk, report_pane, trainee_panes, trainer_panes
from dashboard.i18n import _, marked
from dashboard.screens.screen import Screen, draw_with, shell

_SWITCHES: Final = ("theme",)


def layout(title: str) -> Component:
    """Everything of the screen but the drill."""
    return shell(
        "training",
        header(
            f"{_('Training')} · {title}",
            here="/training",
            switches=_SWITCHES,
        ),
        html.Main(
            [
                no_desk(),
                html.P(id="training-told", className="training-told", role="status"),
                report_pane(),
                html.Div([trainer_panes(), trainee_panes()], className="training-columns"),
            ],
            id="training",
            className="page training",
        ),
        page=True,
    )


def connect(app: Dash) -> None:
    """Draw the drill, in the theme that the viewer chose."""
    draw_with(app, "training", switches=_SWITCHES)


SCREEN: Final = Screen("/training", marked("Training"), layout, connect)
