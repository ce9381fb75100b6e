"""Incidents: all alerts of one cause under one head, with what people made of it.

An alert joins an open incident of the same target, or one of the same cause that opened shortly
before: when a line fails, ten queues feel it, and somebody is told once. Where an incident is full
the next one opens, so that no alert is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from typing import Final, NamedTuple, assert_never

from msgspec.structs import replace

from stream.alerts import history
from stream.contract.alerts import (
    NOTE_MAX,
    OPEN_STATES,
    SEVERITY_RANK,
    Acknowledge,
    AddNote,
    Alert,
    Assign,
    Cause,
    Entry,
    Incident,
    Judge,
    Mark,
    Severity,
    Snooze,
    State,
    Target,
)
from stream.contract.incidents import leading
from stream.contract.instants import DAY_US, MINUTE_US, format_millis

# What fires within this time of another, for the same cause, is the same incident.
SAME_CAUSE_US: Final = 30 * MINUTE_US
# The same of the floor and of what is on it: a chart of all queues together is slower, and surer.
SAME_ON_FLOOR_US: Final = 60 * MINUTE_US
# Those that are over are kept for as long, and so many of them.
KEPT_US: Final = 30 * DAY_US
KEPT_MAX: Final = 1_000
# Of one incident: the newest lines are kept, and it takes in so many alerts.
HISTORY_MAX: Final = 200
ALERTS_MAX: Final = 100

_STATE_RANK: Final[Mapping[State, int]] = {"firing": 0, "no_data": 1, "recovering": 2}


# What people do with one incident.
Handling = Acknowledge | Snooze | Assign | AddNote | Judge


class _Place(NamedTuple):
    """Where the newest alert of a rule on a target is: the ids of its incident and its own."""

    incident: str
    alert: str


def id_of(rule: str, target: Target, fired_at: int) -> str:
    """The same for the same alert, whoever decides it: letters that fit an address."""
    told = f"{rule}\0{target.dimension}\0{target.name or ''}\0{fired_at}"
    return blake2b(told.encode(), digest_size=6).hexdigest()


class Incidents:
    """The incidents that are open or not long over, by id; `changed` are those to be told anew."""

    def __init__(self, known: Iterable[Incident] = ()) -> None:
        self.by_id = {incident.id: incident for incident in known}
        self.changed: set[str] = set()
        self.gone: set[str] = set()
        alerts = [(alert, each.id) for each in self.by_id.values() for alert in each.alerts]
        # Of a rule on a target one is open at the most, and that is the newest.
        alerts.sort(key=lambda pair: (_is_open(pair[0]), pair[0].fired_at or 0))
        self._newest = {
            (alert.rule, alert.target): _Place(incident, alert.id) for alert, incident in alerts
        }

    def take(self, alert: Alert) -> Incident:
        """Take an alert as it stands now: into the incident that has it, or the one it belongs to,
        or one of its own."""
        incident = self._holding(alert) or self._related(alert)
        if incident is None:
            incident = self._open(alert)
        self._newest[alert.rule, alert.target] = _Place(incident.id, alert.id)
        return self._put(_with_alert(incident, alert))

    def withdraw(self, alert: Alert, now: int) -> None:
        """Close an alert whose rule looks at its target no longer."""
        gone = replace(alert.as_fired, state="resolved", changed_at=now, resolved_at=now)
        self.note(self.take(gone).id, history.withdrawn(now, alert.rule))

    def regrade(self, before: Alert, alert: Alert, now: int) -> None:
        """Take an open alert whose rule says otherwise how grave it is, or whose: its incident is
        then as grave as its alerts, were that less than it was."""
        if alert == before or not _is_open(before):
            return
        incident = self.take(alert)
        less = replace(incident, severity=_gravest(incident.alerts, alert.severity))
        if less.severity != incident.severity:
            entry = history.regraded(now, incident.severity, less.severity, alert.rule)
            less = _with_entry(less, entry)
        self._put(less)

    def newest_of(self, rule: str, target: Target) -> Alert | None:
        """The alert of a rule on a target that fired last, as it was told last."""
        place = self._newest.get((rule, target))
        if place is None:
            return None
        return next(one for one in self.by_id[place.incident].alerts if one.id == place.alert)

    def act(self, action: Handling, now: int) -> None:
        """Do what somebody asked for, on the floor's clock at `now`; nothing where there is no
        such incident any more."""
        incident = self.by_id.get(action.incident)
        if incident is not None:
            self._put(_acted(incident, action, now))

    def note(self, incident: str, entry: Entry) -> Incident:
        """Add a line to an incident's history."""
        return self._put(_with_entry(self.by_id[incident], entry))

    def forget_old(self, now: int) -> None:
        """Let those go that are over for longer than is kept, or are too many."""
        over = sorted(
            (one for one in self.by_id.values() if not one.is_open),
            key=lambda one: one.resolved_at or 0,
        )
        for nth, one in enumerate(over):
            if len(over) - nth > KEPT_MAX or now - (one.resolved_at or now) > KEPT_US:
                del self.by_id[one.id]
                self.gone.add(one.id)
                for alert in one.alerts:
                    place = self._newest.get((alert.rule, alert.target))
                    if place is not None and place.incident == one.id:
                        del self._newest[alert.rule, alert.target]

    def rules(self) -> set[str]:
        """The rules of all alerts that are kept."""
        return {alert.rule for each in self.by_id.values() for alert in each.alerts}

    def open(self) -> list[Incident]:
        """Those that are not over."""
        return [one for one in self.by_id.values() if one.is_open]

    def _put(self, incident: Incident) -> Incident:
        if self.by_id.get(incident.id) != incident:
            self.by_id[incident.id] = incident
            self.changed.add(incident.id)
        return incident

    def _holding(self, alert: Alert) -> Incident | None:
        """The incident that has the alert, or had it when it was resolved shortly before."""
        place = self._newest.get((alert.rule, alert.target))
        return None if place is None or place.alert != alert.id else self.by_id[place.incident]

    def _related(self, alert: Alert) -> Incident | None:
        """An open incident of the same cause, the oldest that has room."""
        fits = [
            one
            for one in self.open()
            if len(one.alerts) < ALERTS_MAX and _is_same_cause(one, alert)
        ]
        return min(fits, key=lambda one: (one.opened_at, one.id), default=None)

    def _open(self, alert: Alert) -> Incident:
        assert alert.fired_at is not None
        return Incident(
            id=id_of(alert.rule, alert.target, alert.fired_at),
            title=alert.message,
            severity=alert.severity,
            state=alert.state,
            opened_at=alert.fired_at,
            alerts=[],
            history=[history.fired(alert.fired_at, "opened", alert)],
            cause=_cause(alert),
        )


