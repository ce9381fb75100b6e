"""The log on one machine without a server: a directory with one SQLite file in it.

Any number of processes may share it; each consumer and each tail has a connection of its own.
What stands in the tables is in `records` and `groups`, how it gets to the disk in `database`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from sqlite3 import Connection, Cursor
from typing import Final

from stream.logs import groups
from stream.logs.database import BUSY_S, Database
from stream.logs.port import Fenced, LogError, Produced, Record, Topic
from stream.logs.records import (
    Pairs,
    Progress,
    StoredTopic,
    end_of,
    first_since,
    partition_of,
    place_of,
    read_on,
    record,
    write,
)

# SQLite has no word for other processes, so who waits looks for a change this often: fifty looks
# a second cost some 1% of a core, and 20 ms are nothing in the second a supervisor is promised.
LOOK_EVERY_S: Final = 0.02
READ_RECORDS: Final = 1_000


class EmbeddedLog:
    """The `Log` in `directory`, made if need be. `now` is the clock in microseconds since the
    Unix epoch: the age of records and the leases of members go by it.

    Raises `LogError` where the directory cannot be made or written, or holds something else.
    """

    def __init__(self, directory: Path, *, now: Callable[[], int], busy_s: float = BUSY_S) -> None:
        self._directory = directory
        self._now = now
        self._busy_s = busy_s
        _make_directory(directory)
        self._database = self._connect()
        self._database.prepare()
        # Topics are never removed nor resized, so one that was seen stays as it was.
        self._topics: dict[str, StoredTopic] = {}

    def create(self, topics: Iterable[Topic]) -> None:
        """Make the topics that are not there yet; of one that is, the length of retention is
        brought up to date. Raises `LogError` where another number of partitions or kind of
        retention is asked for, and then makes none of them."""
        with self._database.writing() as connection:
            for topic in topics:
                stored = _find(connection, topic.name)
                if stored is None:
                    _insert(connection, topic)
                elif problem := _difference(stored, topic):
                    raise self._database.error(f"topic {topic.name} {problem}")
                else:
                    connection.execute(
                        "UPDATE topics SET retention_us = ? WHERE id = ?",
                        (topic.retention_us, stored.id),
                    )

    def partitions(self, topic: str, *, anew: bool = False) -> int:
        """How many partitions the topic has. Raises `LogError` where there is no such topic, or,
        asked `anew`, where it is another number than before."""
        kept = self._topics.get(topic)
        if anew:
            self._topics.pop(topic, None)
        count = len(self._topic(topic).partition_ids)
        if kept is not None and (before := len(kept.partition_ids)) != count:
            self._topics[topic] = kept
            raise self._database.error(
                f"{topic} has {count} partitions now, and had {before}: "
                "partitions cannot be added; make a log of its own"
            )
        return count

    def append(self, topic: str, records: Pairs) -> None:
        """Write (key, value) pairs, durable on return, all of them or none."""
        stored = self._topic(topic)
        by_partition: dict[int, list[tuple[str, bytes | None]]] = {}
        for pair in records:
            partition = partition_of(pair[0], len(stored.partition_ids))
            by_partition.setdefault(partition, []).append(pair)
        if not by_partition:
            return
        with self._database.writing() as connection:
            now_us = self._now()
            for partition in sorted(by_partition):
                write(connection, stored, partition, by_partition[partition], now_us)

    def consumer(self, group: str, topic: str) -> EmbeddedConsumer:
        """Join a group that reads `topic`."""
        return EmbeddedConsumer(self._connect(), group, self._topic(topic), self._topic, self._now)

    def tail(self, topic: str, *, from_start: bool) -> EmbeddedTail:
        """Follow a topic from its first record, or from its end as it is now."""
        return EmbeddedTail(self._connect(), self._topic(topic), from_start=from_start)

    def read(self, topic: str, partition: int, *, since: int | None = None) -> Iterator[Record]:
        """Every record the partition holds now, or those appended at `since` or later.

        One moment of the log: what is superseded or pruned meanwhile is still read.
        """
        partition_id = self._topic(topic).partition_id(partition)
        database = self._connect()
        with database.statement() as connection:
            # An unfinished SELECT outside a transaction holds its moment until it is read out.
            start = 0 if since is None else first_since(connection, partition_id, since)
            cursor = read_on(connection, partition_id, start, -1)
        return _read_out(database, cursor, partition, place_of(partition_id, 0))

    def close(self) -> None:
        """Close this log; consumers and tails are closed by those who asked for them."""
        self._database.close()

    def _connect(self) -> Database:
        return Database(self._directory, busy_s=self._busy_s)

    def _topic(self, name: str) -> StoredTopic:
        stored = self._topics.get(name)
        if stored is None:
            with self._database.reading() as connection:
                stored = _find(connection, name)
            if stored is None:
                raise self._database.error(f"no topic {name}; create it first")
            self._topics[name] = stored
        return stored


class EmbeddedConsumer:
    """One member of a group, on a connection of its own."""

    def __init__(
        self,
        database: Database,
        group: str,
        topic: StoredTopic,
        find_topic: Callable[[str], StoredTopic],
        now: Callable[[], int],
    ) -> None:
        self._database = database
        self._name = f"group {group} on {topic.name}"
        self._topic = topic
        self._partitions = len(topic.partition_ids)
        self._find_topic = find_topic
        self._now = now
        # The partitions held, with the generation each was given in.
        self._held: dict[int, int] = {}
        self._progress = Progress(topic)
        with database.writing() as connection:
            self._beat_at = now()
            self._group = groups.group_of(connection, group, topic)
            self._member = groups.join(connection, self._group, self._partitions, self._beat_at)

    def poll(self, records_max: int, timeout_s: float) -> Sequence[Record]:
        """The next records of the partitions held; waits up to `timeout_s` for the first.

        Empty and at once when the assignment has changed, so that its reader can `seek` first.
        """
        give_up = time.monotonic() + timeout_s
        while True:
            change = self._database.change()
            if self._look_around():
                return ()
            with self._database.reading() as connection:
                records = self._progress.fetch(connection, records_max)
            if records or not self._wait(change, give_up):
                return records

    def assignment(self) -> frozenset[int]:
        """The partitions held as of the last `poll`; one that passed through other hands since
        the poll before is missing once, so that its reader starts anew."""
        return frozenset(self._held)

    def committed(self, partition: int) -> int:
        """The group's committed position: the offset to be read next, 0 before any commit."""
        self._topic.partition_id(partition)
        with self._database.reading() as connection:
            return groups.committed(connection, self._group, partition)

    def seek(self, partition: int, offset: int) -> None:
        """Read a held partition from `offset` on. Raises `LogError` where it is not held."""
        if partition not in self._held:
            raise self._database.error(f"{self._name}: seek in partition {partition}, not held")
        self._progress.offsets[partition] = offset

    def position(self, partition: int) -> int:
        """Where a held partition is read next. Raises `LogError` where it is not held."""
        if partition not in self._held:
            raise self._database.error(f"{self._name}: position in partition {partition}, not held")
        return self._progress.offsets[partition]

    def end(self, partition: int) -> int:
        """The offset that the partition's next record will get."""
        with self._database.reading() as connection:
            return end_of(connection, self._topic.partition_id(partition))

    def commit(self, positions: Mapping[int, int], produced: Sequence[Produced]) -> None:
        """Move the positions and write the records in one transaction.

        Raises `Fenced` where a partition of `positions` is not, or not still, this member's, or
        where it is no member any more; then nothing was written.
        """
        by_partition: dict[tuple[str, int], list[tuple[str, bytes | None]]] = {}
        for one in produced:
            by_partition.setdefault((one.topic, one.partition), []).append((one.key, one.value))
        # Looked up before the transaction: it may need the log's own connection.
        outputs = [(self._find_topic(t), p, pairs) for (t, p), pairs in by_partition.items()]
        with self._database.writing() as connection:
            now_us = self._now()
            self._check_held(connection, positions)
            for topic, partition, pairs in outputs:
                write(connection, topic, partition, pairs, now_us)
            groups.move(connection, self._group, positions)

    def close(self) -> None:
        """Leave the group, so that others take over at once; a second time does nothing."""
        if self._database.closed:
            return
        try:
            with self._database.writing() as connection:
                groups.leave(connection, self._group, self._member, self._partitions)
        finally:
            self._database.close()

    def _check_held(self, connection: Connection, positions: Iterable[int]) -> None:
        held = groups.held_by(connection, self._group, self._member)
        if held is None:
            raise Fenced(f"{self._name}: this member's lease lapsed; nothing was written")
        for partition in positions:
            if partition not in self._held or held.get(partition) != self._held[partition]:
                raise Fenced(
                    f"{self._name}: partition {partition} is another member's; nothing was written"
                )

    def _look_around(self) -> bool:
        """Keep the membership alive, and see which partitions it holds by now; whether that has
        changed. Positions are read after the partition was given, hence final (see `groups`)."""
        now_us = self._now()
        held = None
        if abs(now_us - self._beat_at) < groups.HEARTBEAT_US:
            with self._database.reading() as connection:
                held = groups.held_by(connection, self._group, self._member)
        if held is None:
            held = self._beat(now_us)
        lost = {p for p, generation in self._held.items() if held.get(p) != generation}
        gained = held.keys() - self._held.keys()
        for partition in lost:
            del self._progress.offsets[partition]
        for partition in gained:
            self._progress.offsets[partition] = self.committed(partition)
        self._held = {p: generation for p, generation in held.items() if p not in lost}
        return bool(lost or gained)

    def _beat(self, now_us: int) -> dict[int, int]:
        """Renew the lease, or join again where it had lapsed."""
        with self._database.writing() as connection:
            if not groups.renew(connection, self._group, self._member, self._partitions, now_us):
                self._member = groups.join(connection, self._group, self._partitions, now_us)
            held = groups.held_by(connection, self._group, self._member)
        self._beat_at = now_us
        assert held is not None
        return held

    def _wait(self, change: int, give_up: float) -> bool:
        """Whether there is anything to do before `give_up`: a look at the log, or a heartbeat."""
        beat_at = self._beat_at + groups.HEARTBEAT_US
        return _wait(self._database, change, give_up, lambda: self._now() >= beat_at)


