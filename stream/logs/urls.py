"""A log's URL to the log: the one place that knows which kinds there are."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Final

from stream.logs.embedded import EmbeddedLog
from stream.logs.kafka_settings import parse_kafka
from stream.logs.port import Log, LogError

FORMS: Final = "embedded:PATH (a directory) or kafka://HOST:PORT[,HOST:PORT…]"


def open_log(url: str, *, now: Callable[[], int]) -> Log:
    """Open the log at `url`; `now` is the clock in microseconds since the Unix epoch, by which an
    embedded log stamps its records. Kafka stamps them by its own.

    Raises `LogError` where the URL is none or the log cannot be opened. Its message never repeats
    more of a URL than an `embedded:` path, since others carry passwords.
    """
    scheme, colon, rest = url.partition(":")
    match scheme.lower():
        case "kafka" if colon:
            return _kafka(rest)
        case _:
            return EmbeddedLog(directory_of(url), now=now)


def directory_of(url: str) -> Path:
    """The directory of an embedded log. Raises `LogError` where the URL is not that of one."""
    scheme, colon, path = url.partition(":")
    if not colon or scheme.lower() != "embedded":
        raise LogError(f"log URL: expected {FORMS}")
    if path.startswith("//"):
        raise LogError("log URL: an embedded log has no host; write embedded:PATH without //")
    if not path or "\0" in path:
        raise LogError("log URL: embedded: needs the path of a directory, such as embedded:./data")
    try:
        # The shell leaves a ~ in the middle of a word alone.
        return Path(path).expanduser()
    except RuntimeError as error:
        raise LogError("log URL: the path's ~ stands for nobody here; write it out") from error


def _kafka(rest: str) -> Log:
    settings = parse_kafka(rest, os.environ)
    # Imported where it is asked for: most commands work on files or on an embedded log.
    from stream.logs.kafka import KafkaLog

    return KafkaLog(settings)
