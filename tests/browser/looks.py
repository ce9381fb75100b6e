"""What somebody opens on a screen: each is looked at as the screens themselves are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, NamedTuple

from playwright.sync_api import Page

from tests.browser.conftest import OpenStage

_SOON_MS: Final = 30_000
# Glows and fades that opening begins have ended.
_SETTLE_MS: Final = 500
_ROW: Final = ".contact-rows tbody tr"


class Look(NamedTuple):
    """What is opened where, by what address or touch, and what is seen once it is."""

    name: str
    path: str
    shown: str
    touch: Callable[[Page], None] = lambda _page: None
    # What it lies in, where that lies over the rest of the page, or does in a narrow window.
    within: str = "body"

    def __str__(self) -> str:
        return self.name

    def open(self, page: Page) -> None:
        """Open it on its screen, which is shown, and wait until it is seen."""
        self.touch(page)
        page.locator(self.shown).first.wait_for(timeout=_SOON_MS)
        page.wait_for_timeout(_SETTLE_MS)


def _pressed(key: str) -> Callable[[Page], None]:
    return lambda page: page.keyboard.press(key)


def _clicked(selector: str) -> Callable[[Page], None]:
    return lambda page: page.locator(selector).first.click()


def _found(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.locator("#palette input").fill("ben")


def _a_figure_of_a_board(page: Page) -> None:
    page.locator("#board-page > .tile").nth(5).focus()


def _a_surprise(page: Page) -> None:
    page.get_by_role("button", name="+ More contacts").click()


LOOKS: Final = (
    Look("a queue", "/supervisor?queue=benefits", f"#beside {_ROW}", within="#beside"),
    Look("agents", "/supervisor?view=agents", "#agent-grid .ag-row"),
    Look("an agent", "/supervisor?view=agents&agent=a-17", f"#beside {_ROW}", within="#beside"),
    Look(
        "contacts behind a number",
        "/supervisor?queue=benefits&behind=waiting&of_queue=benefits",
        f"#dialog {_ROW}",
        within="#dialog",
    ),
    Look("the palette", "/", "#palette-list li", _found, "#palette"),
    Look(
        "what to take away",
        "/supervisor",
        "#take-dialog button",
        _clicked("#take-away"),
        "#take-dialog",
    ),
    Look("a board", "/?board=front", "#board-page .tile"),
    Look("a board's other page", "/?board=front&page=2", "#board-page .tile"),
    Look("a board on a TV", "/?board=front&kiosk=1", "#board-page .tile"),
    Look("the builder", "/?board=front&build=1", "#builder-watch", _a_figure_of_a_board),
    Look("the list of boards", "/", ".boards-list a", _clicked("#boards-open"), "#boards-menu"),
    Look("the bar of the past", "/", "#past-bar .past-range", _clicked("#past-open")),
    Look("an incident", "/alerts", "#detail .detail-caption", _clicked(".card")),
    Look("rules", "/alerts?tab=rules", "#rule-form input", _clicked("#rules-table [data-key]")),
    Look("one queue's curve", "/experience?queue=benefits", "#curve svg"),
    Look(
        "a shift's report",
        "/report?from=2026-03-02T14:00:00Z&to=2026-03-02T16:00:00Z",
        "#shift-page iframe",
    ),
    Look("a plan of a drill", "/training", ".planned", _a_surprise),
)


def opened(open_stage: OpenStage, look: Look, **window: int) -> Page:
    """It, over a floor in a surge, once it is seen."""
    page: Page = open_stage("surge", look.path, **window)
    look.open(page)
    return page
