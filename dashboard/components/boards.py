"""The places of a board on the wall: its page, the foot of the wall, the list of boards, the builder."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.components.parts import attributes, part
from dashboard.i18n import _


def board_place() -> Component:
    """Where a board's page is drawn, and what stands there where there is no such board."""
    return html.Section(
        [
            html.Div(id="board-page", className="board-page", role="list", hidden=True),
            html.Div(
                [part("text"), html.A(_("All queues, worst first"), href="/", className="action")],
                id="board-missing",
                className="board-missing",
                hidden=True,
            ),
        ],
        id="board-place",
        className="board-place",
        **attributes(aria_label=_("Board")),
    )


def builder() -> Component:
    """Where a board is built, beside the board itself."""
    return html.Aside(
        id="builder", className="builder", hidden=True, **attributes(aria_label=_("Builder"))
    )


def boards_switch() -> Component:
    """The way to all boards."""
    return html.Button(_("Boards"), id="boards-open", className="way sound", type="button")


def boards_menu() -> Component:
    """All boards, and what can be done with the one that is seen."""
    return html.Dialog(
        id="boards-menu", className="dialog boards-menu", **attributes(aria_label=_("Boards"))
    )


def foot() -> Component:
    """Alerts one after another, thanks, and which page is seen; not there where all are empty."""
    return html.Section(
        [_ticker(), _thanks(), _pager()],
        id="foot",
        className="wall-foot",
        hidden=True,
        **attributes(aria_label=_("Foot of the wall")),
    )


def _ticker() -> Component:
    # What is new is read aloud once, by the region beside the strip: a line that changes is not.
    return html.Div(
        [
            html.Span(id="foot-ticker-mark", className="mark"),
            html.Span(id="foot-ticker-word", className="foot-word"),
            html.Span(id="foot-ticker-text", className="foot-text"),
            html.Span(id="foot-ticker-count", className="foot-count"),
        ],
        id="foot-ticker",
        className="foot-ticker",
        hidden=True,
        **attributes(aria_hidden="true"),
    )


def _thanks() -> Component:
    return html.Div(
        [
            html.Span("♥", className="mark", **attributes(aria_hidden="true")),
            html.Span(id="foot-thanks-text", className="foot-text"),
        ],
        id="foot-thanks",
        className="foot-thanks",
        hidden=True,
    )


def _pager() -> Component:
    return html.Div(
        [
            html.Button(
                "‹",
                id="pager-before",
                className="switch",
                **attributes(aria_label=_("Page before")),
            ),
            html.Span(id="pager-mark", className="pager-mark"),
            html.Span(id="pager-dots", className="pager-dots", **attributes(aria_hidden="true")),
            html.Button(
                "›", id="pager-next", className="switch", **attributes(aria_label=_("Next page"))
            ),
            html.Button(id="pager-hold", className="switch", type="button"),
        ],
        id="pager",
        className="pager",
        role="group",
        hidden=True,
        **attributes(aria_label=_("Pages")),
    )
