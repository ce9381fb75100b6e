"""faust-streaming: a windowed table over a topic of Kafka, in one worker."""

from __future__ import annotations

import asyncio
import tempfile
import uuid
from pathlib import Path
from typing import Any, Final

import faust
import uvloop

from tests.bench.peers.decoded import decode
from tests.bench.peers.script import (
    SUMS,
    Rows,
    Run,
    Sums,
    Topic,
    Window,
    added,
    main,
    row_of,
    sums_of,
    topic_of,
)

TABLE: Final = "counts"


def _nothing() -> Sums:
    return (0,) * len(SUMS)


def prepare(file: Path, window: Window) -> Run:
    """What starts a worker that has read nothing of the topic yet."""
    topic = topic_of(file)

    def run() -> Rows:
        with (
            tempfile.TemporaryDirectory(prefix="faust-") as folder,
            # faust takes uvloop, like orjson, where it is there: both make it quicker.
            asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
        ):
            return runner.run(_counted(topic, window, folder))

    return run


async def _counted(topic: Topic, window: Window, folder: str) -> Rows:
    app = faust.App(
        f"peer-{uuid.uuid4().hex}",
        broker=f"kafka://{topic.servers}",
        store="memory://",
        datadir=folder,
        topic_partitions=1,
        topic_replication_factor=1,
        topic_disable_leader=True,
        consumer_auto_offset_reset="earliest",
        web_enabled=False,
    )
    table = app.Table(TABLE, default=_nothing, partitions=1)
    # Without `expires`: it would close windows by the time of day, not by that of the events.
    if window.slides:
        windows = table.hopping(window.length_s, window.hop_s)
    else:
        windows = table.tumbling(window.length_s)
    done = asyncio.Event()

    async def count(stream: Any) -> None:
        async for message in stream.events():
            if message.message.offset == topic.last:
                done.set()
                break
            event = decode(message.value)
            if event.data.queue is not None:
                windows[event.data.queue].apply(added, sums_of(event.type, event.data.csat))

    app.agent(app.topic(topic.name, value_type=bytes, value_serializer="raw"))(count)
    async with app:
        await done.wait()
        return dict(row_of(queue, start_s, sums) for (queue, (start_s, _)), sums in table.items())


if __name__ == "__main__":
    main(prepare, "faust-streaming", "mode-streaming", "aiokafka", "uvloop", "orjson")
