"""On paper: light, whole, as of when, and nothing to press."""

from __future__ import annotations

from io import BytesIO

import pytest
from playwright.sync_api import Page
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
