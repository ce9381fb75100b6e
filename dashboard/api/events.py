"""What happens to a queue's contacts: `GET /api/v1/events`, as it happens, by Server-Sent Events, and
`GET /api/v1/queues/{queue}/events`, what happened lately, now or in the past."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Header, HTTPException, Query, Response
from fastapi.responses import StreamingResponse

from dashboard.api.asked import in_time
from dashboard.api.contacts import Identifier, answered
from dashboard.api.detail_models import EventOfQueue, EventsOfQueue
from dashboard.api.known import refuse_unknown
from dashboard.api.models import Problem
from dashboard.api.past import LookAsked, look_of
from dashboard.feed import Feed
from dashboard.past import Looks
from stream.contract.detail import Detail, EventsThen, EventTold
from stream.contract.instants import format_millis

# A supervisor has one queue open.
STREAMS_MAX: Final = 200
LOOK_S: Final = 1.0
# What cannot be told for so long ends the stream; a browser then connects again by itself.
_FAILURES_MAX: Final = 5
_BEGINNING: Final = b"retry: 3000\n\n"
_HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_PROBLEMS: Final[dict[int | str, dict[str, object]]] = {
    404: {"model": Problem, "description": "No such queue is on the floor."},
    410: {"model": Problem, "description": "That look at the past is over."},
    503: {"model": Problem, "description": "They cannot be read here, or not now."},
}
_DESCRIPTION: Final = """\
Events named `event`: the newest 50 of the queue's contacts, then each as it happens, within a second
or so; of a queue in which nothing ever did, once something does. `id` numbers them; a client that sends
it back as `Last-Event-ID` is sent what came since."""


def events_router(feed: Feed, detail: Detail | None, looks: Looks) -> APIRouter:
    """The routes to a queue's events; without `detail` they say that none of now can be read."""
    router = APIRouter(prefix="/api/v1", tags=["detail"])
    open_now: set[object] = set()
    _add_lately(router, feed, detail, looks)

    @router.get(
        "/events",
        response_class=StreamingResponse,
        description=_DESCRIPTION,
        responses={
            200: {"model": EventOfQueue, "description": "One event's `data`."},
            503: {"model": Problem, "description": "They cannot be read here, or not now."},
        },
    )
    async def events(
        queue: Annotated[Identifier, Query(min_length=1, description="Whose contacts.")],
        last_event_id: Annotated[str | None, Header()] = None,
    ) -> StreamingResponse:
        readable = _readable(detail)
        if len(open_now) >= STREAMS_MAX:
            raise HTTPException(503, "too many look at events")
        after = number_of(last_event_id)
        # Before the stream begins, so that what is wrong can still be said.
        first = await answered(readable.events(queue, after))

        async def stream() -> AsyncIterator[bytes]:
            mark = object()
            open_now.add(mark)
            try:
                async for part in _following(feed, readable, queue, after, first):
                    yield part
            finally:
                open_now.discard(mark)

        return StreamingResponse(stream(), media_type="text/event-stream", headers=_HEADERS)

    return router


def _add_lately(router: APIRouter, feed: Feed, detail: Detail | None, looks: Looks) -> None:
    @router.get("/queues/{queue:path}/events", response_model=EventsOfQueue, responses=_PROBLEMS)
    async def lately(queue: str, look: LookAsked = None) -> Response:
        """The newest 50 events of the queue's contacts, the oldest first."""
        if look is None:
            shown = feed
            found = EventsThen(await answered(_readable(detail).events(queue, 0)), all_read=True)
        else:
            then = look_of(looks, look)
            shown = then.feed
            found = await in_time(shown.ask_for(partial(then.floor.events, queue)))
        if not found.events:
            await refuse_unknown(shown, queue=queue)
        told = {"queue": queue, "events": [told_of(one) for one in found.events]}
        body = msgspec.json.encode(told | {"all_read": found.all_read})
        return Response(body, media_type="application/json")


def _readable(detail: Detail | None) -> Detail:
    if detail is None:
        raise HTTPException(503, "this dashboard cannot read events")
    return detail


async def _following(
    feed: Feed, detail: Detail, queue: str, after: int, told: list[EventTold]
) -> AsyncIterator[bytes]:
    yield _BEGINNING
    failures = 0
    while not feed.viewers.closed and failures < _FAILURES_MAX:
        if told:
            after = told[-1].number
            yield b"".join(map(as_event, told))
        await asyncio.sleep(LOOK_S)
        try:
            told = await answered(detail.events(queue, after))
            failures = 0
        except HTTPException:
            told = []
            failures += 1


def as_event(told: EventTold) -> bytes:
    """The event as it is sent."""
    body = msgspec.json.encode(told_of(told)).decode()
    return f"id: {told.number}\nevent: event\ndata: {body}\n\n".encode()


def told_of(told: EventTold) -> dict[str, Any]:
    """What is told of an event, without what has no meaning for its type."""
    data: dict[str, Any] = {"time": format_millis(told.at), "type": told.type}
    known = msgspec.structs.asdict(told)
    for name in EventOfQueue.model_fields:
        value = known.get(name)
        if name not in data and value is not None:
            data[name] = format_millis(value) if name == "due" else value
    return data


def number_of(last_event_id: str | None) -> int:
    """The number of the event that the client has; what is no number is none of ours."""
    text = (last_event_id or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0
