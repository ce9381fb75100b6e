"""What every screen is told of alerts: the open incidents in short, and whether anybody watches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

import structlog
from msgspec import Struct

from dashboard.fires import with_alerts
from dashboard.said import Said, title_said
from dashboard.status import Standing
from stream.contract.alerts import (
    SEVERITIES,
    AlertBoard,
    Board,
    Incident,
    Notification,
    Severity,
    State,
)
from stream.contract.figures import STALE_US
from stream.contract.incidents import changed_at, leading
from stream.contract.instants import DAY_US, SECOND_US, format_millis, from_datetime

WATCHED_S_MAX: Final = STALE_US / SECOND_US
# A frame goes to every browser each second: whoever wants all asks the API.
OPEN_TOLD_MAX: Final = 50
RESOLVED_TOLD_MAX: Final = 5
UNDELIVERED_TOLD_MAX: Final = 3
# What was given up is kept for as long as its incident, 30 days; a wall tells of it for one.
GIVEN_UP_TOLD_US: Final = DAY_US


class Brief(Struct, frozen=True):
    """An incident as a banner or a list says it. `message` is that of the alert that it is told by;
    what other languages write title and message from stands beside them. `since` is when it fired
    without having been over since, `changed_at` when it entered its state."""

    id: str
    title: str
    severity: Severity
    state: State
    message: str
    targets: int
    opened_at: str
    since: str
    changed_at: str
    resolved_at: str | None = None
    acknowledged_by: str | None = None
    assigned_to: str | None = None
    snoozed_until: str | None = None
    title_said: Said | None = None
    message_said: Said | None = None


class Undelivered(Struct, frozen=True):
    """A message that did not reach its receiver."""

    receiver: str
    title: str
    failure: str | None
    given_up: bool


class ReceiverTold(Struct, frozen=True):
    """One that is told outside: how many messages to it fail or were given up, and why the newest
    of them did."""

    name: str
    failing: int
    given_up: int
    failure: str | None


class EvaluatorTold(Struct, frozen=True):
    """Who judges the floor since when, by how many rules of whom on how many things, when it last
    did, and whom it tells outside. Times are the wall clock's."""

    name: str
    since: str | None
    judged_at: str
    rules: int
    rules_by: str | None
    rules_at: str | None
    targets: int
    receivers: list[ReceiverTold]


class AlertsTold(Struct, frozen=True):
    """What a frame carries of alerts.

    `age_s` is how long ago the evaluator told anything, in seconds of the wall clock; None where it
    never did. `incidents` are open, the gravest first and at most so many of `open`; `calling` are
    those that nobody has and that are not silenced. `version` rises with every change.
    """

    age_s: float | None
    as_of: str | None
    version: int
    open: int
    calling: int
    incidents: list[Brief]
    resolved: list[Brief]
    undelivered: list[Undelivered]
    undelivered_count: int
    problems: list[str]
    evaluator: EvaluatorTold | None = None


class Watch:
    """How long ago the evaluator last told anything; asks no clock.

    Its clock and this one may disagree, so what it told is as old as it says, or as long known
    here: whichever is longer.
    """

    def __init__(self) -> None:
        # When the newest head says that it was told, and when it was seen here.
        self._heard: tuple[int, datetime | None] | None = None

    def look(self, board: Board, moment: datetime) -> None:
        """Take in the board's head, at a moment of the wall clock."""
        if board.head is None:
            self._heard = None
        elif self._heard is None or self._heard[0] != board.head.told_at:
            # Told later than now, before this process was there: how old it is, nobody knows.
            doubtful = self._heard is None and board.head.told_at > from_datetime(moment)
            self._heard = board.head.told_at, None if doubtful else moment

    def age_s(self, moment: datetime) -> float | None:
        """In seconds of the wall clock; None where nothing was told yet, or nobody knows when."""
        told_at, heard_at = self._heard or (0, None)
        if heard_at is None:
            return None
        told_s = (from_datetime(moment) - told_at) / SECOND_US
        return max(told_s, (moment - heard_at).total_seconds(), 0.0)


class AlertsFollowed:
    """A board of alerts as one thread sees it go on; without a board there is nothing to see."""

    def __init__(self, alerts: AlertBoard | None) -> None:
        self._alerts = alerts
        self._watch = Watch()
        self._failure: str | None = None
        self._urgent: tuple[object, ...] = ()
        self._told: tuple[object, ...] = ()
        self.newest: Board | None = None if alerts is None else Board([])

    def look(self, moment: datetime) -> bool:
        """Look at the board; True where it has what is to be told at once."""
        if self._alerts is None:
            return False
        try:
            board = self._alerts.board()
        except Exception as error:  # noqa: BLE001 - screens outlive whatever the log does
            self._tell(f"{type(error).__name__}: {error}")
            board = self.newest or Board([])
        else:
            self._tell(None)
        known, self.newest = self.newest, board
        self._watch.look(board, moment)
        if known is not board and (known is None or known.version != board.version):
            self._urgent = urgent(board)
        return self._urgent != self._told

    def age_s(self, moment: datetime) -> float | None:
        """How long ago the evaluator told anything; None where it never did."""
        return self._watch.age_s(moment)

    def told(self, moment: datetime) -> AlertsTold | None:
        """What a frame carries now."""
        if self.newest is None:
            return None
        return alerts_told(self.newest, self.age_s(moment), moment)

    def agreed(self, told: Standing, moment: datetime) -> Standing:
        """How the floor stands, in a sentence that agrees with what fires."""
        incidents = () if self.newest is None else gravest_first(self.newest.incidents)
        return with_alerts(told, incidents, from_datetime(moment))

    def sent(self) -> None:
        """A frame went out with what was told."""
        self._told = self._urgent

    def _tell(self, failure: str | None) -> None:
        """Log a failure once, when it begins, and once when it is over."""
        if failure == self._failure:
            return
        self._failure = failure
        if failure is not None:
            _log.error("alerts_unreadable", why=failure)
        else:
            _log.info("alerts_readable")


