"""Events that cannot be read, by the thousand: none stops a worker, and each is kept once."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from simulator.randomness import Draws, Streams
from stream.dead_letters import read_letter
from stream.logs.port import Log
from stream.logs.topics import CONTACT_EVENTS, DEAD_LETTERS
from tests.clock import now_us
from tests.kafka import ground
from tests.kafka.broker import Broker
from tests.kafka.crew import (
    Crew,
    check_nothing_lost_or_doubled,
    crew_of,
    rejected,
    wait_until_read,
)
from tests.properties.nasty import junk_lines
from tests.stream.traffic import Pairs, traffic

pytestmark = pytest.mark.kafka

PARTITIONS: Final = 6
SEED: Final = 20261124
# Half of it is cut off lines, which the traffic has anyway.
JUNK: Final = 0.01


@pytest.mark.timeout(180)
def test_rubbish_stops_no_worker(broker: Broker, tmp_path: Path) -> None:
    """In some 30,000 events, of every kind that there is."""
    _poison(broker, tmp_path, scale=1.0, events=20_000)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_rubbish_by_the_ten_thousand_stops_no_worker(broker: Broker, tmp_path: Path) -> None:
    """In a million events."""
    _poison(broker, tmp_path, scale=34.0, events=1_000_000)


def _poison(broker: Broker, directory: Path, *, scale: float, events: int) -> None:
    chance, until = Streams(SEED).draws("poison"), now_us()
    with ground.fresh_log(broker.address, PARTITIONS) as log:
        with crew_of(2, broker.address, directory / "crew") as crew:
            for batch in _poisoned(traffic(chance, SEED, until, scale=scale), chance, until):
                log.append(CONTACT_EVENTS, batch)
                crew.check_alive()
            wait_until_read(log, crew.check_alive, within_s=600)
            _end(crew)
        assert check_nothing_lost_or_doubled(log) > events
        _check_letters(log, at_least=events // 100)


def _end(crew: Crew) -> None:
    crew.check_alive()
    crew.dismiss()


def _poisoned(batches: Iterator[Pairs], chance: Draws, at: int) -> Iterator[Pairs]:
    """The same with junk of every kind in it, some thousands at once."""
    for number in itertools.count():
        many = [pair for batch in itertools.islice(batches, 20) for pair in batch]
        if not many:
            return
        junk = junk_lines(at, number)
        poisoned: Pairs = []
        for pair in many:
            poisoned.append(pair)
            if chance.chance(JUNK):
                poisoned.append((pair[0], junk[int(chance.between(0, len(junk)))]))
        yield poisoned


def _check_letters(log: Log, at_least: int) -> None:
    """Every bad event's letter has its reason, its place and the event whole."""
    bad = rejected(log)
    for partition in range(log.partitions(DEAD_LETTERS)):
        for record in log.read(DEAD_LETTERS, partition):
            letter = read_letter(record.value or b"")
            assert (letter.topic, letter.place) == (CONTACT_EVENTS, record.key)
            assert (letter.reason, letter.event) == bad[letter.place]
    assert len(bad) >= at_least
    print(f"{len(bad)} bad events for {len({why for why, _ in bad.values()})} reasons")  # noqa: T201
