"""`GET /api/v1/past`: which past there is to look at; and how the other routes are asked for it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Final

import msgspec
from fastapi import APIRouter, HTTPException, Query, Response

from dashboard.api import models
from dashboard.api.past_models import PastHeld
from dashboard.feed import WINDOW, Feed
from dashboard.past import IDLE_US, LOOKS_MAX, Look, Looks, NoRoom, OutsideLog
from dashboard.past_words import NO_PAST, NO_ROOM, OF_A_DRILL, outside
from stream.contract.behind import OtherFloor
from stream.contract.figures import NoPicture
from stream.contract.instants import SECOND_US, format_millis, parse_instant
from stream.contract.past import SPEED_MAX, HeldSpan

# A program that asks for figures of the past waits so long for them before it is told to ask again.
THERE_S_MAX: Final = 20.0
AGAIN_S: Final = 2
_LOOK_S: Final = 0.1
_JSON: Final = "application/json"
PROBLEMS: Final[dict[int | str, dict[str, object]]] = {
    409: {"model": models.Problem, "description": "A drill's floor is shown, which has no past."},
    422: {"model": models.Problem, "description": "The log does not hold that instant."},
}
_AWAY: Final[dict[int | str, dict[str, object]]] = {
    **PROBLEMS,
    503: {"model": models.Problem, "description": "There is no log to look at, or it is away."},
}
At = Annotated[
    str | None,
    Query(
        description="As it was at this instant, RFC 3339, instead of now.",
        json_schema_extra={"example": "2026-03-02T14:20:00Z"},
    ),
]
LookAsked = Annotated[
    int | None,
    Query(description="Of the look at the past whose frames say so, as it stands just now."),
]
Speed = Annotated[
    float,
    Query(
        ge=0,
        le=SPEED_MAX,
        description="With `at`: how many seconds of the floor pass in one; 0 stands still.",
    ),
]


def past_router(feed: Feed, looks: Looks) -> APIRouter:
    """The route to what can be looked at; `feed` is that of now."""
    router = APIRouter(prefix="/api/v1", tags=["figures"])

    @router.get("/past", response_model=PastHeld, responses=_AWAY)
    async def past() -> Response:
        """The stretch of the floor's time that the log holds."""
        held = await _held(looks)
        told = {
            "since": None if held.since is None else format_millis(held.since),
            "until": format_millis(held.until),
            "time_zone": _time_zone(feed),
            "speed_max": SPEED_MAX,
            "looks": len(looks),
            "looks_max": LOOKS_MAX,
        }
        return Response(msgspec.json.encode(told), media_type=_JSON)

    return router


def _time_zone(feed: Feed) -> str | None:
    newest = feed.newest
    picture = None if newest is None else newest.frame.picture
    return None if picture is None else picture.time_zone


async def entered(looks: Looks, at: str, speed: float) -> Look:
    """A look at that instant, to be left when who asked is gone."""
    instant = _instant(at)
    if not looks.there:
        raise HTTPException(503, NO_PAST)
    try:
        return await asyncio.to_thread(looks.enter, instant, speed)
    except OutsideLog as error:
        raise HTTPException(422, outside(error.held)) from None
    except NoRoom:
        raise HTTPException(503, NO_ROOM) from None
    except OtherFloor:
        raise HTTPException(409, OF_A_DRILL) from None
    except Exception as error:  # noqa: BLE001 - whatever it was, the asker gets an answer
        raise HTTPException(503, _unread(error)) from None


def leaving(looks: Looks, look: Look) -> Callable[[], None]:
    """What is done when who looked is gone: where nobody else comes, it ends after a while."""

    def leave() -> None:
        looks.leave(look)
        loop = asyncio.get_running_loop()
        loop.call_later(IDLE_US / SECOND_US + 1, looks.sweep)

    return leave


def feed_of(feed: Feed, looks: Looks, look: int | None) -> Feed:
    """The live feed, or that of a look at the past; 410 where that look is over."""
    return feed if look is None else look_of(looks, look).feed


def look_of(looks: Looks, number: int) -> Look:
    """The look at the past of that number; 410 where it is over."""
    found = looks.look_of(number)
    if found is None:
        raise HTTPException(410, "look: this look at the past is over")
    return found


@asynccontextmanager
async def feed_then(
    feed: Feed, looks: Looks, at: str | None, look: int | None
) -> AsyncIterator[Feed]:
    """A feed whose picture is of that instant, or of what a look shows, or else of now. 503 with
    what it waits for where that takes long."""
    if at is None:
        yield feed_of(feed, looks, look)
        return
    entered_ = await entered(looks, at, 0.0)
    try:
        await _until_there(entered_)
        yield entered_.feed
    finally:
        leaving(looks, entered_)()


async def _until_there(look: Look) -> None:
    give_up = time.monotonic() + THERE_S_MAX
    while True:
        try:
            await asyncio.wrap_future(look.feed.ask(WINDOW))
        except NoPicture as error:
            if time.monotonic() > give_up:
                raise HTTPException(503, str(error), {"Retry-After": str(AGAIN_S)}) from None
        else:
            return
        await asyncio.sleep(_LOOK_S)


async def _held(looks: Looks) -> HeldSpan:
    if not looks.there:
        raise HTTPException(503, NO_PAST)
    try:
        return await asyncio.to_thread(looks.held)
    except OtherFloor:
        raise HTTPException(409, OF_A_DRILL) from None
    except Exception as error:  # noqa: BLE001 - whatever it was, the asker gets an answer
        raise HTTPException(503, _unread(error)) from None


def _instant(at: str) -> int:
    try:
        return int(parse_instant(at))
    except ValueError as error:
        raise HTTPException(422, f"at: {error}") from None


def _unread(error: Exception) -> str:
    return f"the log cannot be read ({type(error).__name__})"
