"""A shift's report as a PDF: the same words and figures as on its page."""

from __future__ import annotations

from io import BytesIO
from typing import Any, Final

from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, Paragraph, Spacer
from reportlab.platypus import Table as Grid

from dashboard.document import Figure, Lines, Story, Table
from dashboard.document_fonts import faces, width_of
from dashboard.document_pdf import FONT, QUIET, RULE, TEXT, paper, said, style
from dashboard.shift.telling import document
from stream.contract.shifts import ShiftReport

_PAGE: Final = landscape(A4)
_EDGE: Final = 14 * mm
_WIDE: Final = _PAGE[0] - 2 * _EDGE
_FIGURES_A_ROW: Final = 4
_ROOM_FOR_A_TABLE: Final = 110
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
    told = document(report)
    written = BytesIO()
    quiet = style(9, color=QUIET, after=4)
    story: list[Flowable] = [
        said(told.title, style(18, bold=True, after=2)),
        said(told.about, quiet),
        Spacer(0, 6),
        _figures(told.figures),
    ]
    for part in told.parts:
        story += _part(part)
    story += [Spacer(0, 10), said(told.footnote, quiet)]
    pages = paper(written, f"{told.title} · {report.title}", _PAGE, _EDGE)
    pages.build(story, onLaterPages=_numbered, onFirstPage=_numbered)
    return written.getvalue()


def _numbered(canvas: Any, pages: Any) -> None:
    canvas.setFont(FONT, 8)
    canvas.setFillColor(QUIET)
    canvas.drawRightString(_PAGE[0] - _EDGE, 8 * mm, str(pages.page))


def _figures(figures: list[Figure]) -> Grid:
    value, label, note = style(17, bold=True), style(9, bold=True), style(7.5, color=QUIET)
    cells: list[Any] = [
        [said(one.value, value), said(one.label, label), said(one.note, note)] for one in figures
    ]
    cells += [""] * (-len(cells) % _FIGURES_A_ROW)
    rows = [cells[at : at + _FIGURES_A_ROW] for at in range(0, len(cells), _FIGURES_A_ROW)]
    return Grid(
        rows,
        hAlign="LEFT",
        colWidths=[_WIDE / _FIGURES_A_ROW] * _FIGURES_A_ROW,
        style=[("GRID", (0, 0), (-1, -1), 0.5, RULE), ("VALIGN", (0, 0), (-1, -1), "TOP")],
    )


def _part(part: Table | Lines | Story) -> list[Flowable]:
    # The heading stays with what it is of, however that is broken.
    head: list[Flowable] = [
        Spacer(0, 12),
        CondPageBreak(_ROOM_FOR_A_TABLE),
        said(part.caption, style(12, bold=True, after=2)),
    ]
    quiet = style(8.5, color=QUIET, after=3)
    match part:
        case Table():
            if not part.rows:
                return []
            note = [said(part.note, quiet)] if part.note else []
            return [*head, *note, _grid(part)]
        case Lines():
            body = style(9, after=2)
            return [*head, *(said(f"•  {line}", body) for line in part.lines)] if part.lines else []
        case Story():
            return [*head, said(part.note, quiet), *_entries(part)]


def _grid(table: Table) -> Grid:
    size, widths = _fitted(table)
    body, head = style(_BODY), style(size, bold=True, color=QUIET)
    right_head = style(size, bold=True, color=QUIET, right=True)
    rows: list[list[Any]] = [
        [said(table.heads[0], head), *(said(each, right_head) for each in table.heads[1:])]
    ]
    rows += [[said(row[0], body), *map(_cell, row[1:])] for row in table.rows]
    return Grid(
        rows,
        hAlign="LEFT",
        colWidths=widths,
        repeatRows=1,
        style=[
            ("LINEBELOW", (0, 0), (-1, -1), 0.4, RULE),
            ("VALIGN", (0, 0), (-1, -1), "BOTTOM"),
            ("FONT", (1, 1), (-1, -1), FONT, _BODY),
            ("TEXTCOLOR", (1, 1), (-1, -1), TEXT),
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
    return said(text, style(_BODY, right=True))


def _entries(story: Story) -> list[Flowable]:
    if not story.entries:
        return []
    body, quiet = style(8.5), style(8.5, color=QUIET)
    rows = [[said(one.when, quiet), said(one.text, body)] for one in story.entries]
    tight = [("TOPPADDING", (0, 0), (-1, -1), 1), ("BOTTOMPADDING", (0, 0), (-1, -1), 1)]
    return [Grid(rows, hAlign="LEFT", colWidths=[44, _WIDE - 44], style=tight)]
