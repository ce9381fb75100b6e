"""Chance: laws against their theory, streams apart from each other."""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist, fmean, stdev
from typing import Final

import pytest

from simulator.centre import new_run
from simulator.patience import PATIENCE
from simulator.randomness import LogNormal, Streams, Weighted, millis_us, tag_of
from simulator.rates import Busyness
from stream.contract.instants import DAY_US, to_datetime
from tests.simulator.days import MIDNIGHT, WEEKDAY

DRAWS: Final = 5_000
# The 1 % bound of Kolmogorov and Smirnov for as many draws (science 7).
DISTANCE_MAX: Final = 0.0230
PINNED: Final = [0.8490124979409823, 0.4577059119489827, 0.533586929855724]


def distance(drawn: list[float], law: Callable[[float], float]) -> float:
    """The largest gap between the drawn and the true distribution function."""
    count = len(drawn)
    gaps = (
        max(abs(law(value) - place / count), abs(law(value) - (place + 1) / count))
        for place, value in enumerate(sorted(drawn))
    )
    return max(gaps)


@pytest.mark.parametrize(("mean", "sigma"), [(191.0, 0.912), (252.0, 0.927), (45.0, 0.3)])
def test_handle_times_are_log_normal(mean: float, sigma: float) -> None:
    """Drawn lengths follow the law that is asked for, with its mean."""
    law = LogNormal(mean, sigma)
    draws = Streams(11).draws("handle")
    drawn = [draws.log_normal(law) for _ in range(DRAWS)]
    normal = NormalDist()

    assert distance(drawn, lambda x: normal.cdf((math.log(x) - law.mu) / sigma)) < DISTANCE_MAX
    assert abs(fmean(drawn) - mean) < 4 * stdev(drawn) / math.sqrt(DRAWS)


def test_patience_has_the_measured_survival() -> None:
    """The table of science 2.2, to its four digits."""
    seconds = (5, 10, 20, 30, 60, 90, 120, 180, 300, 600, 1200)
    table = (0.9884, 0.9624, 0.9193, 0.8936, 0.8167, 0.7489, 0.7159, 0.6414, 0.5465, 0.3775, 0.1875)

    assert [round(PATIENCE.survival(second), 4) for second in seconds] == list(table)


def test_drawn_patience_follows_its_hazard() -> None:
    """The sampler agrees with the survival it is made from; median 367 s."""
    draws = Streams(12).draws("patience")
    drawn = [PATIENCE.draw_s(draws) for _ in range(DRAWS)]

    assert distance(drawn, lambda x: 1 - PATIENCE.survival(x)) < DISTANCE_MAX
    assert sorted(drawn)[DRAWS // 2] == pytest.approx(367, rel=0.06)


def test_a_wrong_law_is_told_from_the_right_one() -> None:
    """The check can fail: an exponential patience of the same mean is refused."""
    draws = Streams(12).draws("patience")
    drawn = [671 * draws.exponential() for _ in range(DRAWS)]

    assert distance(drawn, lambda x: 1 - PATIENCE.survival(x)) > DISTANCE_MAX


def test_a_stream_is_the_same_on_every_machine() -> None:
    """Seeds come from SHA-256 and numbers from the one method Python keeps for ever."""
    draws = Streams(7).draws("arrivals.benefits")

    assert [draws.uniform() for _ in range(3)] == PINNED


def test_streams_do_not_touch_each_other() -> None:
    """Draws of one name change nothing for another."""
    alone, beside = Streams(3), Streams(3)
    beside.draws("surveys").uniform()

    assert alone.draws("work.snap").uniform() == beside.draws("work.snap").uniform()
    assert alone.draws("a").uniform() != alone.draws("b").uniform()


def test_weights_are_kept() -> None:
    """A thing of weight 0 never comes, the others by their shares."""
    choices = Weighted({"never": 0.0, "often": 3.0, "seldom": 1.0})
    draws = Streams(5).draws("choices")
    picked = [draws.pick(choices) for _ in range(DRAWS)]

    assert set(picked) == {"often", "seldom"}
    assert picked.count("often") / DRAWS == pytest.approx(0.75, abs=0.025)


def test_lengths_are_whole_milliseconds() -> None:
    """Which keeps the last digit of a logarithm out of the bytes."""
    assert millis_us(1.23456789) == 1_235_000


def test_runs_are_told_apart_by_five_letters() -> None:
    """Short enough to read, and another for other arguments."""
    assert len(tag_of("weekday", 1)) == 5
    assert tag_of("weekday", 1) != tag_of("weekday", 2)


def test_a_days_busyness_strays_as_far_as_the_scenario_says() -> None:
    """Its mean is 1, and its half-hours lie together as science 1.2 has it."""
    plan = WEEKDAY.busyness.model_copy(
        update={"day_cv": 0.13, "within_sigma": 0.2, "within_phi": 0.89}
    )
    busy = WEEKDAY.model_copy(update={"busyness": plan})
    day = to_datetime(MIDNIGHT + DAY_US // 2).date()
    at_ten, at_eleven = [], []
    for seed in range(2_000):
        busyness = Busyness(new_run(busy, seed=seed, start=MIDNIGHT, duration_us=DAY_US))
        at_ten.append(busyness.factor(day, 20))
        at_eleven.append(busyness.factor(day, 22))

    assert fmean(at_ten) == pytest.approx(1.0, abs=4 * 0.24 / math.sqrt(2_000))
    assert stdev(at_ten) / fmean(at_ten) == pytest.approx(0.240, abs=0.02)
    assert correlation(at_ten, at_eleven) == pytest.approx(0.85, abs=0.04)


def correlation(left: list[float], right: list[float]) -> float:
    """Pearson's correlation."""
    mean_left, mean_right = fmean(left), fmean(right)
    together = sum((a - mean_left) * (b - mean_right) for a, b in zip(left, right, strict=True))
    return together / (len(left) - 1) / stdev(left) / stdev(right)
