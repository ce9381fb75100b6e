"""`topics` and `dead-letters` over a real Kafka, each test with the product's topics made anew."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    ConfigResource,
    ConfigResourceType,
    KafkaAdminClient,
    ResourcePattern,
    ResourceType,
)

import floorwatch
from stream.contract.instants import MINUTE_US
from stream.dead_letters import REDRIVE_GROUP
from stream.logs.kafka import KafkaLog
from stream.logs.kafka_settings import VARIABLE, parse_kafka
from stream.logs.topics import CONTACT_EVENTS, DEAD_LETTERS, topics
from tests.builders import event
from tests.commands.conftest import Told
from tests.kafka import ground
from tests.kafka.broker import PASSWORDS, Broker
from tests.stream import floors

pytestmark = pytest.mark.kafka

NAMES: Final = tuple(topic.name for topic in topics())
READ_WITHIN_S: Final = 30.0

Run = Callable[..., Told]


@pytest.fixture
def url(broker: Broker) -> Iterator[str]:
    """A cluster without the product's topics, before the test and after it."""
    ground.clear(broker.address, NAMES)
    yield f"kafka://{broker.address}"
    ground.clear(broker.address, NAMES)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command in this process."""

    def run_it(*arguments: str) -> Told:
        code = floorwatch.main(arguments)
        return Told(code, *capsys.readouterr())

    return run_it


@pytest.fixture
def log(url: str, run: Run) -> Iterator[KafkaLog]:
    """A log of two partitions."""
    assert run("topics", "create", "--partitions", "2", "--log", url).code == 0
    log = KafkaLog(parse_kafka(url.removeprefix("kafka:"), {}))
    yield log
    log.close()


@contextmanager
def administered(broker: Broker) -> Iterator[KafkaAdminClient]:
    admin = KafkaAdminClient(bootstrap_servers=broker.address)
    try:
        yield admin
    finally:
        admin.close()


def configure(broker: Broker, topic: str, **settings: str) -> None:
    """Set a topic's configuration as another program would."""
    named = {name.replace("_", "."): value for name, value in settings.items()}
    with administered(broker) as admin:
        admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, configs=named)])


def states(told: Told) -> list[str]:
    """What the command said of each topic."""
    return [line.split()[-1] for line in told.out.splitlines()[1:]]


# --- topics -------------------------------------------------------------------------------------


def test_topics_are_made_once_and_by_nobody_who_only_reads(url: str, run: Run) -> None:
    """Asked for before they are there, they stay away."""
    reading = [
        run("topics", "check", "--log", url),
        run("dead-letters", "list", "--log", url),
        run("record", "--log", url, "--out", "-", "--duration", "0.1s"),
    ]
    made = run("topics", "create", "--partitions", "3", "--log", url)
    again = run("topics", "create", "--log", url)
    checked = run("topics", "check", "--log", url)
    other = run("topics", "create", "--partitions", "2", "--log", url)

    assert [(told.code, told.out) for told in reading] == [(1, "")] * 3
    assert all(
        told.err.startswith(f"floorwatch: {url}: there is no log") and told.err.count("\n") == 1
        for told in reading
    )
    assert (made.code, made.err, states(made)) == (0, "", ["created"] * len(NAMES))
    assert made.out.splitlines()[1].split()[:4] == ["contact-events", "3", "8", "days"]
    assert (again.code, again.err, states(again)) == (0, "", ["there"] * len(NAMES))
    assert checked == again
    assert (other.code, other.out) == (1, "")
    # The cluster tells of them in any order.
    assert re.fullmatch(
        rf"floorwatch: {url}: topic [a-z-]+ has 3 partitions, not 2; "
        "give that number, or use a log of its own\n",
        other.err,
    )


def test_a_check_names_what_is_missing_or_wrong_and_leaves_it(
    url: str, broker: Broker, log: KafkaLog, run: Run
) -> None:
    """How long is kept is mended by `create`; what cannot be is said by both."""
    configure(broker, DEAD_LETTERS, retention_ms="43200000", message_timestamp_type="LogAppendTime")
    ground.clear(broker.address, ("alerts",))
    checked = [run("topics", "check", "--log", url) for _ in range(2)]
    mended = run("topics", "create", "--log", url)
    configure(broker, CONTACT_EVENTS, message_timestamp_type="CreateTime")
    stamped = [run("topics", command, "--log", url) for command in ("check", "create")]

    to_mend = "`floorwatch topics create` mends that"
    assert checked[0] == checked[1]
    assert (checked[0].code, checked[0].out) == (1, "")
    assert checked[0].err.splitlines() == [
        f"floorwatch: {url}: topic dead-letters is kept 0.5 days, not 30 days; {to_mend}",
        f"floorwatch: {url}: no topic alerts; `floorwatch topics create` makes it",
    ]
    assert (mended.code, sorted(states(mended))) == (0, ["created", "days", *["there"] * 6])
    assert [told.code for told in stamped] == [1, 1]
    assert "topic contact-events has message.timestamp.type=CreateTime" in stamped[0].err


