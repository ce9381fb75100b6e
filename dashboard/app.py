"""The dashboard's application: FastAPI and Dash joined over one feed."""

from __future__ import annotations

import html
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Final

from dash import Dash
from fastapi import FastAPI
from fastapi.responses import HTMLResponse

from dashboard.api.figures import figures_router
from dashboard.api.health import health_router
from dashboard.api.problems import answer_problems_in_one_line, answer_unknown_paths
from dashboard.api.reference import add_reference
from dashboard.api.stream import stream_router
from dashboard.feed import Feed
from dashboard.screens import health, wallboard
from dashboard.screens.screen import PAGE, Screen
from dashboard.server import PortUnavailable, bind, serve, serving
from dashboard.viewers import VIEWERS_MAX
from stream.contract.figures import PictureReader

__all__ = ["PortUnavailable", "bind", "create_app", "serve", "serving"]

_ASSETS: Final = Path(__file__).with_name("assets")
_SCREENS: Final = (wallboard.SCREEN, health.SCREEN)


def create_app(
    reader: PictureReader,
    *,
    now: Callable[[], datetime],
    title: str = "Floorwatch",
    viewers_max: int = VIEWERS_MAX,
) -> FastAPI:
    """Join everything. The feed lives as long as the server: from its start to its end.

    `app.state.feed` is the feed. The reader is used by the feed's thread alone.
    """
    feed = Feed(reader, now=now, viewers_max=viewers_max)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        feed.start()
        try:
            yield
        finally:
            feed.stop()

    version = _version()
    app = FastAPI(
        title="Floorwatch", version=version, lifespan=lifespan, docs_url=None, redoc_url=None
    )
    app.state.feed = feed
    answer_problems_in_one_line(app)
    health_routes = health_router(feed, version=version)
    for router in (figures_router(feed), stream_router(feed), health_routes):
        app.include_router(router)
    add_reference(app)
    for screen in _SCREENS:
        _add_screen(app, screen, title)
    answer_unknown_paths(app)
    return app


def _add_screen(app: FastAPI, screen: Screen, title: str) -> None:
    """Serve a screen by a Dash of its own: its layout and callbacks are the screen's alone, so no
    screen need know what the others are made of."""
    # Dash wants its own addresses to begin with a folder; the page itself is without the slash.
    folder = screen.path.rstrip("/") + "/"
    dash = Dash(
        "floorwatch",
        backend="fastapi",
        server=app,  # type: ignore[arg-type]
        routes_pathname_prefix=folder,
        requests_pathname_prefix=folder,
        assets_folder=str(_ASSETS),
        # The page is a plain string to Dash, and a title may be anybody's.
        title=html.escape(f"{screen.name} · {title}" if screen.name else title),
        update_title="",
        index_string=PAGE,
        serve_locally=True,
        add_log_handler=False,
    )
    # No callback ever comes back to Python, so no browser need hold a WebSocket open for one.
    dash.backend.websocket_capability = False
    dash.layout = screen.layout(title)
    screen.connect(dash)
    if folder != screen.path:

        @app.get(screen.path, include_in_schema=False)
        async def page() -> HTMLResponse:
            return HTMLResponse(dash.index())


def _version() -> str:
    try:
        return version("floorwatch")
    except PackageNotFoundError:
        return "0"
