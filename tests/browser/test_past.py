"""A wall wound back: the queue that was in trouble then is seen, played on, and left for now."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
from msgspec.structs import replace
from playwright.sync_api import Page, expect

from dashboard.app import create_app, serving
from stream.alerting.board import LogAlertBoard
from stream.contract.experience import NotHeld
from stream.contract.instants import MINUTE_US, format_instant, to_datetime
from stream.logs.embedded import EmbeddedLog
from stream.logs.topics import topics
from stream.past.apart import LogPast
from tests.clock import now_us
from tests.dashboard.customers import Customers
from tests.dashboard.pictures import TableReader, wall_clock
from tests.incidents import Evaluator, surge_incident
from tests.past_ground import CROWD, PLAN, PastGround

pytestmark = pytest.mark.browser

OpenPage = Callable[..., Page]
# The process that looks has to begin first.
_SOON_MS: Final = 30_000
_TILE: Final = '[data-queue="benefits"]'
_WAITING: Final = f"{_TILE} .big-value >> nth=0"
_LIVE: Final = '[data-queue="night"]'


@pytest.fixture
def ground(tmp_path: Path) -> PastGround:
    """Two hours that ended some minutes ago, with an incident in them that fires still."""
    begin = now_us() // MINUTE_US * MINUTE_US - 130 * MINUTE_US
    return PastGround(tmp_path / "past", begin)


@pytest.fixture
def alerts(ground: PastGround, tmp_path: Path) -> Iterator[EmbeddedLog]:
    """What the evaluator tells: the incident of the trouble."""
    log = EmbeddedLog(tmp_path / "alerts", now=now_us)
    log.create(topics(1))
    Evaluator(log, now=now_us).tell(surge_incident(ground.trouble - 2 * MINUTE_US))
    yield log
    log.close()


@pytest.fixture
def wall(reader: TableReader, ground: PastGround, alerts: EmbeddedLog) -> Iterator[str]:
    """A dashboard whose floor is calm now, and was not."""
    past = LogPast(ground.url, PLAN, now=now_us, title="Benefits centre")
    customers = Customers(0, as_of=now_us())
    customers.failure = NotHeld(f"what customers said is known from {then(ground, 60)} on")
    app = create_app(
        reader, now=wall_clock, alerts=LogAlertBoard(alerts), past=past, experience=customers
    )
    with serving(app) as url:
        yield url


def then(ground: PastGround, minutes: int = 0) -> str:
    """The minute of the trouble in the address."""
    return format_instant((ground.trouble // MINUTE_US + minutes) * MINUTE_US)


def said(ground: PastGround, minutes: int = 0) -> re.Pattern[str]:
    moment = to_datetime(ground.trouble) + timedelta(minutes=minutes)
    return re.compile(rf"^As it was at {moment:%H:%M} on {moment.day} {moment:%B}, not now\.")


def test_a_wall_is_wound_back_played_and_left(open_page: OpenPage, ground: PastGround) -> None:
    """By hand, from now: to what was in trouble, a minute back by key, on at a minute a second, and
    back to now; the browser's way back leads there again."""
    page = open_page("/")
    expect(page.locator(_LIVE)).to_be_visible(timeout=_SOON_MS)
    assert page.locator("#past-bar").is_hidden()

    page.click("#past-open")
    # The list is of one day, and in the first two hours of one the incident is of the day before.
    page.locator(".past-date").fill(f"{to_datetime(ground.trouble):%Y-%m-%d}")
    expect(page.locator(".past-list option")).to_have_count(2, timeout=_SOON_MS)
    page.locator(".past-list").select_option(index=1)
    page.locator(".past-range").focus()

    bar = page.locator("#past-bar")
    expect(bar.locator(".past-text")).to_have_text(said(ground, -2), timeout=_SOON_MS)
    expect(page.locator("html")).to_have_attribute("data-past", "on", timeout=_SOON_MS)
    expect(page.locator(_WAITING)).to_have_text("14")
    expect(page.locator(_LIVE)).to_have_count(0)
    expect(page.locator("#sentence .lead")).to_contain_text("One queue in trouble")
    expect(page.locator("#age")).to_contain_text("as of")
    expect(page.locator("#strip-incident")).to_contain_text("Benefits will not recover")
    assert not page.title().startswith("(")

    page.keyboard.press(",")
    expect(bar.locator(".past-text")).to_have_text(said(ground, -3), timeout=_SOON_MS)
    expect(page.locator("html")).to_have_attribute("data-past", "on", timeout=_SOON_MS)
    # To the minute, which no slider of a day is fine enough for.
    page.locator(".past-time").fill(f"{to_datetime(ground.trouble):%H:%M}")
    expect(bar.locator(".past-text")).to_have_text(said(ground), timeout=_SOON_MS)
    page.locator(".past-range").focus()
    page.keyboard.press(",")
    expect(page.locator(".past-time")).to_have_value(
        f"{to_datetime(ground.trouble) - timedelta(minutes=1):%H:%M}"
    )
    expect(bar.locator(".past-text")).to_have_text(said(ground, -1), timeout=_SOON_MS)
    page.click('[data-speed="60"]')
    expect(page.locator(_WAITING)).to_have_text("0", timeout=_SOON_MS)

    page.click(".past-now")
    expect(page.locator(_LIVE)).to_be_visible(timeout=_SOON_MS)
    assert bar.is_hidden()
    assert "at=" not in page.url
    expect(page.locator("html")).to_have_attribute("data-past", "off")
    expect(page.locator("#age")).to_contain_text("live")

    page.go_back()
    expect(bar).to_be_visible()
    expect(page.locator("html")).to_have_attribute("data-past", "on", timeout=_SOON_MS)