class EmbeddedTail:
    """A reader of a whole topic, on a connection of its own."""

    def __init__(self, database: Database, topic: StoredTopic, *, from_start: bool) -> None:
        self._database = database
        self._progress = Progress(topic)
        with database.reading() as connection:
            for partition, partition_id in enumerate(topic.partition_ids):
                start = 0 if from_start else end_of(connection, partition_id)
                self._progress.offsets[partition] = start
            self._progress.aim(connection)

    def poll(self, records_max: int, timeout_s: float) -> Sequence[Record]:
        """The next records of all partitions; waits up to `timeout_s` for the first."""
        give_up = time.monotonic() + timeout_s
        while True:
            change = self._database.change()
            with self._database.reading() as connection:
                records = self._progress.fetch(connection, records_max)
            if records or not _wait(self._database, change, give_up, lambda: False):
                return records

    def caught_up(self) -> bool:
        """Whether everything that the topic held when this tail was opened has been polled, or,
        in a compacted topic, the record that has superseded it."""
        return self._progress.caught_up

    def close(self) -> None:
        """Stop following; a second time does nothing."""
        self._database.close()


def _wait(database: Database, change: int, give_up: float, interrupted: Callable[[], bool]) -> bool:
    """Sleep until another connection has committed or `interrupted`; False at `give_up`, a time
    of `time.monotonic`."""
    while database.change() == change and not interrupted():
        left_s = give_up - time.monotonic()
        if left_s <= 0:
            return False
        time.sleep(min(LOOK_EVERY_S, left_s))
    return True


