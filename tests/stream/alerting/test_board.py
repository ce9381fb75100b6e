"""The board of alerts as a log holds it: whole steps, in order, bounded, and people's actions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing
from pathlib import Path
from threading import Event

import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from stream.alerting import board as alert_board
from stream.alerting.board import LogAlertBoard, following_alerts
from stream.contract.alerts import (
    HEAD_KEY,
    Acknowledge,
    Action,
    AddNote,
    AlertsAway,
    AlertsHead,
    RuleRecord,
    RulesInForce,
    SetRules,
    decode_action,
    encode_told,
    incident_key,
)
from stream.contract.instants import MINUTE_US, SECOND_US
from stream.logs.embedded import EmbeddedLog
from stream.logs.port import Log, LogAway, Record, Tail
from stream.logs.topics import ALERT_ACTIONS, ALERTS, topics
from tests.builders import BASE_US
from tests.incidents import (
    RULES,
    Evaluator,
    failed_message,
    notice_incident,
    resolved_incident,
    surge_incident,
)

NOW = BASE_US + 3600 * SECOND_US
TRIES = 400


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EmbeddedLog]:
    """A log with the product's topics."""
    with closing(EmbeddedLog(tmp_path, now=lambda: NOW)) as log:
        log.create(topics(2))
        yield log


@pytest.fixture
def evaluator(log: Log) -> Evaluator:
    """Who tells it of alerts."""
    return Evaluator(log, now=lambda: NOW)


@pytest.fixture
def alerts(log: Log) -> Iterator[LogAlertBoard]:
    """The board over it."""
    with closing(LogAlertBoard(log)) as alerts:
        yield alerts


def test_a_log_without_alerts_has_an_empty_board(alerts: LogAlertBoard) -> None:
    """And no head, which is not the same as a calm floor."""
    board = alerts.board()

    assert (board.incidents, board.head, board.version) == ([], None, 0)


def test_open_incidents_stand_before_those_that_are_over(
    evaluator: Evaluator, alerts: LogAlertBoard
) -> None:
    """The newest first in both."""
    over = [resolved_incident(NOW - minutes * MINUTE_US) for minutes in (1, 30)]
    opened = [surge_incident(NOW - 20 * MINUTE_US), notice_incident(NOW - 10 * MINUTE_US)]
    evaluator.tell(*over, *opened)

    assert alerts.board().incidents == [opened[1], opened[0], over[0], over[1]]


def test_all_that_the_evaluator_tells_is_on_the_board(
    evaluator: Evaluator, alerts: LogAlertBoard
) -> None:
    """Records, rules, its head; of messages those alone that fail."""
    incident = surge_incident(NOW)
    failed = failed_message(incident, NOW)
    sent = replace(failed, id="n-2", sent_at=NOW)
    rules, record = RulesInForce(RULES, "file", NOW), RuleRecord("surge", fired=4, true=3)
    evaluator.tell(incident, failed, sent, replace(failed, id="n-3", failure=None), rules, record)

    board = alerts.board()

    assert board.undelivered == [failed]
    assert (board.rules, board.records) == (rules, {"surge": record})
    assert board.head is not None
    assert board.head.evaluator == "floor-1"


def test_a_message_that_arrives_after_all_is_taken_off(
    evaluator: Evaluator, alerts: LogAlertBoard
) -> None:
    """Its failure is over."""
    failed = failed_message(surge_incident(NOW), NOW)
    evaluator.tell(failed)
    before = alerts.board().undelivered
    evaluator.tell(replace(failed, sent_at=NOW))

    assert (before, alerts.board().undelivered) == ([failed], [])


def test_half_a_step_is_never_shown(log: Log, evaluator: Evaluator, alerts: LogAlertBoard) -> None:
    """What comes before a head waits for it."""
    first, second = surge_incident(NOW), notice_incident(NOW)
    evaluator.tell(first)
    alerts.board()
    log.append(ALERTS, [(incident_key(second.id), encode_told(second))])
    half = alerts.board().incidents
    evaluator.tell()

    assert half == [first]
    assert {one.id for one in alerts.board().incidents} == {first.id, second.id}


def test_an_incident_that_is_kept_no_longer_is_gone(
    evaluator: Evaluator, alerts: LogAlertBoard
) -> None:
    """As soon as the evaluator lets it go."""
    over = resolved_incident(NOW)
    evaluator.tell(over)
    alerts.board()
    evaluator.tell(gone=(over.id,))

    assert alerts.board().incidents == []


