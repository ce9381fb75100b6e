"""Screens in other languages: the whole screen, its numbers, and room for the longest."""

from __future__ import annotations

from typing import Final

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.dashboard.pictures import TableReader, surge

# Texts of the page that are wider than their places, but for names, which are anybody's.
_CUT: Final = """() => [...document.querySelectorAll("main *, header *")]
    .filter((one) => one.childElementCount === 0 && one.textContent.trim() && one.offsetWidth)
    .filter((one) => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflow !== "visible")
    .filter((one) => !one.matches(".tile-name, .title, .unseen"))
    .map((one) => `${one.className}: ${one.textContent}`)"""


def sentence(page: Page) -> str:
    """The floor in one sentence, its spaces plain."""
    return page.locator("#sentence").inner_text().replace("\u00a0", " ").replace("\n", " ")


def test_a_link_shows_the_whole_wall_in_its_language(open_page: OpenPage) -> None:
    """Labels from the layout, words from the scripts, the sentence that all viewers get at once."""
    page = open_page("/?lang=it")
    page.wait_for_selector("#queues .tile")

    assert page.locator("html").get_attribute("lang") == "it"
    assert sentence(page) == (
        "1 coda da osservare: Medicaid renewals: 6 in attesa, da 0:44 al massimo."
    )
    assert page.locator('[data-figure="level"]').inner_text().startswith("Livello di servizio")
    expect(page.locator('[data-figure="abandoned"] [data-part="value"]')).to_have_text("2,7%")
    tile = page.locator('.tile[data-queue="benefits"]').inner_text()
    assert "risposte in 20 s" in tile
    assert "6 liberi, 31 occ., 4 ACW, 3 assenti" in tile


def test_the_switch_turns_the_language_and_keeps_it(open_page: OpenPage) -> None:
    """By keyboard or mouse; the other screens are in it too, whatever their address says."""
    page = open_page("/?order=fixed")
    page.wait_for_selector("#queues .tile")
    page.get_by_label("Language").select_option("fr")

    expect(page.locator("html")).to_have_attribute("lang", "fr")
    assert "order=fixed" in page.url
    expect(page.get_by_label("Langue")).to_have_value("fr")
    page.goto(page.url.partition("?")[0] + "health")
    expect(page.get_by_role("heading", name="Partitions", exact=True)).to_be_visible()
    expect(page.locator("#sentence")).to_contain_text("Les 4 partitions sont à jour,")


def test_plurals_are_those_of_the_language(open_page: OpenPage, reader: TableReader) -> None:
    """Russian has three: one, two to four, five and more; teens are of the third."""
    page = open_page("/?lang=ru")
    page.wait_for_selector("#queues .tile")
    told = page.evaluate(
        """() => [1, 3, 5, 11, 21, 112, 1024].map((n) =>
            window.floorwatch.tn("{n} queue", "{n} queues", n).replace(/\\s/g, " "))"""
    )

    assert told == [
        "1 очередь",
        "3 очереди",
        "5 очередей",
        "11 очередей",
        "21 очередь",
        "112 очередей",
        "1 024 очереди",
    ]


@pytest.mark.parametrize("language", ["ru", "fr", "es"])
@pytest.mark.parametrize("width", [360, 1366, 1920])
def test_the_longest_words_have_room(
    open_page: OpenPage, reader: TableReader, language: str, width: int
) -> None:
    """No text of the wall is cut but a queue's own name, and no page is wider than its window."""
    reader.change(surge())
    page = open_page(f"/?lang={language}", width=width, height=768 if width > 400 else 740)
    page.wait_for_selector("#queues .tile")

    assert page.evaluate(_CUT) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
