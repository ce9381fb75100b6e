"""The log as the rest of the product sees it: topics of keyed records in ordered partitions.

Two make it, Kafka and the embedded log, and one test suite holds both to this page. Nothing
here is beyond Kafka: an append picks the partition by key, a consumer group shares a topic's
partitions among its members, and a position moves in one step with what follows from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from msgspec import Struct


class LogError(Exception):
    """The log cannot do what was asked. Operator: the message says what is wrong and what to do."""


class Fenced(LogError):
    """This member no longer holds the partition it wrote for; what it wrote was not taken.

    Operator: nothing to do, another member has taken over.
    """


class LogAway(LogError):
    """The log cannot be reached now, and may be again by itself: trying later makes sense.

    Operator: start what keeps the log, or mend the network; services go on by themselves.
    """


class NameTaken(LogError):
    """Another member goes by this one's name, and has taken its place.

    Operator: give each worker a name of its own, or none.
    """


class Topic(Struct, frozen=True):
    """What a topic is for. `compacted` keeps the newest record a key and drops a key at its
    tombstone; otherwise records are kept for `retention_us` (for ever where None)."""

    name: str
    partitions: int
    compacted: bool = False
    retention_us: int | None = None


class Record(Struct, frozen=True):
    """One record as read. `value` is None where a compacted key was deleted (a tombstone).

    `appended_at` is the log's own clock at the append, in microseconds since the Unix epoch.
    """

    partition: int
    offset: int
    key: str
    value: bytes | None
    appended_at: int


class Produced(Struct, frozen=True):
    """One record to write in a consumer's commit, to a partition that the writer names."""

    topic: str
    partition: int
    key: str
    value: bytes | None


class Consumer(Protocol):
    """One member of a group, reading the partitions of one topic that the group gives it."""

    def poll(self, records_max: int, timeout_s: float) -> Sequence[Record]:
        """The next records of this member's partitions, in order within each; empty after
        `timeout_s` without any. Also what keeps the membership alive, so call it often.

        A poll in which the assignment changes returns at once and without records, so that the
        reader can look at `assignment`, take up what it was given, and `seek`.
        """
        ...

    def assignment(self) -> frozenset[int]:
        """The partitions held as of the last `poll`. A newly held one is read from its
        committed position on, or from its first record where nothing was committed.

        One that passed through other hands between two polls is missing after the first that
        could know of it, so that the reader never goes on with a picture that is not its own.
        """
        ...

    def committed(self, partition: int) -> int:
        """The group's committed position: the offset to be read next, 0 before any commit."""
        ...

    def seek(self, partition: int, offset: int) -> None:
        """Read a held partition from `offset` on at the next `poll`."""
        ...

    def position(self, partition: int) -> int:
        """Where a held partition is read next: past all that was polled, and past what stands
        there and is no record to be read, such as the marks of others' transactions."""
        ...

    def end(self, partition: int) -> int:
        """The offset that the partition's next record will get."""
        ...

    def commit(self, positions: Mapping[int, int], produced: Sequence[Produced]) -> None:
        """Move the positions and write the records in one step: all of it or nothing.

        Raises `Fenced` where a partition of `positions` is no longer this member's, even if it
        came back meanwhile, and `LogError` where a record's topic or partition is not there.
        """
        ...

    def close(self) -> None:
        """Leave the group, so that others take over at once."""
        ...


class Tail(Protocol):
    """A reader of a whole topic without a group: what dashboards follow frames with."""

    def poll(self, records_max: int, timeout_s: float) -> Sequence[Record]:
        """The next records of all partitions, in order within each; empty after `timeout_s`."""
        ...

    def caught_up(self) -> bool:
        """Whether everything that the topic held when this tail was opened has been polled, or,
        on a compacted topic, what has taken its place since: from then on no key is missing."""
        ...

    def close(self) -> None: ...


class Log(Protocol):
    """A place where records are kept, shared by any number of processes."""

    def create(self, topics: Iterable[Topic]) -> None:
        """Make the topics that are not there yet. Raises `LogError` where one is there with
        another number of partitions, or compacted where this one is not or the reverse."""
        ...

    def partitions(self, topic: str, *, anew: bool = False) -> int:
        """How many partitions the topic has. Raises `LogError` where there is no such topic.

        The number is kept, because it does not change. Asked for `anew` it is the log's own word,
        and a `LogError` where that is another number than was kept: partitions cannot be added,
        since a key's records would not stay together, nor be read by who is there already.
        """
        ...

    def append(self, topic: str, records: Sequence[tuple[str, bytes | None]]) -> None:
        """Write (key, value) pairs, durable on return; one key's records keep their order and
        share a partition. Thousands a call are the way to be fast."""
        ...

    def consumer(self, group: str, topic: str) -> Consumer:
        """Join a group that reads `topic`."""
        ...

    def tail(self, topic: str, *, from_start: bool) -> Tail:
        """Follow a topic from its first record, or from its end as it is now."""
        ...

    def read(self, topic: str, partition: int, *, since: int | None = None) -> Iterable[Record]:
        """Every record the partition holds now, from its first one, and then stop; or from the
        first that was appended at `since` or later, in microseconds, which is found without
        reading those before it.

        A compacted partition may hold more than a key's newest record: the last one counts.
        """
        ...

    def close(self) -> None: ...
