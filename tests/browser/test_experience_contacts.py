"""What customers said leads to the contacts of which they said it: of the whole, a queue or a channel,
and of nothing that contacts cannot be asked by."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import parse_qs, urlsplit

import pytest
from msgspec import structs
from playwright.sync_api import Locator, Page, expect

from dashboard.app import create_app, serving
from stream.contract.detail import CountAsked, CountContacts
from stream.contract.events import SurveyAnsweredData
from stream.contract.instants import SECOND_US
from stream.floor.hearing import Heard
from tests.browser.conftest import OpenPage
from tests.clock import now_us
from tests.dashboard.customers import Customers
from tests.dashboard.pictures import TableReader, wall_clock
from tests.dashboard.test_detail_api import Desk

pytestmark = pytest.mark.browser

_AT_LEAST: Final = 24


@pytest.fixture
def customers() -> Customers:
    """Forty who told of a call, and one who told of no channel, and of another queue."""
    now = now_us()
    made = Customers(40, as_of=now)
    alone = SurveyAnsweredData(queue="night", csat=5)
    made.store.take([Heard("c-alone", now - SECOND_US, alone, False, None)])
    return made


class Told(Desk):
    """Seven contacts of whatever is asked for, as of then."""

    def counted(self, asked: CountAsked) -> CountContacts:
        found = super().counted(asked)
        return structs.replace(found, as_of=asked.as_of or found.as_of)


@pytest.fixture
def desk() -> Desk:
    """Who tells the contacts, at once."""
    made = Told()
    made.may_end.set()
    return made


@pytest.fixture
def wall(reader: TableReader, customers: Customers, desk: Desk) -> Iterator[str]:
    app = create_app(reader, now=wall_clock, experience=customers, detail=desk)
    with serving(app) as url:
        yield url


def way(page: Page, row: str, measure: str = "csat") -> Locator:
    """What leads from a row's share to its contacts."""
    found = page.locator("#experience-rows tbody tr").filter(has_text=row)
    expect(found).to_have_count(1)
    return found.locator(f'[data-column="{measure}"] button')


def whole(page: Page, measure: str = "csat") -> Locator:
    """The same of the whole floor."""
    return page.locator(f'[data-score="{measure}"] button')


def shown(page: Page, words: str) -> None:
    """The list stands there, whole, and says whose it is."""
    expect(page.locator("#dialog-title")).to_have_text(f"Contacts behind 7 {words}")
    expect(page.locator("#dialog .contact-rows tbody tr")).to_have_count(1)


def asked(desk: Desk, customers: Customers) -> list[CountAsked]:
    """What the desk was asked for, of when the figures on the screen are, since the last time."""
    answered = [structs.replace(one, as_of=None) for one in desk.counts]
    assert all(one.as_of == customers.as_of_ms for one in desk.counts)
    desk.counts.clear()
    return answered


def closed(page: Page) -> None:
    page.keyboard.press("Escape")
    expect(page.locator("#dialog")).to_be_hidden()


def test_the_number_of_a_queues_answers_leads_to_their_contacts(
    open_page: OpenPage, desk: Desk, customers: Customers
) -> None:
    """As many as the number says, of the window that is chosen; of few the share itself leads."""
    page = open_page("/experience?window=60m&by=queue")
    lead = way(page, "benefits")
    expect(lead).to_have_text("n 40, 60–86\u00a0%")
    box = lead.bounding_box()
    assert box is not None
    assert box["height"] >= _AT_LEAST
    expect(lead).to_have_accessible_name("CSAT, benefits: n 40, 60–86\u00a0%")
    lead.click()
    shown(page, "asked and answered — Benefits")
    assert asked(desk, customers) == [CountAsked("csat_n", "60m", queue="benefits", most=200)]
    expect(page.locator(".contacts-told")).to_contain_text("7 in the 60\u00a0min up to")
    page.locator("#dialog").get_by_role("button", name="Content, 4 and 5").click()
    shown(page, "content, 4 and 5 — Benefits")
    told = parse_qs(urlsplit(page.url).query)
    assert (told["behind"], told["of_window"]) == (["csat_top,csat_n"], ["60m"])
    desk.counts.clear()

    page.goto(page.url)
    shown(page, "content, 4 and 5 — Benefits")
    assert asked(desk, customers) == [CountAsked("csat_top", "60m", queue="benefits", most=200)]
    closed(page)
    assert page.url.endswith("/experience?window=60m&by=queue")
    few = way(page, "night")
    expect(few).to_have_text("1 of 1")
    few.focus()
    page.keyboard.press("Enter")
    shown(page, "asked and answered — Night line")
    closed(page)
    expect(few).to_be_focused()


def test_so_do_those_of_the_whole_and_of_a_channel(
    open_page: OpenPage, desk: Desk, customers: Customers
) -> None:
    """Of each share that anybody gave marks for; today is no stretch of minutes."""
    page = open_page("/experience")
    whole(page, "trust").click()
    shown(page, "trust, answers — Benefits centre")
    expect(page.locator(".contacts-told")).to_contain_text("7 today up to")
    assert asked(desk, customers) == [CountAsked("trust_n", "today", most=200)]
    closed(page)
    way(page, "Voice", "trust").click()
    shown(page, "trust, answers — Voice")
    assert asked(desk, customers) == [CountAsked("trust_n", "today", channel="voice", most=200)]
    closed(page)

    # What nobody answered leads nowhere, nor do answers of which no channel is told.
    expect(way(page, "not told")).to_have_count(0)
    expect(whole(page, "ease")).to_have_count(0)
    expect(page.locator('[data-score="ease"]')).to_contain_text("no answers")


@pytest.mark.parametrize("by", ["segment", "language", "journey_stage"])
def test_what_contacts_cannot_be_asked_by_stays_a_number(open_page: OpenPage, by: str) -> None:
    """After what led somewhere, too; the whole leads on as before."""
    page = open_page("/experience?by=channel")
    expect(way(page, "Voice")).to_be_visible()
    page.evaluate(f"floorwatch.address.set({{ by: '{by}' }})")
    rows = page.locator('#experience-rows tbody [data-column="csat"]')

    expect(page.locator("#experience-rows tbody th").filter(has_text="Voice")).to_have_count(0)
    expect(rows.first.locator(".cell-share")).not_to_be_empty()
    expect(rows.locator("button")).to_have_count(0)
    expect(whole(page)).to_be_visible()


def test_a_window_that_cannot_be_asked_for_leads_nowhere(open_page: OpenPage) -> None:
    """Its numbers are plain, and a link to contacts of none opens nothing."""
    page = open_page("/experience?behind=csat_n&of_window=week")
    expect(whole(page)).to_be_visible()
    expect(page.locator("#dialog")).to_be_hidden()
    page.evaluate("floorwatch.contactsList.WINDOWS.splice(0)")
    page.get_by_role("button", name="4 h").click()

    expect(whole(page)).to_have_count(0)
    expect(page.locator('[data-score="csat"]')).to_contain_text("n 41")
