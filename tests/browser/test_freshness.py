"""The age of what is shown: said, warned of, greyed out, and back by itself."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from dashboard.app import bind, create_app, serving
from tests.browser.conftest import OpenPage
from tests.dashboard.pictures import TableReader, ordinary, wall_clock

pytestmark = pytest.mark.browser

REFUSED = "window.Worker = class { constructor() { throw new Error('refused'); } };"


def test_a_live_wall_says_how_old_it_is(open_page: OpenPage) -> None:
    """Beside the clock, whose zone is stated."""
    page = open_page()
    page.wait_for_selector('[data-fresh="live"]')

    assert page.inner_text("#age").replace("\n", " ").startswith("● live · ")
    assert page.locator("#banner").is_hidden()
    assert page.inner_text("#clock .zone")


def test_an_ordinary_page_reads_beside_itself(open_page: OpenPage) -> None:
    """One worker for as long as it lives, whatever past it is wound to."""
    page = open_page()
    page.wait_for_selector('[data-fresh="live"]')

    page.evaluate("floorwatch.feed.turn()")
    page.wait_for_timeout(300)
    page.wait_for_selector('[data-fresh="live"]')

    assert len(page.workers) == 1


@pytest.mark.parametrize(
    "refuse",
    [
        pytest.param(REFUSED, id="at once"),
        pytest.param(
            "window.Worker = class extends Worker { constructor() { super('/nothing.js'); } };",
            id="later",
        ),
    ],
)
def test_a_page_that_is_kept_from_workers_is_live_all_the_same(
    open_page: OpenPage, refuse: str
) -> None:
    """It reads the stream by itself."""
    page = open_page("/health")
    page.context.add_init_script(refuse)

    page.goto(page.url.replace("/health", "/"))

    page.wait_for_selector('[data-fresh="live"]')
    assert page.workers == []


def test_a_silent_stream_turns_stale_then_grey_then_back(
    open_page: OpenPage, reader: TableReader
) -> None:
    """Frozen green is the worst bug a wall can have."""
    page = open_page()
    root, banner = page.locator("html"), page.locator("#banner")
    page.wait_for_selector('[data-fresh="live"]')

    reader.told_s_ago(6)
    expect(root).to_have_attribute("data-fresh", "stale")
    assert "stale" in page.inner_text("#age")
    assert banner.is_hidden()

    reader.told_s_ago(20)
    expect(root).to_have_attribute("data-fresh", "lost")
    expect(banner).to_contain_text("No news from the stream for ")
    expect(banner).to_contain_text("Figures are as of ")
    page.wait_for_function(
        "getComputedStyle(document.getElementById('floor')).filter.includes('grayscale')"
    )

    reader.resume()
    expect(root).to_have_attribute("data-fresh", "live")
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
    expect(root).to_have_attribute("data-fresh", "stale")
    expect(banner).to_have_text(
        "Catching up: figures are up to 12\u00a0min behind (3 of 4 partitions)."
    )
    expect(page.locator("#age")).to_have_text("◆catching up · 12\u00a0min behind")
    reader.behind_s = None
    expect(banner).to_have_text("Catching up: how far behind is not known yet.")
    expect(page.locator("#age")).to_have_text("◆catching up")

    reader.catching_up, reader.behind_s = (), 0.0
    expect(root).to_have_attribute("data-fresh", "live")
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
        "The figures stand still. Cause: the log cannot be reached yet."
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

    expect(page.locator("#queues .tile")).to_have_count(12)
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

    expect(page.locator("#banner")).to_be_hidden()
    late.wait_for_selector('[data-fresh="live"]')


@pytest.mark.parametrize(("speed", "said"), [(60, "replay 60×"), (0, "replay paused")])
def test_a_replay_says_its_speed(
    open_page: OpenPage, reader: TableReader, speed: float, said: str
) -> None:
    """Nobody takes yesterday for today."""
    reader.speed = speed
    page = open_page()

    expect(page.locator("#replay")).to_have_text(said)


@pytest.mark.parametrize("speed", [1000, 0])
def test_a_replay_fits_a_phone(open_page: OpenPage, reader: TableReader, speed: float) -> None:
    """Nothing to scroll sideways, and nothing over the clock."""
    reader.speed = speed
    page = open_page(width=360, height=740)
    expect(page.locator("#replay")).to_be_visible()
    right = "e => e.getBoundingClientRect().right"
    news = page.locator("#clock").evaluate("e => e.getBoundingClientRect().left")

    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.locator("#age").evaluate(right) <= news
    assert page.locator("#replay").evaluate(right) <= 360


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
    expect(page.locator("html")).to_have_attribute("data-fresh", "stale")

    again = TableReader(ordinary(), wall_clock)
    with serving(create_app(again, now=wall_clock), port=port):
        expect(page.locator("html")).to_have_attribute("data-fresh", "live")
        page.close()


@pytest.mark.parametrize("workers", [True, False])
def test_a_browser_that_was_busy_skips_to_the_newest_frame(
    open_page: OpenPage, workers: bool
) -> None:
    """Of those that came meanwhile only the last is drawn: a wall never runs behind. Nor does one
    that reads the stream by itself."""
    page = open_page()
    if not workers:
        page.context.add_init_script(REFUSED)
        page.reload()
    page.wait_for_selector('html[data-floor="drawn"]')
    page.evaluate(
        """() => {
          const wall = window.dash_clientside.wallboard, draw = wall.draw;
          window.drawn = [];
          wall.draw = (frame, view) => { window.drawn.push(frame.seq); return draw(frame, view); };
        }"""
    )
    page.wait_for_function("window.drawn.length > 0")
    before = page.evaluate(
        """() => {
          const before = window.drawn.length, end = performance.now() + 4500;
          while (performance.now() < end) { /* busy */ }
          return before;
        }"""
    )
    page.wait_for_function("(before) => window.drawn.length > before", arg=before)
    drawn = page.evaluate("window.drawn")

    # Four seconds' frames came, and all but the last were passed over.
    assert drawn[before] - drawn[before - 1] >= 3


def test_a_screen_that_cannot_draw_is_not_live(open_page: OpenPage) -> None:
    """Frames come, and what is shown stands still: that is said, until one is drawn again."""
    page = open_page()
    page.wait_for_selector('html[data-floor="drawn"]')
    page.evaluate(
        """() => {
          const wall = window.dash_clientside.wallboard;
          window.draw = wall.draw;
          // The console tells of it: here it is caught, since a test fails with what it says.
          window.uncaught = [];
          addEventListener("error", (event) => { window.uncaught.push(event.message); event.preventDefault(); });
          wall.draw = () => { throw new Error("planted"); };
        }"""
    )

    expect(page.locator("html")).to_have_attribute("data-fresh", "lost")
    expect(page.locator("#banner")).to_contain_text("This screen cannot draw what it is told")
    expect(page.locator("#age")).to_contain_text("stale")
    assert "planted" in page.evaluate("window.uncaught[0]")

    page.evaluate("window.dash_clientside.wallboard.draw = window.draw")
    expect(page.locator("html")).to_have_attribute("data-fresh", "live")
    expect(page.locator("#banner")).to_be_hidden()


def test_a_wall_keeps_no_frame_but_the_newest(open_page: OpenPage) -> None:
    """A screen stands for weeks: nothing that a frame brought stays, in Dash's history neither."""
    page = open_page()
    page.wait_for_selector('html[data-floor="drawn"]')
    page.wait_for_timeout(3_500)
    held = page.evaluate(
        "JSON.stringify(window.dash_stores[0].getState().history).length"
        " + JSON.stringify(window.dash_stores[0].getState().layout).length"
    )

    assert held < 100_000


def test_nothing_beside_the_table_keeps_its_colour_when_it_is_lost(
    open_page: OpenPage, reader: TableReader
) -> None:
    """Nor the queue that is open, whose state may be another by now."""
    page = open_page("/supervisor?queue=benefits")
    page.wait_for_selector('[data-fresh="live"]')
    expect(page.locator(".beside-status")).not_to_be_empty()

    reader.told_s_ago(20)

    expect(page.locator("html")).to_have_attribute("data-fresh", "lost")
    for part in (".live-grid", ".beside-head", ".beside-body"):
        page.wait_for_function(
            "part => getComputedStyle(document.querySelector(part)).filter.includes('grayscale')",
            arg=part,
        )


def test_what_a_cut_connection_left_out_is_asked_for_again_soon(open_page: OpenPage) -> None:
    """Not only when its turn comes, which may be in ten seconds, or in two minutes as here."""
    page = open_page()
    page.route("**/cut", lambda route: route.abort())

    page.evaluate(
        """() => {
          window.cut = 0;
          floorwatch.polling.start("/cut", 120000, () => {}, () => { window.cut += 1; });
        }"""
    )

    page.wait_for_function("window.cut >= 2")
