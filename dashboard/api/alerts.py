"""`GET /api/v1/alerts`, and what people do to an incident: acknowledge, snooze, assign, note, judge."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Final, Literal

import msgspec
from fastapi import APIRouter, HTTPException, Query, Response

from dashboard.api import alert_models as models
from dashboard.api.alert_answers import alerts_answer
from dashboard.api.models import Problem
from dashboard.api.past import LookAsked, feed_of
from dashboard.feed import Feed
from dashboard.past import Looks
from stream.contract import alerts as contract
from stream.contract.alerts import (
    OPEN_STATES,
    SEVERITY_RANK,
    Action,
    Alert,
    AlertBoard,
    AlertsAway,
    Board,
    Incident,
)
from stream.contract.instants import format_millis, from_datetime

_JSON: Final = "application/json"
_AWAY: Final[dict[int | str, dict[str, object]]] = {
    503: {"model": Problem, "description": "Alerts cannot be read now."}
}
_PROBLEMS: Final[dict[int | str, dict[str, object]]] = {
    403: {"model": Problem, "description": "The request comes from another site's page."},
    404: {"model": Problem, "description": "No such incident, and no alert of this id."},
    409: {"model": Problem, "description": "The incident is over."},
    422: {"model": Problem, "description": "The body is not what is expected."},
    503: {"model": Problem, "description": "The action could not be written; try again."},
}
StateAsked = Literal["open", "resolved", "all"]


class Acting:
    """How an action gets from a request to the evaluator; `now` is the wall clock."""

    def __init__(
        self, feed: Feed, alerts: AlertBoard | None, *, now: Callable[[], datetime]
    ) -> None:
        self._feed = feed
        self._alerts = alerts
        self.now = now

    def now_us(self) -> int:
        """The wall clock in microseconds, as a plain number: the codec takes no kind of one."""
        return int(from_datetime(self.now()))

    def board(self) -> Board:
        """What is known of alerts; 503 where the dashboard follows none."""
        board = self._feed.board()
        if board is None:
            raise HTTPException(503, "this dashboard follows no alerts")
        return board

    def rules_in_force(self) -> str | None:
        """The text of the rules in force; None where nothing is known of them."""
        board = self._feed.board()
        return None if board is None or board.rules is None else board.rules.text

    def incident(self, id_: str, *, opened: bool) -> Incident:
        """The incident of this id, or with an alert of this id: 404 where there is none, and 409
        where it has to be `opened` and is over."""
        incidents = self.board().incidents
        found = next((one for one in incidents if one.id == id_), None) or next(
            (one for one in incidents if any(alert.id == id_ for alert in one.alerts)), None
        )
        if found is None:
            raise HTTPException(404, "id: no incident and no alert of this id")
        if opened and not found.is_open:
            raise HTTPException(409, "the incident is over")
        return found

    def alert(self, id_: str) -> Alert:
        """The alert of this id, or of an incident of this id the gravest that is open, or was;
        404 where there is none."""
        incident = self.incident(id_, opened=False)
        found = next((alert for alert in incident.alerts if alert.id == id_), None)
        if found is not None:
            return found
        return min(
            incident.alerts,
            key=lambda one: (one.state not in OPEN_STATES, SEVERITY_RANK[one.severity], one.began),
        )

    def act(self, action: Action) -> models.Accepted:
        """Write it to the log; 503 where that cannot be done."""
        if self._alerts is None:
            raise HTTPException(503, "this dashboard follows no alerts")
        try:
            self._alerts.act(action)
        except AlertsAway as error:
            raise HTTPException(503, f"not written: {error}") from None
        incident = "" if isinstance(action, contract.SetRules) else action.incident
        return models.Accepted(incident=incident, at=format_millis(action.at))


def alerts_router(acting: Acting, feed: Feed, looks: Looks) -> APIRouter:
    """The routes to incidents."""
    router = APIRouter(prefix="/api/v1/alerts", tags=["alerts"])

    @router.get("", response_model=models.Alerts, responses=_AWAY)
    async def alerts(
        state: Annotated[StateAsked, Query(description="Which incidents.")] = "open",
        limit: Annotated[int, Query(ge=1, le=models.LIMIT_MAX, description="At most so many.")] = (
            200
        ),
        look: LookAsked = None,
    ) -> Response:
        """Incidents with their alerts, and whether anybody watches; with `look` as they stood then, as
        far as that is kept."""
        shown = feed_of(feed, looks, look)
        board = acting.board() if look is None else shown.board() or Board([])
        answer = alerts_answer(board, shown.alerts_age_s(), state=state, limit=limit)
        return Response(msgspec.json.encode(answer), media_type=_JSON)

    _add_actions(router, acting)
    _add_retry(router, acting)
    return router


def _add_actions(router: APIRouter, acting: Acting) -> None:
    # Each waits for the log's disk or broker, so each runs in a thread of the server's pool.
    @router.post("/{id:path}/acknowledge", status_code=202, responses=_PROBLEMS)
    def acknowledge(id: str, body: models.Acknowledge) -> models.Accepted:  # noqa: A002
        """Somebody has it: no escalation from here on."""
        incident = acting.incident(id, opened=True).id
        return acting.act(
            contract.Acknowledge(incident=incident, by=body.by, at=acting.now_us(), undo=body.undo)
        )

    @router.post("/{id:path}/snooze", status_code=202, responses=_PROBLEMS)
    def snooze(id: str, body: models.Snooze) -> models.Accepted:  # noqa: A002
        """Silent until then."""
        incident = acting.incident(id, opened=True).id
        try:
            end = body.end(acting.now())
        except ValueError as error:
            raise HTTPException(422, str(error)) from None
        until = None if end is None else int(from_datetime(end))
        return acting.act(
            contract.Snooze(incident=incident, by=body.by, at=acting.now_us(), until=until)
        )

    @router.post("/{id:path}/assign", status_code=202, responses=_PROBLEMS)
    def assign(id: str, body: models.Assign) -> models.Accepted:  # noqa: A002
        """Whose it is."""
        incident = acting.incident(id, opened=True).id
        return acting.act(
            contract.Assign(incident=incident, by=body.by, at=acting.now_us(), to=body.to)
        )

    @router.post("/{id:path}/note", status_code=202, responses=_PROBLEMS)
    def note(id: str, body: models.AddNote) -> models.Accepted:  # noqa: A002
        """A line for the history, also when it is over."""
        incident = acting.incident(id, opened=False).id
        return acting.act(
            contract.AddNote(incident=incident, by=body.by, at=acting.now_us(), text=body.text)
        )

    @router.post("/{id:path}/judge", status_code=202, responses=_PROBLEMS)
    def judge(id: str, body: models.Judge) -> models.Accepted:  # noqa: A002
        """Whether there was something to it, also when it is over: the rules' records count it."""
        incident = acting.incident(id, opened=False).id
        return acting.act(
            contract.Judge(incident=incident, by=body.by, at=acting.now_us(), true=body.true)
        )


def _add_retry(router: APIRouter, acting: Acting) -> None:
    @router.post("/{id:path}/retry", status_code=202, responses=_PROBLEMS)
    def retry(id: str, body: models.Retry) -> models.Accepted:  # noqa: A002
        """Send a message that was not delivered once more."""
        failed = [one for one in acting.board().undelivered if one.id == body.message]
        if not any(one.incident.id == id for one in failed):
            raise HTTPException(404, "message: no message of this incident that was not delivered")
        return acting.act(
            contract.Retry(incident=id, by=body.by, at=acting.now_us(), notification=body.message)
        )
