"""The final positions of partitions, for whoever takes them over.

The broker holds back a position while a transaction with a later one is open, and so who asks
waits. A broker that was killed may go on holding it back for ever though the transaction was
aborted (seen with 4.3.0, where its time had run out by the time the broker was back): then the
open transactions are looked at one by one, and once none of those is left that were open when the
partition was given to this member, the position as it stands is the final one. Later transactions
do not matter: the broker takes positions from the group's present generation alone.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from contextlib import closing
from threading import Event
from typing import Any, Final, NamedTuple

from kafka import KafkaConsumer, TopicPartition, errors
from kafka.admin import KafkaAdminClient

from stream.logs import kafka_clients as clients

# A transaction is over within tens of milliseconds, unless its writer has died.
STABLE_WITHIN_S: Final = 3.0
# A transaction whose coordinator is just moving from one broker to another is told by neither; two
# looks so far apart see it.
LOOK_EVERY_S: Final = 0.5
_OPEN: Final = ("Ongoing", "PrepareCommit", "PrepareAbort", "PrepareEpochFence")

Positions = Mapping[TopicPartition, int]
NewAdmin = Callable[[], KafkaAdminClient]


class Open(NamedTuple):
    """A transaction that is open: whose, and since when by its coordinator."""

    transactional_id: str
    producer_id: int
    producer_epoch: int
    started_ms: int


def final_positions(
    consumer: KafkaConsumer,
    new_admin: NewAdmin,
    group: str,
    places: Collection[TopicPartition],
    prefix: str,
) -> Positions:
    """The group's positions in partitions that the consumer was given, all asked for together;
    those without a commit are left out.

    `new_admin` gives a client that knows the brokers of this moment, `prefix` is what the
    transactional ids of the group's members begin with. Raises `KafkaTimeoutError` where a
    transaction does not end.
    """
    coordinator = consumer._coordinator  # noqa: SLF001 - `committed` asks for one at a time
    try:
        timeout_ms = round(STABLE_WITHIN_S * 1000)
        return _known(coordinator.fetch_committed_offsets(list(places), timeout_ms=timeout_ms))
    except errors.KafkaTimeoutError:
        pass
    give_up = time.monotonic() + clients.COMMITTED_WITHIN_S
    waited_for = open_transactions(new_admin, prefix, give_up)
    Event().wait(LOOK_EVERY_S)
    waited_for |= open_transactions(new_admin, prefix, give_up)
    while waited_for:
        if time.monotonic() > give_up:
            whose = min(waited_for).transactional_id
            raise errors.KafkaTimeoutError(f"the transaction of {whose} stays open")
        Event().wait(LOOK_EVERY_S)
        waited_for &= open_transactions(new_admin, prefix, give_up)
    with closing(new_admin()) as admin:
        return _known(admin.list_group_offsets({group: list(places)})[group])


def open_transactions(new_admin: NewAdmin, prefix: str, give_up: float) -> set[Open]:
    """The transactions that are open now whose ids begin with `prefix`, from every broker that the
    cluster has now: what one of them does not tell is not known to be over. Tried again until
    `give_up`, in seconds of `time.monotonic`."""
    while True:
        try:
            with closing(new_admin()) as admin:
                return _told_by(admin, prefix)
        except errors.KafkaError as error:
            if not error.retriable or time.monotonic() > give_up:
                raise
        Event().wait(LOOK_EVERY_S)


def _told_by(admin: KafkaAdminClient, prefix: str) -> set[Open]:
    brokers = [
        broker["broker_id"]
        for broker in admin.describe_cluster()["brokers"]
        # What a broker led that is away is led by others.
        if not broker.get("is_fenced", False)
    ]
    listed = admin.list_transactions(broker_ids=brokers, state_filters=list(_OPEN))
    names = {one.transactional_id for listing in listed.values() for one in listing}
    found = set()
    for name in names:
        if not name.startswith(prefix):
            continue
        try:
            told = admin.describe_transactions([name])[name]
        except errors.TransactionalIdNotFoundError:
            continue
        if getattr(told.state, "value", told.state) in _OPEN:
            since = told.transaction_start_time_ms
            found.add(Open(name, told.producer_id, told.producer_epoch, since))
    return found


def _known(committed: Mapping[TopicPartition, Any]) -> Positions:
    return {place: found.offset for place, found in committed.items() if found.offset >= 0}
