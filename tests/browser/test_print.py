"""On paper: light, whole, as of when, and nothing to press."""

from __future__ import annotations

from io import BytesIO
from typing import Final

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.browser.conftest import OpenStage
from tests.browser.stages import SCREENS
from tests.dashboard.pictures import wall_clock

pytestmark = pytest.mark.browser


def printed(page: Page) -> str:
    """What stands on the paper."""
    pages = PdfReader(BytesIO(page.pdf(format="A4", landscape=True))).pages
    assert 1 <= len(pages) <= 6
    return " ".join(" ".join(one.extract_text() for one in pages).split())


@pytest.mark.parametrize("path", SCREENS)
def test_every_screen_can_be_printed(open_stage: OpenStage, path: str) -> None:
    """Dark as it is on the screen; the paper says whose time it was, and of which day."""
    page = open_stage("surge", path)
    page.emulate_media(media="print")

    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == (
        "rgb(255, 255, 255)"
    )
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(16, 22, 31)"
    for pressed in (".ways", ".switches", ".age"):
        assert page.locator(pressed).first.is_hidden()
    told = printed(page)
    today = f"{wall_clock():%b %Y}"
    assert today in told
    assert "Benefits centre" in told
    assert "Sound off" not in told


@pytest.mark.parametrize("path", ["/", "/supervisor"])
def test_all_queues_are_on_paper(open_stage: OpenStage, path: str) -> None:
    """The last too, which no window was high enough for."""
    page = open_stage("surge", path, height=500)
    page.wait_for_timeout(1_000)
    told = printed(page)

    assert "Telehealth video" in told
    assert "Night line" in told


# Whether all of the second lies below all of the first, and what lies over something else.
_BELOW: Final = """([first, second]) => {
    const box = (which) => document.querySelector(which).getBoundingClientRect();
    return box(second).top >= box(first).bottom && box(second).width > 0.9 * box(first).width;
}"""
_OVER: Final = """([first, second]) => {
    const boxes = (which) => [...document.querySelectorAll(which)].map((e) => e.getBoundingClientRect()).filter((b) => b.width && b.height);
    return boxes(first).some((a) => boxes(second).some((b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1));
}"""


def test_what_is_open_beside_a_table_stands_below_it_on_paper(open_stage: OpenStage) -> None:
    """Neither lies over the other, and all of it is there."""
    page = open_stage("surge", "/supervisor?queue=benefits")
    expect(page.locator("#beside .contact-rows tbody tr").first).to_be_visible()
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")

    assert page.evaluate(_BELOW, [".supervisor-tables", "#beside"])
    assert page.evaluate(_OVER, [".beside-section", ".live-grid"]) is False
    told = printed(page)
    assert "Night line" in told
    assert "Service level, five ways to count it" in told
