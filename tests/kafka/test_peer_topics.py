"""The topics that the bench fills for the peers that read from Kafka alone."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from kafka import KafkaConsumer, TopicPartition
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient

from tests.bench.peers.script import LATE_S, WINDOWS, topic_of
from tests.bench.peers.topics import LAST, fill
from tests.kafka.ground import clear

NEWEST_MS: Final = 1_772_551_810_250
LINES: Final = [
    b'{"type":"contact.queued","time":"2026-03-03T15:30:10.250Z","data":{"queue":"sales"}}',
    b'{"type":"agent.state","time":"2026-03-03T15:30:09.000Z","data":{"state":"available"}}',
]


def test_a_topic_holds_the_events_and_closes_their_windows(servers: str, tmp_path: Path) -> None:
    """Each under its queue and its own time, however long ago that is; and one more, behind which
    the longest window with the newest event in it lies whole."""
    fill(servers, LINES, tmp_path / "peer-topic.json")
    topic = topic_of(tmp_path / "peer-topic.json")
    try:
        records = _read(servers, topic.name, topic.last + 1)
        kept = _configuration(servers, topic.name)
    finally:
        clear(servers, (topic.name,))

    assert [record.value for record in records[:-1]] == LINES
    assert [record.key for record in records] == [b"sales", None, LAST.encode()]
    assert [record.timestamp for record in records[:-1]] == [NEWEST_MS, NEWEST_MS - 1_250]
    # A broker would take them away within a minute by what it keeps otherwise, a week.
    assert kept["retention.ms"] == "-1"
    assert records[-1].offset == topic.last == len(LINES)
    longest_ms = max(window.length_s for window in WINDOWS.values()) * 1000
    assert records[-1].timestamp > NEWEST_MS + longest_ms + LATE_S * 1000
    assert json.loads(records[-1].value)["data"] == {"queue": LAST}


def _configuration(servers: str, name: str) -> dict[str, str]:
    admin = KafkaAdminClient(bootstrap_servers=servers)
    with closing(admin):
        asked = [ConfigResource(ConfigResourceType.TOPIC, name)]
        found = admin.describe_configs(asked, config_filter="all")["topic"][name]
    return {key: entry["value"] for key, entry in found.items()}


def _read(servers: str, name: str, count: int) -> list[Any]:
    consumer = KafkaConsumer(bootstrap_servers=servers, auto_offset_reset="earliest")
    with closing(consumer):
        partition = TopicPartition(name, 0)
        consumer.assign([partition])
        consumer.seek_to_beginning(partition)
        records: list[Any] = []
        for _ in range(20):
            for found in consumer.poll(timeout_ms=500).values():
                records += found
            if len(records) >= count:
                break
        return records
