"""The places of a shift's report: which shift, how far it is read, and the report itself."""

from __future__ import annotations

from typing import Final

from dash import html
from dash.development.base_component import Component

from dashboard.components.parts import attributes
from dashboard.i18n import _, marked

# What most floors work: a name, and the times of the floor's clock between which it lies.
_SHIFTS: Final = (
    ("early", marked("Early, 06–14"), "06:00", "14:00"),
    ("late", marked("Late, 14–22"), "14:00", "22:00"),
    ("night", marked("Night, 22–06"), "22:00", "06:00"),
    ("day", marked("The whole day"), "00:00", "00:00"),
)


def shift_choice() -> Component:
    """Which shift: a usual one, or any two times of the floor's clock."""
    usual = [
        html.Button(
            _(label),
            className="action",
            type="button",
            **attributes(data_shift=name, data_begin=begin, data_end=end),
        )
        for name, label, begin, end in _SHIFTS
    ]
    return html.Section(
        [
            html.H2(_("Which shift"), className="sheet-caption"),
            html.Div(
                usual,
                className="shift-usual",
                role="group",
                **attributes(aria_label=_("Usual shifts of the chosen day")),
            ),
            # Dash has no fields that take a day or a time: the browser makes them here.
            html.Div(id="shift-fields", className="shift-fields"),
            html.P(id="shift-told", className="shift-told", role="status"),
            html.Div(
                html.Div(className="course-done", **attributes(data_part="done")),
                id="shift-progress",
                className="course-bar",
                role="progressbar",
                hidden=True,
                **attributes(aria_label=_("Reading"), aria_valuemin="0", aria_valuemax="100"),
            ),
        ],
        className="sheet shift-choice",
    )


def shift_report() -> Component:
    """The report as a page within the page, once it is read."""
    return html.Section(
        [
            html.Div(
                [
                    html.H2(_("The report"), className="sheet-caption"),
                    html.Div(id="shift-links", className="shift-links"),
                ],
                className="sheet-head",
            ),
            html.Div(id="shift-page", className="shift-page"),
        ],
        id="shift-report",
        className="sheet",
        hidden=True,
    )
