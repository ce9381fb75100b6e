"""A shift's report as one page of HTML that needs nothing else and prints well."""

from __future__ import annotations

from html import escape
from importlib.resources import files

from dashboard.document import Figure, Lines, Story, Table
from dashboard.document_html import table_html
from dashboard.i18n import _, language
from dashboard.shift.telling import document
from stream.contract.shifts import ShiftReport


def shift_html(report: ShiftReport) -> str:
    """The report as a page, in the language that is spoken; every text in it is escaped."""
    told = document(report)
    head = (
        '<meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(f'{told.title} · {report.title}')}</title><style>{_style()}</style>"
    )
    body = "\n".join(
        (
            f"<h1>{escape(told.title)}</h1>",
            f'<p class="about">{escape(told.about)}</p>',
            _figures(told.figures),
            *map(_part, told.parts),
            f'<p class="about foot">{escape(told.footnote)}</p>',
        )
    )
    return (
        f'<!doctype html>\n<html lang="{escape(language().code)}"><head>{head}</head>'
        f"<body><main>{body}</main></body></html>\n"
    )


def _style() -> str:
    return files("dashboard.shift").joinpath("report.css").read_text(encoding="utf-8")


def _figures(figures: list[Figure]) -> str:
    made = (
        f"<div><strong>{escape(one.value)}</strong><span>{escape(one.label)}</span>"
        f"<small>{escape(one.note)}</small></div>"
        for one in figures
    )
    return (
        f'<section class="figures" aria-label="{escape(_("The shift"))}">{"".join(made)}</section>'
    )


def _part(part: Table | Lines | Story) -> str:
    match part:
        case Table():
            return table_html(part)
        case Lines():
            lines = "".join(f"<li>{escape(line)}</li>" for line in part.lines)
            return f"<h2>{escape(part.caption)}</h2><ul>{lines}</ul>" if lines else ""
        case Story():
            return _story(part)


def _story(story: Story) -> str:
    entries = "".join(
        f"<li><time>{escape(one.when)}</time> <span>{escape(one.text)}</span></li>"
        for one in story.entries
    )
    return (
        f"<section><h2>{escape(story.caption)}</h2>"
        f'<p class="about">{escape(story.note)}</p><ol class="story">{entries}</ol></section>'
    )
