"""The health of the stream at `/health`: who reads what, how far behind, and what came of the events."""

from __future__ import annotations

from typing import Final

from dash import Dash, html
from dash.development.base_component import Component

from dashboard.components.header import header
from dashboard.components.tables import Column, table
from dashboard.screens.screen import Screen, draw_with, shell

_SWITCHES: Final = ("theme",)
_PARTITIONS: Final = (
    Column("partition", "Partition"),
    Column("state", "State"),
    Column("worker", "Worker"),
    Column("age", "Age", number=True),
    Column("position", "Read to / end", number=True),
    Column("lag", "Unread", number=True),
    Column("behind", "Behind", number=True),
)
_WORKERS: Final = (
    Column("name", "Worker"),
    Column("since", "Up since"),
    Column("partitions", "Partitions"),
    Column("rebalances", "Rebalances", number=True),
    Column("commits", "Commit failures", number=True),
    Column("logs", "Log failures", number=True),
)

_LIMITS: Final = (Column("name", "Limit"), Column("count", "Times reached", number=True))


def layout(title: str) -> Component:
    """Everything of the screen but the figures."""
    wide = [
        table("partitions", "Partitions", _PARTITIONS, none="No partition is known yet"),
        table("workers", "Workers", _WORKERS, none="No worker has told anything yet"),
        table("types", "Good events by type", _counts("Type"), none="None so far"),
    ]
    narrow = [
        table("events", "Events", _counts("What became of them"), none="Nothing is known yet"),
        table("fields", "Rejected by field", _counts("Field"), none="None rejected"),
        table("limits", "Limits", _LIMITS, none="Nothing is known yet"),
    ]
    return shell(
        header(f"Health · {title}", link=("Wallboard", "/"), switches=_SWITCHES),
        html.Main(
            [
                html.Div(wide, className="health-column"),
                html.Div(narrow, className="health-column"),
            ],
            className="health",
        ),
    )


def connect(app: Dash) -> None:
    """Draw the stream's health, in the theme that the viewer chose."""
    draw_with(app, "health", switches=_SWITCHES)


def _counts(what: str) -> tuple[Column, ...]:
    return Column("name", what), Column("count", "Count", number=True)


SCREEN: Final = Screen("/health", "Health", layout, connect)
