"""What a screen is: an address, a layout of empty shells, and the callbacks that fill them in the
browser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from dash import ClientsideFunction, Dash, Input, Output, dcc, html
from dash.development.base_component import Component

from dashboard.components.alerts import alert_strip, toasts
from dashboard.components.header import banner
from dashboard.components.palette import palette
from dashboard.components.past import past_bar
from dashboard.components.training import drill_band


@dataclass(frozen=True)
class Screen:
    """One screen. `name` stands before the centre's in the browser's tab, `layout` makes the page
    of the centre's title, and `connect` lets the browser draw into it. `libraries` are the component
    libraries that it loads beside Dash's own parts."""

    path: str
    name: str
    layout: Callable[[str], Component]
    connect: Callable[[Dash], None]
    libraries: frozenset[str] = frozenset()


def shell(
    name: str, head: Component, *children: Component, page: bool = False, warned: bool = True
) -> Component:
    """The frame of every screen: the stores of its callbacks (what the viewer chose, and where a
    callback that draws has its end), above all that it is a drill where it is one, and under the head of which
    past it is, what is wrong with the picture itself (`warned`; else the screen says so), and what calls,
    whichever screen is looked at. Styles know which one it is by the class `of-{name}`, and a `page` to
    read and to work on by `is-page`."""
    stores = [dcc.Store(id=name) for name in ("drawn", "view")]
    return html.Div(
        [
            *stores,
            drill_band(),
            head,
            past_bar(),
            *([banner()] if warned else []),
            alert_strip(),
            *children,
            toasts(),
            palette(),
        ],
        id="screen",
        className=f"wall of-{name} is-page" if page else f"wall of-{name}",
    )


def draw_with(app: Dash, namespace: str, *, switches: tuple[str, ...]) -> None:
    """Let the browser draw each frame, and turn the switches, by `draw` and `switched` of the
    namespace; no callback ever comes back to Python."""
    # A frame is no property of a component: Dash keeps what its callbacks ever got, for going back,
    # and would hold every frame of a screen that stands for weeks.
    app.clientside_callback(
        f"function (view) {{ return window.floorwatch.feed.draws('{namespace}', view); }}",
        Output("drawn", "data"),
        Input("view", "data"),
    )
    app.clientside_callback(
        ClientsideFunction(namespace, "switched"),
        Output("view", "data"),
        *(Input(name, "n_clicks") for name in switches),
    )


# The theme is set before anything is painted, so that a dark room sees no white flash.
PAGE: Final = """<!DOCTYPE html>
<html lang="{%lang%}" data-language="{%language%}" data-fresh="loading">
    <head>
        {%metas%}
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="dark light">
        <title>{%title%}</title>
        {%favicon%}
        {%css%}
        {%texts%}
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
        <noscript>{%noscript%}</noscript>
        <footer>{%config%}{%scripts%}{%renderer%}</footer>
    </body>
</html>
"""
