"""The head of a screen: one sentence, the clock, the age of what is shown, and the way on."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.components.parts import attributes, part


def header(title: str, *, link: tuple[str, str], switches: tuple[str, ...]) -> Component:
    """Title and sentence to the left; age, the link to another screen (its name and address), clock
    and switches to the right."""
    return html.Header(
        className="head",
        children=[
            html.H1(title, id="title", className="title", title=title),
            html.P(
                [part("lead", "lead"), html.Span(" "), part("rest", "rest")],
                id="sentence",
                className="sentence",
            ),
            html.Div([_replay(), _aged(*link), _clock(), _switches(switches)], className="heard"),
            # Read aloud only when the state changes, not each second with the numbers.
            html.Div(id="announce", className="unseen", role="status"),
        ],
    )


def banner() -> Component:
    """Where what is wrong with the picture itself is said in words."""
    return html.Div(id="banner", className="banner", role="alert", hidden=True)


def _replay() -> Component:
    return html.Span(id="replay", className="chip", hidden=True)


def _aged(name: str, address: str) -> Component:
    age = html.Span(
        [part("mark", "mark", spoken=False), part("text")],
        id="age",
        className="age",
        title="How old the figures on this screen are",
    )
    return html.Div([age, html.A(name, href=address, className="way")], className="aged")


def _clock() -> Component:
    return html.Div(
        [html.Time(className="time", **attributes(data_part="time")), part("zone", "zone")],
        id="clock",
        className="clock",
        title="The floor's time, in this browser's time zone",
    )


def _switches(names: tuple[str, ...]) -> Component:
    # Their words come from the browser, which knows what is chosen.
    return html.Div(
        [html.Button(id=name, className="switch", type="button") for name in names],
        className="switches",
    )
