"""Boards as their users see them: on the wall, on a TV, and in the builder by mouse and keyboard."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from textwrap import dedent
from typing import Any, Final

import httpx2
import pytest
from msgspec import structs, to_builtins
from playwright.sync_api import Browser, Page, expect

from dashboard.app import create_app, serving
from stream.board_shelf import LogBoardShelf
from stream.contract.boards import parse_boards
from stream.contract.events import RecognitionData
from stream.contract.experience import Question, Told
from stream.contract.figures import Picture
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import MINUTE_US, format_instant, from_datetime
from stream.experience.answers import Answers, Standing
from stream.experience.spans import Spans
from stream.experience.store import Store
from stream.floor.hearing import Heard
from stream.past.apart import LogPast
from tests.boards import every_kind, shelf_at
from tests.browser.conftest import OpenPage
from tests.browser.test_axe import found
from tests.clock import now_us
from tests.dashboard.floors import alert_floor
from tests.dashboard.pictures import TableReader, many, ordinary, section, surge, wall_clock
from tests.incidents import notice_incident, surge_incident, ticket_incident
from tests.past_ground import PLAN, PastGround

pytestmark = pytest.mark.browser


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[LogBoardShelf]:
    """Boards in a log, and those of a file."""
    with shelf_at(tmp_path, every_kind()) as shelf:
        yield shelf


@pytest.fixture
def wall(reader: TableReader, shelf: LogBoardShelf) -> Iterator[str]:
    """The address of a dashboard with these boards."""
    with serving(create_app(reader, now=wall_clock, boards=shelf, experience=Thanked())) as url:
        yield url


class Thanked:
    """Answers of a floor on which three thanks came today: two to one agent, one to another."""

    def __init__(self) -> None:
        self._store = Store(comments=False)
        self.thank("a-17", "a-17", "a-23")
        plan = FloorPlan()
        self._answers = Answers(self._store, Spans(plan), plan)

    def thank(self, *agents: str) -> None:
        """Somebody thanks them now."""
        data = RecognitionData(by="peer")
        self._store.take(
            Heard(agent, from_datetime(wall_clock()), data, False, None) for agent in agents
        )

    def ask(self, question: Question) -> Told:
        """As of now."""
        now = from_datetime(wall_clock())
        return self._answers.answer(question, Standing(now, False, now), [])


def names(page: Page) -> list[str]:
    """What the tiles of the board are called, in their order."""
    return page.locator("#board-page > .tile .tile-name").all_inner_texts()


def overlap(one: Any, other: Any) -> bool:
    """Whether two boxes have anything in common, by more than a rounded edge."""
    beside = any(
        a[at] + a[size] <= b[at] + 1
        for a, b in ((one, other), (other, one))
        for at, size in (("x", "width"), ("y", "height"))
    )
    return not beside


def cut_off(page: Page) -> list[str]:
    """Figures that do not fit their tiles."""
    cut: list[str] = page.eval_on_selector_all(
        "#board-page :is(.big-value, .one-value)",
        "all => all.filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.textContent)",
    )
    return cut


HUGE: Final[dict[str, Any]] = {
    "waiting": 12_345, "answered": 45_678, "in_target": 20_000, "abandoned": 15_678,
    "oldest_s": 400_000, "asa_s": 4_000,
}  # fmt: skip
# What of the floor's figures does not fit its card, or is told in part.
OUTSIDE: Final = """() => [...document.querySelectorAll("#floor .figure :is(div, span)")]
    .filter((one) => one.offsetWidth && one.textContent.trim() && !one.closest(".spark"))
    .filter((one) => one.scrollWidth > one.clientWidth + 1 && getComputedStyle(one).display !== "inline"
      || one.getBoundingClientRect().right > one.closest(".figure").getBoundingClientRect().right)
    .map((one) => `${one.className}: ${one.textContent}`)"""


def test_every_kind_of_tile_tells_what_is_so(open_page: OpenPage, reader: TableReader) -> None:
    """Two pages, the second by its link; what a queue is called and how it stands is the wall's."""
    reader.queues = surge()
    page = open_page("/?board=front")
    expect(page.locator("#title")).to_have_text("Front hall")
    expect(page.locator("#pager-mark")).to_have_text("Page 1 of 2 · Calls")

    benefits, group, channel, team, floor, figure = page.locator("#board-page > .tile").all()
    assert names(page) == [
        "Benefits",
        "Special lines",
        "Voice",
        "north",
        "Benefits centre",
        "Occupancy",
    ]
    # The first frame may have been built before.
    expect(benefits).to_contain_text("In trouble")
    assert "▲ In trouble" in " ".join(benefits.inner_text().split())
    assert benefits.locator(".trend").inner_text() == "↘"
    colour = "one => getComputedStyle(one).color"
    assert benefits.locator(".trend").evaluate(colour) == benefits.locator(".status").evaluate(
        colour
    )
    assert "worse than an hour ago" in (benefits.get_attribute("aria-label") or "")
    # Of two queues, one with 91 answered of whom 80 in target and 2 abandoned, one with 44, 41, 1.
    assert group.locator(".big-value").all_text_contents()[::2] == ["2", "88\u00a0%"]
    assert group.locator(".member-name").all_inner_texts() == ["Línea en español", "VIP hospital"]
    assert not group.locator(".people").is_visible()
    assert not channel.locator(".status").is_visible()
    assert "Occupancy" in team.inner_text()
    assert "In trouble" in floor.inner_text()
    expect(figure.locator(".one-value")).to_have_text("81\u00a0%")
    assert "60 min" in figure.inner_text()
    assert "Watch" in figure.inner_text()

    page.goto(page.url + "&page=2")
    expect(page.locator("#pager-mark")).to_have_text("Page 2 of 2 · Beside")
    expect(page.locator("#pager-hold")).to_have_text("Go on turning")
    told = page.locator("#board-page").inner_text()
    assert "Fire drill at three" in told
    assert "Alerts are not being watched" in told
    page.click("#pager-next")
    expect(page.locator("#pager-mark")).to_have_text("Page 1 of 2 · Calls")
    assert "page=1" in page.url