def test_who_may_not_make_topics_is_told_how_they_are_made(
    url: str, broker: Broker, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service under a user that may only look says so, and what somebody else can do."""
    monkeypatch.setenv(VARIABLE, PASSWORDS["visitor"])
    visitors = f"kafka://127.0.0.1:{broker.password_port}?username=visitor"
    grants = [
        ACL(
            principal="User:visitor",
            host="*",
            operation=operation,
            permission_type=ACLPermissionType.ALLOW,
            resource_pattern=ResourcePattern(ResourceType.TOPIC, name),
        )
        for name in NAMES
        for operation in (ACLOperation.DESCRIBE, ACLOperation.DESCRIBE_CONFIGS)
    ]
    with administered(broker) as admin:
        admin.create_acls(grants)
        try:
            refused = run("stream", "--log", visitors)
            assert run("topics", "create", "--log", url).code == 0
            checked = run("topics", "check", "--log", visitors)
        finally:
            admin.delete_acls(grants)

    assert (refused.code, refused.out) == (1, "")
    assert refused.err.endswith(
        ": user visitor may not; let somebody who may run `floorwatch topics create`\n"
    )
    assert (checked.code, states(checked)) == (0, ["there"] * len(NAMES))


# --- dead letters -------------------------------------------------------------------------------


def waiting(contact: str, **data: Any) -> bytes:
    """The contact began to wait, a minute ago."""
    at_us = floorwatch.now_us() - MINUTE_US
    return event("contact.queued", subject=contact, at_us=at_us, channel="voice", **data)


def test_what_is_redriven_counts_once(
    url: str, log: KafkaLog, run: Run, broker: Broker, tmp_path: Path
) -> None:
    """By a real worker, however often it is sent; each goes to the partition that it came from."""
    events = {f"c{number}": waiting(f"c{number}") for number in range(4)}
    log.append(CONTACT_EVENTS, [*events.items(), ("c0", waiting("c0", queue="benefits"))])
    log.append(CONTACT_EVENTS, [("c9", b'{"id":"\xff"}')])
    where = {one.key: one.partition for p in range(2) for one in log.read(CONTACT_EVENTS, p)}
    with worker(url):
        before = counted_when_read(log, 6)
        lines = run("dead-letters", "list", "--json", "--log", url).out.splitlines()
        (tmp_path / "letters").write_text("\n".join(with_queue(line) for line in lines))
        redrive = ("dead-letters", "redrive", "--log", url)
        sent = run(*redrive, "--from", str(tmp_path / "letters"))
        twice = run(*redrive, "--from", str(tmp_path / "letters"))
        everything = run(*redrive, "--all")
        after = counted_when_read(log, 10)

    assert (before["rejected"], after["rejected"], after["duplicates"]) == (5, 5, 0)
    assert (before["offered"], after["offered"], after["waiting"]) == (1, 4, 4)
    said = ", 4 redriven before (--again sends them once more)\n"
    assert [told.code for told in (sent, twice, everything)] == [1, 1, 1]
    assert sent.out.splitlines()[1:] == ["4 sent, 1 still bad"]
    assert twice.out.endswith(f"\n0 sent, 1 still bad{said}")
    assert everything == twice
    redriven = [one for p in range(2) for one in log.read(CONTACT_EVENTS, p)][-10:]
    assert {one.key: one.partition for one in redriven} == where
    with administered(broker) as admin:
        assert REDRIVE_GROUP not in [group["group_id"] for group in admin.list_groups()]


def test_an_event_is_shown_byte_for_byte(url: str, log: KafkaLog) -> None:
    """What is no text, too."""
    payload = b'{"id":"\xff"}\r\n'
    log.append(CONTACT_EVENTS, [("c1", payload)])
    with worker(url):
        counted_when_read(log, 1)
    (letter,) = (one for p in range(2) for one in log.read(DEAD_LETTERS, p))
    command = [sys.executable, "-m", "floorwatch", "dead-letters", "show", letter.key]
    shown = subprocess.run([*command, "--log", url], capture_output=True, check=True, timeout=30)

    assert shown.stdout == payload


def with_queue(line: str) -> str:
    """A letter as `list --json` printed it, its queue given where the event can be read."""
    letter = json.loads(line)
    if letter["payload"] is not None:
        payload = json.loads(letter["payload"])
        payload["data"]["queue"] = "benefits"
        letter["payload"] = json.dumps(payload)
    return json.dumps(letter)


@contextmanager
def worker(url: str) -> Iterator[None]:
    """A worker in a process of its own."""
    command = [sys.executable, "-m", "floorwatch", "stream", "--log", url]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(READ_WITHIN_S)


def counted_when_read(log: KafkaLog, events: int) -> dict[str, Any]:
    """What a dashboard would show once so many events are read."""
    give_up = time.monotonic() + READ_WITHIN_S
    while True:
        told = floors.told(log, floorwatch.now_us())["30m"]
        health: dict[str, Any] = told["health"]
        if health["events"] >= events:
            floor = told["floor"]
            return health | {
                "offered": floor["counts"]["offered"],
                "waiting": floor["now"]["waiting"],
            }
        assert time.monotonic() < give_up, health
        threading.Event().wait(0.2)
