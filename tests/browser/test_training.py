"""A drill from its start to its report, in a real browser before the real command."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from html import unescape
from pathlib import Path
from threading import Event
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import httpx2
import pytest
import yaml
from playwright.sync_api import Browser, Locator, Page, expect

from dashboard.app import create_app, serving
from stream.contract.drills import Report
from stream.contract.figures import DrillMark
from tests.browser.conftest import OpenPage
from tests.dashboard.pictures import Q, TableReader, ordinary, wall_clock
from tests.dashboard.training.reports import course, report
from tests.simulator.drill.desks import Table
from tests.simulator.floors import floor, law, queue, team

pytestmark = pytest.mark.browser

_START_S: Final = 30
_READY_MS: Final = 20_000
_RECKONED_MS: Final = 90_000
# How soon what a trainee does must be seen.
_ANSWER_MS: Final = 2_000
_HALVES: Final = ("00", "30")
_PLACES: Final = "found => found.map(one => [one.textContent, Number(one.getAttribute('y'))])"
_SPEED: Final = "How fast the floor's time runs"


def small_centre(path: Path) -> Path:
    """A scenario of two queues: Billing has nobody to spare, Help has."""
    queues = {
        "billing": queue(3.0, law(180.0), name="Billing", patience=1.0),
        "help": queue(1.0, law(120.0), name="Help", patience=1.0),
    }
    teams = {"bills": team(11, "billing"), "helpers": team(14, "help")}
    scenario = floor(queues, teams, name="small", title="A small centre", time_zone="UTC")
    written = scenario.model_dump(mode="json", exclude_unset=True)
    # Keys are minutes of the day there, and times of day in a file.
    written["profiles"] = {
        "flat": {f"{hour:02}:{half}": 1 for hour in range(24) for half in _HALVES}
    }
    for members in written["teams"].values():
        members["shifts"] = {"00:00": 1}
    path.write_text(yaml.safe_dump(written, sort_keys=False))
    return path


class Training:
    """`floorwatch training` on a small centre."""

    def __init__(self, scenario: Path) -> None:
        command = (sys.executable, "-m", "floorwatch", "training", "--port", "0")
        self._process = subprocess.Popen(
            [*command, "--scenario", str(scenario)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None
        told = re.search(r"http://\S+", self._process.stdout.readline())
        self.address = told[0] if told else "no address was told"
        self.client = httpx2.Client(base_url=f"{self.address}/api/v1", timeout=_START_S)

    def get(self, path: str) -> Any:
        """What the API tells."""
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def figures(self) -> Any:
        """The floor's figures, once they are of the instant at which the drill stands."""
        give_up = time.monotonic() + _START_S
        while (figures := self.get("/floor?agents=true"))["as_of"] != self.get("/training")["at"]:
            assert time.monotonic() < give_up, figures["as_of"]
            Event().wait(0.1)
        return figures

    def close(self) -> None:
        """End it, as Ctrl-C does."""
        self.client.close()
        self._process.send_signal(signal.SIGINT)
        assert self._process.wait(_START_S) == 0
        assert self._process.stdout is not None
        self._process.stdout.close()


@pytest.fixture
def training(tmp_path: Path) -> Iterator[Training]:
    """It, until the test is over."""
    training = Training(small_centre(tmp_path / "small.yaml"))
    yield training
    training.close()


@pytest.fixture
def open_(browser: Browser, training: Training) -> Iterator[Callable[[str], Page]]:
    """Opens a screen of it; the test fails with what a console said."""
    said: list[str] = []
    context = browser.new_context(viewport={"width": 1366, "height": 900})

    def opened(path: str) -> Page:
        page = context.new_page()
        page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: said.append(f"uncaught: {error}"))
        page.goto(training.address + path)
        return page

    yield opened
    context.close()
    assert [line for line in said if "net::ERR_" not in line] == []


def set_up(trainer: Page) -> None:
    """A drill of twelve minutes, in which four times as many come to Billing from minute one on."""
    trainer.get_by_label("What is drilled").select_option(label="A small centre")
    trainer.get_by_label("Begins at").fill("00:40")
    trainer.get_by_label("Minutes").fill("12")
    trainer.get_by_label("Times the clock's pace").select_option("10")
    trainer.get_by_label("Who is trained").fill("Ada")
    trainer.get_by_role("button", name="+ More contacts").click()
    trainer.get_by_label("In which minute").fill("1")
    planned = trainer.locator(".planned")
    planned.get_by_label("How many times").fill("4")
    planned.get_by_label("Queue").select_option(label="Billing")
    trainer.get_by_role("button", name="Start the drill").click()


