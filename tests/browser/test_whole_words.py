"""Every text of every screen in the languages with the longest words: none is cut, and no word is broken."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser, Page

from dashboard.i18n.languages import LANGUAGES
from tests.browser.whole import LOOKS, Whole, whole_floor

pytestmark = pytest.mark.browser

# Words of which two letters, or one and its comma, stand on two lines, texts of which an end is beyond
# what clips it, dots or not, and what stands in a field and is longer than it. Names are anybody's: of
# queues, of the floor, and of an incident in the one line at the foot of the wall.
_FAULTS: Final = r"""() => {
  const faults = [], cut = new Set(), range = document.createRange();
  const NOT = ".ag-aria-description-container, .unseen, .heard-only, .skip, .gutter, noscript, script, style, option, dialog:not([open])";
  const NAMES = ".title, .tile-link, .live-grid .is-name, .foot-text, .member-name";
  const beyond = (text, at) => {
    const style = getComputedStyle(at), box = at.getBoundingClientRect();
    if (style.display === "inline" || !/hidden|clip/.test(style.overflowX + style.overflowY)) return false;
    return text.right > box.right + 1 || text.bottom > box.bottom + 2 + text.height / 5;
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const one = node.parentElement, told = node.data.trim();
    if (!told || !one.checkVisibility({ visibilityProperty: true, opacityProperty: true }) || one.closest(NOT)) continue;
    for (const word of node.data.matchAll(/[\p{Script=Latin}\p{Script=Cyrillic}\d]+[,;:.!?)»]*/gu)) {
      range.setStart(node, word.index); range.setEnd(node, word.index + word[0].length);
      if (new Set(Array.from(range.getClientRects(), (box) => Math.round(box.top))).size > 1) faults.push(`broken: ${word[0]}`);
    }
    range.selectNodeContents(node);
    const text = range.getBoundingClientRect();
    if (one.closest(NAMES)) continue;
    for (let at = one; at && at !== document.body; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (/auto|scroll/.test(style.overflowX + style.overflowY) || style.clipPath !== "none") break;
      if (!beyond(text, at)) continue;
      if (!cut.has(at)) faults.push(`cut: ${at.textContent.trim().slice(0, 70)}`);
      cut.add(at);
      break;
    }
  }
  const pen = document.createElement("canvas").getContext("2d");
  for (const field of document.querySelectorAll("input[placeholder], select")) {
    const told = field.placeholder || (field.selectedOptions && field.selectedOptions.length ? field.selectedOptions[0].text : "");
    if (!told || !field.checkVisibility({ visibilityProperty: true }) || field.closest(NOT)) continue;
    const style = getComputedStyle(field), px = (name) => parseFloat(style[name]);
    pen.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
    const room = field.clientWidth - px("paddingLeft") - px("paddingRight") - (field.matches("select") ? 14 : 0);
    if (pen.measureText(told).width > room + 1) faults.push(`cut: ${told}`);
  }
  return faults;
}"""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    """A dashboard with everything that has words."""
    with whole_floor(tmp_path_factory.mktemp("whole")) as whole:
        yield whole


def faults(page: Page) -> list[str]:
    """Of the page and of a page within it."""
    return [fault for frame in page.frames for fault in frame.evaluate(_FAULTS)]


@pytest.mark.parametrize(
    ("language", "width"), [*((code, 1366) for code in LANGUAGES), ("fr", 1024), ("ru", 1024)]
)
def test_all_words_are_whole(browser: Browser, whole: Whole, language: str, width: int) -> None:
    """On boards and the wall, in tables of queues, agents, rules and answers, in reports and drills."""
    context = browser.new_context(viewport={"width": width, "height": 768})
    page, found = context.new_page(), {}
    for look in LOOKS:
        look.show(page, whole, language)
        found[look.path] = faults(page)
    context.close()

    assert {path: told for path, told in found.items() if told} == {}


# What is asked for beside the frames comes late, as on a machine that has much to do.
_LATE: Final = """(() => {
  const get = window.fetch;
  window.fetch = async (...asked) => {
    if (/\\/(hour|curve|pains)\\b/.test(String(asked[0].url || asked[0]))) await new Promise((go) => setTimeout(go, 3000));
    return get(...asked);
  };
})()"""


@pytest.mark.parametrize(
    ("path", "last"),
    [
        (
            "/supervisor?queue=benefits",
            [".hour-answered", ".level-value .number", ".event-list li"],
        ),
        ("/experience?by=channel", ["#curve .curve-point", "#experience-pains tbody tr"]),
    ],
)
def test_a_screen_is_judged_once_all_of_it_is_there(
    browser: Browser, whole: Whole, path: str, last: list[str]
) -> None:
    """Not with the first of its parts: what is not there yet has no words to be cut."""
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    page = context.new_page()
    page.add_init_script(_LATE)
    next(look for look in LOOKS if look.path == path).show(page, whole, "en")
    there = [page.locator(one).first.is_visible() for one in last]
    context.close()

    assert there == [True] * len(last)


def test_what_is_not_whole_is_found(browser: Browser, whole: Whole) -> None:
    """A word on two lines, a text that ends in dots, lines beyond the last, and what a field has no
    room for."""
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    page = context.new_page()
    LOOKS[0].show(page, whole, "en")
    page.evaluate(
        """document.querySelector("main").insertAdjacentHTML("afterbegin",
        "<p style='width:3em;overflow-wrap:anywhere'>Gestionados</p>" +
        "<p style='width:3em;overflow:hidden;text-overflow:ellipsis;white-space:nowrap'>Taux d’occupation</p>" +
        "<p style='height:1.3em;width:6em;overflow:hidden'>one two three four five six</p>" +
        "<input style='width:5em' placeholder='Queue, channel or status'>")"""
    )
    told = faults(page)
    context.close()

    assert told == [
        "broken: Gestionados",
        "cut: Taux d’occupation",
        "cut: one two three four five six",
        "cut: Queue, channel or status",
    ]