def test_paused_it_stands_where_it_was_seen(open_page: OpenPage, ground: PastGround) -> None:
    """Not at the minute before."""
    page = open_page(f"/?at={then(ground)}&speed=15")
    expect(page.locator("html")).to_have_attribute("data-past", "on", timeout=_SOON_MS)
    page.wait_for_function(
        "at => floorwatch.past.shown() > at + 12_000", arg=ground.trouble / 1_000
    )
    seen = page.evaluate("floorwatch.past.shown()")
    page.click(".past-pause")

    page.wait_for_function("floorwatch.address.get('speed') === null")
    assert page.evaluate("Date.parse(floorwatch.address.get('at'))") >= seen - 1_000
    page.wait_for_function("at => floorwatch.past.shown() >= at", arg=seen - 1_000)


def test_a_link_shows_what_was_seen_and_nothing_is_done_in_it(
    open_page: OpenPage, ground: PastGround
) -> None:
    """Every screen is of that minute, and leads to others of the same; nobody takes an incident of
    then."""
    page = open_page(f"/alerts?at={then(ground)}")
    expect(page.locator(".past-text")).to_have_text(said(ground), timeout=_SOON_MS)
    expect(page.locator(".card-title")).to_have_text(
        ["Benefits will not recover"], timeout=_SOON_MS
    )
    assert page.locator("#do-acknowledge").is_disabled()
    assert page.locator("#do-note").is_disabled()
    told = page.evaluate(
        "floorwatch.http.post('/api/v1/alerts/x/acknowledge', {by: 'Ada'}).catch((e) => e.message)"
    )
    assert told == "this is the past, in which nothing can be done: go back to now first"

    page.get_by_role("link", name="Wallboard").click()

    page.wait_for_url(re.compile(r"/\?at="))
    expect(page.locator(_WAITING)).to_have_text("14", timeout=_SOON_MS)


def test_what_opened_meanwhile_is_told_on_the_way_back(
    open_page: OpenPage, ground: PastGround, alerts: EmbeddedLog
) -> None:
    """Who looks at the past hears of an incident of now as soon as it is now again."""
    page = open_page("/")
    expect(page.locator("#strip-incident")).to_contain_text("Benefits", timeout=_SOON_MS)
    page.evaluate(f"floorwatch.past.go({ground.trouble // 1000})")
    expect(page.locator("html")).to_have_attribute("data-past", "on", timeout=_SOON_MS)
    opened = replace(surge_incident(now_us()), id="0123456789abcdef")
    Evaluator(alerts, now=now_us).tell(opened)
    page.wait_for_timeout(1_500)
    assert page.locator(".toast").count() == 0

    page.click(".past-now")

    expect(page.locator('.toast[data-incident="0123456789abcdef"]')).to_be_visible()


