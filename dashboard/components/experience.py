"""The places of what customers said: scores, waits and scores, pain points, words, promises."""

from __future__ import annotations

from typing import Final

from dash import html
from dash.development.base_component import Component

from dashboard.components.parts import attributes, part
from dashboard.components.tables import Column, table
from dashboard.i18n import _, marked

_WINDOWS: Final = (
    ("60m", marked("60 min")),
    ("240m", marked("4 h")),
    ("today", marked("Today")),
)
_BYS: Final = (
    ("channel", marked("Channel")),
    ("queue", marked("Queue")),
    ("segment", marked("Segment")),
    ("language", marked("Language")),
    ("journey_stage", marked("Journey stage")),
)
_MEASURES: Final = (
    ("csat", marked("CSAT")),
    ("trust", marked("Trust")),
    ("ease", marked("Ease")),
    ("effectiveness", marked("Effectiveness")),
    ("emotion", marked("Emotion")),
    ("manner", marked("Manner")),
    ("resolved", marked("Resolved")),
)


def told() -> Component:
    """What is wrong with what is shown here, or still to come, in words."""
    return html.P(id="experience-told", className="experience-told", role="status", hidden=True)


def choices() -> Component:
    """Of which stretch of time all is told."""
    return html.Div(
        [
            _choice("window", _("Window"), _WINDOWS),
            html.P(id="experience-asked", className="experience-asked"),
        ],
        className="experience-choices",
    )


def tiles() -> Component:
    """The floor's seven shares, each with how sure it is."""
    return html.Section(
        [
            html.Div(
                [
                    html.H2(_(label), className="score-label"),
                    part("share", "score-share"),
                    _interval(),
                    part("note", "score-note"),
                ],
                className="score",
                **attributes(data_score=name),
            )
            for name, label in _MEASURES
        ],
        id="experience-floor",
        className="scores",
        **attributes(aria_label=_("Shares of good scores, of the whole floor")),
    )


def scores_sheet() -> Component:
    """The same by queue, channel, segment, language or journey stage."""
    columns = (
        Column("name", _("Of whom")),
        Column("answered", _("Answered / asked"), number=True),
        *(Column(name, _(label), number=True) for name, label in _MEASURES),
    )
    sheet = table(
        "experience-rows", _("Scores by"), columns, none=_("No survey in this window yet")
    )
    sheet.children.insert(1, _choice("by", _("By"), _BYS))
    sheet.children.append(
        html.P(
            _(
                "Shares of the scores 4 and 5, of resolved those who said yes, with 95 % intervals."
                " The intervals tell how much chance there is in so few answers. They do not tell"
                " what those would have said who did not answer."
            ),
            className="sheet-note",
        )
    )
    return sheet


def curve_sheet() -> Component:
    """CSAT against the wait: a chart, the question that it answers, and the figures as a table."""
    return html.Section(
        [
            html.H2(
                _("CSAT by how long they waited"), id="curve-caption", className="sheet-caption"
            ),
            *_curve_choices(),
            html.Div(
                id="curve",
                className="curve",
                role="img",
                **attributes(
                    aria_labelledby="curve-caption",
                    aria_describedby="curve-answer",
                    data_picture=_("CSAT by how long they waited"),
                ),
            ),
            html.Div(id="curve-answer", className="curve-answer"),
            html.Details(
                [
                    html.Summary(_("The figures of the chart")),
                    _plain_table(
                        "curve-bins",
                        "curve-caption",
                        (
                            Column("wait", _("Wait")),
                            Column("n", _("Answers"), number=True),
                            Column("share", _("CSAT"), number=True),
                            Column("interval", _("95 % interval"), number=True),
                        ),
                    ),
                ],
                className="sheet-details",
            ),
            html.P(
                _(
                    "Whoever waits longer also calls at other hours, in other queues and with other"
                    " concerns. What goes together here need not be caused by the wait."
                ),
                className="sheet-note",
            ),
        ],
        className="sheet curve-sheet",
        **attributes(data_sheet="curve"),
    )


def _curve_choices() -> list[Component]:
    """Of which channel and queue; the browser fills in those that there are."""
    return [
        html.Div(
            id="curve-channels",
            className="choice-row",
            role="group",
            **attributes(aria_label=_("Channel")),
        ),
        html.Label(
            [html.Span(_("Queue"), className="curve-queue-label"), html.Span(id="curve-queue")],
            className="curve-queue",
            hidden=True,
        ),
    ]


def pains_sheet() -> Component:
    """Pain points, most named first, with what they add up to."""
    columns = (
        Column("name", _("Pain point")),
        Column("bar", _("Share of all named")),
        Column("n", _("Named"), number=True),
        Column("cumulative", _("Added up"), number=True),
    )
    sheet = table("experience-pains", _("Pain points"), columns, none=_("No pain point named yet"))
    sheet.children.append(html.P(id="pains-rare", className="sheet-note", hidden=True))
    return sheet


def promises_sheet() -> Component:
    """Promises to call back: kept, broken, and the open ones counting down."""
    columns = (
        Column("state", _("State")),
        Column("left", _("Due in / overdue by"), number=True),
        Column("queue", _("Queue")),
        Column("contact", _("Contact")),
    )
    sheet = table(
        "experience-promises",
        _("Promises to call back"),
        columns,
        none=_("No promise is open"),
    )
    sheet.children.insert(1, html.P(id="promises-kept", className="sheet-lead"))
    more = html.P(id="promises-more", className="sheet-note", hidden=True)
    everything = html.Button(
        _("All open promises"), id="promises-all", className="action", type="button", hidden=True
    )
    sheet.children.append(html.Div([more, everything], className="promises-foot"))
    return sheet


def comments_sheet() -> Component:
    """What customers wrote, for whoever has the right to see it."""
    right = html.Div(id="comments-right", className="comments-right")
    return _words_sheet("comments", _("Comments"), right)


def thanks_sheet() -> Component:
    """Who was thanked."""
    return _words_sheet("thanks", _("Thanks"), html.P(id="thanks-total", className="sheet-lead"))


def _words_sheet(name: str, caption: str, lead: Component) -> Component:
    """A list of what was said, which the browser fills; `lead` stands above it."""
    heading = f"{name}-caption"
    return html.Section(
        [
            html.H2(caption, id=heading, className="sheet-caption"),
            lead,
            html.Ol(
                id=name, className="said-list", tabIndex="0", **attributes(aria_labelledby=heading)
            ),
        ],
        className="sheet words-sheet",
        **attributes(data_sheet=name),
    )


def _interval() -> Component:
    """A line from 0 to 100 % with the interval and the share on it."""
    return html.Div(
        [html.Span(className="interval-range"), html.Span(className="interval-share")],
        className="interval",
        **attributes(aria_hidden="true"),
    )


def _choice(name: str, label: str, values: tuple[tuple[str, str], ...]) -> Component:
    return html.Div(
        [
            html.Button(
                _(words),
                className="choice-button",
                type="button",
                **attributes(data_choice=name, data_value=value),
            )
            for value, words in values
        ],
        className="choice-row",
        role="group",
        **attributes(aria_label=label),
    )


def _plain_table(name: str, named_by: str, columns: tuple[Column, ...]) -> Component:
    """A table without a caption of its own, as `table` makes it otherwise."""
    sheet = table(name, "", columns, none=_("Nothing to show"), named_by=named_by)
    return html.Div(sheet.children[1:], className="plain-table")
