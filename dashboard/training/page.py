"""A drill's report as one page of HTML that needs nothing else and prints well."""

from __future__ import annotations

from html import escape
from importlib.resources import files
from typing import Final

from dashboard.document_html import table_html
from dashboard.i18n import _, language
from dashboard.training import telling
from dashboard.training.charts import Chart, charts
from stream.contract.drills import Report

_WIDE: Final = 960
_HIGH: Final = 220
_LEFT: Final = 52
_RIGHT: Final = 26
_TOP: Final = 10
_MARK: Final = 9


def report_html(report: Report) -> str:
    """The report as a page, in the language that is spoken; every text in it is escaped."""
    head = (
        '<meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(telling.title(report))}</title><style>{_style()}</style>"
    )
    body = "\n".join(
        (
            f"<h1>{escape(telling.title(report))}</h1>",
            f'<p class="about">{escape(telling.subtitle(report))}</p>',
            _figures(report),
            _findings(report),
            *(_picture(chart) for chart in charts(report) if report.courses),
            _legend(report) if report.courses else "",
            _timeline(report),
            table_html(telling.outcomes(report)),
            table_html(telling.groups(report)),
            f'<p class="about">{escape(telling.footnote(report))}</p>',
        )
    )
    return (
        f'<!doctype html>\n<html lang="{escape(language().code)}"><head>{head}</head>'
        f"<body><main>{body}</main></body></html>\n"
    )


def _style() -> str:
    return files("dashboard.training").joinpath("report.css").read_text(encoding="utf-8")


def _figures(report: Report) -> str:
    made = (
        f"<div><strong>{escape(one.value)}</strong><span>{escape(one.label)}</span>"
        f"<small>{escape(one.note)}</small></div>"
        for one in (telling.score(report), *telling.times(report))
    )
    label = escape(_("Score and times"))
    return f'<section class="figures" aria-label="{label}">{"".join(made)}</section>'


def _findings(report: Report) -> str:
    lines = "".join(f"<li>{escape(line)}</li>" for line in telling.findings(report))
    return f"<h2>{escape(_('What there is to learn'))}</h2><ul>{lines}</ul>" if lines else ""


def _timeline(report: Report) -> str:
    rows = "".join(
        f'<li class="is-{entry.kind}"><b>{entry.number}</b> <time>{entry.time}</time> '
        f"<span>{escape(entry.text)}</span></li>"
        for entry in telling.timeline(report)
    )
    heading = escape(_("What happened when"))
    return f'<h2>{heading}</h2><ol class="timeline">{rows}</ol>' if rows else ""


def _legend(report: Report) -> str:
    keys = "".join(
        f'<span><svg viewBox="0 0 40 8" width="40" height="8" aria-hidden="true">'
        f'<path class="course is-{course.name}" d="M0 4H40"/></svg> '
        f"{escape(telling.course_name(course))}</span>"
        for course in report.courses
    )
    return f'<p class="legend">{keys}</p>'


def _picture(chart: Chart) -> str:
    rows = max((mark.row for mark in chart.marks), default=-1) + 1
    foot = 26 + rows * 2 * (_MARK + 2)
    drawn = [*_axes(chart), *_lines(chart), *_marks(chart)]
    label = escape(_("{caption}, minute by minute").format(caption=chart.caption))
    return (
        f"<figure><figcaption>{escape(chart.caption)}</figcaption>"
        f'<svg viewBox="0 0 {_WIDE} {_HIGH + foot}" role="img" '
        f'aria-label="{label}">{"".join(drawn)}</svg></figure>'
    )


def _x(place: float) -> str:
    return f"{_LEFT + place * (_WIDE - _LEFT - _RIGHT):.1f}"


def _y(place: float) -> str:
    return f"{_TOP + (1 - place) * (_HIGH - _TOP):.1f}"


def _axes(chart: Chart) -> list[str]:
    found = []
    for tick in chart.up:
        y = _y(tick.place)
        found.append(f'<line class="scale" x1="{_LEFT}" x2="{_WIDE - _RIGHT}" y1="{y}" y2="{y}"/>')
        found.append(
            f'<text x="{_LEFT - 8}" y="{y}" dy="0.35em" text-anchor="end">{tick.label}</text>'
        )
    for tick in chart.across:
        x = _x(tick.place)
        found.append(f'<text x="{x}" y="{_HIGH + 18}" text-anchor="middle">{tick.label}</text>')
    if chart.onset is not None:
        x = _x(chart.onset)
        found.append(f'<line class="onset" x1="{x}" x2="{x}" y1="{_TOP}" y2="{_HIGH}"/>')
    return found


def _lines(chart: Chart) -> list[str]:
    return [
        f'<path class="course is-{line.course}" d="'
        + "".join(
            f"{'L' if nth else 'M'}{_x(x)} {_y(y)}"
            for part in line.parts
            for nth, (x, y) in enumerate(part)
        )
        + '"/>'
        for line in reversed(chart.lines)
        if line.parts
    ]


def _marks(chart: Chart) -> list[str]:
    found = []
    for mark in chart.marks:
        x, y = _x(mark.x), _HIGH + 26 + _MARK + mark.row * 2 * (_MARK + 2)
        found.append(f'<circle class="mark is-{mark.kind}" cx="{x}" cy="{y}" r="{_MARK}"/>')
        found.append(
            f'<text class="number" x="{x}" y="{y}" dy="0.35em" text-anchor="middle">'
            f"{mark.number}</text>"
        )
    return found
