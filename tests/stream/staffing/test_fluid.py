"""The fluid outlook against reference values, small steps of its equation, and plain sense."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.staffing.erlang_a import steady_state
from stream.staffing.fluid import Outlook, outlook

MINUTE_S = 60.0

contacts_now = st.floats(0.0, 200.0)
rates = st.floats(0.0, 1.0)
handle_times = st.floats(30.0, 600.0)
patiences = st.none() | st.floats(20.0, 900.0)
staff = st.integers(0, 60)
horizons = st.floats(0.0, 3_600.0)


def thirty_waiting(agents: int, minutes: float) -> Outlook:
    """Twenty being served and thirty waiting, five a minute, five minutes each, four of patience."""
    return outlook(
        contacts=50.0,
        arrivals_per_s=5 / MINUTE_S,
        handle_time_s=5 * MINUTE_S,
        patience_s=4 * MINUTE_S,
        agents=agents,
        horizon_s=minutes * MINUTE_S,
    )


@pytest.mark.parametrize(
    ("agents", "queues", "abandoned"),
    [
        (20, [11.45, 6.13, 4.61, 4.01], 55.99),
        (28, [4.59, 0, 0, 0], 16.43),
        (30, [2.88, 0, 0, 0], 12.83),
        (32, [1.16, 0, 0, 0], 9.95),
        (35, [0, 0, 0, 0], 6.55),
    ],
)
def test_a_backlog_of_thirty_goes_as_reference_values_say(
    agents: int, queues: list[float], abandoned: float
) -> None:
    """The queue after 5, 10, 15 and 30 minutes, and who has given up by then."""
    told = [thirty_waiting(agents, minutes) for minutes in (5, 10, 15, 30)]

    assert queues == pytest.approx([each.queue for each in told], abs=0.006)
    assert abandoned == pytest.approx(told[-1].abandoned, abs=0.006)


def test_the_wait_is_that_of_a_queue_which_shrinks_as_others_give_up() -> None:
    """Thirty ahead of twenty agents: ln(1 + theta·q / (n·mu)) / theta, not the naive 7.5 min."""
    expected = math.log(1 + 0.25 * 30 / 4) / 0.25

    assert pytest.approx(expected) == thirty_waiting(20, 0).wait_s / MINUTE_S


def test_where_nobody_gives_up_the_queue_grows_evenly() -> None:
    """One a second comes, ten agents of 20 s serve a half: thirty more wait after a minute."""
    told = outlook(
        contacts=10.0,
        arrivals_per_s=1.0,
        handle_time_s=20.0,
        patience_s=None,
        agents=10,
        horizon_s=60.0,
    )

    assert told == pytest.approx(Outlook(contacts=40.0, queue=30.0, wait_s=60.0, abandoned=0.0))


def test_without_agents_nobody_is_served() -> None:
    """Who waits gives up, who comes waits, and there is no end to the wait of one that would not."""
    told = outlook(
        contacts=0.0,
        arrivals_per_s=0.5,
        handle_time_s=300.0,
        patience_s=60.0,
        agents=0,
        horizon_s=60.0,
    )

    queue = 30 * (1 - math.exp(-1))
    assert told == pytest.approx(Outlook(queue, queue, math.inf, 30 - queue))


@given(contacts_now, rates, handle_times, patiences, staff, horizons)
def test_it_is_where_small_steps_of_its_equation_lead(
    contacts: float,
    arrivals_per_s: float,
    handle_time_s: float,
    patience_s: float | None,
    agents: int,
    horizon_s: float,
) -> None:
    """Runge and Kutta's fourth-order steps of x' = lambda - mu·min(x, n) - theta·(x - n)+."""
    leaving_per_s = 1 / patience_s if patience_s else 0.0

    def pace(x: float) -> float:
        served = min(x, agents) / handle_time_s
        return arrivals_per_s - served - leaving_per_s * max(x - agents, 0.0)

    x, step_s, abandoned = contacts, horizon_s / 2_000, 0.0
    for _ in range(2_000):
        first = pace(x)
        second = pace(x + step_s / 2 * first)
        third = pace(x + step_s / 2 * second)
        fourth = pace(x + step_s * third)
        middle = max(x + step_s / 2 * second - agents, 0.0)
        after = x + step_s / 6 * (first + 2 * second + 2 * third + fourth)
        ends = max(x - agents, 0.0) + max(after - agents, 0.0)
        abandoned += leaving_per_s * step_s * (ends + 4 * middle) / 6
        x = after

    told = outlook(
        contacts=contacts,
        arrivals_per_s=arrivals_per_s,
        handle_time_s=handle_time_s,
        patience_s=patience_s,
        agents=agents,
        horizon_s=horizon_s,
    )
    assert x == pytest.approx(told.contacts, abs=1e-2)
    assert max(x - agents, 0.0) == pytest.approx(told.queue, abs=1e-2)
    # The steps' own sum is off by more where more have given up.
    assert abandoned == pytest.approx(told.abandoned, abs=5e-2, rel=1e-3)


@given(st.floats(0.4, 1.0), st.floats(60.0, 600.0), staff)
def test_an_overloaded_queue_ends_as_erlang_a_has_it(
    arrivals_per_s: float, patience_s: float, agents: int
) -> None:
    """Chance matters little where half again as many come as can be served."""
    handle_time_s = max(1.5 * agents, 30.0) / arrivals_per_s
    long_run = steady_state(
        arrivals_per_s=arrivals_per_s,
        handle_time_s=handle_time_s,
        patience_s=patience_s,
        agents=agents,
        target_s=20.0,
    )
    told = outlook(
        contacts=0.0,
        arrivals_per_s=arrivals_per_s,
        handle_time_s=handle_time_s,
        patience_s=patience_s,
        agents=agents,
        horizon_s=100 * (handle_time_s + patience_s),
    )

    assert long_run.queue == pytest.approx(told.queue, rel=0.05, abs=0.5)


def test_a_balance_of_what_comes_and_what_is_served_stays() -> None:
    """Ten agents busy, nobody waits, and just as many come as are served."""
    told = outlook(
        contacts=10.0,
        arrivals_per_s=0.1,
        handle_time_s=100.0,
        patience_s=60.0,
        agents=10,
        horizon_s=900.0,
    )

    assert told == pytest.approx(Outlook(contacts=10.0, queue=0.0, wait_s=0.0, abandoned=0.0))


@pytest.mark.parametrize(
    ("contacts", "handle_time_s", "patience_s"),
    [(-1.0, 100.0, 60.0), (1.0, 0.0, 60.0), (1.0, 100.0, 0.0), (math.nan, 100.0, 60.0)],
)
def test_what_is_no_queue_is_refused(
    contacts: float, handle_time_s: float, patience_s: float
) -> None:
    """A caller's mistake is not computed with."""
    with pytest.raises(ValueError, match="0"):
        outlook(
            contacts=contacts,
            arrivals_per_s=0.1,
            handle_time_s=handle_time_s,
            patience_s=patience_s,
            agents=10,
            horizon_s=60.0,
        )
