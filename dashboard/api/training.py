"""`/api/v1/training`: what can be drilled, how the drill stands, and what is asked of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final

import msgspec
from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import HTMLResponse

from dashboard.api import training_models as models
from dashboard.api.languages import language_asked
from dashboard.api.models import Problem
from dashboard.api.training_answers import (
    Audience,
    offer_answer,
    plan_of,
    report_answer,
    state_answer,
)
from dashboard.i18n import speaking
from dashboard.i18n.languages import language_of
from dashboard.training import report_html, report_pdf
from stream.contract.drills import Act, DrillDesk, DrillRefused, Report
from stream.contract.instants import MINUTE_US, from_datetime

NO_DESK: Final = (
    "no drills here: they run on a floor of their own, never on this log; "
    "`floorwatch training` makes one"
)
NO_REPORT: Final = "there is no report yet: a drill is reckoned when it is over"
_JSON: Final = "application/json"
_NONE: Final[dict[int | str, dict[str, object]]] = {
    503: {"model": Problem, "description": "This dashboard runs no drills."}
}
_PROBLEMS: Final[dict[int | str, dict[str, object]]] = {
    403: {"model": Problem, "description": "The request comes from another site's page."},
    409: {"model": Problem, "description": "The drill, or its floor, cannot do that now."},
    422: {"model": Problem, "description": "The body is not what is expected."},
    **_NONE,
}
_REPORT: Final[dict[int | str, dict[str, object]]] = {
    404: {"model": Problem, "description": "No drill has been reckoned yet."},
    **_NONE,
}
Lang = Annotated[
    str | None, Query(description="In which language; else that of cookie or browser.")
]


class PdfResponse(Response):
    """A PDF."""

    media_type = "application/pdf"


class _Desk:
    """The desk as requests ask it: what cannot be is an answer of one line."""

    def __init__(self, desk: DrillDesk | None) -> None:
        self._desk = desk

    def there(self) -> DrillDesk:
        """The desk; 503 where there is none."""
        if self._desk is None:
            raise HTTPException(503, NO_DESK)
        return self._desk

    def ask(self, do: Callable[[DrillDesk], None], audience: Audience = "trainer") -> Response:
        """Have it done, and tell how the drill stands then; 409 where it cannot be."""
        desk = self.there()
        try:
            do(desk)
        except DrillRefused as error:
            raise HTTPException(409, str(error)) from None
        return self.state(audience, status=202)

    def state(self, audience: Audience, *, status: int = 200) -> Response:
        """How the drill stands."""
        desk = self.there()
        told = state_answer(desk.state(), audience, has_report=desk.report() is not None)
        return Response(msgspec.json.encode(told), status, media_type=_JSON)

    def report(self) -> Report:
        """The newest report; 404 where there is none."""
        report = self.there().report()
        if report is None:
            raise HTTPException(404, NO_REPORT)
        return report


def training_router(desk: DrillDesk | None) -> APIRouter:
    """The routes to drills."""
    router = APIRouter(prefix="/api/v1/training", tags=["training"])
    asked = _Desk(desk)

    @router.get("", response_model=models.State, responses=_NONE)
    def state(
        audience: Annotated[
            Audience, Query(alias="as", description="Who asks: a trainee is told less.")
        ] = "trainer",
    ) -> Response:
        """How the drill stands now."""
        return asked.state(audience)

    @router.get("/offers", response_model=models.Offers, responses=_NONE)
    def offers() -> Response:
        """The scenarios and recordings that can be drilled."""
        told = {"offers": [offer_answer(offer) for offer in asked.there().offers()]}
        return Response(msgspec.json.encode(told), media_type=_JSON)

    _add_report(router, asked)
    _add_actions(router, asked)
    _add_course(router, asked)
    return router


def _add_report(router: APIRouter, asked: _Desk) -> None:
    @router.get("/report", response_model=models.Report, responses=_REPORT)
    def report() -> Response:
        """How the last drill went, against doing nothing and against the best course found."""
        told = report_answer(asked.report())
        return Response(msgspec.json.encode(told), media_type=_JSON)

    # Written in a thread of the server's pool: the PDF takes some tenths of a second.
    @router.get("/report.html", response_class=HTMLResponse, responses=_REPORT)
    def page(request: Request, lang: Lang = None) -> Response:
        """The report as one page of HTML that needs nothing else and prints well."""
        with speaking(language_asked(request.headers, language_of(lang))):
            return HTMLResponse(report_html(asked.report()))

    @router.get("/report.pdf", response_class=PdfResponse, responses=_REPORT)
    def pdf(request: Request, lang: Lang = None) -> Response:
        """The report as a PDF."""
        name = {"Content-Disposition": 'inline; filename="drill.pdf"'}
        with speaking(language_asked(request.headers, language_of(lang))):
            return PdfResponse(report_pdf(asked.report()), headers=name)


def _add_actions(router: APIRouter, asked: _Desk) -> None:
    # Each waits for the desk's lock, so each runs in a thread of the server's pool.
    @router.post("/start", status_code=202, response_model=models.State, responses=_PROBLEMS)
    def start(body: models.Plan) -> Response:
        """Begin a drill; one that runs is given up."""
        return asked.ask(lambda desk: desk.start(plan_of(body.model_dump())))

    @router.post("/pause", status_code=202, response_model=models.State, responses=_PROBLEMS)
    def pause() -> Response:
        """Let the floor's time stand still."""
        return asked.ask(lambda desk: desk.pause())

    @router.post("/resume", status_code=202, response_model=models.State, responses=_PROBLEMS)
    def resume() -> Response:
        """Let it go on."""
        return asked.ask(lambda desk: desk.resume())


def _add_course(router: APIRouter, asked: _Desk) -> None:
    @router.post("/speed", status_code=202, response_model=models.State, responses=_PROBLEMS)
    def speed(body: models.Speed) -> Response:
        """Let it go on faster or slower."""
        return asked.ask(lambda desk: desk.set_speed(body.speed))

    @router.post("/rewind", status_code=202, response_model=models.State, responses=_PROBLEMS)
    def rewind(body: models.Rewind) -> Response:
        """Go back: what was done by then stays done, what was done later is undone."""
        return asked.ask(lambda desk: desk.rewind(_instant(desk, body)))

    @router.post("/do", status_code=202, response_model=models.State, responses=_PROBLEMS)
    def do(body: models.Do) -> Response:
        """Do something to the floor now."""
        act: Act = msgspec.convert(body.act.model_dump(), Act)
        return asked.ask(lambda desk: desk.do(body.by, act), body.by)

    @router.post("/finish", status_code=202, response_model=models.State, responses=_PROBLEMS)
    def finish() -> Response:
        """End the drill and reckon what came of it."""
        return asked.ask(lambda desk: desk.finish())

    @router.post("/leave", status_code=202, response_model=models.State, responses=_PROBLEMS)
    def leave() -> Response:
        """Give the drill up; screens show the floor they showed before."""
        return asked.ask(lambda desk: desk.leave())


def _instant(desk: DrillDesk, body: models.Rewind) -> int:
    if body.to is not None:
        return int(from_datetime(body.to))
    state = desk.state()
    if state.at is None or state.began is None:
        # Refused in the desk's own words.
        return 0
    return max(state.began, state.at - round((body.back_minutes or 0.0) * MINUTE_US))
