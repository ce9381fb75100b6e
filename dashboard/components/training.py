"""The places of a drill: the band that no screen of it is without, and the panes of `/training`."""

from __future__ import annotations

from typing import Final

from dash import html
from dash.development.base_component import Component

from dashboard.components.parts import attributes, filled, part
from dashboard.components.tables import Column, table
from dashboard.i18n import _, marked

_QUEUES: Final = (
    Column("queue", marked("Queue")),
    Column("state", marked("State")),
    Column("waiting", marked("Waiting"), number=True),
    Column("oldest", marked("Oldest"), number=True),
    Column("level", marked("In target"), number=True),
    Column("free", marked("Agents free"), number=True),
    Column("busy", marked("Agents busy"), number=True),
    Column("away", marked("Agents away"), number=True),
)


def drill_band() -> Component:
    """That what is shown is a drill's floor: on every screen, for as long as it is shown."""
    return html.Section(
        [
            html.Span(_("Drill"), className="drill-word"),
            part("text", "drill-text"),
            html.A(_("To the drill"), href="/training", className="way"),
        ],
        id="drill-band",
        className="drill-band",
        hidden=True,
        **attributes(aria_label=_("Drill")),
    )


def no_desk() -> Component:
    """What is said where no drill can be run."""
    return html.P(
        filled(
            _(
                "Drills run on a floor of their own, never on the log that this dashboard shows. "
                "{training} makes such a floor on one machine, with nothing to set up; {demo} has one "
                "beside its own."
            ),
            training=html.Code("floorwatch training"),
            demo=html.Code("floorwatch demo"),
        ),
        id="training-none",
        className="sheet training-none",
        hidden=True,
    )


def trainer_panes() -> Component:
    """Setting a drill up, leading it, and surprising whoever is trained."""
    return html.Div(
        [
            _pane("course", _("The drill")),
            _pane("setup", _("Set a drill up")),
            _pane("surprises", _("Surprises")),
            _pane("deeds", _("What was done")),
        ],
        className="training-column",
        id="training-trainer",
    )


def trainee_panes() -> Component:
    """The floor as it stands, and what can be done about it."""
    return html.Div(
        [
            table("training-queues", _("The floor now"), _QUEUES, none=_("No floor is shown yet")),
            _pane("responses", _("What can be done")),
        ],
        className="training-column",
        id="training-trainee",
    )


def report_pane() -> Component:
    """How it went."""
    return _pane("report", _("How it went"))


def _pane(name: str, caption: str) -> Component:
    heading = f"training-{name}-caption"
    return html.Section(
        [
            html.H2(caption, id=heading, className="sheet-caption"),
            html.Div(id=f"training-{name}", className=f"training-{name}"),
        ],
        className="sheet",
        hidden=True,
        **attributes(data_pane=name, aria_labelledby=heading),
    )