def test_the_version_rises_with_all_but_the_head(
    evaluator: Evaluator, alerts: LogAlertBoard
) -> None:
    """Who draws by it draws once for each change."""
    versions = []
    for told in ((), (surge_incident(NOW),), (), (RuleRecord("surge"),), (RuleRecord("surge"),)):
        evaluator.tell(*told)
        versions.append(alerts.board().version)

    assert versions == [0, 1, 1, 2, 2]


def test_what_the_evaluator_remembers_for_itself_is_left_alone(
    log: Log, evaluator: Evaluator, alerts: LogAlertBoard
) -> None:
    """Nobody else need be able to read it."""
    log.append(ALERTS, [("memory/surge", b"\xff\xffits own")])
    evaluator.tell()

    assert alerts.board().version == 0


def test_what_cannot_be_read_is_said_and_left_out(
    log: Log, evaluator: Evaluator, alerts: LogAlertBoard
) -> None:
    """One record of a newer evaluator does not hide the others."""
    incident = surge_incident(NOW)
    log.append(ALERTS, [(incident_key("i-new"), b"\xc1")])
    with capture_logs() as logs:
        evaluator.tell(incident)
        board = alerts.board()

    assert board.incidents == [incident]
    assert [(one["event"], one["key"]) for one in logs] == [("alert_unreadable", "incident/i-new")]


def test_a_board_opened_later_knows_the_same(
    log: Log, evaluator: Evaluator, alerts: LogAlertBoard
) -> None:
    """From the log alone."""
    evaluator.tell(surge_incident(NOW), resolved_incident(NOW))
    evaluator.tell(RuleRecord("surge", fired=1))
    with closing(LogAlertBoard(log)) as later:
        assert replace(later.board(), version=0) == replace(alerts.board(), version=0)


