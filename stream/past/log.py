"""The events of all partitions in the order of their appends, read a stretch at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from itertools import islice
from typing import Final

from msgspec import Struct

from stream.appended import appended, beginning
from stream.clocks import current_clock
from stream.contract.past import HeldSpan
from stream.logs.port import Log, Record
from stream.logs.topics import CONTACT_EVENTS

BATCH: Final = 4096


class Place(Struct, frozen=True):
    """Where it is read on: from an append of the wall clock, past these offsets by partition."""

    since: int | None
    offsets: dict[int, int]


START: Final = Place(None, {})


class LogReading:
    """Reads on from a place. No reading of the log stays open between two stretches, so that the log
    can tidy up meanwhile."""

    def __init__(self, log: Log, place: Place = START, *, batch: int = BATCH) -> None:
        self._log = log
        self._batch = batch
        self._since = place.since
        self._offsets = dict(place.offsets)

    @property
    def place(self) -> Place:
        """Where it goes on."""
        return Place(self._since, dict(self._offsets))

    def batches(self) -> Iterator[list[Record]]:
        """What is not read yet. Who stops in between goes on with another call."""
        with closing(appended(self._log, since=self._since)) as held:
            records = self._new(held)
            while batch := list(islice(records, self._batch)):
                for record in batch:
                    self._offsets[record.partition] = record.offset + 1
                self._since = batch[-1].appended_at
                yield batch

    def _new(self, records: Iterable[Record]) -> Iterator[Record]:
        offsets = self._offsets.copy()
        return (one for one in records if one.offset >= offsets.get(one.partition, 0))


def held_span(log: Log, wall: int) -> HeldSpan:
    """What can be looked at, as of an instant of the wall clock. Raises `LogError`."""
    clock = current_clock(log)
    until = int(clock.at(wall))
    parts = (beginning(log, clock, each) for each in range(log.partitions(CONTACT_EVENTS)))
    since = min((begins for begins, _ in filter(None, parts)), default=None)
    return HeldSpan(None if since is None else min(since, until), until)
