"""A drill's report in every language: whole, on its page and as a PDF."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Final

import pytest
from msgspec.structs import replace
from pypdf import PdfReader

import dashboard.training
from dashboard.i18n import speaking
from dashboard.i18n.languages import LANGUAGES
from dashboard.training import report_html, report_pdf
from dashboard.training.charts import charts
from dashboard.training.telling import groups, outcomes, score, subtitle, times
from stream.contract.drills import Report
from tests.dashboard.sayings import SAYINGS
from tests.dashboard.training.reports import of_a_release, of_recording, report
from tests.repository.texts import in_python

OTHERS: Final = [code for code in LANGUAGES if code != "en"]
MADE: Final = {
    "release": of_a_release(),
    "recording": replace(of_recording(), findings=[], timeline=[]),
    "calm": report(recovered_s=0.0, noticed_s=None, score=None, findings=[], timeline=[]),
}
# What people wrote, what an older or a newer release told, and identifiers.
NAMES: Final = (
    "Some <newer> finding.",
    "Another of them.",
    "As it was < once.",
    "An <i>ordinary</i> weekday",
    "Línea SNAP & more",
    "SNAP & more",
    "Help {n} <b>",
    "Ada <b>",
    "America/New_York",
    "our own",
    "weekday",
    "monday",
    "Monday",
    "gone",
    "CSAT",
    "es",
)
# Words that are the same in both.
SAME: Final = {"fr": {"score"}}
SUBTITLES: Final = {
    "es": "3 de marzo de 2026, de 10:00 a 10:10 (America/New_York) · escenario weekday, semilla 7",
    "fr": "3 mars 2026, de 10:00 à 10:10 (America/New_York) · scénario weekday, graine 7",
    "it": "3 marzo 2026, dalle 10:00 alle 10:10 (America/New_York) · scenario weekday, seme 7",
    "ru": "3 марта 2026\u202fг., с 10:00 до 10:10 (America/New_York) · сценарий weekday, зерно 7",
    "zh": "2026年3月3日 10:00–10:10（America/New_York） · 场景 weekday，种子 7",
}


class Texts(HTMLParser):
    """The texts of a page, in its order, and what it and its parts are called; without its style."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.labels: list[str] = []
        self.language: str | None = None
        self.tag = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        self.tag = tag
        told = dict(attrs)
        if tag == "html":
            self.language = told["lang"]
        self.labels += [value for name in ("aria-label", "title") if (value := told.get(name))]

    def handle_data(self, data: str) -> None:
        """Some text."""
        if self.tag != "style" and data.strip():
            (self.labels if self.tag == "title" else self.found).append(data.strip())


def texts(made: Report, code: str) -> list[str]:
    """All that its page says in a language, without names."""
    with speaking(LANGUAGES[code]):
        page = Texts(report_html(made))
    assert page.language == code
    found = []
    for text in (*page.found, *page.labels):
        for name in NAMES:
            text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "", text)  # noqa: PLW2901
        found.append(text)
    return found


def pages(pdf: bytes) -> list[str]:
    """What a PDF says."""
    return [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]


def in_threes(texts: Iterable[str]) -> set[tuple[str, ...]]:
    """The words that stand beside one another, three by three."""
    found: set[tuple[str, ...]] = set()
    for text in texts:
        words = re.findall(r"[^\W\d]+", text)
        found.update(zip(words, words[1:], words[2:], strict=False))
    return found


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.mark.parametrize("made", MADE.values(), ids=MADE)
@pytest.mark.parametrize("code", OTHERS)
def test_no_text_of_the_page_is_in_english(code: str, made: Report) -> None:
    """Each text of the English page is another one, but for numbers and what is a name; and of no
    text has a part stayed."""
    pairs = list(zip(texts(made, "en"), texts(made, code), strict=True))

    same = {
        english for english, text in pairs if english == text and re.search("[A-Za-z]{3}", text)
    }
    assert same - SAME.get(code, set()) == set()
    english, other = (in_threes(pair[nth] for pair in pairs) for nth in (0, 1))
    assert english & other == set()


