"""What a longer wait costs: differences with their intervals, and what may be said of them."""

from __future__ import annotations

import numpy as np
import pytest

from simulator.randomness import Streams
from stream.contract.experience import FEW, FEW_COMPARED, MARGIN, Loss, Verdict
from stream.contract.instants import SECOND_US
from stream.experience.comparing import Pair, compare, loss_between, loss_within, verdict_of
from stream.experience.curve import Waited, band_of, bins_of, comparisons_of
from stream.experience.scores import scores_of


def test_a_difference_has_the_published_interval() -> None:
    """Newcombe 1998, table II, method 10: 56 of 70 against 48 of 80, and 9 of 10 against 3 of 10,
    and none of 10 against none of 20."""
    published = {
        ((56, 70), (48, 80)): (0.2, 0.0524, 0.3339),
        ((9, 10), (3, 10)): (0.6, 0.1705, 0.8090),
        ((0, 10), (0, 20)): (0.0, -0.1611, 0.2775),
    }
    for ((a, m), (b, n)), expected in published.items():
        short, long = scores_of([m, n], [a, b])
        loss = loss_between(short, long)

        assert loss is not None
        assert (loss.loss, loss.low, loss.high) == pytest.approx(expected, abs=6e-5)


def test_alike_queues_alone_are_compared() -> None:
    """A queue of few that waits long and pleases few makes waiting look costly; within each queue
    there is no difference at all."""
    by_queue = {"calls": Pair(900, 1000, 90, 100), "complaints": Pair(30, 100, 300, 1000)}
    told = compare(20, 90, by_queue)

    assert told.loss is not None
    assert told.loss.loss > 0.4
    assert told.alike is not None
    assert told.alike.loss == pytest.approx(0, abs=1e-12)
    assert (told.queues, told.short.n, told.long.n) == (2, 1100, 1100)


def test_strata_that_are_alike_differ_as_their_sum_does() -> None:
    """Cut in four equal parts, the difference and how sure it is stay what they were."""
    whole = Pair(320, 400, 280, 400)
    part = Pair(80, 100, 70, 100)
    cut = loss_within({str(number): part for number in range(4)})

    assert cut is not None
    spread = 1.959963984540054 * (0.8 * 0.2 / whole.short_n + 0.7 * 0.3 / whole.long_n) ** 0.5
    assert (cut.loss, cut.low, cut.high) == pytest.approx((0.1, 0.1 - spread, 0.1 + spread))


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    """Three queues of different sizes, levels and waits; a true loss of six points in each."""
    draws = Streams(11).draws("tests.comparing")

    def tops(n: int, share: float) -> int:
        return sum(draws.chance(share) for _ in range(n))

    held = 0
    for _ in range(400):
        by_queue = {
            name: Pair(tops(m, level), m, tops(n, level - 0.06), n)
            for name, m, n, level in (
                ("a", 120, 40, 0.9), ("b", 60, 80, 0.7), ("c", 30, 90, 0.5)
            )
        }  # fmt: skip
        loss = loss_within(by_queue)
        assert loss is not None
        held += loss.low <= 0.06 <= loss.high
    assert 0.92 <= held / 400 <= 0.98


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (-0.02, MARGIN - 0.01, "none_that_matters"),
        (-0.2, -0.1, "none_that_matters"),
        (0.01, MARGIN - 0.01, "costs_little"),
        (0.01, MARGIN, "costs"),
        (0.1, 0.3, "costs"),
        (0.0, MARGIN, "not_known"),
        (-0.1, 0.2, "not_known"),
    ],
)
def test_the_verdict_is_what_the_interval_allows(low: float, high: float, verdict: Verdict) -> None:
    """Never more."""
    assert verdict_of(Loss((low + high) / 2, low, high)) == verdict


def test_too_few_are_no_verdict_and_it_is_said_how_many_it_takes() -> None:
    """Of each side, in queues that have both."""
    few = FEW_COMPARED - 1
    assert compare(20, 90, {"a": Pair(20, 500, few, few)}).verdict == "too_few"
    assert compare(20, 90, {"a": Pair(400, 500, 0, few + 1)}).verdict == "costs"
    apart = compare(20, 90, {"a": Pair(400, 500, 0, 0), "b": Pair(0, 0, 10, 500)})
    assert (apart.verdict, apart.alike, apart.queues) == ("too_few", None, 0)
    nothing = compare(20, 90, {})
    assert (nothing.verdict, nothing.needed, nothing.short.share) == ("too_few", None, None)
    # Two of 80 %, half each: n of both so that 1.96 * sqrt(.16/n + .16/n) is 0.05, about 492 each.
    needed = compare(20, 90, {"a": Pair(8000, 10_000, 8000, 10_000)}).needed
    assert needed == pytest.approx(984, rel=0.01)


def answers(waits_s: list[float], tops: list[bool], queue: str = "q") -> list[Waited]:
    """Answers after waits."""
    return [
        Waited(round(wait * SECOND_US), top, queue) for wait, top in zip(waits_s, tops, strict=True)
    ]


def test_a_wait_on_an_edge_is_in_the_bin_that_begins_there() -> None:
    """And of the two that are compared, 20 s is the short one and 90 s is not more than it."""
    told = answers([0, 9.9, 10, 20, 90, 90.1], [True] * 5 + [False])

    bins = {each.from_s: (each.csat.n, each.csat.top) for each in bins_of(told, "voice")}
    assert bins == {0: (2, 2), 10: (1, 1), 20: (1, 1), 45: (0, 0), 90: (2, 1)}
    middle, longer = comparisons_of(told, "voice")
    assert (middle.short.n, middle.long.n, longer.long.n) == (4, 1, 1)
    assert comparisons_of(told, "email") == []


def test_the_band_follows_the_share_and_ends_where_too_few_are() -> None:
    """Nine in ten up to a minute, five in ten from five on; two lone waits of an hour say nothing."""
    draws = Streams(5).draws("tests.band")
    waits = [draws.between(0, 60) for _ in range(900)]
    waits += [draws.between(300, 600) for _ in range(900)]
    tops = [draws.chance(0.9 if wait <= 60 else 0.5) for wait in waits]
    told = answers([*waits, 3600, 3601], [*tops, True, True])

    band = band_of(told)
    early = [point for point in band if point.wait_s < 30]
    late = [point for point in band if 400 < point.wait_s < 500]
    # Pointwise at 95 %: one in twenty may miss.
    hits = [point.low < 0.9 < point.high for point in early]
    hits += [point.low < 0.5 < point.high for point in late]
    assert len(hits) >= 8
    assert hits.count(False) <= len(hits) // 5
    assert max(abs(point.share - 0.9) for point in early) < 0.04
    assert max(abs(point.share - 0.5) for point in late) < 0.06
    assert max(point.wait_s for point in band) < 3000
    assert all(FEW <= point.n <= len(told) for point in band)
    assert np.all(np.diff([point.wait_s for point in band]) > 0)
    assert band_of(told[: FEW - 1]) == []


def test_everybody_waited_as_long() -> None:
    """One point, the share of all."""
    band = band_of(answers([12.0] * 40, [True] * 30 + [False] * 10))

    assert {(point.wait_s, point.share, point.n) for point in band} == {(12.0, 0.75, 40.0)}
