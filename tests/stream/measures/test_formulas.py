"""The formulas against published and independently computed values."""

from __future__ import annotations

from math import ceil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.contract.instants import DAY_US, SECOND_US
from stream.measures.expectation import expected_wait_s
from stream.measures.people import StateTimes
from stream.measures.satisfaction import net_promoter_score, wilson_interval
from stream.measures.service_level import service_levels
from stream.measures.waits import QUANTILES, wait_quantiles
from stream.windows.columns import WAIT_BUCKETS, bucket_middle_us, wait_buckets
from stream.windows.sparse import ints


def test_icmi_s_worked_case_gives_its_percentages() -> None:
    """Answered 1000, of them 860 in target; abandoned 60, of them 20 in target (ICMI 2005)."""
    levels = service_levels(
        answered_in_target=ints([860]),
        answered_waited=ints([1000]),
        abandoned=ints([60]),
        abandoned_in_target=ints([20]),
        waiting_over_target=ints([40]),
    )

    percent = {name: round(100 * level[0], 2) for name, level in levels.items()}
    assert {
        "abandons_count": 81.13,
        "abandons_ignored": 86.00,
        "abandons_in_target_ignored": 82.69,
        "abandons_in_target_met": 83.02,
        "stuck_proof": 78.18,
    } == percent


def test_only_the_stuck_proof_level_sees_a_queue_that_nobody_leaves() -> None:
    """Ten wait past the target and nothing else happened: that is 0 %, not unknown."""
    none = ints([0])
    levels = service_levels(
        answered_in_target=none,
        answered_waited=none,
        abandoned=none,
        abandoned_in_target=none,
        waiting_over_target=ints([10]),
    )

    assert {name for name, level in levels.items() if not np.isnan(level[0])} == {"stuck_proof"}
    assert 0 == levels["stuck_proof"]


@pytest.mark.parametrize(
    ("top", "answers", "low", "high"),
    [
        (0, 5, 0, 0.4345),
        (4, 5, 0.3755, 0.9638),
        (5, 5, 0.5655, 1),
        (8, 10, 0.4902, 0.9433),
        (19, 25, 0.5657, 0.8850),
        (38, 50, 0.6259, 0.8570),
        (76, 100, 0.6677, 0.8331),
        (760, 1000, 0.7326, 0.7854),
    ],
)
def test_wilson_intervals_are_the_published_ones(
    top: int, answers: int, low: float, high: float
) -> None:
    """To four digits, as statsmodels has them."""
    [found_low], [found_high] = wilson_interval(ints([top]), ints([answers]))

    assert (low, high) == pytest.approx((found_low, found_high), abs=5e-5)


def test_no_answers_have_no_interval_and_no_score() -> None:
    """Nothing was asked, so nothing is known."""
    none = ints([0])

    assert np.isnan(wilson_interval(none, none)).all()
    assert np.isnan(net_promoter_score(none, none, none)).all()


@pytest.mark.parametrize(
    ("ahead", "minutes"),
    [(0, 0.25), (1, 0.4853), (5, 1.3085), (10, 2.1448), (20, 3.4253), (30, 4.3938), (50, 5.8248)],
)
def test_the_expected_wait_with_a_queue_ahead(ahead: int, minutes: float) -> None:
    """Twenty busy agents at 5 minutes a contact, patience 4 minutes: exact for Erlang A."""
    [wait_s] = expected_wait_s(
        waiting=ints([ahead]),
        agents_working=ints([20]),
        agents_free=ints([0]),
        handle_time_s=np.array([300.0]),
        abandonments=ints([25]),
        waited_s=np.array([25 * 240.0]),
    )

    assert minutes == pytest.approx(wait_s / 60, abs=5e-5)


def test_each_queue_s_expectation_is_its_own() -> None:
    """Nobody at work promises no wait: unknown, and never 0. A free agent and nobody ahead is no
    wait at all. Nobody gives up: each ahead takes the same time."""
    waits = expected_wait_s(
        waiting=ints([0, 0, 2]),
        agents_working=ints([0, 3, 3]),
        agents_free=ints([0, 1, 0]),
        handle_time_s=np.array([60.0, np.nan, 60.0]),
        abandonments=ints([0, 0, 0]),
        waited_s=np.array([0.0, 0.0, 0.0]),
    )

    assert np.isnan(waits[0])
    assert [0, 60] == waits[1:].tolist()


def test_occupancy_leaves_breaks_out_and_utilisation_counts_them() -> None:
    """60 s busy, 20 s wrapping up, 20 s available, 100 s away."""
    times = StateTimes(*(ints([told, 0]) for told in (20, 60, 20, 100)))

    assert (0.8, 0.4) == (times.occupancy[0], times.utilisation[0])
    assert np.isnan([times.occupancy[1], times.utilisation[1]]).all()


def test_away_alone_is_no_occupancy_but_is_utilisation_zero() -> None:
    """Nothing open to contacts, so no share of it; yet all of it at work."""
    times = StateTimes(ints([0]), ints([0]), ints([0]), ints([5]))

    assert np.isnan(times.occupancy[0])
    assert 0 == times.utilisation[0]


@given(st.integers(0, 40 * DAY_US))
def test_a_wait_s_bucket_stands_for_it_within_the_promise(wait_us: int) -> None:
    """Within 0.5 s or 2 %, whichever is larger, at every wait there can be."""
    [bucket] = wait_buckets(ints([wait_us])).tolist()
    middle = bucket_middle_us(bucket)

    assert abs(middle - wait_us) <= max(SECOND_US / 2, 0.02 * wait_us)


@given(st.lists(st.integers(0, 3600) | st.sampled_from((0, 1, 15, 16, 17, 20)), min_size=1))
def test_quantiles_keep_their_promise(waits_s: list[int]) -> None:
    """Against the exact value: the smallest wait that at least that share does not exceed."""
    waits_us = ints([wait * SECOND_US for wait in waits_s])
    buckets = np.bincount(wait_buckets(waits_us), minlength=WAIT_BUCKETS)
    none = np.zeros(WAIT_BUCKETS, np.int64)
    found = wait_quantiles(np.stack((none, buckets)), ints([-1, max(waits_s) * SECOND_US]))

    for percent, (unknown, value) in zip(QUANTILES, found, strict=True):
        assert np.isnan(unknown)
        exact = sorted(waits_s)[ceil(percent * len(waits_s) / 100) - 1]
        assert abs(value - exact) <= max(0.5, 0.02 * exact)
