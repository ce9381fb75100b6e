"""The bank's real January by the rules that ship: its two worst half-hours are one incident each.

On Sunday the 10th, from 16:00 on, twice as many called as on the Sunday before, most of them new
customers; eleven agents talked, as many as the hours before. On Monday the 18th nobody got through
from 14:52 to 15:12, and then everybody called at once: 156 in the half-hour where 50 are usual, of
whom 100 gave up, half of them within 17 s; eight agents talked, as on other days, and for shorter.
So it is volume both times. The month tells no agents' states. Where the data is,
test_anonymous_bank_months.py says.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import pytest

from stream.alerting.backtest import Backtest
from stream.alerts.rule_file import default_rules
from stream.contract.backtest import Firing
from stream.contract.codec import encode
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import MINUTE_US, to_datetime
from tests.stream.adapters.test_anonymous_bank_months import ISRAEL, JANUARY, imported, path_of

DAYS: Final = 18

# Some hundred seconds of a core, once for both tests.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


@cache
def firings() -> list[Firing]:
    """What fires up to the evening of the 18th, judged once a minute."""
    run = Backtest(FloorPlan(time_zone="Asia/Jerusalem"), default_rules(), every_us=MINUTE_US)
    run.read(
        [
            encode(event)
            for event in imported(path_of(JANUARY)).events
            if to_datetime(event.time).astimezone(ISRAEL).day <= DAYS
        ]
    )
    run.finish()
    return run.firings


def clock(moment: int) -> str:
    """The local time in Israel."""
    return to_datetime(moment).astimezone(ISRAEL).strftime("%d %H:%M")


def incident_with(rule: str, day: str) -> list[Firing]:
    """All that is in the incident that the rule's first alert of the day is in."""
    first = next(
        each for each in firings() if each.rule == rule and clock(each.fired_at).startswith(day)
    )
    return [each for each in firings() if each.incident == first.incident]


def test_the_surge_of_the_tenth_is_one_incident_of_volume() -> None:
    """It is known for a surge at 16:21, and joins what was felt in a queue before; not what went wrong
    in another, to which fewer came than usual."""
    told = incident_with("floor_surge", "10")
    [apart] = [each for each in firings() if clock(each.fired_at) == "10 16:05"]

    assert [(clock(each.fired_at), each.rule, each.target.name) for each in told] == [
        ("10 15:45", "service_level_slips", "PS"),
        ("10 16:21", "floor_surge", None),
    ]
    assert {each.cause for each in told} == {"volume"}
    assert (apart.rule, apart.target.name, apart.cause) == ("service_level_slips", "NW", None)


def test_the_collapse_of_the_eighteenth_is_one_incident_of_volume() -> None:
    """Told two minutes after the lines are back; that they are dead was told apart, at 15:05."""
    told = incident_with("surge", "18")
    [drop] = incident_with("arrivals_stopped", "18")

    assert [(clock(each.fired_at), each.rule, each.target.name) for each in told][:4] == [
        ("18 15:14", "floor_surge", None),
        ("18 15:14", "surge", "PS"),
        ("18 15:16", "service_level_lost", "PS"),
        ("18 15:17", "building_surge", "PS"),
    ]
    assert {each.cause for each in told} == {"volume"}
    assert (clock(drop.fired_at), drop.cause) == ("18 15:05", "drop")