# What is seen in the arrivals tells its cause by itself.
_CAUSE_OF_KIND: Final[Mapping[str, Cause]] = {
    "surge": "volume",
    "drop": "drop",
    "no_data": "no_data",
    "promise": "promises",
}
# These have nothing to do with any other.
_APART: Final = frozenset({"no_data", "drop", "promises"})


def _cause(alert: Alert) -> Cause | None:
    known = _CAUSE_OF_KIND.get(alert.kind)
    if known is not None:
        return known
    parts = alert.why.parts if alert.why is not None else []
    return parts[0].factor if parts else None


def _is_same_cause(incident: Incident, alert: Alert) -> bool:
    mine, since = _cause(alert), alert.fired_at or alert.began
    if ({mine, incident.cause} & _APART) and mine != incident.cause:
        # A stream that is silent says nothing of the floor, and a drop is no surge.
        return False
    if any(each.target == alert.target for each in incident.alerts if _is_open(each)):
        return True
    of_floor = alert.target.dimension == "floor" or any(
        each.target.dimension == "floor" for each in incident.alerts
    )
    return (
        mine is not None
        and mine == incident.cause
        and alert.target.dimension in ("queue", "channel", "floor")
        and since - incident.opened_at <= (SAME_ON_FLOOR_US if of_floor else SAME_CAUSE_US)
    )


