"""The supervisor's screen as its user walks it: which queue is in trouble, why, who waits longest, and
which promise is about to break; by mouse, by keyboard and on a phone."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Locator, Page, expect

from dashboard.app import create_app, serving
from stream.contract.figures import SERVICE_LEVEL_VARIANTS
from tests.browser.conftest import OpenPage
from tests.dashboard.pictures import Q, TableReader, surge, wall_clock
from tests.dashboard.present import BAD, Present

pytestmark = pytest.mark.browser

_SOON_MS: Final = 30_000


@pytest.fixture
def desk() -> Present:
    """Who tells the contacts."""
    return Present()


@pytest.fixture
def wall(reader: TableReader, desk: Present) -> Iterator[str]:
    """A dashboard over the floor in a surge."""
    reader.queues = surge()
    with serving(create_app(reader, now=wall_clock, detail=desk)) as url:
        yield url


def row(page: Page, queue: str) -> Locator:
    """A queue's row."""
    return page.locator(f'#queue-grid .ag-center-cols-container [row-id="q {queue}"]')


def names(page: Page) -> list[str]:
    """The first column as it stands, from above."""
    found: list[str] = page.evaluate(
        """Array.from(document.querySelectorAll("#queue-grid .ag-center-cols-container .ag-row"))
        .sort((a, b) => a.getAttribute("row-index") - b.getAttribute("row-index"))
        .map((e) => e.querySelector(".queue-name, .group-name").firstChild.textContent
          .replace("▾", e.querySelector(".group-name")?.childNodes[1].textContent))"""
    )
    return found


def focused(page: Page) -> str:
    """Which cell, field or part has the keyboard."""
    told: str = page.evaluate(
        """(() => { const e = document.activeElement, row = e.closest("[row-id]");
        return row ? `${row.getAttribute("row-id")} ${e.getAttribute("col-id")}` : e.id; })()"""
    )
    return told


def test_a_table_under_the_other_tab_is_there_when_somebody_turns_to_it(
    open_page: OpenPage,
) -> None:
    """It costs nothing meanwhile, and waits for no frame then: here none comes any more."""
    page = open_page("/supervisor?view=agents")
    tab = page.locator("#queue-grid-tab")
    expect(tab.locator("[data-part=count]")).to_have_text("12")
    expect(page.locator("#queue-grid .ag-center-cols-container .ag-row")).to_have_count(0)
    page.evaluate("window.dash_clientside.supervisor.draw = () => dash_clientside.no_update")
    tab.click()

    expect(row(page, "benefits").locator('[col-id="waiting"]')).to_have_text("38")
    expect(row(page, "vip").locator('[col-id="rank"]')).to_have_text("●On target")


def test_the_queue_in_trouble_is_found_and_understood_by_mouse(open_page: OpenPage) -> None:
    """Worst first; beside it why, who waits longest, and until when; a number has its contacts."""
    page = open_page("/supervisor")
    benefits = row(page, "benefits")
    expect(benefits.locator('[col-id="rank"]')).to_have_text("▲In trouble", timeout=_SOON_MS)
    assert names(page)[:3] == ["Voice", "Benefits", "Medicaid renewals"]

    benefits.locator('[col-id="name"]').click()
    beside = page.locator("#beside")
    expect(beside.locator("h2")).to_have_text("Benefits")
    expect(beside.locator(".beside-why")).to_contain_text("Oldest waits 19 times the target")
    expect(beside.locator('[data-name="level"] .beside-value')).to_have_text("32\u00a0%")
    longest = beside.locator(".contact-rows tbody tr").first
    expect(longest.locator("th")).to_have_text("c-0", timeout=_SOON_MS)
    expect(longest.locator('[data-column="waits"]')).to_have_text(re.compile(r"^[67]:\d\d$"))
    expect(longest.locator('[data-column="due"]')).to_have_text(
        re.compile(r"^▲broken for [56]:\d\d$")
    )
    expect(longest.locator('[data-column="about"]')).to_have_text(f"renewal form · es · {BAD}")
    expect(beside.locator(".level-row")).to_have_count(5)
    expect(beside.locator(".level-row[data-own]")).to_contain_text("abandons count")
    assert "queue=benefits" in page.url

    benefits.locator('[col-id="waiting"]').click()
    expect(page.locator("#dialog-title")).to_have_text("Contacts behind 38 waiting — Benefits")
    expect(page.locator("#dialog .contact-rows tbody tr")).to_have_count(38, timeout=_SOON_MS)
    expect(page.locator("#dialog .contacts-told")).to_contain_text("38 at")
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV of Contacts").click()
    told = Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert download.value.suggested_filename.startswith("benefits-waiting-")
    assert told[0].startswith("as_of,contact,queue,channel,state,since,")
    assert len(told) == 1 + 38
    page.keyboard.press("Escape")
    page.go_back()
    expect(beside).to_be_hidden()
    assert page.url.endswith("/supervisor")


