"""The ways between screens: all of them, in the same places wherever one is."""

from __future__ import annotations

from typing import Any, Final

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenStage
from tests.browser.stages import SCREENS

pytestmark = pytest.mark.browser

_NAMES: Final = ["Wallboard", "Supervisor", "Experience", "Alerts", "Health", "Report"]
# Each way with its line and its place in it.
_PLACES: Final = """() => [...document.querySelectorAll(".ways .way")].filter((one) => one.offsetWidth)
    .map((one) => ({
        name: one.textContent, screen: Boolean(one.closest("nav")), left: one.getBoundingClientRect().left,
        line: Math.round(one.getBoundingClientRect().top + one.getBoundingClientRect().height / 2),
        here: one.getAttribute("aria-current"), under: getComputedStyle(one).textDecorationLine,
    }))"""


def places(page: Page) -> list[dict[str, Any]]:
    """All ways of a screen's head, once sound says what it is."""
    expect(page.locator("#sound")).not_to_be_empty()
    told: list[dict[str, Any]] = page.evaluate(_PLACES)
    return told


def test_screens_are_in_the_same_places_on_every_screen(open_stage: OpenStage) -> None:
    """The one that is seen is there too, marked; what can be done comes after all of them."""
    wall: list[float] = []
    for path in SCREENS:
        page = open_stage("ordinary", path)
        told = places(page)
        screens = [one for one in told if one["screen"]]

        assert [one["name"] for one in screens][: len(_NAMES)] == _NAMES
        assert told[: len(screens)] == screens
        assert [one["name"] for one in told if one["under"] != "none"] == []
        lefts = [one["left"] for one in screens][: len(_NAMES)]
        wall = wall or lefts
        assert lefts == wall
        marked = page.locator("[aria-current='page']")
        assert [one["here"] for one in screens].count("page") == 1
        assert page.evaluate("location.pathname") == marked.get_attribute("href")
        weight = marked.evaluate("one => Number(getComputedStyle(one).fontWeight)")
        assert weight > 500


@pytest.mark.parametrize("language", ["en", "es", "fr", "it", "ru", "zh"])
@pytest.mark.parametrize("path", ["/", "/alerts"])
def test_no_way_stands_alone_in_a_line_of_its_own(
    open_stage: OpenStage, path: str, language: str
) -> None:
    """On a laptop: where one line has no room for all, all that can be done goes into the next."""
    told = places(open_stage("ordinary", f"{path}?lang={language}"))

    for kind in (True, False):
        assert len({one["line"] for one in told if one["screen"] is kind}) == 1