def _with_alert(incident: Incident, alert: Alert) -> Incident:
    alerts = [alert if each.id == alert.id else each for each in incident.alerts]
    is_new = alert.id not in {each.id for each in incident.alerts}
    if is_new:
        alerts.append(alert)
    changed = replace(
        incident,
        alerts=alerts,
        state=_state(alerts),
        severity=_gravest(alerts, incident.severity),
        cause=incident.cause or _cause(alert),
    )
    if changed.state != incident.state:
        # Who held it in the state before may be over by the time that somebody asks.
        changed = replace(changed, changed_at=alert.changed_at)
    changed = replace(changed, title=_title(changed, incident, alert))
    if incident.alerts and SEVERITY_RANK[changed.severity] < SEVERITY_RANK[incident.severity]:
        # What somebody silenced or took was less grave: nobody has heard of this yet.
        changed = replace(changed, snoozed_until=None, acknowledged=None)
    for entry in _entries(incident, changed, alert, is_new=is_new):
        changed = _with_entry(changed, entry)
    if changed.is_open:
        came_back = bool(incident.alerts) and not incident.is_open
        reopened_at = alert.changed_at if came_back else incident.reopened_at
        return replace(changed, resolved_at=None, reopened_at=reopened_at)
    return replace(changed, resolved_at=incident.resolved_at or alert.changed_at)


def _entries(before: Incident, after: Incident, alert: Alert, *, is_new: bool) -> list[Entry]:
    """What happened to an incident with one alert."""
    told = []
    if not before.is_open and after.is_open and before.alerts:
        told.append(history.fired(alert.changed_at, "reopened", alert))
    elif is_new and before.alerts:
        told.append(history.fired(alert.changed_at, "joined", alert))
    if before.alerts and SEVERITY_RANK[after.severity] < SEVERITY_RANK[before.severity]:
        told.append(history.worse(alert.changed_at, before.severity, after.severity))
    if after.state == "no_data" and before.state != "no_data" and before.alerts:
        told.append(history.unknown(alert.changed_at))
    if before.state == "no_data" and after.state != "no_data":
        told.append(history.known_again(alert.changed_at))
    if before.is_open and before.alerts and not after.is_open:
        told.append(history.over(alert.changed_at))
    return told


def _state(alerts: Sequence[Alert]) -> State:
    still = [each.state for each in alerts if _is_open(each)]
    return min(still, key=lambda state: _STATE_RANK[state], default="resolved")


def _title(incident: Incident, before: Incident, alert: Alert) -> str:
    """What the alert that it is told by says; once it is over, what the last that was open said as
    it fired."""
    told_by = leading(incident)
    if told_by is not None:
        return told_by.message
    return alert.message if before.is_open else before.title


def _is_open(alert: Alert) -> bool:
    return alert.state in OPEN_STATES


def _gravest(alerts: Sequence[Alert], ever: Severity) -> Severity:
    """The gravest that it ever was: nobody is called twice because it was less grave for a while."""
    return min([ever, *(each.severity for each in alerts)], key=lambda one: SEVERITY_RANK[one])


def _with_entry(incident: Incident, entry: Entry) -> Incident:
    return replace(incident, history=[*incident.history, entry][-HISTORY_MAX:])


def _acted(incident: Incident, action: Handling, now: int) -> Incident:
    """The incident with what somebody did, and a line of it where that changed anything."""
    by = action.by
    match action:
        case Acknowledge():
            mark = None if action.undo else incident.acknowledged or Mark(by, action.at)
            changed = replace(incident, acknowledged=mark)
            entry = Entry(now, "unacknowledged" if action.undo else "acknowledged", "", by)
        case Snooze():
            changed = replace(incident, snoozed_until=action.until)
            until = "" if action.until is None else format_millis(action.until)
            entry = Entry(now, "woken" if action.until is None else "snoozed", until, by)
        case Assign():
            changed = replace(incident, assigned_to=action.to)
            entry = Entry(now, "assigned", action.to or "", by)
        case AddNote():
            return _with_entry(incident, Entry(now, "note", action.text[:NOTE_MAX], by))
        case Judge():
            return replace(incident, true=action.true)
        case _:
            assert_never(action)
    return incident if changed == incident else _with_entry(changed, entry)
