"""One worker, two, four: the same log gives the same figures, to the byte."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec
import pytest

from simulator.randomness import Streams
from stream.clocks import set_clock
from stream.contract.clock import FloorClock
from stream.logs.port import Log
from stream.logs.topics import CONTACT_EVENTS
from tests.clock import now_us
from tests.kafka import ground
from tests.kafka.broker import Broker
from tests.kafka.crew import crew_of, rejected, wait_until_read
from tests.stream import floors
from tests.stream.traffic import Pairs, traffic

pytestmark = pytest.mark.kafka

PARTITIONS: Final = 12
WORKERS: Final = (1, 2, 4)
SEED: Final = 20261123
# As in service: what the processes carry is printed, and checkpoints cost time.
CHECKPOINT_EVERY: Final = 100_000


@pytest.mark.timeout(180)
def test_more_workers_tell_the_same(broker: Broker, tmp_path: Path) -> None:
    """Some 30,000 events, copies and rubbish among them."""
    _scale_out(broker, tmp_path, scale=1.0, events_at_least=30_000)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_more_workers_tell_the_same_of_a_large_floor(broker: Broker, tmp_path: Path) -> None:
    """Half a million events."""
    _scale_out(broker, tmp_path, scale=16.0, events_at_least=500_000)


def _scale_out(broker: Broker, directory: Path, *, scale: float, events_at_least: int) -> None:
    as_of = now_us()
    # The floor's time stands still, so that all tell the figures of one moment.
    clock = FloorClock(as_of, as_of, 0.0)
    with ground.fresh_log(broker.address, PARTITIONS) as log:
        _append(log, traffic(Streams(SEED).draws("scale"), SEED, as_of, scale=scale))
        undisturbed, events = floors.undisturbed(log, as_of)
        bad = rejected(log)
        ends = floors.ends(log)

    assert events > events_at_least
    assert len(bad) > events // 200
    for workers in WORKERS:
        with ground.told_anew(broker.address, PARTITIONS) as log:
            set_clock(log, clock, has_events=False)
            folder = directory / f"{workers}"
            with crew_of(workers, broker.address, folder, CHECKPOINT_EVERY) as crew:
                wait_until_read(log, crew.check_alive, within_s=600)
                crew.dismiss()
            print(  # noqa: T201 - how fast it went is part of what this test is run for
                f"{workers} workers: {events / floors.reading_s(log, ends):,.0f} events/s "
                f"({events} events, {PARTITIONS} partitions)"
            )
            assert _bytes(undisturbed) == _bytes(floors.told(log, as_of))
            assert sorted(bad) == sorted(floors.dead_letters(log))


def _append(log: Log, batches: Iterable[Pairs]) -> None:
    many: Pairs = []
    for batch in batches:
        many += batch
        if len(many) > 5_000:
            log.append(CONTACT_EVENTS, many)
            many = []
    log.append(CONTACT_EVENTS, many)


def _bytes(figures: object) -> bytes:
    return msgspec.json.encode(figures, order="sorted")
