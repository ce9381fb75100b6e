"""The contacts behind an alert as they are seen: by mouse and by key, while they are read, and where
there are none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from playwright.sync_api import Locator, Page, expect

from dashboard.app import RuleTools, create_app, serving
from stream.contract.alerts import Alert
from stream.contract.behind import Became, Behind, ContactBehind, Group, NotHeld
from stream.contract.instants import MINUTE_US, SECOND_US
from tests.browser.conftest import OpenPage
from tests.browser.test_alerts import Floor
from tests.clock import now_us
from tests.dashboard.floors import TOOLS, alert_floor
from tests.dashboard.pictures import TableReader, wall_clock
from tests.incidents import notice_incident, surge_incident

pytestmark = pytest.mark.browser

_SOON_MS = 30_000
BAD = "<img src=x onerror=alert(1)>"


def contact(number: int, became: Became, now: int) -> ContactBehind:
    """One of which all is known; each third is not over its target."""
    began = now - (300 - number) * SECOND_US
    is_over = number % 3 > 0
    if became == "callbacks_open":
        due = now + (number - 1) * MINUTE_US
        return ContactBehind(f"p-{number}", "benefits", None, due=due, over_target=due < now)
    standing = became == "waiting"
    return ContactBehind(
        id=f"c-{number}", queue="benefits", channel="voice", agent=None if standing else "a-7",
        since=began, at=None if standing else began + 75 * SECOND_US,
        wait_us=(300 - number if standing else 75) * SECOND_US, due=began + 20 * SECOND_US,
        over_target=is_over, priority=2, segment=BAD, language="es", intent="renewal",
    )  # fmt: skip


class Reader:
    """What a test says is behind each alert; waits for it to let go."""

    def __init__(self) -> None:
        self.may_end = Event()
        self.may_end.set()
        self.groups: list[tuple[Became, int, int]] = [
            ("waiting", 3, 3),
            ("answered_late", 512, 200),
        ]
        self.failure: Exception | None = None
        self.asked: list[str] = []

    def __call__(self, alert: Alert, _rules_text: str | None) -> Behind:
        self.asked.append(alert.rule)
        assert self.may_end.wait(20)
        if self.failure is not None:
            raise self.failure
        now = now_us()
        groups = [
            Group(became, count, [contact(n, became, now) for n in range(listed)])
            for became, count, listed in self.groups
        ]
        return Behind(alert.id, now, groups, since=now - 30 * MINUTE_US)


@pytest.fixture
def contacts() -> Reader:
    """Answers at once unless told to wait."""
    return Reader()


@pytest.fixture
def wall(reader: TableReader, contacts: Reader, tmp_path: Path) -> Iterator[str]:
    """A dashboard with a surge of three alerts, and a notice."""
    with alert_floor(tmp_path) as told:
        floor = Floor(told)
        now = now_us()
        floor.evaluator.tell(surge_incident(now - MINUTE_US), notice_incident(now - 2 * MINUTE_US))
        tools = RuleTools(TOOLS.check, contacts=contacts)
        app = create_app(reader, now=wall_clock, alerts=floor.board, rules=tools)
        with serving(app) as url:
            yield url
        floor.stop()


def centre(open_page: OpenPage, **size: int) -> Page:
    """The alert centre, with the surge chosen."""
    page = open_page("/alerts", **size)
    expect(page.locator(".card")).to_have_count(2, timeout=_SOON_MS)
    return page


def told(page: Page) -> Locator:
    """The line that says of when they are, or why there are none."""
    return page.locator(".contacts-told")


def rows(page: Page, became: str) -> Locator:
    """The contacts of which that became."""
    return page.locator(f'[data-became="{became}"] tbody tr')


def test_a_key_shows_who_is_behind_it(open_page: OpenPage, contacts: Reader) -> None:
    """Of the gravest alert; who is over target has a mark and a word; names are never markup."""
    page = centre(open_page)
    page.keyboard.press("c")

    expect(told(page)).to_have_text(
        re.compile(r"^From (\d+\s\w+\s)?\d\d:\d\d:\d\d to \d\d:\d\d:\d\d\.$")
    )
    assert contacts.asked == ["surge"]
    heads = page.locator('[data-became="waiting"] thead th').all_inner_texts()
    assert heads == ["Contact", "Waits", "Since", "Queue", "Channel", "Priority", "About"]
    cells = rows(page, "waiting").nth(1).locator("th, td").all_text_contents()
    assert [*cells[:2], *cells[3:]] == [
        "c-1", "◆over target 4:59", "Benefits", "voice", "2", f"renewal · es · {BAD}",
    ]  # fmt: skip
    assert rows(page, "waiting").nth(0).locator("td").first.inner_text() == "5:00"
    assert page.locator("img").count() == 0
    expect(rows(page, "answered_late")).to_have_count(200)
    late = page.locator('[data-became="answered_late"]')
    expect(late.locator("h3")).to_have_text("Answered late 512")
    expect(late.locator(".contacts-order")).to_have_text("The newest first, 200 of 512.")


def test_the_keyboard_reads_on_changes_and_leaves(open_page: OpenPage, contacts: Reader) -> None:
    """The list has the focus and scrolls; another alert is a press; Escape goes back."""
    page = centre(open_page)
    page.locator("#do-contacts").focus()
    page.keyboard.press("Enter")
    expect(rows(page, "waiting")).to_have_count(3)
    expect(page.locator(".contacts-groups")).to_be_focused()
    page.keyboard.press("End")
    page.wait_for_function("document.querySelector('.contacts-groups').scrollTop > 100")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".contacts-alerts [aria-pressed='true']")).to_contain_text("burns")
    expect(rows(page, "waiting")).to_have_count(3)
    page.keyboard.press("Escape")

    assert contacts.asked == ["surge", "service level burns"]
    expect(page.locator("#dialog")).to_be_hidden()
    expect(page.locator("#do-contacts")).to_be_focused()


def test_each_alert_has_its_own_button(open_page: OpenPage, contacts: Reader) -> None:
    """And a later dialog is as narrow as ever."""
    page = centre(open_page)
    page.get_by_role("button", name="The contacts behind long wait, Benefits").click()
    expect(rows(page, "waiting")).to_have_count(3)
    wide = page.locator("#dialog").evaluate("e => e.offsetWidth")
    page.get_by_role("button", name="Close").click()
    page.keyboard.press("?")

    assert contacts.asked == ["long wait"]
    assert page.locator("#dialog").evaluate("e => e.offsetWidth") < wide / 2


def test_while_they_are_read_it_says_so(open_page: OpenPage, contacts: Reader) -> None:
    """And who has gone away meanwhile is not called back; who asks for others gets them after."""
    contacts.may_end.clear()
    page = centre(open_page)
    page.keyboard.press("c")
    expect(told(page)).to_have_text("Being read …")
    expect(page.locator(".contacts-groups")).to_have_attribute("aria-busy", "true")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("c")
    expect(told(page)).to_have_text(
        "The contacts behind another alert are being read; these are next."
    )
    contacts.groups = [("callbacks_open", 3, 3)]
    contacts.may_end.set()

    expect(rows(page, "callbacks_open")).to_have_count(3)
    due = page.locator('[data-became="callbacks_open"] tbody td:nth-child(2)').all_text_contents()
    assert due == ["◆over target 1:00 ago", "in 0:00", "in 1:00"]


@pytest.mark.parametrize(
    ("groups", "failure", "words"),
    [
        ([], None, "This figure is not made of contacts."),
        ([], NotHeld(1_700_000_000 * SECOND_US), r"The events behind it are no longer there: the log begins at 14\sNov\s\d\d:\d\d\."),
        ([], OSError("secret"), r"Not read \(OSError\)\."),
    ],
    ids=["not of contacts", "gone", "failed"],
)  # fmt: skip
def test_why_nobody_is_listed_is_said(
    open_page: OpenPage,
    contacts: Reader,
    groups: list[tuple[Became, int, int]],
    failure: Exception | None,
    words: str,
) -> None:
    """What failed can be tried again; what is gone is gone."""
    contacts.groups, contacts.failure = groups, failure
    page = centre(open_page)
    page.keyboard.press("c")

    expect(told(page)).to_have_text(re.compile(words))
    again = page.get_by_role("button", name="Try again")
    if not isinstance(failure, OSError):
        assert again.count() == 0
        return
    contacts.failure, contacts.groups = None, [("waiting", 0, 0)]
    again.click()
    expect(page.locator('[data-became="waiting"]')).to_contain_text("Nobody.")


@pytest.mark.parametrize(("width", "height"), [(360, 780), (1366, 768)])
def test_the_list_stays_on_the_screen(open_page: OpenPage, width: int, height: int) -> None:
    """Nothing is cut off at the side, and the button to leave is in view."""
    page = centre(open_page, width=width, height=height)
    page.locator("#do-contacts").click()
    expect(rows(page, "waiting")).to_have_count(3)

    page.wait_for_timeout(200)
    sideways = "e => e.scrollWidth - e.clientWidth"
    assert page.locator(".contacts-groups").evaluate(sideways) <= 0
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    expect(page.get_by_role("button", name="Close")).to_be_in_viewport()
