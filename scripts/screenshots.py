"""Takes pictures of every screen, in every state, width and theme: real floors, looked at by a browser.

The pictures go to test-results/screens, which is no part of the repository, with a page of all
beside them. `--docs` takes those of docs/images instead.
"""

from __future__ import annotations

import argparse
import html
import os
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event
from typing import Final, Literal, NamedTuple, get_args

from playwright.sync_api import Browser, Error, Page, sync_playwright

from dashboard.app import _SCREENS

ROOT: Final = Path(__file__).resolve().parents[1]
IMAGES: Final = ROOT / "docs" / "images"
SHOTS: Final = ROOT / "test-results" / "screens"
State = Literal["ordinary", "surge", "empty", "stale", "broken"]
Theme = Literal["dark", "light"]
STATES: Final[tuple[State, ...]] = get_args(State)
THEMES: Final[tuple[Theme, ...]] = get_args(Theme)
SCREENS: Final = tuple(screen.path for screen in _SCREENS)
WIDTHS: Final = {360: 780, 1366: 768, 1920: 1080, 3840: 2160}
PORTS: Final = {state: 8059 + number for number, state in enumerate(STATES)}
LIVING: Final = ("ordinary", "surge")
# The day on which everybody calls at once.
SURGE: Final = "mass-mailing"
START_S: Final = 120
# The demo begins with an hour of history; this is for the first frames to have come.
SETTLE_S: Final = 6.0
# So long a floor lives, at so many times its pace, whose stream is to be no more.
LIVED_S, LIVED_SPEED = 20.0, 30
# How old the figures must be before a screen calls them lost.
LOST_S: Final = 16.0
# Until a page is drawn, and until it is drawn anew in another size or theme.
DRAWN_MS, REDRAWN_MS = 3_000, 700


class Picture(NamedTuple):
    """One picture of the documentation: which screen, how large, in which theme."""

    name: str
    path: str
    width: int
    height: int
    theme: Theme


PICTURES: Final = (
    Picture("wallboard", "/", 1920, 1080, "dark"),
    Picture("wallboard-light", "/", 1920, 1080, "light"),
    Picture("wallboard-phone", "/", 390, 844, "dark"),
)


def main() -> None:
    """Take what is asked for; everything, unless something is named."""
    asked = _asked()
    states: tuple[State, ...] = ("ordinary",) if asked.docs else tuple(asked.state or STATES)
    with ExitStack() as floors, sync_playwright() as playwright:
        addresses = dict(_floors(floors, states))
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("FLOORWATCH_CHROMIUM"),
            # Chromium's sandbox does not start for root, as in a container.
            chromium_sandbox=os.geteuid() != 0,
        )
        if asked.docs:
            IMAGES.mkdir(parents=True, exist_ok=True)
            for picture in PICTURES:
                _take_for_docs(browser, addresses["ordinary"], picture)
            return
        SHOTS.mkdir(parents=True, exist_ok=True)
        for state, address in addresses.items():
            for path in asked.screen or SCREENS:
                _take(browser, state, address, path, asked.width or list(WIDTHS))
        browser.close()
    _write_index()


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Takes pictures of every screen.")
    parser.add_argument("--docs", action="store_true", help="those of docs/images instead")
    parser.add_argument("--screen", action="append", choices=SCREENS)
    parser.add_argument("--state", action="append", choices=STATES)
    parser.add_argument("--width", action="append", type=int, choices=WIDTHS)
    return parser.parse_args()


def _floors(floors: ExitStack, states: tuple[State, ...]) -> Iterator[tuple[State, str]]:
    """A dashboard of each state and its address, as soon as all are there."""
    folder = Path(floors.enter_context(tempfile.TemporaryDirectory(prefix="screens-")))
    if "stale" in states:
        _live(folder / "stale")
    for state in states:
        floors.enter_context(_running(*_command(state, folder), "--port", str(PORTS[state])))
    for state in states:
        _wait_until_answers(PORTS[state], ready=state in LIVING)
    _wait(LOST_S if "stale" in states else SETTLE_S)
    for state in states:
        yield state, f"http://127.0.0.1:{PORTS[state]}"


