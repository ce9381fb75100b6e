"""`GET /api/v1/floor` and `GET /api/v1/queues/{queue}`."""

from __future__ import annotations

import asyncio
from typing import Annotated, Final

import msgspec
from fastapi import APIRouter, HTTPException, Query, Response

from dashboard.api import models
from dashboard.feed import WINDOW, Answer, Feed
from stream.contract.figures import LIVE_WINDOWS, NoPicture

_ANSWER_S_MAX: Final = 5.0
_JSON: Final = "application/json"
_PROBLEMS: Final[dict[int | str, dict[str, object]]] = {
    422: {"model": models.Problem, "description": "The window is not one of those there are."},
    503: {"model": models.Problem, "description": "The figures cannot be computed just now."},
}
WindowName = Annotated[
    str,
    Query(
        description="How far back to look: " + ", ".join(LIVE_WINDOWS) + ".",
        json_schema_extra={"enum": list(LIVE_WINDOWS)},
    ),
]


def figures_router(feed: Feed) -> APIRouter:
    """The routes to figures, answered from what the feed built within the second."""
    router = APIRouter(prefix="/api/v1", tags=["figures"])

    @router.get("/floor", response_model=models.Floor, responses=_PROBLEMS)
    async def floor(
        window: WindowName = WINDOW,
        agents: Annotated[bool, Query(description="With the figures of each agent.")] = False,
    ) -> Response:
        """All figures of the floor, its queues, channels and teams."""
        answer = await _ask(feed, window, agents=agents)
        return Response(answer.figures_json, media_type=_JSON)

    @router.get(
        "/queues/{queue:path}",
        response_model=models.Queue,
        responses={**_PROBLEMS, 404: {"model": models.Problem, "description": "No such queue."}},
    )
    async def one_queue(queue: str, window: WindowName = WINDOW) -> Response:
        """The figures of one queue."""
        figures = (await _ask(feed, window)).picture.figures
        section = figures.queues.get(queue)
        if section is None:
            raise HTTPException(404, f"queue: no queue of this id has been seen in {window}")
        told = {
            "as_of": figures.as_of,
            "window": figures.window,
            "queue": queue,
            "counts": section.counts,
            "figures": section.figures,
            "now": section.now,
        }
        return Response(msgspec.json.encode(told), media_type=_JSON)

    return router


async def _ask(feed: Feed, window: str, *, agents: bool = False) -> Answer:
    if window not in LIVE_WINDOWS:
        why = " (`all` is for files: floorwatch compute)" if window == "all" else ""
        raise HTTPException(422, f"window: expected one of {', '.join(LIVE_WINDOWS)}{why}")
    try:
        asked = asyncio.wrap_future(feed.ask(window, agents=agents))
        return await asyncio.wait_for(asked, _ANSWER_S_MAX)
    except TimeoutError:
        raise HTTPException(503, "the feed does not answer") from None
    except NoPicture as error:
        raise HTTPException(503, str(error)) from None
    except Exception as error:  # noqa: BLE001 - whatever it was, the asker gets an answer
        reason = f"the figures cannot be computed ({type(error).__name__})"
        raise HTTPException(503, reason) from None
