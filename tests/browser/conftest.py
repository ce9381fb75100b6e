"""A real dashboard on a free port over a floor in memory, and a real Chromium before it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from dashboard.app import create_app, serving
from tests.dashboard.pictures import TableReader, ordinary, wall_clock

_ARGUMENTS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
)
OpenPage = Callable[..., Page]


@pytest.fixture
def reader() -> TableReader:
    """The floor, which a test changes, silences or breaks."""
    return TableReader(ordinary(), wall_clock)


@pytest.fixture
def wall(reader: TableReader) -> Iterator[str]:
    """The address of a dashboard over this floor."""
    with serving(create_app(reader, now=wall_clock)) as url:
        yield url


@pytest.fixture(scope="package")
def browser(chromium_path: str) -> Iterator[Browser]:
    """One Chromium for all of these tests, and gone with them: while it is there, Playwright runs
    an event loop in this thread, beside which no other can run."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=list(_ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser, wall: str) -> Iterator[OpenPage]:
    """Opens the wall in a window of its own; a test fails with what its console said."""
    said: list[str] = []
    contexts = []

    def open_(
        path: str = "/", *, width: int = 1920, height: int = 1080, scheme: str = "dark"
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="light" if scheme == "light" else "dark",
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: said.append(f"uncaught: {error}"))
        page.on(
            "request",
            lambda request: None if request.url.startswith(wall) else said.append(request.url),
        )
        page.goto(wall + path)
        return page

    yield open_
    for context in contexts:
        context.close()
    # What Chromium itself says of a connection that a test cut is no fault of the page.
    own = [line for line in said if "net::ERR_" not in line]
    assert own == []
