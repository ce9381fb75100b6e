"""Takes pictures of every screen, in every state, width and theme: real floors, looked at by a browser.

The pictures go to test-results/screens, which is no part of the repository, with a page of all
beside them. What can be opened on a screen is opened over the floor in a surge that the tests of
screens have. `--docs` takes those of docs/images instead.
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
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import Event
from typing import Final, Literal, NamedTuple, get_args

from playwright.sync_api import Browser, Error, Page, sync_playwright

from tests.browser.looks import LOOKS, Look
from tests.browser.stages import SCREENS, STATES, State, staged

ROOT: Final = Path(__file__).resolve().parents[1]
IMAGES: Final = ROOT / "docs" / "images"
SHOTS: Final = ROOT / "test-results" / "screens"
Theme = Literal["dark", "light"]
THEMES: Final[tuple[Theme, ...]] = get_args(Theme)
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
    whole = not (asked.docs or asked.screen or asked.state or asked.look)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("FLOORWATCH_CHROMIUM"),
            # Chromium's sandbox does not start for root, as in a container.
            chromium_sandbox=os.geteuid() != 0,
        )
        if asked.docs:
            _picture_for_docs(browser)
            return
        SHOTS.mkdir(parents=True, exist_ok=True)
        widths = asked.width or list(WIDTHS)
        if whole or asked.screen or asked.state:
            _picture_screens(browser, asked.state or STATES, asked.screen or SCREENS, widths)
        if whole or asked.look:
            _picture_looks(
                browser, [one for one in LOOKS if whole or one.name in asked.look], widths
            )
        browser.close()
    _write_index()


def _picture_for_docs(browser: Browser) -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with ExitStack() as floors:
        for _, address in _floors(floors, ("ordinary",)):
            for picture in PICTURES:
                _take_for_docs(browser, address, picture)


def _picture_screens(
    browser: Browser, states: Sequence[State], paths: Sequence[str], widths: list[int]
) -> None:
    with ExitStack() as floors:
        for state, address in dict(_floors(floors, states)).items():
            for path in paths:
                page = browser.new_page(color_scheme="dark")
                _open(page, address + path)
                _take(page, f"{path.strip('/') or 'wallboard'}-{state}", widths)
                print(f"{path} {state}")


def _picture_looks(browser: Browser, looks: list[Look], widths: list[int]) -> None:
    with (
        tempfile.TemporaryDirectory(prefix="screens-") as folder,
        staged("surge", Path(folder)) as stage,
    ):
        for look in looks:
            # As it is opened on a desk: drawn anew in each width, it stays open.
            page = browser.new_page(color_scheme="dark", viewport={"width": 1366, "height": 768})
            stage.show(page, look.path)
            look.open(page)
            _take(page, "look-" + look.name.replace(" ", "-").replace("'", ""), widths)
            print(look.name)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Takes pictures of every screen.")
    parser.add_argument("--docs", action="store_true", help="those of docs/images instead")
    parser.add_argument("--screen", action="append", choices=SCREENS)
    parser.add_argument("--state", action="append", choices=STATES)
    parser.add_argument("--look", action="append", choices=[look.name for look in LOOKS])
    parser.add_argument("--width", action="append", type=int, choices=WIDTHS)
    return parser.parse_args()


def _floors(floors: ExitStack, states: Sequence[State]) -> Iterator[tuple[State, str]]:
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


def _take(page: Page, name: str, widths: list[int]) -> None:
    """A page that is opened once, drawn in each width and theme, and then closed."""
    for width in widths:
        page.set_viewport_size({"width": width, "height": WIDTHS[width]})
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            page.wait_for_timeout(REDRAWN_MS)
            # A phone and a desk show the whole page, a wall what it has room for.
            page.screenshot(path=SHOTS / f"{name}-{width}-{theme}.png", full_page=width < 1920)
    page.close()


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