def _read_out(
    database: Database, cursor: Cursor, partition: int, first_place: int
) -> Iterator[Record]:
    try:
        while True:
            with database.statement():
                rows = cursor.fetchmany(READ_RECORDS)
            if not rows:
                return
            for row in rows:
                yield record(partition, first_place, row)
    finally:
        cursor.close()
        database.close()


def _make_directory(directory: Path) -> None:
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise LogError(f"embedded:{directory}: is a file; give a directory for the log") from error
    except OSError as error:
        raise LogError(
            f"embedded:{directory}: the directory cannot be made ({error.strerror}); "
            "give one that can be written"
        ) from error


def _find(connection: Connection, name: str) -> StoredTopic | None:
    row = connection.execute(
        "SELECT id, compacted, retention_us FROM topics WHERE name = ?", (name,)
    ).fetchone()
    if row is None:
        return None
    ids = connection.execute(
        "SELECT id FROM partitions WHERE topic = ? ORDER BY partition", (row[0],)
    )
    return StoredTopic(row[0], name, bool(row[1]), row[2], tuple(id_ for (id_,) in ids))


def _insert(connection: Connection, topic: Topic) -> None:
    cursor = connection.execute(
        "INSERT INTO topics (name, compacted, retention_us) VALUES (?, ?, ?)",
        (topic.name, topic.compacted, topic.retention_us),
    )
    connection.executemany(
        "INSERT INTO partitions (topic, partition) VALUES (?, ?)",
        ((cursor.lastrowid, partition) for partition in range(topic.partitions)),
    )


def _difference(stored: StoredTopic, topic: Topic) -> str | None:
    """What keeps `topic` from being the stored one, for a person to read."""
    have = len(stored.partition_ids)
    if have != topic.partitions:
        return f"has {have} partitions, not {topic.partitions}; ask for {have} or a new directory"
    if stored.compacted != topic.compacted:
        kind = "compacted" if stored.compacted else "kept by age"
        return f"is {kind}, and that cannot be changed; use a new directory"
    return None
