"""What customers say, as somebody looks into it: how good, by whom, why, and their own words."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from dashboard.app import create_app, serving
from dashboard.rights import Rights
from stream.contract import experience as ex
from stream.contract.events import SurveyAnsweredData, SurveySentData
from stream.contract.instants import SECOND_US
from stream.floor.hearing import Heard
from tests.browser.conftest import OpenPage
from tests.clock import now_us
from tests.dashboard.customers import SECRET, Customers
from tests.dashboard.pictures import TableReader, wall_clock

KEY: Final = "correct horse battery"
MARKUP: Final = "<img src=x onerror=document.body.dataset.broken=1>"


@pytest.fixture
def customers() -> Customers:
    """Four hundred of them, and one whose words are markup."""
    now = now_us()
    customers = Customers(400, as_of=now)
    data = SurveyAnsweredData(queue=MARKUP, csat=1, segment=MARKUP, comment=MARKUP)
    customers.store.take([Heard(MARKUP, now, data, False, None)])
    return customers


@pytest.fixture
def wall(reader: TableReader, customers: Customers) -> Iterator[str]:
    """A dashboard with a key."""
    app = create_app(reader, now=wall_clock, experience=customers, rights=Rights(KEY))
    with serving(app) as url:
        yield url


def tile(page: Page, name: str) -> str:
    """What one of the floor's seven shares says."""
    place = page.locator(f'[data-score="{name}"]')
    expect(place.locator('[data-part="note"]')).not_to_be_empty()
    return place.inner_text().replace("\n", " ").replace("\u00a0", " ")


def test_somebody_finds_out_how_good_it_is_for_whom_and_whether_waiting_costs(
    open_page: OpenPage,
) -> None:
    """By mouse and by keyboard; the address holds what is looked at."""
    page = open_page("/experience?window=60m")
    assert tile(page, "csat") == "CSAT 75 % n 401, 70–79 %"
    assert tile(page, "ease") == "Ease – no answers"
    expect(page.locator("#sentence")).to_contain_text(
        "75\u00a0% of 401 customers were content in the last hour."
    )
    expect(page.locator("#experience-asked")).to_contain_text("401 answered of 400 asked.")

    page.get_by_role("button", name="Segment").click()
    assert "by=segment" in page.url
    row = page.locator("#experience-rows tbody tr").first
    expect(row).to_contain_text("families")
    expect(row.locator('[data-column="csat"]')).to_contain_text("n 400")
    few = page.locator("#experience-rows tbody tr").nth(1)
    expect(few.locator('[data-column="csat"]')).to_contain_text("0 of 1")
    expect(few.locator('[data-column="csat"]')).to_contain_text("too few")
    page.get_by_role("button", name="Language").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#experience-rows tbody th").first).to_have_text("Spanish")
    page.go_back()
    expect(row).to_contain_text("families")
    expect(page.get_by_role("button", name="Segment")).to_have_attribute("aria-pressed", "true")

    answer = page.locator("#curve-answer .curve-question").first
    expect(answer).to_contain_text("Is it true here that waiting 20 to 90 s costs nothing?")
    expect(answer).to_contain_text("No: it goes with a lower CSAT.")
    expect(answer).to_contain_text("50 points lower, by the answers between 43 and 57")
    page.get_by_text("The figures of the chart").click()
    bins = page.locator("#curve-bins tbody tr")
    expect(bins.nth(1)).to_contain_text("10\u00a0s to 20\u00a0s")
    expect(bins.nth(1)).to_contain_text("200")
    pains = page.locator("#experience-pains tbody tr")
    expect(pains).to_have_count(1)
    expect(pains.first).to_contain_text("unclear letter")


def test_the_curve_is_of_all_queues_or_of_one(open_page: OpenPage) -> None:
    """The address holds which; nothing of all stands under the name of a queue that is none."""
    page = open_page("/experience?window=60m")
    answer, choice = page.locator("#curve-answer"), page.get_by_role("combobox", name="Queue")
    expect(answer).to_contain_text("No: it goes with a lower CSAT.")

    choice.select_option("night")
    expect(answer).to_contain_text("No answer yet whose wait is known.")
    assert "queue=night" in page.url
    choice.select_option("benefits")
    expect(answer).to_contain_text("No: it goes with a lower CSAT.")
    expect(page.locator("#curve")).to_have_attribute(
        "data-picture", "CSAT by how long they waited · Benefits"
    )
    # The choice has the focus still.
    choice.focus()
    page.go_back()
    expect(choice).to_have_value("night")
    choice.select_option("")
    expect(answer).to_contain_text("No: it goes with a lower CSAT.")

    page.goto(page.url + "&queue=nowhere")
    expect(answer).to_contain_text("there is no queue of this id")
    expect(choice).to_have_value("nowhere")
    expect(page.locator("#curve svg")).to_have_count(0)
    # All the rest is as fresh as before.
    expect(page.locator("#experience-told")).to_be_hidden()
    expect(page.locator("#experience")).not_to_have_attribute("data-told", "old")


