"""The floors that every screen is looked at over: ordinary, in a surge, empty, stale and broken."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, get_args

from playwright.sync_api import Page

# A screen that joins these is looked at by every test of screens.
from dashboard.app import _SCREENS, create_app, serving
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import MINUTE_US
from stream.past.apart import LogPast
from stream.shift.apart import shift_reports
from tests.boards import every_kind, shelf_at
from tests.clock import now_us
from tests.dashboard.customers import Customers
from tests.dashboard.floors import TOOLS, AlertFloor, alert_floor
from tests.dashboard.pictures import TableReader, ordinary, surge, wall_clock
from tests.dashboard.present import Present
from tests.incidents import notice_incident, resolved_incident, surge_incident, ticket_incident
from tests.past_ground import PLAN, PastGround
from tests.simulator.drill.desks import Table
from tests.stream.shifts import two_hours

State = Literal["ordinary", "surge", "empty", "stale", "broken"]
STATES: Final[tuple[State, ...]] = get_args(State)
SCREENS: Final = tuple(screen.path for screen in _SCREENS)
# How a page says that it shows each.
_SHOWN: Final = {"ordinary": "live", "surge": "live", "empty": "waiting", "stale": "lost"}
# Nothing moves any more: fades have ended, and what counts has counted once.
_SETTLE_MS: Final = 500
_SILENT_S: Final = 400.0
# How many customers have answered.
_CUSTOMERS: Final = {"ordinary": 400, "surge": 40, "empty": 0, "stale": 400}


@dataclass(frozen=True)
class Stage:
    """A dashboard over a floor in such a state."""

    state: State
    url: str

    def show(self, page: Page, path: str) -> None:
        """Open a screen there, and wait until it is drawn."""
        page.goto(self.url + path)
        if self.state in _SHOWN:
            page.wait_for_selector(f'html[data-fresh="{_SHOWN[self.state]}"]')
        else:
            page.wait_for_selector("#clock")
            page.wait_for_function("document.querySelector('#age [data-part=text]').textContent")
        page.wait_for_timeout(_SETTLE_MS)


@contextmanager
def staged(state: State, directory: Path) -> Iterator[Stage]:
    """A dashboard over such a floor, with alerts as they would be."""
    reader = TableReader(surge() if state == "surge" else ordinary(), wall_clock)
    if state == "empty":
        reader.queues, reader.events = {}, 0
    if state == "stale":
        reader.told_s_ago(_SILENT_S)
    reader.broken = state == "broken"
    with ExitStack() as open_, alert_floor(directory) as floor:
        _alerted(floor, state)
        app = create_app(
            reader,
            now=wall_clock,
            alerts=floor.board,
            rules=TOOLS,
            detail=Present(),
            experience=None if reader.broken else Customers(_CUSTOMERS[state], as_of=now_us()),
            # What is opened is looked at on this floor alone.
            **(_besides(open_, directory) if state == "surge" else {}),
        )
        with serving(app) as url:
            yield Stage(state, url)


def _besides(open_: ExitStack, directory: Path) -> dict[str, Any]:
    """Boards, drills to run, two hours that are over, and a shift of the day of its log."""
    begin = now_us() // MINUTE_US * MINUTE_US - 130 * MINUTE_US
    ground = two_hours(directory / "shift")
    ground.incident("i-1", 10, 40)
    open_.callback(ground.log.close)
    return {
        "boards": open_.enter_context(shelf_at(directory / "boards", every_kind())),
        "training": Table().desk,
        "past": LogPast(
            PastGround(directory / "past", begin).url, PLAN, now=now_us, title="Benefits centre"
        ),
        "shifts": shift_reports(
            ground.url, FloorPlan(), now=lambda: ground.now_us, title="Benefits centre"
        ),
    }


def _alerted(floor: AlertFloor, state: State) -> None:
    now = now_us()
    if state != "empty":
        floor.evaluator.tell(
            notice_incident(now - 11 * MINUTE_US),
            ticket_incident(now - 95 * MINUTE_US),
            resolved_incident(now - 200 * MINUTE_US),
        )
    if state == "surge":
        floor.evaluator.tell(surge_incident(now - 4 * MINUTE_US))
