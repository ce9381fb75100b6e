"""What is pressed, and what tells of it: keys, legends, and sizes that grow with the screen."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenStage

pytestmark = pytest.mark.browser


def test_keys_are_told_where_there_are_keys(open_stage: OpenStage) -> None:
    """Beside what is done about an alert, and on what closes a queue; not on a phone."""
    for width, seen in ((1366, True), (360, False)):
        for path, beside in (("/alerts", ".actions"), ("/supervisor?queue=benefits", "#beside")):
            page = open_stage("surge", path, width=width)
            expect(page.locator(f"{beside} kbd").first).to_be_visible(visible=seen)


def test_the_legend_of_an_hour_has_its_bars_colours(open_stage: OpenStage) -> None:
    """Each of the three kinds of bars."""
    page = open_stage("surge", "/supervisor?queue=benefits")
    expect(page.locator(".hour-key").first).to_be_attached()

    told = page.evaluate(
        """() => ["offered", "answered", "abandoned"].map((kind) => {
          const bar = document.createElementNS("http://www.w3.org/2000/svg", "rect");
          bar.setAttribute("class", `hour-${kind}`);
          document.querySelector(".hour-plot svg").append(bar);
          const key = document.querySelector(`.hour-key[data-of="${kind}"]`);
          return getComputedStyle(bar).fill === getComputedStyle(key).backgroundColor;
        })"""
    )
    assert told == [True, True, True]


def test_what_is_pressed_grows_with_the_screen(open_stage: OpenStage) -> None:
    """On a screen of 4K it is twice as high as on one of 1920."""
    heights = {}
    for width, height in ((1920, 1080), (3840, 2160)):
        page = open_stage("surge", "/supervisor?queue=benefits", width=width, height=height)
        heights[width] = [
            round(page.locator(one).first.bounding_box()["height"])  # type: ignore[index]
            for one in ("#grouping", ".beside-close", "button.beside-figure")
        ]

    assert all(large > 1.9 * small for small, large in zip(*heights.values(), strict=True))
