"""`GET /api/v1/floor`, the same as CSV, and `GET /api/v1/queues/{queue}`."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from fastapi import APIRouter, HTTPException, Query, Response

from dashboard.api import detail_models, models
from dashboard.api.asked import in_time
from dashboard.api.known import missing_of, no_such_queue
from dashboard.api.past import At, LookAsked, feed_of, feed_then
from dashboard.feed import WINDOW, Answer, Feed
from dashboard.past import Looks
from dashboard.sheet import BOM, floor_csv
from stream.contract.figures import LIVE_WINDOWS, nothing_in_queue

_JSON: Final = "application/json"
_PROBLEMS: Final[dict[int | str, dict[str, object]]] = {
    422: {"model": models.Problem, "description": "The window is not one of those there are."},
    503: {"model": models.Problem, "description": "The figures cannot be computed just now."},
}
_NO_QUEUE: Final[dict[str, object]] = {"model": models.Problem, "description": "No such queue."}
WINDOWS_TOLD: Final = "How far back to look: " + ", ".join(LIVE_WINDOWS) + "."
_CSV: Final[dict[int | str, dict[str, object]]] = {
    200: {"content": {"text/csv": {}}, "description": "A row for each thing there is."},
    **_PROBLEMS,
}
WindowName = Annotated[
    str,
    Query(
        description=WINDOWS_TOLD,
        json_schema_extra={"enum": list(LIVE_WINDOWS)},
    ),
]


def figures_router(feed: Feed, looks: Looks) -> APIRouter:
    """The routes to figures, answered from what a feed built within the second: of now, or of a
    past."""
    router = APIRouter(prefix="/api/v1", tags=["figures"])

    @router.get("/floor", response_model=models.Floor, responses=_PROBLEMS)
    async def floor(
        window: WindowName = WINDOW,
        agents: Annotated[bool, Query(description="With the figures of each agent.")] = False,
        at: At = None,
        look: LookAsked = None,
    ) -> Response:
        """All figures of the floor, its queues, channels and teams; with `at` as they were then."""
        check_window(window)
        async with feed_then(feed, looks, at, look) as shown:
            answer = await ask_figures(shown, window, agents=agents)
        return Response(answer.figures_json, media_type=_JSON)

    _add_queues(router, feed, looks)
    _add_csv(router, feed, looks)
    return router


def _add_queues(router: APIRouter, feed: Feed, looks: Looks) -> None:
    # Before a queue's figures, whose name may hold anything.
    _add_hour(router, feed, looks)

    @router.get(
        "/queues/{queue:path}",
        response_model=models.Queue,
        responses={**_PROBLEMS, 404: _NO_QUEUE},
    )
    async def one_queue(
        queue: str, window: WindowName = WINDOW, look: LookAsked = None
    ) -> Response:
        """The figures of one queue."""
        shown = feed_of(feed, looks, look)
        picture = (await ask_figures(shown, window)).picture
        figures = picture.figures
        section = figures.queues.get(queue)
        if section is None:
            missing = await missing_of(shown, queue=queue)
            if missing is not None:
                raise missing
            if picture.queues_left_out:
                why = "queue: there are more queues than are told, and larger ones"
                raise HTTPException(404, why)
            section = nothing_in_queue()
        told = {
            "as_of": figures.as_of,
            "window": figures.window,
            "queue": queue,
            "counts": section.counts,
            "figures": section.figures,
            "now": section.now,
        }
        return Response(msgspec.json.encode(told), media_type=_JSON)


def _add_hour(router: APIRouter, feed: Feed, looks: Looks) -> None:
    @router.get(
        "/queues/{queue:path}/hour",
        response_model=detail_models.HourOfQueue,
        responses={503: _PROBLEMS[503], 404: _NO_QUEUE},
    )
    async def hour(queue: str, look: LookAsked = None) -> Response:
        """The last 60 minutes of one queue, minute by minute."""
        shown = feed_of(feed, looks, look)
        told = await in_time(shown.ask_hour(queue))
        if told is None:
            raise await no_such_queue(shown)
        return Response(msgspec.json.encode(told), media_type=_JSON)


def _add_csv(router: APIRouter, feed: Feed, looks: Looks) -> None:
    @router.get("/floor.csv", response_class=Response, responses=_CSV)
    async def floor_as_csv(
        window: WindowName = WINDOW,
        agents: Annotated[bool, Query(description="With a row for each agent.")] = False,
        bom: Annotated[
            bool, Query(description="Led by a byte order mark, by which Excel knows UTF-8.")
        ] = False,
        guard: Annotated[
            bool,
            Query(
                description="An apostrophe before names that a spreadsheet would take for formulas."
            ),
        ] = True,
        at: At = None,
        look: LookAsked = None,
    ) -> Response:
        """The same figures as CSV: the floor, its queues, channels, teams and agents, a row each.

        A figure without evidence is an empty cell."""
        check_window(window)
        async with feed_then(feed, looks, at, look) as shown:
            figures = (await ask_figures(shown, window, agents=agents)).picture.figures
        text = (BOM if bom else "") + floor_csv(figures, guard=guard)
        # Without colons, which not every file system takes.
        at = (figures.as_of or "no-time").replace(":", "-")
        named = {"Content-Disposition": f'attachment; filename="floor-{window}-{at}.csv"'}
        return Response(text.encode(), media_type="text/csv; charset=utf-8", headers=named)


def check_window(window: str) -> None:
    """Raises an HTTPException where there is no such window."""
    if window not in LIVE_WINDOWS:
        why = " (`all` is for files: floorwatch compute)" if window == "all" else ""
        raise HTTPException(422, f"window: expected one of {', '.join(LIVE_WINDOWS)}{why}")


async def ask_figures(feed: Feed, window: str, *, agents: bool = False) -> Answer:
    """The picture of a window, built within the second. Raises an HTTPException."""
    check_window(window)
    return await in_time(feed.ask(window, agents=agents))
