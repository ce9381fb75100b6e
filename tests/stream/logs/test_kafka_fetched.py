"""What a broker sent is read as the client reads it, from bytes that the client itself writes."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kafka import TopicPartition, errors
from kafka.consumer.fetcher import Fetcher
from kafka.protocol.consumer import IsolationLevel
from kafka.record.default_records import DefaultRecordBatch, DefaultRecordBatchBuilder
from kafka.record.legacy_records import LegacyRecordBatchBuilder
from kafka.record.memory_records import MemoryRecords
from kafka.record.util import calc_crc32c

from stream.logs.kafka_fetched import Fetched
from stream.logs.port import Record

PLACE: Final = TopicPartition("contact-events", 3)
FIRST_MS: Final = 1_700_000_000_000
NONE, GZIP, ZSTD = 0, 1, 4
NOBODY: Final = -1
# The fields of a batch's head that a broker sets, and where its sum is.
_SUM_AT, _ATTRIBUTES_AT, _LATEST_AT = 17, 21, 35
_APPEND_TIME, _CONTROL = 0x08, 0x20


class Written(NamedTuple):
    """A record as a producer gave it: how far from its batch's first offset and time, in
    milliseconds."""

    offset: int
    later_ms: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]] = ()


class Aborted(NamedTuple):
    """As the broker names a transaction that was aborted."""

    producer_id: int
    first_offset: int


def batch(
    records: Sequence[Written],
    base: int = 0,
    *,
    compression: int = ZSTD,
    producer: int = NOBODY,
    last: int | None = None,
    stamped_ms: int | None = FIRST_MS,
    is_mark: bool = False,
) -> bytes:
    """A record batch from `base` on, up to `last` before it was compacted. `stamped_ms` is the
    broker's clock where that is what tells the time."""
    builder = DefaultRecordBatchBuilder(
        magic=2,
        compression_type=compression,
        is_transactional=producer != NOBODY,
        producer_id=producer,
        producer_epoch=0 if producer != NOBODY else NOBODY,
        base_sequence=0 if producer != NOBODY else NOBODY,
        batch_size=10_000_000,
    )
    for one in records:
        builder.append(one.offset, FIRST_MS + one.later_ms, one.key, one.value, list(one.headers))
    return _as_stored(bytearray(builder.build()), base, last, stamped_ms, is_mark=is_mark)


def _as_stored(
    data: bytearray, base: int, last: int | None, stamped_ms: int | None, *, is_mark: bool
) -> bytes:
    struct.pack_into(">q", data, 0, base)
    (attributes,) = struct.unpack_from(">h", data, _ATTRIBUTES_AT)
    if last is not None:
        struct.pack_into(">i", data, _ATTRIBUTES_AT + 2, last - base)
    if stamped_ms is not None:
        attributes |= _APPEND_TIME
        struct.pack_into(">q", data, _LATEST_AT, stamped_ms)
    if is_mark:
        attributes |= _CONTROL
    struct.pack_into(">h", data, _ATTRIBUTES_AT, attributes)
    struct.pack_into(">I", data, _SUM_AT, calc_crc32c(memoryview(data)[_ATTRIBUTES_AT:]))
    return bytes(data)


def mark(base: int, producer: int, *, aborts: bool) -> bytes:
    """What ends a transaction in a partition."""
    kind = struct.pack(">hh", 0, 0 if aborts else 1)
    records = [Written(0, 0, kind, b"\0" * 6)]
    return batch(records, base, compression=NONE, producer=producer, is_mark=True)


def fetched(
    data: bytes, start: int = 0, aborted: Sequence[Aborted] = (), kind: Any = Fetched
) -> Any:
    """What is read where `data` came for a fetch from `start` on."""
    return kind(
        start,
        PLACE,
        MemoryRecords(data),
        isolation_level=IsolationLevel.READ_COMMITTED,
        aborted_transactions=list(aborted),
    )


def all_of(part: Any, at_once: int = 1_000) -> list[Any]:
    """Everything, in portions."""
    records: list[Any] = []
    while part:
        records += part.take(at_once)
    return records


def as_the_client_reads(data: bytes, start: int, aborted: Sequence[Aborted] = ()) -> Any:
    """The client's own reading as our records, and where it goes on."""
    part = fetched(data, start, aborted, Fetcher.PartitionRecords)
    records = [
        Record(
            PLACE.partition,
            one.offset,
            (one.key or b"").decode(errors="replace"),
            one.value,
            one.timestamp * 1_000,
        )
        for one in all_of(part)
    ]
    return records, part.next_fetch_offset


