"""In which order queues stand: the worst first, but no tile changes its place from second to second."""

from __future__ import annotations

from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.dashboard.pictures import TableReader, surge

pytestmark = pytest.mark.browser

_SOON_MS = 30_000
# What `calm` makes of one frame after another: each is the queues with the worst first, by state.
_CALM = """frames => {
    floorwatch.order.forget();
    return frames.map(([at, states]) => {
        const worst = Object.values(states).flat(), standings = {};
        Object.entries(states).forEach(([state, queues]) =>
            queues.forEach((queue) => { standings[queue] = { state }; }));
        return floorwatch.order.calm(worst, standings, at).join(" ");
    });
}"""
Frame = tuple[int, dict[str, list[str]]]


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """A page that has drawn its first frame."""
    page = open_page()
    page.wait_for_selector("#queues .tile", timeout=_SOON_MS)
    return page


@pytest.mark.parametrize(
    ("frames", "stand"),
    [
        pytest.param(
            [
                (0, {"trouble": ["a", "b"]}),
                (9_999, {"trouble": ["b", "a"]}),
                (10_000, {"trouble": ["b", "a"]}),
                (19_999, {"trouble": ["a", "b"]}),
                (20_000, {"trouble": ["a", "b"]}),
            ],
            ["a b", "a b", "b a", "b a", "a b"],
            id="every ten seconds at most",
        ),
        pytest.param(
            [
                (0, {"trouble": ["a", "b"], "watch": ["c", "d", "e"]}),
                (1_000, {"trouble": ["d", "b", "a"], "watch": ["e", "c"]}),
                (2_000, {"trouble": ["b", "d"], "watch": ["e", "a", "c"]}),
            ],
            ["a b c d e", "d a b c e", "d b c e a"],
            id="another state is another place at once",
        ),
        pytest.param(
            [
                (0, {"watch": ["a", "b"]}),
                (1_000, {"watch": ["x", "b", "y", "z", "a"]}),
                (2_000, {"watch": ["b"]}),
                (3_000, {"trouble": ["b"]}),
                (12_000, {"trouble": ["b", "a"]}),
            ],
            ["a b", "x a b y z", "b", "b", "b a"],
            id="who comes stands behind whom it follows",
        ),
    ],
)
def test_within_a_state_places_rest(page: Page, frames: list[Frame], stand: list[str]) -> None:
    """Each state by itself; all queues are there, and none twice."""
    assert page.evaluate(_CALM, frames) == stand


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