@pytest.mark.parametrize("code", OTHERS)
def test_no_words_of_an_english_text_are_left_in_one(code: str) -> None:
    """Of none that the report writes, nor of any that is said in it."""
    folder = Path(dashboard.training.__file__).parent
    keys = [
        text.one for path in folder.glob("*.py") for text in in_python(path.read_text(), path.name)
    ]
    keys += [one.said.id for one in SAYINGS if one.text]
    phrases = {part.strip() for key in keys for part in re.split(r"\{\w+\}|[.;,]", key)}
    phrases = {phrase for phrase in phrases if " " in phrase}
    told = "\n".join(text for made in MADE.values() for text in texts(made, code))
    english = "\n".join(text for made in MADE.values() for text in texts(made, "en"))

    assert len([phrase for phrase in phrases if phrase in english]) > 40
    assert [phrase for phrase in phrases if phrase in told] == []


@pytest.mark.parametrize("made", MADE.values(), ids=MADE)
@pytest.mark.parametrize("code", LANGUAGES)
def test_the_pdf_says_what_the_page_says(code: str, made: Report) -> None:
    """Every text of it, in letters that fonts have; and the same each time."""
    with speaking(LANGUAGES[code]):
        shown = Texts(report_html(made))
        written = report_pdf(made)
        caption, (_, *courses) = outcomes(made)[:2]
        assert report_pdf(made) == written
    pdf = squeezed("".join(pages(written)))

    assert [text for text in shown.found if squeezed(text) not in pdf] == []
    # The legend stands before the tables, which name the courses again.
    drawn = pdf.partition(squeezed(caption))[0]
    assert [name for name in courses if squeezed(name) not in drawn] == []


@pytest.mark.parametrize("code", [code for code in LANGUAGES if code != "zh"])
def test_no_word_of_a_head_is_broken(code: str) -> None:
    """However long the words of a language are: each is printed as often as heads and other texts
    say it. Chinese has no spaces between words."""
    made = MADE["release"]
    with speaking(LANGUAGES[code]):
        heads = [*outcomes(made).heads, *groups(made).heads]
        heads += [one.label for one in (score(made), *times(made))]
        told = Counter(word for text in Texts(report_html(made)).found for word in text.split())
        printed = Counter(word for page in pages(report_pdf(made)) for word in page.split())

    words = {word for head in heads for word in head.split()}
    assert {word for word in words if printed[word] < told[word]} == set()


@pytest.mark.parametrize("code", OTHERS)
def test_figures_are_written_as_the_language_writes_them(code: str) -> None:
    """Dates, thousands, shares in tables and at axes, and lengths of time."""
    language = LANGUAGES[code]
    with speaking(language):
        told = subtitle(report())
        cells = [cell for row in outcomes(report()).rows for cell in row[1:]]
        cells += [cell for row in groups(report()).rows for cell in row[1:]]
        ticks = [tick.label for chart in charts(report()) for tick in chart.up]

    assert told == f"Ada <b> · {SUBTITLES[code]}"
    sign = language.percent
    assert ticks == ["0", "20", "40", f"0{sign}", f"50{sign}", f"100{sign}"]
    found = {sign for cell in cells for sign in re.findall(r"\d(\s*%)", cell)}
    assert found == {sign}
    thousand = {"es": "1234", "fr": "1\u202f234", "it": "1234", "ru": "1\u00a0234", "zh": "1,234"}
    assert cells[0] == thousand[code]


def test_a_share_stays_with_its_sign() -> None:
    """No line breaks before it, in English as in the languages that have a space there."""
    assert [tick.label for tick in charts(report())[1].up] == [
        "0\u00a0%",
        "50\u00a0%",
        "100\u00a0%",
    ]
    rows = {label: cells for label, *cells in outcomes(report()).rows}
    assert rows["Abandoned"] == ["60 (5\u00a0%)"] * 3


@pytest.mark.parametrize("code", OTHERS)
def test_what_a_newer_release_says_stays_english_and_names_are_texts(code: str) -> None:
    """No element comes of either, in any language."""
    with speaking(LANGUAGES[code]):
        page = report_html(of_a_release())

    assert "<li>Some &lt;newer&gt; finding.</li><li>Another of them.</li>" in page
    assert "<span>As it was &lt; once.</span>" in page
    assert "<i>" not in page
    assert page.count("<b>") == len(of_a_release().timeline)
    assert "Help {n} &lt;b&gt;" in page
