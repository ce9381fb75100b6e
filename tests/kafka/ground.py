"""The product's topics in a cluster that several tests share: each finds them empty."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Final

from kafka import errors
from kafka.admin import KafkaAdminClient

from stream.alerting.service import GROUP as ALERT_GROUP
from stream.logs.kafka import KafkaLog
from stream.logs.kafka_settings import parse_kafka
from stream.logs.topics import CONTACT_EVENTS, topics
from stream.worker import GROUP

DONE_WITHIN_S: Final = 60.0
_GROUPS: Final = (GROUP, ALERT_GROUP)
_NAMES: Final = tuple(topic.name for topic in topics())


@contextmanager
def fresh_log(servers: str, partitions: int) -> Iterator[KafkaLog]:
    """A log whose topics hold nothing, and whose groups have no position."""
    with _cleared(servers, partitions, _NAMES) as log:
        yield log


@contextmanager
def told_anew(servers: str, partitions: int) -> Iterator[KafkaLog]:
    """The same events again, of which no worker has told anything yet."""
    names = tuple(name for name in _NAMES if name != CONTACT_EVENTS)
    with _cleared(servers, partitions, names) as log:
        yield log


@contextmanager
def _cleared(servers: str, partitions: int, names: tuple[str, ...]) -> Iterator[KafkaLog]:
    clear(servers, names)
    with closing(KafkaLog(parse_kafka(f"//{servers}", {}))) as log:
        log.create(topics(partitions))
        yield log


def clear(servers: str, names: tuple[str, ...]) -> None:
    """Take away the topics and the groups; waits for those who are in them to be gone."""
    admin = KafkaAdminClient(bootstrap_servers=servers.split(","), bootstrap_timeout_ms=10_000)
    try:
        _until(lambda: _groups_gone(admin))
        _until(lambda: _topics_gone(admin, names))
    finally:
        admin.close()


def _groups_gone(admin: KafkaAdminClient) -> bool:
    try:
        answer = admin.delete_groups([*_GROUPS])
    except errors.RetriableError:
        # Nobody has asked this broker for a group before.
        return False
    return all(answer[group] in {"OK", "GroupIdNotFoundError"} for group in _GROUPS)


def _topics_gone(admin: KafkaAdminClient, names: tuple[str, ...]) -> bool:
    found = admin.describe_topics(list(names))
    there = [topic["name"] for topic in found if topic["error_code"] == 0]
    if there:
        admin.delete_topics(there, raise_errors=False)
    return not there


def _until(true: Callable[[], bool]) -> None:
    give_up = time.monotonic() + DONE_WITHIN_S
    pause = threading.Event()
    while not true():
        if time.monotonic() > give_up:
            raise TimeoutError("the broker does not take topics or group away")
        pause.wait(0.1)
