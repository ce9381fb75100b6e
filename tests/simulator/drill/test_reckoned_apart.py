"""Reckoning in processes of its own: the same report, its progress told, its errors handed on."""

from __future__ import annotations

from typing import Final

import pytest

from simulator.drill.ports import Course, Offered, Seen
from simulator.drill.reckoned_apart import reckoned_apart
from simulator.drill.reckoning import Played, reckon
from simulator.drill.search import GivenUp
from simulator.drill.staging import Staging
from stream.contract.drills import Offer, Opened, Plan, Volume
from stream.contract.instants import MINUTE_US, Instant
from tests.simulator.days import MORNING
from tests.simulator.drill.floors import SMALL, deed, minute
from tests.simulator.drill.test_reckoning import GROUND

OFFERED: Final = Offered(Offer("small", "scenario", "Small", "A small floor."), SMALL)
ENDED: Final = minute(20)
COURSE: Final = Course(
    plan=Plan("small", seed=7),
    offered=OFFERED,
    staging=Staging(Instant(MORNING - 90 * MINUTE_US), MORNING, minute(60)),
    ended=ENDED,
    deeds=[deed(5, Volume("snap", 3.0, 10), "trainer")],
    seen=Seen([Opened(minute(7), "Calls surge")], [minute(8)]),
)


def test_it_is_the_report_that_would_be_made_here() -> None:
    """Of the drill as it ended, with what was seen of alerts; progress ends at 1."""
    heard: list[float] = []
    apart = reckoned_apart(COURSE, heard.append, lambda: False).result(timeout=120)
    played = Played(
        COURSE.plan,
        OFFERED.offer,
        GROUND._replace(ended=ENDED),
        COURSE.deeds,
        COURSE.seen.alerts,
        COURSE.seen.acknowledged,
    )

    assert apart == reckon(played)
    assert apart.acknowledged_s == 180
    assert heard[-1] == 1.0


def test_whoever_asks_for_what_is_given_up_is_told() -> None:
    """As the desk does when a new drill begins meanwhile."""
    with pytest.raises(GivenUp):
        reckoned_apart(COURSE, lambda _: None, lambda: True).result(timeout=60)
