"""`GET /api/v1/report`: what happened in a shift, as a page, a PDF or CSV, read when somebody asks."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from threading import Lock, Thread
from typing import Annotated, Final, Literal

import msgspec
from fastapi import APIRouter, Depends, HTTPException, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict

from dashboard.api.languages import language_asked
from dashboard.api.models import Problem
from dashboard.i18n import speaking
from dashboard.i18n.languages import Language, language_of
from dashboard.sheet import BOM
from dashboard.shift import shift_csv, shift_html, shift_pdf
from stream.contract.instants import from_datetime, to_datetime
from stream.contract.shifts import (
    NoShift,
    Shift,
    ShiftReport,
    ShiftReports,
    TooLong,
    shift_of,
)

# When who was turned away may ask again.
AGAIN_S: Final = 2
# A report that was read is kept for who wants it as a PDF as well.
KEPT: Final = 3
# Not for longer: events may come late, and one that had just ended was not yet whole.
KEPT_S: Final = 600.0
_JSON: Final = "application/json"
_CONTENT: Final[dict[int | str, dict[str, object]]] = {
    200: {
        "content": {"text/html": {}, "application/pdf": {}, "text/csv": {}},
        "description": "The report.",
    },
    422: {"model": Problem, "description": "There is no such shift."},
    503: {
        "model": Problem,
        "description": "It cannot be read here, or not now. With `Retry-After` another shift is "
        "being read.",
    },
}
Begin = Annotated[AwareDatetime, Query(alias="from", description="When the shift began.")]
End = Annotated[AwareDatetime, Query(description="When it ended: at most 25 hours later.")]


class Reading(BaseModel):
    """How far a report is read: `state` is `none` where nobody has asked for it, `reading`, or
    `ready`; `done` is a share from 0 to 1."""

    model_config = ConfigDict(extra="forbid")

    state: Literal["none", "reading", "ready"]
    done: float


class Desk:
    """One reading at a time; who asks for what is being read already gets the same report. `clock`
    tells seconds, and is never set."""

    def __init__(
        self, reports: ShiftReports, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._reports = reports
        self._clock = clock
        self._lock = Lock()
        self._running: tuple[Shift, Future[ShiftReport]] | None = None
        self._done = 0.0
        # When each was read, and the newest last, of shifts that were over: one that goes on is
        # another in a minute.
        self._kept: dict[Shift, tuple[float, ShiftReport]] = {}

    def ask(self, shift: Shift, *, anew: bool) -> Future[ShiftReport] | None:
        """What will be the report; None while another shift is read."""
        with self._lock:
            if self._running is not None:
                known, running = self._running
                return running if known == shift else None
            future: Future[ShiftReport] = Future()
            self._sweep()
            kept = self._kept.get(shift)
            if kept is not None and not anew:
                future.set_result(kept[1])
                return future
            self._running, self._done = (shift, future), 0.0
        # Not of the server's pool, in which whoever acknowledges something would wait for it.
        Thread(
            target=self._run, args=(shift, future), name="floorwatch-report", daemon=True
        ).start()
        return future

    def state(self, shift: Shift) -> Reading:
        """How far it is read."""
        with self._lock:
            if self._running is not None and self._running[0] == shift:
                return Reading(state="reading", done=self._done)
            self._sweep()
            return Reading(state="ready" if shift in self._kept else "none", done=0.0)

    def _sweep(self) -> None:
        old = self._clock() - KEPT_S
        self._kept = {shift: kept for shift, kept in self._kept.items() if kept[0] > old}

    def _run(self, shift: Shift, future: Future[ShiftReport]) -> None:
        try:
            report = self._reports(shift, self._hear)
        except BaseException as error:  # noqa: BLE001 - whoever waits gets it
            self._end(shift, None)
            future.set_exception(error)
        else:
            self._end(shift, report)
            future.set_result(report)

    def _hear(self, share: float) -> None:
        self._done = share

    def _end(self, shift: Shift, report: ShiftReport | None) -> None:
        with self._lock:
            self._running = None
            if report is not None and report.shift == shift:
                self._kept.pop(shift, None)
                self._kept[shift] = self._clock(), report
                for old in list(self._kept)[:-KEPT]:
                    del self._kept[old]


def shift_router(reports: ShiftReports | None) -> APIRouter:
    """The routes to reports of shifts; without any they say that it cannot be done."""
    router = APIRouter(prefix="/api/v1", tags=["figures"])
    desk = None if reports is None else Desk(reports)

    @router.get("/report", response_class=Response, responses=_CONTENT)
    async def report(
        request: Request,
        shift: Annotated[Shift, Depends(_shift)],
        format: Annotated[  # noqa: A002  its name in the address
            Literal["html", "pdf", "csv"],
            Query(
                description="A page that needs nothing else, a PDF, or a table for spreadsheets."
            ),
        ] = "html",
        anew: Annotated[
            bool, Query(description="Read it again, for what has come late since.")
        ] = False,
        lang: Annotated[
            str | None, Query(description="In which language; else that of cookie or browser.")
        ] = None,
        bom: Annotated[
            bool,
            Query(description="Of CSV: led by a byte order mark, by which Excel knows UTF-8."),
        ] = False,
    ) -> Response:
        """What happened in a shift: whole, by the hour and by queue, with incidents, thanks and what
        the data does not know. Read from the log, for at most two minutes."""
        if desk is None:
            raise HTTPException(503, "this dashboard has no log to report from")
        future = desk.ask(shift, anew=anew)
        if future is None:
            detail = "the report of another shift is being read; try again"
            return JSONResponse({"detail": detail}, 503, {"Retry-After": str(AGAIN_S)})
        told = await _told(future)
        # Written beside the server's loop: a PDF takes some tenths of a second.
        spoken = language_asked(request.headers, language_of(lang))
        return await asyncio.to_thread(partial(_written, told, format, spoken, bom=bom))

    @router.get("/report/state", response_model=Reading, responses={422: _CONTENT[422]})
    async def state(shift: Annotated[Shift, Depends(_shift)]) -> Response:
        """How far the report of a shift is read."""
        told = Reading(state="none", done=0.0) if desk is None else desk.state(shift)
        return Response(msgspec.json.encode(told.model_dump()), media_type=_JSON)

    return router


def _shift(begin: Begin, to: End) -> Shift:
    try:
        return shift_of(int(from_datetime(begin)), int(from_datetime(to)))
    except NoShift as error:
        raise HTTPException(422, str(error)) from None


async def _told(future: Future[ShiftReport]) -> ShiftReport:
    try:
        # Who goes away stops nobody else's reading.
        return await asyncio.shield(asyncio.wrap_future(future))
    except asyncio.CancelledError:
        # The dashboard is ended while somebody waits: no fault to be logged.
        raise HTTPException(503, "the dashboard is being ended") from None
    except NoShift as error:
        raise HTTPException(422, str(error)) from None
    except TooLong:
        detail = "too many events to be read while somebody waits; use `floorwatch report`"
        raise HTTPException(503, detail) from None
    except Exception as error:  # noqa: BLE001 - whatever it was, the asker gets an answer
        raise HTTPException(503, f"not read ({type(error).__name__})") from None


def _written(report: ShiftReport, format_: str, spoken: Language, *, bom: bool) -> Response:
    with speaking(spoken):
        if format_ == "html":
            return HTMLResponse(shift_html(report))
        named = f'filename="shift-{to_datetime(report.shift.begin):%Y-%m-%d-%H.%M}Z.{format_}"'
        if format_ == "csv":
            text = (BOM if bom else "") + shift_csv(report)
            name = {"Content-Disposition": f"attachment; {named}"}
            return Response(text.encode(), media_type="text/csv; charset=utf-8", headers=name)
        name = {"Content-Disposition": f"inline; {named}"}
        return Response(shift_pdf(report), media_type="application/pdf", headers=name)
