"""The log in Apache Kafka.

Records are appended without transactions and keep the order of their key; what a worker writes
goes in transactions, and readers see it once it is committed. The clock at the append is the
broker's. Groups and their members are in `kafka_members`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from typing import Any, Final

from kafka import KafkaConsumer, KafkaProducer, TopicPartition, errors
from kafka.admin import KafkaAdminClient

from stream.logs import kafka_clients as clients
from stream.logs import kafka_topics
from stream.logs.kafka_members import KafkaMember
from stream.logs.kafka_positions import Positions, final_positions
from stream.logs.kafka_settings import KafkaSettings
from stream.logs.kafka_words import check_reachable, in_words
from stream.logs.port import LogError, Record, Topic

READ_RECORDS: Final = 5_000
READ_WAIT_S: Final = 0.5
# A reader that is behind knows that there is more, and gives its first answer time to come.
BEHIND_WAIT_S: Final = 0.5


class KafkaLog:
    """The `Log` in a Kafka cluster.

    Raises `LogError` where none of the servers answers, or not to this user.
    """

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self._lock = threading.RLock()
        check_reachable(settings)
        self._admin = self._new_admin()
        self._opened: list[KafkaMember | KafkaTail] = []
        self._producer: KafkaProducer | None = None
        self._asker: KafkaConsumer | None = None
        self._idle_readers: list[KafkaConsumer] = []
        # Topics are never resized by this product, so one that was seen stays as it was.
        self._partitions: dict[str, int] = {}
        self._compacted: dict[str, bool] = {}
        self._closed = False

    def create(self, topics: Iterable[Topic]) -> None:
        """Make the topics that are not there yet; of one that is, the length of retention is
        brought up to date. Raises `LogError` where one is there and cannot serve."""
        self._check_open()
        with self._lock:
            kafka_topics.create(self._admin, self._settings, topics)

    def partitions(self, topic: str, *, anew: bool = False) -> int:
        """How many partitions the topic has. Raises `LogError` where there is no such topic, or,
        asked `anew`, where it is another number than before."""
        self._check_open()
        if anew or topic not in self._partitions:
            with self._lock:
                found = kafka_topics.described(self._admin, self._settings, [topic])
            if topic not in found:
                raise LogError(f"{self._settings.place}: no topic {topic}; create it first")
            before = self._partitions.setdefault(topic, found[topic])
            if before != found[topic]:
                raise LogError(
                    f"{self._settings.place}: {topic} has {found[topic]} partitions now, and had "
                    f"{before}: partitions cannot be added; make a log of its own"
                )
        return self._partitions[topic]

    def append(self, topic: str, records: Sequence[tuple[str, bytes | None]]) -> None:
        """Write (key, value) pairs, durable on return. Where it fails, some may be written."""
        self.partitions(topic)
        pairs = [(clients.key_bytes(self._settings, key), value) for key, value in records]
        if not pairs:
            return
        with self._lock, in_words(self._settings, f"appending to topic {topic}"):
            producer = self._appender()
            try:
                sent = [producer.send(topic, value=value, key=key) for key, value in pairs]
                producer.flush(timeout=clients.ANSWERED_WITHIN_S)
                for future in sent:
                    if future.failed():
                        raise future.exception
            except errors.KafkaError:
                # What it still holds must not be written after it was said not to be.
                self._producer = None
                clients.drop(producer)
                raise

    def consumer(self, group: str, topic: str) -> KafkaMember:
        """Join a group that reads `topic`."""
        self._check_open()
        member = KafkaMember(
            self._settings, group, topic, self.partitions, self._ends, self._final_positions
        )
        self._opened.append(member)
        return member

    def tail(self, topic: str, *, from_start: bool) -> KafkaTail:
        """Follow a topic from its first record, or from its end as it is now."""
        numbers = range(self.partitions(topic))
        ends = self._ends(topic, numbers)
        starts = self._starts(topic, numbers) if from_start else ends
        tail = KafkaTail(self._settings, topic, starts, ends)
        self._opened.append(tail)
        return tail

    def read(self, topic: str, partition: int, *, since: int | None = None) -> Iterator[Record]:
        """Every record the partition holds now, from its first one or from the first appended at
        `since` or later, and then stop; in a compacted topic each key's newest, though Kafka itself
        still keeps older ones for a while.

        What is being committed now is waited for, so that a worker that takes over reads all that
        the one before it wrote.
        """
        partitions = self.partitions(topic)
        if not 0 <= partition < partitions:
            raise LogError(
                f"{self._settings.place}: topic {topic}: no partition {partition}, "
                f"there are {partitions}"
            )
        end = self._ends(topic, [partition])[partition]
        start = self._starts(topic, [partition])[partition]
        if since is not None:
            # The broker's clock goes by milliseconds; before 1970 it knows none.
            first = self._ask_by_time(topic, partition, max(0, since // 1000))
            start = end if first is None else max(start, first)
        records = self._read_out(TopicPartition(topic, partition), start, end)
        return _newest(records) if self._is_compacted(topic) else records

    def close(self) -> None:
        """Close this log, and what was opened from it; a second time does nothing."""
        if self._closed:
            return
        self._closed = True
        # The last one first, and all of them, whatever one of them meets.
        with ExitStack() as parts:
            parts.callback(self._admin.close)
            for consumer in [*self._idle_readers, *([self._asker] if self._asker else [])]:
                parts.callback(consumer.close, autocommit=False)
            if self._producer is not None:
                parts.callback(clients.end, self._producer, clients.ANSWERED_WITHIN_S)
            for opened in self._opened:
                parts.callback(opened.close)

    def _is_compacted(self, topic: str) -> bool:
        if topic not in self._compacted:
            with self._lock:
                found = kafka_topics.compacted(self._admin, self._settings, topic)
            self._compacted[topic] = found
        return self._compacted[topic]

    def _appender(self) -> KafkaProducer:
        if self._producer is None:
            self._producer = clients.producer(self._settings)
        return self._producer

    def _final_positions(
        self, consumer: KafkaConsumer, group: str, places: Collection[TopicPartition], ids: str
    ) -> Positions:
        return final_positions(consumer, self._new_admin, group, places, ids)

    def _new_admin(self) -> KafkaAdminClient:
        return clients.admin(self._settings)

    def _ends(self, topic: str, partitions: Collection[int]) -> Mapping[int, int]:
        """The offsets that the next records will get."""
        return self._ask("end_offsets", topic, partitions)

    def _starts(self, topic: str, partitions: Collection[int]) -> Mapping[int, int]:
        """The offsets of the first records that are kept."""
        return self._ask("beginning_offsets", topic, partitions)

    def _ask_by_time(self, topic: str, partition: int, since_ms: int) -> int | None:
        """The offset of the first record that was appended then or later; None where none was."""
        place = TopicPartition(topic, partition)
        with self._lock, in_words(self._settings, f"asking since when topic {topic} holds records"):
            if self._asker is None:
                self._asker = clients.reader(self._settings, committed=False)
            found = self._asker.offsets_for_times(
                {place: since_ms}, timeout_ms=round(clients.ANSWERED_WITHIN_S * 1000)
            )[place]
        return None if found is None else int(found.offset)

    def _ask(self, question: str, topic: str, partitions: Collection[int]) -> Mapping[int, int]:
        self._check_open()
        places = [TopicPartition(topic, partition) for partition in partitions]
        with self._lock, in_words(self._settings, f"asking how much topic {topic} holds"):
            if self._asker is None:
                self._asker = clients.reader(self._settings, committed=False)
            ask = getattr(self._asker, question)
            answer = ask(places, timeout_ms=round(clients.ANSWERED_WITHIN_S * 1000))
        return {place.partition: offset for place, offset in answer.items()}

    def _read_out(self, place: TopicPartition, start: int, end: int) -> Iterator[Record]:
        if start >= end:
            return
        with self._lock:
            consumer = self._idle_readers.pop() if self._idle_readers else None
        if consumer is None:
            consumer = clients.reader(self._settings, committed=True)
        try:
            consumer.assign([place])
            consumer.seek(place, start)
            yield from self._read_to(consumer, place, end)
        finally:
            with self._lock:
                self._idle_readers.append(consumer)

    def _read_to(
        self, consumer: KafkaConsumer, place: TopicPartition, end: int
    ) -> Iterator[Record]:
        position, moved_at = -1, time.monotonic()
        while position < end:
            with in_words(self._settings, f"reading topic {place.topic}"):
                batches = consumer.poll(
                    timeout_ms=round(READ_WAIT_S * 1000), max_records=READ_RECORDS
                )
                before, position = position, consumer.position(place)
            for record in clients.records(batches):
                if record.offset >= end:
                    return
                yield record
            if position != before:
                moved_at = time.monotonic()
            elif time.monotonic() - moved_at > clients.COMMITTED_WITHIN_S:
                raise LogError(
                    f"{self._settings.place}: topic {place.topic}: partition {place.partition} "
                    f"gives nothing from offset {position} on; is a transaction left open there?"
                )

    def _check_open(self) -> None:
        if self._closed:
            raise LogError(f"{self._settings.place}: was closed; open it again")


def _newest(records: Iterable[Record]) -> Iterator[Record]:
    """The last record of each key, in the order of their offsets."""
    newest: dict[str, Record] = {}
    for record in records:
        # Taken out first, so that it comes after what was written before it.
        newest.pop(record.key, None)
        newest[record.key] = record
    yield from newest.values()


class KafkaTail:
    """A reader of a whole topic, on a connection of its own."""

    def __init__(
        self,
        settings: KafkaSettings,
        topic: str,
        starts: Mapping[int, int],
        ends: Mapping[int, int],
    ) -> None:
        self._settings = settings
        self._topic = topic
        self._consumer = clients.reader(settings, committed=True)
        self._behind = {partition for partition in ends if starts[partition] < ends[partition]}
        self._ends = ends
        places = {partition: TopicPartition(topic, partition) for partition in ends}
        self._places = places
        self._consumer.assign(list(places.values()))
        for partition, place in places.items():
            self._consumer.seek(place, starts[partition])
        self._closed = False

    def poll(self, records_max: int, timeout_s: float) -> Sequence[Record]:
        """The next records of all partitions; waits up to `timeout_s` for the first.

        One that has not caught up yet waits for what it knows to be there, if only for a moment.
        """
        if self._closed:
            raise LogError(
                f"{self._settings.place}: following {self._topic}: was closed; open it again"
            )
        if self._behind:
            timeout_s = max(timeout_s, BEHIND_WAIT_S)
        with in_words(self._settings, f"following topic {self._topic}"):
            batches = self._consumer.poll(
                timeout_ms=round(timeout_s * 1000), max_records=records_max
            )
            self._behind = {p for p in self._behind if self._position(p) < self._ends[p]}
        return clients.records(batches)

    def caught_up(self) -> bool:
        """Whether everything that the topic held when this tail was opened has been polled, or,
        in a compacted topic, what has taken its place since."""
        return not self._behind

    def close(self) -> None:
        """Stop following; a second time does nothing."""
        if not self._closed:
            self._closed = True
            with in_words(self._settings, f"ceasing to follow topic {self._topic}"):
                self._consumer.close(autocommit=False)

    def _position(self, partition: int) -> int:
        position: Any = self._consumer.position(self._places[partition])
        return -1 if position is None else int(position)
