"""What a TV begins with: a file of its own that waits for the dashboard and goes to its wall."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, expect

import dashboard
from dashboard.app import create_app, serving
from dashboard.server import bind
from tests.browser.conftest import OpenPage
from tests.dashboard.pictures import TableReader, wall_clock

TV: Final = Path(dashboard.__file__).parent / "assets" / "wall" / "tv.html"


class _Proxy(BaseHTTPRequestHandler):
    """What stands in front of a dashboard that is not there."""

    def do_GET(self) -> None:
        """Says so, in a page of its own."""
        self.server.asked.set()  # type: ignore[attr-defined]
        self.send_response(502)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<h1>Bad Gateway</h1>")

    def log_message(self, *_: object) -> None:
        """Nothing."""


@contextmanager
def proxy(port: int) -> Iterator[Event]:
    """One that answers for nobody at the port; gives whether it was asked."""
    server = ThreadingHTTPServer(("127.0.0.1", port), _Proxy)
    server.asked = asked = Event()  # type: ignore[attr-defined]
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield asked
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A TV's."""
    context = browser.new_context(viewport={"width": 1920, "height": 1080}, locale="it-IT")
    yield context.new_page()
    context.close()


def test_a_tv_goes_to_the_wall_once_the_dashboard_answers(page: Page, reader: TableReader) -> None:
    """From its own file, over a port where nobody is, then a proxy's error, then the wall."""
    with bind("127.0.0.1", 0) as bound:
        port = bound.getsockname()[1]
    page.goto(f"{TV.as_uri()}#http://127.0.0.1:{port}/?theme=light")
    expect(page.get_by_role("status")).to_have_text(
        f"In attesa della dashboard su 127.0.0.1:{port}"
    )
    with page.expect_event("requestfailed", lambda asked: "favicon" in asked.url, timeout=30_000):
        pass
    with proxy(port) as asked:
        assert asked.wait(30)
        # The one after it tells that the first did not lead away.
        asked.clear()
        assert asked.wait(30)
    assert page.url.startswith("file:")
    with serving(create_app(reader, now=wall_clock), port=port):
        page.wait_for_url(f"http://127.0.0.1:{port}/?theme=light&kiosk=1", timeout=60_000)
        expect(page.locator("#sentence")).to_be_visible()
        page.goto("about:blank")


def test_a_tv_without_an_address_says_where_it_goes(page: Page) -> None:
    """Or with one that is none; and in the language that the address asks for, if in any."""
    for way in ("", "#wall", "#javascript:alert(1)"):
        page.goto("about:blank")
        page.goto(TV.as_uri() + way)
        expect(page.get_by_role("status")).to_contain_text(
            "tv.html#https://wall.example/?board=front"
        )
    page.goto("about:blank")
    page.goto(TV.as_uri() + "#http://127.0.0.1:9/?lang=es")
    expect(page.get_by_role("status")).to_have_text("Esperando al panel en 127.0.0.1:9")
    expect(page.locator("html")).to_have_attribute("lang", "es")


def test_the_dashboard_gives_the_file_and_leads_to_nowhere_else(
    open_page: OpenPage, wall: str
) -> None:
    """It is saved from there. Opened there, it goes to this dashboard's wall alone."""
    page = open_page("/assets/wall/tv.html#https://elsewhere.example/")
    expect(page.get_by_role("status")).to_contain_text("tv.html#")
    saved = page.request.get(f"{wall}/assets/wall/tv.html")
    assert saved.body() == TV.read_bytes()
    page.goto("about:blank")
    page.goto(f"{wall}/assets/wall/tv.html")
    page.wait_for_url(f"{wall}/?kiosk=1", timeout=60_000)
