"""From an event in the log to a number on the wall: the real parts, each a process of its own."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, expect

from stream.logs.embedded import EmbeddedLog
from stream.logs.topics import CONTACT_EVENTS, topics
from tests import builders
from tests.clock import now_us

pytestmark = pytest.mark.browser

_START_S: Final = 30
_OPEN_MS: Final = 30_000
_CHANGE_MS: Final = 30_000
_WAITING: Final = '[data-queue="benefits"] .big-value >> nth=0'


class Floor:
    """A floor on an embedded log: `floorwatch stream`, `floorwatch dashboard`, and this test as
    the centre whose events they show."""

    def __init__(self, directory: Path) -> None:
        self.url = f"embedded:{directory}"
        self.log = EmbeddedLog(directory, now=now_us)
        self.log.create(topics(2))
        self._stream = self._start("stream", "--log", self.url)
        command = ("dashboard", "--log", self.url, "--port", "0")
        self._dashboard = self._start(*command, stdout=subprocess.PIPE)
        assert self._dashboard.stdout is not None
        told = re.search(r"http://\S+", self._dashboard.stdout.readline())
        self.address = told[0] if told else "no address was told"

    def queue_up(self, contact: str) -> None:
        """A contact begins to wait for benefits now."""
        line = builders.event(
            "contact.queued", subject=contact, at_us=now_us(), queue="benefits", channel="voice"
        )
        self.log.append(CONTACT_EVENTS, [(contact, line)])

    def backlog(self, batch: int, size: int = 2_000) -> None:
        """So many contacts begin to wait at once."""
        contacts = [f"backlog-{batch}-{number}" for number in range(size)]
        lines = [
            builders.event(
                "contact.queued", subject=contact, at_us=now_us(), queue="benefits", channel="voice"
            )
            for contact in contacts
        ]
        self.log.append(CONTACT_EVENTS, list(zip(contacts, lines, strict=True)))

    def stop_stream(self) -> None:
        self._stream.send_signal(signal.SIGTERM)
        assert self._stream.wait(10) == 0

    def start_stream(self) -> None:
        self._stream = self._start("stream", "--log", self.url)

    def close(self) -> None:
        for process in (self._stream, self._dashboard):
            process.send_signal(signal.SIGINT)
        for process in (self._stream, self._dashboard):
            process.wait(10)
            if process.stdout is not None:
                process.stdout.close()
        self.log.close()

    def _start(self, *command: str, stdout: int = subprocess.DEVNULL) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "floorwatch", *command],
            stdout=stdout,
            stderr=subprocess.DEVNULL,
            text=True,
        )


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    floor = Floor(tmp_path / "log")
    try:
        yield floor
    finally:
        floor.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that fails its test with what the console said."""
    said: list[str] = []
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    page = context.new_page()
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(f"uncaught: {error}"))
    yield page
    context.close()
    assert [] == said


def test_health_tells_of_the_worker_and_of_its_end(floor: Floor, page: Page) -> None:
    """Who reads, how far and what was rejected, as the worker itself told it; then its silence."""
    floor.queue_up("c-1")
    floor.log.append(CONTACT_EVENTS, [("c-2", b"no event")])
    page.goto(f"{floor.address}/health")
    sentence, root = page.locator("#sentence"), page.locator("html")
    expect(sentence).to_have_text(
        "All 2 partitions are fresh, read by 1 worker.", timeout=_START_S * 1000
    )
    expect(page.locator('#events [data-key="rejected"] td')).to_have_text("1", timeout=_OPEN_MS)
    expect(page.locator('#types [data-key="contact.queued"] td')).to_have_text("1")
    expect(page.locator("#workers tbody tr")).to_have_count(1)
    expect(page.locator("#workers tbody [data-column=partitions]")).to_have_text("0, 1")

    floor.stop_stream()
    expect(root).to_have_attribute("data-fresh", "stale")
    expect(sentence).to_contain_text("All 2 partitions have been silent for ")
    expect(page.locator('#partitions [data-key="1"] .word')).to_have_text("Silent")

    floor.start_stream()
    expect(root).to_have_attribute("data-fresh", "live", timeout=_START_S * 1000)
    expect(page.locator("#workers tbody tr")).to_have_count(1)


def test_a_worker_that_was_away_catches_up_in_sight(floor: Floor, page: Page) -> None:
    """What lay in the log for longer than figures stay fresh is of the past until it is read."""
    floor.queue_up("c-1")
    page.goto(f"{floor.address}/health")
    root = page.locator("html")
    expect(root).to_have_attribute("data-fresh", "live", timeout=_START_S * 1000)
    states = page.evaluate(
        """() => {
            const seen = window.seen = new Set();
            new MutationObserver(() => {
                seen.add(document.querySelector("#sentence .lead").textContent);
            }).observe(document.getElementById("sentence"), { subtree: true, characterData: true, childList: true });
            return seen.size;
        }"""
    )
    assert states == 0
    floor.stop_stream()
    for batch in range(40):
        floor.backlog(batch)
    page.wait_for_timeout(6_000)

    floor.start_stream()

    expect(root).to_have_attribute("data-fresh", "live", timeout=_START_S * 1000)
    # By how much it was behind, or that this was not known yet: a quick worker tells only that.
    assert any(said.startswith("Catching up:") for said in page.evaluate("[...window.seen]"))
    expect(page.locator("#sentence .lead")).to_have_text("All 2 partitions are fresh,")


def test_an_event_reaches_the_wall_and_a_stopped_stream_is_seen(floor: Floor, page: Page) -> None:
    """There is a number, and it follows each event; without a stream it goes stale and grey, and with
    it comes back, all without a touch. How soon is measured by `make bench`."""
    for number in range(3):
        floor.queue_up(f"early-{number}")
    page.goto(floor.address)
    root = page.locator("html")
    expect(page.locator(_WAITING)).to_have_text("3", timeout=_START_S * 1000)

    page.reload()
    expect(page.locator(_WAITING)).to_have_text("3", timeout=_OPEN_MS)

    for number in range(4, 9):
        # No round number, so that the events do not keep step with the frames.
        page.wait_for_timeout(1_370)
        floor.queue_up(f"later-{number}")
        expect(page.locator(_WAITING)).to_have_text(str(number), timeout=_CHANGE_MS)

    floor.stop_stream()
    expect(root).to_have_attribute("data-fresh", "stale")
    expect(root).to_have_attribute("data-fresh", "lost")
    expect(page.locator("#banner")).to_contain_text("No news from the stream")

    floor.queue_up("in the dark")
    floor.start_stream()
    expect(root).to_have_attribute("data-fresh", "live", timeout=_START_S * 1000)
    expect(page.locator(_WAITING)).to_have_text("9", timeout=_CHANGE_MS)
