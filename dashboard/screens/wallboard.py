"""The wallboard at `/`: shells from here, figures from the stream, drawing in the browser."""

from __future__ import annotations

from typing import Final

from dash import ClientsideFunction, Dash, Input, Output, dcc, html
from dash.development.base_component import Component

from dashboard.components.floor_figures import floor_figures
from dashboard.components.header import banner, header
from dashboard.components.queue_grid import empty_floor, queue_grid

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
        <noscript>The wallboard needs JavaScript. The figures are also at /api/v1/floor.</noscript>
        <footer>{%config%}{%scripts%}{%renderer%}</footer>
    </body>
</html>
"""


def layout(title: str) -> Component:
    """Everything of the wallboard but the figures."""
    return html.Div(
        id="wall",
        className="wall",
        children=[
            dcc.Store(id="frame"),
            dcc.Store(id="drawn"),
            dcc.Store(id="view"),
            header(title),
            banner(),
            html.Main(className="board", children=[floor_figures(), empty_floor(), queue_grid()]),
        ],
    )


def connect(app: Dash) -> None:
    """Let the browser draw each frame by itself; no callback ever comes back to Python."""
    app.clientside_callback(
        ClientsideFunction("floorwatch", "draw"),
        Output("drawn", "data"),
        Input("frame", "data"),
        Input("view", "data"),
    )
    app.clientside_callback(
        ClientsideFunction("floorwatch", "switched"),
        Output("view", "data"),
        Input("order", "n_clicks"),
        Input("theme", "n_clicks"),
    )
