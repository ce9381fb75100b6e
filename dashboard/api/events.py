"""`GET /api/v1/events`: what happens to a queue's contacts, as it happens, by Server-Sent Events."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Header, HTTPException, Query
from fastapi.responses import StreamingResponse

from dashboard.api.contacts import Identifier, answered
from dashboard.api.detail_models import EventOfQueue
from dashboard.api.models import Problem
from dashboard.feed import Feed
from stream.contract.detail import Detail, EventTold
from stream.contract.instants import format_millis

# A supervisor has one queue open.
STREAMS_MAX: Final = 200
LOOK_S: Final = 1.0
# What cannot be told for so long ends the stream; a browser then connects again by itself.
_FAILURES_MAX: Final = 5
_BEGINNING: Final = b"retry: 3000\n\n"
_HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_DESCRIPTION: Final = """\
Events named `event`: the newest 50 of the queue's contacts, then each as it happens, within a second
or so; of a queue in which nothing ever did, once something does. `id` numbers them; a client that sends
it back as `Last-Event-ID` is sent what came since."""


def events_router(feed: Feed, detail: Detail | None) -> APIRouter:
    """The route to a queue's events; without `detail` it says that none can be read."""
    router = APIRouter(prefix="/api/v1", tags=["detail"])
    open_now: set[object] = set()

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
        if detail is None:
            raise HTTPException(503, "this dashboard cannot read events")
        if len(open_now) >= STREAMS_MAX:
            raise HTTPException(503, "too many look at events")
        after = number_of(last_event_id)
        # Before the stream begins, so that what is wrong can still be said.
        first = await answered(detail.events(queue, after))

        async def stream() -> AsyncIterator[bytes]:
            mark = object()
            open_now.add(mark)
            try:
                async for part in _following(feed, detail, queue, after, first):
                    yield part
            finally:
                open_now.discard(mark)

        return StreamingResponse(stream(), media_type="text/event-stream", headers=_HEADERS)

    return router


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
    data: dict[str, Any] = {"time": format_millis(told.at), "type": told.type}
    known = msgspec.structs.asdict(told)
    for name in EventOfQueue.model_fields:
        value = known.get(name)
        if name not in data and value is not None:
            data[name] = format_millis(value) if name == "due" else value
    body = msgspec.json.encode(data).decode()
    return f"id: {told.number}\nevent: event\ndata: {body}\n\n".encode()


def number_of(last_event_id: str | None) -> int:
    """The number of the event that the client has; what is no number is none of ours."""
    text = (last_event_id or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0
