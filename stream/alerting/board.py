"""Follows what the evaluator tells of alerts, for screens, and hands it what people do.

The evaluator writes each of its steps in one commit, its head last (docs/alerts.md). So what comes
before a head waits for it, and no board shows half of a step.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any, Final

import msgspec
import structlog
from msgspec import Struct
from msgspec.structs import replace

from stream.contract.alerts import (
    HEAD_KEY,
    INCIDENT,
    NOTIFICATION,
    RECORD,
    RULES_KEY,
    Action,
    AlertsAway,
    AlertsHead,
    Board,
    Incident,
    Notification,
    RuleRecord,
    RulesInForce,
    SetRules,
    decode_told,
    encode_action,
)
from stream.logs.port import Log, LogError, Record, Tail
from stream.logs.topics import ALERT_ACTIONS, ALERTS
from stream.reopening import Hearing, Open, working_on

RECORDS_AT_ONCE: Final = 500
# Of what is over, so much is kept for screens; the topic itself keeps what the evaluator keeps.
RESOLVED_MAX: Final = 2_000
OPEN_MAX: Final = 5_000
UNDELIVERED_MAX: Final = 200
# How long one look at the log waits for news: bounds how soon a following thread ends.
FOLLOW_S: Final = 0.25
# Who hears no head for so long may be listening in the wrong place: to a broker that has moved, or
# to a log that was made anew.
REOPENED_AFTER_S: Final = 30.0

_KINDS: Final = (INCIDENT, NOTIFICATION, RECORD, *(k.rstrip("/") for k in (RULES_KEY, HEAD_KEY)))


class LogAlertBoard:
    """The board as a log holds it. Any thread may ask and act; one at a time is served.

    Nothing is shown until all that the log held at the opening is read, since a part of it would
    look like a calm floor.
    """

    def __init__(self, log: Log) -> None:
        self._log = log
        self._lock = Lock()
        self._acting = Lock()
        self._tail: Tail | None = None
        self._told = _Told()
        self._board = Board([])
        self._begin()

    def follow(self, timeout_s: float = 0.0) -> bool:
        """Take in what the log has to tell, waiting at most `timeout_s` for the first of it; True
        where the board changed. Where that fails, all is read anew by the next call, and the last
        whole board stays meanwhile. Raises `LogError`."""
        with self._lock:
            before = self._board
            if self._tail is None:
                self._begin()
            assert self._tail is not None
            try:
                records = self._tail.poll(RECORDS_AT_ONCE, timeout_s)
                while records:
                    for record in records:
                        self._told.take(record)
                    records = self._tail.poll(RECORDS_AT_ONCE, 0)
                whole = self._tail.caught_up()
            except Exception:
                self._end()
                raise
            if whole:
                self._board = self._told.board(before)
            return self._board is not before

    def board(self) -> Board:
        """All that is known now; without waiting. Raises `LogError`."""
        self.follow()
        return self._board

    def act(self, action: Action) -> None:
        """Hand an action to the evaluator, durable on return. Raises `AlertsAway`."""
        # What is done to one incident keeps its order; rules are nobody's but the evaluator's.
        key = "rules" if isinstance(action, SetRules) else action.incident
        try:
            with self._acting:
                self._log.append(ALERT_ACTIONS, [(key, encode_action(action))])
        except LogError as error:
            raise AlertsAway(str(error)) from error

    def close(self) -> None:
        """Let go of the log's tail; the log itself belongs to who opened it."""
        with self._lock:
            self._end()

    def _begin(self) -> None:
        self._told = _Told()
        self._tail = self._log.tail(ALERTS, from_start=True)

    def _end(self) -> None:
        tail, self._tail = self._tail, None
        if tail is not None:
            tail.close()