def differences(one: Any, other: Any, where: str = "") -> list[str]:
    """Where two answers differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        names = sorted({*one, *other})
        return [
            found
            for name in names
            for found in differences(one.get(name), other.get(name), f"{where}.{name}")
        ]
    return [] if one == other else [f"{where}: {one} and {other}"]


def people(trainee: Page, queue: str) -> int:
    """How many people the trainee sees in a queue."""
    row = trainee.locator(f'#training-queues tr[data-key="{queue}"]')
    cells = [
        row.locator(f'[data-column="{name}"]').inner_text() for name in ("free", "busy", "away")
    ]
    return sum(int(cell) for cell in cells)


def moves(trainee: Page, count: int) -> None:
    """So many people go from Help to Billing."""
    form = trainee.locator("form", has=trainee.get_by_label("From which queue"))
    form.get_by_label("How many people").fill(str(count))
    form.get_by_label("From which queue").select_option(label="Help")
    form.get_by_label("To which queue").select_option(label="Billing")
    form.get_by_role("button", name="Move").click()


class Screens(NamedTuple):
    """The three that are looked at."""

    trainer: Page
    wall: Page
    trainee: Page

    @property
    def band(self) -> Locator:
        """What the wall says of the drill."""
        return self.wall.locator("#drill-band")

    def stands(self, phase: str, timeout_ms: int = _READY_MS) -> None:
        """Wait until the trainer's screen has the drill so."""
        training = self.trainer.locator("#training")
        expect(training).to_have_attribute("data-phase", phase, timeout=timeout_ms)


def it_begins(screens: Screens) -> None:
    """All screens show its floor and say whose drill it is; the trainee is not told what is to come,
    and sees it."""
    trainer, wall, trainee = screens
    expect(wall.locator("#banner")).to_contain_text("no drill is running")
    expect(trainee.locator("#training-told")).to_contain_text("No drill is running")
    set_up(trainer)

    expect(screens.band).to_contain_text("Ada's drill. Not the real floor.", timeout=_READY_MS)
    expect(wall.locator('[data-queue="billing"]')).to_be_visible()
    expect(trainee.locator("#training-responses form")).to_have_count(6)
    assert "A small centre" not in trainee.content()
    # The surprise comes by itself, and the trainer sees it; the trainee sees the queue grow.
    expect(trainer.locator("#training-deeds")).to_contain_text(
        "4 times the contacts of Billing", timeout=_READY_MS
    )
    expect(trainee.locator("#training-deeds")).not_to_be_visible()
    trainee.locator("#training-responses").get_by_label("Queue", exact=True).first.select_option(
        label="Billing"
    )
    trainee.get_by_role("button", name="I see it").click()
    expect(trainee.locator("#training-deeds")).to_contain_text("something is wrong in Billing")


def the_floor_answers(screens: Screens) -> None:
    """Within two seconds, on the trainee's screen."""
    trainee = screens.trainee
    before = people(trainee, "billing")
    moves(trainee, 8)
    expect(trainee.locator("#training-deeds")).to_contain_text("8 people moved", timeout=_ANSWER_MS)
    trainee.wait_for_function(
        """(before) => ["free", "busy", "away"].reduce((sum, name) => sum + Number(document.querySelector(
            `#training-queues tr[data-key="billing"] [data-column="${name}"]`).textContent), 0) > before""",
        arg=before,
        timeout=_ANSWER_MS,
    )


def time_stands_still(training: Training, screens: Screens) -> Any:
    """Every screen says that it is paused, and nothing is stale; gives the figures."""
    screens.trainer.get_by_role("button", name="Pause").click()
    expect(screens.band).to_contain_text("Paused at")
    paused = training.figures()
    expect(screens.wall.locator("#age")).to_contain_text("live")
    Event().wait(1.2)
    assert training.figures() == paused
    return paused


