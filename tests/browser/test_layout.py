"""The wallboard fits: no sideways scroll from a phone to 4K, and sizes to be read at five metres."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pytest
from playwright.sync_api import Page, expect

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

    expect(page.locator("html")).to_have_attribute("data-fit", "screen")


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


# Each dialog, on which screen it is opened, and how.
_NOTE: Final = """floorwatch.dialog.open("Note", [
    { key: "text", label: "Note", long: true },
    { key: "for", label: "For", choices: [["hour", "An hour"], ["day", "A day"]] }], () => {})"""
_WIDE: Final = """() => {
    floorwatch.dialog.tell("Contacts", floorwatch.dom.make("p", "contacts-told", "Of then."));
    document.getElementById("dialog").dataset.wide = "true";
}"""
_DIALOGS: Final[dict[str, tuple[str, str, Callable[[Page], object]]]] = {
    "palette": ("/", "dialog.palette", lambda page: page.keyboard.press("Control+k")),
    "take away": ("/", ".take-dialog", lambda page: page.click("#take-away")),
    "boards": ("/", "#boards-menu", lambda page: page.click("#boards-open")),
    "keys": ("/supervisor", "#dialog", lambda page: page.keyboard.press("?")),
    "note": ("/alerts", "#dialog", lambda page: page.evaluate(_NOTE)),
    "contacts": ("/alerts", "#dialog", lambda page: page.evaluate(_WIDE)),
}


@pytest.mark.parametrize("name", _DIALOGS)
def test_a_dialog_grows_with_its_screen(open_page: OpenPage, name: str) -> None:
    """Four times as many pixels are a wall seen from as much farther away; on a smaller screen it is
    as at a desk."""
    path, selector, opened = _DIALOGS[name]
    told = {}
    for width, height in ((1366, 768), (1920, 1080), (3840, 2160)):
        page = open_page(path, width=width, height=height)
        page.wait_for_selector('[data-fresh="live"]')
        opened(page)
        page.wait_for_selector(f"{selector}[open]")
        told[width] = page.eval_on_selector(selector, _SIZES)
        page.close()

    assert told[3840] == pytest.approx([2 * one for one in told[1920]], abs=3)
    assert told[1366] == told[1920]


# How wide a dialog is, its largest and its smallest letters, and its padding and its lowest button.
_SIZES: Final = """(dialog) => {
    const seen = [...dialog.querySelectorAll("*")].filter((one) => one.offsetWidth);
    const texts = seen.filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim()));
    const fonts = texts.map((one) => parseFloat(getComputedStyle(one).fontSize));
    const high = seen.filter((one) => one.matches("button, input, textarea")).map((one) => one.offsetHeight);
    return [dialog.offsetWidth, Math.max(...fonts), Math.min(...fonts),
      parseFloat(getComputedStyle(dialog).paddingLeft), Math.min(...high)];
}"""
