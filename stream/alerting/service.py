"""The active evaluator: whoever holds the one partition of `alert-actions` judges the floor.

Any number of processes join the group; the log gives the partition to one of them, and to another
when that one is gone. What is decided, what people's actions came to and the position of those
actions are written in one step, so that nothing is decided twice and nothing is forgotten.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Event
from typing import Any, Final, Protocol

import msgspec
import structlog
from msgspec import Struct

from stream.alerting.source import readings_of
from stream.alerts.evaluator import Evaluator
from stream.alerts.receivers import Receiver
from stream.alerts.rule_file import default_text, parse_rules, stays_in_force
from stream.alerts.tries import Outcome, begun_anew, overtaken, tried
from stream.contract import alerts as al
from stream.contract.alerts import AlertsHead, Decisive, Notification, RulesInForce
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import SECOND_US
from stream.contract.yaml_lines import YamlError
from stream.logs.port import Consumer, Fenced, Log, LogError, Produced, Record
from stream.logs.topics import ALERT_ACTIONS, ALERTS
from stream.picture import LogPictureReader, steady_clock
from stream.reopening import Hearing, Open, working_on

GROUP: Final = "floorwatch-alerts"
# An alert must be on screens within two seconds of the event that it comes from.
EVALUATE_EVERY_US: Final = SECOND_US // 2
HEAD_EVERY_US: Final = SECOND_US
POLL_S: Final = 0.1
ACTIONS_AT_ONCE: Final = 500
# Of actions that cannot be read, so many are told.
PROBLEMS_MAX: Final = 5
_PARTITION: Final = 0


class Deliveries(Protocol):
    """What brings notifications to their receivers, in threads of its own."""

    @property
    def limits(self) -> Mapping[str, int]:
        """How often each bound was reached."""
        ...

    def offer(
        self, notifications: Iterable[Notification], receivers: Mapping[str, Receiver], now: int
    ) -> None:
        """Begin to deliver what is due; what is under way already is left alone."""
        ...

    def outcomes(self, now: int) -> Sequence[Outcome]:
        """What became known of deliveries since this was last asked."""
        ...


class Setting(Struct, frozen=True):
    """Of one evaluator: its name, the text of the rules' file that somebody named at the start
    (None for the rules that ship), what delivers to receivers, where anything does, and what tells
    which of them cannot be told, a line each."""

    name: str
    rules_text: str | None = None
    deliveries: Callable[[], Deliveries] | None = None
    problems: Callable[[Mapping[str, Receiver]], list[str]] = lambda _receivers: []


@contextmanager
def evaluating(
    opened: Open,
    plan: FloorPlan,
    setting: Setting,
    *,
    now: Callable[[], int],
    there: Event | None = None,
) -> Iterator[None]:
    """Be one of those that may evaluate, in a thread of its own, until the block ends; a log that
    goes away is waited for, and at first until it is `there`: what is wrong with it is said once,
    by who opens it first."""
    logger: Any = structlog.get_logger("floorwatch.alerts").bind(worker=setting.name)

    def work(log: Log, stopped: Callable[[], bool]) -> None:
        with _ready_again(logger):
            AlertService(log, plan, setting, now=now).run(stopped)

    hearing = Hearing(
        failure=lambda error, pause_s: logger.warning(
            "log_failed", why=str(error), next_try_s=pause_s
        ),
        back=lambda: logger.info("log_is_back"),
        end=lambda error: logger.warning("alerts_not_watched", why=str(error)),
    )
    with working_on(opened, work, hearing, name="floorwatch-evaluator", there=there):
        yield


@contextmanager
def _ready_again(logger: Any) -> Iterator[None]:
    """Take a fault of the evaluation for one of the log, after which it is begun anew: with other
    rules, or another look at the floor, it may not come again."""
    try:
        yield
    except LogError:
        raise
    except Exception as error:
        logger.exception("evaluation_failed")
        raise LogError(f"the evaluation failed: {type(error).__name__}") from error


class AlertService:
    """One member of the group that evaluates; only the one with the partition does anything.

    `now` is the wall clock, `steady` one that nobody sets, both in microseconds.
    """

    def __init__(
        self,
        log: Log,
        plan: FloorPlan,
        setting: Setting,
        *,
        now: Callable[[], int],
        steady: Callable[[], int] = steady_clock,
    ) -> None:
        self._log = log
        self._plan = plan
        self._now = now
        self._steady = steady
        self._setting = setting
        self._logger: Any = structlog.get_logger("floorwatch.alerts").bind(worker=setting.name)
        self._consumer: Consumer = log.consumer(GROUP, ALERT_ACTIONS)
        self._active: _Active | None = None

    @property
    def is_active(self) -> bool:
        """Whether this member is the one that evaluates."""
        return self._active is not None

    def run(self, stopped: Callable[[], bool]) -> None:
        """Evaluate until `stopped` says so."""
        try:
            while not stopped():
                self.step()
        finally:
            self.close()

    def step(self, timeout_s: float = POLL_S) -> None:
        """One round: take actions, and judge the floor when it is time to."""
        records = self._consumer.poll(ACTIONS_AT_ONCE, timeout_s)
        if _PARTITION not in self._consumer.assignment():
            self._stand_by()
            return
        if self._active is None:
            self._active = self._taken_over()
            records = ()
        active = self._active
        active.hear(records)
        try:
            active.work(self._consumer)
        except Fenced:
            # Somebody else evaluates by now, and decides what this one would have decided.
            self._stand_by()

    def close(self) -> None:
        """Leave the group, so that another takes over at once."""
        self._stand_by()
        try:
            self._consumer.close()
        except LogError as error:
            # A log that is away cannot be told; what made this end must not be hidden.
            self._logger.debug("closing", why=str(error))

    def _taken_over(self) -> _Active:
        known: dict[str, bytes] = {}
        for record in self._log.read(ALERTS, _PARTITION):
            if record.value is None:
                known.pop(record.key, None)
            else:
                known[record.key] = record.value
        self._consumer.seek(_PARTITION, self._consumer.committed(_PARTITION))
        evaluator = self._evaluator(known)
        self._logger.info("evaluating", rules=len(evaluator.rules.rules))
        reader = LogPictureReader(
            self._log, self._plan, now=self._now, title="", steady=self._steady
        )
        deliveries = self._setting.deliveries() if self._setting.deliveries is not None else None
        active = _Active(evaluator, reader, deliveries, self._setting, now=self._now)
        active.remember(known, self._consumer.committed(_PARTITION))
        return active

    def _evaluator(self, known: Mapping[str, bytes]) -> Evaluator:
        """An evaluator that goes on where the last one ended, by the rules that are in force, or
        by those given here where they are news."""
        kept = known.get(al.RULES_KEY)
        rules = None if kept is None else msgspec.msgpack.decode(kept, type=RulesInForce)
        given = self._setting.rules_text
        digest = None if given is None else hashlib.sha256(given.encode()).hexdigest()
        if rules is not None and stays_in_force(rules, digest):
            try:
                return Evaluator(self._plan, parse_rules(rules.text, "rules in force"), known)
            except YamlError as error:
                # An older version wrote them; those given here are known to be good.
                self._logger.warning("rules_unreadable", why=str(error).splitlines()[0])
        text = default_text() if given is None else given
        evaluator = Evaluator(self._plan, parse_rules(text, "alerts.yaml"), known)
        by = al.SHIPPED if given is None else al.FILE
        evaluator.set_rules(text, by, self._now(), file_digest=digest)
        return evaluator

    def _stand_by(self) -> None:
        active, self._active = self._active, None
        if active is not None:
            active.close()


class _Active:
    """The evaluation as long as this member has it."""

    def __init__(
        self,
        evaluator: Evaluator,
        reader: LogPictureReader,
        deliveries: Deliveries | None,
        setting: Setting,
        *,
        now: Callable[[], int],
    ) -> None:
        self._evaluator = evaluator
        self._reader = reader
        self._deliveries = deliveries
        self._now = now
        self._since = now()
        self._setting = setting
        # Up to which actions are done, and those that were heard since.
        self._done = 0
        self._actions: list[Decisive] = []
        self._problems: deque[str] = deque(maxlen=PROBLEMS_MAX)
        self._evaluated_at = self._told_at = -SECOND_US
        # When the floor was judged last, by this one or the one before: trying is not judging.
        self._judged_at: int | None = None
        self._took_ms: float | None = None
        self._untold: dict[str, bytes | None] = {}
        self._checked: tuple[Mapping[str, Receiver], list[str]] | None = None
        self._notifications: dict[str, Notification] = {}

    def remember(self, known: Mapping[str, bytes], position: int) -> None:
        """Take up what the one before left: what the log holds, and up to which actions it came."""
        self._done = position
        for key, value in known.items():
            self._note(key, value)
        head = known.get(al.HEAD_KEY)
        if head is not None:
            self._judged_at = msgspec.msgpack.decode(head, type=AlertsHead).told_at

    def hear(self, records: Sequence[Record]) -> None:
        """Take in what people did."""
        for record in records:
            try:
                action = al.decode_action(record.value or b"")
            except msgspec.MsgspecError as error:
                self._problems.append(f"an action that cannot be read: {error}")
                continue
            if isinstance(action, al.Retry):
                self._try_again(action.notification)
            else:
                self._actions.append(action)

    def _try_again(self, name: str) -> None:
        told = self._notifications.get(name)
        if told is not None and told.failure is not None:
            key = al.notification_key(name)
            self._untold[key] = al.encode_told(begun_anew(told, self._now()))
            self._note(key, self._untold[key])

    def work(self, consumer: Consumer) -> None:
        """Judge the floor if it is time to, and write what followed. Raises `Fenced`."""
        self._reader.follow(0)
        wall = self._now()
        if self._actions or abs(wall - self._evaluated_at) >= EVALUATE_EVERY_US:
            self._evaluate(wall)
        if self._deliveries is not None:
            self._take_outcomes(self._deliveries.outcomes(wall), wall)
        if not self._untold and abs(wall - self._told_at) < HEAD_EVERY_US:
            return
        self._commit(consumer, wall)

    def close(self) -> None:
        self._reader.close()

    def _evaluate(self, wall: int) -> None:
        self._evaluated_at = wall
        if not self._reader.caught_up:
            return
        began = steady_clock()
        merge, freshness = self._reader.look()
        if freshness.known_until is None:
            # No worker has told anything yet: there is no floor to judge.
            return
        known = not freshness.silent and not freshness.catching_up
        readings = readings_of(merge, self._evaluator.rules.rules.values(), known=known)
        if not known:
            # Nothing is heard of the floor, and for how long is what alerts go by.
            readings = msgspec.structs.replace(readings, as_of=self._reader.floor_now())
        produced = self._evaluator.step(readings, self._actions, wall)
        self._judged_at = wall
        self._actions.clear()
        self._took_ms = (steady_clock() - began) / 1000
        for key, value in produced.items():
            self._untold[key] = value
            self._note(key, value)

    def _note(self, key: str, value: bytes | None) -> None:
        kind, _, name = key.partition("/")
        if kind != al.NOTIFICATION:
            return
        if value is None:
            self._notifications.pop(name, None)
        else:
            told = msgspec.msgpack.decode(value, type=Notification)
            self._notifications[name] = told

    def _take_outcomes(self, outcomes: Iterable[Outcome], wall: int) -> None:
        changed = [
            tried(self._notifications[each.notification], each)
            for each in outcomes
            if each.notification in self._notifications
        ]
        for told in (*changed, *overtaken(self._notifications.values(), wall)):
            key = al.notification_key(told.id)
            # What was delivered, or need not be, is done with; what failed for good stays, so
            # that somebody sees it.
            done = told.sent_at is not None or (told.given_up and told.failure is None)
            self._untold[key] = None if done else al.encode_told(told)
            self._note(key, self._untold[key])

    def _undeliverable(self) -> list[str]:
        """What is known to fail before anything is sent."""
        receivers = self._evaluator.rules.receivers
        if self._checked is None or self._checked[0] is not receivers:
            self._checked = (receivers, self._setting.problems(receivers))
        return self._checked[1]

    def _limits(self) -> dict[str, int]:
        reached = {} if self._deliveries is None else self._deliveries.limits
        return {name: count for name, count in reached.items() if count}

    def _commit(self, consumer: Consumer, wall: int) -> None:
        as_of, judged_at = self._evaluator.as_of, self._judged_at
        if as_of is None or judged_at is None:
            # Nobody has ever judged the floor: there is nothing that screens could be told.
            return
        head = AlertsHead(
            as_of=as_of,
            told_at=judged_at,
            evaluator=self._setting.name,
            rules=len(self._evaluator.rules.rules),
            targets=self._evaluator.targets,
            problems=[*self._evaluator.problems, *self._undeliverable(), *self._problems],
            evaluated_ms=self._took_ms,
            limits=self._evaluator.limits | self._limits(),
            since=self._since,
            receivers=list(self._evaluator.rules.receivers),
        )
        untold = {**self._untold, al.HEAD_KEY: al.encode_told(head)}
        produced = [Produced(ALERTS, _PARTITION, key, value) for key, value in untold.items()]
        # What was heard while there was no floor to judge is not done, and must not be forgotten.
        done = self._done if self._actions else consumer.position(_PARTITION)
        consumer.commit({_PARTITION: done}, produced)
        self._done = done
        self._untold.clear()
        self._told_at = wall
        if self._deliveries is not None:
            # Only what is written is sent: whoever takes over must know of it.
            receivers = self._evaluator.rules.receivers
            self._deliveries.offer(self._notifications.values(), receivers, wall)
