"""The wallboard as it is seen: figures, states, order, theme and keys."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.dashboard.pictures import Q, TableReader, many, ordinary, surge

pytestmark = pytest.mark.browser

# How soon a number must be there after opening, and a change after it happened, in milliseconds.
_OPEN_MS, _CHANGE_MS = 30_000, 30_000


def tile(page: Page, queue: str) -> str:
    """The text of a queue's tile."""
    return page.locator(f'[data-queue="{queue}"]').inner_text()


def order(page: Page) -> list[str]:
    """The queues as they stand."""
    ids: list[str] = page.eval_on_selector_all(
        "#queues > *", "all => all.map(e => e.dataset.queue)"
    )
    return ids


def test_a_number_is_there_within_three_seconds(open_page: OpenPage) -> None:
    """Opening the wall shows the floor, not a promise of it."""
    page = open_page()

    expect(page.locator('[data-figure="waiting"] .figure-value')).to_have_text(
        "152", timeout=_OPEN_MS
    )
    expect(page.locator('[data-queue="benefits"] .big-value').first).to_have_text("4")


def test_a_change_is_seen_within_a_second(open_page: OpenPage, reader: TableReader) -> None:
    """Somebody more waits: the wall says so."""
    page = open_page()
    waiting = page.locator('[data-queue="benefits"] .big-value').first
    expect(waiting).to_have_text("4", timeout=_OPEN_MS)
    page.wait_for_timeout(1_500)

    reader.change(reader.queues | {"benefits": replace(reader.queues["benefits"], waiting=5)})

    expect(waiting).to_have_text("5", timeout=_CHANGE_MS)


def test_the_oldest_wait_counts_between_frames(open_page: OpenPage, reader: TableReader) -> None:
    """A frame a second, but nobody waits in jumps; a replay counts at its own speed."""
    reader.speed = 60
    page = open_page()
    oldest = page.locator('[data-queue="benefits"] .big-value').nth(1)
    expect(oldest).to_have_text(re.compile(r"^\d:\d\d$"), timeout=_OPEN_MS)

    # Every frame of this floor says 0:31: half a second on, the browser's own counting adds half a
    # minute, however late on this machine.
    counted = re.compile(r"^(0:[45]\d|[1-9]:\d\d)$")
    expect(oldest).to_have_text(counted, timeout=_CHANGE_MS)
    reader.speed = 0
    expect(oldest).to_have_text("0:31", timeout=_CHANGE_MS)


def test_a_trouble_is_told_by_colour_shape_and_word(
    open_page: OpenPage, reader: TableReader
) -> None:
    """First in the sentence, first on the wall."""
    reader.queues = surge()
    page = open_page()
    status = page.locator('[data-queue="benefits"] .status')

    expect(status).to_have_text("▲In trouble", timeout=_OPEN_MS)
    assert page.inner_text("#sentence").startswith(
        "Three queues in trouble: Benefits 38 waiting, oldest 6:12"
    )
    assert order(page)[0] == "benefits"
    red = status.evaluate("e => getComputedStyle(e).color")
    level = page.locator('[data-figure="level"] .figure-value .number').first
    assert level.evaluate("e => getComputedStyle(e).color") == red
    calm = page.locator('[data-queue="vip"] .status').evaluate("e => getComputedStyle(e).color")
    assert red != calm


@pytest.mark.parametrize(
    ("queue", "told", "figures"),
    [
        ("tax-sms", {"unanswered_s": 601.0}, ["Unanswered"]),
        ("tax-sms", {"oldest_s": 601.0, "over": 1}, ["waiting", "oldest"]),
        ("tax-sms", {"in_target": 80}, ["answered in 5 min"]),
        ("callbacks", {"promises": (7, 0, 10, 7)}, ["promises kept"]),
    ],
    ids=["a message unanswered", "a wait", "service level", "promises kept"],
)
def test_the_figure_that_makes_a_queue_one_to_watch_has_its_colour(
    open_page: OpenPage,
    reader: TableReader,
    queue: str,
    told: dict[str, Any],
    figures: list[str],
) -> None:
    """So that nobody must ask a red or amber tile why it is; the others are as ever."""
    reader.queues = {queue: replace(reader.queues[queue], **told)}
    page = open_page()
    tile = page.locator(f'[data-queue="{queue}"]')
    expect(tile).to_have_attribute("data-state", "watch", timeout=_OPEN_MS)

    coloured = tile.evaluate(
        """tile => [...tile.querySelectorAll(".big, .small")]
            .filter((one) => getComputedStyle(one.querySelector(".big-value .number, .small-value")).color
                === getComputedStyle(tile.querySelector(".status")).color)
            .map((one) => one.querySelector(".big-label, .small-label").textContent)"""
    )
    assert [one.replace("\u00a0", " ") for one in coloured] == figures