def test_of_what_is_over_the_oldest_is_forgotten(
    evaluator: Evaluator, alerts: LogAlertBoard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dashboard runs for months."""
    monkeypatch.setattr(alert_board, "RESOLVED_MAX", 3)
    opened = surge_incident(NOW - 100 * MINUTE_US)
    over = [resolved_incident(NOW - minutes * MINUTE_US) for minutes in range(6)]
    evaluator.tell(opened, *over)

    assert alerts.board().incidents == [opened, *over[:3]]


class BrokenTail:
    """A log's own tail, which fails when it is told to."""

    def __init__(self, log: BreakingLog, tail: Tail) -> None:
        self._log = log
        self._tail = tail
        self.caught_up = tail.caught_up
        self.close = tail.close

    def poll(self, records_max: int, timeout_s: float) -> Sequence[Record]:
        if self._log.broken:
            raise LogAway("the broker is away")
        return self._tail.poll(records_max, timeout_s)


class BreakingLog:
    """A log whose tails and appends fail while it is `broken`."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self.broken = False

    def __getattr__(self, name: str) -> object:
        return getattr(self._log, name)

    def tail(self, topic: str, *, from_start: bool) -> BrokenTail:
        return BrokenTail(self, self._log.tail(topic, from_start=from_start))

    def append(self, topic: str, records: Sequence[tuple[str, bytes | None]]) -> None:
        if self.broken:
            raise LogAway("the broker is away")
        self._log.append(topic, records)


def test_a_log_that_failed_is_read_anew(log: Log, evaluator: Evaluator) -> None:
    """What happened meanwhile is there, and the version goes on rising."""
    breaking = BreakingLog(log)
    first, second = surge_incident(NOW), notice_incident(NOW)
    with closing(LogAlertBoard(breaking)) as alerts:  # type: ignore[arg-type]
        evaluator.tell(first)
        before = alerts.board()
        breaking.broken = True
        with pytest.raises(LogAway):
            alerts.board()
        evaluator.tell(second)
        breaking.broken = False
        after = alerts.board()

    assert {one.id for one in after.incidents} == {first.id, second.id}
    assert after.version == before.version + 1


def test_an_action_lies_in_the_log_on_return(log: Log, alerts: LogAlertBoard) -> None:
    """For the evaluator, in order for one incident."""
    done: list[Action] = [
        Acknowledge(incident="i-1", by="Ada", at=NOW),
        AddNote(incident="i-1", by="Ada", at=NOW, text="called the vendor"),
        SetRules(by="Ada", at=NOW, text=RULES),
    ]
    for action in done:
        alerts.act(action)

    written = [(one.key, decode_action(one.value or b"")) for one in log.read(ALERT_ACTIONS, 0)]
    assert written == [("i-1", done[0]), ("i-1", done[1]), ("rules", done[2])]


def test_an_action_that_cannot_be_written_is_refused(log: Log) -> None:
    """In words, so that whoever acts tries again."""
    breaking = BreakingLog(log)
    with closing(LogAlertBoard(breaking)) as alerts:  # type: ignore[arg-type]
        breaking.broken = True
        with pytest.raises(AlertsAway, match="the broker is away"):
            alerts.act(Acknowledge(incident="i-1", by="Ada", at=NOW))

    assert list(log.read(ALERT_ACTIONS, 0)) == []


def becomes(holds: Callable[[], bool]) -> bool:
    """Whether something that a thread does comes to hold."""
    pause = Event()
    return any(holds() or pause.wait(0.02) for _ in range(TRIES))


def test_a_followed_board_outlives_the_log(log: EmbeddedLog) -> None:
    """It cannot be opened at first; then it can, and fails, and comes back: all by itself."""
    evaluator = Evaluator(log, now=lambda: NOW)
    evaluator.tell(surge_incident(NOW))
    breaking = BreakingLog(log)
    away = True

    def opened() -> AbstractContextManager[Log]:
        if away:
            raise LogAway("nobody is there yet")
        return closing(BorrowedLog(breaking))  # type: ignore[arg-type]

    with capture_logs() as logs, following_alerts(opened) as alerts:
        with pytest.raises(AlertsAway, match="trying again"):
            alerts.act(Acknowledge(incident="i-1", by="Ada", at=NOW))
        away = False
        assert becomes(lambda: len(alerts.board().incidents) == 1)
        version = alerts.board().version
        failures = sum(one["event"] == "alerts_log_failed" for one in logs)
        breaking.broken = True
        evaluator.tell(notice_incident(NOW))
        assert becomes(lambda: sum(one["event"] == "alerts_log_failed" for one in logs) > failures)
        breaking.broken = False
        assert becomes(lambda: len(alerts.board().incidents) == 2)
        alerts.act(Acknowledge(incident="i-1", by="Ada", at=NOW))

    assert alerts.board().version > version
    assert len(list(log.read(ALERT_ACTIONS, 0))) == 1
    assert logs[0]["event"] == "alerts_log_failed"


class BorrowedLog:
    """A log that is not closed by whom it was lent to."""

    def __init__(self, log: BreakingLog) -> None:
        self._log = log

    def __getattr__(self, name: str) -> object:
        return getattr(self._log, name)

    def close(self) -> None:
        pass


def test_a_head_alone_is_no_change(log: Log, evaluator: Evaluator, alerts: LogAlertBoard) -> None:
    """But it is known how fresh the board is."""
    evaluator.tell(surge_incident(NOW))
    before = alerts.board()
    Evaluator(log, now=lambda: NOW + SECOND_US).tell()
    after = alerts.board()

    assert after.incidents is before.incidents
    assert after.head is not None
    assert (after.head.told_at, after.version) == (NOW + SECOND_US, before.version)
    assert HEAD_KEY == "head/"


class SlowTail:
    """A tail of a topic that nobody has compacted yet, whose records come one at each look."""

    def __init__(self, records: list[tuple[str, bytes | None]]) -> None:
        self._left = records
        self._came = False

    def poll(self, records_max: int, timeout_s: float) -> Sequence[Record]:
        self._came = not self._came and bool(self._left)
        if not self._came:
            return []
        key, value = self._left.pop(0)
        return [Record(0, 0, key, value, NOW)]

    def caught_up(self) -> bool:
        return not self._left

    def close(self) -> None:
        pass


class SlowLog:
    """A log that is read so."""

    def __init__(self, records: list[tuple[str, bytes | None]]) -> None:
        self._records = records

    def tail(self, topic: str, *, from_start: bool) -> SlowTail:
        return SlowTail(self._records)


def test_the_past_is_not_shown_while_it_is_read() -> None:
    """A dashboard that starts tells of no incident that is over since, nor of calm."""
    first, second = surge_incident(NOW), notice_incident(NOW)
    head = encode_told(AlertsHead(NOW, NOW, "floor-1", 12, 148))
    steps = [
        (incident_key(first.id), encode_told(first)), (HEAD_KEY, head),
        (incident_key(first.id), None), (incident_key(second.id), encode_told(second)),
        (HEAD_KEY, head),
    ]  # fmt: skip
    shown = []
    with closing(LogAlertBoard(SlowLog(steps))) as alerts:  # type: ignore[arg-type]
        for _ in range(5):
            board = alerts.board()
            shown.append((board.incidents, board.head is None))

    assert shown == [([], True)] * 4 + [([second], False)]
