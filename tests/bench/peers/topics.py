"""A topic of Apache Kafka filled with events beforehand, for the peers that read nothing else."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from kafka import KafkaProducer
from kafka.admin import KafkaAdminClient

from tests.bench.peers.script import LATE_S, WINDOWS, Topic, keep_topic

AT_ONCE: Final = 2_000
SENT_WITHIN_S: Final = 60.0
# So long after the newest event that it closes every window that holds one.
AFTER: Final = timedelta(seconds=LATE_S + 2 * max(window.length_s for window in WINDOWS.values()))
LAST: Final = "no-queue"
_CONFIG: Final = {
    # The events are older than a broker keeps by default.
    "retention.ms": "-1",
    "retention.bytes": "-1",
    "message.timestamp.type": "CreateTime",
}


def fill(servers: str, lines: Sequence[bytes], kept: Path) -> None:
    """A topic named as `kept`, where it is told what to read: one partition, each event under its
    queue and its own time, and after them one of no queue, whose time closes what is open."""
    name = kept.stem
    admin = KafkaAdminClient(bootstrap_servers=servers, bootstrap_timeout_ms=10_000)
    try:
        asked = {name: {"num_partitions": 1, "replication_factor": 1, "configs": _CONFIG}}
        admin.create_topics(asked, wait_for_metadata=True)
    finally:
        admin.close()
    producer = KafkaProducer(bootstrap_servers=servers, linger_ms=20, batch_size=256 * 1024)
    try:
        newest = datetime.fromtimestamp(0).astimezone()
        waiting = []
        for line in lines:
            event = json.loads(line)
            time = datetime.fromisoformat(event["time"])
            newest = max(newest, time)
            waiting.append(_sent(producer, name, line, event["data"].get("queue"), time))
            if len(waiting) == AT_ONCE:
                _wait(waiting)
        last = {"type": "end", "time": (newest + AFTER).isoformat(), "data": {"queue": LAST}}
        waiting.append(_sent(producer, name, json.dumps(last).encode(), LAST, newest + AFTER))
        _wait(waiting)
    finally:
        producer.close()
    keep_topic(kept, Topic(servers, name, len(lines)))


def _sent(producer: Any, topic: str, line: bytes, queue: str | None, time: datetime) -> Any:
    key = None if queue is None else queue.encode()
    return producer.send(
        topic, key=key, value=line, partition=0, timestamp_ms=int(time.timestamp() * 1000)
    )


def _wait(sent: list[Any]) -> None:
    for future in sent:
        future.get(SENT_WITHIN_S)
    sent.clear()