def test_the_promise_about_to_break_is_found_by_keyboard(
    open_page: OpenPage, desk: Present
) -> None:
    """From the filter into the table, into the queue, and back to where the keyboard was."""
    page = open_page("/supervisor")
    expect(row(page, "benefits")).to_be_visible(timeout=_SOON_MS)

    page.keyboard.press("/")
    page.keyboard.type("callb")
    expect(page.locator("#found")).to_have_text("1 of 12 shown")
    expect(row(page, "medicaid")).to_have_count(0)
    assert names(page) == ["Callbacks"]
    page.keyboard.press("Enter")
    assert focused(page) == "q callbacks name"
    page.keyboard.press("Enter")

    promises = page.locator(".beside-section").filter(has_text="Promised a call").locator("tr")
    expect(promises.nth(1)).to_contain_text(re.compile(r"p-1▲broken for [12]:\d\d"))
    expect(promises.nth(2)).to_contain_text(re.compile(r"p-2◆breaks in [01]:\d\d"))
    expect(promises.nth(3)).to_contain_text(re.compile(r"p-3due in 2\d:\d\d"))
    page.keyboard.press("b")
    assert focused(page) == "beside-body"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.matches('#beside-body *')")
    page.keyboard.press("Escape")
    expect(page.locator("#beside")).to_be_hidden()
    assert focused(page) == "q callbacks name"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("#dialog-title")).to_have_text(
        re.compile(r"^Contacts behind \d+ \w.* — Callbacks$")
    )
    assert {asked.of for asked in desk.asked} >= {"waiting", "callbacks_open"}
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(page.locator("#dialog-title")).to_have_text("Keys")


def test_the_longest_wait_is_the_most_of_its_column(open_page: OpenPage) -> None:
    """Cells hold since when somebody waits, which is the less the longer it is; nobody is last."""
    page = open_page("/supervisor")
    expect(row(page, "benefits")).to_be_visible(timeout=_SOON_MS)
    rising, falling = page.evaluate(
        """() => {
          const { byLength } = floorwatch.liveGrid, since = [300, null, 100, 200];
          return [[...since].sort((a, b) => byLength(a, b, null, null, false)), [...since].sort((a, b) => -byLength(a, b, null, null, true))];
        }"""
    )

    assert (rising, falling) == ([300, 200, 100, None], [100, 200, 300, None])


def test_what_is_seen_stands_in_the_address(open_page: OpenPage) -> None:
    """Folded channels, one list, another order and an open queue: a link shows them."""
    page = open_page("/supervisor?shut=voice&queue=email&sort=waiting.asc")
    expect(row(page, "email")).to_be_visible(timeout=_SOON_MS)
    expect(row(page, "email")).to_have_attribute("aria-selected", "true")
    assert row(page, "benefits").count() == 0
    expect(page.locator("#beside h2")).to_have_text("E-mail")

    voice = page.locator('#queue-grid [row-id="c voice"] [col-id="name"]')
    expect(voice).to_contain_text("▸")
    voice.click()
    expect(voice).to_contain_text("▾")
    expect(row(page, "benefits")).to_be_visible()
    assert "shut=" not in page.url

    page.click("#grouping")
    expect(voice).to_have_count(0)
    assert names(page)[-2:] == ["Benefits", "E-mail"]
    row(page, "benefits").locator('[col-id="name"]').click()
    expect(page.locator("#beside h2")).to_have_text("Benefits")
    page.reload()

    expect(page.locator("#beside h2")).to_have_text("Benefits", timeout=_SOON_MS)
    expect(row(page, "email")).to_be_visible()
    assert names(page)[-2:] == ["Benefits", "E-mail"]