def a_rewind_repeats(training: Training, screens: Screens, paused: Any) -> None:
    """To the last figure of the last agent; what was done later is undone."""
    trainer, _, trainee = screens
    trainer.get_by_role("button", name="Go on").click()
    # What is done before time runs again is done at the very instant of the pause.
    expect(screens.band).to_contain_text("Running at 10×")
    moves(trainee, 3)
    expect(trainee.locator("#training-deeds")).to_contain_text("3 people moved")
    trainer.get_by_role("button", name="Pause").click()
    expect(screens.band).to_contain_text("Paused at")
    answer = training.client.post("/training/rewind", json={"to": paused["as_of"]})
    assert answer.status_code == 202, answer.text
    screens.stands("preparing")
    screens.stands("paused", _READY_MS)
    assert differences(training.figures(), paused) == []
    expect(trainee.locator("#training-deeds")).not_to_contain_text("3 people moved")
    expect(trainee.locator("#training-deeds")).to_contain_text("8 people moved")


def it_is_reckoned(training: Training, screens: Screens) -> None:
    """Fast to its end; what was done was worth something, and the report says so."""
    trainer = screens.trainer
    trainer.get_by_label(_SPEED).select_option("60")
    trainer.get_by_role("button", name="Go on").click()
    screens.stands("over", _RECKONED_MS)
    figures = trainer.locator(".report-figure")
    expect(figures).to_have_count(5)
    score = figures.first.locator(".report-value")
    report = training.get("/training/report")
    costs = {course["name"]: course["outcome"]["cost"] for course in report["courses"]}
    assert costs["nothing"] > costs["yours"] >= costs["best"]
    assert report["score"] > 0
    # Halves up, as browsers round.
    expect(score).to_have_text(str(int(report["score"] + 0.5)))
    assert report["noticed_s"] < report["acted_s"]
    expect(trainer.locator(".report-table tbody tr").first).to_contain_text("Cost")
    expect(trainer.locator(".report-findings li")).not_to_have_count(0)
    # By the floor's own clock, as the findings say times, wherever it is read.
    began = datetime.fromisoformat(report["timeline"][0]["at"])
    there = began.astimezone(ZoneInfo(report["time_zone"]))
    expect(trainer.locator(".report-table + div .deed-time").first).to_have_text(
        f"{there:%H:%M:%S}"
    )
    expect(screens.band).to_contain_text("It is over")
    it_is_told_in_another_language(training, screens)
    for kind, opening in (("html", b"<!doctype html>"), ("pdf", b"%PDF-")):
        way = trainer.get_by_role("link", name=f"The report as {kind.upper()}")
        answer = training.client.get(f"{training.address}{way.get_attribute('href')}")
        assert (answer.status_code, answer.content[: len(opening)]) == (200, opening)


def it_is_told_in_another_language(training: Training, screens: Screens) -> None:
    """What is found, and what happened when; acts by the words of the screen."""
    browser = screens.trainer.context.browser
    assert browser is not None
    page = browser.new_page()
    page.goto(f"{training.address}/training?lang=it")
    findings = page.locator(".report-findings li")
    expect(findings.first).to_have_text(re.compile(r"^Il problema è cominciato alle \d\d:\d\d"))
    told = findings.all_inner_texts()
    english = set(training.get("/training/report")["findings"])
    assert not english & set(told)
    # So are its page and its PDF, wherever the links are opened.
    ways = [way.get_attribute("href") for way in page.locator("a[href*='/training/report.']").all()]
    opened = [training.client.get(f"{training.address}{way}") for way in ways]
    assert [way.headers["content-type"].partition(";")[0] for way in opened] == [
        "text/html",
        "application/pdf",
    ]
    written = unescape(opened[0].text)
    assert '<html lang="it">' in written
    assert [line for line in told if line not in written] == []
    assert not any("{" in line or "undefined" in line for line in told)
    expect(page.locator(".report-table + div .deed").first).to_have_text(
        re.compile(r"volte i contatti di .* per \d+.min\.$")
    )
    page.close()


def it_is_left(training: Training, screens: Screens) -> None:
    """Another can be set up, and no figures are told of a floor that is gone."""
    trainer = screens.trainer
    trainer.get_by_role("button", name="Leave the drill").click()
    expect(trainer.get_by_role("button", name="Start the drill")).to_be_visible()
    screens.stands("idle")
    answer = training.client.get("/floor")
    assert (answer.status_code, "no drill is running" in answer.text) == (503, True)


def test_a_drill_from_start_to_report(training: Training, open_: Callable[[str], Page]) -> None:
    """A trainer leads it, a trainee works the screens, the floor answers, time stands still and
    goes back, and the report says what it was worth."""
    screens = Screens(open_("/training"), open_("/"), open_("/training?as=trainee"))

    it_begins(screens)
    the_floor_answers(screens)
    paused = time_stands_still(training, screens)
    a_rewind_repeats(training, screens, paused)
    it_is_reckoned(training, screens)
    it_is_left(training, screens)