class _Told:
    """What the topic told up to the last head, and what waits for the next."""

    def __init__(self) -> None:
        self._waiting: dict[str, bytes | None] = {}
        self._incidents: dict[str, Incident] = {}
        self._undelivered: dict[str, Notification] = {}
        self._records: dict[str, RuleRecord] = {}
        self._rules: RulesInForce | None = None
        self._head: AlertsHead | None = None
        self._changed = True

    def take(self, record: Record) -> None:
        # What the evaluator remembers for itself is not a screen's business.
        if record.key.partition("/")[0] not in _KINDS:
            return
        self._waiting[record.key] = record.value
        if record.key.startswith(HEAD_KEY):
            waiting, self._waiting = self._waiting, {}
            for key, value in waiting.items():
                self._put(key, value)
            self._bound()

    def board(self, before: Board) -> Board:
        """As of the last head. `before` itself where nothing is new; its version rises where
        anything but the head is."""
        if not self._changed:
            return before if self._head == before.head else replace(before, head=self._head)
        self._changed = False
        made = Board(
            incidents=sorted(self._incidents.values(), key=_open_then_newest),
            head=self._head,
            undelivered=sorted(self._undelivered.values(), key=lambda one: (-one.at, one.id)),
            records=dict(sorted(self._records.items())),
            rules=self._rules,
            version=before.version,
        )
        if replace(made, head=None) == replace(before, head=None):
            return before if made.head == before.head else made
        return replace(made, version=before.version + 1)

    def _put(self, key: str, value: bytes | None) -> None:
        kind, _, name = key.partition("/")
        try:
            told = None if value is None else decode_told(key, value)
        except msgspec.MsgspecError as error:
            # A newer evaluator may write what this one cannot read: the others are shown.
            _log.warning("alert_unreadable", key=key, why=str(error))
            return
        if key.startswith(HEAD_KEY):
            self._head = told if isinstance(told, AlertsHead) else None
            return
        self._changed = True
        if key.startswith(RULES_KEY):
            self._rules = told if isinstance(told, RulesInForce) else None
        elif kind == INCIDENT:
            _set(self._incidents, name, told)
        elif kind == RECORD:
            _set(self._records, name, told)
        elif isinstance(told, Notification) and _fails(told):
            self._undelivered[name] = told
        else:
            self._undelivered.pop(name, None)

    def _bound(self) -> None:
        """Forget the oldest of what is over, and beyond all reason of what is open."""
        if len(self._incidents) > RESOLVED_MAX:
            ordered = sorted(self._incidents.values(), key=_open_then_newest)
            still = sum(one.is_open for one in ordered)
            kept = [*ordered[:still][:OPEN_MAX], *ordered[still:][:RESOLVED_MAX]]
            self._incidents = {one.id: one for one in kept}
        while len(self._undelivered) > UNDELIVERED_MAX:
            self._undelivered.pop(min(self._undelivered, key=lambda key: self._undelivered[key].at))


class FollowedAlerts:
    """A board kept up by a thread of its own, which outlives the log's being away: asking never
    waits, and gives what was last known. Its head's age says how long ago that was."""

    def __init__(self) -> None:
        self._open: LogAlertBoard | None = None
        self._newest = Board([])

    def board(self) -> Board:
        """All that is known, as of the last look."""
        return self._newest

    def act(self, action: Action) -> None:
        """Hand an action to the evaluator, durable on return. Raises `AlertsAway`."""
        board = self._open
        if board is None:
            raise AlertsAway("the log cannot be reached; trying again")
        board.act(action)

    def follow(self, log: Log, stopped: Callable[[], bool]) -> None:
        """Keep up with an open log until `stopped`, or until it is silent for so long that it should
        be opened anew. Raises `LogError`."""
        board = LogAlertBoard(log)
        # Versions go on from opening to opening: who compares them sees no change twice or never.
        known = self._newest
        self._open, heard_at = board, time.monotonic()
        try:
            while not stopped() and time.monotonic() - heard_at < REOPENED_AFTER_S:
                if board.follow(FOLLOW_S):
                    heard_at = time.monotonic()
                    self._newest = _going_on(known, board.board())
        finally:
            self._open = None
            board.close()


@contextmanager
def following_alerts(opened: Open) -> Iterator[FollowedAlerts]:
    """A board of the log that `opened` opens, followed by a thread while the block runs."""
    alerts = FollowedAlerts()
    hearing = Hearing(
        failure=lambda error, pause_s: _log.warning(
            "alerts_log_failed", why=str(error), next_try_s=pause_s
        ),
        back=lambda: _log.warning("alerts_log_is_back"),
        # Screens say that nobody tells of alerts.
        end=lambda error: _log.error("alerts_not_followed", why=str(error) or type(error).__name__),
    )
    with working_on(opened, alerts.follow, hearing, name="floorwatch-alerts"):
        yield alerts


def _going_on(known: Board, board: Board) -> Board:
    return replace(board, version=known.version + board.version)


def _open_then_newest(incident: Incident) -> tuple[bool, int, str]:
    return not incident.is_open, -incident.opened_at, incident.id


def _fails(notification: Notification) -> bool:
    return notification.sent_at is None and (
        notification.given_up or notification.failure is not None
    )


def _set(kept: dict[str, Any], name: str, told: Struct | None) -> None:
    if told is None:
        kept.pop(name, None)
    else:
        kept[name] = told


_log: Any = structlog.get_logger("floorwatch.dashboard")
