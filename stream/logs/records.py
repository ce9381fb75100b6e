"""Records in the embedded log's tables: writing, superseding, pruning, and reading on.

Every function works inside the caller's transaction. An ordinary topic keeps records for its
retention; a compacted one keeps the newest of each key, and a tombstone for a day, so that a
reader that follows the topic sees the key go.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Final
from zlib import crc32

from msgspec import Struct

from stream.contract.instants import DAY_US
from stream.logs.port import LogError, Record

TOMBSTONE_KEPT_US: Final = DAY_US
# An append removes up to twice what it wrote and at least this many a partition, so that it
# always gains on what is due and never stops to clear a backlog.
PRUNED_MIN: Final = 1_000

_OFFSET_BITS: Final = 44

Pairs = Sequence[tuple[str, bytes | None]]


class StoredTopic(Struct, frozen=True):
    """A topic as the file knows it; `partition_ids` in the order of the partitions."""

    id: int
    name: str
    compacted: bool
    retention_us: int | None
    partition_ids: tuple[int, ...]

    def partition_id(self, partition: int) -> int:
        """Raises `LogError` where the topic has no such partition."""
        if not 0 <= partition < len(self.partition_ids):
            last = len(self.partition_ids) - 1
            raise LogError(f"{self.name}: no partition {partition}, they are 0 to {last}")
        return self.partition_ids[partition]


def partition_of(key: str, partitions: int) -> int:
    """The partition of a key, the same in every process and release: files hold to it."""
    try:
        return crc32(key.encode()) % partitions
    except UnicodeEncodeError:
        raise LogError("a key holds half a surrogate pair; keys are whole Unicode text") from None


def place_of(partition_id: int, offset: int) -> int:
    """Where a record stands among all records of the file."""
    return partition_id << _OFFSET_BITS | offset


def write(
    connection: sqlite3.Connection, topic: StoredTopic, partition: int, pairs: Pairs, now_us: int
) -> None:
    """Add records at the partition's end, and remove some of what is due to go."""
    partition_id = topic.partition_id(partition)
    place = place_of(partition_id, end_of(connection, partition_id))
    rows = [(place + i, key, value, now_us) for i, (key, value) in enumerate(pairs)]
    pruned_max = max(PRUNED_MIN, 2 * len(rows))
    if topic.compacted:
        rows = _supersede(connection, partition_id, rows)
        _drop_tombstones(connection, partition_id, now_us - TOMBSTONE_KEPT_US, pruned_max)
    elif topic.retention_us is not None:
        _prune(connection, partition_id, now_us - topic.retention_us, pruned_max)
    connection.executemany("INSERT INTO records VALUES (?, ?, ?, ?)", rows)
    connection.execute(
        "UPDATE partitions SET next_offset = next_offset + ? WHERE id = ?",
        (len(pairs), partition_id),
    )


def end_of(connection: sqlite3.Connection, partition_id: int) -> int:
    """The offset that the partition's next record will get."""
    query = "SELECT next_offset FROM partitions WHERE id = ?"
    (offset,) = connection.execute(query, (partition_id,)).fetchone()
    assert isinstance(offset, int)
    return offset


def read_on(
    connection: sqlite3.Connection, partition_id: int, offset: int, records_max: int
) -> sqlite3.Cursor:
    """Rows for `record`, from `offset` on; -1 as `records_max` is all."""
    return connection.execute(
        "SELECT place, key, value, appended_at FROM records"
        " WHERE place >= ? AND place < ? ORDER BY place LIMIT ?",
        (place_of(partition_id, offset), place_of(partition_id + 1, 0), records_max),
    )


def first_since(connection: sqlite3.Connection, partition_id: int, since_us: int) -> int:
    """The offset of the first record that was appended at an instant or later, found by halving
    what is left; the partition's end where there is none. Where the clock was set back meanwhile,
    one of those where it passed that instant."""
    low, high = 0, end_of(connection, partition_id)
    while low < high:
        middle = (low + high) // 2
        row = read_on(connection, partition_id, middle, 1).fetchone()
        if row is None or row[3] >= since_us:
            high = middle
        else:
            # What was pruned or superseded in between is passed over with it.
            low = row[0] - place_of(partition_id, 0) + 1
    return low


def record(partition: int, first_place: int, row: tuple[int, str, bytes | None, int]) -> Record:
    """A row as a record, `first_place` being where its partition's offset 0 stands."""
    place, key, value, appended_at = row
    return Record(partition, place - first_place, key, value, appended_at)


