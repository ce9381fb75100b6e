"""The screen of the stream's health as it is seen: one sentence, tables, and honest when stale."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace
from playwright.sync_api import Browser, Page, expect

from dashboard.app import bind, create_app, serving
from stream.contract.figures import PartitionState, Picture, WorkerState
from tests.browser.conftest import OpenPage
from tests.dashboard.pictures import TableReader, ordinary, wall_clock

pytestmark = pytest.mark.browser


def headline(page: Page) -> str:
    """The sentence, its spaces plain."""
    return " ".join(page.inner_text("#sentence").split())


def expect_headline(page: Page, text: str) -> None:
    """The sentence becomes this: a frame of what was before may still be on its way."""
    expect(page.locator("#sentence")).to_have_text(text)


def row(page: Page, table: str, key: str) -> list[str]:
    """The texts of a table's row."""
    cells = page.locator(f'#{table} [data-key="{key}"] > *').all_inner_texts()
    return [" ".join(cell.split()) for cell in cells]


def colour(page: Page, selector: str) -> str:
    """The colour of the first such element's text."""
    told: str = page.locator(selector).first.evaluate("e => getComputedStyle(e).color")
    return told


def test_a_fresh_stream_is_seen_at_a_glance(open_page: OpenPage) -> None:
    """A sentence, then who reads which partition, then what came of the events."""
    page = open_page("/health")
    page.wait_for_selector("#partitions [data-key]")

    expect_headline(page, "All 4 partitions are fresh, read by 2 workers.")
    assert page.title() == "Health · Benefits centre"
    partition = row(page, "partitions", "2")
    assert re.fullmatch(r"\d\.\d s", partition.pop(3))
    assert partition == ["2", "●Fresh", "floor-2", "12,002 / 12,002", "0", "0 s"]
    assert re.fullmatch(r"(\d+ \w+ )?\d\d:\d\d", row(page, "workers", "floor-2")[1])
    assert row(page, "workers", "floor-2")[2:] == ["2, 3", "1", "1", "4"]
    assert row(page, "events", "rejected") == ["Rejected, kept as dead letters", "10"]
    assert row(page, "events", "events")[1] == "48,211"
    assert page.locator("#fields tbody tr").all_inner_texts() == ["data.queue\t7", "time\t3"]
    assert row(page, "types", "agent.state") == ["an agent’s state changed · agent.state", "20,311"]


def test_the_way_there_and_back(open_page: OpenPage) -> None:
    """From the wall's head to the stream's health, and to the wall again; by keyboard, too."""
    page = open_page()
    page.wait_for_selector("#queues .tile")
    page.get_by_role("link", name="Health", exact=True).click()
    page.wait_for_selector("#partitions [data-key]")
    assert page.url.endswith("/health")

    # The first leads past the head.
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")

    page.wait_for_selector("#queues .tile")


def test_a_silent_partition_is_named(open_page: OpenPage, reader: TableReader) -> None:
    """In words, colour and shape; its row stays in colour when the rest is no longer sure."""
    page = open_page("/health")
    page.wait_for_selector("#partitions [data-key]")
    reader.silent = (3,)
    reader.told_s_ago(20)

    expect(page.locator("html")).to_have_attribute("data-fresh", "lost")
    assert re.fullmatch(
        r"Partition 3 has been silent for \d\d s\. The other 3 are fresh\.", headline(page)
    )
    assert row(page, "partitions", "3")[1] == "▲Silent"
    assert row(page, "partitions", "2")[1] == "●Fresh"
    assert re.fullmatch(r"\d\d s", row(page, "partitions", "3")[3])
    silent = colour(page, '#partitions [data-key="3"] .word')
    assert silent != colour(page, '#partitions [data-key="2"] .word')
    expect_grey(page, "events")
    assert not grey(page, "partitions")


def expect_grey(page: Page, sheet: str) -> None:
    """A table turns grey: not at once, but in the time that its style gives."""
    page.wait_for_function(
        'sheet => getComputedStyle(document.querySelector(`[data-sheet="${sheet}"]`))'
        ".filter.includes('grayscale')",
        arg=sheet,
    )


def grey(page: Page, sheet: str) -> bool:
    """Whether a table is drawn in grey."""
    told: str = page.locator(f'[data-sheet="{sheet}"]').evaluate("e => getComputedStyle(e).filter")
    return "grayscale" in told


