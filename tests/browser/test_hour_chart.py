"""The minutes of a queue's last hour lead to their contacts: by mouse, by key, by finger, by a link, and
in the past."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlsplit

import pytest
from msgspec import structs
from playwright.sync_api import Browser, Locator, Page, Position, expect

from dashboard.app import create_app, serving
from stream.contract.detail import CountAsked
from stream.contract.figures import HourOfQueue
from stream.contract.instants import MINUTE_US, format_instant, parse_instant, to_datetime
from stream.past.apart import LogPast
from stream.present.apart import PresentApart
from tests.browser.conftest import OpenPage
from tests.clock import now_us
from tests.dashboard.pictures import START, TableReader, ordinary, wall_clock
from tests.dashboard.test_detail_api import Desk
from tests.past_ground import CROWD, PLAN, TROUBLE_US, PastGround

pytestmark = pytest.mark.browser

_SOON_MS: Final = 30_000
# The only minute in which anything happened (TableReader), as addresses have it.
_MINUTE: Final = f"{START:%Y-%m-%dT%H:%M}:00.000Z"
_SINCE: Final = int(parse_instant(_MINUTE))


class Moving(TableReader):
    """A floor whose last hour moves on when a test says so: its one busy minute stands further left."""

    def __init__(self) -> None:
        super().__init__(ordinary(), wall_clock)
        self.passed = 0

    def hour(self, queue: str) -> HourOfQueue | None:
        """Each minute has the counts of the one that stood so much further right."""
        told = super().hour(queue)
        if told is None or not self.passed:
            return told
        times = [
            f"{to_datetime(parse_instant(one.minute) + self.passed * MINUTE_US):%Y-%m-%dT%H:%M}:00.000Z"
            for one in told.minutes
        ]
        empty = told.minutes[0]
        moved = [*told.minutes[self.passed :], *[empty] * self.passed]
        minutes = [
            structs.replace(one, minute=time) for one, time in zip(moved, times, strict=True)
        ]
        return structs.replace(told, minutes=minutes)


@pytest.fixture
def reader() -> Moving:
    """The floor of these tests."""
    return Moving()


@pytest.fixture
def desk() -> Desk:
    """Who tells the contacts: seven, of whatever minute."""
    made = Desk()
    made.may_end.set()
    return made


@pytest.fixture
def wall(reader: TableReader, desk: Desk) -> Iterator[str]:
    """A dashboard of which each count can be asked."""
    with serving(create_app(reader, now=wall_clock, detail=desk)) as url:
        yield url


def plot(page: Page) -> Locator:
    """The chart of the queue that is open, drawn."""
    found = page.locator(".hour-plot")
    expect(found.locator("rect.hour-abandoned")).to_have_count(1, timeout=_SOON_MS)
    found.scroll_into_view_if_needed()
    return found


def shown(page: Page, of: str) -> None:
    """The contacts of that minute stand in the dialog, of that count first."""
    expect(page.locator("#dialog-title")).to_have_text(
        re.compile(rf"^Contacts behind 7 {of} — Benefits, .*09:42$"), timeout=_SOON_MS
    )
    expect(page.locator(".contacts-told")).to_contain_text("09:42")
    expect(page.locator("#dialog .contact-rows tbody tr")).to_have_count(1)


def asked(of: str) -> CountAsked:
    """What is asked for then: the minute from its first instant to its last."""
    return CountAsked(
        of, "30m", queue="benefits", as_of=_SINCE + MINUTE_US - 1, since=_SINCE, most=200
    )


def closed(page: Page) -> None:
    """Left with the key."""
    page.keyboard.press("Escape")
    expect(page.locator("#dialog")).to_be_hidden()


def test_a_press_on_a_minute_shows_its_contacts(open_page: OpenPage, desk: Desk) -> None:
    """Of what is pressed first; a link to them shows the same; an empty minute leads nowhere."""
    page = open_page("/supervisor?queue=benefits")
    chart = plot(page)
    box = chart.bounding_box()
    assert box is not None
    middle: Position = {"x": 2, "y": box["height"] / 2}
    chart.hover(position=middle)
    expect(page.locator(".hour-read")).to_contain_text(": 0 offered")
    assert chart.evaluate("(e) => getComputedStyle(e).cursor") == "auto"
    chart.click(position=middle)
    chart.click(position={"x": box["width"] - 1, "y": 2})
    shown(page, "offered")
    assert desk.counts == [asked("offered")]
    page.locator("#dialog").get_by_role("button", name="Answered", exact=True).click()
    shown(page, "answered")

    desk.counts.clear()
    page.goto(page.url)
    shown(page, "answered")
    assert desk.counts == [asked("answered")]
    assert parse_qs(urlsplit(page.url).query)["of_minute"] == [_MINUTE]
    closed(page)
    assert page.url.endswith("/supervisor?queue=benefits")
    plot(page).locator("rect.hour-abandoned").click()
    shown(page, "abandoned")


def test_the_keyboard_reads_minutes_and_opens_one(open_page: OpenPage, desk: Desk) -> None:
    """A slider whose value is the minute in words; who comes back is where they were."""
    page = open_page("/supervisor?queue=benefits")
    chart = plot(page)
    slider = page.get_by_role("slider", name=re.compile("^The last hour: 3 offered"))
    expect(slider).to_have_attribute("aria-valuetext", re.compile(r"^09:42: 3 offered, 2 answered"))
    page.locator("#beside-body").focus()
    chart.evaluate("(e) => e.focus({ focusVisible: true })")
    page.keyboard.press("ArrowLeft")
    expect(slider).to_have_attribute("aria-valuetext", re.compile(r"^09:41: 0 offered"))
    page.keyboard.press("Enter")
    page.keyboard.press("Home")
    expect(slider).to_have_attribute("aria-valuenow", "0")
    page.keyboard.press("ArrowUp")
    expect(slider).to_have_attribute("aria-valuenow", "1")
    page.keyboard.press("ArrowDown")
    expect(slider).to_have_attribute("aria-valuenow", "0")
    page.keyboard.press("End")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    shown(page, "offered")
    closed(page)

    assert desk.counts == [asked("offered")]
    expect(chart).to_be_focused()
    expect(slider).to_have_attribute("aria-valuenow", "59")
    expect(page.locator(".hour-read")).to_contain_text("09:42: 3 offered")


def test_a_finger_chooses_a_minute_and_a_button_leads_on(
    browser: Browser, wall: str, desk: Desk
) -> None:
    """A minute is narrower than a finger, so a tap alone opens nothing; the button is large enough."""
    with closing(
        browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    ) as context:
        page = context.new_page()
        page.goto(f"{wall}/supervisor?queue=benefits")
        chart = plot(page)
        box = chart.bounding_box()
        assert box is not None
        chart.tap(position={"x": box["width"] - 2, "y": 20})
        way = page.locator(".hour-way")
        expect(way).to_be_visible()
        expect(page.locator(".hour-read")).to_contain_text("09:42: 3 offered")
        assert desk.counts == []
        size = way.bounding_box()
        assert size is not None
        assert min(size["height"], size["width"]) >= 24
        way.tap()
        shown(page, "offered")
        closed(page)
        chart.tap(position={"x": 2, "y": 20})
        expect(way).to_be_hidden()


def test_what_rests_on_the_chart_reads_what_is_under_it(
    open_page: OpenPage, reader: Moving, desk: Desk
) -> None:
    """The minutes move left beneath a pointer that does not move: a press leads to what is read then."""
    page = open_page("/supervisor?queue=benefits")
    chart, read = plot(page), page.locator(".hour-read")
    box = chart.bounding_box()
    assert box is not None
    there: Position = {"x": box["width"] * 54.5 / 60, "y": box["height"] / 2}
    chart.hover(position=there)
    expect(read).to_contain_text("09:37: 0 offered")
    reader.passed = 5
    expect(read).to_contain_text("09:42: 3 offered", timeout=_SOON_MS)
    page.mouse.down()
    page.mouse.up()
    # The column of that minute has come under it, and of that the part that is pressed.
    shown(page, "answered")
    assert desk.counts == [asked("answered")]


def test_a_minute_that_is_gone_is_not_another(open_page: OpenPage, reader: Moving) -> None:
    """What was chosen by key leaves the hour at its left: then nothing is chosen, not the oldest left."""
    page = open_page("/supervisor?queue=benefits")
    chart, read = plot(page), page.locator(".hour-read")
    chart.evaluate("(e) => e.focus({ focusVisible: true })")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect(read).to_contain_text("08:44: 0 offered")
    reader.passed = 1
    expect(page.locator(".hour-axis")).to_contain_text("09:43", timeout=_SOON_MS)
    expect(read).to_contain_text("08:44: 0 offered")
    expect(chart).to_have_attribute("aria-valuenow", "0")
    reader.passed = 2
    expect(page.locator(".hour-axis")).to_contain_text("09:44", timeout=_SOON_MS)
    expect(read).not_to_contain_text("offered")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowLeft")
    expect(read).to_contain_text("09:44: 0 offered")


def test_a_minute_that_is_none_opens_nothing(open_page: OpenPage, desk: Desk) -> None:
    """Rather than the contacts of some other time."""
    page = open_page("/supervisor?behind=offered&of_queue=benefits&of_minute=noon")
    expect(page.locator("#queue-grid .ag-row").first).to_be_visible(timeout=_SOON_MS)
    page.evaluate("floorwatch.address.set({ find: 'benefits' })")
    expect(page.locator("#found")).to_have_text("1 of 12 shown")

    expect(page.locator("#dialog")).to_be_hidden()
    assert desk.counts == []


# --- the past -----------------------------------------------------------------------------------


def test_a_minute_of_the_past_has_its_contacts(
    browser: Browser, reader: TableReader, tmp_path: Path
) -> None:
    """Read back from the log: those of the minute in which the crowd came, at a wound-back time."""
    begin = now_us() // MINUTE_US * MINUTE_US - 130 * MINUTE_US
    ground = PastGround(tmp_path / "past", begin)
    past = LogPast(ground.url, PLAN, now=now_us, title="Benefits centre")
    crowd = begin + TROUBLE_US
    with (
        closing(PresentApart(ground.url, PLAN, now=now_us)) as detail,
        serving(create_app(reader, now=wall_clock, past=past, detail=detail)) as url,
        closing(browser.new_context()) as context,
    ):
        page = context.new_page()
        at = format_instant(crowd + 9 * MINUTE_US)
        page.goto(f"{url}/supervisor?queue=benefits&at={at}")
        chart = page.locator(".hour-plot")
        expect(chart).to_be_visible(timeout=_SOON_MS)
        chart.evaluate("(e) => e.focus({ focusVisible: true })")
        for _minute in range(9):
            page.keyboard.press("ArrowLeft")
        expect(page.locator(".hour-read")).to_contain_text(f"{to_datetime(crowd):%H:%M}")
        offered = page.locator(".hour-read").inner_text().split(": ")[1].split(" ")[0]
        assert int(offered) >= CROWD
        page.keyboard.press("Enter")

        expect(page.locator("#dialog-title")).to_contain_text(
            f"behind {offered} offered", timeout=_SOON_MS
        )
        expect(page.locator("#dialog .contact-rows tbody tr")).to_have_count(int(offered))
