"""Quix Streams: its windows over a topic of Kafka, in one process, its state in RocksDB."""

from __future__ import annotations

import tempfile
import uuid
from pathlib import Path
from typing import Any, Final

from quixstreams import Application
from quixstreams.models.serializers import Deserializer

from tests.bench.peers.decoded import Event, decode
from tests.bench.peers.script import (
    LATE_S,
    Rows,
    Run,
    Sums,
    Window,
    added,
    main,
    row_of,
    sums_of,
    topic_of,
)

MS: Final = 1000


class _Decoded(Deserializer):  # type: ignore[misc]  # the library is not here to be looked at
    """Only the fields that are needed."""

    def __call__(self, value: bytes, ctx: Any) -> Event:
        return decode(value)


def _queued(event: Event) -> bool:
    return event.data.queue is not None


def _first(event: Event) -> Sums:
    return sums_of(event.type, event.data.csat)


def _fold(sums: Sums, event: Event) -> Sums:
    return added(sums, sums_of(event.type, event.data.csat))


def prepare(file: Path, window: Window) -> Run:
    """An application of a consumer group of its own, which has read nothing of the topic yet."""
    topic = topic_of(file)
    folder = tempfile.TemporaryDirectory(prefix="quixstreams-")
    told: Rows = {}

    def stop_at_last(_: str, __: int, offset: int) -> None:
        if offset == topic.last:
            app.stop()

    app = Application(
        broker_address=topic.servers,
        consumer_group=uuid.uuid4().hex,
        auto_offset_reset="earliest",
        state_dir=folder.name,
        # As with the others nothing is kept for a restart.
        use_changelog_topics=False,
        on_message_processed=stop_at_last,
        loglevel="WARNING",
    )
    events = app.dataframe(app.topic(topic.name, value_deserializer=_Decoded()))
    events = events.filter(_queued)
    length_ms, late_ms = window.length_s * MS, LATE_S * MS
    if window.slides:
        windows = events.hopping_window(length_ms, window.hop_s * MS, grace_ms=late_ms)
    else:
        windows = events.tumbling_window(length_ms, grace_ms=late_ms)
    closed = windows.reduce(_fold, _first).final(closing_strategy="partition")

    def take(value: Any, key: bytes, _timestamp: int, _headers: Any) -> None:
        told.update([row_of(key.decode(), value["start"] // MS, value["value"])])

    closed.update(take, metadata=True)

    def run() -> Rows:
        app.run()
        folder.cleanup()
        return told

    return run


if __name__ == "__main__":
    main(prepare, "quixstreams", "confluent-kafka", "rocksdict", "msgspec")
