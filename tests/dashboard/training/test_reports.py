"""A drill's report on its page and as a PDF: whole, escaped, self-contained, the same each time."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from io import BytesIO
from typing import Final

import pytest
from pypdf import PdfReader

from dashboard.training import report_html, report_pdf
from dashboard.training.charts import charts
from dashboard.training.telling import groups, outcomes, score, subtitle, times
from stream.contract.drills import Report
from stream.contract.instants import MINUTE_US
from tests.dashboard.training.reports import BEGAN, course, of_recording, report

VOID: Final = {"meta", "line", "path", "circle"}


class Page(HTMLParser):
    """The texts of a page, and whether its elements are closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.tags: list[str] = []
        self.open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """It ends: it must be the newest open one."""
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Some text."""
        self.texts.append(data)


def text_of(pdf: bytes) -> str:
    """All text of a PDF, its blanks made one."""
    pages = (page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    return re.sub(r"\s+", " ", " ".join(pages))


def told(made: Report) -> list[str]:
    """All that a report says, on whatever it is written."""
    figures = [score(made), *times(made)]
    tables = [
        cell for table in (outcomes(made), groups(made)) for row in table.rows for cell in row
    ]
    moments = [moment.text for moment in made.timeline]
    return [*(one.value for one in figures), *made.findings, *moments, *tables, subtitle(made)]


@pytest.mark.parametrize("made", [report(), of_recording()], ids=["scenario", "recording"])
def test_page_and_pdf_say_all_of_it(made: Report) -> None:
    """Every figure, finding, moment and row."""
    page = " ".join(Page(report_html(made)).texts)
    pdf = text_of(report_pdf(made))

    assert [text for text in told(made) if text not in page] == []
    assert [text for text in told(made) if " ".join(text.split()) not in pdf] == []


def test_texts_of_people_are_texts_on_the_page() -> None:
    """Whatever they wrote: no element comes of it."""
    page = Page(report_html(report()))

    assert page.open == []
    assert "i" not in page.tags
    assert "Ada <b>" in " ".join(page.texts)
    assert page.tags.count("b") == len(report().timeline)


def test_the_page_needs_nothing_else() -> None:
    """It can be mailed, and opened years later."""
    html = report_html(report())

    assert "script" not in Page(html).tags
    assert re.findall(r"(?:src|href|@import|url\()\s*=?", html) == []


def test_the_same_report_is_the_same_file() -> None:
    """Neither has a moment of its writing in it."""
    assert report_html(report()) == report_html(report())
    assert report_pdf(report()) == report_pdf(report())


def test_figures_are_told_as_on_screens() -> None:
    """A dash is what never happened, and never nothing."""
    assert score(report()).value == "72"
    assert [one.value for one in times(report())] == [
        "1:35",
        "–",
        "4:10",
        "1\u00a0h\u00a002",
    ]
    assert [one.note for one in times(of_recording())] == ["there was no trouble"] * 4
    rows = {label: cells for label, *cells in outcomes(report()).rows}
    assert rows["Cost, in minutes of customers' time"] == ["1,234", "2,000", "900"]
    assert rows["CSAT"] == ["–"] * 3
    assert subtitle(report()) == (
        "Ada <b> · 3 March 2026, 10:00 to 10:10 (America/New_York) · scenario weekday, seed 7"
    )


def test_groups_of_a_few_are_left_out() -> None:
    """Three customers are nobody's share."""
    assert [row[0] for row in groups(report()).rows] == ["Queue: Línea SNAP & more", "Language: es"]


def test_charts_hold_each_minute_at_its_end_and_break_where_nothing_is_known() -> None:
    """Waiting by a scale that reads well, the level of five minutes."""
    waiting, level = charts(report())
    (yours,) = (line.parts for line in waiting.lines if line.course == "yours")
    gap = report(courses=[course("yours", *[1] + [0] * 6 + [2] * 3)])

    assert [tick.label for tick in waiting.up] == ["0", "20", "40"]
    assert yours[0][:2] == [(0.1, 1 / 40), (0.2, 2 / 40)]
    assert waiting.onset == 0.2
    assert [tick.label for tick in waiting.across] == ["10:00", "10:02", "10:05", "10:07", "10:10"]
    assert level.lines[0].parts[0][0] == (0.1, 0.4)
    assert [len(part) for part in charts(gap)[1].lines[0].parts] == [5, 3]


def test_marks_that_are_close_stand_below_each_other() -> None:
    """Numbered as the timeline numbers them."""
    marks = charts(report())[0].marks

    assert [(mark.number, mark.row, mark.kind) for mark in marks] == [
        (1, 0, "cause"),
        (2, 0, "alert"),
        (3, 1, "deed"),
        (4, 0, "recovery"),
    ]


def test_a_drill_of_no_time_and_one_without_courses_have_a_report_too() -> None:
    """Nothing is drawn, and nothing fails."""
    at_once = report(ended=BEGAN, courses=[course("yours")], timeline=[], findings=[])
    bare = report(courses=[], onset=BEGAN + MINUTE_US)

    for made in (at_once, bare):
        assert Page(report_html(made)).open == []
        assert report_pdf(made).startswith(b"%PDF")
