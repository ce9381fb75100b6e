"""A dashboard with everything that has words: boards of every tile, agents in every state, a shift, a drill."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml
from fastapi import FastAPI
from msgspec import structs
from playwright.sync_api import Page

from dashboard.app import create_app, serving
from stream.contract.board_limits import problems_of_limit
from stream.contract.boards import parse_boards
from stream.contract.figures import AgentSection, Picture
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import MINUTE_US
from stream.shift.apart import shift_reports
from tests.boards import EVERY_KIND, shelf_at
from tests.clock import now_us
from tests.dashboard.customers import Customers
from tests.dashboard.floors import TOOLS, alert_floor
from tests.dashboard.pictures import Q, TableReader, ordinary, section, surge, wall_clock
from tests.dashboard.test_detail_api import Desk
from tests.dashboard.training.reports import report
from tests.incidents import notice_incident, resolved_incident, surge_incident, ticket_incident
from tests.simulator.drill.desks import Table
from tests.stream.shifts import two_hours

# Those of which people make tiles, the ones with the longest names among them.
FIGURES: Final = (
    "waiting", "waiting_over_target", "oldest_wait_s", "expected_wait_s", "callbacks_overdue",
    "conversations_unanswered", "oldest_unanswered_s", "agents_available", "agents_wrap_up",
    "agents_staffed", "service_level", "abandons_in_target_ignored", "stuck_proof",
    "average_speed_of_answer_s", "wait_p90_s", "wait_max_s", "abandonment_rate",
    "average_response_time_s", "callbacks_kept_rate", "average_handle_time_s", "transfer_rate",
    "decline_rate", "occupancy", "utilisation", "csat_low", "csat_mean", "effectiveness_score",
    "resolution_rate", "survey_response_rate", "short_abandoned", "transferred_out", "surveys_sent",
    "callbacks_kept", "answered_in_target", "nps", "offered",
)  # fmt: skip
# Small, and beside each other: twelve of them.
KINDS: Final = (
    {"kind": "queue", "queue": "email"}, {"kind": "queue", "queue": "callbacks"},
    {"kind": "queue", "queue": "night"}, {"kind": "queue", "queue": "snap-chat"},
    {"kind": "group", "queues": ["benefits", "email", "callbacks"]},
    {"kind": "channel", "channel": "voice"}, {"kind": "team", "team": "north"}, {"kind": "floor"},
    {"kind": "trend", "queue": "benefits"}, {"kind": "alerts"}, {"kind": "thanks"}, {"kind": "clock"},
)  # fmt: skip
# What is drawn is laid out.
_SETTLE_MS: Final = 300
# A bound on waiting where something is wrong, no measure of speed.
_DRAWN_MS: Final = 60_000
AWAY: Final = ("break", "lunch", "training", "coaching", "meeting", "decompression")
STATES: Final = (
    ("available", None), ("busy", None), ("wrap_up", None), ("away", None), ("offline", None),
    *(("away", reason) for reason in AWAY), ("away", "fire_drill"),
)  # fmt: skip


class Staffed(TableReader):
    """A floor with an agent in each state."""

    def picture(self, window: str, *, agents: bool = False) -> Picture:
        """The floor as it was set, as of now."""
        told = super().picture(window, agents=agents)
        if not agents:
            return told
        one = section(Q("agent"))
        since = told.figures.as_of
        people = {
            f"a-{17 + nth}": AgentSection(state, reason, since, "north", one.counts, one.figures)
            for nth, (state, reason) in enumerate(STATES)
        }
        return structs.replace(told, figures=structs.replace(told.figures, agents=people))


def _figure(name: str) -> dict[str, Any]:
    """With a limit, so that it says how it stands beside its name."""
    limits: tuple[dict[str, float], ...] = ({"above": 0.0}, {"below": 0.9}, {"below": 4.9})
    fit = (
        one for one in limits if not [*problems_of_limit(name, one.get("above"), one.get("below"))]
    )
    return {"kind": "figure", "figure": name, "trouble": next(fit)}


def _boards() -> str:
    pages = [
        {"columns": 4, "tiles": [_figure(name) for name in FIGURES[at : at + 12]]}
        for at in range(0, len(FIGURES), 12)
    ]
    pages += [{"columns": 4, "tiles": list(KINDS)}, {"tiles": list(KINDS[5:8])}]
    boards = yaml.safe_load(EVERY_KIND)
    boards["boards"]["words"] = {"title": "Words", "pages": pages}
    return yaml.safe_dump(boards, sort_keys=False)


@dataclass(frozen=True)
class Whole:
    """Where the dashboards are: of the floor, of a drill that is set up, of one that is over."""

    floor: str
    setup: str
    over: str


@contextmanager
def whole_floor(directory: Path) -> Iterator[Whole]:
    """All of them, until they are left."""
    with ExitStack() as open_:
        floor = open_.enter_context(alert_floor(directory / "alerts"))
        now = now_us()
        floor.evaluator.tell(
            surge_incident(now - 4 * MINUTE_US), notice_incident(now - 11 * MINUTE_US),
            ticket_incident(now - 95 * MINUTE_US), resolved_incident(now - 200 * MINUTE_US),
        )  # fmt: skip
        ground = two_hours(directory / "shift")
        open_.callback(ground.log.close)
        ground.incident("i-1", 10, 40)
        shifts = shift_reports(ground.url, FloorPlan(), now=lambda: ground.now_us, title="Centre")
        app = create_app(
            Staffed(surge(), wall_clock),
            now=wall_clock,
            alerts=floor.board,
            rules=TOOLS,
            boards=open_.enter_context(shelf_at(directory / "boards", parse_boards(_boards()))),
            detail=Desk(),
            experience=Customers(400, as_of=now),
            shifts=shifts,
        )
        yield Whole(
            open_.enter_context(serving(app)),
            open_.enter_context(serving(_drill(Table()))),
            open_.enter_context(serving(_drill(_reckoned()))),
        )


def _drill(table: Table) -> FastAPI:
    return create_app(TableReader(ordinary(), wall_clock), now=wall_clock, training=table.desk)


def _reckoned() -> Table:
    table = Table()
    table.began()
    table.desk.finish()
    (_, _, _, future) = table.courses[-1]
    future.set_result(report())
    table.desk.step()
    return table


@dataclass(frozen=True)
class Look:
    """A screen, what is there once all of it is drawn, and which of the dashboards it is on. Parts that
    are asked for by themselves come in any order, so each is named."""

    path: str
    drawn: tuple[str, ...]
    of: str = "floor"
    # What is drawn of a page within it.
    framed: str | None = None

    def show(self, page: Page, whole: Whole, language: str) -> None:
        """Open it in this language."""
        sign = "&" if "?" in self.path else "?"
        page.goto(f"{getattr(whole, self.of)}{self.path}{sign}lang={language}")
        parts = [page.locator(one) for one in self.drawn]
        if self.framed:
            parts.append(page.frame_locator("iframe").locator(self.framed))
        for part in parts:
            part.locator("visible=true").first.wait_for(timeout=_DRAWN_MS)
        page.wait_for_timeout(_SETTLE_MS)


_WALL: Final = ("#floor [data-part=value]",)
_BOARD: Final = (*_WALL, "#board-page > .tile", "#foot-thanks-text")
_FIGURE: Final = (*_BOARD, "#board-page .one-value .number")
_TILE: Final = (*_BOARD, "#board-page .big-value")
_THANKED: Final = (*_BOARD, ".is-thanks .number", ".tile-alert-title")
_EXPERIENCE: Final = (
    "#experience-rows tbody tr", "#curve .curve-point", "#curve-answer .curve-verdict",
    "#experience-pains tbody tr", "#experience-promises tbody tr", "#thanks li",
    "#comments-right :not(:empty)",
)  # fmt: skip
_HEALTH: Final = (
    "partitions", "workers", "types", "watch", "receivers", "events", "fields", "limits",
)  # fmt: skip
LOOKS: Final = (
    Look("/", (*_WALL, "#queues .tile .big-value")),
    Look("/?board=front&page=1", _TILE),
    Look("/?board=front&page=2", _THANKED),
    *(Look(f"/?board=words&page={nth}", _FIGURE) for nth in (1, 2, 3)),
    Look("/?board=words&page=4", (*_TILE, *_THANKED)),
    Look("/?board=words&page=5", _TILE),
    Look("/?board=front&build=1", (*_TILE, ".builder select")),
    Look("/supervisor", ("#queue-grid .ag-cell",)),
    Look("/supervisor?view=agents", ("#agent-grid .ag-cell",)),
    Look(
        "/supervisor?view=agents&agent=a-17",
        ("#agent-grid .ag-cell", ".beside-figures .number", "#beside .contact-rows tbody tr"),
    ),
    Look(
        "/supervisor?queue=benefits",
        (
            "#queue-grid .ag-cell", ".beside-figures .number", "#beside .contact-rows tbody tr",
            ".hour-answered", ".level-value .number", ".event-list li",
        ),
    ),
    *(Look(f"/experience?by={by}", _EXPERIENCE) for by in ("channel", "segment", "journey_stage")),
    Look("/alerts", ("#incidents-list li", ".entry-text")),
    Look("/alerts?tab=rules", ("#rules-table tbody tr", "#rules-by:not(:empty)")),
    Look("/health", tuple(f"#{table} tbody tr" for table in _HEALTH)),
    Look(
        "/report?from=2026-03-02T14:00:00Z&to=2026-03-02T16:00:00Z",
        ("#shift-page iframe",),
        framed=".about.foot",
    ),
    Look("/training", (".training .sheet",), "setup"),
    Look("/training?as=trainee", (".training .sheet", ".report-figure"), "over"),
    Look("/training", (".training .sheet", ".report-figure"), "over"),
)  # fmt: skip
