"""The head of a screen: the floor in one sentence, the clock, and the age of what is shown."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.components.parts import attributes, part


def header(title: str) -> Component:
    """Title and sentence to the left; age, clock and the two switches to the right."""
    return html.Header(
        className="head",
        children=[
            html.H1(title, id="title", className="title", title=title),
            html.P(
                [part("lead", "lead"), html.Span(" "), part("rest", "rest")],
                id="sentence",
                className="sentence",
            ),
            html.Div([_replay(), _age(), _clock(), _switches()], className="heard"),
            # Read aloud only when the state changes, not each second with the numbers.
            html.Div(id="announce", className="unseen", role="status"),
        ],
    )


def banner() -> Component:
    """Where what is wrong with the picture itself is said in words."""
    return html.Div(id="banner", className="banner", role="alert", hidden=True)


def _replay() -> Component:
    return html.Span(id="replay", className="chip", hidden=True)


def _age() -> Component:
    return html.Span(
        [part("mark", "mark", spoken=False), part("text")],
        id="age",
        className="age",
        title="How old the figures on this screen are",
    )


def _clock() -> Component:
    return html.Div(
        [html.Time(className="time", **attributes(data_part="time")), part("zone", "zone")],
        id="clock",
        className="clock",
        title="The floor's time, in this browser's time zone",
    )


def _switches() -> Component:
    # Their words come from the browser, which knows what is chosen.
    return html.Div(
        [
            html.Button(id="order", className="switch", type="button"),
            html.Button(id="theme", className="switch", type="button"),
        ],
        className="switches",
    )
