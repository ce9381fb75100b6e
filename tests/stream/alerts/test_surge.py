"""A chart says when a surge began, how large it is, and when it is over."""

from __future__ import annotations

from math import comb, log

import pytest

from stream.alerts import memory as mem
from stream.alerts.baseline import Memory
from stream.alerts.surge import (
    AT_REST,
    BUILDING,
    DROP,
    SURGE,
    Chart,
    ChartRule,
    Expected,
    evidence,
    step,
)
from stream.alerts.watch import Watched
from stream.contract.instants import MINUTE_US

NINE = 9 * 60 * MINUTE_US


def known(count: float, *, least: float | None = None, days: int = 6) -> Expected:
    """What a settled baseline expects of a minute."""
    return Expected(count, count if least is None else least, days=days)


def after(
    rule: ChartRule, counts: list[int], expected: Expected | None, chart: Chart = AT_REST
) -> list[Chart]:
    """The chart after each of the minutes from 9:00 on."""
    charts = []
    for number, count in enumerate(counts):
        chart = step(rule, chart, NINE + number * MINUTE_US, count, expected)
        charts.append(chart)
    return charts


@pytest.mark.parametrize("ratio", [0.25, 1.5, 2.5])
@pytest.mark.parametrize("count", [0, 1, 7])
def test_evidence_is_the_logarithm_of_a_ratio_of_two_negative_binomial_laws(
    ratio: float, count: int
) -> None:
    """Worked out from the two probabilities, for an alpha of a quarter."""

    def probability(mean: float) -> float:
        share = 1 / (1 + 0.25 * mean)
        return comb(count + 3, count) * share**4 * (1 - share) ** count

    assert evidence(ratio, count, 6.0, 0.25) == pytest.approx(
        log(probability(6.0 * ratio) / probability(6.0))
    )


def test_evidence_without_dispersion_is_the_limit_of_little() -> None:
    """Poisson is not a case apart."""
    assert evidence(2.0, 9, 5.0, 0.0) == pytest.approx(evidence(2.0, 9, 5.0, 1e-9), abs=1e-6)


def test_a_surge_says_since_when_and_how_large() -> None:
    """Quiet minutes leave no trace; three times as many do, from their first minute on."""
    quiet = [2, 1, 3, 2, 2]
    charts = after(SURGE, [*quiet, 6, 7, 5, 6, 6, 6], known(2.0))

    assert charts[4] == AT_REST
    assert charts[-1].began == NINE + 5 * MINUTE_US
    assert (charts[-1].counted, charts[-1].expected) == (36, 12.0)
    assert (charts[-1].size, charts[-1].excess) == (3.0, 24.0)
    assert [chart.signals for chart in charts].index(True) == 10


def test_a_surge_is_one_episode_until_it_is_over() -> None:
    """A breath in the middle is not an all-clear, and after the end it clears within minutes."""
    surge, breath, quiet = [18] * 10, [0, 6], [5] * 12
    charts = after(SURGE, [*surge, *breath, *surge, *quiet], known(6.0))
    told = [chart.signals for chart in charts]

    begins = told.index(True)
    ends = begins + told[begins:].index(False)

    assert begins < 4
    assert charts[11].score < SURGE.limit
    assert 22 < ends < 22 + 6
    assert not any(told[ends:])


def test_a_long_surge_clears_as_soon_as_a_short_one() -> None:
    """The score has a ceiling, so that what is over does not stand for an hour."""
    short = after(SURGE, [*[20] * 10, *[5] * 30], known(5.0))[10:]
    long = after(SURGE, [*[20] * 300, *[5] * 30], known(5.0))[300:]

    assert [chart.signals for chart in short] == [chart.signals for chart in long]
    assert long[0].score <= SURGE.cap * SURGE.limit


def test_a_handful_of_contacts_is_no_surge_however_unlikely() -> None:
    """Nine where hardly one was expected are not worth calling anybody; the tenth beyond is."""
    easily = ChartRule(ratio=2.5, limit=5.0)
    charts = after(easily, [0, 5, 4, 0, 1, 3], known(0.01))

    assert charts[2].score > easily.limit
    assert [chart.signals for chart in charts] == [False, False, False, False, False, True]


