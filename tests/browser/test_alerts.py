"""Alerts as they are seen and heard: on every screen, in the alert centre, by mouse and by keyboard."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any, Final

import pytest
from msgspec.structs import replace
from playwright.sync_api import Dialog, Page, Route, expect

from dashboard.app import create_app, serving
from stream.contract.alerts import (
    Acknowledge,
    Action,
    AddNote,
    Assign,
    Incident,
    Judge,
    Mark,
    Retry,
    RuleRecord,
    RulesInForce,
    SetRules,
    Snooze,
    Target,
)
from stream.contract.instants import MINUTE_US, SECOND_US
from tests.browser.conftest import OpenPage
from tests.clock import now_us
from tests.dashboard.floors import TOOLS, AlertFloor, alert_floor
from tests.dashboard.pictures import TableReader, ordinary, surge, wall_clock
from tests.incidents import (
    RULES,
    alert,
    failed_message,
    notice_incident,
    resolved_incident,
    surge_incident,
    ticket_incident,
)

pytestmark = pytest.mark.browser

_SOON_MS = 30_000
_BEAT_S = 0.5
# A time of yesterday is told with its day: what was minutes ago is, shortly after midnight.
_TIME = r"(\d+\s\w+\s)?\d\d:\d\d"

# A line on which what is asked for by such a path takes a while.
_SLOW_MS = 1_500
_SLOWLY = """(path) => {
    const ask = window.fetch;
    window.fetch = async (...asked) => {
        if (String(asked[0]).includes(path)) await new Promise((resolve) => setTimeout(resolve, 1500));
        return ask(...asked);
    };
}"""


class Floor(AlertFloor):
    """A floor whose evaluator goes on telling that it is there, until it is stopped."""

    def __init__(self, floor: AlertFloor) -> None:
        self.log, self.board, self.evaluator = floor.log, floor.board, floor.evaluator
        self._stopping = Event()
        self._thread = Thread(target=self._beat, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """The evaluator tells nothing any more."""
        self._stopping.set()
        self._thread.join()

    def did(self, page: Page, count: int = 1) -> list[Action]:
        """What people did, as soon as it is so many things."""
        for _ in range(100):
            if len(self.actions()) >= count:
                break
            page.wait_for_timeout(30)
        return [replace(action, at=0) for action in self.actions()]

    def _beat(self) -> None:
        while not self._stopping.wait(_BEAT_S):
            self.evaluator.tell()


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    """A calm floor that is watched."""
    with alert_floor(tmp_path) as told:
        floor = Floor(told)
        yield floor
        floor.stop()


@pytest.fixture
def wall(reader: TableReader, floor: Floor) -> Iterator[str]:
    """The address of a dashboard over it."""
    app = create_app(reader, now=wall_clock, alerts=floor.board, rules=TOOLS)
    with serving(app) as url:
        yield url


@pytest.fixture
def three(floor: Floor) -> list[Incident]:
    """A page, a notice that Ada has, and a ticket; the longest open is the ticket."""
    now = now_us()
    told = [
        surge_incident(now - 4 * MINUTE_US),
        notice_incident(now - 11 * MINUTE_US),
        ticket_incident(now - 95 * MINUTE_US),
    ]
    floor.evaluator.tell(*told)
    return told


def chosen(page: Page) -> str:
    """The title of the incident that is chosen."""
    return page.locator(".card[aria-current] .card-title").inner_text()


def test_what_recovers_is_said_to_wherever_it_stands(open_page: OpenPage, floor: Floor) -> None:
    """What is true now and for how long it is clear; since when this firing lasts, and the first."""
    now = now_us()
    told = notice_incident(now - 40 * MINUTE_US)
    says = "Callbacks: recovering, no callback is due within 10 min"
    clear = replace(
        told.alerts[0],
        state="recovering",
        changed_at=now - 2 * MINUTE_US,
        message=says,
        fired_message=told.alerts[0].message,
    )
    floor.evaluator.tell(
        replace(
            told,
            state="recovering",
            title=says,
            alerts=[clear],
            reopened_at=now - 15 * MINUTE_US,
        )
    )

    over = resolved_incident(now - 60 * MINUTE_US)
    floor.evaluator.tell(replace(over, reopened_at=now - 55 * MINUTE_US))

    page = open_page("/supervisor")
    strip = page.locator("#strip-incident")
    expect(strip).to_contain_text(says)
    expect(strip).to_contain_text("clear for 2 min")
    page = open_page("/alerts")
    expect(page.locator(".card-since")).to_have_text("clear for 2 min")
    head = page.locator("#detail-head")
    expect(head.locator(".detail-title")).to_have_text(says)
    expect(head).to_contain_text(
        re.compile(rf"since {_TIME} \(15\smin\) · clear for 2\smin · first at {_TIME} ·")
    )
    page.get_by_role("tab", name="History").click()
    expect(page.locator(".card-since")).to_have_text(re.compile(r"for 3\smin$"))


def test_a_calm_floor_has_no_alerts_on_any_screen(open_page: OpenPage) -> None:
    """No strip, no toast, no count."""
    for path in ("/", "/health"):
        page = open_page(path)
        page.wait_for_selector('[data-fresh="live"]')
        page.wait_for_timeout(600)

        assert page.locator("#strip").is_hidden()
        assert page.locator(".toast").count() == 0
        assert not page.title().startswith("(")


def test_a_new_incident_is_seen_on_every_screen_at_once(open_page: OpenPage, floor: Floor) -> None:
    """In the strip, as a toast, in the tab's title and sign; read aloud once."""
    pages = [open_page(path) for path in ("/", "/health", "/alerts")]
    for page in pages:
        page.wait_for_selector('[data-fresh="live"]')
        page.wait_for_timeout(1_000)
    plain = pages[0].get_attribute('link[rel~="icon"]', "href")
    floor.evaluator.tell(surge_incident(now_us() - MINUTE_US))

    for page in pages:
        toast = page.locator(".toast")
        expect(toast).to_have_attribute("data-state", "trouble")
        expect(toast).to_contain_text("▲Urgent")
        expect(toast).to_contain_text("Benefits will not recover")
        expect(page.locator("#alarm")).to_have_text(
            "Urgent: Benefits will not recover. Benefits: arrivals 1.6 times the baseline"
        )
        assert page.title().startswith("(1) ")
    for page in pages[:2]:
        strip = page.locator("#strip-incident")
        expect(strip).to_contain_text("▲Urgent")
        expect(strip).to_contain_text("since 60\u00a0s")
    sign = pages[0].get_attribute('link[rel~="icon"]', "href") or ""
    assert sign.startswith("data:image/png")
    assert sign != plain