def test_a_channel_of_one_queue_has_no_row_of_its_own(
    open_page: OpenPage, reader: TableReader
) -> None:
    """What a channel has none of is no zero, and promises of its queues stand in its row together."""
    reader.change(
        reader.queues | {"benefits": replace(reader.queues["benefits"], promises=(3, 1, 0, 0))}
    )
    page = open_page("/supervisor?shut=callback", width=1920, height=1080)
    expect(row(page, "benefits")).to_be_visible(timeout=_SOON_MS)
    row(page, "callbacks").scroll_into_view_if_needed()

    def told(row_id: str) -> list[str]:
        cells = page.locator(f'#queue-grid [row-id="{row_id}"] .ag-cell')
        return cells.and_(
            page.locator('[col-id="promises"], [col-id="unanswered"]')
        ).all_text_contents()

    heads = page.locator("#queue-grid .is-group .group-name").evaluate_all(
        "(all) => all.map((one) => one.childNodes[1].textContent)"
    )
    assert heads == ["Voice"]
    assert told("q callbacks") == ["11 2 overdue", ""]
    assert told("q medicaid") == ["", ""]
    assert told("q email") == ["", "131"]
    assert told("q benefits") == told("c voice") == ["3 1 overdue", ""]
    page.locator('#queue-grid [row-id="c voice"] [col-id="name"]').click()
    expect(row(page, "benefits")).to_have_count(0)
    expect(row(page, "callbacks")).to_be_visible()


def test_a_changed_number_glows_once(open_page: OpenPage, reader: TableReader) -> None:
    """What has not changed does not, and what counts by itself never does."""
    page = open_page("/supervisor")
    waiting = row(page, "medicaid").locator('[col-id="waiting"]')
    expect(waiting).to_have_text("6", timeout=_SOON_MS)
    page.evaluate(
        """window.glowed = []; new MutationObserver((all) => all.forEach(({ target }) => {
        if (target.classList.contains("ag-cell-data-changed"))
          window.glowed.push(`${target.closest("[row-id]").getAttribute("row-id")} ${target.getAttribute("col-id")}`);
        })).observe(document.getElementById("queue-grid"), { subtree: true, attributeFilter: ["class"] })"""
    )
    page.wait_for_timeout(1_500)
    assert page.evaluate("window.glowed") == []

    reader.change(reader.queues | {"medicaid": replace(reader.queues["medicaid"], waiting=7)})
    expect(waiting).to_have_text("7")

    assert set(page.evaluate("window.glowed")) == {"q medicaid waiting", "c voice waiting"}
    expect(waiting).not_to_have_class(re.compile("data-changed"), timeout=_SOON_MS)


def test_agents_are_told_with_what_they_have_at_hand(open_page: OpenPage) -> None:
    """State by shape and word, its time counting; a press leads to the person, another to a queue."""
    page = open_page("/supervisor")
    expect(row(page, "benefits")).to_be_visible(timeout=_SOON_MS)
    page.keyboard.press("2")
    agent = page.locator('#agent-grid [row-id="a-17"]')
    expect(agent.locator('[col-id="stateRank"]')).to_have_text("◐On contact", timeout=_SOON_MS)
    expect(agent.locator('[col-id="contact"]')).to_have_text("c9 and 1 more")
    assert "view=agents" in page.url

    agent.locator('[col-id="agent"]').click()

    expect(page.locator("#beside h2")).to_have_text("a-17")
    expect(page.locator('#beside [data-name="handled"] .beside-note')).to_have_text("30 min")


def test_a_state_and_a_strain_never_look_alike(open_page: OpenPage) -> None:
    """No shape and no word is in both but what is calm, and neither takes the colour of trouble."""
    page = open_page("/supervisor?view=agents")
    page.wait_for_function("window.floorwatch && floorwatch.agentWords")
    states, strains = page.evaluate(
        """() => [
          ["available", "busy", "wrap_up", "away", "offline"].map((name) => floorwatch.agentWords.state(name, null)),
          ["calm", "busy", "strained"].map((level) => floorwatch.agentWords.strain({ level })),
        ].map((all) => all.map(({ mark, tone, word }) => [mark, tone, word].join(" ")))"""
    )

    assert states == [
        "● free Free", "◐ busy On contact", "■ wrap-up Wrap-up", "▬ away Away", "○ offline Offline"
    ]  # fmt: skip
    assert strains == ["● on_target Calm", "◇ load Under load", "◆ watch Needs a break"]


