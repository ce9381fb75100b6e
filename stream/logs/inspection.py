"""What a log holds already, looked at by its URL without making anything."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from stream.logs.database import FILE_NAME, Database
from stream.logs.kafka_settings import parse_kafka
from stream.logs.port import Topic
from stream.logs.urls import directory_of


class Found(NamedTuple):
    """The log by a name for messages, which holds no secret, and by name those of its topics that
    were asked for and are there, as they are kept."""

    place: str
    topics: dict[str, Topic]


def topics_at(url: str, names: Sequence[str]) -> Found:
    """Which of the topics are in the log at `url`: none of them where there is no log.

    Raises `LogError` where the URL is none or the log cannot be looked at.
    """
    scheme, _, rest = url.partition(":")
    if scheme.lower() == "kafka":
        return _in_kafka(rest, names)
    directory = directory_of(url)
    return Found(f"embedded:{directory}", _in_directory(directory, names))


def _in_directory(directory: Path, names: Sequence[str]) -> dict[str, Topic]:
    if not (directory / FILE_NAME).is_file():
        return {}
    with closing(Database(directory)) as database, database.reading() as connection:
        # Another process may have made the file and not its tables yet.
        if not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'topics'").fetchone():
            return {}
        rows = connection.execute(
            "SELECT name, (SELECT count(*) FROM partitions WHERE topic = topics.id), compacted,"
            " retention_us FROM topics"
        ).fetchall()
    return {
        name: Topic(name, partitions, bool(compacted), retention_us)
        for name, partitions, compacted, retention_us in rows
        if name in names
    }


def _in_kafka(rest: str, names: Sequence[str]) -> Found:
    settings = parse_kafka(rest, os.environ)
    # Imported where it is asked for, as in `urls`.
    from stream.logs import kafka_clients, kafka_topics
    from stream.logs.kafka_words import check_reachable

    check_reachable(settings)
    with closing(kafka_clients.admin(settings)) as admin:
        return Found(settings.place, kafka_topics.kept_topics(admin, settings, names))
