"""The health of the stream at `/health`: who reads what, how far behind, and what came of the events."""

from __future__ import annotations

from typing import Final

from dash import Dash, html
from dash.development.base_component import Component

from dashboard.components.header import header
from dashboard.components.tables import Column, table
from dashboard.i18n import _, marked
from dashboard.screens.screen import Screen, draw_with, shell

_SWITCHES: Final = ("theme",)
_PARTITIONS: Final = (
    Column("partition", marked("Partition")),
    Column("state", marked("State")),
    Column("worker", marked("Worker")),
    Column("age", marked("Age"), number=True),
    Column("position", marked("Read to / end"), number=True),
    Column("lag", marked("Unread"), number=True),
    Column("behind", marked("Behind"), number=True),
)
_WORKERS: Final = (
    Column("name", marked("Worker")),
    Column("since", marked("Up since")),
    Column("partitions", marked("Partitions")),
    Column("rebalances", marked("Rebalances"), number=True),
    Column("commits", marked("Commit failures"), number=True),
    Column("logs", marked("Log failures"), number=True),
)

_ALERTS: Final = (Column("name", marked("Alerts")), Column("value", marked("As of the last look")))
_RECEIVERS: Final = (
    Column("name", marked("Receiver")),
    Column("state", marked("State")),
    Column("failure", marked("Why the newest failed")),
)
_LIMITS: Final = (
    Column("name", marked("Limit")),
    Column("count", marked("Times reached"), number=True),
)


def layout(title: str) -> Component:
    """Everything of the screen but the figures."""
    wide = [
        table("partitions", _("Partitions"), _PARTITIONS, none=_("No partition is known yet")),
        table("workers", _("Workers"), _WORKERS, none=_("No worker has told anything yet")),
        table("types", _("Good events by type"), _counts(_("Type")), none=_("None so far")),
    ]
    alerts = [
        table("watch", _("Alerts"), _ALERTS, none=_("No evaluator has told anything yet")),
        table(
            "receivers",
            _("Who is told of alerts"),
            _RECEIVERS,
            none=_("Nobody outside: alerts are on screens alone"),
        ),
    ]
    narrow = [
        table(
            "events", _("Events"), _counts(_("What became of them")), none=_("Nothing is known yet")
        ),
        table("fields", _("Rejected by field"), _counts(_("Field")), none=_("None rejected")),
        table("limits", _("Limits"), _LIMITS, none=_("Nothing is known yet")),
    ]
    return shell(
        "health",
        header(
            f"{_('Health')} · {title}",
            here="/health",
            switches=_SWITCHES,
        ),
        html.Main(
            [
                html.Div(wide, className="health-column"),
                html.Div(alerts, className="health-column"),
                html.Div(narrow, className="health-column"),
            ],
            className="health",
        ),
        warned=False,
    )


def connect(app: Dash) -> None:
    """Draw the stream's health, in the theme that the viewer chose."""
    draw_with(app, "health", switches=_SWITCHES)


def _counts(what: str) -> tuple[Column, ...]:
    return Column("name", what), Column("count", _("Count"), number=True)


SCREEN: Final = Screen("/health", marked("Health"), layout, connect)
