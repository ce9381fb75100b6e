"""Times of day are the floor's, wherever it is looked at from, and the clock says whose they are."""

from __future__ import annotations

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.dashboard.pictures import TableReader, wall_clock

pytestmark = pytest.mark.browser

# Fourteen hours apart, or thirteen: never the same time of day.
_FLOOR, _VIEWER = "America/New_York", "Asia/Tokyo"


def minute(zone: str) -> str:
    """What a clock shows there by now, to the minute."""
    return wall_clock().astimezone(ZoneInfo(zone)).strftime("%H:%M")


def expect_clock(page: Page, zone: str, place: str) -> None:
    """The clock shows that zone's time, and names it."""
    time = re.compile(rf"^({minute(zone)}|{minute(zone)[:-1]}\d):\d\d$")
    expect(page.locator("#clock .time")).to_have_text(time)
    expect(page.locator("#clock .zone")).to_have_text(re.compile(rf"(^|· ){place}$"))


def test_the_clock_is_the_floors_and_names_its_zone(
    open_page: OpenPage, reader: TableReader
) -> None:
    """A wall in New York that is looked at from Tokyo shows New York's time; one's own is a press
    away, stands in the address, and is kept."""
    reader.time_zone = _FLOOR
    page = open_page(zone=_VIEWER)
    expect_clock(page, _FLOOR, "New York")
    expect(page.locator("#clock")).to_have_attribute(
        "title", re.compile("The floor's time: America/New_York")
    )

    page.locator("#clock").click()
    expect_clock(page, _VIEWER, "your time, Tokyo")
    assert "zone=own" in page.url
    page.goto(page.url.partition("?")[0] + "health")
    expect_clock(page, _VIEWER, "your time, Tokyo")

    page.keyboard.press("Tab")
    page.locator("#clock").press("Enter")
    expect_clock(page, _FLOOR, "New York")
    assert "zone" not in page.url


def test_who_is_where_the_floor_is_has_nothing_to_choose(
    open_page: OpenPage, reader: TableReader
) -> None:
    """One zone: the clock is no control then."""
    reader.time_zone = _VIEWER
    page = open_page(zone=_VIEWER)

    expect_clock(page, _VIEWER, "Tokyo")
    expect(page.locator("#clock")).to_be_disabled()


def test_every_time_is_told_by_the_same_clock(open_page: OpenPage, reader: TableReader) -> None:
    """The banner's «as of» among them."""
    reader.time_zone = _FLOOR
    reader.told_s_ago(40)
    page = open_page(zone=_VIEWER)
    banner = page.locator("#banner")
    expect(banner).to_contain_text("Figures are as of")

    told = re.search(r"as of (\d\d):", banner.inner_text())
    assert told is not None
    assert told[1] in {minute(_FLOOR)[:2], f"{(int(minute(_FLOOR)[:2]) - 1) % 24:02}"}


@pytest.mark.parametrize(
    ("now", "text", "then"),
    [
        pytest.param("2026-03-02T17:00:00Z", "14:30", "2026-03-02T14:30-05:00", id="today"),
        pytest.param("2026-03-02T20:00:00Z", "14:30", "2026-03-03T14:30-05:00", id="tomorrow"),
        pytest.param("2026-03-03T03:00:00Z", "23:15", "2026-03-02T23:15-05:00", id="floor's day"),
        # New York's clocks go forward at two in the night of 8 March.
        pytest.param("2026-03-08T01:00:00Z", "09:00", "2026-03-08T09:00-04:00", id="summer time"),
        pytest.param("2026-11-01T03:00:00Z", "09:00", "2026-11-01T09:00-05:00", id="winter time"),
    ],
)
def test_a_time_that_is_typed_is_the_floors(
    open_page: OpenPage, reader: TableReader, now: str, text: str, then: str
) -> None:
    """«Silent until 14:30» ends when the clock on this screen shows that."""
    reader.time_zone = _FLOOR
    page = open_page(zone=_VIEWER)
    expect_clock(page, _FLOOR, "New York")

    found = page.evaluate(f"floorwatch.times.upcoming('{text}', Date.parse('{now}'))")

    assert found == datetime.fromisoformat(then).timestamp() * 1000
