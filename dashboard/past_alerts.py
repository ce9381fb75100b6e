"""Alerts as they stood at an instant that is over, by what is kept of their incidents.

Kept are when each incident and each of its alerts began and ended, what an alert said as it fired,
and who did what when. What its figures and its message said then is not, so that those of a later
moment are left out. Of one that fired again since, only what it said as it fired is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from msgspec.structs import replace

from dashboard.past_words import CANNOT_ACT
from stream.contract.alerts import (
    SEVERITY_RANK,
    Action,
    Alert,
    AlertsAway,
    Board,
    Entry,
    Incident,
    Mark,
    Severity,
)
from stream.contract.incidents import FIRES, leading
from stream.contract.instants import SECOND_US

# Whose last word says whether the incident was open, and whether somebody had it.
_OPENS: Final = frozenset({"opened", "reopened"})
_TAKES: Final = frozenset({"acknowledged", "unacknowledged"})


def board_at(board: Board, at: int) -> Board:
    """What is known of alerts as they stood at an instant of the floor. Who judged then, and by
    which rules, is not."""
    incidents = [incident_at(one, at) for one in board.incidents if one.opened_at <= at]
    incidents.sort(key=lambda one: (not one.is_open, -one.opened_at, one.id))
    return Board(incidents)


def incident_at(incident: Incident, at: int) -> Incident:
    """The incident as it stood; it was opened by then."""
    history = [entry for entry in incident.history if entry.at <= at]
    over = _ended(incident, history, at)
    alerts = _alerts(incident, history, at, over)
    marks = [entry for entry in history if entry.what in _TAKES]
    mark = marks[-1] if marks and marks[-1].what == "acknowledged" else None
    state = "resolved" if over is not None else "firing"
    return replace(
        incident,
        title=_title(incident, alerts, at),
        severity=_severity(incident, history, at),
        state=state,
        alerts=alerts,
        history=history,
        resolved_at=over,
        reopened_at=_reopened(history),
        changed_at=over,
        acknowledged=None if mark is None else Mark(mark.by or "", mark.at),
        snoozed_until=None,
        assigned_to=_assigned(incident, history),
    )


def _alerts(incident: Incident, history: list[Entry], at: int, over: int | None) -> list[Alert]:
    """Its alerts as they stood, of which none was open where it was over, and one was where not."""
    alerts = [_alert_at(one, at) for one in incident.alerts if _fired_at(one) <= at]
    if not alerts:
        alerts = _fired_again(incident, history, at)
    if over is None and not any(one.state == "firing" for one in alerts):
        return [replace(one, state="firing", resolved_at=None) for one in alerts]
    if over is not None:
        ended = {"state": "resolved", "changed_at": over, "resolved_at": over}
        return [replace(one, **ended) if one.state == "firing" else one for one in alerts]
    return alerts


def _fired_again(incident: Incident, history: list[Entry], at: int) -> list[Alert]:
    """Where all alerts of then have fired again since: the one that had fired last, in that firing."""
    line = next((entry for entry in reversed(history) if entry.what in FIRES), None)
    of = None if line is None else line.alert
    alerts = [one for one in incident.alerts if one.id == of] or incident.alerts[:1]
    if line is None:
        # Of a long history the newest lines are kept.
        line = Entry(incident.opened_at, "opened", "")
    fired = {"began": line.at, "fired_at": line.at, "changed_at": line.at, "why": None, "flaps": 0}
    says = {"fired_message": line.text, "fired_said": line.said}
    return [replace(_without_later(one, at), **fired, **says) for one in alerts]


def _severity(incident: Incident, history: list[Entry], at: int) -> Severity:
    """The gravest of all that had fired by then, whether or not it has fired again since."""
    ids = {entry.alert for entry in history if entry.what in FIRES}
    fired = [one for one in incident.alerts if one.id in ids or _fired_at(one) <= at]
    severities = [one.severity for one in fired] or [incident.severity]
    return min(severities, key=SEVERITY_RANK.__getitem__)


def _title(incident: Incident, alerts: list[Alert], at: int) -> str:
    """What the alert that it was told by then said as it fired, or the last of those that were
    over; a title of its own stays."""
    is_same = incident.resolved_at is not None and incident.resolved_at <= at
    if is_same or not alerts or all(one.message != incident.title for one in incident.alerts):
        return incident.title
    last = max(alerts, key=lambda one: one.resolved_at or 0)
    told_by = leading(replace(incident, alerts=alerts)) or last
    return told_by.as_fired.message or told_by.rule


def _reopened(history: list[Entry]) -> int | None:
    """When it fired again after it had been over, as of the end of the history."""
    return next((entry.at for entry in reversed(history) if entry.what == "reopened"), None)


def _ended(incident: Incident, history: list[Entry], at: int) -> int | None:
    """When it was over, as of an instant; None while it was open."""
    told = [entry for entry in history if entry.what in _OPENS or entry.what == "resolved"]
    if told:
        return told[-1].at if told[-1].what == "resolved" else None
    over = incident.resolved_at
    return over if over is not None and over <= at else None


def _assigned(incident: Incident, history: list[Entry]) -> str | None:
    """Whose it was, where nobody has said anything else since."""
    then = sum(entry.what == "assigned" for entry in history)
    now = sum(entry.what == "assigned" for entry in incident.history)
    return incident.assigned_to if then == now else None


def _fired_at(alert: Alert) -> int:
    return alert.fired_at or alert.began


def _alert_at(alert: Alert, at: int) -> Alert:
    """The alert as it stood in the firing that it had last, which had begun."""
    over = alert.resolved_at
    if over is not None and over <= at:
        return alert
    if alert.as_of <= at:
        fired = {"state": "firing", "changed_at": _fired_at(alert), "resolved_at": None}
        return replace(alert.as_fired, **fired)
    return _without_later(alert, at)


def _without_later(alert: Alert, at: int) -> Alert:
    """A firing alert that says in no language what was judged of it only later."""
    first = alert.as_fired
    return replace(
        alert,
        state="firing",
        changed_at=_fired_at(alert),
        resolved_at=None,
        as_of=at,
        message="",
        said=None,
        figures={},
        peak=None,
        broke_at=None,
        fired_message=first.message,
        fired_said=first.said,
    )


class PastAlerts:
    """The board of alerts as of the instant that is looked at; nobody acts on it."""

    def __init__(self, board: Callable[[], Board | None], at: Callable[[], int]) -> None:
        self._home = board
        self._at = at
        self._known: tuple[object, ...] | None = None
        self._board = Board([])

    def board(self) -> Board:
        """All that is known; its version rises where it is another than before."""
        home, at = self._home(), self._at() // SECOND_US * SECOND_US
        if home is None:
            return self._board
        known = (home.version, at)
        if known != self._known:
            self._known = known
            made = board_at(home, at)
            news = made.incidents != self._board.incidents
            self._board = replace(made, version=self._board.version + news)
        return self._board

    def act(self, action: Action) -> None:  # noqa: ARG002  the port's
        """Refused: the past is over. Raises `AlertsAway`."""
        raise AlertsAway(CANNOT_ACT)