class Progress:
    """How far a reader has come in each partition, and the next records for it.

    `caught_up` becomes true for good once nothing older than `targets` is left to read.
    """

    def __init__(self, topic: StoredTopic) -> None:
        self.topic = topic
        self.offsets: dict[int, int] = {}
        self._targets: dict[int, int] = {}
        self._turn = 0

    def aim(self, connection: sqlite3.Connection) -> None:
        """Take the partitions' ends as they are now for what `caught_up` asks about."""
        self._targets = {p: end_of(connection, self.topic.partition_id(p)) for p in self.offsets}

    @property
    def caught_up(self) -> bool:
        """Whether every partition was read up to what `aim` found."""
        return all(self.offsets[p] >= target for p, target in self._targets.items())

    def fetch(self, connection: sqlite3.Connection, records_max: int) -> list[Record]:
        """Up to `records_max` records, shared out evenly among the partitions that have any."""
        if self.topic.compacted and not self.caught_up:
            # A record of the first sight may meanwhile be superseded by one beyond the target:
            # only where one moment's records have all been read is no key missing.
            self.aim(connection)
        found: list[Record] = []
        held = sorted(self.offsets)
        self._turn += 1
        turn = self._turn % len(held) if held else 0
        pending = held[turn:] + held[:turn]
        while pending and len(found) < records_max:
            share = -(-(records_max - len(found)) // len(pending))
            pending = [p for p in pending if self._take(connection, p, share, records_max, found)]
        return found

    def _take(
        self,
        connection: sqlite3.Connection,
        partition: int,
        share: int,
        records_max: int,
        found: list[Record],
    ) -> bool:
        """Add up to `share` records of the partition; whether it may have more."""
        limit = min(share, records_max - len(found))
        partition_id = self.topic.partition_id(partition)
        first_place = place_of(partition_id, 0)
        rows = read_on(connection, partition_id, self.offsets[partition], limit).fetchall()
        found += [record(partition, first_place, row) for row in rows]
        if len(rows) == limit:
            if rows:
                self.offsets[partition] = rows[-1][0] - first_place + 1
            return True
        # The newest offsets may have been pruned or superseded: what is read is read to the end.
        self.offsets[partition] = max(self.offsets[partition], end_of(connection, partition_id))
        return False


def _supersede(
    connection: sqlite3.Connection,
    partition_id: int,
    rows: list[tuple[int, str, bytes | None, int]],
) -> list[tuple[int, str, bytes | None, int]]:
    """Remove what the rows replace, and keep the last row of each key."""
    last = {row[1]: row for row in rows}
    connection.executemany(
        "DELETE FROM records WHERE place ="
        " (SELECT place FROM newest WHERE partition_id = ? AND key = ?)",
        ((partition_id, key) for key in last),
    )
    connection.executemany(
        "INSERT OR REPLACE INTO newest VALUES (?, ?, ?, ?)",
        (
            (partition_id, key, place, appended_at if value is None else None)
            for place, key, value, appended_at in last.values()
        ),
    )
    return sorted(last.values())


def _drop_tombstones(
    connection: sqlite3.Connection, partition_id: int, before_us: int, dropped_max: int
) -> None:
    old = connection.execute(
        "SELECT key, place FROM newest"
        " WHERE partition_id = ? AND deleted_at < ? ORDER BY deleted_at LIMIT ?",
        (partition_id, before_us, dropped_max),
    ).fetchall()
    connection.executemany("DELETE FROM records WHERE place = ?", ((row[1],) for row in old))
    connection.executemany(
        "DELETE FROM newest WHERE partition_id = ? AND key = ?",
        ((partition_id, row[0]) for row in old),
    )


def _prune(
    connection: sqlite3.Connection, partition_id: int, before_us: int, pruned_max: int
) -> None:
    """Remove the oldest records, up to the first that is still young enough."""
    if not _old_prefix(connection, partition_id, before_us, 1):
        return
    old = _old_prefix(connection, partition_id, before_us, pruned_max)
    connection.execute("DELETE FROM records WHERE place BETWEEN ? AND ?", (old[0], old[-1]))


def _old_prefix(
    connection: sqlite3.Connection, partition_id: int, before_us: int, rows_max: int
) -> list[int]:
    rows = connection.execute(
        "SELECT place, appended_at FROM records"
        " WHERE place >= ? AND place < ? ORDER BY place LIMIT ?",
        (place_of(partition_id, 0), place_of(partition_id + 1, 0), rows_max),
    ).fetchall()
    young = (i for i, (_, appended_at) in enumerate(rows) if appended_at >= before_us)
    return [place for place, _ in rows[: next(young, len(rows))]]
