"""The wallboard fits: no sideways scroll from a phone to 4K, and sizes to be read at five metres."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import OpenPage
from tests.dashboard.pictures import TableReader, surge

pytestmark = pytest.mark.browser

_WIDTHS = ((360, 780), (768, 1024), (1366, 768), (1920, 1080), (3840, 2160))


def size_px(page: Page, selector: str) -> float:
    """The font size of the first such element."""
    size: float = page.eval_on_selector(selector, "e => parseFloat(getComputedStyle(e).fontSize)")
    return size


def cut_off(page: Page) -> list[str]:
    """The numbers that do not fit their places."""
    cut: list[str] = page.eval_on_selector_all(
        "#queues .big-value, .figure-value",
        "all => all.filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.textContent)",
    )
    return cut


@pytest.mark.parametrize(("width", "height"), _WIDTHS)
@pytest.mark.parametrize("floor", ["surge", "empty"])
def test_nothing_scrolls_sideways(
    open_page: OpenPage, reader: TableReader, width: int, height: int, floor: str
) -> None:
    """At any width, with long names and long waits; and no number is cut off."""
    reader.queues, reader.events = (surge(), 7) if floor == "surge" else ({}, 0)
    page = open_page(width=width, height=height)
    page.wait_for_selector("[data-floor]")

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert cut_off(page) == []


def test_the_reference_of_the_api_fits_a_phone(open_page: OpenPage) -> None:
    """Its longest addresses break, and nothing scrolls sideways."""
    page = open_page("/docs", width=360, height=780)
    page.wait_for_selector("h2")

    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize(("width", "height"), _WIDTHS)
def test_a_wall_that_catches_up_fits(
    open_page: OpenPage, reader: TableReader, width: int, height: int
) -> None:
    """What stands in the place of the age is longer than an age, and is not cut off."""
    reader.catching_up, reader.behind_s = (0, 1, 2), 715.0
    page = open_page(width=width, height=height)
    page.wait_for_selector('[data-fresh="stale"]')
    age, clock = (page.locator(place).bounding_box() for place in ("#age", "#clock"))

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert age is not None
    assert clock is not None
    assert 0 <= age["x"] < age["x"] + age["width"] <= clock["x"]


def test_a_banner_does_not_turn_the_wall_into_a_page(
    open_page: OpenPage, reader: TableReader
) -> None:
    """Opened while the stream catches up, it is still one screen when that is over."""
    reader.catching_up, reader.behind_s = (0, 1, 2), 715.0
    page = open_page(width=1280, height=720)
    page.wait_for_selector('[data-fresh="stale"]')
    page.wait_for_selector("#queues .tile")
    page.set_viewport_size({"width": 1281, "height": 720})
    page.wait_for_timeout(200)

    assert page.get_attribute("html", "data-fit") == "screen"


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (3840, 2160)])
def test_twelve_queues_are_on_one_screen_to_be_read_from_afar(
    open_page: OpenPage, reader: TableReader, width: int, height: int
) -> None:
    """Numbers of at least 40 px, labels of at least 16, twice that on 4K, and nothing to scroll."""
    reader.queues = surge()
    page = open_page(width=width, height=height)
    page.wait_for_selector("#queues .tile")
    scale = width / 1920

    assert page.evaluate("document.documentElement.scrollHeight") == height
    assert size_px(page, '[data-queue="benefits"] .big-value') >= 40 * scale
    assert size_px(page, ".big-label") >= 16 * scale
    assert size_px(page, ".small-label") >= 16 * scale
    assert size_px(page, ".people-words") >= 16 * scale
    assert size_px(page, ".figure-value") >= 60 * scale
    last = page.locator("#queues .tile").last.bounding_box()
    assert last is not None
    assert last["y"] + last["height"] <= height


@pytest.mark.parametrize(("width", "height"), _WIDTHS)
def test_what_is_pressed_in_the_head_is_large_enough_to_read(
    open_page: OpenPage, width: int, height: int
) -> None:
    """Nothing of it is smaller than 13 px, on a laptop either."""
    page = open_page(width=width, height=height)
    page.wait_for_selector("#queues .tile")

    for control in ("#theme", "#language", ".zone", ".way"):
        assert size_px(page, control) >= 13


def test_nothing_moves_for_who_asks_for_stillness(open_page: OpenPage) -> None:
    """prefers-reduced-motion stops shimmer, fades and moving tiles."""
    page = open_page()
    page.emulate_media(reduced_motion="reduce")
    page.wait_for_selector("#queues .tile")
    page.click("#order")

    assert page.evaluate("document.getAnimations().length") == 0