def test_who_waits_now_does_not_stand_in_the_past(open_page: OpenPage) -> None:
    """Wound back with a queue open, nothing of now is left beside the table, where no past is to be
    had; back at now it is told."""
    page = open_page("/supervisor?queue=benefits")
    waiting = page.locator("#beside .contact-rows tbody tr")
    expect(waiting.first).to_be_visible(timeout=_SOON_MS)

    page.evaluate("floorwatch.address.set({ at: '2026-03-02T14:20:00Z' })")

    expect(waiting).to_have_count(0)
    events = page.locator(".events-beside")
    expect(events.locator(".event-row")).to_have_count(0)
    expect(events).to_contain_text("Being read …")
    page.evaluate("floorwatch.past.now()")
    expect(waiting.first).to_be_visible(timeout=_SOON_MS)
    expect(events.locator(".event-row").first).to_be_visible(timeout=_SOON_MS)


def test_what_happens_stands_in_the_order_of_its_times(open_page: OpenPage) -> None:
    """Also where something is told later than it was."""
    page = open_page("/supervisor")
    told = "".join(
        f"id: {number}\nevent: event\ndata: "
        f'{{"time": "2026-03-02T14:29:{second:02}.000Z", "type": "contact.queued", '
        f'"contact": "c{number}", "queue": "benefits"}}\n\n'
        for number, second in enumerate((10, 20, 5, 20), start=1)
    )
    page.route(
        "**/api/v1/events*",
        lambda route: route.fulfill(body=told, content_type="text/event-stream"),
    )
    page.evaluate("floorwatch.supervisor.openQueue('benefits')")

    rows = page.locator(".event-list .event-row .event-who")
    expect(rows).to_have_text(["c4", "c2", "c1", "c3"], timeout=_SOON_MS)
    # Of a day that is over, each with its day, and none on two lines.
    assert (
        page.eval_on_selector_all(
            ".event-list .event-at",
            "all => all.filter((e) => e.getBoundingClientRect().height > 1.7 * parseFloat(getComputedStyle(e).fontSize)).length",
        )
        == 0
    )


def test_who_waited_is_gone_when_nobody_tells_of_them(open_page: OpenPage) -> None:
    """A refusal leaves no table of contacts beside its own words."""
    page = open_page("/supervisor?queue=benefits")
    waiting = page.locator("#beside .contact-rows tbody tr")
    expect(waiting.first).to_be_visible(timeout=_SOON_MS)

    page.route("**/api/v1/contacts?*", lambda route: route.abort())

    expect(page.locator("#beside-body")).to_contain_text("The contacts are not told")
    expect(waiting).to_have_count(0)


def test_old_states_of_agents_do_not_count_on(open_page: OpenPage) -> None:
    """What nobody has told for long, or is of another time, is no longer in the table."""
    page = open_page("/supervisor?view=agents")
    agent = page.locator('#agent-grid [row-id="a-17"]')
    expect(agent).to_be_visible(timeout=_SOON_MS)

    page.route("**/api/v1/agents", lambda route: route.abort())
    page.evaluate("floorwatch.freshness.LOST_S = 1")
    expect(agent).to_have_count(0)
    expect(page.locator("#agent-grid-none")).to_contain_text("The agents are not told")

    page.evaluate("floorwatch.freshness.LOST_S = 15")
    page.unroute("**/api/v1/agents")
    expect(agent).to_be_visible()
    page.evaluate("floorwatch.address.set({ at: '2026-03-02T14:20:00Z' })")
    expect(agent).to_have_count(0)
    page.evaluate("floorwatch.past.now()")
    expect(agent).to_be_visible()


