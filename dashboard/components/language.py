"""The switch of languages, which every screen has in its head."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from dashboard.components.parts import attributes
from dashboard.i18n import _, language
from dashboard.i18n.languages import LANGUAGES


def language_switch() -> Component:
    """The languages by their own names, the page's own first, so that it is the one chosen."""
    spoken = language()
    others = [one for one in LANGUAGES.values() if one is not spoken]
    return html.Select(
        [html.Option(one.name, value=one.code, lang=one.tag) for one in (spoken, *others)],
        id="language",
        className="switch language",
        title=_("Language"),
        **attributes(aria_label=_("Language")),
    )
