"""Screens in other languages: the whole screen, its numbers, and room for the longest."""

from __future__ import annotations

import re
from typing import Final

import pytest
from msgspec import to_builtins
from playwright.sync_api import Page, expect

from dashboard.i18n.languages import LANGUAGES
from dashboard.words import percent
from stream.alerts import history
from tests.browser.conftest import OpenPage, OpenStage
from tests.dashboard.pictures import TableReader, surge

# Texts of the page that are wider than their places, but for names, which are anybody's.
_CUT: Final = """() => [...document.querySelectorAll("main *, header *")]
    .filter((one) => one.childElementCount === 0 && one.textContent.trim() && one.offsetWidth)
    .filter((one) => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).overflow !== "visible")
    .filter((one) => !one.matches(".tile-link, .title, .unseen, .skip"))
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


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_share_is_written_the_same_everywhere(
    open_page: OpenPage, reader: TableReader, code: str
) -> None:
    """On tiles, beside lines, in tables, in titles and by the server: by the language's one rule."""
    reader.change(surge())
    sign = LANGUAGES[code].percent
    page = open_page(f"/?lang={code}")
    page.wait_for_selector("#queues .tile")
    goal = page.locator('.tile[data-queue="benefits"] .spark-scale.goal')
    expect(goal).not_to_be_empty()
    assert goal.text_content() == percent(0.8, sign)
    written = page.evaluate(
        """() => {
          const f = window.floorwatch.format, told = { id: "{level}", values: { level: { as: "share", of: 0.8 } } };
          return [f.percent("80"), f.plain(f.share(0.8)), f.plain(f.share(0.8, true)), window.floorwatch.said(told, "80 %")];
        }"""
    )
    assert written == [percent(0.8, sign)] * 4
    wall = signs(page)
    # What stands before the sign is in the text, and nothing is beside it.
    assert page.locator(".sign").count() > 10
    assert page.evaluate(_BESIDE_SIGNS) == []
    page.goto(page.url.partition("/?")[0] + f"/supervisor?lang={code}")
    page.wait_for_selector(".live-grid .ag-row")

    assert (wall, signs(page)) == ({sign}, {sign})


def signs(page: Page) -> set[str]:
    """How the page writes the sign behind a number, in all its texts and titles."""
    told: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("main *")].flatMap((one) => [
          one.title, one.ariaLabel, one.matches(".number + .unit") ? one.parentElement.textContent : "",
          one.childElementCount ? "" : one.textContent].filter(Boolean))"""
    )
    found = {sign for text in told for sign in re.findall(r"\d(\s*%)", text)}
    # A sentence in English may break before it, as «0 to 100 %» in a title does.
    return {sign.replace(" ", "\u00a0") for sign in found}


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


# Percent signs with room beside them that no text has.
_BESIDE_SIGNS: Final = """() => [...document.querySelectorAll(".sign")]
    .filter((one) => parseFloat(getComputedStyle(one).marginLeft))
    .map((one) => one.parentElement.className)"""
# Elements in which a word is broken in its middle: a line ends between two letters of it.
_BROKEN: Final = r"""(selector) => {
  const broken = [], range = document.createRange();
  for (const one of document.querySelectorAll(selector)) {
    const walker = document.createTreeWalker(one, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      for (const word of node.data.matchAll(/[\p{Script=Latin}\p{Script=Cyrillic}]+/gu)) {
        range.setStart(node, word.index);
        range.setEnd(node, word.index + word[0].length);
        if (new Set(Array.from(range.getClientRects(), (box) => Math.round(box.top))).size > 1) broken.push(word[0]);
      }
    }
  }
  return broken;
}"""


@pytest.mark.parametrize("width", [1366, 1920])
@pytest.mark.parametrize("language", ["en", "fr", "ru", "zh"])
def test_no_word_breaks_in_its_middle(open_stage: OpenStage, language: str, width: int) -> None:
    """Of the tabs and rules of the alert centre, nor in the figures beside a table."""
    alerts = open_stage("surge", f"/alerts?tab=rules&lang={language}", width=width)
    expect(alerts.locator("#rules-table tbody tr").first).to_be_visible()
    beside = open_stage("surge", f"/supervisor?queue=benefits&lang={language}", width=width)
    expect(beside.locator(".contact-rows tbody tr").first).to_be_visible()

    assert alerts.evaluate(_BROKEN, ".tab, #rules-table") == []
    tabs = alerts.locator(".tab").evaluate_all("all => all.map((one) => one.clientHeight)")
    assert max(tabs) < 60
    assert beside.evaluate(_BROKEN, ".beside-figures, .contact-rows td") == []


def test_a_figure_that_an_alert_was_judged_by_has_a_name_in_the_language(
    open_stage: OpenStage,
) -> None:
    """Whichever of all figures somebody's rule goes by, and over which window."""
    page = open_stage("surge", "/alerts?lang=fr")
    titles = page.evaluate(
        """() => Object.keys(floorwatch.figureNames.names())
            .map((name) => [name, floorwatch.alertWords.title(name)])"""
    )
    # Called the same in both.
    same = {"csat_score", "nps", "transferred_out"}

    english = {name.removesuffix("_s").replace("_", " ").capitalize() for name, _ in titles}
    assert [title for name, title in titles if title in english and name not in same] == []
    assert page.evaluate("floorwatch.alertWords.title('callbacks_due_30m')") == (
        "Promesses échues, 30 min"
    )


