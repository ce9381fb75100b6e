"""Takes the pictures in docs/images: starts a demo, waits for figures, photographs it, stops it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Final, Literal, NamedTuple

from playwright.sync_api import Browser, Error, Page, sync_playwright

ROOT: Final = Path(__file__).resolve().parents[1]
IMAGES: Final = ROOT / "docs" / "images"
PORT: Final = 8059
ADDRESS: Final = f"http://127.0.0.1:{PORT}"
START_ATTEMPTS_MAX: Final = 120
# The demo begins with an hour of history; this is for the first frames to have come.
SETTLE_MS: Final = 6_000


class Picture(NamedTuple):
    """One picture: which screen, how large, in which of the two themes."""

    name: str
    path: str
    width: int
    height: int
    theme: Literal["dark", "light"]


PICTURES: Final = (
    Picture("wallboard", "/", 1920, 1080, "dark"),
    Picture("wallboard-light", "/", 1920, 1080, "light"),
    Picture("wallboard-phone", "/", 390, 844, "dark"),
)


def main() -> None:
    """Take every picture of one demo."""
    command = [sys.executable, "-m", "floorwatch", "demo", "--port", str(PORT)]
    demo = subprocess.Popen(command, cwd=ROOT)  # noqa: S603
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=os.environ["FLOORWATCH_CHROMIUM"],
                # Chromium's sandbox does not start for root, as in a container.
                chromium_sandbox=os.geteuid() != 0,
            )
            _wait_until_ready(browser.new_page())
            IMAGES.mkdir(parents=True, exist_ok=True)
            for picture in PICTURES:
                _take(browser, picture)
            browser.close()
    finally:
        demo.send_signal(signal.SIGINT)
        demo.wait(timeout=30)


def _wait_until_ready(page: Page) -> None:
    for _ in range(START_ATTEMPTS_MAX):
        try:
            if page.request.get(f"{ADDRESS}/readyz").ok:
                break
        except Error:
            pass  # Nothing listens yet.
        page.wait_for_timeout(1_000)
    else:
        sys.exit(f"screenshots: the demo was not ready after {START_ATTEMPTS_MAX} s")
    page.wait_for_timeout(SETTLE_MS)


def _take(browser: Browser, picture: Picture) -> None:
    page = browser.new_page(
        viewport={"width": picture.width, "height": picture.height}, color_scheme=picture.theme
    )
    page.goto(f"{ADDRESS}{picture.path}")
    page.wait_for_timeout(5_000)
    file = IMAGES / f"{picture.name}.png"
    page.screenshot(path=file)
    page.close()
    print(file.relative_to(ROOT))


if __name__ == "__main__":
    main()
