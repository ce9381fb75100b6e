"""Topics in Kafka: made with what the product relies on, and looked at before they are used."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from kafka import errors
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient

from stream.contract.instants import DAY_US
from stream.logs.kafka_settings import KafkaSettings
from stream.logs.kafka_words import in_words, reason_of
from stream.logs.port import LogError, Topic

REPLICAS_MAX: Final = 3
# A megabyte of value and its key must fit, and so must a batch of many; both are far below what
# brokers and clients take in one request.
RECORD_BYTES_MAX: Final = 8 * 1024 * 1024
# Who follows has a day to see a tombstone.
TOMBSTONE_KEPT_US: Final = DAY_US
# What is read when a worker or a dashboard starts is everything since the last compaction: small
# segments, soon closed and soon compacted, keep that short.
SEGMENT_BYTES: Final = 64 * 1024 * 1024
SEGMENT_US: Final = DAY_US // 24
DIRTY_RATIO: Final = "0.2"

STAMPED_BY: Final = "message.timestamp.type"
THE_LOG: Final = "LogAppendTime"

_NOT_ALLOWED: Final = (
    errors.ClusterAuthorizationFailedError,
    errors.TopicAuthorizationFailedError,
)


def create(admin: KafkaAdminClient, settings: KafkaSettings, topics: Iterable[Topic]) -> None:
    """Make the topics that are not there yet and bring the retention of the others up to date.

    Raises `LogError` where one is there and differs in what cannot be changed; then none is made.
    """
    wanted = {topic.name: topic for topic in topics}
    there = described(admin, settings, list(wanted))
    kept = _configurations(admin, settings, list(there))
    for name, partitions in there.items():
        if problem := difference(wanted[name], partitions, kept[name]):
            raise LogError(f"{settings.place}: topic {name} {problem}")
    for name in there:
        _update_retention(admin, settings, wanted[name], kept[name])
    missing = [topic for name, topic in wanted.items() if name not in there]
    if missing and not _make(admin, settings, missing):
        # Another service made them first; what it made is looked at like any other.
        create(admin, settings, missing)


def described(
    admin: KafkaAdminClient, settings: KafkaSettings, names: Sequence[str]
) -> dict[str, int]:
    """How many partitions each of the topics has that are there."""
    if not names:
        return {}
    with in_words(settings, f"looking at topic {', '.join(names)}"):
        found = {}
        for topic in admin.describe_topics(names):
            error = errors.for_code(topic["error_code"])
            if error is errors.UnknownTopicOrPartitionError:
                continue
            if error is errors.InvalidTopicError:
                raise LogError(f"{settings.place}: topic {topic['name']}: no name for a topic")
            if error is not errors.NoError:
                raise error()
            found[topic["name"]] = len(topic["partitions"])
        return found


def difference(topic: Topic, partitions: int, kept: Mapping[str, str]) -> str | None:
    """What is other than asked for and cannot be changed, and what to do about it."""
    if partitions != topic.partitions:
        return (
            f"has {partitions} partitions, not {topic.partitions}; "
            "give that number, or use a log of its own"
        )
    is_compacted = _is_compacted(kept)
    if is_compacted != topic.compacted:
        kinds = {True: "compacted", False: "not compacted"}
        return (
            f"is {kinds[is_compacted]}, and must be {kinds[topic.compacted]}; remove or rename it"
        )
    if kept[STAMPED_BY] != THE_LOG:
        return f"has {STAMPED_BY}={kept[STAMPED_BY]}; set {STAMPED_BY}={THE_LOG} on it"
    return None


def kept_topics(
    admin: KafkaAdminClient, settings: KafkaSettings, names: Sequence[str]
) -> dict[str, Topic]:
    """Those of the topics that are there, as they are kept."""
    there = described(admin, settings, names)
    configured = _configurations(admin, settings, list(there))
    return {name: _topic(name, there[name], configured[name]) for name in there}


def compacted(admin: KafkaAdminClient, settings: KafkaSettings, name: str) -> bool:
    """Whether a topic that is there keeps each key's newest record only."""
    return _is_compacted(_configurations(admin, settings, [name])[name])


