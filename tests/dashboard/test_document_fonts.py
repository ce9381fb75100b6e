"""Fonts of a PDF: what the machine has is embedded, so that whoever reads it sees every letter."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import pytest
from pypdf import PdfReader
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase.ttfonts import TTFont

from dashboard import document_fonts
from dashboard.document_fonts import faces, runs
from dashboard.document_pdf import paper, said, style

_HAN: Final = "队列"


def han_font(path: Path) -> Path:
    """The library's own font, in which these letters have the shapes of others."""
    own: Any = TTFont("Own", "Vera.ttf").face
    data, glyphs = bytearray(own._ttf_data), (own.charToGlyph[ord("A")], own.charToGlyph[ord("B")])
    at = next(
        place
        for place in range(12, 12 + 16 * struct.unpack_from(">H", data, 4)[0], 16)
        if data[place : place + 4] == b"cmap"
    )
    ends = [*sorted(map(ord, _HAN)), 0xFFFF]
    glyph_of = dict(zip(map(ord, _HAN), glyphs, strict=True)) | {0xFFFF: 0}
    deltas = [(glyph_of[end] - end) % 0x10000 for end in ends]
    count = len(ends)
    table = struct.pack(
        f">7H{count}HH{3 * count}H",
        *(4, 16 + 8 * count, 0, 2 * count, 0, 0, 0, *ends, 0, *ends, *deltas, *[0] * count),
    )
    cmap = struct.pack(">4HI", 0, 1, 3, 1, 12) + table
    struct.pack_into(">3I", data, at + 4, 0, len(data), len(cmap))
    path.write_bytes(data + cmap)
    return path


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """What was found is looked for anew, before and afterwards."""
    faces.cache_clear()
    yield
    faces.cache_clear()


def fonts_of(text: str) -> list[Any]:
    """The descriptors of the fonts that a PDF with this text has."""
    written = BytesIO()
    paper(written, "Title", A4, 40).build([said(text, style(12))])
    page: Any = PdfReader(written).pages[0]
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    inner = [font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
             for font in fonts]  # fmt: skip
    return [font["/FontDescriptor"] for font in inner if "/FontDescriptor" in font]


def test_han_is_embedded_where_the_machine_has_a_font(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And only what is used of it."""
    font = han_font(tmp_path / "han.ttf")
    monkeypatch.setattr(document_fonts, "_HAN_PLACES", ("/nowhere.ttf", str(font)))

    found = fonts_of(_HAN)

    assert list(runs(_HAN, bold=True)) == [("Han", _HAN)]
    embedded = [descriptor["/FontFile2"].get_data() for descriptor in found]
    assert embedded
    assert max(map(len, embedded)) < font.stat().st_size


@pytest.mark.parametrize("there", [(), ("broken.otf",)])
def test_han_is_left_to_the_reader_where_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: tuple[str, ...]
) -> None:
    """Nor one that cannot be embedded: it is named, and no letter is lost."""
    for name in there:
        (tmp_path / name).write_bytes(b"OTTO\x00\x00")
    monkeypatch.setattr(document_fonts, "_HAN_PLACES", tuple(str(tmp_path / one) for one in there))

    assert list(runs(_HAN)) == [("STSong-Light", _HAN)]
    assert not any("/FontFile2" in descriptor for descriptor in fonts_of(_HAN))