def test_a_queues_hour_is_taken_with_its_name(open_page: OpenPage) -> None:
    """As numbers and as a picture, while the queue is open and no longer."""
    page = open_page("/supervisor?queue=benefits")
    expect(page.locator(".hour-plot")).to_be_visible(timeout=_SOON_MS)
    page.click("#take-away")
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV of Benefits: the last hour by minute").click()
    told = Path(download.value.path()).read_text(encoding="utf-8-sig").splitlines()
    assert told[0].startswith("minute,offered,answered,abandoned,")
    assert len(told) == 1 + 60
    expect(page.get_by_label("Picture of")).to_contain_text("Benefits: the last hour by minute")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator("#beside")).to_be_hidden()
    page.click("#take-away")
    expect(page.locator("#take-dialog")).not_to_contain_text("the last hour by minute")


def test_a_queues_service_levels_are_taken(open_page: OpenPage, reader: TableReader) -> None:
    """All five, exact, with which of them is shown and what they are made of; no name is a formula."""
    reader.queues["benefits"] = replace(reader.queues["benefits"], name="=Benefits")
    page = open_page("/supervisor?queue=benefits")
    expect(page.locator(".level-row")).to_have_count(5, timeout=_SOON_MS)
    # Until then it may have had another name, under which it is not to be taken.
    expect(page.locator("#beside h2")).to_have_text("=Benefits")
    page.click("#take-away")
    named = "CSV of =Benefits: service level, five ways to count it"
    with page.expect_download() as download:
        page.get_by_role("button", name=named, exact=True).click()
    text = Path(download.value.path()).read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))

    assert [one["service_level_variant"] for one in rows] == [*SERVICE_LEVEL_VARIANTS]
    shown = page.evaluate("fetch('/api/v1/queues/benefits').then((answer) => answer.json())")
    levels, counts = shown["figures"]["service_levels"], shown["counts"]
    assert {one["service_level_variant"]: float(one["service_level"]) for one in rows} == levels
    assert [one["shown"] for one in rows] == ["true", *["false"] * 4]
    assert {(one["queue"], one["name"], one["target_s"]) for one in rows} == {
        ("benefits", "'=Benefits", "20")
    }
    made_of = ("answered_in_target", "answered_waited", "abandoned", "abandoned_in_target")
    assert {tuple(int(one[name]) for name in made_of) for one in rows} == {
        tuple(counts[name] for name in made_of)
    }
    assert rows[0]["formula"] == "answered in target / (answered + abandoned)"
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.locator("#beside")).to_be_hidden()
    page.click("#take-away")
    expect(page.locator("#take-dialog")).not_to_contain_text("five ways")


def test_a_link_shows_the_contacts_behind_a_number(open_page: OpenPage) -> None:
    """Whichever of the counts is chosen, until they are closed."""
    page = open_page("/supervisor")
    waiting = page.locator('#queue-grid [row-id="q benefits"] [col-id="waiting"]')
    title = page.locator("#dialog-title")
    for _ in range(2):
        waiting.click(timeout=_SOON_MS)
        expect(page.locator("#dialog")).to_be_visible()
        expect(title).to_have_text("Contacts behind 38 waiting — Benefits", timeout=_SOON_MS)
        page.keyboard.press("Escape")
        expect(page.locator("#dialog")).to_be_hidden()
    of = "['waiting', 'waiting_over_target']"
    page.evaluate(
        f"floorwatch.contactsList.open({{ title: 'Benefits', of: {of}, queue: 'benefits' }})"
    )
    page.locator("#dialog").get_by_role("button", name="Over target").click()
    expect(title).to_contain_text("over target")

    page.goto(page.url)
    expect(title).to_contain_text("over target — Benefits", timeout=_SOON_MS)
    page.keyboard.press("Escape")
    expect(page.locator("#dialog")).to_be_hidden()
    assert page.url.endswith("/supervisor")


def test_the_palette_says_where_agents_are_not_told(open_page: OpenPage) -> None:
    """That there is nobody of a name is said only where it is known."""
    page = open_page("/supervisor")
    page.route(
        "**/api/v1/agents*", lambda route: route.fulfill(status=503, json={"detail": "away"})
    )
    expect(page.locator("#queue-grid .ag-row").first).to_be_visible(timeout=_SOON_MS)
    page.keyboard.press("Control+k")
    page.keyboard.type("a-17")

    expect(page.locator("#palette-told")).to_have_text(
        "The agents are not told: away.", timeout=_SOON_MS
    )