def _topic(name: str, partitions: int, kept: Mapping[str, str]) -> Topic:
    if _is_compacted(kept):
        return Topic(name, partitions, compacted=True)
    millis = int(kept["retention.ms"])
    return Topic(name, partitions, retention_us=None if millis < 0 else millis * 1_000)


def _is_compacted(kept: Mapping[str, str]) -> bool:
    return "compact" in kept["cleanup.policy"].split(",")


def configuration(topic: Topic, replicas: int) -> dict[str, str]:
    """A new topic's settings."""
    settings = {
        # The clock at the append must be the log's own, whatever the producer's says.
        STAMPED_BY: THE_LOG,
        "max.message.bytes": str(RECORD_BYTES_MAX),
        # With three replicas a broker may be away, and still two have every record.
        "min.insync.replicas": "2" if replicas > 2 else "1",
        "unclean.leader.election.enable": "false",
    }
    if topic.compacted:
        settings |= {
            "cleanup.policy": "compact",
            "delete.retention.ms": _millis(TOMBSTONE_KEPT_US),
            "segment.bytes": str(SEGMENT_BYTES),
            "segment.ms": _millis(SEGMENT_US),
            "min.cleanable.dirty.ratio": DIRTY_RATIO,
        }
    else:
        settings |= {"cleanup.policy": "delete", "retention.ms": _retention(topic)}
    return settings


def _make(admin: KafkaAdminClient, settings: KafkaSettings, topics: Sequence[Topic]) -> bool:
    """Make the topics; False where somebody else had made one of them meanwhile."""
    names = [topic.name for topic in topics]
    with in_words(settings, f"creating topic {', '.join(names)}"):
        replicas = settings.replication or min(
            REPLICAS_MAX, len(admin.describe_cluster()["brokers"])
        )
        asked = {
            topic.name: {
                "num_partitions": topic.partitions,
                "replication_factor": replicas,
                "configs": configuration(topic, replicas),
            }
            for topic in topics
        }
        answer = admin.create_topics(asked, raise_errors=False)
    first = True
    for topic in answer["topics"]:
        error = errors.for_code(topic["error_code"])
        if error is errors.TopicAlreadyExistsError:
            first = False
        elif error in _NOT_ALLOWED:
            raise LogError(
                f"{settings.place}: creating topic {topic['name']}: user "
                f"{settings.username or 'anonymous'} may not; let somebody who may run "
                "`floorwatch topics create`"
            )
        elif error is not errors.NoError:
            why = reason_of(settings, error(topic["error_message"]))
            raise LogError(f"{settings.place}: creating topic {topic['name']}: {why}")
    with in_words(settings, f"waiting for topic {', '.join(names)}"):
        admin.wait_for_topics(names)
    return first


def _update_retention(
    admin: KafkaAdminClient, settings: KafkaSettings, topic: Topic, kept: Mapping[str, str]
) -> None:
    if topic.compacted or kept["retention.ms"] == _retention(topic):
        return
    asked = ConfigResource(
        ConfigResourceType.TOPIC, topic.name, configs={"retention.ms": _retention(topic)}
    )
    with in_words(settings, f"changing the retention of topic {topic.name}"):
        admin.alter_configs([asked])


def _configurations(
    admin: KafkaAdminClient, settings: KafkaSettings, names: Sequence[str]
) -> dict[str, dict[str, str]]:
    if not names:
        return {}
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    with in_words(settings, f"looking at the settings of topic {', '.join(names)}"):
        found: Mapping[str, Any] = admin.describe_configs(resources, config_filter="all")
    for name in names:
        # The client leaves out what it was refused.
        if not found["topic"].get(name):
            raise LogError(
                f"{settings.place}: looking at the settings of topic {name}: user "
                f"{settings.username or 'anonymous'} may not; have DescribeConfigs on it granted"
            )
    return {
        name: {key: entry["value"] for key, entry in found["topic"][name].items()} for name in names
    }


def _retention(topic: Topic) -> str:
    return "-1" if topic.retention_us is None else _millis(topic.retention_us)


def _millis(span_us: int) -> str:
    # Rounded up: a record is kept for at least as long as asked.
    return str(-(-span_us // 1_000))