@pytest.mark.parametrize(("width", "height"), [(360, 780), (1366, 768), (1920, 1080), (3840, 2160)])
def test_a_board_fits(open_page: OpenPage, reader: TableReader, width: int, height: int) -> None:
    """On one screen from a desk to a wall, a page to scroll on a phone; no figure is cut off."""
    reader.queues = surge()
    page = open_page("/?board=front", width=width, height=height)
    page.wait_for_selector("#board-page > .tile")

    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert cut_off(page) == []
    fit = "scroll" if width < 1000 else "screen"
    expect(page.locator("html")).to_have_attribute("data-fit", fit)
    boxes = [one.bounding_box() for one in page.locator("#board-page > .tile").all()]
    assert all(box and box["width"] > 150 and box["height"] > 90 for box in boxes)
    assert not any(overlap(one, other) for one, other in combinations(boxes, 2))
    last = max(box["y"] + box["height"] for box in boxes if box)
    assert (last <= height) == (fit == "screen")


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1920, 1080)])
def test_a_board_is_whole_beside_the_builder(
    open_page: OpenPage, reader: TableReader, width: int, height: int, language: str
) -> None:
    """Its tiles and the floor's figures, large numbers among them; in fewer columns where they would
    be too narrow to read."""
    reader.queues = surge() | {"benefits": replace(surge()["benefits"], **HUGE)}
    page = open_page(f"/?board=front&build=1&lang={language}", width=width, height=height)
    expect(page.locator('#floor [data-part="value"]').nth(1)).to_have_text(re.compile("^13.621$"))
    expect(page.locator("html")).to_have_attribute("data-fit", "screen")

    assert cut_off(page) == []
    assert page.evaluate(OUTSIDE) == []
    smallest = page.eval_on_selector_all(
        ":is(.tile .big-label, .tile .one-note, #floor :is(.figure-label, .figure-note))",
        "all => Math.min(...all.filter(e => e.offsetWidth).map(e => parseFloat(getComputedStyle(e).fontSize)))",
    )
    assert smallest >= 10.8
    boxes = [one.bounding_box() for one in page.locator("#board-page > .tile").all()]
    builder = page.locator("#builder").bounding_box()
    assert not any(overlap(one, other) for one, other in combinations([*boxes, builder], 2))