def test_no_number_of_the_sentence_is_parted_from_its_unit(
    open_page: OpenPage, reader: TableReader
) -> None:
    """Where the line ends is chance; «80» and «%» are one figure."""
    quiet = replace(ordinary()["benefits"], in_target=110, waiting=0, over=0, oldest_s=None)
    reader.queues = {"benefits": quiet}
    page = open_page()

    expect(page.locator("#sentence .rest")).to_contain_text("50 % in target")
    told = page.locator("#sentence").text_content() or ""
    assert re.findall(r"\d(\s)%", told) == ["\N{NO-BREAK SPACE}"]


def test_figures_name_their_target_variant_window_and_evidence(open_page: OpenPage) -> None:
    """No figure stands without what it means."""
    page = open_page()
    page.wait_for_selector("#queues .tile")

    level = page.locator('[data-figure="level"]').inner_text()
    assert "30 min" in level
    assert "abandons count" in level
    benefits = tile(page, "benefits")
    assert "answered in 20 s" in benefits
    assert "abandons count" in benefits
    assert "n 102" in benefits
    assert "n 311, 79–88\N{NO-BREAK SPACE}%" in page.locator('[data-figure="csat"]').inner_text()
    assert "21 of 765" in page.locator('[data-figure="abandoned"]').inner_text()
    assert "oldest 52:0" in page.locator('[data-figure="waiting"]').inner_text()


def test_a_null_is_a_dash_and_few_answers_are_too_few(open_page: OpenPage) -> None:
    """Never 0 %, never 100 % of four."""
    page = open_page()
    page.wait_for_selector("#queues .tile")

    night = page.locator('[data-queue="night"] .big-value')
    assert night.all_inner_texts() == ["0", "–", "–"]
    assert "too few" in tile(page, "records")
    # What is no number is not the loudest of its row.
    few = page.locator('[data-queue="records"] .words')
    assert few.evaluate("e => getComputedStyle(e).fontWeight") == "400"


def test_each_kind_of_queue_has_its_own_figures(open_page: OpenPage) -> None:
    """Replies for messages, promises for callbacks."""
    page = open_page()
    page.wait_for_selector("#queues .tile")

    assert "Unanswered" in tile(page, "email")
    assert "no reply 1" in tile(page, "email")
    assert "Reply" in tile(page, "tax-sms")
    assert "overdue" in tile(page, "callbacks")
    assert "9 of 10 due" in tile(page, "callbacks")
    assert "Abandoned" in tile(page, "benefits")


def test_the_order_is_chosen_and_kept(open_page: OpenPage) -> None:
    """In the address, and in the browser for the next time."""
    page = open_page()
    page.wait_for_selector("#queues .tile")
    assert order(page)[0] == "medicaid"

    page.click("#order")
    expect(page.locator("#order")).to_have_text("Order: fixed")
    assert order(page)[:3] == ["benefits", "callbacks", "email"]
    assert "order=fixed" in page.url
    page.goto(page.url.partition("?")[0])
    page.wait_for_selector("#queues .tile")

    assert order(page)[0] == "benefits"


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_the_theme_follows_the_system_until_chosen(open_page: OpenPage, scheme: str) -> None:
    """Then it is kept in the address and the browser."""
    page = open_page(scheme=scheme)
    page.wait_for_selector("#queues .tile")
    other = {"dark": "light", "light": "dark"}[scheme]
    root = page.locator("html")
    expect(root).to_have_attribute("data-theme", scheme)

    page.click("#theme")
    expect(root).to_have_attribute("data-theme", other)
    assert f"theme={other}" in page.url
    page.goto(page.url.partition("?")[0])

    expect(root).to_have_attribute("data-theme", other)


def test_the_keyboard_reaches_every_control(open_page: OpenPage) -> None:
    """With a ring to be seen, and a name to be heard."""
    page = open_page(zone="Asia/Tokyo")
    page.wait_for_selector("#queues .tile")
    controls = [
        "skip",
        "Wallboard",
        "Supervisor",
        "Experience",
        "Alerts",
        "Health",
        "Report",
        "past-open",
        "take-away",
        "boards-open",
        "sound",
        "palette-open",
        "order",
        "theme",
    ]
    reached = []
    for _ in controls:
        page.keyboard.press("Tab")
        focused = "document.activeElement.id || document.activeElement.textContent"
        reached.append(page.evaluate(focused))
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    page.keyboard.press("Enter")

    assert reached == controls
    assert outline == "solid"
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    assert page.get_by_role("button", name="Order: worst first", exact=True).count() == 1


