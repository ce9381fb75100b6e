"""A log's URL to the log: the one place that knows which kinds there are."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from stream.logs.embedded import EmbeddedLog
from stream.logs.port import Log, LogError

FORMS: Final = "embedded:PATH (a directory) or kafka://HOST:PORT[,HOST:PORT…]"


def open_log(url: str, *, now: Callable[[], int]) -> Log:
    """Open the log at `url`; `now` is the clock in microseconds since the Unix epoch.

    Raises `LogError` where the URL is none or the log cannot be opened. Its message never repeats
    more of a URL than an `embedded:` path, since others carry passwords.
    """
    scheme, colon, rest = url.partition(":")
    match scheme.lower():
        case "embedded" if colon:
            return EmbeddedLog(_directory(rest), now=now)
        case "kafka" if colon:
            raise LogError("kafka: such logs are not in this version yet; use embedded:PATH")
        case _:
            raise LogError(f"log URL: expected {FORMS}")


def _directory(path: str) -> Path:
    if path.startswith("//"):
        raise LogError("log URL: an embedded log has no host; write embedded:PATH without //")
    if not path or "\0" in path:
        raise LogError("log URL: embedded: needs the path of a directory, such as embedded:./data")
    try:
        # The shell leaves a ~ in the middle of a word alone.
        return Path(path).expanduser()
    except RuntimeError as error:
        raise LogError("log URL: the path's ~ stands for nobody here; write it out") from error
