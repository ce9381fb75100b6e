"""Members of a Kafka consumer group: who holds which partition, and what may still be written.

Why nothing is ever counted twice. Partitions change hands cooperatively: a member keeps what it
has through a rebalance, gives up what it is told to, joins once more, and only then is a partition
given to another. A position is written with the member's id and generation (`kafka_transactions`),
and is refused once the group has gone on without this member. So a commit is safe where the
member has held the partition without a break under one member id. Whoever was given up by the
broker comes back under another id, and what it held before counts as lost, even if it is given
the same partitions again.

And nothing is missed: who takes a partition over asks for its position before anything else, and
the broker answers only once no transaction with an earlier one is open.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Final
from uuid import uuid4

from kafka import ConsumerRebalanceListener, KafkaConsumer, TopicPartition, errors
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.structs import MemberState

from stream.logs import kafka_clients as clients
from stream.logs.kafka_positions import Positions
from stream.logs.kafka_settings import KafkaSettings
from stream.logs.kafka_transactions import MovedOn, Transactions
from stream.logs.kafka_words import in_words
from stream.logs.port import Fenced, LogAway, LogError, Produced, Record

# A rebalance is noticed between two looks, however long a poll waits.
LOOK_EVERY_S: Final = 0.1
REJOINED_WITHIN_S: Final = 10.0
COMMIT_TRIES: Final = 3

Ends = Callable[[str, Collection[int]], Mapping[int, int]]
PartitionsOf = Callable[[str], int]
# Of a consumer in a group, for these partitions; and what the group's transactional ids begin with.
FinalPositions = Callable[[KafkaConsumer, str, Collection[TopicPartition], str], Positions]


class KafkaMember:
    """One member of a group that reads a topic."""

    def __init__(
        self,
        settings: KafkaSettings,
        group: str,
        topic: str,
        partitions_of: PartitionsOf,
        ends: Ends,
        final_positions: FinalPositions,
    ) -> None:
        self._settings = settings
        self._group = group
        self._final_positions = final_positions
        self._name = f"{settings.place}: group {group} on {topic}"
        self._topic = topic
        self._partitions = partitions_of(topic)
        self._partitions_of = partitions_of
        self._ends = ends
        self._known_ends: Mapping[int, int] = {}
        assignor = _Assignor()
        self._consumer = clients.member(settings, group, assignor)
        assignor.consumer = self._consumer
        self._losses = _Losses(self._consumer)
        self._consumer.subscribe([topic], listener=self._losses)
        self._ids = f"floorwatch-{group}-{topic}-"
        self._transactions = Transactions(settings, self._ids + (settings.member or uuid4().hex))
        # The partitions held, with the member id each was given under.
        self._held: dict[int, str] = {}
        # Of each partition held, the offset after the last record that was given.
        self._next: dict[int, int] = {}
        # Read already, and to be given at the next polls.
        self._ahead: list[Record] = []
        self._closed = False

    def poll(self, records_max: int, timeout_s: float) -> Sequence[Record]:
        """The next records of the partitions held; waits up to `timeout_s` for the first.

        Empty and at once when the assignment has changed, so that its reader can `seek` first.
        """
        self._check_open()
        self._known_ends = {}
        give_up = time.monotonic() + timeout_s
        while not self._ahead:
            left_s = max(0.0, give_up - time.monotonic())
            self._fetch(records_max, min(left_s, LOOK_EVERY_S))
            if self._look_around():
                return ()
            if not left_s:
                break
        given, self._ahead = self._ahead[:records_max], self._ahead[records_max:]
        for record in given:
            self._next[record.partition] = record.offset + 1
        return given

    def assignment(self) -> frozenset[int]:
        """The partitions held as of the last `poll`; one that was lost since the poll before is
        missing once, so that its reader starts anew."""
        return frozenset(self._held)

    def committed(self, partition: int) -> int:
        """The group's committed position: the offset to be read next, 0 before any commit."""
        place = self._place(partition)
        return self._committed([place]).get(place, 0)

    def seek(self, partition: int, offset: int) -> None:
        """Read a held partition from `offset` on. Raises `LogError` where it is not held."""
        self._check_open()
        if partition not in self._held:
            raise LogError(f"{self._name}: seek in partition {partition}, not held")
        if self._place(partition) in self._consumer.assignment():
            self._consumer.seek(self._place(partition), offset)
        self._next[partition] = offset
        self._ahead = [record for record in self._ahead if record.partition != partition]

    def position(self, partition: int) -> int:
        """Where a held partition is read next: the first record that was not polled, or, where all
        were, past the marks of transactions. Raises `LogError` where it is not held."""
        self._check_open()
        if partition not in self._held:
            raise LogError(f"{self._name}: position in partition {partition}, not held")
        ahead = (record.offset for record in self._ahead if record.partition == partition)
        first = next(ahead, None)
        if first is not None:
            return first
        try:
            found = self._consumer.position(self._place(partition), timeout_ms=0)
        except (errors.KafkaError, errors.IllegalStateError):
            # It is not known while the partition's leader is not, or is on its way to another
            # member: what was read then ends with the last record.
            found = None
        return self._next[partition] if found is None else max(int(found), self._next[partition])

    def end(self, partition: int) -> int:
        """The offset that the partition's next record will get; asked once between two polls."""
        self._place(partition)
        if partition not in self._known_ends:
            self._known_ends = self._ends(self._topic, {partition, *self._held})
        return self._known_ends[partition]

    def commit(self, positions: Mapping[int, int], produced: Sequence[Produced]) -> None:
        """Move the positions and write the records in one transaction.

        Raises `Fenced` where a partition of `positions` is not, or not still, this member's; then
        nothing was written.
        """
        self._check_open()
        self._check_places(produced)
        offsets = {self._place(partition): offset for partition, offset in positions.items()}
        for _ in range(COMMIT_TRIES):
            membership = self._membership(positions)
            try:
                self._transactions.write(membership, offsets, produced)
            except MovedOn:
                self._rejoin(membership)
            except LogError:
                # Whether it was written is not known here: who reads the partitions next will see.
                self._losses.gone.update(positions)
                raise
            else:
                return
        # A member that the broker knows nothing of any more may never hear of it by itself.
        raise LogAway(f"{self._name}: the group does not come to rest; nothing was written")

    def close(self) -> None:
        """Leave the group, so that others take over at once; a second time does nothing."""
        if self._closed:
            return
        self._closed = True
        self._transactions.close()
        with self._in_words("leaving the group"):
            self._consumer.close(autocommit=False, timeout_ms=round(clients.LEFT_WITHIN_S * 1000))

    # --- membership -----------------------------------------------------------------------------

    def _look_around(self) -> bool:
        """See which partitions are held by now; whether that has changed."""
        # Taken before the assignment is looked at: what is revoked from here on is for the next look.
        gone, self._losses.gone = self._losses.gone, set()
        now = self._consumer.group_metadata()
        assigned = {place.partition for place in self._consumer.assignment()}
        given_up = now.generation_id < 0
        lost = {
            partition
            for partition, member in self._held.items()
            if given_up or member != now.member_id or partition not in assigned or partition in gone
        }
        # Between being told and being settled, an assignment may still be the one before.
        settled = not given_up and now.state == MemberState.STABLE
        gained = assigned - self._held.keys() if settled else set()
        for partition in lost:
            del self._held[partition]
        if lost or gained:
            self._ahead = [record for record in self._ahead if record.partition in self._held]
        self._take_up(gained, now.member_id)
        return bool(lost or gained)

    def _take_up(self, gained: Collection[int], member: str) -> None:
        if not gained:
            return
        positions = self._committed([self._place(partition) for partition in sorted(gained)])
        assigned = self._consumer.assignment()
        for partition in gained:
            place = self._place(partition)
            if place in assigned:
                position = positions.get(place, 0)
                self._consumer.seek(place, position)
                self._consumer.resume(place)
                self._held[partition] = member
                self._next[partition] = position

    def _committed(self, places: Sequence[TopicPartition]) -> Positions:
        numbers = ", ".join(str(place.partition) for place in places)
        with self._in_words(f"asking for the position of partition {numbers}"):
            return self._final_positions(self._consumer, self._group, places, self._ids)

    def _membership(self, positions: Iterable[int]) -> Any:
        """What the broker knows this member by. Raises `Fenced` where it no longer holds one of
        the partitions."""
        now = self._consumer.group_metadata()
        for partition in positions:
            # Positions without a generation would be taken from anybody.
            if (
                now.generation_id < 0
                or self._held.get(partition) != now.member_id
                or partition in self._losses.gone
            ):
                raise Fenced(
                    f"{self._name}: partition {partition} is not this member's any more; "
                    "nothing was written"
                )
        return now

    def _rejoin(self, before: Any) -> None:
        """Follow the group into its next generation, which may leave this member what it held."""
        give_up = time.monotonic() + REJOINED_WITHIN_S
        while time.monotonic() < give_up:
            self._fetch(1, LOOK_EVERY_S)
            now = self._consumer.group_metadata()
            moved = (now.generation_id, now.member_id) != (before.generation_id, before.member_id)
            if moved and now.state == MemberState.STABLE:
                return

    def _fetch(self, records_max: int, timeout_s: float) -> None:
        with self._in_words("reading"):
            batches = self._consumer.poll(
                timeout_ms=round(timeout_s * 1000), max_records=records_max
            )
        self._ahead += [one for one in clients.records(batches) if one.partition in self._held]

    # --- what is asked for ----------------------------------------------------------------------

    def _place(self, partition: int) -> TopicPartition:
        if not 0 <= partition < self._partitions:
            raise LogError(f"{self._name}: no partition {partition}, there are {self._partitions}")
        return TopicPartition(self._topic, partition)

    def _check_places(self, produced: Iterable[Produced]) -> None:
        for topic, partition in {(one.topic, one.partition) for one in produced}:
            if not 0 <= partition < self._partitions_of(topic):
                raise LogError(
                    f"{self._settings.place}: topic {topic}: no partition {partition}; "
                    "nothing was written"
                )

    def _check_open(self) -> None:
        if self._closed:
            raise LogError(f"{self._name}: was closed; open it again")

    def _in_words(self, doing: str) -> Any:
        return in_words(self._settings, doing)