def test_what_somebody_has_calls_no_more(
    open_page: OpenPage, floor: Floor, three: list[Incident]
) -> None:
    """The count falls; the strip says who has it; what is over is said and gone."""
    page = open_page()
    strip = page.locator("#strip-incident")
    expect(strip).to_contain_text("+2 more", timeout=_SOON_MS)
    assert page.title().startswith("(2) ")

    floor.evaluator.tell(*(replace(one, acknowledged=Mark("Bo", 0)) for one in three))
    expect(strip).to_contain_text("Bo has seen it", timeout=_SOON_MS)
    assert not page.title().startswith("(")

    floor.evaluator.tell(*(replace(one, state="resolved", resolved_at=now_us()) for one in three))
    expect(page.locator("#strip")).to_be_hidden(timeout=_SOON_MS)
    expect(page.locator(".toast").first).to_contain_text("Resolved")


def test_a_snoozed_incident_is_silent(
    open_page: OpenPage, floor: Floor, three: list[Incident]
) -> None:
    """Another stands in the strip; in the centre it says until when."""
    floor.evaluator.tell(replace(three[0], snoozed_until=now_us() + 3600 * SECOND_US))
    page = open_page()
    expect(page.locator("#strip-incident")).to_contain_text("E-mail answers", timeout=_SOON_MS)
    page.goto(page.url + "alerts")

    expect(page.locator(".card").first).to_contain_text("silent until", timeout=_SOON_MS)


def test_a_floor_in_trouble_is_not_called_calm(open_page: OpenPage, reader: TableReader) -> None:
    """Where no rule fires, its sentence stands beside that."""
    reader.queues = surge()
    page = open_page("/alerts")
    calm = page.locator("#incidents-none")
    expect(calm).to_contain_text(
        "Nothing fires. Three queues in trouble: Benefits 38 waiting", timeout=_SOON_MS
    )
    reader.change(ordinary())
    expect(calm).not_to_contain_text("in trouble", timeout=_SOON_MS)


def test_an_evaluator_that_stops_is_never_a_calm_screen(open_page: OpenPage, floor: Floor) -> None:
    """After 5 s every screen says that nobody watches; and that it is over, by itself."""
    pages = [open_page("/"), open_page("/alerts")]
    for page in pages:
        page.wait_for_selector('[data-fresh="live"]')
    expect(pages[1].locator("#incidents-none")).to_have_text(
        re.compile(r"Nothing fires\. 12 rules watch, last judged [0-5]\ss ago\."), timeout=_SOON_MS
    )
    floor.stop()
    for page in pages:
        expect(page.locator("#strip-watch")).to_have_text(
            re.compile(r"Alerts are not being watched: nothing from the evaluator for \d\ss\."),
        )
    expect(pages[1].locator("#incidents-none")).to_contain_text("nobody watches")
    floor.evaluator.tell()

    expect(pages[0].locator("#strip")).to_be_hidden(timeout=_SOON_MS)


