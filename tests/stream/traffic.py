"""Traffic for tests that disturb workers: a busy floor's events, with copies and rubbish in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from simulator import load_scenario, offset_showing, simulate
from simulator.randomness import Draws
from stream.contract.codec import encode
from stream.contract.instants import HOUR_US, MINUTE_US, Instant

# Longer than the longest window, so that panes settle into days while workers die.
HISTORY_US: Final = 5 * HOUR_US
BATCH: Final = 200
COPIES: Final = 0.02
RUBBISH: Final = 0.01

Pairs = list[tuple[str, bytes | None]]


def traffic(chance: Draws, seed: int, until: int, *, scale: float = 1.0) -> Iterator[Pairs]:
    """Five hours of a busy floor up to a minute before `until`, in batches; `scale` times as many
    agents and contacts as the scenario has."""
    scenario = load_scenario("weekday")
    start = Instant(until - HISTORY_US)
    events = simulate(
        scenario,
        seed=seed,
        start=start,
        duration_us=HISTORY_US - MINUTE_US,
        profile_offset_us=offset_showing(scenario, start, "tue", 8 * 60),
        scale=scale,
    )
    batch: Pairs = []
    for event in events:
        line = encode(event)
        batch.append((event.subject, line))
        if chance.chance(COPIES):
            batch.append((event.subject, line))
        if chance.chance(RUBBISH):
            batch.append((event.subject, line[: int(chance.between(0, len(line)))]))
        if len(batch) >= BATCH:
            yield batch
            batch = []
    yield batch
