"""A drill's report as a PDF: the same words, figures and charts as on its page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import Final, Literal

from reportlab.graphics.shapes import Circle, Drawing, PolyLine, Shape, String
from reportlab.graphics.shapes import Line as Stroke
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, KeepTogether, Spacer
from reportlab.platypus import Table as Grid

from dashboard.document import Table
from dashboard.document_fonts import runs, width_of, width_of_words
from dashboard.document_pdf import FONT, QUIET, RULE, paper, said, style
from dashboard.i18n import _
from dashboard.training import telling
from dashboard.training.charts import Chart, charts
from stream.contract.drills import Report

_EDGE: Final = 16 * mm
_WIDE: Final = A4[0] - 2 * _EDGE
_HIGH: Final = 120.0
_LEFT: Final = 34.0
_MARK: Final = 5.5
# The size of what is written beside lines, and how wide a key of the legend is at the least.
_SMALL: Final = 7.5
_KEY_WIDE: Final = 150.0
# The size of a table's heads, and the library's room on both sides of a cell.
_HEAD: Final = 8
_PADDING: Final = 6
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


def report_pdf(report: Report) -> bytes:
    """The report on pages of A4, in the language that is spoken. The same report gives the same
    bytes on one machine."""
    written = BytesIO()
    document = paper(written, telling.title(report), A4, _EDGE)
    document.build(_story(report))
    return written.getvalue()


def _story(report: Report) -> list[Flowable]:
    body, heading = style(9.5, after=2), style(12, bold=True, after=4)
    quiet = style(9, color=QUIET, after=4)
    found: list[Flowable] = [
        said(telling.title(report), style(18, bold=True, after=2)),
        said(telling.subtitle(report), quiet),
        Spacer(0, 6),
        _figures(report),
        Spacer(0, 10),
    ]
    learnt = telling.findings(report)
    if learnt:
        found.append(said(_("What there is to learn"), heading))
        found += [said(f"•  {line}", body) for line in learnt]
    for chart in charts(report) if report.courses else ():
        found.append(KeepTogether([Spacer(0, 8), said(chart.caption, heading), _picture(chart)]))
    if report.courses:
        found.append(_legend(report))
    found += _timeline(report, heading)
    for table in (telling.outcomes(report), telling.groups(report)):
        if table.rows:
            # The heading stays with its table, however that is broken.
            found += [Spacer(0, 10), CondPageBreak(90), said(table.caption, heading), _grid(table)]
    return [*found, Spacer(0, 8), said(telling.footnote(report), quiet)]


def _figures(report: Report) -> Grid:
    told = (telling.score(report), *telling.times(report))
    value, label, note = style(18, bold=True), style(9, bold=True), style(7.5, color=QUIET)
    cells = [[said(one.value, value), said(one.label, label), said(one.note, note)] for one in told]
    return Grid(
        [cells],
        hAlign="LEFT",
        colWidths=[_WIDE / len(cells)] * len(cells),
        style=[
            ("BOX", (0, 0), (-1, -1), 0.5, RULE),
            ("INNERGRID", (0, 0), (-1, -1), 0.5, RULE),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ],
    )


def _grid(table: Table) -> Grid:
    body, head = style(8.5), style(_HEAD, bold=True, color=QUIET)
    right, right_head = style(8.5, right=True), style(_HEAD, bold=True, color=QUIET, right=True)
    rows = [[said(table.heads[0], head), *(said(cell, right_head) for cell in table.heads[1:])]]
    rows += [[said(row[0], body), *(said(cell, right) for cell in row[1:])] for row in table.rows]
    return Grid(
        rows,
        hAlign="LEFT",
        colWidths=_widths(table),
        repeatRows=1,
        style=[
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, RULE),
            ("VALIGN", (0, 0), (-1, -1), "BOTTOM"),
            ("LEFTPADDING", (0, 0), (0, -1), 0),
            ("TOPPADDING", (0, 0), (-1, -1), 2),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
        ],
    )


def _widths(table: Table) -> list[float]:
    """Columns of figures are as wide as one another, but where a word of a head needs more: that the
    names give, which may stand on several lines."""
    first = _WIDE * (0.37 if len(table.heads) < 6 else 0.24)
    rest = (_WIDE - first) / (len(table.heads) - 1)
    # A hair more than was measured, so that rounding breaks nothing.
    least = (
        width_of_words(head, _HEAD, bold=True) + 2 * _PADDING + 0.1 for head in table.heads[1:]
    )
    figures = [max(rest, width) for width in least]
    return [_WIDE - sum(figures), *figures]


def _timeline(report: Report, heading: ParagraphStyle) -> list[Flowable]:
    entries = telling.timeline(report)
    if not entries:
        return []
    body, quiet = style(9), style(9, color=QUIET)
    rows = [
        [said(str(one.number), quiet), said(one.time, quiet), said(one.text, body)]
        for one in entries
    ]
    edges = [
        ("LINEBEFORE", (0, nth), (0, nth), 2.5, _KINDS[one.kind]) for nth, one in enumerate(entries)
    ]
    tight = [("TOPPADDING", (0, 0), (-1, -1), 1), ("BOTTOMPADDING", (0, 0), (-1, -1), 1)]
    grid = Grid(rows, hAlign="LEFT", colWidths=[24, 40, _WIDE - 64], style=[*edges, *tight])
    return [Spacer(0, 8), said(_("What happened when"), heading), grid]


def _legend(report: Report) -> Drawing:
    drawing = Drawing(_WIDE, 16)
    x = _LEFT
    for course in report.courses:
        name = telling.course_name(course)
        color, dashes = _COURSES[course.name]
        drawing.add(_stroke([(x, 6), (x + 24, 6)], color, 1.6, dashes))
        for part in _pieces(x + 30, 3, name):
            drawing.add(part)
        x += max(_KEY_WIDE, 30 + width_of(name, _SMALL) + 12)
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
        yield Stroke(_x(0), at, _x(1), at, strokeColor=RULE, strokeWidth=0.5)
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
    x: float,
    y: float,
    text: str,
    *,
    font: str = FONT,
    anchor: Anchor = "middle",
    size: float = _SMALL,
) -> String:
    return String(x, y, text, fontName=font, fontSize=size, fillColor=QUIET, textAnchor=anchor)


def _pieces(x: float, y: float, text: str) -> Iterator[String]:
    """A text from its beginning on, each letter in a font that has it."""
    for font, piece in runs(text):
        yield _written(x, y, piece, font=font, anchor="start")
        x += width_of(piece, _SMALL)
