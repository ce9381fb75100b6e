"""In which order queues stand: the worst first, but no tile changes its place from second to second."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.dashboard.pictures import TableReader, surge

pytestmark = pytest.mark.browser

_SOON_MS = 30_000


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """A page that has drawn its first frame."""
    page = open_page()
    page.wait_for_selector("#queues .tile", timeout=_SOON_MS)
    return page


def test_no_tile_moves_while_its_queue_stands_as_it_stood(page: Page, reader: TableReader) -> None:
    """Its figures are of now, and its place is what it was; after a while it has its new one."""
    tiles = page.locator("#queues > *")
    queues = surge()
    bad = replace(queues["benefits"], oldest_s=100.0)
    reader.change(queues | {"vip": replace(bad, name="VIP")})
    expect(tiles.nth(1)).to_have_attribute("data-queue", "vip", timeout=_SOON_MS)
    stood = [tiles.nth(place).get_attribute("data-queue") for place in (0, 1)]

    worse = replace(bad, name="VIP", waiting=77, oldest_s=4_000.0)
    reader.change(queues | {"vip": worse})
    waiting = page.locator("[data-queue='vip'] .big-value").first
    expect(waiting).to_have_text("77", timeout=_SOON_MS)

    assert [tiles.nth(place).get_attribute("data-queue") for place in (0, 1)] == stood
    expect(tiles.first).to_have_attribute("data-queue", "vip", timeout=_SOON_MS)