@pytest.fixture
def desk(browser: Browser) -> Iterator[tuple[Table, Page]]:
    """A desk in memory, and a trainer's screen before it."""
    table = Table()
    app = create_app(TableReader(ordinary(), wall_clock), now=wall_clock, training=table.desk)
    with serving(app) as url, closing(browser.new_page()) as page:
        page.goto(f"{url}/training")
        yield table, page


def reckoned(table: Table, told: Report) -> None:
    """A drill is over, and this is its report."""
    table.began()
    table.desk.finish()
    (_, _, _, future) = table.courses[-1]
    future.set_result(told)
    table.desk.step()


def test_the_drills_floor_stands_in_the_order_of_all_screens(browser: Browser) -> None:
    """What is closed comes last, behind what has too few contacts; and as long as the server says."""
    queues = {**ordinary(), "few": Q("Few", answered=3, in_target=3, abandoned=0)}
    table, reader = Table(), TableReader(queues, wall_clock, drill=DrillMark(1, "Ada"))
    app = create_app(reader, now=wall_clock, training=table.desk)
    with serving(app) as url, closing(browser.new_page()) as page:
        table.began()
        frames = httpx2.stream("GET", f"{url}/api/v1/stream", timeout=_START_S)
        page.goto(f"{url}/training")
        page.wait_for_selector("#training-queues tr[data-key]", state="attached")
        with frames as answer:
            order = next(
                json.loads(line.removeprefix("data: "))["frame"]["standing"]["worst_first"]
                for line in answer.iter_lines()
                if line.startswith("data: ") and '"worst_first"' in line
            )
        rows = page.locator("#training-queues tr[data-key]")
        shown = rows.evaluate_all("found => found.map(one => one.dataset.key)")
        states = rows.evaluate_all("found => found.map(one => one.dataset.state)")

    assert shown == order
    assert {"none", "closed"} <= set(states)


def test_the_middle_of_the_charts_axis_is_what_it_says(desk: tuple[Table, Page]) -> None:
    """Seven waited at most: the scale ends at ten, and five is in its middle."""
    table, page = desk
    reckoned(table, report(courses=[course("yours", 1, 7, 3), course("nothing", 1, 6, 4)]))
    chart = page.locator(".report-chart")
    scale = chart.locator("text[text-anchor=end]")

    expect(scale.first).to_have_text("0")
    labels = {text: y for text, y in scale.evaluate_all(_PLACES) if ":" not in text}
    lowest = labels["0"]
    assert set(labels) == {"0", "5", "10"}
    assert labels["5"] - lowest == pytest.approx((labels["10"] - lowest) / 2)


def test_a_drills_floor_has_no_answers_of_customers_and_its_word_stands_clear(
    open_page: OpenPage, reader: TableReader
) -> None:
    """Said once, instead of asked for in vain; the band has its padding above its word."""
    reader.drill = DrillMark(1, "Ada")
    page = open_page("/experience")
    told = page.locator("#experience-told")
    expect(told).to_contain_text("This is a drill's floor, of which no answers are kept")
    expect(page.locator(".experience-choices")).to_be_hidden()

    # The first frame may have been built before the drill began.
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    expect(told).to_contain_text("This is a drill's floor")
    page.wait_for_selector('html[data-fresh="live"]')
    assert [url for url in asked if "/api/v1/experience" in url] == []
    word = page.locator(".drill-word")
    expect(word).to_be_visible()
    place = word.bounding_box()
    assert place is not None
    assert place["y"] >= 4


def test_a_dashboard_without_drills_says_where_they_run(open_page: OpenPage) -> None:
    """And offers nothing that could touch its log; no other screen points there."""
    page = open_page("/training")
    told = page.locator("#training-none")
    expect(told).to_contain_text("floor of their own, never on the log that this dashboard shows")
    expect(told).to_contain_text("floorwatch training")
    expect(page.locator(".training .sheet:visible")).to_have_count(1)
    page.goto(page.url.replace("/training", "/"))
    expect(page.locator("#age")).to_contain_text("live")
    expect(page.locator("#way-training")).to_be_hidden()
    expect(page.locator("#drill-band")).to_be_hidden()
