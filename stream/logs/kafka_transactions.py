"""A member's writes: records and the positions they follow from, in one Kafka transaction.

The positions come first, with the member's id and the group's generation. The broker takes them
from a member of the current generation only, so a member that was replaced fails there, before it
has written a record. And from then until the transaction ends the positions count as unstable:
whoever takes the partition over asks for its position, waits, and then reads all or nothing of
what was written here (`kafka_members`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from kafka import KafkaProducer, OffsetAndMetadata, TopicPartition, errors

from stream.logs import kafka_clients as clients
from stream.logs.kafka_settings import KafkaSettings
from stream.logs.kafka_words import first_cause, in_words
from stream.logs.port import Fenced, NameTaken, Produced

CLOSED_WITHIN_S: Final = 5.0

# The group has another generation by now, or this process was taken for dead: whichever the
# client noticed first.
_MOVED_ON: Final = (
    errors.CommitFailedError,
    errors.IllegalGenerationError,
    errors.RebalanceInProgressError,
    errors.UnknownMemberIdError,
)
_REPLACED: Final = (
    errors.InvalidProducerEpochError,
    errors.InvalidProducerIdMappingError,
    errors.InvalidTxnStateError,
    errors.ProducerFencedError,
    errors.TransactionAbortableError,
)


class MovedOn(Exception):
    """The group is in another generation; nothing was written, and the member may be in it."""


class Transactions:
    """The transactions of one member, one after the other."""

    def __init__(self, settings: KafkaSettings, transactional_id: str) -> None:
        self._settings = settings
        self._id = transactional_id
        self._producer: KafkaProducer | None = None

    def write(
        self,
        membership: Any,
        positions: Mapping[TopicPartition, int],
        produced: Sequence[Produced],
    ) -> None:
        """Write all of it or nothing.

        Raises `MovedOn`, `Fenced` and `NameTaken` where nothing was written, and `LogError` where that is not
        known: then whoever reads the partitions next finds out.
        """
        keys = [clients.key_bytes(self._settings, one.key) for one in produced]
        offsets = {tp: OffsetAndMetadata(offset, "", -1) for tp, offset in positions.items()}
        try:
            with in_words(self._settings, "writing in a transaction"):
                producer = self._ready()
                clients.within(
                    clients.ANSWERED_WITHIN_S,
                    lambda: _write(producer, membership, offsets, produced, keys),
                )
        except BaseException as error:
            cause = self._cause(error)
            self._give_up()
            if isinstance(cause, errors.FencedInstanceIdError):
                raise NameTaken(
                    f"{self._settings.place}: another worker is called {self._settings.member}; "
                    "give each a member= of its own"
                ) from error
            if isinstance(cause, _MOVED_ON):
                raise MovedOn from error
            if isinstance(cause, _REPLACED):
                raise Fenced(
                    f"{self._settings.place}: another member took over; nothing was written"
                ) from error
            raise

    def close(self) -> None:
        """Let go of the connection."""
        if self._producer is not None:
            clients.end(self._producer, CLOSED_WITHIN_S)
            self._producer = None

    def _ready(self) -> KafkaProducer:
        """The producer, its id claimed: that ends what a former one of this id left unfinished."""
        if self._producer is None:
            self._producer = clients.producer(self._settings, self._id)
            self._producer.init_transactions()
        return self._producer

    def _cause(self, error: BaseException) -> BaseException | None:
        """What made the client fail. After a first failure it tells of later ones in words alone,
        and keeps the first for itself."""
        cause = error.__cause__
        if not isinstance(cause, errors.KafkaError) or self._producer is None:
            return cause
        manager: Any = self._producer._transaction_manager  # noqa: SLF001 - no other way in
        first: BaseException = first_cause(manager.last_error or cause)
        return first

    def _give_up(self) -> None:
        """End the transaction where that is still possible, and begin anew where it is not."""
        producer = self._producer
        if producer is None:
            return
        try:
            clients.within(clients.ANSWERED_WITHIN_S / 2, producer.abort_transaction)
        except errors.KafkaError:
            # The next producer of this id ends it, or else the broker when its time is over.
            self._producer = None
            clients.drop(producer)


def _write(
    producer: KafkaProducer,
    membership: Any,
    offsets: Mapping[TopicPartition, OffsetAndMetadata],
    produced: Sequence[Produced],
    keys: Sequence[bytes],
) -> None:
    producer.begin_transaction()
    if offsets:
        producer.send_offsets_to_transaction(offsets, membership)
    sent = [
        producer.send(one.topic, value=one.value, key=key, partition=one.partition)
        for one, key in zip(produced, keys, strict=True)
    ]
    producer.flush(timeout=clients.ANSWERED_WITHIN_S)
    for future in sent:
        if future.failed():
            raise future.exception
    producer.commit_transaction()
