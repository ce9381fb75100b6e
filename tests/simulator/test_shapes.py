"""The shapes of surges: how much of the peak is there when (science 1.6)."""

from __future__ import annotations

from datetime import date

import pytest

from simulator.calendar import Calendar
from simulator.causes import HumpShape, OutageShape, PlateauShape, RampShape, StepShape
from simulator.shapes import Onset, level_of, steady
from stream.contract.instants import DAY_US, HOUR_US, MINUTE_US, parse_instant
from tests.simulator.days import WEEKDAY

CALENDAR = Calendar(WEEKDAY, 0)
BEGINS = parse_instant("2026-03-04T16:00:00-05:00")
ONSET = Onset(date(2026, 3, 4), 16 * 60, BEGINS)


@pytest.mark.parametrize(
    ("minute", "level"), [(0, 0.0), (3, 0.824361), (6, 1.0), (36, 0.5), (66, 0.25)]
)
def test_an_outage_peaks_at_once_and_halves_again_and_again(minute: float, level: float) -> None:
    """Its peak after six minutes, half of it each half-life later."""
    shape = OutageShape(kind="outage", peak_minutes=6, half_life_minutes=30)
    burst = level_of(shape, CALENDAR, ONSET, 6.0)

    assert burst.at(BEGINS + round(minute * MINUTE_US)) == pytest.approx(level, rel=1e-6)
    assert burst.at(burst.ends) == pytest.approx(0.01)


@pytest.mark.parametrize(
    ("minute", "level"), [(0, 0.0), (5, 0.5), (10, 1.0), (40, 1.0), (45, 0.75), (55, 0.25)]
)
def test_a_plateau_is_a_trapezoid(minute: int, level: float) -> None:
    """Onset, plateau and end have their lengths."""
    shape = PlateauShape(kind="plateau", onset_minutes=10, minutes=30, end_minutes=20)
    plateau = level_of(shape, CALENDAR, ONSET, 3.0)

    assert plateau.at(BEGINS + minute * MINUTE_US) == pytest.approx(level)
    assert plateau.ends == BEGINS + HOUR_US


def test_a_hard_end_is_one() -> None:
    """In full to the last instant."""
    level = steady(BEGINS, 24)

    assert (level.begins, level.ends) == (BEGINS, BEGINS + 24 * MINUTE_US)
    assert level.at(BEGINS) == level.at(level.ends - 1) == 1.0


@pytest.mark.parametrize(("minute", "level"), [(0, 0.0), (15, 0.5), (30, 1.0), (60, 0.0)])
def test_a_hump_is_round(minute: int, level: float) -> None:
    """Nothing, everything, nothing."""
    hump = level_of(HumpShape(kind="hump", minutes=60), CALENDAR, ONSET, 2.0)

    assert hump.at(BEGINS + minute * MINUTE_US) == pytest.approx(level)


@pytest.mark.parametrize(
    ("when", "factor"),
    [
        ("2026-02-27T12:00:00-05:00", 1.0),
        ("2026-02-28T12:00:00-05:00", 2.0),
        ("2026-03-02T12:00:00-05:00", 8.0),
        ("2026-03-04T09:00:00-05:00", 32.0),
        ("2026-03-04T14:30:00-05:00", 1 + 31 * 1.5),
        ("2026-03-04T16:00:00-05:00", 1 + 31 * 0.4),
        ("2026-03-05T12:00:00-05:00", 1 + 31 * 0.4),
    ],
)
def test_a_ramp_grows_by_the_same_factor_each_day(when: str, factor: float) -> None:
    """Five days to 32 times: twice as much every day, once more in the last hours, then less."""
    shape = RampShape(kind="ramp", days=5, last_hours=2, last_hours_times=1.5, next_day=0.4)
    climb = level_of(shape, CALENDAR, ONSET, 32.0)

    assert 1 + 31 * climb.at(parse_instant(when)) == pytest.approx(factor)
    assert climb.begins == parse_instant("2026-02-27T00:00:00-05:00")
    assert climb.ends == parse_instant("2026-03-06T00:00:00-05:00")


@pytest.mark.parametrize(("days", "level"), [(0, 0.0), (1.5, 0.5), (3, 1.0), (10, 0.9), (17, 0.81)])
def test_a_step_stays_and_loses_a_share_each_week(days: float, level: float) -> None:
    """Three days up, then a tenth off every week."""
    step = level_of(StepShape(kind="step", onset_days=3), CALENDAR, ONSET, 10.0)

    assert step.at(BEGINS + round(days * DAY_US)) == pytest.approx(level)
