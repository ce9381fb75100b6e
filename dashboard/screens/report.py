"""The report of a shift at `/report`: choose one, read it here, take it as a page, a PDF or CSV."""

from __future__ import annotations

from typing import Final

from dash import Dash, html
from dash.development.base_component import Component

from dashboard.components.header import header
from dashboard.components.shift import shift_choice, shift_report
from dashboard.i18n import _, marked
from dashboard.screens.screen import Screen, draw_with, shell

_SWITCHES: Final = ("theme",)


def layout(title: str) -> Component:
    """Everything of the screen but the report."""
    return shell(
        "report",
        header(f"{_('Report')} · {title}", here="/report", switches=_SWITCHES),
        html.Main([shift_choice(), shift_report()], id="report", className="page report"),
        page=True,
    )


def connect(app: Dash) -> None:
    """Keep the head alive, in the theme that the viewer chose."""
    draw_with(app, "report", switches=_SWITCHES)


SCREEN: Final = Screen("/report", marked("Report"), layout, connect)
