"""A screen's page: a Dash of its own, made in the language of whoever asks for it."""

from __future__ import annotations

import hashlib
from functools import cache
from html import escape
from pathlib import Path
from typing import Any, Final

from dash import Dash
from fastapi import FastAPI

from dashboard.i18n import _, language
from dashboard.i18n.catalogues import version
from dashboard.i18n.languages import ENGLISH
from dashboard.screens.libraries import OwnScripts
from dashboard.screens.screen import PAGE, Screen

_ASSETS: Final = Path(__file__).parents[1] / "assets"
# What puts texts into a language comes before all that writes any.
_WORDS: Final = "i18n.js"
# What runs beside a page is none of its scripts: the page is told where it lies.
_BESIDE: Final = "stream_worker.js"


class Page(Dash):
    """A Dash whose layout is its screen's alone, so no screen need know what the others are made
    of. Page, title and layout are made anew for each request, in its language."""

    def __init__(self, server: FastAPI, screen: Screen, title: str) -> None:
        # Dash wants its own addresses to begin with a folder; the page itself is without the slash.
        self._folder = screen.path.rstrip("/") + "/"
        self._screen = screen
        self._centre = title
        super().__init__(
            "floorwatch",
            backend="fastapi",
            server=server,  # type: ignore[arg-type]
            routes_pathname_prefix=self._folder,
            requests_pathname_prefix=self._folder,
            assets_folder=str(_ASSETS),
            assets_ignore=rf"^(?:{_WORDS}|{_BESIDE})$",
            update_title="",
            index_string=PAGE,
            serve_locally=True,
            add_log_handler=False,
        )
        self.scripts = OwnScripts(self.scripts, screen.libraries)
        # No callback ever comes back to Python, so no browser need hold a WebSocket open for one.
        self.backend.websocket_capability = False
        self.layout = lambda: screen.layout(title)
        screen.connect(self)

    def page(self) -> str:
        """The page as it is sent."""
        return str(self.index())  # type: ignore[no-untyped-call]  # Dash's own

    def interpolate_index(self, *given: Any, **told: Any) -> str:
        """The page around the layout: its language, and the texts that its scripts write."""
        name = _(self._screen.name) if self._screen.name else ""
        # The page is a plain string to Dash, and a title may be anybody's.
        told["title"] = escape(f"{name} · {self._centre}" if name else self._centre)
        page = str(super().interpolate_index(*given, **told))  # type: ignore[no-untyped-call]
        spoken = language()
        for place, text in (
            ("lang", spoken.tag),
            ("language", spoken.code),
            ("texts", _scripts(self._folder)),
            (
                "noscript",
                _("This screen needs JavaScript. The figures are also at /api/v1/floor."),
            ),
        ):
            page = page.replace(f"{{%{place}%}}", text)
        return page


def _scripts(folder: str) -> str:
    spoken = language()
    addresses = [_address(folder, _WORDS)]
    if spoken is not ENGLISH:
        addresses.insert(0, f"/texts/{spoken.code}.js?v={version(spoken)}")
    beside = f'<meta name="stream-worker" content="{_address(folder, _BESIDE)}">'
    return beside + "".join(f'<script src="{address}"></script>' for address in addresses)


@cache
def _address(folder: str, name: str) -> str:
    version = hashlib.sha256((_ASSETS / name).read_bytes()).hexdigest()[:12]
    return f"{folder}assets/{name}?v={version}"
