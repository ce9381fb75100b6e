"""A log in a folder, with events of a file in it, and services that work on it."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final, Self

import msgspec

from stream.clocks import set_clock
from stream.contract.clock import FloorClock
from stream.contract.frames import HeadFrame, decode_frame, head_key
from stream.contract.instants import parse_instant
from stream.logs.files import read_lines
from stream.logs.port import Log, Tail
from stream.logs.topics import CONTACT_EVENTS, FLOOR_FRAMES, topics
from stream.logs.urls import open_log
from tests.bench.clock import now_us

APPEND_AT_ONCE: Final = 2_000
WITHIN_S: Final = 300.0

Keyed = tuple[str, bytes]


class _Attributes(msgspec.Struct):
    subject: str
    time: str


_attributes: Final = msgspec.json.Decoder(_Attributes)


def keyed(file: Path, first: int = 0, last: int | None = None) -> Iterator[Keyed]:
    """The file's events from the `first` until before the `last`, each with its key in a log."""
    return keyed_lines(line for _, line in itertools.islice(read_lines(file), first, last))


def keyed_lines(lines: Iterable[bytes]) -> Iterator[Keyed]:
    """Events, each with its key in a log."""
    for line in lines:
        yield _attributes.decode(line).subject, line


def time_of(line: bytes) -> int:
    """When an event happened, in microseconds."""
    return int(parse_instant(_attributes.decode(line).time))


class Ground:
    """An embedded log of its own in a folder, on a floor whose clock says now that it is `floor`."""

    def __init__(self, folder: Path, floor: int) -> None:
        self.url = f"embedded:{folder}"
        self.log: Log = open_log(self.url, now=now_us)
        self.log.create(topics())
        self.clock = FloorClock(now_us(), floor, 1.0)
        set_clock(self.log, self.clock, has_events=False)
        self.events = 0

    def append(self, events: Iterable[Keyed]) -> None:
        """Append them in batches, each durable before the next."""
        rest = iter(events)
        while batch := list(itertools.islice(rest, APPEND_AT_ONCE)):
            self.log.append(CONTACT_EVENTS, batch)
            self.events += len(batch)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.log.close()


class Heads:
    """Hears what workers tell of a log's partitions from now on."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._partitions = ground.log.partitions(FLOOR_FRAMES)
        self._tail: Tail = ground.log.tail(FLOOR_FRAMES, from_start=False)
        self._newest: dict[int, HeadFrame] = {}

    def caught_up(self) -> float:
        """Wait until every partition has told that it has read all that the log holds; the moment
        by `time.perf_counter`. Raises `TimeoutError` where that takes too long."""
        give_up = time.perf_counter() + WITHIN_S
        while time.perf_counter() < give_up:
            for record in self._tail.poll(1_000, 0.1):
                if record.key == head_key(record.partition) and record.value is not None:
                    head = decode_frame(record.key, record.value)
                    assert isinstance(head, HeadFrame)
                    self._newest[record.partition] = head
            read = [head.position for head in self._newest.values() if head.position == head.end]
            if len(read) == self._partitions and sum(read) == self._ground.events:
                return time.perf_counter()
        raise TimeoutError(f"the workers told of {self._newest} after {WITHIN_S:.0f} s")

    def close(self) -> None:
        """Hear no more."""
        self._tail.close()
