"""What the parts of the product must be allowed in Kafka: that it is enough, and all needed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any, Final, NamedTuple

import msgspec
import pytest
from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    KafkaAdminClient,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
)

from stream.alerting.board import LogAlertBoard
from stream.alerting.service import AlertService, Setting
from stream.board_shelf import LogBoardShelf
from stream.contract.alerts import HEAD_KEY, AddNote, AlertsHead
from stream.contract.boards import BoardsAway, parse_board
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import SECOND_US
from stream.logs.kafka import KafkaLog
from stream.logs.kafka_settings import VARIABLE, parse_kafka
from stream.logs.port import LogError
from stream.logs.topics import (
    ALERT_ACTIONS,
    ALERTS,
    BOARDS,
    CONTACT_EVENTS,
    DEAD_LETTERS,
    FLOOR_CHECKPOINTS,
    FLOOR_CLOCK,
    FLOOR_FRAMES,
    topics,
)
from stream.picture import LogPictureReader
from stream.worker import Worker
from tests.builders import event
from tests.clock import now_us
from tests.kafka import ground
from tests.kafka.broker import PASSWORDS, Broker

pytestmark = pytest.mark.kafka

PARTITIONS: Final = 2
WITHIN_S: Final = 30.0
TOPICS: Final = tuple(topic.name for topic in topics())


class Grant(NamedTuple):
    """One thing that one user may do: an operation on a resource."""

    kind: str
    name: str
    operation: str

    def __str__(self) -> str:
        return f"{self.operation} on {self.kind} {self.name}"


def _on_topics(operation: str, names: Iterable[str]) -> tuple[Grant, ...]:
    return tuple(Grant("topic", name, operation) for name in names)


# Every service looks at all topics when it starts, to be sure that they can serve.
WORKER: Final = (
    *_on_topics("read", (CONTACT_EVENTS, FLOOR_FRAMES, FLOOR_CHECKPOINTS, FLOOR_CLOCK)),
    *_on_topics("read", (ALERTS, ALERT_ACTIONS)),
    *_on_topics("write", (FLOOR_FRAMES, FLOOR_CHECKPOINTS, DEAD_LETTERS, ALERTS)),
    *_on_topics("describe", (BOARDS,)),
    # Read and Write hold Describe.
    *_on_topics("describe_configs", TOPICS),
    Grant("group", "floorwatch-stream", "read"),
    Grant("group", "floorwatch-alerts", "read"),
    Grant("transactional id", "floorwatch-*", "write"),
)
DASHBOARD: Final = (
    *_on_topics("read", (FLOOR_FRAMES, FLOOR_CLOCK, ALERTS, BOARDS)),
    *_on_topics("write", (ALERT_ACTIONS, BOARDS)),
    *_on_topics("describe", (CONTACT_EVENTS, FLOOR_CHECKPOINTS, DEAD_LETTERS)),
    *_on_topics("describe_configs", TOPICS),
)
# Who appends through `stream.logs` alone looks at no other topic.
SENDER: Final = _on_topics("write", (CONTACT_EVENTS,))

GRANTS: Final = {"worker": WORKER, "dashboard": DASHBOARD, "sender": SENDER}
KINDS: Final = {
    "topic": ResourceType.TOPIC,
    "group": ResourceType.GROUP,
    "transactional id": ResourceType.TRANSACTIONAL_ID,
}


@pytest.fixture(scope="module")
def floor(broker: Broker) -> Iterator[Broker]:
    """The topics, as an operator makes them once; something to work on is in them."""
    with ground.fresh_log(broker.address, PARTITIONS) as log:
        _append(log)
        # A worker before this one has told something, and left a checkpoint.
        _work_and_judge(log)
        yield broker


@pytest.mark.parametrize("user", GRANTS)
def test_what_is_granted_is_enough(floor: Broker, user: str) -> None:
    """A worker works, a dashboard shows, a sender sends, with what the manual has them granted."""
    with _granted(floor, user, GRANTS[user]):
        _use(floor, user)


def _needed() -> Iterator[Any]:
    """Every grant of everybody; in short runs one of each kind."""
    seen: set[tuple[str, str]] = set()
    for user, grants in GRANTS.items():
        for grant in grants:
            first = (grant.kind, grant.operation) not in seen
            seen.add((grant.kind, grant.operation))
            marks = () if first else (pytest.mark.slow,)
            yield pytest.param(user, grant, id=f"{user}: {grant}", marks=marks)


@pytest.mark.parametrize(("user", "missing"), list(_needed()))
def test_each_grant_is_needed(floor: Broker, user: str, missing: Grant) -> None:
    """Without it, one line says who may not do what, and on what."""
    others = [one for one in GRANTS[user] if one != missing]
    with _granted(floor, user, others), pytest.raises(LogError) as error:
        _use(floor, user)

    message = str(error.value)
    assert f"user {user} may not" in message
    assert missing.kind in message.lower().replace("transactionalid", "transactional id")
    if missing.kind == "topic":
        assert missing.name in message
    assert "\n" not in message


# --- what they do -------------------------------------------------------------------------------


def _use(broker: Broker, user: str) -> None:
    """What a part of the product does from its start to its end, with an event that is news."""
    with closing(KafkaLog(parse_kafka(f"//{broker.address}", {}))) as anybody:
        _append(anybody)
    rest = f"//127.0.0.1:{broker.password_port}?username={user}&sasl_mechanism=SCRAM-SHA-256"
    log = KafkaLog(parse_kafka(rest, {VARIABLE: PASSWORDS[user]}))
    try:
        if user != "sender":
            log.create(topics(PARTITIONS))
        USES[user](log)
    finally:
        log.close()


def _append(log: KafkaLog) -> None:
    line = event("contact.queued", subject="c-1", at_us=now_us(), queue="benefits", channel="voice")
    log.append(CONTACT_EVENTS, [("c-1", line), ("c-1", b"rubbish")])


def _work(log: KafkaLog) -> None:
    """Take up what is there, and write frames, a dead letter and a checkpoint of one event more."""
    worker = Worker(log, FloorPlan(), now=now_us, checkpoint_every_events=1)
    try:
        _until(lambda: bool(worker.step() >= 0 and worker.events and not worker.lag_events))
        worker.publish(everybody=True)
    finally:
        worker.close()


def _work_and_judge(log: KafkaLog) -> None:
    """What `floorwatch stream` does: work, and judge alerts."""
    _work(log)
    service = AlertService(log, FloorPlan(), Setting("a worker"), now=now_us)
    began = now_us()
    try:
        while _alerts_told_at(log) < began:
            assert now_us() - began < WITHIN_S * SECOND_US
            service.step()
    finally:
        service.close()


def _alerts_told_at(log: KafkaLog) -> int:
    heads = [one.value for one in log.read(ALERTS, 0) if one.key == HEAD_KEY and one.value]
    return msgspec.msgpack.decode(heads[-1], type=AlertsHead).told_at if heads else 0


def _show_and_act(log: KafkaLog) -> None:
    """What `floorwatch dashboard` does: show the floor and its alerts, and hand on what is done."""
    _show(log)
    board = LogAlertBoard(log)
    try:
        _until(lambda: board.follow(0.1) and board.board().head is not None)
        board.act(AddNote(by="Ada", at=now_us(), incident="none", text="seen"))
    finally:
        board.close()
    _keep_a_board(log)


def _keep_a_board(log: KafkaLog) -> None:
    """Save a board as soon as those that there are are known."""
    shelf = LogBoardShelf({})
    board = parse_board("front", {"title": "Front", "pages": [{"tiles": [{"kind": "clock"}]}]})

    def kept() -> bool:
        if shelf.ready.is_set():
            shelf.keep("front", board, "Ada", now_us())
        return shelf.ready.is_set()

    try:
        shelf.follow(log, kept)
    except BoardsAway as error:
        raise LogError(str(error)) from error


def _show(log: KafkaLog) -> None:
    reader = LogPictureReader(log, FloorPlan(), now=now_us, title="Floor")
    try:
        _until(lambda: reader.follow(0.1) and reader.picture("30m").freshness.age_s is not None)
    finally:
        reader.close()


USES: Final[Mapping[str, Callable[[KafkaLog], None]]] = {
    "worker": _work_and_judge,
    "dashboard": _show_and_act,
    "sender": _append,
}


def _until(true: Callable[[], bool]) -> None:
    give_up = time.monotonic() + WITHIN_S
    while not true():
        assert time.monotonic() < give_up


# --- granting -----------------------------------------------------------------------------------


@contextmanager
def _granted(broker: Broker, user: str, grants: Iterable[Grant]) -> Iterator[None]:
    """The user may do this and nothing else, until the block ends."""
    asked = [
        ACL(
            f"User:{user}",
            "*",
            ACLOperation[grant.operation.upper()],
            ACLPermissionType.ALLOW,
            ResourcePattern(
                KINDS[grant.kind],
                grant.name.removesuffix("*"),
                ACLResourcePatternType.PREFIXED
                if grant.name.endswith("*")
                else ACLResourcePatternType.LITERAL,
            ),
        )
        for grant in grants
    ]
    everything = ACLFilter(
        f"User:{user}",
        "*",
        ACLOperation.ANY,
        ACLPermissionType.ANY,
        ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY),
    )
    admin = KafkaAdminClient(bootstrap_servers=broker.address)
    try:
        assert admin.create_acls(asked)["failed"] == []
        _known(admin, everything, len(asked))
        yield
    finally:
        admin.delete_acls([everything])
        _known(admin, everything, 0)
        admin.close()


def _known(admin: KafkaAdminClient, which: ACLFilter, count: int) -> None:
    """Wait until the broker goes by so many grants."""
    give_up = time.monotonic() + WITHIN_S
    while len(admin.describe_acls(which)[0]) != count:
        assert time.monotonic() < give_up
        threading.Event().wait(0.02)
