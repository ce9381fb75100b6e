"""Arrivals and lengths against the laws they are drawn from (science 1.2, 2.1, 2.2, 7)."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from statistics import NormalDist, fmean, variance
from typing import Final

import pytest

from simulator.arrivals import Stream
from simulator.centre import new_run
from simulator.patience import PATIENCE
from simulator.plans import Scenario
from simulator.rates import Busyness, Rates
from simulator.world import make_lines
from stream.contract.events import ContactAbandoned, ContactAnswered, ContactEnded, ContactQueued
from stream.contract.instants import DAY_US, SECOND_US
from tests.simulator.floors import MONDAY, events_of, floor, law, queue, run_of, team

HALF_HOURS: Final = 48
# The largest distance that one sample in a hundred has, of 5,000 (science 7).
KS_OF_5000: Final = 0.0230
MEAN: Final = 55.3
BUSY: Final = {"day_cv": 0.13, "within_sigma": 0.20, "within_phi": 0.89}


def busy_floor(half_hourly: float = MEAN) -> Scenario:
    """A floor to which so many come in a half-hour, by the generator of science 1.2."""
    plan = queue(half_hourly / 30, law(60.0))
    return floor({"calls": plan}, {"all": team(1, "calls")}, busyness=BUSY)


def correlation(left: Sequence[float], right: Sequence[float]) -> float:
    """Pearson's correlation."""
    a, b = fmean(left), fmean(right)
    together = sum((x - a) * (y - b) for x, y in zip(left, right, strict=True))
    return together / (len(left) - 1) / math.sqrt(variance(left) * variance(right))


def lagged(days: Sequence[Sequence[float]], lag: int) -> float:
    """The correlation between half-hours so far apart, over days and times of day."""
    return fmean(
        correlation([day[slot] for day in days], [day[slot + lag] for day in days])
        for slot in range(0, HALF_HOURS - lag, 3)
    )


def rates(days: int) -> list[list[float]]:
    """The rate of each half-hour of so many days, in contacts a half-hour."""
    busyness = Busyness(new_run(busy_floor(), seed=11, start=MONDAY, duration_us=DAY_US))
    return [
        [MEAN * busyness.factor(date(2026, 1, 1) + timedelta(days=day), slot) for slot in range(48)]
        for day in range(days)
    ]


def test_rates_stray_as_the_bank_had_it() -> None:
    """Coefficients of variation and correlations of 4,000 days, science 1.2."""
    days = rates(4_000)
    slots = [[day[slot] for day in days] for slot in range(HALF_HOURS)]
    spread = fmean(math.sqrt(variance(slot)) / fmean(slot) for slot in slots)
    open_hours = [fmean(day[16:44]) for day in days]

    assert spread == pytest.approx(0.240, abs=0.01)
    found = [lagged(days, lag) for lag in (1, 2, 4, 8, 16, 24)]
    assert found == pytest.approx([0.92, 0.85, 0.73, 0.57, 0.39, 0.32], abs=0.04)
    assert math.sqrt(variance(open_hours)) / MEAN == pytest.approx(0.189, abs=0.01)


