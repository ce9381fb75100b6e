"""What commands share, where it takes a log that does not behave."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from stream.commands.terminal import open_floor_log
from stream.logs.database import FILE_NAME
from stream.logs.embedded import EmbeddedLog
from stream.logs.port import LogAway, LogError
from stream.logs.topics import CONTACT_EVENTS, DEAD_LETTERS, topics


def now() -> int:
    """A clock that stands."""
    return 0


def test_a_log_that_is_away_is_not_one_without_topics(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is made for four partitions where nobody knows how many there are."""
    made: list[object] = []

    def away(*_arguments: object, **_more: object) -> int:
        raise LogAway("the broker is gone")

    monkeypatch.setattr(EmbeddedLog, "partitions", away)
    monkeypatch.setattr(EmbeddedLog, "create", lambda _log, wanted: made.append(wanted))

    with pytest.raises(LogAway, match="gone"), open_floor_log(f"embedded:{tmp_path}", now=now):
        pass
    assert made == []


@pytest.mark.parametrize("asked", [None, 4, 5])
def test_a_log_that_partitions_were_added_to_is_told_by_its_name(
    tmp_path: Path, asked: int | None
) -> None:
    """Whatever number is given, it is none that would help."""
    with closing(EmbeddedLog(tmp_path, now=now)) as log:
        log.create(topics(4))
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as database, database:
        database.executemany(
            "INSERT INTO partitions (topic, partition) SELECT id, 4 FROM topics WHERE name = ?",
            [(CONTACT_EVENTS,), (DEAD_LETTERS,)],
        )

    with (
        pytest.raises(LogError) as told,
        open_floor_log(f"embedded:{tmp_path}", now=now, partitions=asked),
    ):
        pass
    assert str(told.value) == (
        f"embedded:{tmp_path}: contact-events has 5 partitions and floor-frames 4: "
        "partitions cannot be added; make a log of its own"
    )
