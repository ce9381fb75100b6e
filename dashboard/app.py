"""The dashboard's application: FastAPI and Dash joined over one feed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from fastapi import FastAPI
from fastapi.responses import HTMLResponse

from dashboard.api.alert_contacts import contacts_router
from dashboard.api.alert_rules import RuleTools, rules_router
from dashboard.api.alerts import Acting, alerts_router
from dashboard.api.boards import boards_router
from dashboard.api.detail import detail_router
from dashboard.api.experience import experience_router
from dashboard.api.figures import figures_router
from dashboard.api.health import health_router
from dashboard.api.languages import speak_languages
from dashboard.api.past import past_router
from dashboard.api.problems import answer_problems_in_one_line, answer_unknown_paths
from dashboard.api.reference import add_reference
from dashboard.api.shifts import shift_router
from dashboard.api.stream import stream_router
from dashboard.api.training import training_router
from dashboard.api.writes import OwnWritesOnly
from dashboard.build import ScreensFollowed, build_of
from dashboard.feed import Feed
from dashboard.past import Looks
from dashboard.rights import Rights
from dashboard.screens import alerts as alert_centre
from dashboard.screens import experience as customers
from dashboard.screens import health, report, supervisor, wallboard
from dashboard.screens import training as drills
from dashboard.screens.page import Page
from dashboard.screens.screen import Screen
from dashboard.server import PortUnavailable, bind, serve, serving
from dashboard.viewers import VIEWERS_MAX
from stream.contract.alerts import AlertBoard
from stream.contract.boards import BoardShelf
from stream.contract.detail import Detail
from stream.contract.drills import DrillDesk
from stream.contract.experience import Experience
from stream.contract.figures import PictureReader
from stream.contract.past import Past
from stream.contract.shifts import ShiftReports

__all__ = ["PortUnavailable", "RuleTools", "bind", "create_app", "serve", "serving"]

_SCREENS: Final = (
    wallboard.SCREEN,
    supervisor.SCREEN,
    customers.SCREEN,
    alert_centre.SCREEN,
    health.SCREEN,
    report.SCREEN,
    drills.SCREEN,
)


def create_app(  # noqa: PLR0913  what is joined here
    reader: PictureReader,
    *,
    now: Callable[[], datetime],
    title: str = "Floorwatch",
    viewers_max: int = VIEWERS_MAX,
    alerts: AlertBoard | None = None,
    rules: RuleTools | None = None,
    boards: BoardShelf | None = None,
    training: DrillDesk | None = None,
    detail: Detail | None = None,
    experience: Experience | None = None,
    rights: Rights | None = None,
    shifts: ShiftReports | None = None,
    past: Past | None = None,
) -> FastAPI:
    """Join everything. The feed lives as long as the server: from its start to its end.

    `app.state.feed` is the feed. The reader is used by the feed's thread alone; `alerts` is asked
    by it, and takes actions from any thread. What is None is not there, and screens say so: no
    rules to change, no drill to run, no contacts, surveys, shifts or past to look at, and without
    a key in `rights` no comment.
    """
    version = _version()
    screens = ScreensFollowed(build_of(version), boards)
    feed = Feed(
        reader, now=now, viewers_max=viewers_max, alerts=alerts, training=training, screens=screens
    )
    looks = Looks(past, board=feed.board, screens=screens, now=now)
    app = _api(feed, looks, version)
    acting = Acting(feed, alerts, now=now)
    for router in (
        detail_router(feed, detail, looks),
        figures_router(feed, looks),
        stream_router(feed, looks),
        past_router(feed, looks),
        # Before the incidents, of which one might be called «rules».
        rules_router(acting, rules),
        alerts_router(acting, feed, looks),
        contacts_router(acting, rules),
        boards_router(boards, now=now),
        training_router(training),
        experience_router(feed, experience, rights or Rights(), looks, now=now),
        shift_router(shifts),
        health_router(feed, version=version),
    ):
        app.include_router(router)
    _add_pages(app, title)
    return app


def _api(feed: Feed, looks: Looks, version: str) -> FastAPI:
    """What every route has: the feed's life, who may write, languages, errors in one line."""
    app = FastAPI(
        title="Floorwatch",
        version=version,
        lifespan=_lifetime(feed, looks),
        docs_url=None,
        redoc_url=None,
    )
    app.state.feed = feed
    app.add_middleware(OwnWritesOnly)
    speak_languages(app)
    answer_problems_in_one_line(app)
    return app


def _lifetime(feed: Feed, looks: Looks) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        feed.start()
        try:
            yield
        finally:
            looks.close()
            feed.stop()

    return lifespan


def _add_pages(app: FastAPI, title: str) -> None:
    add_reference(app)
    for screen in _SCREENS:
        _add_screen(app, screen, title)
    answer_unknown_paths(app)


def _add_screen(app: FastAPI, screen: Screen, title: str) -> None:
    """Serve a screen at its address, which has no slash at its end as Dash's own have."""
    page = Page(app, screen, title)
    if not screen.path.endswith("/"):

        @app.get(screen.path, include_in_schema=False)
        async def answer() -> HTMLResponse:
            return HTMLResponse(page.page())


def _version() -> str:
    try:
        return version("floorwatch")
    except PackageNotFoundError:
        return "0"
