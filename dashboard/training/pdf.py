"""A drill's report as a PDF: the same words, figures and charts as on its page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from html import escape
from io import BytesIO
from typing import Final, Literal

from reportlab.graphics.shapes import Circle, Drawing, PolyLine, Shape, String
from reportlab.graphics.shapes import Line as Stroke
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import (
    CondPageBreak,
    Flowable,
    KeepTogether,
    Paragraph,
    SimpleDocTemplate,
    Spacer,
)
from reportlab.platypus import Table as Grid

from dashboard.document import Table
from dashboard.training import telling
from dashboard.training.charts import Chart, charts
from stream.contract.drills import Report

_EDGE: Final = 16 * mm
_WIDE: Final = A4[0] - 2 * _EDGE
_HIGH: Final = 120.0
_LEFT: Final = 34.0
_MARK: Final = 5.5
_TEXT: Final = HexColor(0x10161F)
_QUIET: Final = HexColor(0x4F5B6C)
_RULE: Final = HexColor(0xD3DAE4)
_COURSES: Final[dict[str, tuple[Color, list[float]]]] = {
    "yours": (HexColor(0x1D5FC4), []),
    "nothing": (HexColor(0xB3123A), [6, 3]),
    "best": (HexColor(0x0A7560), [1, 3]),
}
_KINDS: Final = {
    "deed": HexColor(0x1D5FC4),
    "cause": HexColor(0xB3123A),
    "alert": HexColor(0x946000),
    "recovery": HexColor(0x0A7560),
}
Anchor = Literal["start", "middle", "end"]
_FONT: Final = "Vera"
_BOLD: Final = "VeraBd"


def report_pdf(report: Report) -> bytes:
    """The report on pages of A4. The same report gives the same bytes."""
    _fonts()
    written = BytesIO()
    document = SimpleDocTemplate(
        written,
        pagesize=A4,
        leftMargin=_EDGE,
        rightMargin=_EDGE,
        topMargin=_EDGE,
        bottomMargin=_EDGE,
        title=telling.title(report),
        author="Floorwatch",
        invariant=True,
    )
    document.build(_story(report))
    return written.getvalue()


@lru_cache(maxsize=1)
def _fonts() -> None:
    """The fonts that come with the library: embedded, so that every reader shows the same."""
    for name in (_FONT, _BOLD):
        pdfmetrics.registerFont(TTFont(name, f"{name}.ttf"))


def _style(
    size: float, *, bold: bool = False, color: Color = _TEXT, after: float = 0
) -> ParagraphStyle:
    return ParagraphStyle(
        f"{size}{bold}{color}{after}",
        fontName=_BOLD if bold else _FONT,
        fontSize=size,
        leading=size * 1.35,
        textColor=color,
        spaceAfter=after,
    )


def _said(text: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(escape(text, quote=False), style)


def _story(report: Report) -> list[Flowable]:
    body, heading = _style(9.5, after=2), _style(12, bold=True, after=4)
    quiet = _style(9, color=_QUIET, after=4)
    found: list[Flowable] = [
        _said(telling.title(report), _style(18, bold=True, after=2)),
        _said(telling.subtitle(report), quiet),
        Spacer(0, 6),
        _figures(report),
        Spacer(0, 10),
    ]
    if report.findings:
        found.append(_said("What there is to learn", heading))
        found += [_said(f"•  {line}", body) for line in report.findings]
    for chart in charts(report) if report.courses else ():
        found.append(KeepTogether([Spacer(0, 8), _said(chart.caption, heading), _picture(chart)]))
    if report.courses:
        found.append(_legend(report))
    found += _timeline(report, heading)
    for table in (telling.outcomes(report), telling.groups(report)):
        if table.rows:
            # The heading stays with its table, however that is broken.
            found += [Spacer(0, 10), CondPageBreak(90), _said(table.caption, heading), _grid(table)]
    return [*found, Spacer(0, 8), _said(telling.footnote(report), quiet)]


def _figures(report: Report) -> Grid:
    told = (telling.score(report), *telling.times(report))
    value, label, note = _style(18, bold=True), _style(9, bold=True), _style(7.5, color=_QUIET)
    cells = [
        [_said(one.value, value), _said(one.label, label), _said(one.note, note)] for one in told
    ]
    return Grid(
        [cells],
        hAlign="LEFT",
        colWidths=[_WIDE / len(cells)] * len(cells),
        style=[
            ("BOX", (0, 0), (-1, -1), 0.5, _RULE),
            ("INNERGRID", (0, 0), (-1, -1), 0.5, _RULE),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ],
    )


def _grid(table: Table) -> Grid:
    first = _WIDE * (0.37 if len(table.heads) < 6 else 0.24)
    rest = (_WIDE - first) / (len(table.heads) - 1)
    body, head = _style(8.5), _style(8, bold=True, color=_QUIET)
    right, right_head = _style(8.5), _style(8, bold=True, color=_QUIET)
    right.alignment = right_head.alignment = 2
    rows = [[_said(table.heads[0], head), *(_said(cell, right_head) for cell in table.heads[1:])]]
    rows += [[_said(row[0], body), *(_said(cell, right) for cell in row[1:])] for row in table.rows]
    return Grid(
        rows,
        hAlign="LEFT",
        colWidths=[first, *[rest] * (len(table.heads) - 1)],
        repeatRows=1,
        style=[
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, _RULE),
            ("VALIGN", (0, 0), (-1, -1), "BOTTOM"),
            ("LEFTPADDING", (0, 0), (0, -1), 0),
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
        ],
    )


def _timeline(report: Report, heading: ParagraphStyle) -> list[Flowable]:
    entries = telling.timeline(report)
    if not entries:
        return []
    body, quiet = _style(9), _style(9, color=_QUIET)
    rows = [
        [_said(str(one.number), quiet), _said(one.time, quiet), _said(one.text, body)]
        for one in entries
    ]
    edges = [
        ("LINEBEFORE", (0, nth), (0, nth), 2.5, _KINDS[one.kind]) for nth, one in enumerate(entries)
    ]
    style = [("TOPPADDING", (0, 0), (-1, -1), 1), ("BOTTOMPADDING", (0, 0), (-1, -1), 1)]
    grid = Grid(rows, hAlign="LEFT", colWidths=[24, 40, _WIDE - 64], style=[*edges, *style])
    return [Spacer(0, 8), _said("What happened when", heading), grid]


def _legend(report: Report) -> Drawing:
    drawing = Drawing(_WIDE, 16)
    for nth, course in enumerate(report.courses):
        x = _LEFT + nth * 150
        color, dashes = _COURSES[course.name]
        drawing.add(_stroke([(x, 6), (x + 24, 6)], color, 1.6, dashes))
        drawing.add(_written(x + 30, 3, telling.COURSES[course.name], anchor="start"))
    return drawing


def _picture(chart: Chart) -> Drawing:
    rows = max((mark.row for mark in chart.marks), default=-1) + 1
    foot = 16 + rows * 2 * (_MARK + 1)
    drawing = Drawing(_WIDE, foot + _HIGH + 6)
    for part in (*_axes(chart, foot), *_lines(chart, foot), *_marks(chart, foot)):
        drawing.add(part)
    return drawing


def _x(place: float) -> float:
    return _LEFT + place * (_WIDE - _LEFT - 12)


def _axes(chart: Chart, foot: float) -> Iterator[Shape]:
    for tick in chart.up:
        at = foot + tick.place * _HIGH
        yield Stroke(_x(0), at, _x(1), at, strokeColor=_RULE, strokeWidth=0.5)
        yield _written(_x(0) - 5, at - 2.5, tick.label, anchor="end")
    for tick in chart.across:
        yield _written(_x(tick.place), foot - 11, tick.label)
    if chart.onset is not None:
        at, color = _x(chart.onset), _KINDS["cause"]
        yield _stroke([(at, foot), (at, foot + _HIGH)], color, 0.7, [2, 2])


def _lines(chart: Chart, foot: float) -> Iterator[Shape]:
    for line in reversed(chart.lines):
        color, dashes = _COURSES[line.course]
        for part in line.parts:
            yield _stroke([(_x(x), foot + y * _HIGH) for x, y in part], color, 1.4, dashes)


def _stroke(
    points: Sequence[tuple[float, float]], color: Color, width: float, dashes: Sequence[float]
) -> PolyLine:
    line = PolyLine(
        [place for point in points for place in point], strokeColor=color, strokeWidth=width
    )
    if dashes:
        line.strokeDashArray = dashes
    return line


def _marks(chart: Chart, foot: float) -> Iterator[Shape]:
    for mark in chart.marks:
        at = foot - 16 - _MARK - mark.row * 2 * (_MARK + 1)
        color = _KINDS[mark.kind]
        yield Circle(_x(mark.x), at, _MARK, strokeColor=color, strokeWidth=1, fillColor=None)
        yield _written(_x(mark.x), at - 2.2, str(mark.number), size=6)


def _written(
    x: float, y: float, text: str, *, anchor: Anchor = "middle", size: float = 7.5
) -> String:
    return String(x, y, text, fontName=_FONT, fontSize=size, fillColor=_QUIET, textAnchor=anchor)