def test_catching_up_is_seen_and_gone(open_page: OpenPage, reader: TableReader) -> None:
    """Which partitions, and how far each."""
    reader.catching_up, reader.behind_s = (0, 2), 715.0
    page = open_page("/health")
    page.wait_for_selector("#partitions [data-key]")

    expect_headline(page, "Catching up: figures are up to 12 min behind (2 of 4 partitions).")
    assert row(page, "partitions", "2")[1] == "◆Catching up"
    assert row(page, "partitions", "2")[4:] == ["7,902 / 12,002", "4,100", "12 min"]
    expect(page.locator("html")).to_have_attribute("data-fresh", "stale")
    reader.catching_up, reader.behind_s = (), 0.0

    expect(page.locator("html")).to_have_attribute("data-fresh", "live")
    expect_headline(page, "All 4 partitions are fresh, read by 2 workers.")
    assert row(page, "partitions", "2")[1] == "●Fresh"


def test_no_picture_yet_is_said_in_the_readers_words(
    open_page: OpenPage, reader: TableReader
) -> None:
    """To who opens it, and to who was watching."""
    watching = open_page("/health")
    watching.wait_for_selector("#partitions [data-key]")
    reader.nothing_yet = "the log cannot be reached yet"
    page = open_page("/health")

    lead = page.locator("#sentence .lead")
    expect(lead).to_have_text("The log cannot be reached yet.")
    expect(watching.locator("#sentence .lead")).to_have_text("The log cannot be reached yet.")
    assert "What stands here is as of " in headline(watching)
    reader.nothing_yet = None

    expect(lead).to_have_text("All 4 partitions are fresh,")
    assert "read by 2 workers." in headline(page)


def test_what_stands_is_as_of_the_floors_time(browser: Browser) -> None:
    """Which in a replay is not the time of whoever looks."""

    def five_hours_ago() -> datetime:
        return wall_clock() - timedelta(hours=5)

    reader = TableReader(ordinary(), five_hours_ago)
    page = browser.new_page()
    with serving(create_app(reader, now=wall_clock)) as url:
        page.goto(f"{url}/health")
        page.wait_for_selector("#partitions [data-key]")
        before = five_hours_ago() - timedelta(minutes=5)
        reader.nothing_yet = "the log cannot be reached yet"
        expect(page.locator("#sentence .rest")).to_contain_text("What stands here is as of ")
        told = re.search(r"as of (\d\d):(\d\d):(\d\d)\.", headline(page))

    assert told is not None
    hour, minute, second = map(int, told.groups())
    shown = timedelta(hours=hour, minutes=minute, seconds=second)
    began = timedelta(hours=before.hour, minutes=before.minute, seconds=before.second)
    assert (shown - began) % timedelta(days=1) <= timedelta(minutes=6)
    page.close()


def test_a_dead_dashboard_leaves_nothing_green(browser: Browser) -> None:
    """The process is gone: no state is known any more, and all turns grey."""
    with bind("127.0.0.1", 0) as listener:
        port = listener.getsockname()[1]
    page = browser.new_page()
    reader = TableReader(ordinary(), wall_clock)
    with serving(create_app(reader, now=wall_clock), port=port) as url:
        page.goto(f"{url}/health")
        page.wait_for_selector("#partitions [data-key]")

    expect(page.locator("#sentence .lead")).to_contain_text("No connection to the dashboard for ")
    assert row(page, "partitions", "2")[1] == "○Not known"
    expect(page.locator("#screen")).to_have_attribute("data-frames", "old")
    expect_grey(page, "partitions")
    page.close()