def test_the_palette_leads_anywhere_from_any_screen(open_page: OpenPage) -> None:
    """A queue from the wall, an action in its place, and out of it again."""
    page = open_page("/")
    page.wait_for_selector("#queues .tile")
    page.keyboard.press("Control+k")
    page.keyboard.type("medic re")
    expect(page.locator("#palette [role=option]")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("#beside h2")).to_have_text("Medicaid renewals", timeout=_SOON_MS)
    assert re.search(r"/supervisor\?queue=medicaid$", page.url)

    page.keyboard.press("Control+k")
    page.keyboard.type("theme")
    expect(page.locator("#palette [role=option]")).to_have_text(["Switch to the light themeAction"])
    page.keyboard.press("Enter")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    page.click("#palette-open")
    page.keyboard.type("a-1")
    agent = page.locator("#palette [role=option]").filter(has_text="Agent")
    expect(agent).to_have_text("a-17Agent", timeout=_SOON_MS)
    agent.click()
    expect(page.locator("#beside h2")).to_have_text("a-17")
    page.keyboard.press("Control+k")
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()


@pytest.mark.parametrize(("width", "height"), [(360, 780), (3840, 2160)])
def test_it_fits_a_phone_and_a_large_screen(open_page: OpenPage, width: int, height: int) -> None:
    """Nothing to scroll sideways, status in words; on a phone what is open takes the screen."""
    page = open_page("/supervisor", width=width, height=height)
    status = row(page, "benefits").locator(".is-status, .folded-status").filter(visible=True)
    expect(status).to_have_text("▲In trouble", timeout=_SOON_MS)
    inside = "document.querySelector('#queue-grid .ag-center-cols-viewport')"
    assert page.evaluate(f"{inside}.scrollWidth <= {inside}.clientWidth")
    row(page, "benefits").locator('[col-id="name"]').click()
    expect(page.locator("#beside .contact-rows tbody tr").first).to_be_visible(timeout=_SOON_MS)

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    box = page.locator("#beside").bounding_box()
    assert box is not None
    assert (box["width"] == width) == (width == 360)


@pytest.mark.parametrize(("width", "columns"), [(360, 2), (1366, 4)])
def test_who_waits_stands_under_the_reason(open_page: OpenPage, width: int, columns: int) -> None:
    """Then eight figures in a block without a hole; of promises who was promised a call is first."""
    page = open_page("/supervisor?queue=benefits", width=width, height=768)
    beside = page.locator("#beside-body")
    expect(beside.locator(".contact-rows tbody tr").first).to_be_visible(timeout=_SOON_MS)
    places = (
        "(cells) => [...new Set(cells.map((cell) => cell.getBoundingClientRect().left))].length"
    )
    longest = beside.locator(".contact-rows tbody tr").first.bounding_box()
    figures = beside.locator(".beside-figures").bounding_box()

    assert longest is not None
    assert figures is not None
    assert longest["y"] + longest["height"] < min(768, figures["y"])
    assert beside.locator(".beside-figure").count() == 8
    assert beside.locator(".beside-figure").evaluate_all(places) == columns
    page.evaluate("floorwatch.supervisor.openQueue('callbacks')")
    expect(beside.locator("> :first-child h3")).to_have_text("Promised a call, what is due first")


