"""The places of incidents in the alert centre: a list, one of them whole, and what is done to it."""

from __future__ import annotations

from typing import Final

from dash import html
from dash.development.base_component import Component

from dashboard.components.parts import attributes
from dashboard.i18n import _, marked

_TABS: Final = (("now", marked("Now")), ("history", marked("History")), ("rules", marked("Rules")))
# Each action by its key on the keyboard; the browser says what it does to the chosen incident.
_ACTIONS: Final = (
    ("contacts", marked("Contacts"), "c"),
    ("acknowledge", marked("Acknowledge"), "a"),
    ("snooze", marked("Snooze"), "s"),
    ("assign", marked("Assign"), "g"),
    ("note", marked("Note"), "n"),
    ("judge", marked("Was it true?"), "t"),
)


def tabs() -> Component:
    """What fires, what was, and the rules; who is looking, and the keys."""
    buttons = [
        html.Button(
            [
                html.Span(_(label)),
                html.Span(className="tab-count", **attributes(data_part="count")),
            ],
            id=f"tab-{name}",
            className="tab",
            type="button",
            role="tab",
            **attributes(aria_controls="rules" if name == "rules" else "incidents"),
        )
        for name, label in _TABS
    ]
    return html.Div(
        [
            html.Div(
                buttons, className="tabs", role="tablist", **attributes(aria_label=_("Alerts"))
            ),
            html.P(id="centre-told", className="centre-told"),
            html.Button(id="who", className="switch", type="button"),
            html.Button(_("Keys ?"), id="keys", className="switch", type="button"),
        ],
        className="centre-head",
    )


def undelivered() -> Component:
    """Messages that reached nobody outside: what, to whom, why, and trying again."""
    return html.Ul(
        id="undelivered", className="undelivered", **attributes(aria_label=_("Not delivered"))
    )


def filters() -> Component:
    """What of the history is looked for."""
    return html.Div(
        [
            # Dash's own field takes no name to be heard by: the browser makes one here.
            html.Div(id="filter-place", className="filter-place"),
            _choice(
                "filter-severity",
                _("Severity"),
                {
                    "any": _("Severity: any"),
                    "page": _("Severity: urgent"),
                    "notice": _("Severity: notice"),
                    "ticket": _("Severity: to read"),
                },
            ),
            _choice(
                "filter-judged",
                _("Judged"),
                {
                    "any": _("Judged: any"),
                    "true": _("Judged: true"),
                    "false": _("Judged: false"),
                    "not judged": _("Judged: not yet"),
                },
            ),
        ],
        id="filters",
        className="filters",
        hidden=True,
    )


def incident_panes() -> Component:
    """The list to the left, the chosen one to the right."""
    actions = [
        html.Button(
            [html.Span(_(label), **attributes(data_part="label")), html.Kbd(key)],
            id=f"do-{name}",
            className="action",
            type="button",
            **attributes(data_action=name, aria_keyshortcuts=key),
        )
        for name, label, key in _ACTIONS
    ]
    detail = html.Article(
        [
            html.Div(id="detail-head", className="detail-head"),
            html.Div(
                actions,
                className="actions",
                role="group",
                **attributes(aria_label=_("What is done about it")),
            ),
            html.Div(id="detail-body", className="detail-body"),
        ],
        id="detail",
        className="detail sheet",
        hidden=True,
        tabIndex="-1",
        **attributes(aria_label=_("The chosen incident")),
    )
    return html.Div(
        [
            html.Section(
                [
                    html.Ul(id="incidents-list", className="incident-list"),
                    html.P(id="incidents-none", className="table-none", hidden=True),
                ],
                className="incident-column",
                **attributes(aria_label=_("Incidents")),
            ),
            detail,
        ],
        id="incidents",
        className="incidents",
        role="tabpanel",
    )


def dialog() -> Component:
    """The one dialog: its fields come from the browser, for what is to be done."""
    return html.Dialog(
        [
            html.H2(id="dialog-title", className="sheet-caption"),
            html.Div(id="dialog-fields", className="dialog-fields"),
            html.P(id="dialog-problem", className="problem", role="alert", hidden=True),
            html.Div(
                [
                    html.Button(_("Cancel"), id="dialog-cancel", className="action", type="button"),
                    html.Button(
                        _("Save"), id="dialog-save", className="action is-main", type="button"
                    ),
                ],
                id="dialog-buttons",
                className="dialog-buttons",
            ),
        ],
        id="dialog",
        className="dialog",
        **attributes(aria_labelledby="dialog-title"),
    )


def _choice(name: str, label: str, values: dict[str, str]) -> Component:
    # Dash's own drop-down is a program; the browser's is enough, and speaks.
    options = [html.Option(words, value=value) for value, words in values.items()]
    return html.Select(options, id=name, className="field", **attributes(aria_label=label))
