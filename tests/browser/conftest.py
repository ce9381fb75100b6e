"""A real dashboard on a free port over a floor in memory, and a real Chromium before it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from dashboard.app import create_app, serving
from tests.browser.stages import Stage, State, staged
from tests.dashboard.pictures import TableReader, ordinary, wall_clock

_ARGUMENTS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
)
# How long a page may take to show what it must: a bound on waiting where something is wrong, no
# measure of speed. A loaded machine may take seconds for what is usually there in a tenth of one.
expect.set_options(timeout=30_000)
OpenPage = Callable[..., Page]
OpenStage = Callable[..., Page]


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
        path: str = "/",
        *,
        width: int = 1920,
        height: int = 1080,
        scheme: str = "dark",
        zone: str | None = None,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="light" if scheme == "light" else "dark",
            timezone_id=zone,
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
    # What Chromium itself says of a connection that a test cut, or of an answer that says why there
    # is nothing, is no fault of the page.
    own = [line for line in said if "net::ERR_" not in line and "the server responded" not in line]
    assert own == []


@pytest.fixture(scope="module")
def stages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[State], Stage]]:
    """The floors by their states: each is there from when it is first asked for."""
    known: dict[State, Stage] = {}
    with ExitStack() as open_:

        def stage(state: State) -> Stage:
            if state not in known:
                folder = tmp_path_factory.mktemp(state)
                known[state] = open_.enter_context(staged(state, folder))
            return known[state]

        yield stage


@pytest.fixture
def open_stage(browser: Browser, stages: Callable[[State], Stage]) -> Iterator[OpenStage]:
    """Opens a screen over a floor in such a state; a test fails with what its console said."""
    said: list[str] = []
    contexts = []

    def open_(
        state: State, path: str, *, width: int = 1366, height: int = 768, **options: Any
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height}, **{"color_scheme": "dark", **options}
        )
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: said.append(f"uncaught: {error}"))
        stages(state).show(page, path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert [line for line in said if "the server responded" not in line] == []
