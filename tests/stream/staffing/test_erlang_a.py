"""Erlang A and C against published values, the chain solved otherwise, and what must always hold."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.staffing.erlang_a import ServiceLevels, SteadyState, erlang_b_inverse, steady_state
from tests.stream.staffing.birth_death import birth_death

# Arrivals a minute, handle time s, patience s, agents, target s; then the share that waits, the
# mean wait s, the speed of answer s, the share that gives up, occupancy, and the service levels
# abandons_count, abandons_ignored and abandons_in_target_ignored. A4 is the benchmark of Garnett,
# Mandelbaum and Reiman 2002; all were computed to 1e-14 by three independent programs.
ERLANG_A = """
A1   3.3333333333333335 180  120  12 20 .279807  7.39169  6.33477 .061597 .782002 .825583 .879774 .854645
A2   3.3333333333333335 180  120  10 20 .496853 16.49566 14.55423 .137464 .862536 .639941 .741930 .684459
A3   3.3333333333333335 180  120   8 20 .722626 30.95789 29.26799 .257982 .927522 .403213 .543401 .448491
A4  48                   60  120  50 20 .467774  3.70947  3.61590 .030912 .930324 .943019 .973100 .972030
A5  20                  300  360 100 20 .535433 13.69735 13.42516 .038048 .961952 .697263 .724841 .713198
A6  20                  300  360  95 20 .732708 24.34140 24.28279 .067615 .981458 .490683 .526266 .507742
A8   2                  360  600  14 30 .349526 25.50270 23.79200 .042505 .820710 .740364 .773230 .751447
A10 100                 300  450 500 20 .555843  7.21653  7.16634 .016037 .983963 .864143 .878227 .876282
A11 100                 300  450 520 20 .206266  1.69987  1.67908 .003777 .957906 .981097 .984817 .984628
A13 10                  240 3600  41 20 .700362 62.26471 62.04357 .017296 .958736 .410314 .417535 .411783
"""
# Contacts in 30 minutes, handle time s, agents; the share that waits, the speed of answer s, the
# service level at 20 s, occupancy.
ERLANG_C = """
100  180  12 .449388 40.4449 .640158 .8333
100  180  13 .285270 17.1162 .795595 .7692
100  180  14 .174132  7.8359 .888350 .7143
50   240   8 .532687 95.8836 .523331 .8333
200  300  40 .190737  8.5832 .877703 .8333
1000 240 140 .459360 16.5369 .736441 .9524
15   360   5 .236152 42.5073 .788682 .6000
"""
# Agents; the share that waits at 100 erlangs: Erlang C, then Erlang A with a patience of 2, 1 and
# 1/2 handle times.
WAITING_AT_100_ERLANGS = """
90  -     .9377 .8537 .7441
95  -     .8071 .7048 .5965
100 -     .5967 .5133 .4300
105 .5157 .3696 .3216 .2717
110 .2370 .1913 .1706 .1472
120 .0332 .0302 .0282 .0256
"""
# Contacts in 30 minutes of 300 s; the fewest agents for 80 % in 20 s: Erlang C, then Erlang A with
# a patience of 120, 300 and 600 s.
FEWEST_AGENTS = """
10  4   3   4   4
25  7   6   7   7
50  12  11  11  11
100 21  19  20  20
200 39  35  37  38
400 74  67  70  72
800 142 129 135 138
"""

rates = st.floats(0.001, 1.0)
handle_times = st.floats(10.0, 600.0)
patiences = st.floats(2.0, 900.0)
targets = st.floats(1.0, 120.0)


def table(text: str) -> list[list[str]]:
    """Rows of words."""
    return [row.split() for row in text.strip().splitlines()]


def queue(
    arrivals_per_s: float = 0.05,
    handle_time_s: float = 180.0,
    patience_s: float | None = 120.0,
    agents: int = 10,
    target_s: float = 20.0,
) -> SteadyState:
    """A queue of ten agents, but for what is given."""
    return steady_state(
        arrivals_per_s=arrivals_per_s,
        handle_time_s=handle_time_s,
        patience_s=patience_s,
        agents=agents,
        target_s=target_s,
    )


@pytest.mark.parametrize("row", [pytest.param(row, id=row[0]) for row in table(ERLANG_A)])
def test_erlang_a_has_its_reference_values(row: list[str]) -> None:
    """Each to the last digit that is known."""
    _, per_minute, handle_time_s, patience_s, agents, target_s, *expected = row
    told = queue(
        float(per_minute) / 60,
        float(handle_time_s),
        float(patience_s),
        int(agents),
        float(target_s),
    )

    wait_s, answer_s = map(float, expected[1:3])
    shares = [float(share) for share in (expected[0], *expected[3:])]
    assert [wait_s, answer_s] == pytest.approx([told.wait_s, told.answered_wait_s], abs=6e-6)
    assert shares == pytest.approx(
        [told.waiting_share, told.abandonment_rate, told.occupancy, *told.service_levels[:3]],
        abs=6e-7,
    )


@pytest.mark.parametrize("row", table(ERLANG_C))
def test_erlang_c_has_its_reference_values(row: list[str]) -> None:
    """Where nobody gives up."""
    per_half_hour, handle_time_s, agents, *expected = map(float, row)
    told = queue(per_half_hour / 1800, handle_time_s, None, int(agents))

    level = told.service_levels.abandons_count
    assert expected == pytest.approx(
        [told.waiting_share, told.answered_wait_s, level, told.occupancy], abs=6e-5
    )
    assert expected[0] == pytest.approx(told.waiting_share, abs=6e-7)
    assert expected[2] == pytest.approx(level, abs=6e-7)


@pytest.mark.parametrize("row", table(WAITING_AT_100_ERLANGS))
def test_a_hundred_erlangs_wait_as_square_root_staffing_was_checked_with(row: list[str]) -> None:
    """The exact columns of the table that Halfin and Whitt, and Garnett, approximate."""
    agents, erlang_c, *erlang_a = row
    told = [queue(1.0, 100.0, patience, int(agents)) for patience in (200.0, 100.0, 50.0)]
    patient = queue(1.0, 100.0, None, int(agents))

    assert [float(share) for share in erlang_a] == pytest.approx(
        [each.waiting_share for each in told], abs=6e-5
    )
    # Without abandonment, and with no more agents than erlangs, everybody waits.
    expected = 1.0 if erlang_c == "-" else float(erlang_c)
    assert expected == pytest.approx(patient.waiting_share, abs=6e-5)


@pytest.mark.parametrize(
    ("agents", "share"), [(95, 0.0627), (100, 0.0330), (105, 0.0151), (110, 0.0060)]
)
def test_a_hundred_erlangs_give_up_as_reference_values_say(agents: int, share: float) -> None:
    """With a patience of two handle times."""
    assert share == pytest.approx(queue(1.0, 100.0, 200.0, agents).abandonment_rate, abs=6e-5)


@pytest.mark.parametrize("row", table(FEWEST_AGENTS))
def test_the_fewest_agents_for_80_in_20_are_those_of_the_table(row: list[str]) -> None:
    """That many reach the service level, and one fewer does not."""
    per_half_hour, *fewest = map(int, row)

    def level(patience_s: float | None, agents: int) -> float:
        told = queue(per_half_hour / 1800, 300.0, patience_s, agents)
        return told.service_levels.abandons_count

    for agents, patience_s in zip(fewest, (None, 120.0, 300.0, 600.0), strict=True):
        assert level(patience_s, agents - 1) < 0.8 <= level(patience_s, agents)


def test_an_overloaded_queue_serves_what_it_can() -> None:
    """Half again as many as can be served: a third gives up, after a third of the patience."""
    told = queue(arrivals_per_s=1.5, handle_time_s=300.0, patience_s=180.0, agents=300)

    assert pytest.approx(1 / 3, abs=1e-9) == told.abandonment_rate
    assert pytest.approx(60.0, abs=1e-6) == told.wait_s
    assert pytest.approx(1.0) == told.occupancy


@pytest.mark.parametrize(
    ("load", "agents", "blocked"),
    [
        (5, 5, 0.28486782),
        (10, 10, 0.21458234),
        (10, 15, 0.03649695),
        (20, 20, 0.15889196),
        (100, 100, 0.07570045),
        (100, 110, 0.02746345),
        (0.5, 2, 0.07692308),
    ],
)
def test_erlang_b_has_its_reference_values(load: float, agents: int, blocked: float) -> None:
    """The share that is turned away where nobody can wait."""
    assert blocked == pytest.approx(1 / erlang_b_inverse(load, agents), abs=6e-9)


@given(rates, handle_times, patiences, st.integers(1, 60), targets)
def test_it_agrees_with_the_chain_solved_state_by_state(
    arrivals_per_s: float, handle_time_s: float, patience_s: float, agents: int, target_s: float
) -> None:
    """Integrals over the offered wait, and sums over the birth-death chain, are the same."""
    told = queue(arrivals_per_s, handle_time_s, patience_s, agents, target_s)
    chain = birth_death(
        arrivals_per_s=arrivals_per_s,
        handle_time_s=handle_time_s,
        patience_s=patience_s,
        agents=agents,
        target_s=target_s,
    )

    assert chain == pytest.approx(
        (
            told.waiting_share,
            told.wait_s,
            told.answered_wait_s,
            told.abandonment_rate,
            told.service_levels.abandons_count,
        ),
        rel=1e-9,
        abs=1e-11,
    )


@given(
    st.floats(1e-9, 1e3),
    st.floats(0.1, 1e5),
    st.floats(1e-3, 1e8),
    st.integers(1, 2_000),
    st.floats(0.0, 1e5),
)
def test_what_must_hold_of_any_queue_holds(
    arrivals_per_s: float, handle_time_s: float, patience_s: float, agents: int, target_s: float
) -> None:
    """Who gives up is who waited too long; who is answered keeps agents busy; shares are shares;
    however small or large, without a warning of an overflow."""
    told = queue(arrivals_per_s, handle_time_s, patience_s, agents, target_s)
    load_per_agent = arrivals_per_s * handle_time_s / agents
    levels = told.service_levels

    assert told.abandonment_rate * patience_s == pytest.approx(told.wait_s)
    assert told.queue == pytest.approx(arrivals_per_s * told.wait_s)
    # Of a great overload, hardly any are answered: 1 less nearly 1.
    assert told.occupancy == pytest.approx(
        load_per_agent * (1 - told.abandonment_rate), rel=1e-6, abs=1e-12 * load_per_agent
    )
    assert 0 <= told.abandonment_rate <= told.waiting_share <= 1 + 1e-12
    assert levels.abandons_ignored is not None
    assert 0 <= levels.abandons_count <= levels.abandons_in_target_ignored + 1e-12
    assert levels.abandons_in_target_ignored <= levels.abandons_in_target_met + 1e-12 <= 1 + 2e-12
    assert 1 - told.waiting_share <= levels.abandons_count + 1e-12


@given(rates, handle_times, st.none() | patiences, st.integers(0, 500), targets)
def test_one_more_agent_never_makes_it_worse(
    arrivals_per_s: float,
    handle_time_s: float,
    patience_s: float | None,
    agents: int,
    target_s: float,
) -> None:
    """Nobody waits longer and nobody more gives up for a colleague that comes."""
    less = queue(arrivals_per_s, handle_time_s, patience_s, agents, target_s)
    more = queue(arrivals_per_s, handle_time_s, patience_s, agents + 1, target_s)

    assert more.wait_s <= less.wait_s * (1 + 1e-9)
    assert more.waiting_share <= less.waiting_share * (1 + 1e-9)
    assert more.abandonment_rate <= less.abandonment_rate * (1 + 1e-9)
    assert more.service_levels.abandons_count >= less.service_levels.abandons_count - 1e-9


@given(rates, handle_times, st.integers(1, 200), targets)
def test_contacts_of_great_patience_wait_as_those_that_never_give_up(
    arrivals_per_s: float, handle_time_s: float, agents: int, target_s: float
) -> None:
    """Erlang A goes over into Erlang C where that has a long run."""
    agents += math.ceil(arrivals_per_s * handle_time_s)
    erlang_a = queue(arrivals_per_s, handle_time_s, 1e12, agents, target_s)
    erlang_c = queue(arrivals_per_s, handle_time_s, None, agents, target_s)

    assert erlang_c.wait_s == pytest.approx(erlang_a.wait_s, rel=1e-4)
    assert erlang_c.waiting_share == pytest.approx(erlang_a.waiting_share, rel=1e-4)
    assert erlang_c.service_levels == pytest.approx(erlang_a.service_levels, rel=1e-4)


def test_without_agents_everybody_waits_until_their_patience_ends() -> None:
    """There is nobody to be busy and no speed of answer; three contacts wait on average."""
    by_target = -math.expm1(-20 / 60)

    assert queue(patience_s=60.0, agents=0) == SteadyState(
        waiting_share=1.0,
        wait_s=60.0,
        answered_wait_s=None,
        abandonment_rate=1.0,
        occupancy=None,
        queue=3.0,
        service_levels=ServiceLevels(0.0, None, 0.0, by_target),
    )


@pytest.mark.parametrize("patience_s", [None, 120.0])
def test_without_arrivals_a_first_contact_would_be_answered_at_once(
    patience_s: float | None,
) -> None:
    """As in a queue with hardly any arrivals."""
    empty = SteadyState(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, ServiceLevels(1.0, 1.0, 1.0, 1.0))

    assert queue(arrivals_per_s=0.0, patience_s=patience_s) == empty
    hardly = queue(arrivals_per_s=1e-200, patience_s=patience_s)
    assert hardly._replace(occupancy=0.0) == empty


def test_more_work_than_agents_and_no_one_gives_up_has_no_end() -> None:
    """Nine erlangs on nine agents: the wait grows for ever, and that is said as infinite."""
    endless = SteadyState(
        1.0, math.inf, math.inf, 0.0, 1.0, math.inf, ServiceLevels(0.0, 0.0, 0.0, 0.0)
    )

    assert queue(patience_s=None, agents=9) == endless
    assert queue(patience_s=None, agents=10).wait_s < math.inf


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"arrivals_per_s": -0.1}, "arrivals_per_s"),
        ({"arrivals_per_s": math.nan}, "arrivals_per_s"),
        ({"handle_time_s": 0.0}, "handle_time_s"),
        ({"patience_s": 0.0}, "patience_s"),
        ({"agents": -1}, "agents"),
        ({"target_s": -1.0}, "target_s"),
    ],
)
def test_what_is_no_queue_is_refused_by_name(wrong: dict[str, float], named: str) -> None:
    """The message begins with what is wrong."""
    with pytest.raises(ValueError, match=f"^{named}: "):
        queue(**wrong)  # type: ignore[arg-type]