def test_a_time_that_is_not_held_is_not_left_standing(
    open_page: OpenPage, ground: PastGround
) -> None:
    """Typed beyond what the log holds, the nearest minute is shown, stands in the field, and is said."""
    page = open_page("/")
    held = {"since": format_instant(ground.begin), "until": then(ground, 5)}
    page.route("**/api/v1/past", lambda route: route.fulfill(json=held))
    page.click("#past-open")
    page.locator(".past-date").fill(f"{to_datetime(ground.trouble):%Y-%m-%d}")
    beyond, last = (to_datetime(ground.trouble) + timedelta(minutes=more) for more in (7, 5))
    page.locator(".past-time").fill(f"{beyond:%H:%M}")
    page.locator(".past-time").press("Enter")

    expect(page.locator(".toast")).to_contain_text("The log holds nothing of ")
    expect(page.locator(".past-time")).to_have_value(f"{last:%H:%M}")
    expect(page.locator(".past-text")).to_have_text(said(ground, 5), timeout=_SOON_MS)


def test_the_last_minute_goes_on_with_time(
    open_page: OpenPage, wall: str, ground: PastGround
) -> None:
    """What the log holds is asked for again before a step, so that a minute that is over meanwhile can
    be looked at."""
    held = {"since": format_instant(ground.begin), "until": then(ground)}
    page = open_page("/")
    page.route("**/api/v1/past", lambda route: route.fulfill(json=held))
    page.goto(f"{wall}/?at={then(ground)}")
    text = page.locator(".past-text")
    expect(page.locator("html")).to_have_attribute("data-past", "on", timeout=_SOON_MS)
    page.keyboard.press(".")
    page.wait_for_timeout(600)
    expect(text).to_have_text(said(ground))

    held["until"] = then(ground, 5)
    page.evaluate("{ const now = performance.now(); performance.now = () => now + 11_000; }")
    page.keyboard.press(".")

    expect(text).to_have_text(said(ground, 1), timeout=_SOON_MS)


def test_figures_of_then_are_dim_until_those_of_now_are_told(
    open_page: OpenPage, ground: PastGround
) -> None:
    """On the way back nothing of then stands in full colour as if it were of now."""
    page = open_page(f"/?at={then(ground)}")
    expect(page.locator(_WAITING)).to_have_text("14", timeout=_SOON_MS)
    page.evaluate(
        """() => {
          const root = document.documentElement;
          window.pasts = [];
          new MutationObserver(() => window.pasts.push([root.dataset.past,
            Number(getComputedStyle(document.querySelector("main")).opacity)]))
            .observe(root, { attributeFilter: ["data-past"] });
        }"""
    )

    page.click(".past-now")

    expect(page.locator(_LIVE)).to_be_visible(timeout=_SOON_MS)
    pasts = page.evaluate("window.pasts")
    assert [past for past, _ in (pasts[0], pasts[-1])] == ["leaving", "off"]
    assert all(opacity < 1 for past, opacity in pasts if past == "leaving")
    expect(page.locator("main")).to_have_css("opacity", "1")


def test_a_minute_that_the_log_does_not_hold_is_asked_for_once(
    open_page: OpenPage, wall: str, ground: PastGround, reader: TableReader
) -> None:
    """It is said which span the log holds, by the floor's clock, and the nearest minute is offered."""
    reader.time_zone = "Asia/Tokyo"
    page = open_page("/")
    expect(page.locator(_LIVE)).to_be_visible(timeout=_SOON_MS)
    refused: list[str] = []
    page.on("response", lambda told: refused.append(told.url) if told.status == 422 else None)
    page.clock.install()
    page.goto(f"{wall}/?at=2019-12-31T16:20:00Z")
    begin = to_datetime(ground.first) + timedelta(hours=9)

    text = page.locator(".past-text")
    words = (
        rf"^The log holds nothing of 1 Jan 2020 01:20: it goes from {begin.day} .* {begin:%H:%M} "
        r"to .* \d\d:\d\d, by the clock of Tokyo\.$"
    )
    expect(text).to_have_text(re.compile(words.replace(" ", r"\s")), timeout=_SOON_MS)
    page.clock.run_for(30_000)
    expect(page.locator("#banner")).to_be_hidden()
    assert len(refused) == 1
    page.click(".past-nearest")
    expect(page.locator("html")).to_have_attribute("data-past", "on", timeout=_SOON_MS)
    nearest = page.evaluate("floorwatch.address.get('at')")
    assert nearest == format_instant(ground.begin + MINUTE_US)


