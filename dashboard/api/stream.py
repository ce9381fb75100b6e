"""`GET /api/v1/stream`: a frame on connecting, then one a second, by Server-Sent Events."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Final

from fastapi import APIRouter, Header, HTTPException
from fastapi.responses import StreamingResponse

from dashboard.api import models
from dashboard.feed import Feed

# How long a browser waits before it connects again, in milliseconds.
_RETRY: Final = b"retry: 1000\n\n"
_HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_DESCRIPTION: Final = """\
Events named `frame`: the whole picture of the floor as JSON on connecting, then one a second, and
at once when a quiet floor moves. `id` numbers the frames; a client that sends it back as
`Last-Event-ID` is not sent again what it has. A client too slow for a frame is skipped to the
newest. `state` is `live`, or `broken` with a `reason` and no picture."""


class _EventStream(StreamingResponse):
    media_type = "text/event-stream"


def stream_router(feed: Feed) -> APIRouter:
    """The route to the stream of frames."""
    router = APIRouter(prefix="/api/v1", tags=["figures"])

    @router.get(
        "/stream",
        response_class=_EventStream,
        description=_DESCRIPTION,
        responses={503: {"model": models.Problem, "description": "Too many viewers."}},
    )
    async def stream(last_event_id: Annotated[str | None, Header()] = None) -> StreamingResponse:
        if feed.viewers.full():
            raise HTTPException(503, "too many viewers")
        return _EventStream(_messages(feed, _seq(last_event_id)), headers=_HEADERS)

    return router


async def _messages(feed: Feed, last_seq: int | None) -> AsyncIterator[bytes]:
    viewer = feed.viewers.join(last_seq)
    try:
        newest = feed.newest
        if newest is not None:
            viewer.hand(newest)
        yield _RETRY
        while (message := await viewer.next()) is not None:
            yield message
    finally:
        feed.viewers.leave(viewer)


def _seq(last_event_id: str | None) -> int | None:
    """The frame the client has; what is no number is no frame of ours."""
    text = (last_event_id or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None
