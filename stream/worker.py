"""A stream worker: poll, apply, publish, commit.

What follows from a batch (frames, checkpoint, dead letters) and the position after it are written
in one step. Kill the worker anywhere: whoever takes the partition over goes on from that position
and tells what this one would have told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Event
from typing import Any, Final

import structlog

from stream import checkpoint as cp
from stream.clocks import ClockFollower
from stream.contract import frames as fr
from stream.contract.clock import told_at
from stream.contract.figures import STALE_US
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import SECOND_US
from stream.dead_letters import dead_letter
from stream.floor.floor import Refused
from stream.floor.telling import changes
from stream.logs.port import Consumer, Fenced, Log, LogAway, LogError, Produced, Record
from stream.logs.topics import (
    CONTACT_EVENTS,
    DEAD_LETTERS,
    FLOOR_CHECKPOINTS,
    FLOOR_FRAMES,
)
from stream.meters import WorkerMeters
from stream.partition import Partition

GROUP: Final = "floorwatch-stream"
RECORDS_AT_ONCE: Final = 4096
POLL_S: Final = 0.05
# Often enough that a dashboard's frame each second is never long behind, seldom enough that a
# pane is not written anew for every batch.
PUBLISH_EVERY_US: Final = SECOND_US // 10
# A partition without news tells its head all the same: silence would mean that it is lost.
HEAD_EVERY_US: Final = SECOND_US // 2
# Who tells the past reads on: telling it costs more than reading it, and two seconds are well within
# the five after which a partition is taken for silent.
PAST_EVERY_US: Final = 2 * SECOND_US
CHECKPOINT_EVERY_US: Final = 30 * SECOND_US
CHECKPOINT_EVERY_EVENTS: Final = 100_000
REPORT_EVERY_US: Final = 60 * SECOND_US
PARTITIONS_ASKED_EVERY_US: Final = 60 * SECOND_US


class Worker:
    """One member of the group that turns events into frames."""

    def __init__(
        self,
        log: Log,
        plan: FloorPlan,
        *,
        now: Callable[[], int],
        meters: WorkerMeters | None = None,
        logger: Any = None,
        checkpoint_every_events: int = CHECKPOINT_EVERY_EVENTS,
    ) -> None:
        self._log = log
        self._plan = plan
        self._now = now
        self.meters = meters or WorkerMeters("worker", now())
        self._logger = logger or structlog.get_logger("floorwatch.stream")
        self._clock = ClockFollower(log, now)
        self._consumer: Consumer = log.consumer(GROUP, CONTACT_EVENTS)
        self._checkpoint_every_events = checkpoint_every_events
        self._held: dict[int, Partition] = {}
        self._reported_at = self._partitions_asked_at = now()

    @property
    def events(self) -> int:
        """Events read by the partitions held, since the start of the log."""
        return sum(held.floor.health.events for held in self._held.values())

    @property
    def lag_events(self) -> int:
        """How many records of the partitions held are not read yet."""
        return sum(
            self._consumer.end(number) - held.position for number, held in self._held.items()
        )

    def run(self, stopped: Callable[[], bool]) -> None:
        """Work until `stopped` says so; what was read is published before it ends."""
        try:
            while not stopped():
                self.step()
                self._report()
            self.publish(everybody=True)
        finally:
            self.close()

    def _report(self) -> None:
        wall = self._now()
        if abs(wall - self._reported_at) >= REPORT_EVERY_US:
            self._reported_at = wall
            self._logger.info("working", **self.meters.figures())

    def close(self) -> None:
        """Let go of all partitions, so that others take over at once."""
        self._held.clear()
        self.meters.partitions_assigned = 0
        self._forget_lag()
        for part in (self._consumer, self._clock):
            # A log that is away cannot be told; it finds out when the session is over. And what
            # made this worker end must not be hidden by what follows from it.
            try:
                part.close()
            except LogError as error:
                self._logger.debug("closing", why=str(error))

    def step(self, timeout_s: float = POLL_S) -> int:
        """One round: poll, apply, and publish what is due. Returns how many events were read."""
        self._ask_for_partitions()
        records = self._consumer.poll(RECORDS_AT_ONCE, timeout_s)
        fresh = self._take_assignment()
        # A recording sets the clock before its first event, so events are read by its clock.
        if self._clock.look(at_once=bool(records)):
            for held in self._held.values():
                held.forget_empty_past()
        by_partition = self._to_be_read(records, fresh)
        for number, batch in by_partition.items():
            self._apply(self._held[number], batch)
        for number, held in self._held.items():
            if held.replay is not None:
                # What is read again may end with what is no record, such as a transaction's mark.
                held.position = max(held.position, self._consumer.position(number))
                held.end_replay()
        read = sum(map(len, by_partition.values()))
        self.meters.events_read += read
        self.publish()
        if records and not read:
            # What was put back is there at once: the next look may as well wait.
            Event().wait(timeout_s)
        return read

    def _to_be_read(self, records: Sequence[Record], fresh: set[int]) -> dict[int, list[Record]]:
        """The records by partition, of those held before and of which not too much waits.

        What was polled of the others is left to be polled again. The poll itself cannot be left
        out: it keeps the membership alive, and says whose the partitions are by now.
        """
        by_partition: dict[int, list[Record]] = {}
        for record in records:
            if record.partition not in fresh:
                by_partition.setdefault(record.partition, []).append(record)
        for number, held in self._held.items():
            if held.must_wait() and number in by_partition:
                self._consumer.seek(number, by_partition.pop(number)[0].offset)
        return by_partition

    def _ask_for_partitions(self) -> None:
        """Raises `LogError` where partitions were added: nobody would read what is sent to them,
        and the wall must not look whole."""
        wall = self._now()
        if abs(wall - self._partitions_asked_at) < PARTITIONS_ASKED_EVERY_US:
            return
        self._partitions_asked_at = wall
        try:
            self._log.partitions(CONTACT_EVENTS, anew=True)
        except LogAway as error:
            # Whether it is away for the work itself, that finds out.
            self._logger.debug("partitions_not_told", why=str(error))

    def publish(self, *, everybody: bool = False) -> None:
        """Write what is due: frames of partitions with news, the heads of the others."""
        wall = self._now()
        due = {
            number: held
            for number, held in self._held.items()
            if held.replay is None and (everybody or _is_due(held, wall))
        }
        if not due:
            return
        for number, held in due.items():
            held.tell(self._told(number, held, wall))
        produced = [one for held in due.values() for one in held.untold.values()]
        try:
            self._consumer.commit({number: held.position for number, held in due.items()}, produced)
        except Fenced:
            # The next poll says which partitions somebody else has now, who tells what this worker
            # would have told. Of the others nothing was written, and all of it is told again.
            self.meters.commit_failures += 1
            self._logger.warning("fenced", partitions=sorted(due))
        except LogError:
            # Whether it was written is not known: whoever holds the partitions next reads it.
            self.meters.commit_failures += 1
            self._held.clear()
            self._forget_lag()
            raise
        else:
            for held in due.values():
                held.untold.clear()
            self._count(produced, wall)

    def _count(self, produced: Sequence[Produced], wall: int) -> None:
        meters = self.meters
        meters.told_at = wall
        meters.dead_letters += sum(one.topic == DEAD_LETTERS for one in produced)
        meters.lag_events = sum(max(0, held.end - held.position) for held in self._held.values())
        behind = [held.behind_us for held in self._held.values()]
        known = [us for us in behind if us is not None]
        meters.lag_s = max(known, default=0) / SECOND_US if len(known) == len(behind) else None

    def _forget_lag(self) -> None:
        """Of the partitions held, if any, it is not known how far they are."""
        self.meters.lag_events, self.meters.lag_s = 0, None

    def _take_assignment(self) -> set[int]:
        """Restore what was newly given and let go of what was taken; returns the new ones."""
        given = self._consumer.assignment()
        lost = self._held.keys() - given
        for number in lost:
            del self._held[number]
        fresh = given - self._held.keys()
        for number in sorted(fresh):
            self._held[number] = self._restore(number)
        if lost or fresh:
            self.meters.rebalances += 1
            self.meters.partitions_assigned = len(given)
            # What is lost is another's to tell, and of what is new nothing is known yet.
            self._forget_lag()
            self._logger.info("partitions", held=sorted(given), gained=sorted(fresh))
        return set(fresh)

    def _restore(self, number: int) -> Partition:
        told = (
            fr.decode_frame(record.key, record.value)
            for record in self._log.read(FLOOR_FRAMES, number)
            if record.value is not None
        )
        frames = [frame for frame in told if frame is not None]
        pieces = [
            record.value
            for record in self._log.read(FLOOR_CHECKPOINTS, number)
            if record.value is not None
        ]
        try:
            checkpoint, count = cp.decode_pieces(pieces)
        except cp.UnreadableCheckpoint as error:
            self._logger.warning("checkpoint_unreadable", partition=number, why=str(error))
            checkpoint, count = None, error.pieces
        floor, head = cp.restore(self._plan, checkpoint, frames)
        self._check_history(number, head)
        position = checkpoint.position if checkpoint is not None else 0
        self._consumer.seek(number, position)
        held = Partition(floor, head, position, count)
        held.checkpointed_at = self._now()
        return held

    def _check_history(self, number: int, head: fr.HeadFrame | None) -> None:
        """Raises `LogError` where the events that the frames tell of are not those of the log:
        other ones in their places would be left out as counted already."""
        missing = head.position - self._consumer.end(number) if head is not None else 0
        if missing > 0:
            raise LogError(
                f"{CONTACT_EVENTS}: the frames of partition {number} know {missing} events more "
                "than the log holds; was it made anew? make a log of its own, or remove "
                f"{FLOOR_FRAMES} and {FLOOR_CHECKPOINTS} "
                "(docs/operations.md, «Reading a day again»)"
            )

    def _apply(self, held: Partition, batch: Sequence[Record]) -> None:
        if held.replay is not None:
            cut = held.replay.position
            again = [record for record in batch if record.offset < cut]
            if again:
                self._read(held, again, shown=held.replay.as_of)
                held.floor.panes.fold(0)
            batch = batch[len(again) :]
            if batch:
                # Nothing is left to be read again, even where the log has forgotten the rest.
                held.position = max(held.position, cut)
            held.end_replay()
        if batch:
            shown = told_at(held.as_of, self._clock.at(self._now()))
            for refused in self._read(held, batch, shown=shown):
                record = batch[refused.place]
                held.dead_letters.append(dead_letter(record, refused.reason))

    def _read(self, held: Partition, batch: Sequence[Record], *, shown: int) -> list[Refused]:
        held.position = batch[-1].offset + 1
        held.read_until = batch[-1].appended_at
        return held.floor.apply(
            [record.value or b"" for record in batch],
            appended_at=self._clock.at_each([record.appended_at for record in batch]),
            shown=shown,
        )

    def _told(self, number: int, held: Partition, wall: int) -> list[Produced]:
        floor = held.floor
        held.as_of = as_of = told_at(held.as_of, self._clock.at(wall))
        held.told_at = wall
        held.reached(self._consumer.position(number), self._consumer.end(number), wall)
        floor.show(as_of)
        produced = [
            Produced(FLOOR_FRAMES, number, key, None if frame is None else fr.encode_frame(frame))
            for key, frame in changes(floor, number, as_of)
        ]
        produced += self._checkpoint(number, held, wall)
        produced += held.dead_letters
        held.dead_letters = []
        head = fr.HeadFrame(
            as_of=as_of,
            told_at=wall,
            position=held.position,
            end=held.end,
            newest=floor.newest,
            health=floor.health_counts(),
            events_by_type=floor.health.by_type,
            rejected_by_field=floor.health.rejected_by_field,
            behind_us=held.behind_us,
            worker=self.meters.note(),
            limits=held.limits_reached,
        )
        # Last, so that a reader that has the head has all that belongs to it.
        produced.append(Produced(FLOOR_FRAMES, number, fr.head_key(number), fr.encode_frame(head)))
        return produced

    def _checkpoint(self, number: int, held: Partition, wall: int) -> list[Produced]:
        read = held.position - held.checkpoint_position
        if not read or (
            wall - held.checkpointed_at < CHECKPOINT_EVERY_US
            and read < self._checkpoint_every_events
        ):
            return []
        held.checkpointed_at, held.checkpoint_position = wall, held.position
        checkpoint = cp.take(held.floor, held.position)
        records = list(cp.encode_pieces(checkpoint, number, held.checkpoint_pieces))
        held.checkpoint_pieces = sum(value is not None for _, value in records)
        return [Produced(FLOOR_CHECKPOINTS, number, key, value) for key, value in records]


def _is_due(held: Partition, wall: int) -> bool:
    since = wall - held.told_at
    # As far as the log was known to reach when it was told last.
    is_past = held.position < held.end and (held.behind_us is None or held.behind_us > STALE_US)
    if since < 0 or since >= (PAST_EVERY_US if is_past else HEAD_EVERY_US):
        return True
    if held.has_too_much and not held.untold:
        # Nothing was refused so far: it is much because much of it is bad.
        return True
    return held.has_news and since >= PUBLISH_EVERY_US and not is_past
