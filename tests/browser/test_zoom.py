"""Every screen at twice its size, as on a window half as wide: nothing cut off, nothing over another."""

from __future__ import annotations

from typing import Final

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import OpenStage
from tests.browser.looks import LOOKS, Look, opened
from tests.browser.stages import SCREENS, State

pytestmark = pytest.mark.browser

# What 1366 x 768 is at 200 %, and a phone.
_ZOOMED: Final = {"width": 683, "height": 384}
_PHONE: Final = {"width": 360, "height": 780}
# What is laid out anew may take a busy machine a while: what stays is a fault.
_LOOKS: Final = 10

# Every text that is seen: within the page, within what clips it, and with nothing over it. A text
# that ends in dots is whole in the title that somebody points at.
_FAULTS: Final = """(within) => {
  const faults = [], width = document.documentElement.scrollWidth;
  if (width > innerWidth) faults.push(`the page is ${width} px wide`);
  const texts = document.createTreeWalker(document.querySelector(within), NodeFilter.SHOW_TEXT);
  const titled = (element) => element.closest("[title]:not([title=''])");
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const element = node.parentElement, told = node.textContent.trim();
    if (!told || !element.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true })) continue;
    if (element.closest(".unseen, .heard-only, noscript, script, style, option, dialog:not([open]), .ag-root-wrapper")) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    const text = range.getBoundingClientRect();
    if (text.width < 2 || text.height < 2) continue;
    let scrolls = false, cut = false, hidden = false;
    for (let at = element; at && at !== document.body; at = at.parentElement) {
      const style = getComputedStyle(at), box = at.getBoundingClientRect();
      if (style.clipPath !== "none") hidden = true;
      if (/auto|scroll/.test(style.overflowX + style.overflowY)) scrolls = true;
      if (scrolls || !/hidden|clip/.test(style.overflowX + style.overflowY)) continue;
      if (text.right > box.right + 1.5 || text.bottom > box.bottom + 2.5) cut = true;
    }
    if (hidden) continue;
    if (cut && !titled(element)) faults.push(`cut off: ${told.slice(0, 60)}`);
    if (cut || scrolls) continue;
    // A text of two lines may have another beside its second one.
    const line = range.getClientRects()[0], over = document.elementFromPoint(line.left + line.width / 2, line.top + line.height / 2);
    // Nothing of a tile's link is seen but its name: what it lies over is read as well as before.
    if (over && over.matches(".tile-link") && over.closest(".tile").contains(element)) continue;
    if (over && !over.contains(element) && !element.contains(over) && !over.closest("label")?.contains(element)) {
      faults.push(`${told.slice(0, 60)} is under ${over.className || over.tagName}`);
    }
  }
  return faults;
}"""


def faults(page: Page, within: str = "body") -> list[str]:
    """What does not fit, with the window as high as the page, so that all of it can be looked at."""
    height = page.evaluate("document.documentElement.scrollHeight")
    width = page.viewport_size["width"] if page.viewport_size else 0
    page.set_viewport_size({"width": width, "height": min(height, 12_000)})
    found: list[str] = []
    for _ in range(_LOOKS):
        page.wait_for_timeout(300)
        found = page.evaluate(_FAULTS, within)
        if not found:
            break
    return found


@pytest.mark.parametrize("path", SCREENS)
@pytest.mark.parametrize("state", ["surge", "stale"])
def test_everything_fits_at_twice_the_size(open_stage: OpenStage, state: State, path: str) -> None:
    """Reflowed, not scaled down: and then on a phone."""
    page = open_stage(state, path, **_ZOOMED)
    zoomed = faults(page)
    page.set_viewport_size({"width": _PHONE["width"], "height": _PHONE["height"]})
    page.wait_for_timeout(300)

    assert (zoomed, faults(page)) == ([], [])


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_what_is_opened_fits_at_twice_the_size(open_stage: OpenStage, look: Look) -> None:
    """And then on a phone, with it still open."""
    page = opened(open_stage, look, **_ZOOMED)
    zoomed = faults(page, look.within)
    page.set_viewport_size({"width": _PHONE["width"], "height": _PHONE["height"]})
    page.wait_for_timeout(300)

    assert (zoomed, faults(page, look.within)) == ([], [])


def test_what_does_not_fit_is_found(open_stage: OpenStage) -> None:
    """A text that is cut off, one under another, and a page that is too wide."""
    page = open_stage("ordinary", "/health", **_ZOOMED)
    page.evaluate(
        """document.querySelector("main").insertAdjacentHTML("beforeend",
        "<p style='width:20px;overflow:hidden;white-space:nowrap'>much too long</p>" +
        "<div style='position:relative'><p>under</p><b style='position:absolute;inset:0'>over</b></div>" +
        "<p style='width:900px'>wide</p>")"""
    )

    wide, *others = faults(page)
    assert wide.startswith("the page is 9")
    assert others == ["cut off: much too long", "under is under B"]
