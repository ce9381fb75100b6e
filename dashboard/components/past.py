"""The place of the past: which instant is shown where it is not now, and how to wind to another."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.components.parts import attributes, part
from dashboard.i18n import _


def past_bar() -> Component:
    """Under the head of every screen, where somebody winds it back; the browser fills it."""
    return html.Section(
        html.P(part("text"), className="past-text"),
        id="past-bar",
        className="past-bar",
        hidden=True,
        **attributes(aria_label=_("The past")),
    )


def past_way() -> Component:
    """Opens the bar, and leads back to now."""
    return html.Button(
        _("Wind back"), id="past-open", type="button", className="way take-way", **_SHUT
    )


_SHUT = attributes(aria_expanded="false", aria_controls="past-bar")