def test_on_a_phone_who_has_not_answered_is_one_line_after_all_others(
    open_page: OpenPage, customers: Customers
) -> None:
    """What was asked of them stays; their empty scores take no room."""
    asked = SurveySentData(queue="aaa", channel="sms")
    customers.store.take([Heard("c-asked", now_us() - 60 * SECOND_US, asked, False, None)])
    page = open_page("/experience?window=60m", width=360, height=740)
    rows = page.locator("#experience-rows tbody tr")
    silent = rows.filter(has_text="SMS")
    expect(silent).to_be_visible()

    heights = [box["height"] for one in rows.all() if (box := one.bounding_box())]
    tops = [box["y"] for one in rows.all() if (box := one.bounding_box())]
    last = silent.bounding_box()
    assert last is not None
    assert last["height"] == min(heights) < 50 < max(heights)
    assert last["y"] == max(tops)
    expect(silent.locator("td").filter(visible=True)).to_have_text(["0 / 1"])


def test_promises_count_down_by_themselves(open_page: OpenPage) -> None:
    """What is overdue stands first and says so in words."""
    page = open_page("/experience")
    rows = page.locator("#experience-promises tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.nth(0)).to_contain_text("Overdue")
    expect(rows.nth(0).locator('[data-column="left"]')).to_contain_text("overdue by ")
    trouble = "one => getComputedStyle(one).color === getComputedStyle(Object.assign(document.body.appendChild(document.createElement('i')), { style: 'color: var(--trouble)' })).color"
    assert rows.nth(0).locator('[data-column="state"]').evaluate(trouble)
    left = rows.nth(1).locator('[data-column="left"]')
    expect(left).to_contain_text("9:")
    before = left.inner_text()
    expect(left).not_to_have_text(before)


def test_all_open_promises_are_one_press_away(open_page: OpenPage, customers: Customers) -> None:
    """Eight are seen, each on one line with its contact's end; the rest is behind them."""
    for number in range(8):
        due = now_us() + (700 + number) * SECOND_US
        customers.promises.promise(f"c-of-a-long-name-{number:05}", "benefits", due)
    page = open_page("/experience", width=1366)
    rows = page.locator("#experience-promises tbody tr")
    expect(rows).to_have_count(8)
    expect(page.locator("#promises-more")).to_have_text("2 more are open.")
    contact = rows.nth(5).locator('[data-column="contact"] .tail')
    expect(contact).to_have_attribute("title", "c-of-a-long-name-00003")
    assert contact.inner_text().endswith("-00003")
    heights = {round(box["height"]) for one in rows.all() if (box := one.bounding_box())}
    assert max(heights) - min(heights) <= 1
    assert max(heights) < 40

    page.get_by_role("button", name="All open promises").click()
    expect(page.locator("#dialog-title")).to_contain_text("Promises to call back")
    page.keyboard.press("Escape")
    expect(page.locator("#dialog")).to_be_hidden()


def test_comments_are_shown_to_whoever_knows_the_key(
    open_page: OpenPage, customers: Customers
) -> None:
    """Once told, until it is taken back; and nobody's words are markup."""
    page = open_page("/experience?by=queue")
    field = page.get_by_label("Key")
    field.fill("something else")
    field.press("Enter")
    expect(page.locator("#comments-right [role=alert]")).to_have_text("That is not the key.")
    assert not [one for one in customers.asked if isinstance(one, ex.CommentsAsked)]
    assert SECRET not in page.content()
    field.fill(KEY)
    page.get_by_role("button", name="Show comments").click()
    expect(page.locator("#comments")).to_contain_text(SECRET)
    expect(page.locator("#comments")).to_contain_text(MARKUP)
    expect(page.locator("#thanks")).to_contain_text("For her patience.")
    assert page.evaluate("document.cookie") == ""

    page.reload()
    expect(page.locator("#comments")).to_contain_text(SECRET)
    page.route(
        "**/experience/comments*", lambda route: route.fulfill(status=503, json={"detail": "away"})
    )
    page.evaluate("floorwatch.experience.ask()")
    expect(page.locator("#experience-told")).to_have_text("Away.")
    expect(page.locator("#experience")).to_have_attribute("data-told", "old")
    page.unroute("**/experience/comments*")
    page.evaluate("floorwatch.experience.ask()")
    expect(page.locator("#experience")).to_have_attribute("data-told", "new")
    hide = page.get_by_role("button", name="Hide comments in this browser")
    page.route("**/key/forget", lambda route: route.abort())
    hide.click()
    expect(page.locator("#comments li")).to_have_count(0)
    expect(page.locator("#toasts")).to_contain_text("The key could not be taken back")
    page.unroute("**/key/forget")
    # The key is no part of the floor, so it is taken back in the past as well.
    now = page.url
    page.evaluate("history.replaceState(null, '', '?at=2026-03-02T14:20:00Z')")
    with page.expect_response("**/key/forget"):
        hide.click()
    page.goto(now)
    expect(page.get_by_label("Key")).to_be_visible()
    expect(page.locator("#comments li")).to_have_count(0)
    assert SECRET not in page.content()
    assert page.evaluate("document.body.dataset.broken") is None


def test_what_is_missing_is_said_and_what_stood_there_stays(
    open_page: OpenPage, customers: Customers
) -> None:
    """While the day is read back, and when nothing can be read."""
    customers.reading = True
    page = open_page("/experience")
    told = page.locator("#experience-told")
    expect(told).to_contain_text("The day is being read back: so far up to")
    customers.failure = ex.NotTold("the log cannot be read: it is away")
    expect(told).to_have_text("The log cannot be read: it is away.")
    assert tile(page, "csat") == "CSAT 75 % n 401, 70–79 %"
    customers.failure, customers.reading = None, False
    expect(told).to_be_hidden()


@pytest.mark.parametrize("width", [360, 683, 1366, 1920, 3840])
def test_nothing_scrolls_sideways(open_page: OpenPage, width: int) -> None:
    """Not with the longest of names either."""
    page = open_page("/experience?by=queue", width=width, scheme="light")
    tile(page, "csat")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for name in ("#experience-rows", "#experience-pains", "#experience-promises"):
        wide = page.locator(name).evaluate("one => one.scrollWidth - one.parentElement.clientWidth")
        assert wide <= 0, name


def test_a_queue_of_one_channel_is_looked_at_on_that_one(open_page: OpenPage) -> None:
    """On another nobody ever answered, and nothing would be said of it."""
    page = open_page("/experience?window=60m&channel=chat")
    choice = page.get_by_role("combobox", name="Queue")

    choice.select_option("benefits")

    expect(page.locator("#curve-answer")).to_contain_text("No: it goes with a lower CSAT.")
    expect(page.get_by_role("button", name="Voice", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    assert "channel=voice" in page.url


def taken(page: Page, table: str) -> list[dict[str, str]]:
    """A table's CSV, as a program reads it."""
    page.get_by_role("button", name="Take away").click()
    with page.expect_download() as download:
        page.get_by_role("button", name=f"CSV of {table}").last.click()
    page.get_by_role("button", name="Close").click()
    with Path(download.value.path()).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_what_is_taken_away_has_its_evidence(open_page: OpenPage) -> None:
    """Each share is a number, with how many answers it rests on and its interval, in columns of their
    own; what rests on too few has no interval."""
    page = open_page("/experience?window=60m&by=segment")
    expect(page.locator("#experience-rows tbody tr")).to_have_count(2)
    page.wait_for_selector("#curve-bins tbody tr", state="attached")

    families, one = taken(page, "Scores by")
    assert (families["Of whom"], families["Answers"], families["Asked"]) == (
        "families",
        "400",
        "400",
    )
    assert families["CSAT, answers"] == "400"
    low, share, high = (float(families[f"CSAT{end}"]) for end in (", 95 % from", "", ", 95 % to"))
    assert 0.70 < low < share == 0.75 < high < 0.80
    assert (one["CSAT"], one["CSAT, answers"], one["CSAT, 95 % from"]) == ("0", "1", "")
    assert (one["Ease"], one["Ease, answers"]) == ("", "0")

    bins = taken(page, "CSAT by how long they waited")
    told = [row for row in bins if row["Answers"] != "0"]
    assert [row["Answers"] for row in told] == ["200", "200"]
    assert all(float(row["CSAT, 95 % from"]) <= float(row["CSAT"]) for row in told)


def test_the_figures_of_the_curve_have_a_name_for_who_hears_them(open_page: OpenPage) -> None:
    """That of the chart."""
    page = open_page("/experience?window=60m")
    page.get_by_text("The figures of the chart").click()

    expect(page.get_by_role("table", name="CSAT by how long they waited")).to_be_visible()
