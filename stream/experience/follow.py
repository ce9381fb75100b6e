"""Follows the log's events for what customers say: the day is read back, then what comes; or reads
those of a day that is over.

Each partition has a floor of its own, as its worker has, so that the same events count here and on
the wall.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice, takewhile
from typing import Final

from stream import checkpoint as cp
from stream.appended import beginning
from stream.clocks import ClockFollower
from stream.contract.batch import Batch, decode_plainly
from stream.contract.experience import NotHeld, Question, StillToCome, Told
from stream.contract.figures import PANE_US, PANES_HELD
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import HOUR_US, MINUTE_US, format_millis
from stream.experience.answers import Answers, Standing
from stream.experience.spans import Spans
from stream.experience.store import SURVEYS_MAX, Store
from stream.floor.floor import Floor
from stream.floor.hearing import HeardLives, Notes
from stream.logs.port import Log, Record, Tail
from stream.logs.topics import CONTACT_EVENTS, FLOOR_CHECKPOINTS

# Nearly all whose survey is in a window began to wait within so much before it.
BEFORE_US: Final = HOUR_US
# Of a day that is over so much more is read than was asked for: it may be played on, and events come late.
PLAYED_US: Final = 2 * HOUR_US
LATE_US: Final = 10 * MINUTE_US
# So many at once: who asks is answered in between.
BATCH: Final = 2_000
_FORGET_EVERY_US: Final = 5 * MINUTE_US


class Restart(Exception):
    """The floor has another time now: all is to be read anew. Operator: nothing to do."""


class Partition:
    """One partition: its floor, and how far it is read."""

    def __init__(self, plan: FloorPlan) -> None:
        self.floor = Floor(plan, make=HeardLives)
        self.next_offset = 0
        self.read_until: int | None = None

    @property
    def notes(self) -> Notes:
        assert isinstance(self.floor.lives, HeardLives)
        return self.floor.lives.notes

    def read(self, records: Sequence[Record], times: Sequence[int], as_of: int) -> None:
        """Read records in order; `times` is the floor's time at each one's append."""
        kept = [index for index, one in enumerate(records) if one.offset >= self.next_offset]
        if not kept:
            return
        appended_at = [times[index] for index in kept]
        batch = decode_plainly([records[index].value or b"" for index in kept])
        batch = self.floor.without_far_ahead(batch, appended_at)
        self.notes.late = _late(batch, self.floor.newest)
        self.floor.take(batch, appended_at=appended_at, shown=as_of)
        self.notes.late = ()
        self.next_offset = records[kept[-1]].offset + 1
        self.read_until = appended_at[-1]


class Follower:
    """What customers said, kept up with a log; `now` is the wall clock in microseconds. Comments are
    kept only where `comments` says so. With `then` it tells of that instant and what came soon after,
    and of nothing else. Raises `LogError`."""

    def __init__(
        self,
        log: Log,
        plan: FloorPlan,
        *,
        now: Callable[[], int],
        comments: bool,
        most: int = SURVEYS_MAX,
        then: int | None = None,
    ) -> None:
        self._log = log
        self._now = now
        # When the log begins, once somebody asks for what is over.
        self._begins: int | None = None
        # The last instant of which all is known, None for now.
        self._until = None if then is None else then + PLAYED_US
        self._clock = ClockFollower(log, now)
        self._store = Store(comments=comments, most=most)
        self._spans = Spans(plan)
        self._answers = Answers(self._store, self._spans, plan)
        self._partitions = [Partition(plan) for _ in range(log.partitions(CONTACT_EVENTS))]
        # Opened before the past is read, so that nothing can come in between; what both tell is
        # read once.
        self._tail: Tail | None = None
        if then is None:
            self._tail = log.tail(CONTACT_EVENTS, from_start=False)
        # From when on all is known that windows hold.
        self._since = self._spans.earliest(self._as_of if then is None else then)
        numbers = range(len(self._partitions))
        self._past = {number: self._records(number) for number in numbers}
        self._forgot_at = self._as_of

    @property
    def reading(self) -> bool:
        """Whether the past is still read back."""
        return bool(self._past)

    @property
    def done(self) -> bool:
        """Whether nothing more will be taken in: a day that is over is read."""
        return self._tail is None and not self._past

    @property
    def kept(self) -> int:
        """How many surveys are kept, sent and answered, and how many thanks."""
        return self._store.kept

    def step(self, timeout_s: float) -> None:
        """Take in some of what there is, waiting at most `timeout_s` where there is nothing. Raises
        `Restart` and `LogError`."""
        if self._clock.look():
            raise Restart
        if self._past:
            self._read_back()
            return
        if self._tail is None:
            return
        records = self._tail.poll(BATCH, timeout_s)
        by_partition: dict[int, list[Record]] = {}
        for record in records:
            by_partition.setdefault(record.partition, []).append(record)
        for number, some in by_partition.items():
            self._read(number, some)
        as_of = self._as_of
        if as_of - self._forgot_at > _FORGET_EVERY_US:
            self._forgot_at = as_of
            for partition in self._partitions:
                partition.floor.show(as_of)
            self._since = max(self._since, self._spans.earliest(as_of))
            self._store.forget_before(self._since)

    def answer(self, asked: Question) -> Told:
        """The answer to a question, from what is read by now. Raises `NotHeld`."""
        as_of = self._as_of
        at = getattr(asked, "at", None)
        if at is not None:
            self._check_held(at, getattr(asked, "window", None), as_of)
            as_of = at
        for partition in self._partitions:
            self._store.take(partition.notes.take())
        read = [one.read_until for one in self._partitions if one.read_until is not None]
        until = (min(read) if self.reading else max(read)) if read else None
        stands = Standing(as_of, self.reading, until)
        return self._answers.answer(asked, stands, [one.floor.promises for one in self._partitions])

    def close(self) -> None:
        """Let go of the log's readers."""
        if self._tail is not None:
            self._tail.close()
        self._clock.close()

    def _check_held(self, at: int, window: str | None, as_of: int) -> None:
        if at > as_of:
            raise StillToCome("that is still to come")
        if self._until is not None:
            self._check_read(at)
        first = at if window is None else self._spans.first(window, at)
        if first < self._since:
            raise NotHeld(f"what customers said is known from {format_millis(self._since)} on")

    def _check_read(self, at: int) -> None:
        """Of a day that is over, whether so much of it is read, and the log holds it."""
        assert self._until is not None
        if at > self._until:
            raise NotHeld(f"what customers said is known up to {format_millis(self._until)}")
        if self._begins is None:
            numbers = range(len(self._partitions))
            begun = (beginning(self._log, self._clock.clock, number) for number in numbers)
            self._begins = min((at for at, _ in filter(None, begun)), default=self._as_of)
        if at < self._begins:
            raise NotHeld(f"what customers said is known from {format_millis(self._begins)} on")

    def _records(self, number: int) -> Iterator[Record]:
        """What is read back of a partition: the records in which surveys are that windows hold."""
        clock = self._clock.clock
        since = clock.wall_at(self._since - BEFORE_US)
        records = iter(self._log.read(CONTACT_EVENTS, number, since=since))
        if self._until is None:
            return records
        until = clock.wall_at(self._until + LATE_US)
        return takewhile(lambda one: one.appended_at <= until, records)

    @property
    def _as_of(self) -> int:
        return self._clock.at(self._now())

    def _read_back(self) -> None:
        """One batch of the partition that is read back the least."""
        number = min(self._past, key=lambda each: self._partitions[each].read_until or 0)
        some = list(islice(self._past[number], BATCH))
        if some:
            self._read(number, some)
            return
        if self._until is None:
            # Promises of the past are told by the floor as it was.
            self._promised_before(number)
        del self._past[number]

    def _read(self, number: int, records: Sequence[Record]) -> None:
        partition = self._partitions[number]
        times = self._clock.at_each([record.appended_at for record in records])
        partition.read(records, times, self._as_of)
        self._store.take(partition.notes.take())

    def _promised_before(self, number: int) -> None:
        """Take over the promises that are older than what was read and still open, from the newest
        checkpoint: those of nobody who was called back since."""
        partition = self._partitions[number]
        attempted = partition.notes.attempted or set()
        partition.notes.attempted = None
        promises = partition.floor.promises
        for contact, told in _checkpointed(self._log, number).items():
            if contact in attempted:
                continue
            missing = Counter(told)
            missing.subtract(promises.by_contact.get(contact, ()))
            for queue, due in missing.elements():
                promises.promise(contact, queue, due)


def _late(batch: Batch, newest: int | None) -> set[int]:
    """The identities of the data of events that are read too late for any window but `today`."""
    late: set[int] = set()
    if not batch.times:
        return late
    oldest = min(batch.times) // PANE_US
    highest = max(*batch.times, newest or 0) // PANE_US
    if oldest > highest - PANES_HELD:
        return late
    pane = (batch.times[0] if newest is None else newest) // PANE_US
    for event, time in zip(batch.events, batch.times, strict=True):
        pane = max(pane, time // PANE_US)
        if time // PANE_US <= pane - PANES_HELD:
            late.add(id(getattr(event, "data", None)))
    return late


def _checkpointed(log: Log, partition: int) -> dict[str, list[tuple[str, int]]]:
    values = {record.key: record.value for record in log.read(FLOOR_CHECKPOINTS, partition)}
    try:
        checkpoint, _ = cp.decode_pieces([each for each in values.values() if each is not None])
    except cp.UnreadableCheckpoint:
        return {}
    return {} if checkpoint is None else checkpoint.promises
