"""The rows of a tile stand in columns: figures above figures, bars as long as one another."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import OpenPage
from tests.dashboard.pictures import TableReader, surge

pytestmark = pytest.mark.browser


def lefts(page: Page, figures: str) -> list[list[float]]:
    """Where the figures of each tile in sight begin, from the tile's own edge."""
    told: list[list[float]] = page.eval_on_selector_all(
        "#queues > .tile",
        """(tiles, figures) => tiles.slice(0, 4).map((tile) => [...tile.querySelectorAll(figures)].map((one) =>
            Math.round(one.getBoundingClientRect().left - tile.getBoundingClientRect().left)))""",
        figures,
    )
    return told


@pytest.mark.parametrize("language", ["en", "fr", "ru"])
@pytest.mark.parametrize("width", [360, 1366, 1920])
def test_small_figures_stand_under_the_large_ones(
    open_page: OpenPage, reader: TableReader, width: int, language: str
) -> None:
    """Whatever they say; none is cut, and bars of people are of one length."""
    reader.change(surge())
    page = open_page(f"/?lang={language}", width=width, height=1080 if width == 1920 else 768)
    page.wait_for_selector('#queues [data-queue="benefits"][data-state="trouble"]')

    assert lefts(page, ".small") == lefts(page, ".big")
    cut = page.eval_on_selector_all(
        "#queues .small",
        "all => all.filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.textContent)",
    )
    assert cut == []
    bars = page.eval_on_selector_all(
        "#queues .people-bar", "all => all.map(e => Math.round(e.getBoundingClientRect().width))"
    )
    assert max(bars) - min(bars) <= 1