def test_tiles_have_names_for_who_hears_the_wall(open_page: OpenPage) -> None:
    """Queue, state and reason; the sentence is announced when its state changes."""
    page = open_page()
    page.wait_for_selector("#queues .tile")

    items = page.get_by_role("listitem", name="Medicaid renewals: Watch, oldest waits 2.2 times")
    assert items.count() == 1
    assert page.inner_text("#announce").startswith("One queue to watch:")


def test_queues_come_and_go(open_page: OpenPage, reader: TableReader) -> None:
    """A new queue gets a tile, a gone one loses it; a name cannot be markup."""
    page = open_page()
    page.wait_for_selector("#queues .tile")

    reader.change({"new": Q("<b>New</b> & long " + "name " * 20)})

    expect(page.locator("#queues .tile")).to_have_count(1)
    assert page.locator("#queues .tile-name").inner_text().startswith("<b>New</b> & long")


def test_many_queues_are_a_page_to_scroll(open_page: OpenPage, reader: TableReader) -> None:
    """Sixty tiles keep a size that can be read."""
    reader.queues = many(60)
    page = open_page()
    page.wait_for_selector("#queues .tile")

    expect(page.locator("html")).to_have_attribute("data-fit", "scroll")
    box = page.locator(".tile:not(.shell)").first.bounding_box()
    assert box is not None
    assert box["width"] > 300


def out_of_sight(page: Page, reader: TableReader, *, rests: bool = False) -> str:
    """One of the last of sixty queues, after a frame that its tile has not shown yet: 77 wait in it.
    No further frame is drawn."""
    reader.queues = many(60)
    page.reload()
    sixty_drawn(page)
    last = order(page)[-5:]
    if not rests:
        # It is not to be drawn only because nothing else came for a while.
        page.evaluate(
            "() => { const later = window.setTimeout; window.setTimeout = (run, ms, ...told) => (ms === 1500 ? 0 : later(run, ms, ...told)); }"
        )
    before = page.locator('[data-figure="waiting"] .figure-value').inner_text()

    reader.change(
        reader.queues | {queue: replace(reader.queues[queue], waiting=77) for queue in last}
    )
    page.wait_for_function(
        """before => {
          if (document.querySelector('[data-figure="waiting"] .figure-value').innerText === before) return false;
          window.dash_clientside.wallboard.draw = () => 0;
          return true;
        }""",
        arg=before,
    )
    behind = [queue for queue in last if first_figure(page, queue) != "77"]
    assert behind
    return behind[0]


def wall_of_sixty(open_page: OpenPage, reader: TableReader) -> Page:
    """Sixty queues by their names, all drawn once."""
    page = open_page("/?order=fixed")
    reader.queues = many(60)
    page.reload()
    sixty_drawn(page)
    return page


def sixty_drawn(page: Page) -> None:
    """All tiles have been drawn once."""
    page.wait_for_function(
        "document.querySelectorAll('#queues .tile:not(:has(.tile-link:empty))').length === 60"
    )


def first_figure(page: Page, queue: str) -> str | None:
    """What a tile holds, whether it is in sight or not."""
    return page.locator(f'[data-queue="{queue}"] .big-value').first.text_content()


@pytest.mark.parametrize(
    "comes",
    [
        pytest.param("scrollTo(0, document.documentElement.scrollHeight)", id="scrolled to"),
        pytest.param("dispatchEvent(new Event('beforeprint'))", id="printed"),
        pytest.param(
            "floorwatch.picture.save(document.getElementById('clock'), 'a', 'b')", id="in a picture"
        ),
    ],
)
def test_what_comes_into_sight_is_of_the_newest_frame(
    open_page: OpenPage, reader: TableReader, comes: str
) -> None:
    """Tiles that nobody sees are not drawn at every frame; whoever looks sees no old one."""
    page = open_page("/?order=fixed")
    queue = out_of_sight(page, reader)

    page.evaluate(comes)

    expect(page.locator(f'[data-queue="{queue}"] .big-value').first).to_have_text("77")


