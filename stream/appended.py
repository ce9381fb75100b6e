"""The events of all partitions of a log, in the order of their appends."""

from __future__ import annotations

import heapq
from collections.abc import Generator, Iterator
from contextlib import ExitStack, closing
from itertools import islice
from typing import Final

from stream.contract.batch import decode_batch
from stream.contract.clock import FloorClock
from stream.logs.port import Log, Record
from stream.logs.topics import CONTACT_EVENTS

# The earliest of so many is where a partition begins.
_FIRST: Final = 20


def beginning(log: Log, clock: FloorClock, partition: int) -> tuple[int, int] | None:
    """When what the log holds of a partition begins, on the floor's clock in microseconds, and its
    first offset; None where it holds nothing. What was before the floor was there may have been told
    at once, and begins with its own time."""
    first = list(islice(log.read(CONTACT_EVENTS, partition), _FIRST))
    if not first:
        return None
    times = decode_batch([record.value or b"" for record in first]).times
    return min([*times, int(clock.at(first[0].appended_at))]), first[0].offset


def appended(log: Log, *, since: int | None = None) -> Generator[Record, None, None]:
    """All events that the log holds, or those from an instant of the wall clock on. Who stops in
    between closes it, and with it the readings of the log."""
    with ExitStack() as opened:
        parts = []
        for number in range(log.partitions(CONTACT_EVENTS)):
            records = iter(log.read(CONTACT_EVENTS, number, since=since))
            # A reading that holds something open is a generator.
            close = getattr(records, "close", None)
            if close is not None:
                opened.callback(close)
            parts.append(records)
        yield from heapq.merge(*parts, key=lambda one: one.appended_at)


def appended_between(log: Log, clock: FloorClock, since: int, until: int) -> Iterator[Record]:
    """Those that were appended in a stretch of the floor's time, both its ends in microseconds."""
    with closing(appended(log, since=clock.wall_at(since))) as records:
        for record in records:
            at = clock.at(record.appended_at)
            if at > until:
                return
            # The clock is asked for an instant that is a little early.
            if at >= since:
                yield record
