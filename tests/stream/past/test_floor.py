"""The floor as it was: at any instant, in whatever order instants are looked at, it is what one
reading of the same log gives as of then."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Final

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from simulator import floor_plan_of, load_scenario, offset_showing, simulate
from stream.compute import compute
from stream.contract.codec import encode
from stream.contract.figures import LIVE_WINDOWS, Figures
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import HOUR_US, MINUTE_US, Instant
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


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """Six hours of a small centre; some events come minutes late, after others of their subject."""
    ground = Ground(tmp_path_factory.mktemp("log"))
    with closing(ground.log):
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
        yield ground


def show(look: PastReading, at: int) -> None:
    look.seek(at)
    while not look.load(2.0):
        pass


def told(look: PastReading, window: str) -> Figures:
    return look.picture(window, agents=True).figures


instants = st.integers(min_value=BEGIN, max_value=END)


@given(moments=st.lists(instants, min_size=1, max_size=5), data=st.data())
@settings(max_examples=5, deadline=None, phases=PHASES)
def test_any_instant_is_what_the_whole_log_gives_as_of_then(
    day: Ground, moments: list[int], data: st.DataObject
) -> None:
    """In any order: what was read for one instant is used for the next."""
    look = PastReading(day.log, PLAN, title="Floor", batch=BATCH)
    for at in moments:
        show(look, at)
        window = data.draw(st.sampled_from(LIVE_WINDOWS))
        assert look.at == at
        assert told(look, window) == day.figures(at, window, PLAN)


@given(
    at=instants,
    steps=st.lists(st.integers(min_value=1, max_value=5 * MINUTE_US), min_size=1, max_size=8),
    window=st.sampled_from(LIVE_WINDOWS),
)
@settings(max_examples=5, deadline=None, phases=PHASES)
def test_what_is_played_is_the_same(day: Ground, at: int, steps: list[int], window: str) -> None:
    """Step by step from there, and back again; there is always time to put it in order."""
    look = PastReading(day.log, PLAN, title="Floor", batch=BATCH, steady=count().__next__)
    show(look, at)
    for step in steps:
        look.advance(look.at + step)
        assert told(look, window) == day.figures(look.at, window, PLAN)
    show(look, at)
    assert told(look, window) == day.figures(at, window, PLAN)
