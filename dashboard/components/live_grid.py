"""Live tables: their places from here, the grids from the browser."""

from __future__ import annotations

from typing import Final

from dash import html
from dash.development.base_component import Component
from dash_ag_grid import AgGrid

from dashboard.components.parts import attributes

# The namespace of the component library, for the screens that load it.
LIBRARY: Final = "dash_ag_grid"
_SHELLS: Final = 14


def grid_source() -> Component:
    """A grid that is never shown, by which the library hands itself to the browser's own scripts.

    They make the grids that are seen (docs/decisions/0020): a grid of this component would copy all
    its rows into the page's store with every frame.
    """
    source = AgGrid(
        id="grid-source",
        columnDefs=[],
        rowData=[],
        dashGridOptions={"components": {"function": "takeGrid(agGrid)"}},
    )
    return html.Div(source, hidden=True, **attributes(aria_hidden="true"))


def live_grid(name: str, *, label: str, hidden: bool = False) -> Component:
    """The place of a live table, with grey rows until its first figures."""
    shells = [
        html.Div(className="grid-shell shell", **attributes(aria_hidden="true"))
        for _row in range(_SHELLS)
    ]
    return html.Div(
        [
            html.Div(id=name, className="live-grid", role="region", **attributes(aria_label=label)),
            html.Div(shells, className="grid-shells"),
            html.P(id=f"{name}-none", className="grid-none", role="status", hidden=True),
        ],
        id=f"{name}-place",
        className="grid-place",
        hidden=hidden,
        role="tabpanel",
        **attributes(aria_labelledby=f"{name}-tab"),
    )
