"""A partition's final position, for whoever takes it over.

The broker holds back a position while a transaction with a later one is open, and so who asks
waits. A broker that was killed may go on holding it back for ever though the transaction was
aborted (seen with 4.3.0, where its time had run out by the time the broker was back): then the
open transactions are looked at one by one, and once none of those is left that were open when the
partition was given to this member, the position as it stands is the final one. Later transactions
do not matter: the broker takes positions from the group's present generation alone.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from threading import Event
from typing import Any, Final, NamedTuple

from kafka import KafkaConsumer, TopicPartition, errors
from kafka.admin import KafkaAdminClient

from stream.logs import kafka_clients as clients

# A transaction is over within tens of milliseconds, unless its writer has died.
STABLE_WITHIN_S: Final = 3.0
LOOK_EVERY_S: Final = 0.25
_OPEN: Final = ("Ongoing", "PrepareCommit", "PrepareAbort", "PrepareEpochFence")


class _Open(NamedTuple):
    """A transaction that is open: whose, and since when by its coordinator."""

    transactional_id: str
    producer_id: int
    producer_epoch: int
    started_ms: int


def final_position(
    consumer: KafkaConsumer, admin: KafkaAdminClient, group: str, place: TopicPartition, prefix: str
) -> int | None:
    """The group's position in a partition that the consumer was given; None before any commit.

    `prefix` is what the transactional ids of the group's members begin with. Raises
    `KafkaTimeoutError` where a transaction does not end.
    """
    try:
        return _number(consumer.committed(place, timeout_ms=round(STABLE_WITHIN_S * 1000)))
    except errors.KafkaTimeoutError:
        pass
    give_up = time.monotonic() + clients.COMMITTED_WITHIN_S
    waited_for = _open_transactions(admin, prefix)
    while waited_for:
        if time.monotonic() > give_up:
            raise errors.KafkaTimeoutError("a transaction stays open")
        Event().wait(LOOK_EVERY_S)
        waited_for &= _open_transactions(admin, prefix)
    found = admin.list_group_offsets({group: [place]})
    return _number(found[group].get(place))


def _open_transactions(admin: KafkaAdminClient, prefix: str) -> set[_Open]:
    listed: Iterable[list[Any]] = admin.list_transactions(state_filters=list(_OPEN)).values()
    found = set()
    for one in [one for listing in listed for one in listing]:
        name = one.transactional_id
        if not name.startswith(prefix):
            continue
        try:
            told = admin.describe_transactions([name])[name]
        except errors.TransactionalIdNotFoundError:
            continue
        if getattr(told.state, "value", told.state) in _OPEN:
            found.add(
                _Open(name, told.producer_id, told.producer_epoch, told.transaction_start_time_ms)
            )
    return found


def _number(committed: Any) -> int | None:
    """The offset of what the client gives, which may be a number or a structure."""
    if committed is None:
        return None
    offset = int(getattr(committed, "offset", committed))
    return offset if offset >= 0 else None
