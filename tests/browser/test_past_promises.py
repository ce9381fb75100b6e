"""Promises to call back at a wound-back minute: those that were open then, by the clock of then."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Locator, Page, expect

from dashboard.app import create_app, serving
from stream.contract.instants import MINUTE_US, format_instant
from stream.past.apart import LogPast
from tests.browser.conftest import OpenPage
from tests.clock import now_us
from tests.dashboard.customers import Customers
from tests.dashboard.pictures import TableReader, wall_clock
from tests.past_ground import PLAN, PastGround

pytestmark = pytest.mark.browser

_SOON_MS: Final = 30_000


@pytest.fixture
def ground(tmp_path: Path) -> PastGround:
    """Two hours that ended some minutes ago, with two promises open in the middle of them."""
    begin = now_us() // MINUTE_US * MINUTE_US - 130 * MINUTE_US
    return PastGround(tmp_path / "past", begin, more=PastGround.promises)


@pytest.fixture
def wall(reader: TableReader, ground: PastGround) -> Iterator[str]:
    past = LogPast(ground.url, PLAN, now=now_us, title="Benefits centre")
    customers = Customers(0, as_of=now_us())
    app = create_app(reader, now=wall_clock, past=past, experience=customers)
    with serving(app) as url:
        yield url


def rows(page: Page) -> Locator:
    return page.locator("#experience-promises tbody tr")


def test_promises_are_those_of_then(open_page: OpenPage, ground: PastGround) -> None:
    """At the minute that is shown, at the next, and not when it is now again; by the choices, too."""
    at = format_instant(ground.begin + 59 * MINUTE_US)
    page = open_page(f"/experience?at={at}")
    expect(rows(page)).to_have_count(2, timeout=_SOON_MS)
    expect(rows(page).first).to_contain_text("overdue by 9:00")

    page.keyboard.press(".")
    expect(rows(page).first).to_contain_text("overdue by 10:00", timeout=_SOON_MS)
    # Asked on the way to another minute, before anything of it is told: nothing fails.
    page.evaluate(
        """at => {
            floorwatch.past.go(Date.parse(at));
            document.querySelector('.choice-button[data-choice="window"][data-value="60m"]').click();
        }""",
        at,
    )
    expect(rows(page).first).to_contain_text("overdue by 9:00", timeout=_SOON_MS)
    expect(page.locator("#promises-kept")).not_to_be_empty()

    page.evaluate("floorwatch.past.now()")
    expect(page.locator("html")).to_have_attribute("data-past", "off", timeout=_SOON_MS)
    expect(rows(page).get_by_text("overdue by 9:00")).to_have_count(0)
