"""`GET /api/v1/stream`: a frame on connecting, then one a second, by Server-Sent Events."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Header, HTTPException, Response

from dashboard.api import models
from dashboard.api.past import PROBLEMS, At, Speed, entered, leaving
from dashboard.feed import Feed
from dashboard.packing import GZIP_HEADER, packed, takes_gzip
from dashboard.past import Looks
from dashboard.viewers import Viewer

# How long a browser waits before it connects again, in milliseconds.
_BEGINNING: Final = b"retry: 1000\n\n"
_PACKED_BEGINNING: Final = GZIP_HEADER + packed(_BEGINNING)
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
    "Vary": "Accept-Encoding",
}
_GZIP: Final = {"Content-Encoding": "gzip"}
_DESCRIPTION: Final = """\
Events named `frame`: the whole picture of the floor as JSON on connecting, then one a second, and
at once when a quiet floor moves. `id` numbers the frames; a client that sends it back as
`Last-Event-ID` is not sent again what it has. A client too slow for a frame is skipped to the
newest. `state` is `live`, or `broken` with a `reason` and no picture. Who accepts gzip gets it.

With `at` the frames are of the floor as it was then, and on from there at `speed`. Each says so
under `frame.past`, and is `broken` while the log is read up to there."""


# What ASGI hands over.
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class _EventStream(Response):
    """Sends a viewer each frame as it is handed out, with as little done for each as can be: all
    viewers get the same bytes, compressed or not."""

    media_type = "text/event-stream"

    def __init__(
        self,
        feed: Feed,
        last_seq: int | None,
        *,
        packed: bool,
        over: Callable[[], None] = lambda: None,
    ) -> None:
        self._feed = feed
        self._over = over
        self._last_seq = last_seq
        self._packed = packed
        self.status_code = 200
        self.background = None
        self.init_headers(_HEADERS | _GZIP if packed else _HEADERS)

    async def __call__(
        self, _scope: MutableMapping[str, Any], receive: Receive, send: Send
    ) -> None:
        """Send until the client is gone or the stream is ended."""
        await send(
            {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        )
        viewer = self._feed.viewers.join(self._last_seq, packed=self._packed)
        gone = asyncio.create_task(_until_gone(receive, viewer))
        try:
            newest = self._feed.newest
            if newest is not None:
                viewer.hand(newest)
            await send(_body(_PACKED_BEGINNING if self._packed else _BEGINNING))
            while (message := await viewer.next()) is not None:
                await send(_body(message))
            await send({"type": "http.response.body", "body": b"", "more_body": False})
        finally:
            gone.cancel()
            self._feed.viewers.leave(viewer)
            self._over()


async def _until_gone(receive: Receive, viewer: Viewer) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    viewer.close()


def _body(data: bytes) -> Message:
    return {"type": "http.response.body", "body": data, "more_body": True}


def stream_router(feed: Feed, looks: Looks) -> APIRouter:
    """The route to the stream of frames."""
    router = APIRouter(prefix="/api/v1", tags=["figures"])

    @router.get(
        "/stream",
        status_code=200,
        response_class=_EventStream,
        description=_DESCRIPTION,
        responses={
            **PROBLEMS,
            503: {
                "model": models.Problem,
                "description": "Too many viewers, or looks at the past.",
            },
        },
    )
    async def stream(
        last_event_id: Annotated[str | None, Header()] = None,
        accept_encoding: Annotated[str | None, Header(include_in_schema=False)] = None,
        at: At = None,
        speed: Speed = 0.0,
    ) -> Response:
        packed = takes_gzip(accept_encoding)
        # Whatever they look at, there are as many as the machine bears.
        if feed.viewers.full(beside=looks.viewers()):
            raise HTTPException(503, "too many viewers")
        if at is None:
            return _EventStream(feed, _seq(last_event_id), packed=packed)
        look = await entered(looks, at, speed)
        # Numbered apart from the present's: what a browser has of that is none of this.
        return _EventStream(look.feed, None, packed=packed, over=leaving(looks, look))

    return router


def _seq(last_event_id: str | None) -> int | None:
    """The frame the client has; what is no number is no frame of ours."""
    text = (last_event_id or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else None
