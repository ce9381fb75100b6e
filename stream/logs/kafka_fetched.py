"""What a broker sent, read into records in one pass.

The client makes three objects for each record and decodes what nobody asked for, which takes
longer than all that a worker does with the event. Here it still says what was fetched and where
each partition stands; what is in the bytes is read by this module, with the client's own judgement
of transactions.
"""

from __future__ import annotations

from typing import Any, Final

from kafka import KafkaConsumer, errors
from kafka.consumer.fetcher import Fetcher
from kafka.record.memory_records import MemoryRecords
from kafka.record.util import decode_varint

from stream.logs.port import Record

MILLI_US: Final = 1_000
# Since Kafka 0.11: batches that know transactions, and their offsets as a whole.
_FORMAT: Final = 2


def read_quickly(consumer: KafkaConsumer) -> KafkaConsumer:
    """Have a consumer's polls give `Record`s instead of the client's own."""
    # The fetcher asks itself for the class of what it fetched of one partition.
    consumer._fetcher.PartitionRecords = Fetched  # noqa: SLF001 - there is no other way in
    return consumer


class Fetched(Fetcher.PartitionRecords):  # type: ignore[misc]  # the library has no types
    """What one fetch brought of one partition. One record batch at a time is decompressed."""

    def __init__(self, fetch_offset: int, tp: Any, records: MemoryRecords, **further: Any) -> None:
        super().__init__(fetch_offset, tp, records, **further)
        self._batches = records
        # Of the batch that is read: its records, how many of them were given, where the next
        # batch begins.
        self._records: list[Record] = []
        self._given = 0
        self._end = fetch_offset
        self._broken: errors.KafkaError | None = None

    def take(self, n: int) -> list[Record]:
        """The next records, `n` at most and all of one batch; none where there are no more.

        Raises `CorruptRecordError`, at every call, where what comes next cannot be read.
        """
        if self._given == len(self._records) and not self._read_on():
            self.drain()
            return []
        start = self._given
        self._given = min(start + n, len(self._records))
        given = self._records[start : self._given]
        is_read = self._given == len(self._records)
        # What is behind a batch's last record was compacted away.
        self.next_fetch_offset = self._end if is_read else given[-1].offset + 1
        return given

    def _read_on(self) -> bool:
        """Read the next batch that holds anything to be given; whether there is one."""
        if self._broken is not None:
            raise self._broken
        self._records, self._given = [], 0
        try:
            while not self._records and (batch := self._batches.next_batch()) is not None:
                self._check(batch)
                self.bytes_read += batch.size_in_bytes
                if self._is_wanted(batch):
                    self._hold(read_batch(self.topic_partition.partition, batch))
                if batch.magic >= _FORMAT:
                    self._end = batch.next_offset
                elif self._records:
                    self._end = self._records[-1].offset + 1
                if not self._records:
                    self.next_fetch_offset = self._end
        except errors.KafkaError as error:
            self._broken = error
            raise
        return bool(self._records)

    def _check(self, batch: Any) -> None:
        # Compressed bytes are few: the sum costs next to nothing, and what is read is what was
        # written.
        if not batch.validate_crc():
            raise errors.CorruptRecordError(
                f"partition {self.topic_partition.partition}: the batch at offset "
                f"{batch.base_offset} is not what its sum says"
            )

    def _is_wanted(self, batch: Any) -> bool:
        """Whether it is neither a mark of a transaction nor part of one that was aborted. Who
        reads what is not committed is told of none that was aborted."""
        if batch.magic < _FORMAT:
            return True
        self.leader_epoch = batch.leader_epoch
        if batch.has_producer_id():
            self._consume_aborted_transactions_up_to(batch.last_offset)
            if self._contains_abort_marker(batch):
                self.aborted_producer_ids.discard(batch.producer_id)
            elif self._is_batch_aborted(batch):
                return False
        return not batch.is_control_batch

    def _hold(self, records: list[Record]) -> None:
        """A fetch from the middle of a batch brings all of it."""
        if records and records[0].offset < self.fetch_offset:
            records = [record for record in records if record.offset >= self.fetch_offset]
        self._records = records


def read_batch(partition: int, batch: Any) -> list[Record]:
    """All records of one of the client's record batches, in the order of their offsets.

    Raises `CorruptRecordError` where its bytes are not as many records as it says.
    """
    if batch.magic < _FORMAT or batch.timestamp_type != batch.LOG_APPEND_TIME:
        # Not of a topic that this product made.
        return [
            Record(partition, one.offset, _text(one.key), one.value, one.timestamp * MILLI_US)
            for one in batch
        ]
    iter(batch)  # decompresses it
    # Pieces of bytes are bytes; those of the client's bytearray would have to be copied.
    data = bytes(memoryview(batch._buffer)[batch._pos :])  # noqa: SLF001 - no other way in
    try:
        records, end = _records_in(partition, batch, data)
    except (ValueError, IndexError) as error:
        raise errors.CorruptRecordError(f"no record where one should be: {error}") from error
    if end != len(data):
        raise errors.CorruptRecordError(f"{len(data) - end} bytes behind the last record")
    return records


def _text(key: bytes | None) -> str:
    """A key as text; one of another program may be missing or be none."""
    return "" if key is None else key.decode(errors="replace")


def _records_in(partition: int, batch: Any, data: bytes) -> tuple[list[Record], int]:
    """The records, all stamped by the broker with one time, and where their bytes end.

    Numbers are zigzag, seven bits a byte, the lowest first. A busy hour reads millions of them, so
    those of the length that is usual in its place are read here and only others by a call.
    """
    first_offset, appended_at = batch.base_offset, batch.max_timestamp * MILLI_US
    records: list[Record] = []
    end = 0
    for _ in range(batch.records_count):
        length = data[end]
        if length > 127 and (high := data[end + 1]) < 128:
            length, pos = (length & 127 | high << 7) >> 1, end + 2
        else:
            length, pos = decode_varint(data, end)
        end = pos + length
        # Attributes, which mean nothing yet, and how much later the producer made this one.
        pos += 1
        while data[pos] > 127:
            pos += 1
        offset = data[pos + 1]
        if offset > 127 and (high := data[pos + 2]) < 128:
            offset, pos = (offset & 127 | high << 7) >> 1, pos + 3
        else:
            offset, pos = decode_varint(data, pos + 1)
        size, start = decode_varint(data, pos) if data[pos] > 127 else (data[pos] >> 1, pos + 1)
        pos = start + size
        key = data[start:pos].decode(errors="replace")
        size = data[pos]
        if size > 127 and not size & 1 and (high := data[pos + 1]) < 128:
            size, start = (size & 127 | high << 7) >> 1, pos + 2
        else:
            size, start = decode_varint(data, pos)
        pos = start + max(size, 0)
        value = None if size < 0 else data[start:pos]
        # What follows the value are headers, which nobody asks for.
        if pos >= end:
            raise ValueError(f"offset {first_offset + offset} ends behind its end")
        records.append(Record(partition, first_offset + offset, key, value, appended_at))
    return records, end
