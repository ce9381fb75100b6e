"""The contacts of the present, read from the log and kept up with it.

It begins where the newest checkpoint of each partition stands and reads on from there, so it is there
within a second or so however long the log is, and then follows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Final

from stream import checkpoint as cp
from stream.clocks import ClockFollower
from stream.contract import detail as told
from stream.contract.behind import TooManyEvents
from stream.contract.clock import told_at
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import MINUTE_US
from stream.logs.port import Log, Record
from stream.logs.topics import CONTACT_EVENTS, FLOOR_CHECKPOINTS
from stream.present.contacts import PresentFloors
from stream.present.past import Begun, Past

BATCH: Final = 4096
# Where more comes than can be read, who asks gets an answer all the same, of a time before.
AT_ONCE_MAX: Final = 10 * BATCH
# How far before a checkpoint was written the first event behind it is looked for, at first.
_LOOKED_BACK_US: Final = MINUTE_US
_FURTHER: Final = 16
_LOOKS: Final = 5
_OVER: Final = object()


class FollowedContacts:
    """Who stands where by a log; `now` is the wall clock in microseconds.

    Raises `LogError` where the log cannot be read, and `TooManyEvents` where `give_up` says so
    before all of it is.
    """

    def __init__(
        self,
        log: Log,
        plan: FloorPlan,
        *,
        now: Callable[[], int],
        give_up: Callable[[], bool] = lambda: False,
    ) -> None:
        self._log = log
        self._now = now
        # Higher than all that a follower before this one told.
        self._floors = PresentFloors(plan, first_number=now())
        self._as_of: int | None = None
        self._clock = ClockFollower(log, now)
        # Opened first, so that nothing falls between what was there and what comes.
        self._tail = log.tail(CONTACT_EVENTS, from_start=False)
        # The offset to be read next, by partition.
        self._next: dict[int, int] = {}
        begun = [self._begin(each, give_up) for each in range(log.partitions(CONTACT_EVENTS))]
        self._past = Past(log, plan, self._clock, self._floors)
        self._missing = self._past.read(begun)

    def follow(self) -> int:
        """Take in what came, or as much of it as somebody can be left waiting for; returns how many
        events that were."""
        self._clock.look(at_once=True)
        came = 0
        while came < AT_ONCE_MAX and (records := self._tail.poll(BATCH, 0)):
            came += len(records)
            by_partition: dict[int, list[Record]] = {}
            for record in records:
                by_partition.setdefault(record.partition, []).append(record)
            for partition, some in by_partition.items():
                self._read(partition, some)
        return came

    def look_back(self) -> bool:
        """Read a little of what was before; False where nothing is left to be read. Raises `LogError`
        where it cannot be: then what follows from it is known only to another who begins."""
        return next(self._missing, _OVER) is not _OVER

    def contacts(self, asked: told.PresentAsked) -> told.PresentContacts:
        """The contacts that stand so by now, as far as they are read."""
        as_of = self._shown()
        self._floors.show(as_of)
        return self._floors.contacts(asked, as_of)

    def at_hand(self) -> list[told.AtHand]:
        """What each agent has at hand by now."""
        self._floors.show(self._shown())
        return self._floors.at_hand()

    def events(self, queue: str, after: int) -> list[told.EventTold]:
        """The newest events of the queue's contacts, after the one of that number."""
        return self._floors.events(queue, after)

    def loads(self) -> list[told.Load]:
        """What each agent has behind it; of nobody until that is read back."""
        return self._floors.loads(self._shown()) if self._past.loads_known else []

    def close(self) -> None:
        """Stop following."""
        self._tail.close()
        self._clock.close()

    def _begin(self, partition: int, give_up: Callable[[], bool]) -> Begun:
        checkpoint, written_at = self._checkpoint(partition)
        position = 0 if checkpoint is None else checkpoint.position
        self._floors.begin(partition, checkpoint)
        self._next[partition] = position
        for some in _blocks(self._from(partition, position, written_at)):
            if give_up():
                raise TooManyEvents
            self._read(partition, some)
        return Begun(partition, position, written_at)

    def _checkpoint(self, partition: int) -> tuple[cp.Checkpoint | None, int]:
        """The newest checkpoint, and when it was written by the wall clock."""
        newest: dict[str, Record] = {}
        for record in self._log.read(FLOOR_CHECKPOINTS, partition):
            newest[record.key] = record
        pieces = [record for record in newest.values() if record.value is not None]
        try:
            checkpoint, _ = cp.decode_pieces([each.value or b"" for each in pieces])
        except cp.UnreadableCheckpoint:
            checkpoint = None
        return checkpoint, max((each.appended_at for each in pieces), default=0)

    def _from(self, partition: int, position: int, written_at: int) -> Iterable[Record]:
        """The events from an offset on, which a checkpoint of that time stands at: events before it
        are older, and those behind it mostly younger."""
        back = _LOOKED_BACK_US
        for _ in range(_LOOKS if position else 0):
            records = iter(self._log.read(CONTACT_EVENTS, partition, since=written_at - back))
            first = next(records, None)
            if first is not None and first.offset <= position:
                return _chained(first, records)
            back *= _FURTHER
        return self._log.read(CONTACT_EVENTS, partition)

    def _read(self, partition: int, records: list[Record]) -> None:
        position = self._next[partition]
        new = [record for record in records if record.offset >= position]
        if not new:
            return
        self._next[partition] = new[-1].offset + 1
        self._floors.read(
            partition,
            [record.value or b"" for record in new],
            self._clock.at_each([record.appended_at for record in new]),
            self._shown(),
        )

    def _shown(self) -> int:
        self._as_of = as_of = told_at(self._as_of, self._clock.at(self._now()))
        return as_of


def _chained(first: Record, rest: Iterator[Record]) -> Iterator[Record]:
    yield first
    yield from rest


def _blocks(records: Iterable[Record]) -> Iterator[list[Record]]:
    rest = iter(records)
    while some := list(islice(rest, BATCH)):
        yield some