def alerts_told(board: Board, age_s: float | None, moment: datetime) -> AlertsTold:
    """What a frame carries of this board at a moment of the wall clock."""
    opened = gravest_first(one for one in board.incidents if one.is_open)
    over = sorted(
        (one for one in board.incidents if not one.is_open),
        key=lambda one: -(one.resolved_at or one.opened_at),
    )
    wall = from_datetime(moment)
    head = board.head
    failing = [one for one in board.undelivered if _is_news(one, wall)]
    return AlertsTold(
        age_s=age_s,
        as_of=None if head is None else format_millis(head.as_of),
        version=board.version,
        open=len(opened),
        calling=sum(is_calling(one, wall) for one in opened),
        incidents=[brief(one) for one in opened[:OPEN_TOLD_MAX]],
        resolved=[brief(one) for one in over[:RESOLVED_TOLD_MAX]],
        undelivered=[_undelivered(one) for one in failing[:UNDELIVERED_TOLD_MAX]],
        undelivered_count=len(failing),
        problems=[] if head is None else head.problems,
        evaluator=evaluator_told(board),
    )


def evaluator_told(board: Board) -> EvaluatorTold | None:
    """Who judges the floor, and whom it tells; None where nobody ever did."""
    head, rules = board.head, board.rules
    if head is None:
        return None
    return EvaluatorTold(
        name=head.evaluator,
        since=_millis(head.since),
        judged_at=format_millis(head.told_at),
        rules=head.rules,
        rules_by=None if rules is None else rules.by,
        rules_at=None if rules is None else format_millis(rules.at),
        targets=head.targets,
        receivers=_receivers(head.receivers, board.undelivered),
    )


def _receivers(names: Sequence[str], undelivered: Sequence[Notification]) -> list[ReceiverTold]:
    """Those of the rules, then those that are gone from them and still have messages that failed."""
    failed: dict[str, list[Notification]] = {name: [] for name in names}
    for one in undelivered:
        failed.setdefault(one.receiver, []).append(one)
    return [
        ReceiverTold(
            name=name,
            failing=sum(not one.given_up for one in ones),
            given_up=sum(one.given_up for one in ones),
            failure=max(ones, key=lambda one: one.tried_at or 0).failure if ones else None,
        )
        for name, ones in failed.items()
    ]


def gravest_first(incidents: Iterable[Incident]) -> list[Incident]:
    """By severity, then those that do not recover, then those that are open longest."""
    return sorted(
        incidents,
        key=lambda one: (
            SEVERITIES.index(one.severity),
            one.state == "recovering",
            one.opened_at,
            one.id,
        ),
    )


def is_calling(incident: Incident, wall: int) -> bool:
    """Whether an open incident still waits for somebody: nobody has it, and it is not silenced."""
    silenced = incident.snoozed_until is not None and incident.snoozed_until > wall
    return incident.is_open and incident.acknowledged is None and not silenced


def urgent(board: Board) -> tuple[object, ...]:
    """What of a board is told at once when it changes: everything but figures that move."""
    told = (
        (one.id, one.state, one.severity, one.acknowledged, one.snoozed_until, one.assigned_to,
         one.true, len(one.history), len(one.alerts))
        for one in board.incidents
    )  # fmt: skip
    return (len(board.undelivered), *told)


def brief(incident: Incident) -> Brief:
    """An incident in short."""
    told_by = leading(incident) or min(
        incident.alerts, key=lambda one: SEVERITIES.index(one.severity), default=None
    )
    return Brief(
        id=incident.id,
        title=incident.title,
        severity=incident.severity,
        state=incident.state,
        message="" if told_by is None else told_by.message,
        title_said=title_said(incident),
        message_said=None if told_by is None else told_by.said,
        targets=len({one.target for one in incident.alerts}),
        opened_at=format_millis(incident.opened_at),
        since=format_millis(incident.since),
        changed_at=format_millis(changed_at(incident)),
        resolved_at=_millis(incident.resolved_at),
        acknowledged_by=None if incident.acknowledged is None else incident.acknowledged.by,
        assigned_to=incident.assigned_to,
        snoozed_until=_millis(incident.snoozed_until),
    )


def _is_news(one: Notification, wall: int) -> bool:
    """Whether a message that fails is tried still, or was given up lately."""
    return not one.given_up or wall - (one.tried_at or one.not_before) <= GIVEN_UP_TOLD_US


def _undelivered(one: Notification) -> Undelivered:
    return Undelivered(one.receiver, one.incident.title, one.failure, one.given_up)


def _millis(instant: int | None) -> str | None:
    return None if instant is None else format_millis(instant)


_log = structlog.get_logger(__name__)