def test_what_is_out_of_sight_follows_in_turn(open_page: OpenPage, reader: TableReader) -> None:
    """Who has the wall read out, or searches it, hears nothing that is no longer fresh."""
    page = wall_of_sixty(open_page, reader)
    last = order(page)[-1]

    reader.change(reader.queues | {last: replace(reader.queues[last], waiting=77)})

    page.wait_for_function(
        "queue => document.querySelector(`[data-queue='${queue}'] .big-value`).textContent === '77'",
        arg=last,
    )


def test_where_no_further_frame_comes_none_stays_behind(
    open_page: OpenPage, reader: TableReader
) -> None:
    """A past that stands still is drawn whole."""
    page = open_page("/?order=fixed")
    queue = out_of_sight(page, reader, rests=True)

    expect(page.locator(f'[data-queue="{queue}"] .big-value').first).to_have_text("77")


def test_a_tile_out_of_sight_that_cannot_be_drawn_is_said_for_as_long_as_it_lasts(
    open_page: OpenPage, reader: TableReader
) -> None:
    """Live figures beside one that stands still would be taken for its own."""
    page = wall_of_sixty(open_page, reader)
    page.evaluate(
        """name => {
          window.draw = floorwatch.tile.draw;
          addEventListener("error", (event) => event.preventDefault());
          floorwatch.tile.draw = (tile, told) => {
            if (told.name === name) throw new Error("planted");
            window.draw(tile, told);
          };
        }""",
        page.locator(".tile-name").last.text_content(),
    )

    expect(page.locator("html")).to_have_attribute("data-fresh", "lost")
    said = page.evaluate(
        """async () => {
          const said = new Set();
          for (let look = 0; look < 30; look += 1) {
            said.add(document.documentElement.dataset.fresh);
            await new Promise((done) => setTimeout(done, 100));
          }
          return [...said];
        }"""
    )
    assert said == ["lost"]

    page.evaluate("() => { floorwatch.tile.draw = window.draw; }")
    expect(page.locator("html")).to_have_attribute("data-fresh", "live")


def test_a_queue_that_comes_to_the_front_is_drawn_before_it_is_seen_there(
    open_page: OpenPage, reader: TableReader
) -> None:
    """It is not in sight yet when the frame comes."""
    page = open_page()
    reader.queues = many(60)
    page.reload()
    sixty_drawn(page)
    last = order(page)[-1]
    page.evaluate(
        """queue => {
          const draw = window.dash_clientside.wallboard.draw;
          window.dash_clientside.wallboard.draw = (...told) => {
            const done = draw(...told), first = document.querySelector("#queues > *");
            if (first.dataset.queue === queue && !window.shown) window.shown = first.querySelector(".big-value").textContent;
            return done;
          };
        }""",
        last,
    )

    bad = replace(
        reader.queues[last], waiting=77, over=77, answered=200, in_target=2, oldest_s=4_000.0
    )
    reader.change(reader.queues | {last: bad})

    page.wait_for_function("window.shown")
    assert page.evaluate("window.shown") == "77"


def test_the_order_out_of_sight_settles_where_no_further_frame_comes(
    open_page: OpenPage, reader: TableReader
) -> None:
    """Beyond what is in sight places change in turn; a past that stands still stands in order."""
    page = wall_of_sixty(open_page, reader)
    moved = order(page)[-5]
    # No further frame is drawn after one that left a tile where it no longer belongs.
    page.evaluate(
        """moved => {
          const draw = window.dash_clientside.wallboard.draw, last = () => document.querySelector("#queues").lastElementChild.dataset.queue;
          window.dash_clientside.wallboard.draw = (frame, ...told) => {
            if (window.leftBehind) return 0;
            const done = draw(frame, ...told);
            window.lastName = frame.picture.labels[moved].name;
            window.leftBehind = (window.lastName === "Zz") !== (last() === moved);
            return done;
          };
        }""",
        moved,
    )
    # One frame in five puts everything into its place: not two, one after the other.
    for name in ("Zz", "Queue 0") * 3:
        reader.change(reader.queues | {moved: replace(reader.queues[moved], name=name)})
        page.wait_for_function("name => window.lastName === name", arg=name)
        if page.evaluate("window.leftBehind"):
            break

    assert page.evaluate("window.leftBehind")
    ids = page.evaluate(
        """moved => new Promise((done) => setTimeout(() => done([...document.querySelectorAll("#queues > *")].map((one) => one.dataset.queue)), 2000))""",
        moved,
    )
    names = {queue: told.name for queue, told in reader.queues.items()}
    assert [names[queue] for queue in ids] == sorted(names.values())
