"""The report of a shift as a manager gets it: choose a shift, read it, take it along."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from dashboard.app import create_app, serving
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import HOUR_US, to_datetime
from stream.shift.apart import shift_reports
from tests.browser.conftest import OpenPage
from tests.dashboard.pictures import TableReader, wall_clock
from tests.stream.shifts import SHIFT, Ground, two_hours

FIRST = "/report?from=2026-03-02T14:00:00Z&to=2026-03-02T16:00:00Z"
# The text of the first report waits for `held` to be called.
LATE = """() => {
  const real = window.fetch;
  window.fetch = async (url, ...rest) => {
    const answer = await real(url, ...rest);
    if (!String(url).includes("/api/v1/report?") || window.held) return answer;
    const text = await answer.text();
    answer.text = () => new Promise((done) => { window.held = () => done(text); });
    return answer;
  };
}"""


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    """A log with a shift in it."""
    ground = two_hours(tmp_path)
    ground.incident("i-1", 10, 40)
    yield ground
    ground.log.close()


@pytest.fixture
def wall(reader: TableReader, ground: Ground) -> Iterator[str]:
    """A dashboard whose reports are of that log."""
    reports = shift_reports(ground.url, FloorPlan(), now=lambda: ground.now_us, title="Centre")
    with serving(create_app(reader, now=wall_clock, shifts=reports)) as url:
        yield url


def choose(page: Page, begin: str, end: str) -> None:
    """A shift of the day of the log."""
    fields = page.locator("#shift-fields")
    fields.get_by_label("Day", exact=True).fill(f"{to_datetime(SHIFT.begin):%Y-%m-%d}")
    fields.get_by_label("From", exact=True).fill(begin)
    fields.get_by_label("To", exact=True).fill(end)
    page.get_by_role("button", name="Read the report").click()


def test_a_shift_is_chosen_read_and_taken_along(open_page: OpenPage) -> None:
    """From the wall; the address then is a link to it, and the way back leads to the one before."""
    page = open_page("/")
    page.wait_for_selector('html[data-floor="drawn"]')
    page.get_by_role("link", name="Report").click()
    page.wait_for_selector('html[data-floor="drawn"]')
    choose(page, "14:00", "16:00")
    report = page.frame_locator("#shift-page iframe")

    report.get_by_role("heading", name="Shift of 2026-03-02, 14:00 to 16:00").wait_for()
    assert report.get_by_role("rowheader", name="14:00–15:00").first.is_visible()
    assert report.get_by_text("Incident: Benefits is slow").is_visible()
    assert "from=2026-03-02T14%3A00%3A00Z&to=2026-03-02T16%3A00%3A00Z" in page.url
    pdf = page.get_by_role("link", name="PDF").get_attribute("href")
    answer = page.request.get(page.url.split("/report")[0] + str(pdf))
    assert answer.body().startswith(b"%PDF")

    choose(page, "14:00", "15:00")
    report.get_by_role("heading", name="Shift of 2026-03-02, 14:00 to 15:00").wait_for()
    page.go_back()
    report.get_by_role("heading", name="Shift of 2026-03-02, 14:00 to 16:00").wait_for()


def test_the_report_is_taken_as_a_table(open_page: OpenPage) -> None:
    """By the link beside the PDF, and from what can be taken away, with Excel's mark unless it is not
    wanted by then."""
    page = open_page(FIRST)
    link = page.get_by_role("link", name="CSV of The report")
    expect(link).to_be_visible()
    with page.expect_download() as first:
        link.click()
    page.get_by_role("button", name="Take away").click()
    page.get_by_label("For Excel: UTF-8 with a byte order mark").uncheck()
    with page.expect_download() as second:
        page.get_by_role("button", name="CSV of The report").click()
    page.keyboard.press("Escape")
    with page.expect_download() as third:
        link.click()
    told = [Path(one.value.path()).read_bytes() for one in (first, second, third)]

    assert first.value.suggested_filename == "shift-2026-03-02-14.00Z.csv"
    assert second.value.suggested_filename == first.value.suggested_filename
    rows = list(csv.DictReader(io.StringIO(told[0].decode("utf-8-sig"))))
    assert [row["Offered"] for row in rows if row["Table"] == "The floor by the hour"] == ["6", "6"]
    assert told[0] == b"\xef\xbb\xbf" + told[1]
    assert told[1] == told[2]


def asked(page: Page) -> list[str]:
    """The reports that the page asks for from now on."""
    found: list[str] = []
    page.on("request", lambda one: found.append(one.url) if "/api/v1/report?" in one.url else None)
    return found


def test_what_is_no_shift_is_not_read(open_page: OpenPage) -> None:
    """With a time missing that is said, and the report of the shift before stays as it is."""
    page = open_page(FIRST)
    report = page.frame_locator("#shift-page iframe")
    report.get_by_role("heading", name="Shift of 2026-03-02, 14:00 to 16:00").wait_for()
    requests = asked(page)
    choose(page, "14:00", "")

    page.locator("#shift-told").get_by_text("Choose a day and two times.").wait_for()
    page.evaluate(
        "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
    )
    assert page.locator("#shift-told").inner_text() == "Choose a day and two times."
    assert page.locator("#shift-report").is_visible()
    assert requests == []


def test_a_shift_that_is_chosen_is_asked_for_once(open_page: OpenPage) -> None:
    """And read anew, also where it is the one that is shown."""
    page = open_page("/report")
    page.wait_for_selector('html[data-floor="drawn"]')
    page.wait_for_function("document.querySelector('[name=day]').value")
    requests = asked(page)
    report = page.frame_locator("#shift-page iframe")
    for end in ("16:00", "15:00", "15:00"):
        with page.expect_response(lambda one: "/api/v1/report?" in one.url):
            choose(page, "14:00", end)
        report.get_by_role("heading", name=f"Shift of 2026-03-02, 14:00 to {end}").wait_for()

    assert ["anew=true" in one for one in requests] == [True, True, True]


def test_a_report_that_comes_late_is_not_shown(open_page: OpenPage) -> None:
    """Once another was asked for, though its text was on the way."""
    page = open_page("/report")
    page.wait_for_selector('html[data-floor="drawn"]')
    page.wait_for_function("document.querySelector('[name=day]').value")
    page.evaluate(LATE)
    choose(page, "14:00", "16:00")
    page.wait_for_function("typeof window.held === 'function'")
    choose(page, "14:00", "15:00")
    report = page.frame_locator("#shift-page iframe")
    report.get_by_role("heading", name="Shift of 2026-03-02, 14:00 to 15:00").wait_for()
    page.evaluate("() => { window.held(); return new Promise(done => setTimeout(done)); }")

    report.get_by_role("heading", name="Shift of 2026-03-02, 14:00 to 15:00").wait_for()
    assert (
        "16:00"
        not in str(page.locator("#shift-page iframe").get_attribute("srcdoc")).split("</h1>")[0]
    )


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("from=foo", "«foo» is no time such as 2026-03-02T14:20:00Z: choose a shift here."),
        (
            "from=2026-03-02T14:00:00Z",
            "The address tells one end of a shift alone: choose both here.",
        ),
    ],
)
def test_an_address_that_names_no_shift_says_so(
    open_page: OpenPage, address: str, words: str
) -> None:
    """And a shift can be chosen there."""
    page = open_page(f"/report?{address}")
    page.locator("#shift-told").get_by_text(words).wait_for()


def test_what_cannot_be_reported_is_said(open_page: OpenPage, ground: Ground) -> None:
    """In one sentence, and no old report stands below it."""
    page = open_page(FIRST)
    expect(page.locator("#shift-report")).to_be_visible()
    ground.now_us = SHIFT.begin - 24 * HOUR_US
    choose(page, "14:00", "16:00")

    said = page.locator("#shift-told")
    said.get_by_text("No report: from: expected a time that is past on the floor.").wait_for()
    assert not page.locator("#shift-report").is_visible()
    page.click("#take-away")
    expect(page.locator("#take-dialog")).to_contain_text("No table is on this screen.")


def test_the_whole_report_is_on_paper(open_page: OpenPage) -> None:
    """To its last line, over as many pages as it needs, and on the screen it is as it was."""
    page = open_page(FIRST, width=1366, height=700)
    report = page.frame_locator("#shift-page iframe")
    report.get_by_role("heading", name="Shift of 2026-03-02, 14:00 to 16:00").wait_for()
    last = report.locator(".foot").inner_text()
    # Set loosely on paper, as words may be.
    words = re.sub(r"\W+", "", last)[-60:]

    pages = PdfReader(BytesIO(page.pdf(format="A4", landscape=True))).pages
    told = re.sub(r"\W+", "", " ".join(one.extract_text() for one in pages))

    assert len(pages) > 1
    assert "Incident" in told
    assert words in told
    assert page.locator(".shift-paper").count() == 0
    assert page.locator("#shift-page iframe").is_visible()


def test_a_shift_before_the_log_leads_to_what_it_holds(open_page: OpenPage, ground: Ground) -> None:
    """What it holds is offered to choose from at first, and where somebody asked for what was before."""
    page = open_page("/")
    held = {"since": "2026-03-02T14:00:30.000Z", "until": "2026-03-02T16:00:00.000Z"}
    page.route("**/api/v1/past", lambda route: route.fulfill(json=held))
    since = (wall_clock() - timedelta(hours=2)).replace(second=30)
    held["since"] = f"{since:%Y-%m-%dT%H:%M:%S}.000Z"
    page.goto(page.url + "report")
    first = since.replace(second=0) + timedelta(minutes=1)
    begin = page.locator("#shift-fields").get_by_label("From", exact=True)
    expect(begin).to_have_value(f"{first:%H:%M}")

    held["since"] = "2026-03-02T14:00:30.000Z"
    page.goto(page.url + "?from=2026-03-01T06:00:00Z&to=2026-03-01T14:00:00Z")
    told = page.locator("#shift-told")
    expect(told).to_contain_text("No report: what the log holds begins at 2 Mar 14:01.")
    told.get_by_role("button", name="Read from 2 Mar 14:01").click()

    expect(page).to_have_url(re.compile(r"from=2026-03-02T14%3A01%3A00Z&to="))
    expect(begin).to_have_value("14:01")
