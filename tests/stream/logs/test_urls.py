"""Log URLs, and the topics a log is given."""

from __future__ import annotations

from pathlib import Path

import pytest

from stream.logs.port import LogError
from stream.logs.topics import (
    CONTACT_EVENTS,
    DEAD_LETTERS,
    FLOOR_CHECKPOINTS,
    FLOOR_CLOCK,
    FLOOR_FRAMES,
    topics,
)
from stream.logs.urls import open_log
from tests.builders import BASE_US

FORMS = "log URL: expected embedded:PATH (a directory) or kafka://HOST:PORT[,HOST:PORT…]"


def test_an_embedded_log_is_opened(tmp_path: Path) -> None:
    """The directory is made, parents and all, and the topics of the product fit in it."""
    log = open_log(f"embedded:{tmp_path}/of the/floor", now=lambda: BASE_US)
    log.create(topics(6))

    assert [log.partitions(topic.name) for topic in topics(6)] == [6, 6, 6, 6, 1, 1, 1, 1]
    assert (tmp_path / "of the" / "floor").is_dir()
    log.close()


def test_a_path_may_begin_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The shell leaves `embedded:~/floor` as it is."""
    monkeypatch.setenv("HOME", str(tmp_path))

    open_log("embedded:~/floor", now=lambda: BASE_US).close()

    assert (tmp_path / "floor").is_dir()


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("/var/floor", FORMS),
        ("embedded", FORMS),
        ("", FORMS),
        ("redis://ann:secret@host/0", FORMS),
        ("ann:secret@host:9092", FORMS),
        ("embedded:", "log URL: embedded: needs the path of a directory, such as embedded:./data"),
        (
            "embedded://data",
            "log URL: an embedded log has no host; write embedded:PATH without //",
        ),
        (
            "embedded:~nobody-here/x",
            "log URL: the path's ~ stands for nobody here; write it out",
        ),
        (
            "kafka://ann:secret@host:9092?password=secret",
            (
                "log URL: a user stands in the query, as in ?username=ann, and the password in "
                "FLOORWATCH_KAFKA_PASSWORD or in the file that FLOORWATCH_KAFKA_PASSWORD_FILE names"
            ),
        ),
    ],
)
def test_what_is_no_log_is_said_in_one_line(url: str, says: str) -> None:
    """The message says which forms there are, and never repeats a password."""
    with pytest.raises(LogError) as error:
        open_log(url, now=lambda: BASE_US)

    assert str(error.value) == says


def test_what_follows_from_events_lies_beside_them() -> None:
    """A worker writes frames and checkpoints to the partition whose events it read."""
    of = {topic.name: topic for topic in topics(7)}

    assert [of[n].partitions for n in (CONTACT_EVENTS, FLOOR_FRAMES, FLOOR_CHECKPOINTS)] == [7] * 3
    assert of[DEAD_LETTERS].partitions == 7
    assert of[FLOOR_CLOCK].partitions == 1
    assert [topic.name for topic in topics() if topic.compacted] == [
        "floor-frames",
        "floor-checkpoints",
        "alerts",
        "floor-clock",
        "boards",
    ]