def test_who_waited_then_stands_beside_the_queue(open_page: OpenPage, ground: PastGround) -> None:
    """The longest first, counted by the clock of then; all of them are one press away."""
    page = open_page(f"/supervisor?queue=benefits&at={then(ground)}")
    rows = page.locator("#beside .contact-rows tbody tr")
    expect(rows.first).to_contain_text("crowd-0", timeout=_SOON_MS)
    expect(rows).to_have_count(5)
    expect(rows.first).to_contain_text("9:00")

    page.locator("#beside").get_by_role("button", name=f"All {CROWD}").click()
    listed = page.locator(".contacts-list tbody tr")
    expect(listed).to_have_count(CROWD, timeout=_SOON_MS)
    expect(page.locator("#dialog-title")).to_have_text(
        f"Contacts behind {CROWD} waiting — benefits"
    )
    page.keyboard.press("Escape")
    page.keyboard.press(",")
    expect(rows.first).to_contain_text("8:00", timeout=_SOON_MS)


def test_what_had_happened_by_then_stands_beside_the_queue(
    open_page: OpenPage, ground: PastGround
) -> None:
    """The newest above; wound back a minute before, nothing of what was to come is among it; and
    back at now it is that of now."""
    page = open_page(f"/supervisor?queue=benefits&at={then(ground)}")
    rows = page.locator(".event-list .event-row")
    expect(rows.first).to_contain_text("calm-68", timeout=_SOON_MS)
    expect(rows).to_have_count(50, timeout=_SOON_MS)
    expect(page.locator(".event-list")).to_contain_text(f"crowd-{CROWD - 1}")

    page.evaluate("at => floorwatch.past.go(at)", ground.begin / 1_000 + 59 * 60_000)
    expect(rows.first).to_contain_text("calm-58", timeout=_SOON_MS)
    expect(page.locator(".event-list")).not_to_contain_text("crowd")
    page.evaluate("floorwatch.past.now()")
    expect(page.locator(".event-list")).not_to_contain_text("calm-58", timeout=_SOON_MS)


def test_what_customers_said_is_asked_for_once_where_it_is_not_known_any_more(
    open_page: OpenPage, wall: str, ground: PastGround
) -> None:
    """And from when on it is, by the floor's clock."""
    page = open_page("/")
    asked: list[str] = []
    page.on(
        "request", lambda told: asked.append(told.url) if "/experience/pains" in told.url else None
    )
    page.clock.install()
    page.goto(f"{wall}/experience?at={then(ground)}")

    expect(page.locator("#experience-told")).to_have_text(
        re.compile(
            r"^What customers said then is not known any more: it is from .*"
            rf"{to_datetime(ground.trouble + 60 * MINUTE_US):%H:%M} on\.$"
        ),
        timeout=_SOON_MS,
    )
    page.clock.run_for(30_000)
    assert len(asked) == 1


def test_what_is_no_time_is_said(open_page: OpenPage) -> None:
    """And it is now that is shown, not the past; whoever closes the bar is rid of it."""
    page = open_page("/?at=half%20past%20two")

    expect(page.locator(".past-text")).to_have_text(
        "«half past two» is no time such as 2026-03-02T14:20:00Z: this is now.", timeout=_SOON_MS
    )
    expect(page.locator(_LIVE)).to_be_visible(timeout=_SOON_MS)
    page.click("#past-open")
    expect(page.locator("#past-bar")).to_be_hidden()
    assert "at=" not in page.url


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1920, 1080)])
def test_a_wall_wound_back_fits_where_the_live_one_does(
    open_page: OpenPage, reader: TableReader, ground: PastGround, width: int, height: int
) -> None:
    """The bar is one line, and the tiles make room for it; twelve queues are there live."""
    page = open_page("/", width=width, height=height)
    expect(page.locator(_LIVE)).to_be_visible(timeout=_SOON_MS)
    expect(page.locator("html")).to_have_attribute("data-fit", "screen")

    page.click("#past-open")
    expect(page.locator("#past-bar")).to_be_visible()

    expect(page.locator("html")).to_have_attribute("data-fit", "screen")
    assert page.evaluate("document.documentElement.scrollHeight") == height
    bar, range_ = (page.locator(of).bounding_box() for of in ("#past-bar", ".past-range"))
    assert bar is not None
    assert range_ is not None
    assert bar["height"] < 2 * range_["height"]
    page.goto(f"{page.url}?at={then(ground)}")
    expect(page.locator(".past-text")).to_have_text(said(ground), timeout=_SOON_MS)
    expect(page.locator("html")).to_have_attribute("data-fit", "screen")
    assert page.evaluate("document.documentElement.scrollHeight") == height
