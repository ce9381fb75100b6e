"""The charts run as long as the theory of CUSUM says: before a surge, and once it is there."""

from __future__ import annotations

import pytest

from stream.alerts.surge import AT_REST, ChartRule, Expected, step
from tests.theory.run_lengths import Arrivals, by_chain, by_chance, evidences, shares

MINUTE_US = 60_000_000


def chart_rule(ratio: float, limit: float, alpha: float = 0.0) -> ChartRule:
    """A chart that signals by its score alone."""
    return ChartRule(ratio, limit, alpha, excess_min=0.0, cap=1e9)


# Ratio, contacts a minute at the baseline, limit; mean minutes to the signal with 1, 1.25, 1.5, 2
# and 3 times the baseline. The table was computed apart from this project's code, and checked
# there by 20,000 runs of chance at 13 of its cells (within 5 %, mostly 1 or 2 %). Two of the others
# are mended here: without a surge it had 5,990 for a mean of 1 and 4,880 for one of 2, where 3,000
# runs of chance take 6,968 ± 127 and 4,339 ± 78 minutes.
TABLE = [
    (1.5, 1, 6, (7_080, 183, 51.5, 20.1, 9.2)),
    (1.5, 2, 6, (4_380, 97.5, 26.8, 10.5, 4.9)),
    (1.5, 5, 6, (2_650, 43.6, 11.6, 4.6, 2.3)),
    (1.5, 5, 8, (20_400, 67, 15.2, 5.9, 2.9)),
    (1.5, 10, 6, (2_200, 24.6, 6.3, 2.6, 1.3)),
    (1.5, 20, 6, (2_170, 14.5, 3.6, 1.5, 1.0)),
    (1.5, 20, 8, (16_200, 21.2, 4.5, 1.9, 1.0)),
    (2, 2, 6, (2_550, 147, 30.3, 8.6, 3.6)),
    (2, 5, 6, (2_330, 85, 14.5, 4.0, 1.7)),
    (2, 10, 6, (2_660, 62.6, 8.6, 2.3, 1.1)),
    (2, 20, 7, (7_500, 76.5, 6.2, 1.5, 1.0)),
]


@pytest.mark.parametrize(("ratio", "baseline", "limit", "lengths"), TABLE)
def test_a_chart_runs_as_long_as_the_table_says(
    ratio: float, baseline: float, limit: float, lengths: tuple[float, ...]
) -> None:
    """Within the table's own 5 %, and the half of its last digit."""
    rule = chart_rule(ratio, limit)

    found = [by_chain(rule, baseline, Arrivals(baseline * k)) for k in (1, 1.25, 1.5, 2, 3)]

    assert list(lengths) == pytest.approx(found, rel=0.05, abs=0.05)


@pytest.mark.parametrize(
    ("chart", "baseline", "times", "told", "runs"),
    [
        pytest.param((1.5, 5), 5, 1, (957, 13), 2_000, id="no surge"),
        pytest.param((1.5, 5), 5, 1.5, (9.70, 0.05), 10_000, id="half as many again"),
        pytest.param((1.5, 5), 5, 2, (3.92, 0.02), 10_000, id="twice as many"),
        pytest.param((1.5, 5), 5, 3, (2.00, 0.01), 10_000, id="three times as many"),
        pytest.param((1.5, 6), 10, 2, (2.60, 0.02), 10_000, id="twice as many, a larger queue"),
        pytest.param((1.5, 6, 0.05), 10, 2, (3.86, 0.03), 10_000, id="twice as many, dispersed"),
        pytest.param((1.5, 6, 0.05), 10, 1, (2_604, 36), 2_000, id="no surge, dispersed"),
        pytest.param((1.5, 6), 10, 1, (2_202, 30), 20_000, id="2202", marks=pytest.mark.slow),
        pytest.param((2, 6), 10, 1, (2_654, 37), 20_000, id="2654", marks=pytest.mark.slow),
        pytest.param((2, 7), 5, 1, (5_480, 76), 20_000, id="5480", marks=pytest.mark.slow),
    ],
)
def test_chance_runs_as_long_as_it_did_elsewhere(
    chart: tuple[float, ...], baseline: float, times: float, told: tuple[float, float], runs: int
) -> None:
    """Two Monte Carlo means of one chart (ratio, limit, alpha) differ by less than four standard
    errors, and ours no more than that and one in a hundred from the Markov chain."""
    rule = chart_rule(*chart)
    arrivals = Arrivals(baseline * times, rule.alpha)
    minutes, error = told

    mean, here = by_chance(rule, baseline, arrivals, runs, seed=5)
    exact = by_chain(rule, baseline, arrivals)

    assert mean == pytest.approx(minutes, abs=4 * (here**2 + error**2) ** 0.5)
    assert mean == pytest.approx(exact, abs=4 * here + exact / 100)


def test_a_poisson_chart_is_ruined_by_dispersion_and_a_dispersed_one_is_not() -> None:
    """Why the charts are negative binomial: with alpha .05 in the counts the Poisson chart cries
    eight times as often, the other no more often than the Poisson chart without dispersion."""
    counts = Arrivals(10, 0.05)

    assert 278 == pytest.approx(by_chain(chart_rule(1.5, 6), 10, counts), rel=0.05)
    assert by_chain(chart_rule(1.5, 6, alpha=0.05), 10, counts) > 2_212


def test_the_chart_takes_the_steps_of_the_theory() -> None:
    """Minute by minute, the score is the larger of 0 and the sum."""
    rule = chart_rule(1.5, 6, alpha=0.05)
    adds = evidences(rule, 4.0, 20)
    counts = [3, 9, 0, 0, 12, 5, 2, 15, 4, 4, 19, 0, 0, 0, 0, 7]
    chart, score = AT_REST, 0.0

    for minute, count in enumerate(counts):
        chart = step(rule, chart, minute * MINUTE_US, count, Expected(4.0, 4.0, days=6))
        score = max(0.0, score + float(adds[count]))

        assert chart.score == pytest.approx(score)


def test_the_shares_of_counts_have_the_mean_and_variance_they_are_named_for() -> None:
    """A law that is not a law would make every length wrong together."""
    for arrivals in (Arrivals(3.0), Arrivals(10.0, 0.05)):
        chances = shares(arrivals)
        mean = sum(x * p for x, p in enumerate(chances))

        assert mean == pytest.approx(arrivals.mean)
        assert sum((x - mean) ** 2 * p for x, p in enumerate(chances)) == pytest.approx(
            arrivals.mean + arrivals.alpha * arrivals.mean**2
        )
