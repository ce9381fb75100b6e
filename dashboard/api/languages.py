"""Pages in the language of whoever asks, and the texts that their scripts write."""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from fastapi import APIRouter, FastAPI, HTTPException
from fastapi.datastructures import Headers
from fastapi.responses import Response

from dashboard.api.writes import App, Receive, Scope, Send
from dashboard.i18n import speaking
from dashboard.i18n.catalogues import script
from dashboard.i18n.languages import ENGLISH, LANGUAGES, Language, chosen, language_of

COOKIE: Final = "floorwatch.lang"
_STREAM: Final = "/api/v1/stream"
_YEAR_S: Final = 365 * 86_400
# Their address says which texts they are: they change only with it.
_KEPT: Final = "public, max-age=31536000, immutable"


class InLanguage:
    """Answers each request in the language that its link, its cookie or its browser asks for.

    `?lang=it` in the address comes first and is kept in a cookie. What a page loads later has not
    its address but comes from it, so where it comes from is asked too: two tabs of one browser may
    be in two languages.
    """

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Find the language, answer in it, and say so. The stream has none."""
        if scope["type"] != "http" or scope["path"] == _STREAM:
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        asked = language_of(_asked(scope["query_string"].decode("latin-1")))
        spoken = language_asked(headers, asked)

        async def sent(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                if _is_page(scope["path"], headers):
                    headers += _said(spoken, asked)
                message["headers"] = headers
            await send(message)

        with speaking(spoken):
            await self._app(scope, receive, sent)


def language_asked(headers: Headers, asked: Language | None) -> Language:
    """The language of a request, `asked` being what its own address asks for, if it does."""
    wishes = (
        asked and asked.code,
        _asked(_query(headers.get("referer", ""))),
        _kept(headers.get("cookie", "")),
    )
    return chosen(wishes, headers.get("accept-language"))


def speak_languages(app: FastAPI) -> None:
    """Answer in the language of whoever asks, and hand out the texts of each."""
    app.add_middleware(InLanguage)
    app.include_router(_texts())


def _texts() -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/texts/{language}.js")
    def texts(language: str) -> Response:
        spoken = LANGUAGES.get(language)
        if spoken is None or spoken is ENGLISH:
            allowed = ", ".join(one for one in LANGUAGES if one != ENGLISH.code)
            raise HTTPException(404, f"{language}: expected one of {allowed}")
        return Response(
            script(spoken),
            media_type="text/javascript; charset=utf-8",
            headers={"Cache-Control": _KEPT},
        )

    return router


def _is_page(path: str, headers: Iterable[tuple[bytes, bytes]]) -> bool:
    kinds = [value for name, value in headers if name == b"content-type"]
    return path.endswith("/_dash-layout") or any(kind.startswith(b"text/html") for kind in kinds)


def _said(spoken: Language, asked: Language | None) -> list[tuple[bytes, bytes]]:
    told = [
        (b"content-language", spoken.tag.encode()),
        (b"vary", b"Accept-Language, Cookie, Referer"),
    ]
    if asked is not None:
        kept = f"{COOKIE}={asked.code}; Max-Age={_YEAR_S}; Path=/; SameSite=Lax"
        told.append((b"set-cookie", kept.encode()))
    return told


def _query(address: str) -> str:
    try:
        return urlsplit(address).query
    except ValueError:
        return ""


def _asked(query: str) -> str | None:
    try:
        return parse_qs(query, max_num_fields=100).get("lang", [None])[-1]
    except ValueError:
        return None


def _kept(header: str) -> str | None:
    try:
        morsel = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return None
    return None if morsel is None else morsel.value
