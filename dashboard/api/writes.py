"""Who may write: the dashboard's own pages and programs, never the page of another site.

A browser sends a form or a script's request from any site to any address that it can reach. It also
says where that came from, which a page cannot change.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final
from urllib.parse import urlsplit

from fastapi.datastructures import Headers
from fastapi.responses import JSONResponse

# What ASGI hands over.
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

# The rules are the longest of what is written, and have some hundred lines.
BODY_BYTES_MAX: Final = 512 * 1024
_READS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN: Final = frozenset({"same-origin", "none"})


class OwnWritesOnly:
    """Turns away whatever writes from elsewhere, or more than anybody needs to."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass reads on as they are, and writes that may be."""
        if scope["type"] == "http" and scope["method"] not in _READS:
            problem = problem_of(Headers(scope=scope))
            if problem is not None:
                status, detail = problem
                answer = JSONResponse({"detail": detail}, status_code=status)
                await answer(scope, receive, send)
                return
        await self._app(scope, receive, send)


def problem_of(headers: Headers) -> tuple[int, str] | None:
    """Why a write with these headers is turned away, as status and words; None where it is not."""
    if not is_own(headers):
        return 403, "writes are taken from this dashboard's own pages and from programs only"
    # Without either header there is no body, as when a board is let go of.
    without = "0" if "transfer-encoding" not in headers else ""
    length = headers.get("content-length", without)
    if not (length.isascii() and length.isdigit() and len(length) < 20):
        return 411, "Content-Length: say how long the body is"
    if int(length) > BODY_BYTES_MAX:
        return 413, f"the body is longer than {BODY_BYTES_MAX:,} bytes"
    return None


def is_own(headers: Headers) -> bool:
    """Whether a request is from a page of this address, or from no page at all.

    Where a browser says how the page and this address are related, that decides: a proxy may have
    changed the address in `Host`. Browsers say so over TLS and on the machine itself only.
    """
    related = headers.get("sec-fetch-site")
    if related is not None:
        return related in _OWN
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host")