# Lengths on both sides of where a number takes one byte more.
_SIZES: Final = st.sampled_from([0, 1, 62, 63, 64, 65, 300, 8_191, 8_192, 20_000])
_BYTES: Final = st.one_of(
    st.none(), st.binary(max_size=20), _SIZES.map(lambda size: b"\xc3\xa9" * (size // 2 + 1))
)
_HEADERS: Final = st.lists(
    st.tuples(st.text(max_size=5), st.one_of(st.none(), st.binary(max_size=5))), max_size=2
)


@st.composite
def batches(draw: st.DrawFn) -> list[bytes]:
    """Batches one after the other, with gaps where compaction took records away."""
    made = []
    base = draw(st.integers(0, 2**40))
    for _ in range(draw(st.integers(1, 4))):
        steps = draw(st.lists(st.sampled_from([1, 1, 1, 2, 60, 9_000]), min_size=1, max_size=9))
        records, offset = [], -1
        for step in steps:
            offset += step
            later_ms = draw(st.sampled_from([0, 1, 63, 64, 9_000, 3_600_000, -5]))
            records.append(Written(offset, later_ms, draw(_BYTES), draw(_BYTES), draw(_HEADERS)))
        last = base + offset + draw(st.integers(0, 2))
        stamped_ms = draw(st.one_of(st.none(), st.integers(FIRST_MS, FIRST_MS + 10**9)))
        compression = draw(st.sampled_from([NONE, GZIP, ZSTD]))
        made.append(batch(records, base, compression=compression, last=last, stamped_ms=stamped_ms))
        base = last + 1 + draw(st.integers(0, 1))
    return made


@given(made=batches(), at_once=st.integers(1, 12), data=st.data())
def test_reads_what_the_client_reads(made: list[bytes], at_once: int, data: st.DataObject) -> None:
    """Every record from the offset that was asked for, and the same place to go on from."""
    first, last = (DefaultRecordBatch(made[place]) for place in (0, -1))
    start = data.draw(st.integers(max(0, first.base_offset - 1), last.next_offset))
    part = fetched(b"".join(made), start)

    assert (all_of(part, at_once), part.next_fetch_offset) == as_the_client_reads(
        b"".join(made), start
    )


@given(
    ends=st.lists(st.tuples(st.sampled_from([7, 8]), st.booleans()), min_size=1, max_size=6),
    plain=st.lists(st.booleans(), min_size=6, max_size=6),
)
def test_only_what_was_committed(ends: list[tuple[int, bool]], plain: list[bool]) -> None:
    """What an aborted transaction wrote is left out, that of others between it is not."""
    data, aborted, offset = b"", [], 0
    for (producer, aborts), is_plain in zip(ends, plain, strict=False):
        if aborts:
            aborted.append(Aborted(producer, offset))
        data += batch(
            [Written(0, 0, b"k", b"v"), Written(1, 0, b"k", b"w")], offset, producer=producer
        )
        offset += 2
        if is_plain:
            data += batch([Written(0, 0, b"k", b"plain")], offset)
            offset += 1
        data += mark(offset, producer, aborts=aborts)
        offset += 1
    part = fetched(data, 0, aborted)

    found = all_of(part)
    assert (found, part.next_fetch_offset) == as_the_client_reads(data, 0, aborted)
    kept = sum(not aborts for _, aborts in ends)
    assert sum(record.value == b"v" for record in found) == kept
    assert part.next_fetch_offset == offset


def test_goes_on_behind_what_was_given() -> None:
    """Between two portions the next fetch begins at the next record, and at a batch's end behind
    what was compacted away."""
    part = fetched(batch([Written(n, 0, b"k", b"v") for n in (0, 2, 3)], 10, last=19), 10)

    places = []
    while records := part.take(2):
        places.append(([record.offset for record in records], part.next_fetch_offset))
    assert places == [([10, 12], 13), ([13], 20)]
    assert not part


def test_a_batch_of_which_nothing_is_left() -> None:
    """It is passed by."""
    empty = bytearray(batch([Written(0, 0, b"k", b"v")], 5, compression=NONE, last=9))
    del empty[61:]
    struct.pack_into(">i", empty, 8, len(empty) - 12)
    struct.pack_into(">i", empty, 57, 0)
    data = _as_stored(empty, 5, 9, FIRST_MS, is_mark=False) + batch([Written(0, 0, b"k", b"w")], 10)
    part = fetched(data, 5)

    assert [record.offset for record in all_of(part)] == [10]
    assert part.next_fetch_offset == 11


def test_a_form_of_old() -> None:
    """Topics that were there before Kafka 0.11 are read, too."""
    builder = LegacyRecordBatchBuilder(magic=1, compression_type=GZIP, batch_size=100_000)
    for offset in range(3):
        builder.append(offset, FIRST_MS + offset, b"k", b"value %d" % offset)
    data = bytes(builder.build())
    part = fetched(data, 1)

    assert all_of(part) == [
        Record(3, 1, "k", b"value 1", (FIRST_MS + 1) * 1_000),
        Record(3, 2, "k", b"value 2", (FIRST_MS + 2) * 1_000),
    ]
    assert part.next_fetch_offset == 3


def test_a_flipped_bit_is_an_error_each_time() -> None:
    """What was read before it is given, and nothing is passed over."""
    good = batch([Written(0, 0, b"k", b"v")], 0)
    broken = bytearray(batch([Written(0, 0, b"k", b"w")], 1))
    broken[-1] ^= 1
    part = fetched(good + bytes(broken), 0)

    assert [record.offset for record in part.take(10)] == [0]
    for _ in range(2):
        with pytest.raises(errors.CorruptRecordError, match="offset 1 is not what its sum says"):
            part.take(10)
    assert part.next_fetch_offset == 1


@pytest.mark.parametrize("at", range(61, 61 + 9))
@pytest.mark.parametrize("byte", [0x00, 0x01, 0x7E, 0x81, 0xFE, 0xFF])
def test_bytes_that_are_no_records(at: int, byte: int) -> None:
    """Whatever a length says, nothing is read beyond the record, and what cannot be right is an
    error. What looks like headers may be anything: nobody asks for them."""
    whole = bytearray(batch([Written(n, 0, b"k", b"v" * 70) for n in (0, 1)], compression=NONE))
    whole[at] = byte
    data = _as_stored(whole, 0, None, FIRST_MS, is_mark=False)

    try:
        found = all_of(fetched(data))
    except errors.CorruptRecordError:
        return
    assert len(found) <= 2
    assert all(len(record.key) + len(record.value or b"") <= 71 for record in found)
