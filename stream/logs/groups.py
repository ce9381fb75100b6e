"""Consumer groups in the embedded log's tables: leases, and who holds which partition.

A member holds its lease by a heartbeat. When one joins, leaves or lets its lease lapse, the
partitions are shared out anew, in one transaction, with a new generation; a partition remembers
the generation in which its holder was given it.

Why nothing is ever counted twice: a position moves only in a transaction that first finds the
partition held by this very member since the very generation it knows of. From the moment a
partition has a new holder, whatever its former one still reads or computes cannot be written,
so what the new holder reads of positions and checkpoints is final. Both may for a moment read the
same records; only one can make them count.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Final

from stream.contract.instants import SECOND_US
from stream.logs.records import StoredTopic

LEASE_US: Final = 5 * SECOND_US
HEARTBEAT_US: Final = SECOND_US


def group_of(connection: sqlite3.Connection, name: str, topic: StoredTopic) -> int:
    """The id of the group that reads `topic` under `name`, made if need be."""
    connection.execute("INSERT OR IGNORE INTO groups (name, topic) VALUES (?, ?)", (name, topic.id))
    query = "SELECT id FROM groups WHERE name = ? AND topic = ?"
    (group,) = connection.execute(query, (name, topic.id)).fetchone()
    assert isinstance(group, int)
    return group


def join(connection: sqlite3.Connection, group: int, partitions: int, now_us: int) -> int:
    """Add a member and share out anew; its id is never used again."""
    cursor = connection.execute(
        "INSERT INTO members (group_id, heartbeat_at) VALUES (?, ?)", (group, now_us)
    )
    _evict_lapsed(connection, group, now_us)
    _share_out_anew(connection, group, partitions)
    assert cursor.lastrowid is not None
    return cursor.lastrowid


def renew(
    connection: sqlite3.Connection, group: int, member: int, partitions: int, now_us: int
) -> bool:
    """Renew the member's lease and end those that lapsed; False where the member's own ended.

    A lease that lapsed without anybody taking notice is still good: nothing was given away.
    """
    renewed = connection.execute(
        "UPDATE members SET heartbeat_at = ? WHERE id = ?", (now_us, member)
    ).rowcount
    if _evict_lapsed(connection, group, now_us):
        _share_out_anew(connection, group, partitions)
    return renewed == 1


def leave(connection: sqlite3.Connection, group: int, member: int, partitions: int) -> None:
    """End the membership and share out anew; nothing happens where it had ended already."""
    if connection.execute("DELETE FROM members WHERE id = ?", (member,)).rowcount:
        _share_out_anew(connection, group, partitions)


def held_by(connection: sqlite3.Connection, group: int, member: int) -> dict[int, int] | None:
    """The member's partitions and the generation each was given in; None if it is no member."""
    if connection.execute("SELECT 1 FROM members WHERE id = ?", (member,)).fetchone() is None:
        return None
    query = "SELECT partition, generation FROM holdings WHERE group_id = ? AND member = ?"
    return dict(connection.execute(query, (group, member)))


def committed(connection: sqlite3.Connection, group: int, partition: int) -> int:
    """The group's position: the offset to be read next, 0 before any commit."""
    query = "SELECT next_offset FROM positions WHERE group_id = ? AND partition = ?"
    row = connection.execute(query, (group, partition)).fetchone()
    return int(row[0]) if row else 0


def move(connection: sqlite3.Connection, group: int, positions: Mapping[int, int]) -> None:
    """Set the group's positions."""
    connection.executemany(
        "INSERT OR REPLACE INTO positions VALUES (?, ?, ?)",
        ((group, partition, offset) for partition, offset in positions.items()),
    )


def share_out(
    partitions: int, members: Sequence[int], holders: Mapping[int, int]
) -> dict[int, int]:
    """Who holds each partition from now on: evenly, and with as few changes of hands as that
    allows, since each change makes a worker rebuild its floor.

    `holders` are the ones up to now. No two members' shares differ by more than one.
    """
    if not members:
        return {}
    kept: dict[int, list[int]] = {member: [] for member in sorted(members)}
    for partition in range(partitions):
        if (holder := holders.get(partition)) in kept:
            kept[holder].append(partition)
    least, one_more = divmod(partitions, len(kept))
    by_size = sorted(kept, key=lambda member: (-len(kept[member]), member))
    shares = {member: least + (rank < one_more) for rank, member in enumerate(by_size)}
    new = {p: member for member in kept for p in kept[member][: shares[member]]}
    room = [m for m in kept for _ in range(shares[m] - len(kept[m]))]
    free = [partition for partition in range(partitions) if partition not in new]
    return new | dict(zip(free, room, strict=True))


def _evict_lapsed(connection: sqlite3.Connection, group: int, now_us: int) -> bool:
    """Whether any lease had lapsed. A heartbeat from the future counts as lapsed, too: the clock
    was set back, and its member, if alive, joins again at once."""
    return (
        connection.execute(
            "DELETE FROM members WHERE group_id = ? AND abs(? - heartbeat_at) > ?",
            (group, now_us, LEASE_US),
        ).rowcount
        > 0
    )


def _share_out_anew(connection: sqlite3.Connection, group: int, partitions: int) -> None:
    connection.execute("UPDATE groups SET generation = generation + 1 WHERE id = ?", (group,))
    members = [
        row[0] for row in connection.execute("SELECT id FROM members WHERE group_id = ?", (group,))
    ]
    query = "SELECT partition, member FROM holdings WHERE group_id = ?"
    before: dict[int, int] = dict(connection.execute(query, (group,)))
    after = share_out(partitions, members, before)
    connection.executemany(
        "DELETE FROM holdings WHERE group_id = ? AND partition = ?",
        ((group, p) for p, member in before.items() if after.get(p) != member),
    )
    connection.executemany(
        "INSERT INTO holdings SELECT id, ?, ?, generation FROM groups WHERE id = ?",
        ((p, member, group) for p, member in after.items() if before.get(p) != member),
    )
