"""Six hours of a small centre in a log, in which some events come late; and looks at its past."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from hypothesis import Phase
from hypothesis import strategies as st

from simulator import floor_plan_of, load_scenario, offset_showing, simulate
from stream.compute import compute
from stream.contract.codec import encode
from stream.contract.figures import Figures
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import HOUR_US, Instant
from stream.logs.embedded import EmbeddedLog
from stream.logs.topics import CONTACT_EVENTS, topics
from stream.past.floor import LATE_US, PastReading
from tests.builders import BASE_US

WORLD: Final = load_scenario("weekday")
PLAN: Final = floor_plan_of(WORLD)
LENGTH_US: Final = 6 * HOUR_US
# Midnight in the floor's zone is in it.
BEGIN: Final = Instant(BASE_US - 9 * HOUR_US)
END: Final = Instant(BEGIN + LENGTH_US)
# Small, so that there are keyframes.
BATCH: Final = 100
# Every so many events come late, by a stretch that is different each time.
LATE_EVERY: Final = 7


# Each look reads hours of a log: the first that fails is told as it is.
PHASES: Final = (Phase.explicit, Phase.reuse, Phase.generate)


class Ground:
    """A log that is written at times of its own choosing."""

    def __init__(self, directory: Path) -> None:
        self.wall = 0
        self.log = EmbeddedLog(directory, now=lambda: self.wall)
        self.log.create(topics(3))
        self.lines: list[bytes] = []

    def append(self, wall: int, subject: str, line: bytes) -> None:
        self.wall = wall
        self.lines.append(line)
        self.log.append(CONTACT_EVENTS, [(subject, line)])

    def figures(self, at: int, window: str, plan: FloorPlan) -> Figures:
        """What `floorwatch compute --at` gives."""
        return compute(plan, [("log", enumerate(self.lines, 1))], at=at, window=window, agents=True)


def a_day(directory: Path) -> Ground:
    """Six hours of a small centre; some events come minutes late, after others of their subject."""
    ground = Ground(directory)
    events = simulate(
        WORLD,
        seed=5,
        start=BEGIN,
        duration_us=LENGTH_US,
        profile_offset_us=offset_showing(WORLD, BEGIN, "tue", 8 * 60),
        scale=0.2,
    )
    appends = []
    for number, one in enumerate(events):
        late_us = number * 7919 % LATE_US if not number % LATE_EVERY else 0
        appends.append((one.time + late_us, number, one.subject, encode(one)))
    for wall, _, subject, line in sorted(appends):
        ground.append(wall, subject, line)
    return ground


def show(look: PastReading, at: int) -> None:
    look.seek(at)
    while not look.load(2.0):
        pass


instants = st.integers(min_value=BEGIN, max_value=END)
