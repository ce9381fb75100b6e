"""From a tile of the wall to its queue on the supervisor's screen, by pointer and by keyboard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, expect

from dashboard.app import create_app, serving
from tests.boards import every_kind, shelf_at
from tests.browser.conftest import OpenPage
from tests.dashboard.pictures import TableReader, surge, wall_clock

pytestmark = pytest.mark.browser

_RING: Final = "e => { const s = getComputedStyle(e, '::after'); return [s.outlineStyle, s.outlineColor !== 'rgba(0, 0, 0, 0)']; }"


@pytest.fixture
def wall(reader: TableReader, tmp_path: Path) -> Iterator[str]:
    """The address of a dashboard with boards of every kind of tile."""
    with (
        shelf_at(tmp_path, every_kind()) as shelf,
        serving(create_app(reader, now=wall_clock, boards=shelf)) as url,
    ):
        yield url


def link(page: Page, queue: str = "medicaid") -> Locator:
    """The link of a queue's tile."""
    return page.locator(f'#queues [data-queue="{queue}"] .tile-link')


def asked(page: Page) -> dict[str, list[str]]:
    """What the supervisor's screen was asked for."""
    page.wait_for_url("**/supervisor?*")
    return parse_qs(urlsplit(page.url).query)


@pytest.mark.parametrize(
    "pressed", [".tile-link", ".status", ".big-value", ".spark-plot", ".people"]
)
def test_a_press_anywhere_on_a_tile_opens_its_queue(open_page: OpenPage, pressed: str) -> None:
    """In the language and theme of the wall; a tooltip is where it was."""
    page = open_page("/?lang=it&theme=light")
    box = page.locator(f'#queues [data-queue="medicaid"] {pressed}').first.bounding_box()
    assert box is not None

    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    assert asked(page) == {"queue": ["medicaid"], "lang": ["it"], "theme": ["light"]}
    expect(page.locator("#beside h2")).to_have_text("Medicaid renewals")


def test_the_keyboard_opens_a_queue_and_hears_why_it_stands_so(open_page: OpenPage) -> None:
    """What a pointer reads at the status; with a ring around the whole tile."""
    page = open_page()
    expect(link(page)).to_have_attribute("href", "/supervisor?queue=medicaid")
    page.locator("#language").focus()
    while not page.evaluate("document.activeElement.matches('.tile-link')"):
        page.keyboard.press("Tab")

    expect(link(page)).to_be_focused()
    expect(link(page)).to_have_accessible_name("Medicaid renewals")
    expect(link(page)).to_have_accessible_description(
        re.compile("^Watch, oldest waits 2.2 times the target; 69.% in target is under 80.%$")
    )
    assert link(page).evaluate(_RING) == ["solid", True]
    page.keyboard.press("Enter")
    assert asked(page) == {"queue": ["medicaid"]}


def test_a_tile_that_moves_keeps_the_focus(open_page: OpenPage, reader: TableReader) -> None:
    """Who is about to open a queue is not thrown back to the top of the page."""
    page = open_page()
    expect(link(page, "vip")).to_be_visible()
    link(page, "vip").focus()

    worse = replace(surge()["benefits"], name="VIP")
    reader.change(reader.queues | {"vip": worse})

    expect(page.locator("#queues > *").first).to_have_attribute("data-queue", "vip")
    expect(link(page, "vip")).to_be_focused()


def test_nothing_leads_away_from_a_tv_or_a_board_that_is_built(open_page: OpenPage) -> None:
    """A board's tile of one queue leads there, as the wall's does; while it is built it is moved."""
    page = open_page("/?board=front")
    own = page.locator("#board-page .tile-link").first
    expect(own).to_have_attribute("href", "/supervisor?queue=benefits")
    assert page.locator("#board-page .tile-link[href]").count() == 1

    page.evaluate("floorwatch.address.set({ build: '1' })")
    expect(page.locator("#builder")).to_be_visible()
    expect(own).not_to_have_attribute("href", "/supervisor?queue=benefits")
    page.evaluate("floorwatch.address.set({ build: null })")
    expect(own).to_have_attribute("href", "/supervisor?queue=benefits")

    page.goto(page.url.partition("?")[0] + "?kiosk=1")
    expect(link(page)).to_have_text("Medicaid renewals")
    assert page.locator(".tile-link[href]").count() == 0


def test_the_keyboard_goes_on_at_the_queue(open_page: OpenPage) -> None:
    """Not at the beginning of the page that it leads to."""
    page = open_page("/")
    link(page).focus()
    page.keyboard.press("Enter")

    expect(page.locator("#beside h2")).to_have_text("Medicaid renewals")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#beside') !== null")
