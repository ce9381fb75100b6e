"""The places of the supervisor's screen: tables of queues and agents, and what is open beside them."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.components.live_grid import live_grid
from dashboard.components.parts import attributes
from dashboard.i18n import _


def supervisor_tables() -> Component:
    """The two tables under one another's tabs, and the filter over both."""
    return html.Section(
        [
            html.Div(
                [
                    html.Div(
                        [
                            _tab("queue", _("Queues"), "queues"),
                            _tab("agent", _("Agents"), "agents"),
                        ],
                        className="tabs",
                        role="tablist",
                        **attributes(aria_label=_("Tables")),
                    ),
                    # Dash's own field takes no name to be heard by: the browser makes one here.
                    html.Div(id="find-place", className="find-place"),
                    html.P(id="found", className="found", role="status"),
                    html.Button(id="grouping", className="switch", type="button"),
                    html.Button(
                        [_("Keys"), " ", html.Kbd("?")],
                        id="supervisor-keys",
                        className="switch",
                        type="button",
                    ),
                ],
                className="supervisor-bar",
            ),
            live_grid("queue-grid", label=_("Queues")),
            live_grid("agent-grid", label=_("Agents"), hidden=True),
        ],
        className="supervisor-tables",
    )


def beside() -> Component:
    """What is open beside the tables: a queue or an agent. The browser fills it."""
    return html.Aside(
        [
            html.Div(id="beside-head", className="beside-head"),
            html.Div(id="beside-body", className="beside-body", tabIndex=-1),
        ],
        id="beside",
        className="beside sheet",
        hidden=True,
        **attributes(aria_label=_("Opened beside the table")),
    )


def _tab(name: str, label: str, view: str) -> Component:
    return html.Button(
        [html.Span(label), html.Span(className="tab-count", **attributes(data_part="count"))],
        id=f"{name}-grid-tab",
        className="tab",
        type="button",
        role="tab",
        **attributes(aria_controls=f"{name}-grid-place", data_view=view),
    )