@dataclass
class WideReader(TableReader):
    """A floor read by many workers with long names, far into its log."""

    def picture(self, window: str, *, agents: bool = False) -> Picture:
        """The same figures, from 64 partitions."""
        told = super().picture(window, agents=agents)
        name = "stream-production-frankfurt-7f9c4d5b8-{:05}-1"
        partitions = [
            PartitionState(
                number, "catching up", name.format(number // 8), 0.2, 9_123_456_789,
                9_223_456_789, 100_000_000, 7_000.0,
            )
            for number in range(64)
        ]  # fmt: skip
        workers = [
            WorkerState(
                name.format(number), "2026-03-02T06:00:00.000Z", 0.2,
                [*range(number * 8, number * 8 + 7), 60], 12, 3, 4,
            )
            for number in range(8)
        ]  # fmt: skip
        fields = {"data.queue." + "x" * 80: 1_234_567, **told.rejected_by_field}
        return replace(told, partitions=partitions, workers=workers, rejected_by_field=fields)


@pytest.mark.parametrize("width", [360, 640, 768, 1000, 1200, 1366, 1920, 3840])
def test_nothing_scrolls_sideways(browser: Browser, width: int) -> None:
    """At any width, with long names and large numbers; and nothing is cut off at the left."""
    reader = WideReader(ordinary(), wall_clock)
    page = browser.new_page(viewport={"width": width, "height": 900})
    with serving(create_app(reader, now=wall_clock)) as url:
        page.goto(f"{url}/health")
        page.wait_for_selector("#partitions [data-key]")
        found = page.eval_on_selector_all(
            ".head, .head *, .sheet, .sheet *",
            """(all, width) => all.filter(e => {
                const box = e.getBoundingClientRect();
                return !e.closest(".unseen, thead") && box.width && (box.left < 0 || box.right > width + 1);
            }).map(e => e.className + " " + e.textContent)""",
            width,
        )
        wide = page.eval_on_selector_all(
            ".sheet", "all => all.filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.id)"
        )
        ranges = row(page, "workers", "stream-production-frankfurt-7f9c4d5b8-00001-1")[2]
        scroll = page.evaluate("document.documentElement.scrollWidth")
        page.close()

    assert (found, wide) == ([], [])
    assert scroll <= width
    assert ranges == "8–14, 60"


@pytest.mark.parametrize("width", [360, 1920])
def test_tables_are_tables_to_who_hears_them(open_page: OpenPage, width: int) -> None:
    """Also where a row is drawn as a block; the sentence is announced when its state changes."""
    page = open_page("/health", width=width)
    page.wait_for_selector("#partitions [data-key]")
    table = page.get_by_role("table", name="Partitions")

    # This Chromium would know by itself; browsers that do not are told.
    silent = "all => all.filter(e => !e.hasAttribute('role')).map(e => e.outerHTML)"
    assert page.eval_on_selector_all("table, thead, tbody, tr, th, td", silent) == []
    assert table.get_by_role("row").count() == 5
    assert table.get_by_role("columnheader").count() == 7
    assert table.get_by_role("rowheader", name="3").count() == 1
    expect(page.locator("#announce")).to_have_text("All 4 partitions are fresh, read by 2 workers.")


def test_numbers_stand_below_one_another(open_page: OpenPage) -> None:
    """To the right, in figures of one width."""
    page = open_page("/health")
    page.wait_for_selector("#partitions [data-key]")
    cells = page.locator("#partitions [data-column=lag], #events [data-column=count]")

    aligned = cells.evaluate_all("all => [...new Set(all.map(e => getComputedStyle(e).textAlign))]")
    assert aligned == ["right"]
    assert page.evaluate("getComputedStyle(document.body).fontVariantNumeric") == "tabular-nums"


def test_the_theme_is_chosen_here_and_holds_on_the_wall(open_page: OpenPage) -> None:
    """One switch, the same everywhere."""
    page = open_page("/health", scheme="dark")
    page.wait_for_selector("#partitions [data-key]")
    page.click("#theme")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    page.get_by_role("link", name="Wallboard").click()
    page.wait_for_selector("#queues .tile")

    expect(page.locator("html")).to_have_attribute("data-theme", "light")


def test_nothing_yet_is_said_where_nothing_is(open_page: OpenPage, reader: TableReader) -> None:
    """A stream that never told is not an empty page, and not green."""
    reader.queues, reader.events = {}, 0
    page = open_page("/health")
    page.wait_for_selector("#partitions [data-key]")

    expect_headline(page, "No partition has told anything yet: is a worker running?")
    assert row(page, "partitions", "0") == ["0", "▲Silent", "–", "–", "–", "–", "–"]
    expect(page.locator('[data-sheet="workers"] .table-none')).to_have_text(
        "No worker has told anything yet"
    )


def test_limits_that_were_reached_are_named(open_page: OpenPage, reader: TableReader) -> None:
    """What the dashboard takes at most, and each bound that was reached, by whomever."""
    reader.limits = {"agents_kept": 12, "open_contacts": 1_204}
    reader.queues_left_out = 1_312
    page = open_page("/health")

    # A frame built before the page was counted as a viewer may be shown first.
    expect(page.locator("#limits tbody tr")).to_have_text(
        [
            "At most 5,000 viewers (now 1)0",
            "At most 12 queues in a frame1,312 left out",
            "Agents without figures of their own12",
            "Open contacts1,204",
        ]
    )


def test_the_browser_takes_the_stream_packed(open_page: OpenPage) -> None:
    """Chromium's own EventSource reads frame after frame of it."""
    page = open_page("/health")
    page.wait_for_selector("#partitions [data-key]")
    with page.expect_response("**/api/v1/stream?again") as stream:
        seen = page.evaluate(
            """() => new Promise((done) => {
                const seen = [], source = new EventSource("/api/v1/stream?again");
                source.addEventListener("frame", (event) => {
                    seen.push(JSON.parse(event.data).frame.seq);
                    if (seen.length === 3) { source.close(); done(seen); }
                });
            })"""
        )

    assert stream.value.header_value("content-encoding") == "gzip"
    assert seen == [seen[0], seen[0] + 1, seen[0] + 2]