def test_a_message_that_is_not_delivered_is_seen(open_page: OpenPage, floor: Floor) -> None:
    """To whom, and why."""
    incident = surge_incident(now_us())
    floor.evaluator.tell(incident, failed_message(incident, now_us()))
    page = open_page()

    expect(page.locator("#strip-undelivered")).to_have_text(
        "A message could not be delivered: duty phone, connection refused.", timeout=_SOON_MS
    )


def test_health_tells_who_watches_and_who_is_told(open_page: OpenPage, floor: Floor) -> None:
    """Who judges by which rules and since when, which receiver fails and why; stale is said."""
    now = now_us()
    floor.evaluator.tell(
        RulesInForce(RULES, "file", now - MINUTE_US), failed_message(surge_incident(now), now)
    )
    page = open_page("/health")
    failed = page.locator('#receivers [data-key="duty phone"]')
    expect(failed).to_contain_text("connection refused", timeout=_SOON_MS)

    assert page.locator("#receivers tbody tr").all_inner_texts() == [
        "desk\t●No failure\t–",
        "duty phone\t▲1 fails\tconnection refused",
    ]
    watch = page.locator("#watch")
    expect(watch.locator('[data-key="state"]')).to_have_text("State●Watched")
    assert re.match(
        r"floor-1 since .*\d\d:\d\d", watch.locator('[data-key="name"] td').inner_text()
    )
    assert watch.locator('[data-key="rules"] td').inner_text() == "12, from a file"
    floor.stop()
    expect(watch.locator('[data-key="state"]')).to_have_text("State▲Not watched")


def test_sound_waits_for_a_press_and_is_remembered(open_page: OpenPage, floor: Floor) -> None:
    """Silent until somebody wants it; then what is urgent is heard."""
    page = open_page()
    page.wait_for_selector('[data-fresh="live"]')
    page.wait_for_timeout(1_000)
    floor.evaluator.tell(surge_incident(now_us() - 10))
    page.wait_for_selector(".toast")
    silent = page.get_attribute("html", "data-rung")

    page.click("#sound")
    expect(page.locator("#sound")).to_have_text("Sound on")
    tried = page.get_attribute("html", "data-rung")
    floor.evaluator.tell(replace(surge_incident(now_us()), title="Another"))
    expect(page.locator(".toast").first).to_contain_text("Another", timeout=_SOON_MS)
    heard = page.get_attribute("html", "data-rung")
    page.reload()
    expect(page.locator("#sound")).to_have_text("Sound waits")
    page.click("#sentence")
    expect(page.locator("#sound")).to_have_text("Sound on")
    page.click("#sound")

    expect(page.locator("#sound")).to_have_text("Sound off")
    assert (silent, tried, heard) == (None, "1", "2")


def test_the_centre_tells_what_fires_and_why(open_page: OpenPage, three: list[Incident]) -> None:
    """The gravest first; each with its figures, its parts as bars by the percentages of the text, and
    its history."""
    page = open_page("/alerts")
    expect(page.locator(".card")).to_have_count(3, timeout=_SOON_MS)

    assert page.locator(".card-title").all_inner_texts() == [one.title for one in three]
    assert chosen(page) == "Benefits will not recover"
    assert page.inner_text("#detail .detail-told").endswith("nobody has it")
    parts = [text.split("\n") for text in page.locator(".why-part").all_inner_texts()]
    assert [(part[0], part[-1]) for part in parts] == [
        ("Volume", "+72\u00a0%"),
        ("Handle time", "+14\u00a0%"),
        ("People", "+11\u00a0%"),
        ("Transfers and redials", "+4\u00a0%"),
        ("Patience", "−8\u00a0%"),
    ]
    expect(page.locator("#detail .detail-caption").first).to_contain_text("Why it fired, at ")
    wide = page.locator(".why-fill").evaluate_all("all => all.map(e => e.offsetWidth)")
    assert wide[0] > 4 * wide[1] > 0
    figures = page.locator(".alert-figure").all_inner_texts()
    assert [" ".join(one.split()) for one in figures[:8]] == [
        "Times the usual 1.6",
        "Contacts 189 usual 118",
        "How sure, in nats 9.31",
        "Oldest wait 6:12",
        "Waiting 38",
        "Expected wait –",
        "In target, who waits counts 61 %",
        "In target, who waits counts, 5 min 50 %",
    ]
    assert page.locator(".entry-what").all_inner_texts() == ["Joined", "Opened"]


def test_what_stands_behind_it_is_one_press_away(
    open_page: OpenPage, three: list[Incident]
) -> None:
    """The queue as it is now, from the same frame as the wall."""
    page = open_page("/alerts")
    page.locator('.behind[data-queue="benefits"] summary').click(timeout=_SOON_MS)

    expect(page.locator('.behind[data-queue="benefits"] [data-now="waiting"]')).to_have_text("4")


