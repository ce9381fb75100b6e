"""What a Kafka URL, the environment and a file say together; needs no broker."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from stream.logs.kafka_settings import KafkaSettings, parse_kafka
from stream.logs.port import LogError

SECRET = {"FLOORWATCH_KAFKA_PASSWORD": "s3cret"}


@pytest.mark.parametrize(
    ("rest", "environment", "expected"),
    [
        pytest.param("//a", {}, {"servers": ("a:9092",)}, id="the usual port"),
        pytest.param(
            "//a:1,b:2,[::1]:3", {}, {"servers": ("a:1", "b:2", "[::1]:3")}, id="several servers"
        ),
        pytest.param(
            "//a?username=ann",
            SECRET,
            {"username": "ann", "password": "s3cret", "mechanism": "SCRAM-SHA-512"},
            id="SCRAM unless told otherwise",
        ),
        pytest.param(
            "//a?username=ann&sasl_mechanism=PLAIN&security=tls",
            SECRET,
            {"username": "ann", "password": "s3cret", "mechanism": "PLAIN", "security": "tls"},
            id="PLAIN over TLS",
        ),
        pytest.param("//a", SECRET, {}, id="a password without a user is of no use"),
        pytest.param(
            "//a?session_s=6&lease_s=30&replication=2&member=north",
            {},
            {"session_s": 6.0, "lease_s": 30.0, "replication": 2, "member": "north"},
            id="the rest",
        ),
    ],
)
def test_a_url_is_understood(
    rest: str, environment: Mapping[str, str], expected: dict[str, Any]
) -> None:
    """Each part stands for one setting, and what is not said is left as it is."""
    assert parse_kafka(rest, environment) == KafkaSettings(**{"servers": ("a:9092",), **expected})


@pytest.mark.parametrize(
    ("rest", "says"),
    [
        ("a:9092", "kafka: needs //"),
        ("//", "needs HOST:PORT"),
        ("//a:0", "needs HOST:PORT"),
        ("//a:b", "needs HOST:PORT"),
        ("//a,,b", "needs HOST:PORT"),
        ("//ann:s3cret@a", "a user stands in the query"),
        ("//a?password=s3cret", "no password in a URL"),
        ("//a?username=ann", "username= needs a password: set FLOORWATCH_KAFKA_PASSWORD"),
        ("//a?sasl_mechanism=PLAIN", "needs username= beside it"),
        ("//a?username=ann&sasl_mechanism=MD5", "is one of PLAIN"),
        ("//a?security=ssl", "security= is one of plaintext, tls"),
        ("//a?securty=tls", "securty: no such option"),
        ("//a?ca=/nowhere.pem&security=tls", "ca=/nowhere.pem: no such file"),
        ("//a?username=", "username= needs a value"),
        ("//a?member=a&member=b", "given twice"),
        ("//a?s3cret", "not name=value"),
        ("//a?session_s=0", "from 0.1 to 3600"),
        ("//a?replication=0", "a number from 1 up"),
    ],
)
def test_a_wrong_url_is_said_in_one_line(rest: str, says: str) -> None:
    """The message says what to do, and never repeats a password."""
    with pytest.raises(LogError) as error:
        parse_kafka(rest, {})

    message = str(error.value)
    assert says in message
    assert "\n" not in message
    assert "s3cret" not in message


def test_a_password_file_that_is_not_there(tmp_path: Path) -> None:
    """The variable is named, so that its setter knows which file is meant."""
    with pytest.raises(LogError, match="FLOORWATCH_KAFKA_PASSWORD_FILE: the file cannot be read"):
        parse_kafka("//a?username=ann", {"FLOORWATCH_KAFKA_PASSWORD_FILE": str(tmp_path / "no")})


def test_no_password_is_shown() -> None:
    """Settings may end up in a message or a log."""
    settings = parse_kafka("//a?username=ann", SECRET)

    assert "s3cret" not in repr(settings)
    assert "s3cret" not in f"{settings}"
    assert "s3cret" not in settings.place