def test_on_a_phone_names_are_whole_and_the_page_alone_is_scrolled(open_page: OpenPage) -> None:
    """Status stands under the name; the arrow keys lead down the page to the last row."""
    page = open_page("/supervisor?group=none", width=360, height=740)
    name = row(page, "medicaid").locator(".queue-name")
    expect(name).to_be_visible(timeout=_SOON_MS)
    expect(page.locator("#queue-grid .ag-row")).to_have_count(12)
    expect(page.locator("#queue-grid .folded-status").filter(visible=True)).to_have_count(12)
    cut = "(all) => all.filter((one) => one.scrollWidth > one.clientWidth || one.scrollHeight > one.clientHeight).map((one) => one.textContent)"

    assert page.locator("#queue-grid .queue-name").evaluate_all(cut) == []
    inside = "document.querySelector('#queue-grid .ag-body-viewport')"
    assert page.evaluate(f"{inside}.scrollHeight <= {inside}.clientHeight")
    name.click()
    expect(page.locator("#beside")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#beside")).to_be_hidden()
    for _row in range(12):
        page.keyboard.press("ArrowDown")
    last = page.locator("#queue-grid .ag-cell-focus")
    expect(last).to_be_in_viewport(ratio=1)
    assert page.evaluate("scrollY") > 0


def test_a_list_of_contacts_fits_a_phone(open_page: OpenPage) -> None:
    """The longest of names is cut at its beginning; nothing of a contact lies beyond the screen."""
    page = open_page("/supervisor", width=360, height=740)
    expect(row(page, "benefits")).to_be_visible(timeout=_SOON_MS)
    page.evaluate("floorwatch.contactsList.open({ title: 'Benefits', of: ['on_hold', 'waiting'] })")
    expect(page.locator("#dialog .contact-rows tbody tr")).to_have_count(1, timeout=_SOON_MS)
    beyond = """(all) => all.map((one) => one.getBoundingClientRect().right)
        .filter((right) => right > document.getElementById("dialog").getBoundingClientRect().right)"""

    assert page.locator("#dialog :is(td, th, .tail, button, p)").evaluate_all(beyond) == []


def test_other_screens_load_no_grid(open_page: OpenPage) -> None:
    """The library is large: only this screen fetches it."""
    scripts = "Array.from(document.scripts, (one) => one.src).filter((one) => /ag_grid/.test(one))"

    assert open_page("/").evaluate(scripts) == []
    assert open_page("/supervisor").evaluate(scripts) != []


def test_an_empty_floor_and_one_unheard_of_say_so(open_page: OpenPage, reader: TableReader) -> None:
    """No table without queues; a link to a queue that is not there is no riddle."""
    page = open_page("/supervisor?queue=gone")
    beside = page.locator("#beside-body")
    expect(beside).to_have_text("No queue named gone on this floor.", timeout=_SOON_MS)
    page.keyboard.press("Escape")
    expect(beside).to_be_hidden()
    page.evaluate("floorwatch.supervisor.openAgent('nobody')")
    expect(beside.locator(":scope > :visible")).to_have_text(
        ["No agent named nobody on this floor."]
    )
    # One that comes is shown, and one that is gone is no more.
    page.evaluate("floorwatch.supervisor.openQueue('gone')")
    expect(beside).to_have_text("No queue named gone on this floor.")
    reader.change({**reader.queues, "gone": reader.queues["benefits"]})
    expect(beside.locator(".level-row")).to_have_count(5)
    page.keyboard.press("Escape")
    reader.queues, reader.events = {}, 0
    reader.change()
    reader.events = 0
    expect(page.locator("#empty")).to_be_visible(timeout=_SOON_MS)
    expect(page.locator(".supervisor-tables")).to_be_hidden()


def test_two_hundred_queues_keep_few_rows_on_the_page(
    open_page: OpenPage, reader: TableReader
) -> None:
    """What is not seen is not there to be drawn."""
    reader.change({f"q{index}": Q(f"Queue {index}") for index in range(200)})
    page = open_page("/supervisor")
    expect(page.locator("#queue-grid .ag-row").first).to_be_visible(timeout=_SOON_MS)
    expect(page.locator("#queue-grid-tab .tab-count")).to_have_text("200")

    assert page.locator("#queue-grid .ag-center-cols-container .ag-row").count() < 60


def test_the_way_back_undoes_how_the_table_stands(open_page: OpenPage) -> None:
    """One list or by channel, and the word of the button that turns it."""
    page = open_page("/supervisor")
    button = page.locator("#grouping")
    expect(button).to_have_text("By channel")
    expect(page.locator("#queue-grid .is-group").first).to_be_visible(timeout=_SOON_MS)
    page.evaluate("floorwatch.address.set({ queue: 'benefits' }, { step: true })")
    button.click()
    expect(button).to_have_text("One list")
    expect(page.locator("#queue-grid .is-group")).to_have_count(0)
    page.go_back()
    expect(button).to_have_text("By channel")
    expect(page.locator("#queue-grid .is-group").first).to_be_visible()
