"""Alerts as they stood at an instant that is over, by what is kept of their incidents.

Kept are when each incident and each of its alerts began and ended, and who did what when. What an
alert's figures and its message said then is not, so that those of a later moment are left out.
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
)
from stream.contract.incidents import leading
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
    alerts = [_alert_at(one, at) for one in incident.alerts if (one.fired_at or one.began) <= at]
    alerts = alerts or [_alert_at(incident.alerts[0], at)] if incident.alerts else []
    over = _ended(incident, history, at)
    marks = [entry for entry in history if entry.what in _TAKES]
    mark = marks[-1] if marks and marks[-1].what == "acknowledged" else None
    state = "resolved" if over is not None else "firing"
    if over is None and not any(one.state == "firing" for one in alerts):
        alerts = [replace(one, state="firing", resolved_at=None) for one in alerts]
    severities = [one.severity for one in alerts] or [incident.severity]
    return replace(
        incident,
        title=_title(incident, alerts),
        severity=min(severities, key=SEVERITY_RANK.__getitem__),
        state=state,
        alerts=alerts,
        history=history,
        resolved_at=over,
        reopened_at=_reopened(history),
        acknowledged=None if mark is None else Mark(mark.by or "", mark.at),
        snoozed_until=None,
        assigned_to=_assigned(incident, history),
    )


def _title(incident: Incident, alerts: list[Alert]) -> str:
    """What the alert that it was told by then said as it fired; a title of its own stays."""
    said = {one.id: one.as_fired.message for one in incident.alerts}
    told_by = leading(replace(incident, alerts=alerts))
    if told_by is None or all(one.message != incident.title for one in incident.alerts):
        return incident.title
    return said[told_by.id]


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


def _alert_at(alert: Alert, at: int) -> Alert:
    over = alert.resolved_at
    if over is not None and over <= at:
        return alert
    if alert.as_of <= at:
        return replace(alert.as_fired, state="firing")
    return replace(
        alert, state="firing", resolved_at=None, as_of=at, message="", figures={}, peak=None
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
