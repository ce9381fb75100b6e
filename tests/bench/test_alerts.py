"""The days that alerts are judged by are as dispersed as a real centre's, and the bench runs."""

from __future__ import annotations

import numpy as np
import pytest

from tests.bench import alert_delay, alert_floors, alert_quality, alerts
from tests.bench.alert_days import SLOT_MINUTES, base_rates, slot_rates
from tests.bench.alert_quality import FACTORS, OUTAGE, RULES, Asked, Found
from tests.bench.command import ALERTS_PAGE, alert_marks

DAYS = 4_000
# Contacts in a half-hour, on average from 8:00 to 20:00.
HALF_HOUR = 55.3


def test_the_days_are_as_dispersed_as_those_of_the_bank() -> None:
    """Variance over mean 4.2, rate CV .24, and rates that stay alike for hours: what 4,000 days of
    the published generator gave."""
    chance = np.random.Generator(np.random.PCG64(3))
    rates = slot_rates(chance, DAYS, 2 * HALF_HOUR) / base_rates(2 * HALF_HOUR)
    flat = chance.poisson(rates * HALF_HOUR)

    lags = {
        lag: np.corrcoef(rates[:, :-lag].ravel(), rates[:, lag:].ravel())[0, 1]
        for lag in (1, 2, 4, 8, 16, 24)
    }

    assert flat.var() / flat.mean() == pytest.approx(4.20, abs=0.3)
    assert rates.std() / rates.mean() == pytest.approx(0.240, abs=0.02)
    assert lags == pytest.approx({1: 0.92, 2: 0.85, 4: 0.73, 8: 0.57, 16: 0.39, 24: 0.32}, abs=0.04)


def test_a_size_is_what_comes_in_an_hour_of_the_measured_day() -> None:
    """A hundred an hour, from 8:00 to 20:00."""
    rates = base_rates(100.0)[16:40]

    assert rates.mean() * 60 == pytest.approx(100.0)
    assert len(base_rates(100.0)) * SLOT_MINUTES == 24 * 60


def test_the_same_seed_gives_the_same_figures() -> None:
    """A figure of the page can be measured again."""
    asked = Asked(days=1, an_hour=60.0)

    assert alert_quality.measure(asked, learned=2) == alert_quality.measure(asked, learned=2)


def test_an_hour_that_is_changed_is_found_and_one_that_is_not_is_not() -> None:
    """Three times five hundred an hour cannot be overlooked, nor can a tenth of it; the day itself
    goes on as if nothing had been."""
    found = alert_quality.measure(Asked(days=2, an_hour=500.0), learned=22)

    assert found.false == dict.fromkeys([*RULES, "either"], 0)
    assert found.share(3.0, "surge") == 1.0
    assert found.share(OUTAGE, "drop") == 1.0
    assert found.share(OUTAGE, "either") == 0.0


def found_of(minutes: list[int | None], false: int) -> Found:
    """One kind of everything."""
    kinds = [*RULES, "either"]
    return Found(
        100,
        dict.fromkeys(kinds, false),
        {factor: dict.fromkeys(kinds, minutes) for factor in FACTORS},
    )


def test_the_page_says_what_was_found_and_what_was_missed() -> None:
    """Shares and medians of those found; a goal is missed where the half was not found."""
    family = alerts.learned_family({alerts.AIM_SIZE: found_of([3, 5, None, None, None], 3)})

    assert family.grid is not None
    assert family.grid.lines[0] == ("**100**: false a day", "0.030", "0.030", "0.030", "0.030")
    assert family.grid.lines[1] == (
        "× 1.5 for an hour",
        "40 % (4 min)",
        "40 % (4 min)",
        "–",
        "40 % (4 min)",
    )
    assert [goal.met for goal in family.goals] == [True, False, False, False]


@pytest.mark.parametrize(
    ("target", "name"),
    [(alerts.TARGET, "surges"), (alert_floors.TARGET, "floors"), (alert_delay.TARGET, "delay")],
)
def test_the_page_has_a_place_for_what_is_measured(target: str, name: str) -> None:
    """`--write` must not fail after minutes of measuring."""
    page = ALERTS_PAGE.read_text(encoding="utf-8")

    assert all(mark in page for mark in alert_marks(target, name))