class _Losses(ConsumerRebalanceListener):  # type: ignore[misc]  # the library has no types
    """Hears which partitions were taken away, and holds back what was given. It is called in the
    client's own thread, at any time."""

    def __init__(self, consumer: Any) -> None:
        self._consumer = consumer
        self.gone: set[int] = set()

    def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """The group gave them to others, or went on without this member."""
        self.gone.update(place.partition for place in revoked)

    def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Nothing is read from them before their position is known."""
        self._consumer.pause(*assigned)


class _Assignor(CooperativeStickyAssignor):  # type: ignore[misc]  # the library has no types
    """The client's own assignor, with two of the client's faults (3.0.12) kept from doing harm."""

    consumer: Any = None

    def metadata(self, topics: Iterable[str]) -> Any:
        """What a member says of itself when it joins: which partitions it owns."""
        # A join begun because the topic's description arrived is forgotten where a poll ends
        # before the join does: the member then waits for ever for what it was long since given.
        self.consumer._coordinator.request_rejoin()  # noqa: SLF001 - there is no other way in
        # A member that was given up goes on claiming what it had, and takes it from whoever has
        # it by now.
        given_up = self.consumer.group_metadata().generation_id < 0
        self.member_assignment = [] if given_up else list(self.consumer.assignment())
        return super().metadata(topics)