def test_the_keyboard_does_all_of_it(
    open_page: OpenPage, floor: Floor, three: list[Incident]
) -> None:
    """J and k move, a s g n t act; who acts is asked once and remembered."""
    page = open_page("/alerts")
    expect(page.locator(".card")).to_have_count(3, timeout=_SOON_MS)
    for key in ("j", "j", "k", "k"):
        page.keyboard.press(key)
    assert chosen(page) == three[0].title
    ring = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    page.keyboard.press("a")
    page.keyboard.type("Ada")
    page.keyboard.press("Enter")
    floor.did(page, 1)
    expect(page.locator("#dialog")).to_be_hidden()
    page.keyboard.press("s")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    floor.did(page, 2)
    expect(page.locator("#dialog")).to_be_hidden()
    page.keyboard.press("g")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("Bo")
    page.keyboard.press("Enter")
    floor.did(page, 3)
    expect(page.locator("#dialog")).to_be_hidden()
    page.keyboard.press("n")
    page.keyboard.type("just <b>a</b> note")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    floor.did(page, 4)
    expect(page.locator("#dialog")).to_be_hidden()
    page.keyboard.press("j")
    page.keyboard.press("t")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    acknowledge, snooze, assign, note, judge = floor.did(page, 5)

    first = three[0].id
    assert ring == "solid"
    assert acknowledge == Acknowledge(incident=first, by="Ada", at=0)
    assert isinstance(snooze, Snooze)
    assert snooze.until is not None
    assert abs(snooze.until - now_us() - 3600 * SECOND_US) < 30 * SECOND_US
    assert assign == Assign(incident=first, by="Ada", at=0, to="Bo")
    assert note == AddNote(incident=first, by="Ada", at=0, text="just <b>a</b> note")
    assert isinstance(judge, Judge)
    assert judge.incident == three[1].id
    expect(page.locator("#who")).to_have_text("You: Ada")


def test_the_mouse_does_it_too(open_page: OpenPage, floor: Floor, three: list[Incident]) -> None:
    """Give back what somebody has; a snooze until a time."""
    page = open_page("/alerts")
    page.evaluate("localStorage.setItem('floorwatch.name', 'Bo')")
    page.locator(".card", has_text=three[1].title).click(timeout=_SOON_MS)
    page.get_by_role("button", name="Give back").click()
    expect(page.locator(".toast").first).to_contain_text("Given back")
    page.locator("#do-snooze").click()
    expect(page.get_by_label("Until", exact=True)).to_be_hidden()
    page.get_by_label("until …").check()
    page.get_by_label("Until", exact=True).fill("23:59")
    page.get_by_role("button", name="Save").click()
    back, snooze = floor.did(page, 2)

    assert back == Acknowledge(incident=three[1].id, by="Bo", at=0, undo=True)
    assert isinstance(snooze, Snooze)
    assert snooze.until is not None
    assert 0 < snooze.until - now_us() <= 24 * 3600 * SECOND_US


def test_a_note_is_saved_by_keys_and_its_draft_is_kept(
    open_page: OpenPage, floor: Floor, three: list[Incident]
) -> None:
    """Escape leaves the dialog, not what was written; Enter is a line, with Ctrl it saves."""
    page = open_page("/alerts")
    page.evaluate("localStorage.setItem('floorwatch.name', 'Bo')")
    page.locator(".card").first.click(timeout=_SOON_MS)
    page.keyboard.press("n")
    page.keyboard.type("one")
    page.keyboard.press("Enter")
    page.keyboard.type("two")
    page.keyboard.press("Escape")
    expect(page.locator("#dialog")).to_be_hidden()
    page.keyboard.press("j")
    page.keyboard.press("n")
    expect(page.locator("#dialog textarea")).to_have_value("")
    page.keyboard.press("Escape")
    page.keyboard.press("k")
    page.keyboard.press("n")
    expect(page.locator("#dialog textarea")).to_have_value("one\ntwo")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#dialog")).to_be_hidden()

    assert floor.did(page) == [AddNote(incident=three[0].id, by="Bo", at=0, text="one\ntwo")]
    page.keyboard.press("n")
    expect(page.locator("#dialog textarea")).to_have_value("")


def test_what_was_not_delivered_is_told_whole_and_tried_again(
    open_page: OpenPage, floor: Floor
) -> None:
    """What, to whom and why; one press asks for another try."""
    told = surge_incident(now_us())
    failed = replace(failed_message(told, now_us()), tries=20, given_up=True)
    floor.evaluator.tell(told, failed)
    page = open_page("/alerts")
    page.evaluate("localStorage.setItem('floorwatch.name', 'Bo')")
    one = page.locator("#undelivered li")
    expect(one).to_contain_text(
        "Not delivered to duty phone: Benefits will not recover", timeout=_SOON_MS
    )
    expect(one).to_contain_text("connection refused · given up after 20 tries · last at")
    one.get_by_role("button", name="Try again").click()

    assert floor.did(page) == [Retry(incident=told.id, by="Bo", at=0, notification=failed.id)]
    floor.evaluator.tell(replace(failed, sent_at=now_us(), failure=None, given_up=False))
    expect(one).to_have_count(0, timeout=_SOON_MS)


