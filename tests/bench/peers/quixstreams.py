"""Quix Streams over Kafka: its windows by key, their state in RocksDB, no changelog, in one
process."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from quixstreams import Application

from tests.bench.peers.decoded import Event, decode
from tests.bench.peers.over_kafka import Record, address, new_name, records_of
from tests.bench.peers.script import (
    LATE_S,
    Rows,
    Run,
    Window,
    added,
    main,
    row_of,
    sums_of,
)

MS = 1_000


def _append(app: Any, topic: str, records: list[Record]) -> None:
    with app.get_producer() as producer:
        for record in records:
            producer.produce(topic, key=record.key, value=record.value, timestamp=record.time_ms)


def _fold(sums: list[int], event: Event) -> list[int]:
    return list(added(tuple(sums), sums_of(event.type, event.data.csat)))


def _first(event: Event) -> list[int]:
    return list(sums_of(event.type, event.data.csat))


def _windows(dataframe: Any, window: Window) -> Any:
    length, hop, late = (s * MS for s in (window.length_s, window.hop_s, LATE_S))
    if window.slides:
        windows = dataframe.hopping_window(length, hop, grace_ms=late)
    else:
        windows = dataframe.tumbling_window(length, grace_ms=late)
    return windows.reduce(_fold, _first).final()


def prepare(file: Path, window: Window) -> Run:
    """The file in a topic, and an application that reads it from its beginning."""
    told: Rows = {}
    records = list(records_of(file, closing=True))
    left = [len(records)]

    def processed(*_: Any) -> None:
        left[0] -= 1
        if not left[0]:
            app.stop()

    app = Application(
        broker_address=address(),
        consumer_group=new_name(),
        auto_offset_reset="earliest",
        use_changelog_topics=False,
        state_dir=tempfile.mkdtemp(prefix="floorwatch-quix-"),
        on_message_processed=processed,
        loglevel="WARNING",
    )
    topic = app.topic(new_name(), value_deserializer="bytes")
    _append(app, topic.name, records)

    def take(value: Any, key: bytes, *_: Any) -> None:
        told.update([row_of(key.decode(), value["start"] // MS, value["value"])])

    dataframe = app.dataframe(topic).apply(decode)
    dataframe = dataframe.filter(lambda event: event.data.queue is not None)
    _windows(dataframe, window).update(take, metadata=True)

    def run() -> Rows:
        app.run()
        return told

    return run


if __name__ == "__main__":
    main(prepare, "quixstreams", "msgspec")