def _command(state: State, folder: Path) -> tuple[str, ...]:
    """What shows a floor in such a state."""
    match state:
        case "ordinary":
            return ("demo",)
        case "surge":
            return ("demo", "--scenario", SURGE)
        case "empty" | "stale":
            return ("dashboard", "--log", f"embedded:{folder / state}")
        case "broken":
            # A broker that is away: nothing listens there.
            return ("dashboard", "--log", "kafka://127.0.0.1:9")


def _live(folder: Path) -> None:
    """A floor that lived for a while in this log, and nobody follows any more."""
    log = f"embedded:{folder}"
    with (
        _running("simulate", "--log", log, "--speed", str(LIVED_SPEED), "--showing", "10:30"),
        _running("stream", "--log", log),
    ):
        _wait(LIVED_S)


def _wait(seconds: float) -> None:
    Event().wait(seconds)


@contextmanager
def _running(*command: str) -> Iterator[None]:
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-m", "floorwatch", *command],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)


def _wait_until_answers(port: int, *, ready: bool) -> None:
    address = f"http://127.0.0.1:{port}/{'readyz' if ready else 'healthz'}"
    for _ in range(START_S):
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (urllib.error.URLError, OSError):
            _wait(1)
    sys.exit(f"screenshots: {address} gave no good answer within {START_S} s")


def _take(browser: Browser, state: State, address: str, path: str, widths: list[int]) -> None:
    """One screen in one state: a page that is opened once, and drawn in each width and theme."""
    page = browser.new_page(color_scheme="dark")
    _open(page, address + path)
    for width in widths:
        page.set_viewport_size({"width": width, "height": WIDTHS[width]})
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            page.wait_for_timeout(REDRAWN_MS)
            # A phone and a desk show the whole page, a wall what it has room for.
            page.screenshot(path=SHOTS / _file(path, state, width, theme), full_page=width < 1920)
    page.close()
    print(f"{path} {state}")


def _take_for_docs(browser: Browser, address: str, picture: Picture) -> None:
    page = browser.new_page(
        viewport={"width": picture.width, "height": picture.height}, color_scheme=picture.theme
    )
    _open(page, address + picture.path)
    page.wait_for_timeout(DRAWN_MS)
    file = IMAGES / f"{picture.name}.png"
    page.screenshot(path=file)
    page.close()
    print(file.relative_to(ROOT))


def _open(page: Page, address: str) -> None:
    try:
        page.goto(address)
    except Error as error:
        sys.exit(f"screenshots: {address}: {error.message.splitlines()[0]}")
    # What is outside the window is painted, too: a picture may be of the whole page.
    page.add_style_tag(content=".tile { content-visibility: visible !important }")
    page.wait_for_timeout(DRAWN_MS)


def _file(path: str, state: State, width: int, theme: Theme) -> str:
    return f"{path.strip('/') or 'wallboard'}-{state}-{width}-{theme}.png"


def _write_index() -> None:
    """A page of all the pictures there are, to look at them side by side."""
    files = sorted(file.name for file in SHOTS.glob("*.png"))
    shown = "\n".join(
        f'<figure><a href="{file}"><img src="{file}" width="440" loading="lazy"></a>'
        f"<figcaption>{html.escape(file)}</figcaption></figure>"
        for file in files
    )
    style = "body{display:flex;flex-wrap:wrap;align-items:start;gap:8px;font:14px sans-serif}"
    (SHOTS / "index.html").write_text(
        f"<!DOCTYPE html><title>Screens</title><style>{style}figure{{margin:0}}</style>{shown}"
    )
    print(f"{len(files)} pictures: {(SHOTS / 'index.html').relative_to(ROOT)}")


if __name__ == "__main__":
    main()