def test_a_page_of_many_tiles_is_scrolled_beside_the_builder(
    open_page: OpenPage, shelf: LogBoardShelf
) -> None:
    """As large as can be read, while the builder's buttons stay in sight."""
    front = every_kind()["front"]
    first = front.pages[0]
    many_tiles = first.model_copy(update={"tiles": first.tiles * 4})
    shelf.keep("many", front.model_copy(update={"pages": [many_tiles]}), "Ada", 1)
    page = open_page("/?board=many&build=1", width=1366, height=768)
    expect(page.locator("html")).to_have_attribute("data-fit", "scroll")
    last = page.locator("#board-page > .tile").last
    last.focus()

    expect(last).to_be_in_viewport()
    expect(page.locator("#builder-save")).to_be_in_viewport(ratio=1)
    assert page.evaluate("document.documentElement.scrollHeight") <= 768
    assert cut_off(page) == []


def test_a_board_that_is_not_there_says_so(open_page: OpenPage) -> None:
    """And a queue that the floor does not have, on one that is; names are never markup."""
    page = open_page("/?board=nowhere")
    expect(page.locator("#board-missing")).to_contain_text("There is no board called nowhere.")
    page.keyboard.press("Control+k")
    page.keyboard.type("board lines")
    # Which boards there are is asked for when the palette opens.
    expect(page.locator("#palette-list [role=option]")).to_have_count(1)
    page.keyboard.press("Enter")

    expect(page.locator("#board-page")).to_contain_text("007: nothing told of it yet")
    assert not page.locator("#floor").is_visible()


def test_a_tv_turns_its_pages_and_has_nothing_to_press(
    open_page: OpenPage, reader: TableReader
) -> None:
    """Without a board, too, where the queues do not fit: the worst are on the first page."""
    reader.queues = many(60)
    page = open_page("/?kiosk=1", width=1366, height=768, zone="Asia/Tokyo")
    expect(page.locator("#pager-mark")).to_have_text(re.compile(r"^Page 1 of \d+$"))
    assert page.eval_on_selector(".zone", "e => getComputedStyle(e).textDecorationLine") == "none"
    seen = page.locator("#queues > .tile:visible")
    first = seen.first.get_attribute("data-queue")
    count = seen.count()

    assert page.evaluate("document.documentElement.scrollHeight") <= 768
    assert page.evaluate("getComputedStyle(document.body).cursor") == "none"
    # The clock is a button elsewhere; here it only tells the time.
    assert page.locator(":is(button, a[href], select, input):visible:not(#clock)").count() == 0
    assert (
        page.evaluate("getComputedStyle(document.getElementById('clock')).pointerEvents") == "none"
    )
    assert 6 <= count < 60
    page.evaluate("floorwatch.pager.go(1)")
    expect(page.locator("#pager-mark")).to_have_text(re.compile("^Page 2 of"))
    assert page.locator("#queues > .tile:visible").first.get_attribute("data-queue") != first


def test_pages_turn_by_themselves_until_held(open_page: OpenPage, shelf: LogBoardShelf) -> None:
    """After the board's seconds, and not while somebody holds them."""
    front = every_kind()["front"].model_copy(update={"turn_s": 5})
    shelf.keep("quick", front, "Ada", 1)
    page = open_page("/?board=quick")
    mark = page.locator("#pager-mark")
    expect(mark).to_have_text("Page 1 of 2 · Calls")

    expect(mark).to_have_text("Page 2 of 2 · Beside")
    page.click("#pager-hold")
    page.wait_for_timeout(6_000)
    assert mark.inner_text() == "Page 2 of 2 · Beside"