def test_an_alert_leads_to_its_rule_and_unsaved_rules_are_not_lost(
    open_page: OpenPage, floor: Floor, three: list[Incident]
) -> None:
    """The form shows it and the text stands at it; leaving asks first while something is unsaved."""
    page = open_page("/alerts")
    page.locator(".alert", has_text="oldest waits").get_by_role(
        "button", name="long wait", exact=True
    ).click(timeout=_SOON_MS)
    expect(page.locator("#rule-form .rule-name, #rule-form")).to_contain_text(["long wait"])
    expect(page.locator('#rules-table [data-key="long wait"]')).to_have_attribute(
        "aria-current", "true"
    )
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.get_by_label("Must hold for").fill("90s")
    page.get_by_label("Must hold for").press("Enter")
    expect(page.locator("#rules-undo")).to_be_enabled()
    page.get_by_role("link", name="Wallboard").click()
    page.wait_for_timeout(300)

    assert asked == ["beforeunload"]
    assert "/alerts?tab=rules" in page.url
    page.locator("#rules-undo").click()
    page.get_by_role("link", name="Wallboard").click()
    page.wait_for_selector("#queues .tile")
    assert asked == ["beforeunload"]


def test_an_action_that_fails_says_why_and_keeps_what_was_written(
    open_page: OpenPage, floor: Floor, three: list[Incident]
) -> None:
    """The dialog stays, with the reason."""
    page = open_page("/alerts")
    page.evaluate("localStorage.setItem('floorwatch.name', 'Ada')")
    expect(page.locator(".card")).to_have_count(3, timeout=_SOON_MS)
    page.route("**/note", lambda route: route.abort())
    page.keyboard.press("n")
    page.keyboard.type("the vendor knows")
    page.get_by_role("button", name="Save").click()

    expect(page.locator("#dialog-problem")).to_have_text("No connection to the dashboard.")
    assert page.locator("#dialog textarea").input_value() == "the vendor knows"
    assert floor.actions() == []


def test_history_is_filtered(open_page: OpenPage, floor: Floor) -> None:
    """By word, by severity, by what it was judged to be."""
    at = now_us() - 3600 * SECOND_US
    floor.evaluator.tell(
        resolved_incident(at),
        replace(resolved_incident(at, 2), title="Drop on Tax filing", severity="notice", true=None),
    )
    page = open_page("/alerts")
    page.get_by_role("tab", name="History").click()
    cards = page.locator(".card-title")
    expect(cards).to_have_count(2, timeout=_SOON_MS)
    assert page.locator("#do-acknowledge").is_disabled()
    page.fill("#filter-text", "tax FIL")
    expect(cards).to_have_text(["Drop on Tax filing"])
    page.fill("#filter-text", "")
    page.select_option("#filter-severity", "page")
    expect(cards).to_have_text(["Long wait on Línea en español"])
    page.select_option("#filter-severity", "any")
    page.select_option("#filter-judged", "not judged")

    expect(cards).to_have_text(["Drop on Tax filing"])


def test_rules_are_tried_before_they_are_saved(open_page: OpenPage, floor: Floor) -> None:
    """A form's value goes to its place in the text; how often it would have fired; then saved."""
    floor.evaluator.tell(RuleRecord("long wait", fired=12, true=10, false=1, leads_s=[60.0, 240.0]))
    page = open_page("/alerts#rules")
    row = page.locator('#rules-table [data-key="long wait"] > *')
    expect(row).to_have_text(["long wait", "12", "10", "1", "2\u00a0min"], timeout=_SOON_MS)
    page.get_by_label("Must hold for").fill("90s")
    page.get_by_label("Must hold for").press("Enter")
    text = RULES.replace("for: 1m", "for: 90s")
    expect(page.locator("#rules-text")).to_have_value(text)
    page.locator('#rules-table [data-key="surge"]').click()
    page.get_by_label("Must hold for").fill("3m")
    page.get_by_label("Must hold for").press("Enter")
    text = text.replace("kind: surge\n", "kind: surge\n    for: 3m\n")
    expect(page.locator("#rules-text")).to_have_value(text)
    page.get_by_role("button", name="Try on the past").click()
    expect(page.locator("#rules-told")).to_have_text(
        "In the last 24\u00a0h these rules would have fired 3 times: surge 2, long wait 1."
    )
    firings = [" ".join(one.split()) for one in page.locator(".firing").all_inner_texts()]
    assert [re.sub(r"^(\S+) .*?\d\d:\d\d", r"\1", one) for one in firings] == [
        "▲ Surge Benefits fires still",
        "◆ long wait The whole floor for 4 min",
        "▲ Surge Benefits for 20 min",
    ]
    page.get_by_role("button", name="Save").click()
    page.get_by_role("textbox", name="Your name").fill("Ada")
    page.locator("#dialog-save").click()

    assert floor.did(page) == [SetRules(by="Ada", at=0, text=text)]
    expect(page.locator("#rules-told")).to_contain_text("Saved")


