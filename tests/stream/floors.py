"""What a floor's workers told, and what one undisturbed reading of the same log tells."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from stream.contract.figures import LIVE_WINDOWS
from stream.contract.floorplan import FloorPlan
from stream.contract.frames import HeadFrame, decode_frame, head_key
from stream.contract.instants import SECOND_US
from stream.figures import floor_figures
from stream.floor.floor import Floor
from stream.floor.telling import changes
from stream.logs.port import Log, Record
from stream.logs.topics import CONTACT_EVENTS, DEAD_LETTERS, FLOOR_FRAMES
from stream.merge import Merge

PLAIN: Final = FloorPlan()


def told(log: Log, as_of: int, *, plan: FloorPlan = PLAIN) -> dict[str, Any]:
    """The figures, by window, that a dashboard makes of the frames in the log."""
    merge = Merge(plan, LIVE_WINDOWS)
    for partition in range(log.partitions(FLOOR_FRAMES)):
        for record in log.read(FLOOR_FRAMES, partition):
            value = record.value
            merge.take(record.key, None if value is None else decode_frame(record.key, value))
    return _figures(merge, as_of)


def undisturbed(log: Log, as_of: int, *, plan: FloorPlan = PLAIN) -> tuple[dict[str, Any], int]:
    """The figures, by window, that the log's events make when read once, and how many events there
    are."""
    merge = Merge(plan, LIVE_WINDOWS)
    events = 0
    for partition in range(log.partitions(CONTACT_EVENTS)):
        floor = Floor(plan)
        records = list(log.read(CONTACT_EVENTS, partition))
        events += len(records)
        floor.apply(
            [record.value or b"" for record in records],
            appended_at=[record.appended_at for record in records],
            shown=as_of,
        )
        floor.show(as_of)
        head = HeadFrame(as_of, as_of, 0, 0, floor.newest, floor.health_counts(), {}, {})
        for key, frame in changes(floor, partition, as_of, everything=True):
            merge.take(key, frame)
        merge.take(head_key(partition), head)
    return _figures(merge, as_of), events


def heads(log: Log) -> dict[int, list[HeadFrame]]:
    """Every head that each partition's workers told, as far as compaction has left them."""
    found: dict[int, list[HeadFrame]] = {}
    for record, head in _heads(log):
        found.setdefault(record.partition, []).append(head)
    return found


def ends(log: Log) -> dict[int, int]:
    """The positions of a worker that has read all events: these are appended without gaps."""
    return {
        partition: max(
            (record.offset for record in log.read(CONTACT_EVENTS, partition)), default=-1
        )
        + 1
        for partition in range(log.partitions(CONTACT_EVENTS))
    }


def reading_s(log: Log, wanted: dict[int, int]) -> float:
    """How long it took from the first head that a worker told until the position of every partition
    was at the end that is wanted, by the log's own clock."""
    began: list[int] = []
    ended: dict[int, int] = {}
    for record, head in _heads(log):
        began.append(record.appended_at)
        if head.position >= wanted[record.partition]:
            ended.setdefault(record.partition, record.appended_at)
    assert len(ended) == len(wanted)
    return (max(ended.values()) - min(began)) / SECOND_US


def dead_letters(log: Log) -> list[str]:
    """The keys of all dead letters, which name the place of the event."""
    return [
        record.key
        for partition in range(log.partitions(DEAD_LETTERS))
        for record in log.read(DEAD_LETTERS, partition)
    ]


def _heads(log: Log) -> Iterator[tuple[Record, HeadFrame]]:
    tail = log.tail(FLOOR_FRAMES, from_start=True)
    while not tail.caught_up():
        for record in tail.poll(10_000, 0.1):
            if record.key == head_key(record.partition) and record.value is not None:
                head = decode_frame(record.key, record.value)
                assert isinstance(head, HeadFrame)
                yield record, head
    tail.close()


def _figures(merge: Merge, as_of: int) -> dict[str, Any]:
    merge.advance(as_of)
    return {
        window: msgspec.to_builtins(floor_figures(merge, window, agents=True))
        for window in LIVE_WINDOWS
    }
