"""Following the floor's clock in a log that does not tell it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from stream import clocks
from stream.clocks import ClockFollower
from stream.logs.embedded import EmbeddedLog, EmbeddedTail
from stream.logs.port import LogAway
from stream.logs.topics import topics


def test_a_clock_that_is_not_told_says_what_to_look_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one line: which topic, what may hold it up, and that nobody need do anything else."""
    monkeypatch.setattr(clocks, "FIRST_LOOK_S", 0.0)
    monkeypatch.setattr(EmbeddedTail, "caught_up", lambda _tail: False)
    with closing(EmbeddedLog(tmp_path, now=lambda: 0)) as log:
        log.create(topics(1))
        with pytest.raises(LogAway) as told:
            ClockFollower(log, lambda: 0)

    assert str(told.value) == (
        "topic floor-clock was not told to its end within 0 s: is a transaction left open on it, "
        "or a broker away? trying again"
    )
