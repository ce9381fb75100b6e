"""The library's clients as this product sets them, and records between its shape and ours."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from itertools import chain
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Final

from kafka import KafkaConsumer, KafkaProducer, TopicPartition, errors
from kafka.admin import KafkaAdminClient
from kafka.net.compat import KafkaNetClient

from stream.logs.kafka_fetched import read_quickly
from stream.logs.kafka_settings import KafkaSettings
from stream.logs.kafka_topics import RECORD_BYTES_MAX
from stream.logs.kafka_words import in_words
from stream.logs.port import LogError, Record

LEFT_WITHIN_S: Final = 10.0
# How long the cluster may take for one thing before it counts as away.
ANSWERED_WITHIN_S: Final = 30.0
# What is not committed yet is waited for. A transaction that its writer does not end is ended by
# the broker when its time is over; brokers look for such ones every ten seconds.
COMMITTED_WITHIN_S: Final = 60.0
# What a broker holds back a fetch for, where nothing is new: a wait for others, not for data.
FETCH_WAIT_MS: Final = 250
# Large batches compress well, and a producer that fills them is far from its next request anyway.
BATCH_BYTES: Final = 256 * 1024
REQUEST_BYTES_MAX: Final = 4 * RECORD_BYTES_MAX
# A broker that comes back is found again within this.
RECONNECT_MS_MAX: Final = 2_000
# A request of a transaction that comes before the last one's end is through is sent again soon.
RETRY_MS: Final = 10
# A broker that is away is not asked again at once.
AWAY_MS: Final = 50
DROPPED_WITHIN_S: Final = 1.0
HEARTBEATS_IN_A_SESSION: Final = 5

Batches = Mapping[TopicPartition, Iterable[Record]]


def admin(settings: KafkaSettings) -> KafkaAdminClient:
    """What makes topics and looks at them. Raises `LogError` where the cluster is not reached."""
    return _connected(settings, KafkaAdminClient)


def reader(settings: KafkaSettings, *, committed: bool, **further: Any) -> KafkaConsumer:
    """A consumer that reads what is committed, or else, to see where a topic ends, all there is.
    Its polls give `Record`s."""
    consumer = _connected(
        settings,
        KafkaConsumer,
        isolation_level="read_committed" if committed else "read_uncommitted",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        allow_auto_create_topics=False,
        fetch_max_wait_ms=FETCH_WAIT_MS,
        max_partition_fetch_bytes=RECORD_BYTES_MAX,
        metrics_enabled=False,
        **further,
    )
    return read_quickly(consumer)


def member(settings: KafkaSettings, group: str, assignor: object) -> KafkaConsumer:
    """A consumer that is a member of a group."""
    return reader(
        settings,
        committed=True,
        group_id=group,
        group_instance_id=settings.member,
        partition_assignment_strategy=[assignor],
        session_timeout_ms=round(settings.session_s * 1000),
        heartbeat_interval_ms=round(settings.session_s * 1000 / HEARTBEATS_IN_A_SESSION),
        max_poll_interval_ms=round(settings.lease_s * 1000),
    )


def producer(settings: KafkaSettings, transactional_id: str | None = None) -> KafkaProducer:
    """A producer that writes each record once and in order, and in transactions if it has an id."""
    return _connected(
        settings,
        KafkaProducer,
        acks="all",
        enable_idempotence=True,
        transactional_id=transactional_id,
        # A worker that is killed leaves a transaction open, which holds up its successor: it is
        # over by the time that the worker is replaced.
        transaction_timeout_ms=round(settings.session_s * 1000),
        allow_auto_create_topics=False,
        compression_type="zstd",
        batch_size=BATCH_BYTES,
        max_request_size=REQUEST_BYTES_MAX,
        max_block_ms=round(ANSWERED_WITHIN_S * 1000),
        delivery_timeout_ms=round(ANSWERED_WITHIN_S * 1000),
        request_timeout_ms=round(ANSWERED_WITHIN_S * 1000 / 2),
        retry_backoff_ms=RETRY_MS,
        metrics_enabled=False,
    )


class _Network(KafkaNetClient):  # type: ignore[misc]  # the library has no types
    """The client's own network, with one of the client's faults (3.0.12) kept from doing harm."""

    def await_ready(self, node_id: Any, timeout_ms: float = ANSWERED_WITHIN_S * 1000) -> bool:
        """Whether a broker can be asked something now."""
        try:
            return bool(super().await_ready(node_id, timeout_ms=timeout_ms))
        except errors.KafkaConnectionError:
            # Told so, a producer forgets the request that it was about to send, and the transaction
            # never ends. Told no, it looks for who serves the transaction now and asks there.
            self.poll(timeout_ms=AWAY_MS)
            return False


def _connected(settings: KafkaSettings, kind: Callable[..., Any], **further: Any) -> Any:
    """A client that has reached the cluster; what did not is closed, threads, sockets and all."""
    networks: list[_Network] = []

    def network(**configuration: Any) -> _Network:
        networks.append(_Network(**configuration))
        return networks[-1]

    try:
        with in_words(settings, "connecting", connecting=True):
            return kind(
                **settings.client(),
                bootstrap_timeout_ms=round(settings.connect_s * 1000),
                reconnect_backoff_max_ms=RECONNECT_MS_MAX,
                client_id="floorwatch",
                kafka_client=network,
                **further,
            )
    except LogError:
        for one in networks:
            one.close()
        raise


def end(producer: KafkaProducer, seconds: float) -> None:
    """Let a producer write what it holds, for so many seconds at most, and end it."""
    try:
        producer.close(timeout=seconds)
    except errors.KafkaError:
        drop(producer)


def drop(producer: KafkaProducer) -> None:
    """End a producer at once. What it still holds is not written: one that is closed in the usual
    way goes on trying by itself (3.0.12) where it could not write all in time."""
    sender = producer._sender  # noqa: SLF001 - there is no other way in
    sender.force_close()
    sender.join(DROPPED_WITHIN_S)
    with suppress(errors.KafkaError):
        producer.close(timeout=0)
    # Nor does it try once more when it is collected.
    producer._closed = True  # noqa: SLF001 - as above


def records(batches: Batches) -> list[Record]:
    """What a poll brought, in order within each partition."""
    return list(chain.from_iterable(batches.values()))


def key_bytes(settings: KafkaSettings, key: str) -> bytes:
    """A key as it is written. Raises `LogError` where it is no text."""
    try:
        return key.encode()
    except UnicodeEncodeError as error:
        raise LogError(f"{settings.place}: a key holds half a surrogate pair; give text") from error


def within(seconds: float, do: Callable[[], None]) -> None:
    """Do what knows no time limit of its own. Raises `KafkaTimeoutError` where it takes longer;
    it then goes on by itself, so whatever it works with must be thrown away."""
    outcome: SimpleQueue[BaseException | None] = SimpleQueue()

    def run() -> None:
        try:
            do()
        except BaseException as error:  # noqa: BLE001 - raised again by the thread that waits
            outcome.put(error)
        else:
            outcome.put(None)

    Thread(target=run, daemon=True).start()
    try:
        error = outcome.get(timeout=seconds)
    except Empty:
        raise errors.KafkaTimeoutError(f"no answer within {seconds:g} s") from None
    if error is not None:
        raise error
