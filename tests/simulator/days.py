"""Simulated days that several tests read; each is made once."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from simulator import load_scenario, simulate
from simulator.plans import Scenario
from stream.contract.events import Event
from stream.contract.instants import DAY_US, MINUTE_US, Instant, parse_instant
from tests.simulator.ledger import Ledger

WEEKDAY: Final[Scenario] = load_scenario("weekday")
MIDNIGHT: Final = parse_instant("2026-03-03T00:00:00-05:00")
MORNING: Final = parse_instant("2026-03-03T09:30:00-05:00")
SEED: Final = 7


def stretch(  # a table of what a test may vary
    *,
    scenario: Scenario = WEEKDAY,
    seed: int = SEED,
    start: Instant = MORNING,
    minutes: int = 60,
    profile_offset_us: int = 0,
    volume: float = 1.0,
    scale: float = 1.0,
) -> list[Event]:
    """Some minutes of a floor."""
    return list(
        simulate(
            scenario,
            seed=seed,
            start=start,
            duration_us=minutes * MINUTE_US,
            profile_offset_us=profile_offset_us,
            volume=volume,
            scale=scale,
        )
    )


@lru_cache(maxsize=4)
def whole_day(seed: int = SEED) -> tuple[Event, ...]:
    """A Tuesday from midnight to midnight."""
    return tuple(simulate(WEEKDAY, seed=seed, start=MIDNIGHT, duration_us=DAY_US))


@lru_cache(maxsize=4)
def day_ledger(seed: int = SEED) -> Ledger:
    """What the strict reading makes of that day."""
    return Ledger().read(whole_day(seed))