def test_at_night_one_contact_is_no_evidence() -> None:
    """Of hardly any expected contacts the floor of the rule counts, not the little there was."""
    at_floor = after(SURGE, [1], known(SURGE.expected_min))

    assert after(SURGE, [1], known(0.0001)) == at_floor


def test_a_drop_signals_when_contacts_stop_coming() -> None:
    """None of five a minute; an ordinary dip to three says nothing."""
    stopped = after(DROP, [5, 0, 0, 0, 0], known(5.0))
    dipped = after(DROP, [3] * 60, known(5.0))

    assert [chart.signals for chart in stopped] == [False, False, False, False, True]
    assert (stopped[-1].began, stopped[-1].excess) == (NINE + MINUTE_US, -20.0)
    assert not any(chart.signals for chart in dipped)


def test_what_was_hardly_expected_is_not_missed() -> None:
    """A quiet night of a queue with two contacts an hour is no outage: the floor that keeps single
    contacts from being a surge must not make their absence one."""
    assert not any(chart.signals for chart in after(DROP, [0] * 240, known(2 / 60)))


def test_a_drop_is_judged_by_what_may_be_counted_on() -> None:
    """While days are few, the best estimate may be a half-hour that was odd."""
    assert after(DROP, [0] * 30, known(5.0, least=0.0, days=1))[-1] == AT_REST


def test_a_guess_is_good_for_a_large_surge_alone() -> None:
    """Where no such day is known yet, neither a building surge nor a drop is told."""
    guess = known(2.0, days=0)

    assert after(SURGE, [12] * 9, guess)[-1].signals
    assert after(BUILDING, [12] * 9, guess)[-1] == AT_REST
    assert after(DROP, [0] * 60, guess)[-1] == AT_REST


def test_where_nothing_is_known_the_chart_is_at_rest() -> None:
    """A climb does not go on over an hour of which nothing was expected."""
    climbing = after(SURGE, [9, 9], known(2.0))[-1]

    assert after(SURGE, [9], None, climbing) == [AT_REST]


def test_the_larger_dispersion_holds() -> None:
    """The rule's, or that of a baseline that is not sure of itself."""
    sure = step(SURGE, AT_REST, NINE, 9, Expected(2.0, 2.0, alpha=0.01, days=6))
    unsure = step(SURGE, AT_REST, NINE, 9, Expected(2.0, 2.0, alpha=0.4, days=6))

    assert sure.score == evidence(2.5, 9, 2.0, 0.05)
    assert unsure.score == evidence(2.5, 9, 2.0, 0.4)


def test_a_chart_comes_back_from_the_log_as_it_was() -> None:
    """The next evaluator goes on in the middle of a surge."""
    chart = after(SURGE, [9, 9, 9, 9], known(2.0))[-1]

    told = mem.watch_decoder.decode(mem.encode(Watched(Memory(), {"surge": chart})))

    assert told.charts == {"surge": chart}


@pytest.mark.parametrize(
    ("ratio", "limit", "alpha"), [(1.0, 7, 0), (0.0, 7, 0), (2.0, 0, 0), (2.0, 7, -0.1)]
)
def test_a_chart_that_can_never_signal_is_refused(ratio: float, limit: float, alpha: float) -> None:
    """A ratio of 1 looks for nothing."""
    with pytest.raises(ValueError, match="a chart needs"):
        ChartRule(ratio, limit, alpha)


def test_a_drop_is_over_where_nothing_is_expected_any_more() -> None:
    """A line that is down at closing time is not down all night."""
    chart = AT_REST
    for minute in range(20):
        chart = step(DROP, chart, minute * MINUTE_US, 0, Expected(5.0, 4.0, 0.0, 6))
    closed = step(DROP, chart, 20 * MINUTE_US, 0, Expected(0.0, 0.0, 0.0, 6))

    assert chart.signals
    assert closed == AT_REST
