"""The parts of a report as PDF, of which every one of them is made: its paper, its texts."""

from __future__ import annotations

from functools import cache
from typing import IO, Final

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Paragraph, SimpleDocTemplate

from dashboard.document_fonts import faces, set_in_fonts

TEXT: Final = HexColor(0x10161F)
QUIET: Final = HexColor(0x4F5B6C)
RULE: Final = HexColor(0xD3DAE4)
FONT: Final = "Vera"
BOLD: Final = "VeraBd"


def paper(
    written: IO[bytes], title: str, pagesize: tuple[float, float], edge: float
) -> SimpleDocTemplate:
    """Paper with the same edge all round. The same report gives the same bytes on one machine."""
    faces()
    return SimpleDocTemplate(
        written,
        pagesize=pagesize,
        leftMargin=edge,
        rightMargin=edge,
        topMargin=edge,
        bottomMargin=edge,
        title=title,
        author="Floorwatch",
        invariant=True,
    )


@cache
def style(
    size: float, *, bold: bool = False, color: Color = TEXT, after: float = 0, right: bool = False
) -> ParagraphStyle:
    """How a text is set, `after` being the room below it."""
    return ParagraphStyle(
        f"{size}{bold}{color}{after}{right}",
        fontName=BOLD if bold else FONT,
        fontSize=size,
        leading=size * 1.35,
        textColor=color,
        spaceAfter=after,
        alignment=2 if right else 0,
        splitLongWords=True,
    )


def said(text: str, how: ParagraphStyle) -> Paragraph:
    """A text, each letter of it in a font that has it; nothing in it is markup."""
    return Paragraph(set_in_fonts(text, bold=how.fontName == BOLD), how)
