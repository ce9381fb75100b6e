"""What a screen is: an address, a layout of empty shells, and the callbacks that fill them in the
browser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from dash import ClientsideFunction, Dash, Input, Output, dcc, html
from dash.development.base_component import Component


@dataclass(frozen=True)
class Screen:
    """One screen. `name` stands before the centre's in the browser's tab, `layout` makes the page
    of the centre's title, and `connect` lets the browser draw into it."""

    path: str
    name: str
    layout: Callable[[str], Component]
    connect: Callable[[Dash], None]


def shell(*children: Component) -> Component:
    """The frame of every screen, with the stores that its callbacks draw from: the newest frame,
    and what the viewer chose."""
    return html.Div(
        [dcc.Store(id="frame"), dcc.Store(id="drawn"), dcc.Store(id="view"), *children],
        id="screen",
        className="wall",
    )


def draw_with(app: Dash, namespace: str, *, switches: tuple[str, ...]) -> None:
    """Let the browser draw each frame, and turn the switches, by `draw` and `switched` of the
    namespace; no callback ever comes back to Python."""
    app.clientside_callback(
        ClientsideFunction(namespace, "draw"),
        Output("drawn", "data"),
        Input("frame", "data"),
        Input("view", "data"),
    )
    app.clientside_callback(
        ClientsideFunction(namespace, "switched"),
        Output("view", "data"),
        *(Input(name, "n_clicks") for name in switches),
    )


# The theme is set before anything is painted, so that a dark room sees no white flash.
PAGE: Final = """<!DOCTYPE html>
<html lang="en" data-fresh="loading">
    <head>
        {%metas%}
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="dark light">
        <title>{%title%}</title>
        {%favicon%}
        {%css%}
        <script>
            (function () {
                var asked = new URLSearchParams(location.search).get("theme"), kept = null;
                try { kept = localStorage.getItem("floorwatch.theme"); } catch (e) { /* private */ }
                var light = matchMedia("(prefers-color-scheme: light)").matches;
                var known = [asked, kept].find(function (theme) {
                    return theme === "dark" || theme === "light";
                });
                document.documentElement.dataset.theme = known || (light ? "light" : "dark");
            })();
        </script>
    </head>
    <body>
        {%app_entry%}
        <noscript>This screen needs JavaScript. The figures are also at /api/v1/floor.</noscript>
        <footer>{%config%}{%scripts%}{%renderer%}</footer>
    </body>
</html>
"""