def counts(days: int) -> list[list[int]]:
    """How many came in each half-hour of so many days, by the engine's own stream."""
    run = new_run(busy_floor(), seed=12, start=MONDAY, duration_us=days * DAY_US)
    line = make_lines(run)["calls"]
    stream = Stream(run, line, Rates(run, line.plan, Busyness(run)))
    found = [[0] * HALF_HOURS for _ in range(days)]
    while (at := stream.next_time()) is not None and at < run.end:
        run.agenda.now = at
        day, within = divmod(at - MONDAY, DAY_US)
        found[day][within * HALF_HOURS // DAY_US] += 1
    return found


@pytest.mark.parametrize(
    ("days", "of_dispersion", "of_correlation"),
    [
        pytest.param(500, 0.5, 0.06, id="quick"),
        pytest.param(2_000, 0.3, 0.04, id="long", marks=pytest.mark.slow),
    ],
)
def test_counts_are_as_dispersed_as_the_bank_had_them(
    days: int, of_dispersion: float, of_correlation: float
) -> None:
    """Variance over mean 4.20, and correlations that Poisson noise has thinned, science 1.2."""
    came = counts(days)
    slots = [[day[slot] for day in came] for slot in range(HALF_HOURS)]

    assert fmean(map(fmean, slots)) == pytest.approx(MEAN, rel=4 * 0.19 / math.sqrt(days))
    dispersion = fmean(variance(slot) / fmean(slot) for slot in slots)
    assert dispersion == pytest.approx(4.20, abs=of_dispersion)
    found = [lagged(came, lag) for lag in (1, 2, 4, 8, 16, 24)]
    assert found == pytest.approx([0.69, 0.64, 0.55, 0.43, 0.29, 0.23], abs=of_correlation)


def distance(sample: Sequence[float], below: Callable[[float], float]) -> float:
    """Kolmogorov and Smirnov's distance of a sample from a law."""
    n, ordered = len(sample), sorted(sample)
    return max(
        max((nth + 1) / n - below(value), below(value) - nth / n)
        for nth, value in enumerate(ordered)
    )


def test_given_its_rate_the_stream_is_poisson() -> None:
    """The rate cumulated between arrivals is exponential: time rescaled, science 7."""
    run = new_run(busy_floor(400.0), seed=13, start=MONDAY, duration_us=DAY_US)
    line = make_lines(run)["calls"]
    stream = Stream(run, line, Rates(run, line.plan, Busyness(run)))
    rate = Rates(run, line.plan, Busyness(run))
    times = [int(MONDAY)]
    while len(times) <= 5_000 and (at := stream.next_time()) is not None:
        run.agenda.now = at
        times.append(at)
    steps = []
    for since, until in pairwise(times):
        passed, now = 0.0, since
        while now < until:
            per_us, holds = rate.piece(now)
            passed += per_us * (min(until, holds) - now)
            now = min(until, holds)
        steps.append(passed)

    assert len(steps) == 5_000
    # To a whole millisecond each: far finer than the distance.
    assert distance(steps, lambda x: 1 - math.exp(-x)) < KS_OF_5000
    assert distance([1.1 * step for step in steps], lambda x: 1 - math.exp(-x)) > KS_OF_5000


def log_normal(mean: float, sigma: float) -> Callable[[float], float]:
    """The share of a log-normal law below a length."""
    normal = NormalDist(math.log(mean) - sigma**2 / 2, sigma)
    return lambda x: normal.cdf(math.log(x)) if x > 0 else 0.0


@pytest.mark.parametrize(("mean_s", "sigma"), [(180.0, 0.835), (341.0, 1.152)])
def test_talk_is_log_normal_as_it_comes_out_of_the_engine(mean_s: float, sigma: float) -> None:
    """PS and IN of science 2.1, from the answer to the end."""
    plan = queue(40.0, law(mean_s, sigma))
    events = events_of(
        run_of(floor({"calls": plan}, {"all": team(600, "calls")}), 3, 5_000 / 40 + 400)
    )
    first = [e.subject for e in events if isinstance(e, ContactQueued)][:5_000]
    began = {e.subject: e.time for e in events if isinstance(e, ContactAnswered)}
    ended = {e.subject: e.time for e in events if isinstance(e, ContactEnded)}
    talks = [(ended.get(name, 10**18) - began[name]) / SECOND_US for name in first]

    assert distance(talks, log_normal(mean_s, sigma)) < KS_OF_5000
    assert distance(talks, log_normal(mean_s * 1.1, sigma)) > KS_OF_5000


def test_patience_is_the_measured_hazard_as_it_comes_out_of_the_engine() -> None:
    """With nobody there to answer, everybody waits as long as they have patience (science 2.2)."""
    plan = queue(60.0, law(60.0), patience=1.0)
    scenario = floor({"calls": plan, "other": queue(0.0, law(60.0))}, {"all": team(1, "other")})
    events = events_of(run_of(scenario, 4, 5_000 / 60 + 300))
    came = {e.subject: e.time for e in events if isinstance(e, ContactQueued)}
    left = {e.subject: e.time for e in events if isinstance(e, ContactAbandoned)}
    waits = [(left.get(name, 10**18) - came[name]) / SECOND_US for name in list(came)[:5_000]]

    assert distance(waits, lambda x: 1 - PATIENCE.survival(x)) < KS_OF_5000
    survival = (0.9884, 0.9624, 0.9193, 0.8936, 0.8167, 0.7489, 0.7159, 0.6414, 0.5465, 0.3775)
    for second, share in zip((5, 10, 20, 30, 60, 90, 120, 180, 300, 600), survival, strict=True):
        assert PATIENCE.survival(second) == pytest.approx(share, abs=6e-5)
