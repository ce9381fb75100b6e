"""The age of what is shown: said, warned of, greyed out, and back by itself."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from dashboard.app import bind, create_app, serving
from tests.browser.conftest import OpenPage
from tests.dashboard.pictures import TableReader, ordinary, wall_clock

pytestmark = pytest.mark.browser


def test_a_live_wall_says_how_old_it_is(open_page: OpenPage) -> None:
    """Beside the clock, whose zone is stated."""
    page = open_page()
    page.wait_for_selector('[data-fresh="live"]')

    assert page.inner_text("#age").replace("\n", " ").startswith("● live · ")
    assert page.locator("#banner").is_hidden()
    assert page.inner_text("#clock .zone")


def test_a_silent_stream_turns_stale_then_grey_then_back(
    open_page: OpenPage, reader: TableReader
) -> None:
    """Frozen green is the worst bug a wall can have."""
    page = open_page()
    root, banner = page.locator("html"), page.locator("#banner")
    page.wait_for_selector('[data-fresh="live"]')

    reader.told_s_ago(6)
    expect(root).to_have_attribute("data-fresh", "stale", timeout=2_500)
    assert "stale" in page.inner_text("#age")
    assert banner.is_hidden()

    reader.told_s_ago(20)
    expect(root).to_have_attribute("data-fresh", "lost", timeout=2_500)
    expect(banner).to_contain_text("No news from the stream for 2")
    expect(banner).to_contain_text("Figures are as of ")
    page.wait_for_timeout(400)
    assert "grayscale" in page.locator("#floor").evaluate("e => getComputedStyle(e).filter")

    reader.resume()
    expect(root).to_have_attribute("data-fresh", "live", timeout=2_500)
    expect(banner).to_be_hidden()


def test_a_silent_part_of_the_floor_is_named(open_page: OpenPage, reader: TableReader) -> None:
    """Which share of it, and for how long."""
    reader.silent = (3,)
    reader.told_s_ago(8)
    page = open_page()

    expect(page.locator("#banner")).to_contain_text(
        "Part of the floor is silent (1 of 4 partitions): no news from it for "
    )


def test_a_wall_that_catches_up_says_so_and_how_far(
    open_page: OpenPage, reader: TableReader
) -> None:
    """Told just now, but of the past: not fresh, and never green; then it goes by itself."""
    page = open_page()
    root, banner = page.locator("html"), page.locator("#banner")
    page.wait_for_selector('[data-fresh="live"]')

    reader.catching_up, reader.behind_s = (0, 1, 2), 715.0
    expect(root).to_have_attribute("data-fresh", "stale", timeout=2_500)
    expect(banner).to_have_text(
        "Catching up: figures are up to 12\u00a0min behind (3 of 4 partitions)."
    )
    expect(page.locator("#age")).to_have_text("◆catching up · 12\u00a0min behind")
    reader.behind_s = None
    expect(banner).to_have_text("Catching up: how far behind is not known yet.", timeout=2_500)
    expect(page.locator("#age")).to_have_text("◆catching up")

    reader.catching_up, reader.behind_s = (), 0.0
    expect(root).to_have_attribute("data-fresh", "live", timeout=6_000)
    expect(banner).to_be_hidden()


def test_silence_is_said_before_catching_up(open_page: OpenPage, reader: TableReader) -> None:
    """Both are said, and the age is that of the silent."""
    reader.catching_up, reader.behind_s, reader.silent = (0,), 715.0, (3,)
    reader.told_s_ago(8)
    page = open_page()

    expect(page.locator("#banner")).to_have_text(
        re.compile(r"^Part of the floor is silent .*\. Catching up: figures are up to 12")
    )
    assert "stale" in page.inner_text("#age")


def test_no_picture_yet_is_said_in_the_readers_words(
    open_page: OpenPage, reader: TableReader
) -> None:
    """A log that cannot be reached, and then can."""
    watching = open_page()
    watching.wait_for_selector('[data-fresh="live"]')
    reader.nothing_yet = "the log cannot be reached yet"
    expect(watching.locator("#banner")).to_have_text(
        "The figures stand still. Cause: the log cannot be reached yet.", timeout=2_500
    )
    page = open_page()
    expect(page.locator("#banner")).to_contain_text("No figures: the log cannot be reached yet. ")

    reader.nothing_yet = None

    page.wait_for_selector('[data-fresh="live"]')
    expect(page.locator("#banner")).to_be_hidden()


def test_a_floor_without_events_says_what_to_do(open_page: OpenPage, reader: TableReader) -> None:
    """Then the first event makes it a wall."""
    floor = reader.queues
    reader.queues, reader.events = {}, 0
    page = open_page()
    expect(page.locator("#empty")).to_contain_text("No events yet")
    expect(page.locator("#empty")).to_contain_text("floorwatch simulate")

    reader.change(floor)

    expect(page.locator("#queues .tile")).to_have_count(12, timeout=1_500)
    expect(page.locator("#empty")).to_be_hidden()


def test_a_broken_picture_is_said(open_page: OpenPage, reader: TableReader) -> None:
    """To who was watching, and to who opens the wall now."""
    page = open_page()
    page.wait_for_selector('[data-fresh="live"]')
    reader.broken = True
    reader.change()
    expect(page.locator("#banner")).to_contain_text("cannot be built (ValueError)")
    late = open_page()
    expect(late.locator("#banner")).to_contain_text("No figures: the picture of the floor")
    assert late.inner_text('[data-figure="waiting"]') == "Waiting now"

    reader.broken = False
    reader.change()

    expect(page.locator("#banner")).to_be_hidden(timeout=2_500)
    late.wait_for_selector('[data-fresh="live"]')


def test_a_replay_says_its_speed(open_page: OpenPage, reader: TableReader) -> None:
    """Nobody takes yesterday for today."""
    reader.speed = 60
    page = open_page()

    expect(page.locator("#replay")).to_have_text("replay 60×")


def test_a_dead_dashboard_goes_stale_and_comes_back_by_itself(
    browser: Browser, reader: TableReader
) -> None:
    """The process is gone: the page knows by itself, and connects again when it returns."""
    with bind("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
    page = browser.new_page()
    with serving(create_app(reader, now=wall_clock), port=port) as url:
        page.goto(url)
        page.wait_for_selector('[data-fresh="live"]')
    expect(page.locator("html")).to_have_attribute("data-fresh", "stale", timeout=7_500)

    again = TableReader(ordinary(), wall_clock)
    with serving(create_app(again, now=wall_clock), port=port):
        expect(page.locator("html")).to_have_attribute("data-fresh", "live", timeout=5_000)
        page.close()
