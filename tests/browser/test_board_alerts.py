"""The tile of alerts on a board: as many as there is room for, and how many more there are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Page, expect

from dashboard.app import create_app, serving
from stream.contract.boards import parse_boards
from stream.contract.instants import MINUTE_US
from tests.boards import shelf_at
from tests.browser.conftest import OpenPage
from tests.clock import now_us
from tests.dashboard.floors import AlertFloor, alert_floor
from tests.dashboard.pictures import TableReader, wall_clock
from tests.incidents import ticket_incident

pytestmark = pytest.mark.browser

# More than are ever listed.
_OPEN: Final = 14
_BOARD: Final = """
boards:
  duty:
    title: Duty
    pages:
      - columns: 4
        tiles: [{kind: alerts}, {kind: floor}, {kind: clock}, {kind: queue, queue: benefits}]
"""
# How many incidents are shown, how many more there are said to be, and by how much it is too high.
_TOLD: Final = """() => {
  const list = document.querySelector(".tile-alerts"), more = list.querySelector(".tile-alerts-more");
  const [n] = /\\d+/.exec(more ? more.textContent : "0");
  return [list.querySelectorAll(".tile-alert").length, Number(n), list.scrollHeight - list.parentElement.clientHeight];
}"""


@pytest.fixture
def alerts(tmp_path: Path) -> Iterator[AlertFloor]:
    """So many are open that no tile has room for all of them."""
    with alert_floor(tmp_path / "alerts") as floor:
        now = now_us()
        floor.evaluator.tell(
            *(ticket_incident(now - (95 - n) * MINUTE_US, n) for n in range(1, _OPEN + 1))
        )
        yield floor


@pytest.fixture
def wall(reader: TableReader, alerts: AlertFloor, tmp_path: Path) -> Iterator[str]:
    """The address of a dashboard with these alerts on a board."""
    with shelf_at(tmp_path / "boards", parse_boards(_BOARD)) as shelf:
        app = create_app(reader, now=wall_clock, alerts=alerts.board, boards=shelf)
        with serving(app) as url:
            yield url


def frames(page: Page, reader: TableReader, many: int) -> None:
    """So many frames more are drawn, of a floor on which something else happens."""
    for _ in range(many):
        seq = page.evaluate("floorwatch.wall.newest().seq")
        reader.change()
        page.wait_for_function("seq => floorwatch.wall.newest().seq > seq", arg=seq)


def test_what_there_is_no_room_for_is_counted(
    open_page: OpenPage, alerts: AlertFloor, reader: TableReader
) -> None:
    """Those that are shown and those that are not are all that are open, whatever changes."""
    page = open_page("/?board=duty", width=1366, height=768)
    expect(page.locator(".tile-alerts-more")).to_be_visible()
    # The first may be of before the board has its size.
    frames(page, reader, 1)
    shown, more, over = page.evaluate(_TOLD)
    assert shown >= 1
    assert (shown + more, max(0, over)) == (_OPEN, 0)

    alerts.evaluator.tell(ticket_incident(now_us() - MINUTE_US, _OPEN + 1))
    expect(page.locator(".tile-alerts-more")).to_contain_text(str(more + 1))
    assert page.evaluate(_TOLD)[0] == shown

    page.set_viewport_size({"width": 1366, "height": 1400})
    page.wait_for_function(f"before => ({_TOLD})()[0] > before", arg=shown)
    taller = page.evaluate(_TOLD)
    assert taller[0] + taller[1] == _OPEN + 1
    page.set_viewport_size({"width": 1366, "height": 768})
    page.wait_for_function(f"before => ({_TOLD})()[0] === before", arg=shown)
    frames(page, reader, 1)
    assert page.evaluate(_TOLD)[:2] == [shown, more + 1]


def test_what_is_told_again_is_not_made_again(
    open_page: OpenPage, alerts: AlertFloor, reader: TableReader
) -> None:
    """Frames in which no alert changes leave the list as it is; one in which one does changes it."""
    page = open_page("/?board=duty", width=1366, height=768)
    expect(page.locator(".tile-alerts-more")).to_be_visible()
    frames(page, reader, 1)
    page.evaluate("window.first = document.querySelector('.tile-alert')")
    frames(page, reader, 3)
    assert page.evaluate("window.first === document.querySelector('.tile-alert')")

    title = page.locator(".tile-alert-title").first.inner_text()
    first = page.evaluate(
        "title => floorwatch.wall.newest().alerts.incidents.find((one) => one.title === title).id",
        title,
    )
    alerts.evaluator.tell(gone=(first,))
    expect(page.locator(".tile-alert-title").first).not_to_have_text(title)
