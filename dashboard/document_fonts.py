"""Fonts of a PDF: the library's own knows Latin alone, so other letters are looked for elsewhere.

Cyrillic and Greek, and Chinese, Japanese and Korean, come from fonts that the machine has, of which
the letters that are used are embedded. Where it has none for Chinese, that is left to the fonts that
readers of PDF bring along, which not every one does. A letter that no font has is a «?».
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Final, NamedTuple

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFError, TTFont

# Where systems keep a plain and a bold font with many scripts.
_PLACES: Final = (
    ("/usr/share/fonts/truetype/dejavu", "DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
    ("/usr/share/fonts/dejavu-sans-fonts", "DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
    ("/usr/share/fonts/TTF", "DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
    ("/usr/share/fonts/truetype/liberation", "LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf"),
    ("/usr/share/fonts/truetype/noto", "NotoSans-Regular.ttf", "NotoSans-Bold.ttf"),
    ("/System/Library/Fonts/Supplemental", "Arial.ttf", "Arial Bold.ttf"),
    ("C:/Windows/Fonts", "arial.ttf", "arialbd.ttf"),
)  # fmt: skip
# Fonts with Han letters whose outlines are TrueType's: others, as Noto Sans CJK, cannot be embedded.
_HAN_PLACES: Final = (
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
    "/usr/share/fonts/google-droid-sans-fonts/DroidSansFallbackFull.ttf",
    "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc",
    "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc",
    "/usr/share/fonts/wqy-zenhei-fonts/wqy-zenhei.ttc",
    "/System/Library/Fonts/STHeiti Light.ttc",
    "C:/Windows/Fonts/msyh.ttc",
    "C:/Windows/Fonts/simsun.ttc",
)
_HAN: Final = "STSong-Light"
# Letters that this font of readers has.
_HAN_RANGES: Final = ((0x3000, 0x30FF), (0x4E00, 0x9FFF), (0xFF00, 0xFFEF))
_WORD: Final = re.compile(
    r"[\u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]|[^ \u3000-\u30ff\u4e00-\u9fff\uff00-\uffef]+"
)
LOST: Final = "?"
# French parts thousands by it, and few fonts have it.
_NARROW: Final = "\u202f"


class Face(NamedTuple):
    """A font in two weights, and the letters that it has."""

    plain: str
    bold: str
    letters: frozenset[int]


@lru_cache(maxsize=1)
def faces() -> tuple[Face, ...]:
    """The fonts there are, the first that has a letter being the one it is set in."""
    own = _face("Vera.ttf", "VeraBd.ttf", "Vera", "VeraBd")
    assert own is not None
    found = (
        _face(f"{folder}/{plain}", f"{folder}/{bold}", "More", "MoreBd")
        for folder, plain, bold in _PLACES
        if Path(folder, plain).is_file() and Path(folder, bold).is_file()
    )
    more = next((face for face in found if face is not None), None)
    pdfmetrics.registerFont(UnicodeCIDFont(_HAN))
    han = frozenset(letter for low, high in _HAN_RANGES for letter in range(low, high + 1))
    embedded = (_face(place, place, "Han", "Han") for place in _HAN_PLACES if Path(place).is_file())
    there = (more, next((face for face in embedded if face is not None), None))
    return (own, *(face for face in there if face is not None), Face(_HAN, _HAN, han))


def set_in_fonts(text: str, *, bold: bool = False) -> str:
    """A text as a paragraph's markup, each letter in a font that has it."""
    return "".join(
        escape(LOST * len(run), quote=False)
        if font is None
        else f'<font name="{font}">{escape(run, quote=False)}</font>'
        for font, run in _runs(text, bold=bold)
    )


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """How wide a text is on one line, in points."""
    return sum(
        float(pdfmetrics.stringWidth(run, font, size)) for font, run in runs(text, bold=bold)
    )


def width_of_words(text: str, size: float, *, bold: bool = False) -> float:
    """How wide a column must be at the least, so that no word is broken; a line of Chinese may end
    after any letter."""
    return max((width_of(word, size, bold=bold) for word in _WORD.findall(text)), default=0.0)


def runs(text: str, *, bold: bool = False) -> Iterator[tuple[str, str]]:
    """The text in pieces of one font each, for what is drawn and not set as a paragraph."""
    own = faces()[0]
    for font, run in _runs(text, bold=bold):
        if font is None:
            yield own.bold if bold else own.plain, LOST * len(run)
        else:
            yield font, run


def _runs(text: str, *, bold: bool) -> Iterator[tuple[str | None, str]]:
    """The text in pieces of one font each; None of what no font has."""

    def font_of(letter: str) -> str | None:
        for face in faces():
            if ord(letter) in face.letters:
                return face.bold if bold else face.plain
        return None

    shown = text.replace(_NARROW, "\u00a0")
    return ((font, "".join(letters)) for font, letters in groupby(shown, font_of))


def _face(plain_file: str, bold_file: str, plain: str, bold: str) -> Face | None:
    try:
        regular, heavy = TTFont(plain, plain_file), TTFont(bold, bold_file)
    except (TTFError, OSError):
        return None
    for font in (regular, heavy):
        pdfmetrics.registerFont(font)
    letters = {*regular.face.charToGlyph, *(ord(letter) for letter in "\n \xa0")}
    return Face(plain, bold, frozenset(letters))
