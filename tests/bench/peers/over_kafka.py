"""For the peers that read from Kafka alone: the file as a topic, keyed as they need it."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from tests.bench.peers.decoded import decode
from tests.bench.peers.script import lines_of

# The address of a broker, for the scripts.
ADDRESS: Final = "FLOORWATCH_BENCH_KAFKA"
# Nothing counts it, for it is no type of ours, but its time closes every window of its queue.
_CLOSING: Final = b'{"type":"end","time":"2100-01-01T00:00:00Z","data":{"queue":"%s"}}'
NO_QUEUE: Final = "-"


class Record(NamedTuple):
    """One of the topic's; its time, in milliseconds, is the event's."""

    time_ms: int
    key: bytes
    value: bytes


def address() -> str:
    """Where the broker is."""
    return os.environ[ADDRESS]


def new_name() -> str:
    """Of a topic or a group that there was not before."""
    return f"peers-{uuid.uuid4().hex}"


def records_of(file: Path, *, closing: bool) -> Iterator[Record]:
    """The file's events, each with its queue as the key: so no peer has to send them on to where
    their queue is counted. With `closing`, each queue's last record closes its windows."""
    queues = set()
    for line in lines_of(file):
        event = decode(line)
        queue = (event.data.queue or NO_QUEUE).encode()
        queues.add(queue)
        yield Record(_ms(event.time), queue, line)
    if closing:
        for queue in sorted(queues):
            line = _CLOSING % queue
            yield Record(_ms(decode(line).time), queue, line)


def _ms(time: datetime) -> int:
    return round(time.timestamp() * 1_000)