def test_a_rule_that_ships_has_a_title_in_each_language_and_ones_own_is_as_written(
    open_stage: OpenStage,
) -> None:
    """By its name: whoever writes another names it."""
    page = open_stage("surge", "/alerts?tab=rules&lang=fr")

    told = page.evaluate("['service_level_lost', 'my_rule'].map(floorwatch.alertWords.rule)")

    assert told == ["Niveau de service perdu", "my_rule"]


@pytest.mark.parametrize("width", [1366, 1920])
@pytest.mark.parametrize("language", ["en", "it", "fr", "ru", "zh", "es"])
def test_a_group_whose_queues_have_other_targets_says_so_whole(
    open_page: OpenPage, language: str, width: int
) -> None:
    """Under its service level, in the width that a tile has for it."""
    page = open_page(f"/?lang={language}", width=width, height=768)
    page.wait_for_selector("#queues .tile")
    fits = page.evaluate(
        """() => {
          const label = document.querySelector(".tile .big:nth-child(3) .big-label");
          label.textContent = floorwatch.format.answered({ target_s: { voice: 20, chat: 60 } });
          return label.scrollWidth <= label.clientWidth;
        }"""
    )

    assert fits


def test_why_an_alert_fired_and_what_it_said_then_are_in_the_language(
    open_stage: OpenStage,
) -> None:
    """Whole sentences, with its own numbers, times and shares; a rule's own message as it is."""
    page = open_stage("surge", "/alerts?lang=it")
    expect(page.locator(".why-text")).to_have_text(
        "Il volume ne spiega la maggior parte: 189 nuovi contatti l’ora contro 118 (72%); "
        "tempo di gestione: 5:12 contro 4:44 (14%); persone: 29 presenti contro 31 (11%); "
        "in senso contrario, pazienza: 3:34 contro 4:00."
    )

    assert page.locator(".entry-text").all_inner_texts() == [
        "Benefits: oldest waits 6:12",
        "Benefits: 1,6 volte gli arrivi soliti (189 contro 118)",
    ]


def test_what_the_evaluator_did_is_in_the_language(open_stage: OpenStage) -> None:
    """How grave an incident is and the rules that ship are called as the screens call them."""
    page = open_stage("surge", "/alerts?lang=it")
    lines = [
        history.regraded(0, "page", "notice", "service_level_lost"),
        history.withdrawn(0, "our own"),
        history.over(0),
    ]

    told = [
        page.evaluate(
            "([said, text]) => floorwatch.said(said, text)", [to_builtins(one.said), one.text]
        )
        for one in lines
    ]

    assert told == [
        "da «Urgente» a «Avviso», secondo la regola «Livello di servizio perso»",
        "la regola «our own» non lo sorveglia più",
        "non ne resta nulla",
    ]


def test_what_a_newer_release_says_in_a_way_that_is_not_known_here_stays_english(
    open_stage: OpenStage,
) -> None:
    """A page that was loaded before goes on."""
    page = open_stage("surge", "/alerts?lang=it")
    told = page.evaluate(
        """() => {
          const newer = { id: "the rule {rule} looks at it no longer", values: { rule: { as: "tomorrow", of: 1 } } };
          return [floorwatch.said(newer, "In English."), floorwatch.said.sentences([newer], "In English.")];
        }"""
    )

    assert told == ["In English.", "In English."]


@pytest.mark.parametrize("language", ["en", "it"])
def test_a_reason_of_an_older_release_stays_as_it_was_written(
    open_stage: OpenStage, language: str
) -> None:
    """Nobody kept what to write it from; several sentences are written one after the other."""
    page = open_stage("surge", f"/alerts?lang={language}")
    told = page.evaluate(
        """() => [
          floorwatch.said.sentences(null, "Volume explains it."),
          floorwatch.said.sentences(
            [{ id: "several things explain it" }, { id: "How many are staffed is not known." }],
            "Several things explain it. How many are staffed is not known."),
        ]"""
    )

    assert (
        told
        == {
            "en": [
                "Volume explains it.",
                "Several things explain it. How many are staffed is not known.",
            ],
            "it": [
                "Volume explains it.",
                "Lo spiegano più cose. Non si sa quanti operatori sono presenti.",
            ],
        }[language]
    )
