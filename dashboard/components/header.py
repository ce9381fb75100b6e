"""The head of a screen: one sentence, the clock, the age of what is shown, and the way on."""

from __future__ import annotations

from collections.abc import Sequence

from dash import html
from dash.development.base_component import Component

from dashboard.components.alerts import sound_switch
from dashboard.components.language import language_switch
from dashboard.components.palette import palette_button
from dashboard.components.parts import attributes, part
from dashboard.components.ways import taking, ways
from dashboard.i18n import _


def header(
    title: str, *, here: str, switches: tuple[str, ...], beside: Sequence[Component] = ()
) -> Component:
    """A bar of title, ways to all screens with the one at `here` marked, what can be done with it
    and what it has `beside` that, and switches; under it the sentence, with age and clock."""
    return html.Header(
        className="head",
        children=[
            # First of all that Tab leads to, and seen only there.
            html.Button(_("Skip to the content"), id="skip", className="skip", type="button"),
            html.Div(
                [
                    html.H1(title, id="title", className="title", title=title),
                    _ways(here, beside),
                    _switches(switches),
                ],
                className="head-bar",
            ),
            html.P(
                [part("lead", "lead"), html.Span(" "), part("rest", "rest")],
                id="sentence",
                className="sentence",
            ),
            html.Div([_replay(), _age(), _clock()], className="heard"),
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
        title=_("How old the figures on this screen are"),
    )


def _ways(here: str, beside: Sequence[Component]) -> Component:
    # Screens first, in the same places wherever one is; then what can be done.
    return html.Div(
        [
            html.Nav(ways(here), className="screens", **attributes(aria_label=_("Screens"))),
            html.Div([*taking(), *beside, sound_switch(), palette_button()], className="doings"),
        ],
        className="ways",
    )


def _clock() -> Component:
    # Pressed for the viewer's own time zone, where that is another than the floor's.
    return html.Button(
        [html.Time(className="time", **attributes(data_part="time")), part("zone", "zone")],
        id="clock",
        className="clock",
        type="button",
        title=_("The floor's time"),
        disabled=True,
    )


def _switches(names: tuple[str, ...]) -> Component:
    # Their words come from the browser, which knows what is chosen.
    return html.Div(
        [
            *(html.Button(id=name, className="switch", type="button") for name in names),
            language_switch(),
        ],
        className="switches",
    )
