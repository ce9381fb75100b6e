"""What every screen has of alerts: the gravest in a line, and room for what is new."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.components.parts import attributes, part
from dashboard.i18n import _


def alert_strip() -> Component:
    """The gravest open incident, a way to all of them, and whether anybody watches at all.

    The words that count up are not read aloud; what is new is, once, by the region beside them.
    """
    incident = html.A(
        [
            html.Span(
                [part("mark", "mark", spoken=False), part("word", "strip-word")],
                className="strip-kind",
            ),
            part("title", "strip-title"),
            part("message", "strip-message"),
            part("since", "strip-since", spoken=False),
            part("owner", "strip-owner"),
            part("more", "strip-more"),
        ],
        id="strip-incident",
        className="strip-incident",
        href="/alerts",
        hidden=True,
    )
    return html.Section(
        [
            incident,
            html.P(id="strip-watch", className="strip-watch", hidden=True),
            html.P(id="strip-undelivered", className="strip-watch", hidden=True),
        ],
        id="strip",
        className="strip",
        hidden=True,
        **attributes(aria_label=_("Alerts")),
    )


def toasts() -> Component:
    """Where new incidents appear for a while, and are read aloud."""
    return html.Div(
        [
            html.Div(id="toasts", className="toasts"),
            html.Div(id="alarm", className="unseen", role="alert"),
        ]
    )


def sound_switch() -> Component:
    """Whether alerts are heard: not before somebody has pressed it, as browsers will have it."""
    return html.Button(id="sound", className="way sound", type="button")
