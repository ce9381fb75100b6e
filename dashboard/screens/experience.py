"""What customers say at `/experience`: scores, waits and scores, pain points, comments, promises."""

from __future__ import annotations

from typing import Final

from dash import Dash, html
from dash.development.base_component import Component

from dashboard.components import experience as parts
from dashboard.components.header import header
from dashboard.components.incidents import dialog
from dashboard.i18n import _, marked
from dashboard.screens.screen import Screen, draw_with, shell

_SWITCHES: Final = ("theme",)


def layout(title: str) -> Component:
    """Everything of the screen but what customers said."""
    return shell(
        "experience",
        header(f"{_('Experience')} · {title}", here="/experience", switches=_SWITCHES),
        html.Main(
            [
                parts.told(),
                parts.choices(),
                parts.tiles(),
                html.Div(
                    [
                        html.Div(
                            [parts.scores_sheet(), parts.curve_sheet()],
                            className="experience-column",
                        ),
                        html.Div(
                            [
                                parts.pains_sheet(),
                                parts.promises_sheet(),
                                parts.comments_sheet(),
                                parts.thanks_sheet(),
                            ],
                            className="experience-column",
                        ),
                    ],
                    className="experience-columns",
                ),
            ],
            id="experience",
            className="experience",
        ),
        dialog(),
    )


def connect(app: Dash) -> None:
    """Draw what customers said, in the theme that the viewer chose."""
    draw_with(app, "experience", switches=_SWITCHES)


SCREEN: Final = Screen("/experience", marked("Experience"), layout, connect)
