"""A shift's report as a PDF: the same words and figures as on its page."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from typing import Any, Final

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, Paragraph, SimpleDocTemplate, Spacer
from reportlab.platypus import Table as Grid

from dashboard.document import Figure, Lines, Story, Table
from dashboard.shift.fonts import faces, set_in_fonts, width_of
from dashboard.shift.telling import document
from stream.contract.shifts import ShiftReport

_PAGE: Final = landscape(A4)
_EDGE: Final = 14 * mm
_WIDE: Final = _PAGE[0] - 2 * _EDGE
_TEXT: Final = HexColor(0x10161F)
_QUIET: Final = HexColor(0x4F5B6C)
_RULE: Final = HexColor(0xD3DAE4)
_FIGURES_A_ROW: Final = 4
_ROOM_FOR_A_TABLE: Final = 110
_NUMBERS: Final = "Vera"
_BODY: Final = 8
# A head is set as large as leaves each of its words whole.
_HEADS: Final = (7.5, 7.0, 6.5, 6.0, 5.5, 5.0, 4.5)
_PADDING: Final = 2
# How wide a column's texts make it at the most, and a single word of them, in points: longer ones
# are broken over lines, and a longer word, which is an identifier, within itself.
_TEXT_MAX: Final = 150.0
_WORD_MAX: Final = 90.0
_COLUMN_MIN: Final = 28.0
_LETTERS_AT_ONCE: Final = 16


def shift_pdf(report: ShiftReport) -> bytes:
    """The report on pages of A4, in the language that is spoken. The same report gives the same
    bytes on one machine."""
    faces()
    told = document(report)
    written = BytesIO()
    paper = SimpleDocTemplate(
        written,
        pagesize=_PAGE,
        leftMargin=_EDGE,
        rightMargin=_EDGE,
        topMargin=_EDGE,
        bottomMargin=_EDGE,
        title=f"{told.title} · {report.title}",
        author="Floorwatch",
        invariant=True,
    )
    quiet = _style(9, color=_QUIET, after=4)
    story: list[Flowable] = [
        _said(told.title, _style(18, bold=True, after=2)),
        _said(told.about, quiet),
        Spacer(0, 6),
        _figures(told.figures),
    ]
    for part in told.parts:
        story += _part(part)
    story += [Spacer(0, 10), _said(told.footnote, quiet)]
    paper.build(story, onLaterPages=_numbered, onFirstPage=_numbered)
    return written.getvalue()


@cache
def _style(
    size: float, *, bold: bool = False, color: Color = _TEXT, after: float = 0, right: bool = False
) -> ParagraphStyle:
    return ParagraphStyle(
        f"{size}{bold}{color}{after}{right}",
        fontName="VeraBd" if bold else "Vera",
        fontSize=size,
        leading=size * 1.35,
        textColor=color,
        spaceAfter=after,
        alignment=2 if right else 0,
        splitLongWords=True,
    )


def _said(text: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(set_in_fonts(text, bold=style.fontName == "VeraBd"), style)


def _numbered(canvas: Any, paper: Any) -> None:
    canvas.setFont(_NUMBERS, 8)
    canvas.setFillColor(_QUIET)
    canvas.drawRightString(_PAGE[0] - _EDGE, 8 * mm, str(paper.page))


def _figures(figures: list[Figure]) -> Grid:
    value, label, note = _style(17, bold=True), _style(9, bold=True), _style(7.5, color=_QUIET)
    cells: list[Any] = [
        [_said(one.value, value), _said(one.label, label), _said(one.note, note)] for one in figures
    ]
    cells += [""] * (-len(cells) % _FIGURES_A_ROW)
    rows = [cells[at : at + _FIGURES_A_ROW] for at in range(0, len(cells), _FIGURES_A_ROW)]
    return Grid(
        rows,
        hAlign="LEFT",
        colWidths=[_WIDE / _FIGURES_A_ROW] * _FIGURES_A_ROW,
        style=[("GRID", (0, 0), (-1, -1), 0.5, _RULE), ("VALIGN", (0, 0), (-1, -1), "TOP")],
    )


def _part(part: Table | Lines | Story) -> list[Flowable]:
    # The heading stays with what it is of, however that is broken.
    head: list[Flowable] = [
        Spacer(0, 12),
        CondPageBreak(_ROOM_FOR_A_TABLE),
        _said(part.caption, _style(12, bold=True, after=2)),
    ]
    quiet = _style(8.5, color=_QUIET, after=3)
    match part:
        case Table():
            if not part.rows:
                return []
            note = [_said(part.note, quiet)] if part.note else []
            return [*head, *note, _grid(part)]
        case Lines():
            body = _style(9, after=2)
            return (
                [*head, *(_said(f"•  {line}", body) for line in part.lines)] if part.lines else []
            )
        case Story():
            return [*head, _said(part.note, quiet), *_entries(part)]


def _grid(table: Table) -> Grid:
    size, widths = _fitted(table)
    body, head = _style(_BODY), _style(size, bold=True, color=_QUIET)
    right_head = _style(size, bold=True, color=_QUIET, right=True)
    rows: list[list[Any]] = [
        [_said(table.heads[0], head), *(_said(each, right_head) for each in table.heads[1:])]
    ]
    rows += [[_said(row[0], body), *map(_cell, row[1:])] for row in table.rows]
    return Grid(
        rows,
        hAlign="LEFT",
        colWidths=widths,
        repeatRows=1,
        style=[
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, _RULE),
            ("VALIGN", (0, 0), (-1, -1), "BOTTOM"),
            ("FONT", (1, 1), (-1, -1), _NUMBERS, _BODY),
            ("TEXTCOLOR", (1, 1), (-1, -1), _TEXT),
            ("ALIGN", (1, 1), (-1, -1), "RIGHT"),
            ("LEFTPADDING", (0, 0), (-1, -1), _PADDING),
            ("RIGHTPADDING", (0, 0), (-1, -1), _PADDING),
            ("TOPPADDING", (0, 0), (-1, -1), 1.5),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 1.5),
        ],
    )


def _fitted(table: Table) -> tuple[float, list[float]]:
    """The size of the heads, and how wide each column is: no word of a head is broken, nor a number."""
    columns = [[row[nth] for row in table.rows] for nth in range(len(table.heads))]
    texts = [max(_width_of_texts(column), _COLUMN_MIN) for column in columns]
    words = [max(_width_of_words(column), _COLUMN_MIN) for column in columns]
    fitting = (size for size in _HEADS if sum(_least(table, words, size)) <= _WIDE)
    size = next(fitting, _HEADS[-1])
    return size, _spread(_least(table, words, size), texts)


def _least(table: Table, words: list[float], size: float) -> list[float]:
    """How wide each column is at the least, with heads of that size."""
    heads = [
        max(width_of(word, size, bold=True) for word in head.split(" ")) for head in table.heads
    ]
    # A hair more than was measured, so that rounding breaks nothing.
    return [max(pair) + 2 * _PADDING + 0.5 for pair in zip(heads, words, strict=True)]


def _spread(least: list[float], texts: list[float]) -> list[float]:
    """The width of the page over columns that need so much: first to those whose texts ask for more."""
    more = [max(0.0, text + 2 * _PADDING - width) for width, text in zip(least, texts, strict=True)]
    room = _WIDE - sum(least)
    given = max(0.0, min(1.0, room / sum(more))) if sum(more) else 0.0
    widths = [width + given * extra for width, extra in zip(least, more, strict=True)]
    return [_WIDE * width / sum(widths) for width in widths]


def _width_of_texts(column: list[str]) -> float:
    return min(_TEXT_MAX, max(width_of(text, _BODY) for text in set(column)))


def _width_of_words(column: list[str]) -> float:
    # «n 17, 41–83 %» is read at once, and stays on a line.
    words = {
        word
        for text in column
        for word in ([text] if len(text) <= _LETTERS_AT_ONCE else text.split(" "))
    }
    return min(_WORD_MAX, max(width_of(word, _BODY) for word in words))


def _cell(text: str) -> str | Paragraph:
    """A short number is written as it is, which is many times quicker than a paragraph."""
    plain = text.replace("\u00a0", " ")
    known = faces()[0].letters
    if len(plain) <= 9 and all(ord(letter) in known for letter in plain):
        return plain
    return _said(text, _style(_BODY, right=True))


def _entries(story: Story) -> list[Flowable]:
    if not story.entries:
        return []
    body, quiet = _style(8.5), _style(8.5, color=_QUIET)
    rows = [[_said(one.when, quiet), _said(one.text, body)] for one in story.entries]
    style = [("TOPPADDING", (0, 0), (-1, -1), 1), ("BOTTOMPADDING", (0, 0), (-1, -1), 1)]
    return [Grid(rows, hAlign="LEFT", colWidths=[44, _WIDE - 44], style=style)]
