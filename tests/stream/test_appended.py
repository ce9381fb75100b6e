"""The events of all partitions in the order of their appends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from stream.appended import appended, appended_between
from stream.contract.clock import LIVE
from stream.contract.instants import SECOND_US
from stream.logs.embedded import EmbeddedLog
from stream.logs.topics import CONTACT_EVENTS, topics


@pytest.fixture
def log(tmp_path: Path) -> Iterator[EmbeddedLog]:
    """Nine events over four partitions, one a second, but the second just before the third."""
    now = [0]
    with closing(EmbeddedLog(tmp_path, now=lambda: now[0])) as log:
        log.create(topics(4))
        for second in range(1, 10):
            now[0] = 3 * SECOND_US - 1 if second == 2 else second * SECOND_US
            log.append(CONTACT_EVENTS, [(f"c-{second}", str(second).encode())])
        yield log


def test_partitions_are_told_as_one(log: EmbeddedLog) -> None:
    """By when each event was appended, whichever partition holds it."""
    told = [record.value for record in appended(log)]

    assert told == [str(second).encode() for second in range(1, 10)]
    assert len({record.partition for record in appended(log)}) > 1


@pytest.mark.parametrize("speed", [1.0, 60.0])
def test_a_stretch_has_both_its_ends(log: EmbeddedLog, speed: float) -> None:
    """On the floor's clock, however fast it runs; nothing before it and nothing after."""
    clock = LIVE.turned(0, 0, speed)
    since, until = (int(clock.at(second * SECOND_US)) for second in (3, 6))

    told = [record.value for record in appended_between(log, clock, since, until)]

    assert told == [b"3", b"4", b"5", b"6"]


def test_a_stretch_may_begin_in_a_pause(log: EmbeddedLog) -> None:
    """What was appended while the floor's time stood still belongs to the instant it stood at."""
    clock = LIVE.turned(3 * SECOND_US, 3 * SECOND_US, 0.0).turned(5 * SECOND_US, 3 * SECOND_US, 1.0)

    told = [record.value for record in appended_between(log, clock, 3 * SECOND_US, 4 * SECOND_US)]

    assert told == [b"3", b"4", b"5", b"6"]
