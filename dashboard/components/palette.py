"""The command palette, on every screen: one field that leads to screens, queues, agents and actions."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.components.parts import attributes
from dashboard.i18n import _


def palette() -> Component:
    """A dialog with a list; field and rows come from the browser, which knows what there is."""
    return html.Dialog(
        [
            # Dash's own field takes no name to be heard by: the browser makes one here.
            html.Div(id="palette-place", className="palette-place"),
            html.Ul(
                id="palette-list",
                className="palette-list",
                role="listbox",
                **attributes(aria_label=_("What is found")),
            ),
            html.P(id="palette-told", className="palette-told", role="status"),
        ],
        id="palette",
        className="dialog palette",
        **attributes(aria_label=_("Go to")),
    )


def palette_button() -> Component:
    """For who does not know the key."""
    return html.Button(
        [html.Span(_("Go to")), " ", html.Kbd("Ctrl K")],
        id="palette-open",
        className="way palette-open",
        type="button",
        title="Ctrl K",
        **attributes(aria_haspopup="dialog", aria_keyshortcuts="Control+K"),
    )