def test_a_wrong_rule_is_told_at_its_line(open_page: OpenPage, floor: Floor) -> None:
    """And neither tried nor saved; the way to the line is a press."""
    page = open_page("/alerts#rules")
    expect(page.locator("#rules-text")).to_have_value(RULES, timeout=_SOON_MS)
    page.fill("#rules-text", RULES.replace("above", "abvoe"))

    expect(page.locator("#rules-problems")).to_contain_text(
        "line 7 rules.long wait.abvoe: unknown key", timeout=_SOON_MS
    )
    expect(page.locator(".gutter .is-bad")).to_have_text("7")
    assert page.locator("#rules-save").is_disabled()
    assert page.locator("#rules-try").is_disabled()
    page.get_by_role("button", name="line 7").click()
    picked = "(e => e.value.slice(e.selectionStart, e.selectionEnd))(document.activeElement)"
    assert page.evaluate(picked) == "    abvoe: 300"
    page.get_by_role("button", name="Undo changes").click()
    expect(page.locator("#rules-problems li")).to_have_count(0, timeout=_SOON_MS)
    assert floor.actions() == []


def test_the_keys_are_told_and_typing_is_not_acting(
    open_page: OpenPage, floor: Floor, three: list[Incident]
) -> None:
    """? shows them; a letter in a field is a letter."""
    page = open_page("/alerts")
    expect(page.locator(".card")).to_have_count(3, timeout=_SOON_MS)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Next incident")
    page.keyboard.press("Escape")
    page.keyboard.press("2")
    page.click("#filter-text")
    page.keyboard.type("jagnt?")

    assert page.input_value("#filter-text") == "jagnt?"
    assert page.locator("#dialog").is_hidden()
    assert floor.actions() == []


def test_names_are_never_markup(open_page: OpenPage, floor: Floor) -> None:
    """Of incidents, queues, people, rules and messages."""
    bad = "<img src=x onerror=alert(1)>"
    one = replace(
        alert(bad, bad, bad, at=now_us(), figures={bad: 1.0}), target=Target("queue", bad)
    )
    incident = replace(
        surge_incident(now_us()), title=bad, alerts=[one], acknowledged=Mark(bad, 0), assigned_to=bad
    )  # fmt: skip
    page = open_page("/alerts")
    page.wait_for_selector('[data-fresh="live"]')
    page.wait_for_timeout(1_000)
    floor.evaluator.tell(incident)

    expect(page.locator(".toast-title")).to_have_text(bad, timeout=_SOON_MS)
    expect(page.locator(".detail-title")).to_have_text(bad)
    assert page.locator("img").count() == 0


@pytest.mark.parametrize(("width", "height"), [(360, 780), (1366, 768)])
@pytest.mark.parametrize("path", ["/", "/health", "/alerts", "/alerts#rules"])
def test_nothing_scrolls_sideways(
    open_page: OpenPage, floor: Floor, width: int, height: int, path: str
) -> None:
    """With long names everywhere; and twelve queues stay on one screen under the strip."""
    long = "Records clearance and expungement requests of the northern district " * 2
    incident = replace(
        surge_incident(now_us()), title=long, assigned_to=long[:80], acknowledged=Mark("Ada", 0)
    )
    floor.evaluator.tell(incident, failed_message(incident, now_us()))
    page = open_page(path, width=width, height=height)
    expect(page.locator("#strip")).to_be_visible(timeout=_SOON_MS)
    page.wait_for_timeout(500)

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    if width >= 1366:
        assert page.evaluate("document.documentElement.scrollHeight") == height


def test_the_list_speaks(open_page: OpenPage, three: list[Incident]) -> None:
    """To who hears it: tabs, which one is chosen, who has it; marks are not read."""
    page = open_page("/alerts")
    expect(page.locator(".card")).to_have_count(3, timeout=_SOON_MS)

    assert page.get_by_role("tab", name="Now", selected=True).count() == 1
    assert page.get_by_role("listitem").filter(has_text="Callback promises").count() == 1
    name = page.get_by_role(
        "button", name=re.compile(r"^Urgent.*Benefits will not recover.*nobody")
    )
    assert name.get_attribute("aria-current") == "true"
    page.get_by_role("tab", name="Now").focus()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name="History", selected=True)).to_be_focused()