def test_a_wall_on_a_tv_loads_a_newer_build_and_a_changed_board(
    open_page: OpenPage, shelf: LogBoardShelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By itself: the board as soon as it is saved, the build as soon as a frame tells of it."""
    shelf.keep("mine", every_kind()["lines"], "Ada", 1)
    page = open_page("/?board=mine&kiosk=1")
    expect(page.locator("#title")).to_have_text("Lines")
    shelf.keep("mine", every_kind()["front"], "Ada", 2)
    expect(page.locator("#title")).to_have_text("Front hall")

    page.evaluate("window.before = true")
    page.evaluate("floorwatch.kiosk.heard({ screens: { build: 'another', boards: 1 } })")
    page.wait_for_function("window.before === undefined")
    expect(page.locator("#title")).to_have_text("Front hall")
    ground = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert ground == "rgb(13, 17, 23)"


def test_a_board_is_built_with_the_mouse_and_saved(
    open_page: OpenPage, wall: str, reader: TableReader
) -> None:
    """A new one begins with the worst queues; tiles are added, changed, dragged, and shown at once."""
    reader.queues = surge()
    page = open_page("/")
    page.click("#boards-open")
    page.get_by_role("link", name="New board").click()
    expect(page.locator("#builder")).to_be_visible()
    before = names(page)
    assert before[:2] == ["Benefits", "E-mail"]

    tiles = page.locator("#board-page > .tile")
    drag(page, tiles.nth(0), tiles.nth(2))
    assert names(page)[:3] == ["E-mail", "Callbacks", "Benefits"]

    page.select_option("#builder-add", "figure")
    page.select_option("#builder-figure", "csat_score")
    expect(page.locator("#builder-side")).to_have_value("below")
    page.select_option("#builder-figure", "occupancy")
    expect(page.locator("#builder-side")).to_have_value("above")
    page.fill("#builder-watch", "70")
    page.fill("#builder-trouble", "80")
    page.select_option("#builder-size-0", "2")
    expect(tiles.last).to_have_attribute("data-state", "trouble")
    page.fill("#builder-board-title", "Back hall")
    page.click("#builder-save")
    expect(page.locator("#builder-said")).to_contain_text("Give it a name")
    page.fill("#builder-name", "back")
    page.fill("#builder-by", "Ada")
    page.click("#builder-save")
    expect(page.locator("#builder-said")).to_contain_text("Saved: every dashboard")

    with page.expect_download() as download:
        page.click("#builder-export")
    exported = parse_boards(Path(download.value.path()).read_text())["back"]
    kept = parse_boards(httpx2.get(f"{wall}/api/v1/boards/back.yaml").text)["back"]
    figure: Any = kept.pages[0].tiles[-1]
    assert exported == kept
    assert (kept.title, figure.size, figure.watch.above, figure.trouble.above) == (
        "Back hall", "2x1", 0.7, 0.8,
    )  # fmt: skip
    page.click("#builder-leave")
    expect(page.locator("#builder")).not_to_be_visible()
    assert page.url.endswith("?board=back")


def test_a_board_is_neither_replaced_nor_left_without_a_question(
    open_page: OpenPage, wall: str
) -> None:
    """A new one under another's name, and one that nobody has saved yet."""
    asked: list[str] = []

    def no(dialog: Any) -> None:
        asked.append(dialog.message)
        dialog.dismiss()

    page = open_page("/?build=1")
    page.on("dialog", no)
    expect(page.locator("#builder")).to_be_visible()
    before = httpx2.get(f"{wall}/api/v1/boards/front").json()
    page.fill("#builder-board-title", "Mine")
    page.fill("#builder-name", "front")
    page.fill("#builder-by", "Ada")
    with page.expect_event("dialog"):
        page.click("#builder-save")
    assert asked == ["There is a board front already. Replace it?"]
    assert httpx2.get(f"{wall}/api/v1/boards/front").json() == before

    page.click("#builder-leave")
    assert asked[1:] == ["Leave without saving?"]
    expect(page.locator("#builder")).to_be_visible()


def test_figures_of_another_window_are_let_go_when_they_are_old(open_page: OpenPage) -> None:
    """As soon as a frame's would be: nothing marks a tile of them as old."""
    page = open_page("/?board=front")
    figures = "floorwatch.windows.figures(floorwatch.alertStrip.newest(), '240m')"
    page.wait_for_selector("#board-page > .tile")
    page.wait_for_function(f"{figures} !== null")
    page.route("**/api/v1/floor?*", lambda route: route.abort())

    later = "{{ const now = performance.now(); performance.now = () => now + {0}; }}"
    page.evaluate(later.format(10_000))
    assert page.evaluate(f"{figures} !== null")
    page.evaluate(later.format(10_000))
    assert page.evaluate(f"{figures} === null")


def test_the_clock_of_a_board_is_the_heads(open_page: OpenPage) -> None:
    """Whichever of them is drawn first: no second lies between them."""
    page = open_page("/?board=lines")
    page.wait_for_selector("#board-page > .tile")
    told = page.evaluate(
        """() => {
          const fw = window.floorwatch, tile = fw.boardTiles.create({ kind: "clock" });
          document.querySelector('#clock [data-part="time"]').textContent = "long ago";
          tile.countUp();
          return [tile.element.querySelector(".one-value").textContent, fw.freshness.clock(fw.freshness.floorNow())];
        }"""
    )
    assert told[0] == told[1]


def test_tiles_say_what_they_cannot_tell(open_page: OpenPage) -> None:
    """A kind of a newer dashboard, alerts of then, and a group whose queues have other targets."""
    page = open_page("/?board=lines")
    page.wait_for_selector("#board-page > .tile")
    made = page.evaluate(
        """() => {
          const fw = window.floorwatch, frame = structuredClone(fw.alertStrip.newest());
          const { picture, standing } = frame;
          const words = (told, of) => {
            const tile = fw.boardTiles.create(told);
            tile.draw({ frame: of, picture, standing, board: null, thanks: null });
            return tile.element.textContent;
          };
          picture.labels.benefits.target_s = { voice: 20 };
          picture.labels.medicaid.target_s = { voice: 60 };
          const alerts = { ...frame, alerts: { incidents: [], open: 0, age_s: null } };
          return {
            newer: words({ kind: "hologram", size: "1x1" }, frame),
            then: words({ kind: "alerts" }, { ...alerts, past: { ready: true } }),
            group: words({ kind: "group", queues: ["benefits", "medicaid"] }, frame),
            partly: words({ kind: "group", queues: ["benefits", "nowhere"] }, frame),
          };
        }"""
    )

    assert "A tile of the kind hologram is not known here." in made["newer"]
    assert "Nothing is open." in made["then"]
    assert "in own targets" in made["group"]
    assert "nothing told of it yet" not in made["group"]
    assert "nowhere: nothing told of it yet" in made["partly"]


def drag(page: Page, tile: Any, onto: Any) -> None:
    """As a hand does: press, move by steps, let go."""
    start, end = tile.bounding_box(), onto.bounding_box()
    page.mouse.move(start["x"] + 40, start["y"] + 40)
    page.mouse.down()
    page.mouse.move(end["x"] + 90, end["y"] + 60, steps=8)
    page.mouse.up()


def test_a_board_is_built_with_the_keyboard(open_page: OpenPage) -> None:
    """Lifted, moved, put down, put back, taken away; and each is said aloud."""
    page = open_page("/?board=lines&build=1")
    expect(page.locator("#builder-name")).to_have_value("lines-2")
    page.select_option("#builder-add", "clock")
    page.select_option("#builder-add", "text")
    page.fill("#builder-text", "Hello")
    tiles, said = page.locator("#board-page > .tile"), page.locator("#builder-said")
    kinds = "all => all.map(e => (e.querySelector('.tile-inside') || e).className.split(' ').pop())"

    def order() -> list[str]:
        found: list[str] = page.eval_on_selector_all("#board-page > .tile", kinds)
        return found

    assert order() == ["tile", "is-clock", "is-text"]

    tiles.nth(2).focus()
    page.keyboard.press("Space")
    expect(said).to_contain_text("Lifted:")
    page.keyboard.press("ArrowLeft")
    expect(said).to_contain_text("is number 2 of 3")
    page.keyboard.press("Space")
    assert order() == ["tile", "is-text", "is-clock"]
    page.keyboard.press("Space")
    page.keyboard.press("ArrowLeft")
    assert order() == ["is-text", "tile", "is-clock"]
    page.keyboard.press("Escape")
    assert order() == ["tile", "is-text", "is-clock"]
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Delete")
    expect(said).to_have_text("Taken away.")
    assert len(order()) == 2


def test_what_is_wrong_is_said_while_it_is_built(open_page: OpenPage) -> None:
    """And cannot be saved until it is right."""
    page = open_page("/?board=front&build=1")
    page.fill("#builder-turn", "2")
    problems = page.locator("#builder-problems .problem")
    expect(problems).to_have_text(["Turn_s (2): expected 0, or 5 at least: a page must be read."])
    expect(page.locator("#builder-save")).to_be_disabled()

    page.fill("#builder-turn", "20")
    expect(page.locator("#builder-save")).to_be_enabled()
    page.locator("#board-page > .tile").nth(5).focus()
    page.fill("#builder-watch", "850")
    expect(problems).to_have_text(
        "Page 1 (Calls), tile 6 (figure occupancy), watch above (8.5): expected 0 or more and "
        "under 1: occupancy is from 0 to 1 (100 %)."
    )


def test_axe_finds_nothing_on_a_board_nor_in_the_builder(open_page: OpenPage) -> None:
    """Dark and light, with a figure's fields and the list of boards open."""
    page = open_page("/?board=front&build=1", width=1366, height=768)
    page.locator("#board-page > .tile").nth(5).focus()
    expect(page.locator("#builder-watch")).to_be_visible()
    dark = found(page)
    page.emulate_media(color_scheme="light")
    page.wait_for_selector('html[data-theme="light"]')
    page.wait_for_timeout(400)
    light = found(page)
    page.click("#boards-open")
    page.wait_for_selector(".boards-list a")

    assert (dark, light, found(page)) == ([], [], [])


# --- the foot, trends and sums ----------------------------------------------------------------------


def test_thanks_are_told_as_far_as_the_board_lets_them(
    open_page: OpenPage, shelf: LogBoardShelf
) -> None:
    """How many; to which teams; or the first names that the board gives, and nobody else's."""
    teams = every_kind()["lines"].model_copy(update={"thanks": "teams"})
    shelf.keep("teams", teams, "Ada", 1)
    shelf.keep("count", teams.model_copy(update={"thanks": "count"}), "Ada", 1)
    shelf.keep("none", teams.model_copy(update={"thanks": "none"}), "Ada", 1)
    told = {"front": ": Maria 2", "teams": ": north 2", "count": ""}

    for board, whom in told.items():
        page = open_page(f"/?board={board}")
        expect(page.locator("#foot-thanks-text")).to_have_text(f"3 thank-yous today{whom}")
        assert "a-23" not in page.inner_text("body")
        page.close()
    page = open_page("/?board=none")
    page.wait_for_timeout(2_000)
    assert not page.locator("#foot-thanks").is_visible()


class CountedReader(TableReader):
    """A floor that tells how many thanks it has counted."""

    thanks: int = 3

    def picture(self, window: str, *, agents: bool = False) -> Picture:
        """The floor, with them."""
        told = super().picture(window, agents=agents)
        return structs.replace(
            told, events_by_type=told.events_by_type | {"recognition.given": self.thanks}
        )


def test_a_new_thanks_is_told_for_a_moment(browser: Browser, shelf: LogBoardShelf) -> None:
    """Calmly, and of somebody whom the board names by that name; then the line goes on."""
    thanked, reader = Thanked(), CountedReader(ordinary(), wall_clock)
    app = create_app(reader, now=wall_clock, boards=shelf, experience=thanked)
    with serving(app) as url:
        page = browser.new_page()
        page.goto(url + "/?board=front")
        told = page.locator("#foot-thanks-text")
        expect(told).to_have_text("3 thank-yous today: Maria 2")

        thanked.thank("a-17")
        reader.thanks += 1

        expect(told).to_have_text("Somebody just thanked Maria")
        expect(page.locator("#foot-thanks")).to_have_attribute("data-new", "true")
        expect(told).to_have_text("4 thank-yous today: Maria 3")
        page.close()


def test_open_alerts_run_along_the_foot(
    browser: Browser, reader: TableReader, shelf: LogBoardShelf, tmp_path: Path
) -> None:
    """One after another, the gravest first; where one is open, the strip above is enough."""
    with alert_floor(tmp_path / "alerts") as floor:
        floor.evaluator.tell(notice_incident(now_us() - 11 * MINUTE_US))
        app = create_app(reader, now=wall_clock, boards=shelf, alerts=floor.board)
        with serving(app) as url:
            page = browser.new_page()
            page.goto(url + "/?board=lines")
            expect(page.locator("#strip-incident")).to_be_visible()
            page.wait_for_timeout(1_500)
            assert not page.locator("#foot").is_visible()

            # Of what somebody has silenced nothing runs there, nor is it counted.
            silent = now_us() + 60 * MINUTE_US
            floor.evaluator.tell(
                surge_incident(now_us() - 4 * MINUTE_US),
                structs.replace(ticket_incident(now_us() - 95 * MINUTE_US), snoozed_until=silent),
            )

            expect(page.locator("#foot-ticker")).to_be_visible()
            expect(page.locator("#foot-ticker-count")).to_have_text(re.compile("of 2$"))
            first = page.inner_text("#foot-ticker-text")
            page.wait_for_function(
                "first => document.getElementById('foot-ticker-text').textContent !== first",
                arg=first,
            )
            page.close()


def hour(*quarters: tuple[float | None, int]) -> dict[str, list[float | None]]:
    """An hour of four quarters, each by its level and the contacts offered in a minute."""
    return {
        "service_level": [level for level, _ in quarters for _ in range(15)],
        "offered": [offered for _, offered in quarters for _ in range(15)],
    }


def test_a_trend_is_told_only_where_it_is_none_of_chance(open_page: OpenPage) -> None:
    """By five points at least, and by more than 1.96 standard errors of so many contacts."""
    page = open_page("/?board=lines")
    middle = [(0.8, 9), (0.8, 9)]
    cases = [
        # 150 and 150 contacts, from 90 to 70 %: 4.3 standard errors.
        ("worse", hour((0.9, 10), *middle, (0.7, 10))),
        ("better", hour((0.7, 10), *middle, (0.9, 10))),
        # The same step with 15 and 15: 1.4.
        (None, hour((0.9, 1), *middle, (0.7, 1))),
        # 15,000 each: four points are sure, and too little to matter.
        (None, hour((0.9, 1000), *middle, (0.86, 1000))),
        ("worse", hour((0.9, 1000), *middle, (0.84, 1000))),
        (None, hour((None, 10), *middle, (0.7, 10))),
        (None, hour((0.9, 0), *middle, (0.2, 10))),
    ]

    assert [page.evaluate("floorwatch.trend.of", told) for _, told in cases] == [
        way for way, _ in cases
    ]


def test_several_queues_are_added_up_by_the_formulas_of_metrics(open_page: OpenPage) -> None:
    """As if they were one; but for agents, who may work in both."""
    page = open_page("/?board=lines")
    one, two = ordinary()["benefits"], ordinary()["medicaid"]
    both = replace(
        one,
        answered=one.answered + two.answered,
        in_target=one.in_target + two.in_target,
        abandoned=one.abandoned + two.abandoned,
        asa_s=(one.asa_s * one.answered + two.asa_s * two.answered) / (one.answered + two.answered),
        waiting=one.waiting + two.waiting,
        over=one.over + two.over,
        oldest_s=44,
        csat=(one.csat[0] + two.csat[0], one.csat[1] + two.csat[1]),
    )
    sections = [to_builtins(section(queue)) for queue in (one, two)]
    # What the test's floor leaves out and the product always tells.
    for told, queue in zip(sections, (one, two), strict=True):
        told["counts"]["wait_sum_s"] = queue.asa_s * queue.answered

    added = page.evaluate("s => floorwatch.sections.add(s, 'abandons_count')", sections)
    wanted = section(both)
    for name in ("answered", "abandoned", "csat_n", "csat_top", "offered"):
        assert added["counts"][name] == wanted.counts[name]
    for name in ("waiting", "waiting_over_target", "oldest_wait_s"):
        assert added["now"][name] == wanted.now[name]
    for name in ("service_level", "average_speed_of_answer_s", "abandonment_rate", "csat_score",
                 "csat_low", "csat_high"):  # fmt: skip
        assert added["figures"][name] == pytest.approx(wanted.figures[name])
    levels: Any = wanted.figures["service_levels"]
    assert added["figures"]["service_levels"]["stuck_proof"] == pytest.approx(levels["stuck_proof"])
    assert added["now"]["agents_staffed"] is None


def test_a_board_is_wound_back_with_all_its_windows(
    browser: Browser, reader: TableReader, tmp_path: Path
) -> None:
    """Also where the past stands still: what is of another window than a frame's is of then, too."""
    ground = PastGround(tmp_path / "past", now_us() // MINUTE_US * MINUTE_US - 130 * MINUTE_US)
    at = format_instant(ground.trouble // MINUTE_US * MINUTE_US)
    text = """
      boards:
        then:
          title: Then
          pages:
            - tiles:
                - {kind: queue, queue: benefits}
                - {kind: figure, figure: offered, window: 60m}
    """
    past = LogPast(ground.url, PLAN, now=now_us, title="Benefits centre")
    with shelf_at(tmp_path / "boards", parse_boards(dedent(text))) as shelf:
        app = create_app(reader, now=wall_clock, boards=shelf, past=past)
        with serving(app) as url:
            page = browser.new_page()
            page.goto(f"{url}/?board=then&at={at}&speed=0")
            value = page.locator(".one-value")
            expect(value).to_have_text(re.compile(r"\d"), timeout=30_000)
            shown = value.inner_text()
            then = httpx2.get(f"{url}/api/v1/floor?window=60m&at={at}", timeout=30).json()
            page.close()

    assert shown == f"{then['floor']['counts']['offered']:,}"
    assert then["floor"]["counts"]["offered"] > 0


def test_the_way_back_from_a_board_leads_to_no_old_tile(
    open_page: OpenPage, reader: TableReader
) -> None:
    """While a board is seen no tile of the wall is drawn, and none is known to be in sight."""
    one = ordinary()["benefits"]
    reader.queues = {f"q{index}": replace(one, name=f"Queue {index}") for index in range(60)}
    page = open_page("/?order=fixed")
    page.wait_for_function(
        "document.querySelectorAll('#queues .tile .tile-link:not(:empty)').length === 60"
    )
    tiles = page.locator("#queues > *")
    queue = tiles.last.get_attribute("data-queue")
    assert queue is not None
    page.evaluate("floorwatch.address.set({ board: 'lines' }, { step: true })")
    expect(page.locator("#board-page")).to_be_visible()
    page.wait_for_function(
        "() => ![...document.querySelectorAll('#queues > *')].some(floorwatch.inSight.has)"
    )

    reader.change(
        {name: replace(told, waiting=77, over=77) for name, told in reader.queues.items()}
    )
    page.wait_for_function(
        "queue => floorwatch.wall.newest().picture.figures.queues[queue].now.waiting === 77",
        arg=queue,
    )
    old = page.evaluate(
        """() => {
          floorwatch.address.set({ board: null });
          return [...document.querySelectorAll("#queues > *")].filter((tile) => tile.querySelector(".big-value").textContent !== "77").length;
        }"""
    )

    assert old == 0


def test_a_board_has_its_shape_on_paper(open_page: OpenPage) -> None:
    """No tile is lower than its text, and none lies over the floor's figures."""
    page = open_page("/?board=front")
    expect(page.locator(".board-page > .tile").first).to_be_visible()
    page.emulate_media(media="print")
    tiles = page.eval_on_selector_all(
        ".board-page > .tile", "all => all.map((e) => e.getBoundingClientRect().toJSON())"
    )
    floor = page.locator(".floor").bounding_box()

    assert len(tiles) > 2
    assert min(tile["height"] for tile in tiles) > 80
    assert floor is None or min(tile["top"] for tile in tiles) >= floor["y"] + floor["height"]


@pytest.mark.parametrize("language", ["en", "fr", "ru"])
def test_a_page_that_is_held_fits_a_phone(open_page: OpenPage, language: str) -> None:
    """With all that its foot has to press."""
    page = open_page(f"/?board=front&page=2&lang={language}", width=360, height=740)
    expect(page.locator("#pager-hold")).to_be_visible()
    wide = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide[0] <= wide[1]


def test_the_way_back_leads_to_the_page_before(open_page: OpenPage) -> None:
    """Which was the first, and turns again."""
    page = open_page("/?board=front")
    mark = page.locator("#pager-mark")
    expect(mark).to_contain_text("Page 1")
    page.click("#pager-next")
    expect(mark).to_contain_text("Page 2")
    page.go_back()
    expect(mark).to_contain_text("Page 1")


def test_a_page_that_turns_takes_its_tile_from_the_builder(open_page: OpenPage) -> None:
    """What was chosen is no tile of another page; one that is moved there stays chosen."""
    page = open_page("/?board=front&build=1")
    tiles, form = page.locator("#board-page > .tile"), page.locator("#builder-remove")
    tiles.nth(1).click()
    expect(form).to_be_visible()
    page.evaluate("floorwatch.pager.go(1)")
    expect(form).to_have_count(0)
    expect(page.locator(".tile[data-chosen]")).to_have_count(0)
    expect(page.locator("#builder-page-1")).to_have_attribute("aria-pressed", "true")

    page.evaluate("floorwatch.pager.go(0)")
    tiles.nth(1).click()
    page.select_option("#builder-to-page", label="2")
    expect(form).to_be_visible()
    expect(page.locator(".tile[data-chosen]")).to_have_count(1)
    expect(page.locator("#builder-page-1")).to_have_attribute("aria-pressed", "true")
