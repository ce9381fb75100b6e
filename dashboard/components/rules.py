"""The places of rules in the alert centre: each with its record, a form, and the text beside it."""

from __future__ import annotations

from typing import Final

from dash import html
from dash.development.base_component import Component

from dashboard.components.parts import attributes
from dashboard.components.tables import Column, table
from dashboard.i18n import _, marked

_RULES: Final = (
    Column("name", marked("Rule")),
    Column("fired", marked("Fired"), number=True),
    Column("true", marked("True"), number=True),
    Column("false", marked("False"), number=True),
    Column("lead", marked("Lead"), number=True),
)


def rules_pane() -> Component:
    """To the left each rule's record, then the form of the chosen one, and the text that counts."""
    return html.Div(
        [
            table(
                "rules-table", _("How each rule has done"), _RULES, none=_("No rule is known yet")
            ),
            html.Section(
                [
                    html.H2(_("Form"), className="sheet-caption"),
                    html.Div(id="rule-form", className="rule-form"),
                ],
                className="sheet",
                **attributes(aria_label=_("Form of the chosen rule")),
            ),
            _editor(),
        ],
        id="rules",
        className="rules",
        role="tabpanel",
        hidden=True,
    )


def _editor() -> Component:
    return html.Section(
        [
            html.Div(
                [
                    html.H2("alerts.yaml", id="rules-caption", className="sheet-caption"),
                    html.P(id="rules-by", className="rules-by"),
                ],
                className="rules-head",
            ),
            html.Div(
                [
                    html.Div(
                        id="rules-gutter", className="gutter", **attributes(aria_hidden="true")
                    ),
                    # A plain one: what is typed is the browser's business until it is saved.
                    html.Textarea(
                        id="rules-text",
                        className="rules-text",
                        spellCheck="false",
                        wrap="off",
                        **attributes(
                            aria_labelledby="rules-caption", aria_describedby="rules-problems"
                        ),
                    ),
                ],
                className="editor",
            ),
            html.Ul(id="rules-problems", className="problems"),
            html.P(id="rules-told", className="rules-told", role="status"),
            html.Ol(
                id="rules-firings",
                className="firings",
                **attributes(aria_label=_("What would have fired, the newest first")),
            ),
            _editor_buttons(),
        ],
        className="sheet rules-editor",
        **attributes(aria_label=_("Rules as text")),
    )


def _editor_buttons() -> Component:
    buttons = (
        ("rules-undo", _("Undo changes"), "action"),
        ("rules-try", _("Try on the past"), "action"),
        ("rules-save", _("Save"), "action is-main"),
    )
    return html.Div(
        [
            html.Button(words, id=name, className=class_name, type="button")
            for name, words, class_name in buttons
        ],
        className="dialog-buttons",
    )