def test_fields_of_a_rule_are_all_written(open_page: OpenPage) -> None:
    """Also while the text of the one before is still being checked: each goes to its own place."""
    page = open_page("/alerts#rules")
    expect(page.locator("#rules-text")).to_have_value(RULES, timeout=_SOON_MS)
    expect(page.get_by_label("Must hold for")).to_have_value("1m", timeout=_SOON_MS)
    # One answer after the other, in the order in which they were asked for.
    page.evaluate(
        """() => {
            const post = floorwatch.http.post;
            let line = Promise.resolve();
            floorwatch.http.post = (...asked) => (line = line.then(() => post(...asked)));
        }"""
    )
    page.evaluate(
        """() => {
            const put = (path, value) => {
                const input = document.querySelector(`#rule-form [data-path="${path}"] .field`);
                input.value = value;
                input.dispatchEvent(new Event("change"));
            };
            put("above", "30000");
            put("for", "90s");
            put("severity", "ticket");
        }"""
    )

    written = RULES.replace("above: 300", "above: 30000").replace("for: 1m", "for: 90s")
    written = written.replace("severity: page\n    metric", "severity: ticket\n    metric")
    expect(page.locator("#rules-text")).to_have_value(written, timeout=_SOON_MS)


def test_enter_twice_is_done_once_and_another_dialog_stays(
    open_page: OpenPage, floor: Floor, three: list[Incident]
) -> None:
    """What was sent from a dialog that was left says nothing in the next one."""
    page = open_page("/alerts")
    expect(page.locator(".card")).to_have_count(3, timeout=_SOON_MS)
    page.evaluate("localStorage.setItem('floorwatch.name', 'Ada')")
    page.evaluate(_SLOWLY, "/note")
    page.keyboard.press("n")
    note = page.locator("#dialog textarea")
    expect(note).to_be_focused()
    note.fill("seen")
    for _ in range(2):
        page.keyboard.press("ControlOrMeta+Enter")
    page.keyboard.press("Escape")
    expect(page.locator("#dialog")).to_be_hidden()
    page.keyboard.press("?")
    expect(page.locator("#dialog-title")).to_have_text("Keys")
    floor.did(page)
    page.wait_for_timeout(2 * _SLOW_MS)

    assert len(floor.actions()) == 1
    expect(page.locator("#dialog")).to_be_visible()


def test_no_key_acts_behind_a_dialog(
    open_page: OpenPage, floor: Floor, three: list[Incident]
) -> None:
    """Whichever it is: what is open takes the keys."""
    page = open_page("/alerts")
    expect(page.locator(".card")).to_have_count(3, timeout=_SOON_MS)
    page.evaluate("localStorage.setItem('floorwatch.name', 'Ada')")
    page.locator("#take-away").click()
    page.locator("dialog[open] button").last.focus()
    for key in ("a", "j", ","):
        page.keyboard.press(key)
    page.wait_for_timeout(500)

    assert floor.actions() == []
    assert page.evaluate("floorwatch.past.on()") is False


def test_what_is_read_stays_while_figures_change(open_page: OpenPage, floor: Floor) -> None:
    """What is opened stays open, and what has the focus keeps it."""
    incident = surge_incident(now_us() - 60 * SECOND_US)
    floor.evaluator.tell(incident)
    page = open_page("/alerts")
    behind = page.locator('.behind[data-queue="benefits"]')
    behind.locator("summary").click(timeout=_SOON_MS)
    expect(behind).to_have_attribute("open", "")

    newer = [
        replace(one, as_of=one.as_of + 5 * SECOND_US, message="4 more") for one in incident.alerts
    ]
    floor.evaluator.tell(replace(incident, alerts=newer))
    expect(page.locator("#detail-body")).to_contain_text("4 more", timeout=_SOON_MS)

    expect(behind).to_have_attribute("open", "")
    expect(behind.locator("summary")).to_be_focused()
    expect(behind.locator('[data-now="waiting"]')).to_have_text("4")

    # And where a section comes in or goes above it.
    floor.evaluator.tell(replace(incident, alerts=[replace(one, why=None) for one in newer]))
    expect(page.locator(".why-text")).to_have_count(0, timeout=_SOON_MS)
    expect(behind).to_have_attribute("open", "")
    expect(behind.locator("summary")).to_be_focused()


def test_what_could_not_sound_does_not_sound_later(open_page: OpenPage, floor: Floor) -> None:
    """A touch days later plays no week of alarms."""
    page = open_page("/")
    page.wait_for_selector('[data-fresh="live"]')
    rung: Any = page.evaluate(
        """async () => {
            localStorage.setItem("floorwatch.sound", "on");
            let allow = null;
            const touched = new Promise((resolve) => { allow = resolve; });
            let state = "suspended", tones = 0;
            window.AudioContext = class {
                constructor() { this.currentTime = 0; this.destination = {}; }
                get state() { return state; }
                resume() { return touched.then(() => { state = "running"; }); }
                createOscillator() { tones += 1; return { frequency: {}, connect: (to) => to, start() {}, stop() {} }; }
                createGain() { return { gain: { setValueAtTime() {}, linearRampToValueAtTime() {}, exponentialRampToValueAtTime() {} }, connect: (to) => to }; }
            };
            for (let nth = 0; nth < 5; nth += 1) floorwatch.sound.ring("notice");
            await new Promise((resolve) => setTimeout(resolve, 3200));
            allow();
            await new Promise((resolve) => setTimeout(resolve, 100));
            const late = tones;
            floorwatch.sound.ring("notice");
            return [late, tones];
        }"""
    )

    assert rung == [0, 1]


_COUNTED: Final = """
    localStorage.setItem("floorwatch.sound", "on");
    const made = AudioContext.prototype.createOscillator;
    window.tones = 0;
    AudioContext.prototype.createOscillator = function () { window.tones += 1; return made.call(this); };
"""


def touched(open_page: OpenPage, incident: Incident) -> tuple[str | None, int]:
    """How often it rang, and with how many notes, by the second touch of a screen that is opened with
    sound while that incident is open."""
    page = open_page()
    page.add_init_script(_COUNTED)
    page.reload()
    expect(page.locator("#sound")).to_have_text("Sound waits")
    expect(page.locator("#strip-incident")).to_contain_text(incident.title)
    for _ in range(2):
        page.click("#sentence")
        expect(page.locator("#sound")).to_have_text("Sound on")
    return page.get_attribute("html", "data-rung"), int(page.evaluate("() => window.tones"))


def test_the_first_touch_makes_up_for_what_is_urgent_by_now(
    open_page: OpenPage, floor: Floor
) -> None:
    """Once, by the four notes of one alarm, however many are open; not for what somebody has, and not
    for a mere notice."""
    at = now_us() - 11 * MINUTE_US
    urgent, notice = surge_incident(at), notice_incident(at)
    taken = replace(urgent, acknowledged=notice.acknowledged)
    another = replace(urgent, id="01BRZ3NDEKTSV4RRFFQ69G5FAV")
    floor.evaluator.tell(urgent, another)
    assert touched(open_page, urgent) == ("1", 4)
    floor.evaluator.tell(taken, gone=(another.id,))
    assert touched(open_page, taken) == (None, 0)
    floor.evaluator.tell(replace(notice, acknowledged=None), gone=(urgent.id,))
    assert touched(open_page, notice) == (None, 0)


def test_a_touch_before_anything_is_told_is_not_lost(open_page: OpenPage, floor: Floor) -> None:
    """Sound is allowed while the page still asks: it rings as soon as it knows that something calls."""
    floor.evaluator.tell(surge_incident(now_us() - 11 * MINUTE_US))
    page = open_page()
    page.add_init_script(_COUNTED)
    held: list[Route] = []
    going_on = Event()

    def hold(route: Route) -> None:
        if going_on.is_set():
            route.continue_()
        else:
            held.append(route)

    page.route("**/api/v1/stream*", hold)
    page.reload()
    expect(page.locator("#sound")).to_have_text("Sound waits")
    page.mouse.click(5, 5)
    expect(page.locator("#sound")).to_have_text("Sound on")
    assert page.get_attribute("html", "data-rung") is None

    going_on.set()
    for route in held:
        route.continue_()

    expect(page.locator("html")).to_have_attribute("data-rung", "1")
    assert page.evaluate("() => window.tones") == 4


def test_a_press_on_sound_that_waits_turns_it_on(open_page: OpenPage) -> None:
    """However long the finger rests on it: what begins a press allows sound, and its end is a click."""
    page = open_page()
    page.click("#sound")
    page.reload()
    expect(page.locator("#sound")).to_have_text("Sound waits")
    page.click("#sound", delay=400)
    expect(page.locator("#sound")).to_have_text("Sound on")


def test_incidents_are_taken_away_as_the_list_shows_them(
    open_page: OpenPage, three: list[Incident]
) -> None:
    """A row each, the gravest first, with the values of the API."""
    page = open_page("/alerts")
    expect(page.locator(".card")).to_have_count(3, timeout=_SOON_MS)
    page.click("#take-away")
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV of Alerts").click()
    told = list(csv.DictReader(io.StringIO(Path(download.value.path()).read_text("utf-8-sig"))))

    assert [row["severity"] for row in told] == ["page", "notice", "ticket"]
    assert told[0]["title"] == three[0].title
    assert told[1]["acknowledged_by"] == "Ada"
    assert told[0]["resolved_at"] == ""
