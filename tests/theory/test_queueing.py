"""The simulator's queues against exact results (science 1.5, 2.3, 4.2, 4.4, 4.6), by fixed seeds."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import pytest

from tests.simulator.floors import floor, law, queue, team
from tests.theory.replications import (
    LONG,
    QUICK,
    STANDARD_ERRORS,
    Effort,
    Figures,
    error_of,
    faults,
    mean_of,
    replicate,
)

EFFORTS: Final = [
    pytest.param(QUICK, id="quick"),
    pytest.param(LONG, id="long", marks=pytest.mark.slow),
]


class Case(NamedTuple):
    """A single queue: contacts a minute, mean talk and patience in seconds, agents."""

    per_minute: float
    talk_s: float
    patience_s: float
    agents: int


A1: Final = Case(10 / 3, 180, 120, 12)
A2: Final = Case(10 / 3, 180, 120, 10)
A4: Final = Case(48, 60, 120, 50)
A6: Final = Case(20, 300, 360, 95)
A10: Final = Case(100, 300, 450, 500)
A13: Final = Case(10, 240, 3600, 41)


def measured(
    case: Case, effort: Effort, seed: int, patience: dict[str, Any] | None = None, **more: Any
) -> list[Figures]:
    """Runs of a single queue, by default of exponential patience."""
    patience_law = {"law": "exponential", **(patience or {}), "mean_s": float(case.patience_s)}
    plan = queue(case.per_minute, law(case.talk_s), patience_law=patience_law, **more)
    scenario = floor({"calls": plan}, {"all": team(case.agents, "calls")})
    before = 8 * max(case.talk_s, min(case.patience_s, 600)) / 60
    return replicate(scenario, case.per_minute, effort, before=before, seed=seed)


@pytest.mark.parametrize("effort", EFFORTS)
@pytest.mark.parametrize(
    ("seed", "case", "exact"),
    [
        pytest.param(1, A1, (0.279807, 7.39169, 6.33477, 0.061597, 0.825583), id="A1"),
        pytest.param(2, A2, (0.496853, 16.49566, 14.55423, 0.137464, 0.639941), id="A2"),
        pytest.param(4, A4, (0.467774, 3.70947, 3.61590, 0.030912, 0.943019), id="A4"),
        pytest.param(6, A6, (0.732708, 24.34140, 24.28279, 0.067615, 0.490683), id="A6"),
        pytest.param(10, A10, (0.555843, 7.21653, 7.16634, 0.016037, 0.864143), id="A10"),
        pytest.param(13, A13, (0.700362, 62.26471, 62.04357, 0.017296, 0.410314), id="A13"),
    ],
)
def test_erlang_a(seed: int, case: Case, exact: tuple[float, ...], effort: Effort) -> None:
    """Science 4.2, from light load to overload."""
    abandoned = exact[3]
    told = dict(zip(("P(W>0)", "E[W]", "ASA", "P(ab)", "SL"), exact, strict=True))
    told["talking"] = case.per_minute * (1 - abandoned) * case.talk_s / 60

    assert faults(measured(case, effort, seed), told) == []


@pytest.mark.parametrize(("seed", "case", "exact"), [(2, A2, 0.137464), (4, A4, 0.030912)])
def test_a_load_five_percent_off_is_seen(seed: int, case: Case, exact: float) -> None:
    """Else these tests would prove little."""
    longer = case._replace(talk_s=case.talk_s * 1.05)

    assert faults(measured(longer, QUICK, seed), {"P(ab)": exact}) != []


@pytest.mark.parametrize("effort", EFFORTS)
@pytest.mark.parametrize(
    ("seed", "patience", "exact"),
    [
        pytest.param(
            20,
            {"law": "weibull", "spread": 0.6},
            (0.40796, 0.16175, 8.747, 7.778, 0.71769),
            id="Weibull .6",
        ),
        pytest.param(
            21,
            {"law": "lognormal", "spread": 1.2},
            (0.46866, 0.14517, 13.254, 11.053, 0.67698),
            id="log-normal 1.2",
        ),
    ],
)
def test_patience_of_other_shapes(
    seed: int, patience: dict[str, Any], exact: tuple[float, ...], effort: Effort
) -> None:
    """Science 4.4: the same mean patience, another shape, and half the wait."""
    told = dict(zip(("P(W>0)", "P(ab)", "E[W]", "ASA", "SL"), exact, strict=True))

    assert faults(measured(A2, effort, seed, patience), told) == []


@pytest.mark.parametrize("effort", EFFORTS)
@pytest.mark.parametrize(
    ("seed", "trunks", "blocked", "waiting"),
    [(30, 55, 0.043567, 0.732931)],
)
def test_a_limit_of_trunks(
    seed: int, trunks: int, blocked: float, waiting: float, effort: Effort
) -> None:
    """Science 4.2 below the table: A4 with so many lines."""
    runs = measured(A4, effort, seed, trunks=trunks)

    assert faults(runs, {"blocked": blocked, "E[Q]": waiting}) == []


CHATS_MOST: Final = 3
CHAT_MINUTES: Final = (12.0, 15.0, 20.0)
CHAT_PATIENCE_MIN: Final = 3.0


def even_chats(per_minute: float, agents: int) -> Figures:
    """The birth-death process of science 2.3, whose chats are always shared out evenly.

    With one agent they can be nothing else.
    """
    weights, talking, waiting = [1.0], [0.0], [0.0]
    while len(weights) < 40 * agents + 200:
        chats = min(len(weights), CHATS_MOST * agents)
        each, rest = divmod(chats, agents)
        leave = rest * (each + 1) / CHAT_MINUTES[each] if rest else 0.0
        leave += (agents - rest) * each / CHAT_MINUTES[each - 1] if each else 0.0
        leave += (len(weights) - chats) / CHAT_PATIENCE_MIN
        waiting.append(float(len(weights) - chats))
        talking.append(float(chats))
        weights.append(weights[-1] * per_minute / leave)
    total = sum(weights)
    queue_length = sum(w * q for w, q in zip(weights, waiting, strict=True)) / total
    abandoned = queue_length / CHAT_PATIENCE_MIN / per_minute
    chats_held = sum(w * c for w, c in zip(weights, talking, strict=True)) / total
    return {
        "P(W>0)": sum(weights[CHATS_MOST * agents :]) / total,
        "P(ab)": abandoned,
        "E[Q]": queue_length,
        "talking": chats_held,
        "talk_min": chats_held / (per_minute * (1 - abandoned)),
    }


TABLE_OF_CHATS: Final = [
    (41, 1.2, (0.02566, 0.00749, 0.02697, 18.1336, 15.22540)),
    (42, 1.4, (0.13275, 0.04191, 0.17603, 22.7605, 16.96866)),
    (43, 1.6, (0.32068, 0.10926, 0.52445, 26.1050, 18.31694)),
]


def chats(per_minute: float, agents: int, effort: Effort, seed: int) -> list[Figures]:
    """Runs of a chat queue whose agents have up to three."""
    plan = queue(
        per_minute,
        law(CHAT_MINUTES[0] * 60),
        channel="chat",
        patience_law={"law": "exponential", "mean_s": CHAT_PATIENCE_MIN * 60},
        concurrency={"chats": CHATS_MOST, "slower": [15 / 12, 20 / 12]},
    )
    scenario = floor({"chat": plan}, {"all": team(agents, "chat")})
    return replicate(scenario, per_minute, effort, before=150.0, seed=seed)


@pytest.mark.parametrize("effort", EFFORTS)
@pytest.mark.parametrize(("seed", "per_minute"), [(44, 0.1), (45, 0.16)])
def test_several_chats_of_one_agent(seed: int, per_minute: float, effort: Effort) -> None:
    """Up to three chats of 12, 15 and 20 minutes, exactly."""
    assert faults(chats(per_minute, 1, effort, seed), even_chats(per_minute, 1)) == []


@pytest.mark.parametrize(("seed", "per_minute", "exact"), TABLE_OF_CHATS)
def test_the_theory_of_even_chats_is_that_of_the_table(
    seed: int, per_minute: float, exact: tuple[float, ...]
) -> None:
    """Science 2.3, to the digits that it gives."""
    assert tuple(even_chats(per_minute, 10).values()) == pytest.approx(exact, abs=6e-5)


@pytest.mark.parametrize("effort", EFFORTS)
@pytest.mark.parametrize(("seed", "per_minute", "exact"), TABLE_OF_CHATS)
def test_several_chats_of_ten_agents(
    seed: int, per_minute: float, exact: tuple[float, ...], effort: Effort
) -> None:
    """Least loaded first is less even than the table's theory, which moves running chats: they
    take some hundredths longer, and never less."""
    runs = chats(per_minute, 10, effort, seed)
    length_min = exact[-1]
    mean, error = mean_of(runs, "talk_min"), error_of(runs, "talk_min")

    assert length_min - STANDARD_ERRORS * error <= mean
    assert mean <= length_min * 1.035 + STANDARD_ERRORS * error
    assert error < 0.012 * length_min


@pytest.mark.parametrize("effort", EFFORTS)
@pytest.mark.parametrize(
    ("seed", "alone", "both", "level", "abandoned"),
    [
        (50, 12, 0, 0.826, 0.061),
        (51, 10, 4, 0.868, 0.045),
        (52, 8, 8, 0.890, 0.037),
        (53, 0, 24, 0.911, 0.029),
    ],
)
def test_skills(
    seed: int, alone: int, both: int, level: float, abandoned: float, effort: Effort
) -> None:
    """Science 4.6: two types of A1, specialists first, the others take who waits longest.

    Its figures are simulated themselves, to ±.002 and ±.0007, and cut to three digits.
    """
    patience = {"law": "exponential", "mean_s": 120.0}
    plans = {name: queue(10 / 3, law(180), patience_law=patience) for name in ("a", "b")}
    teams = {name: team(alone, name) for name in ("a", "b") if alone}
    if both:
        teams["c"] = team(both, "a", "b")
    scenario = floor(plans, teams, routing="specialists_first")
    runs = replicate(scenario, 20 / 3, effort, before=24.0, seed=seed)
    found = {name: (mean_of(runs, name), error_of(runs, name)) for name in ("SL", "P(ab)")}

    for name, exact, known_to in (("SL", level, 0.0025), ("P(ab)", abandoned, 0.0012)):
        mean, error = found[name]
        assert abs(mean - exact) <= STANDARD_ERRORS * error + known_to


@pytest.mark.parametrize("effort", EFFORTS)
@pytest.mark.parametrize(
    ("seed", "redial", "reconnect", "exact"),
    [
        (61, 0.24, 0.0, (5.14896, 0.12054, 0.50342)),
        (62, 0.5, 0.0, (5.39751, 0.14729, 0.41810)),
        (63, 0.24, 0.05, (5.42646, 0.15047, 0.40853)),
    ],
)
def test_redials_find_their_fixed_point(
    seed: int, redial: float, reconnect: float, exact: tuple[float, ...], effort: Effort
) -> None:
    """Science 1.5: who hung up or was not helped calls again, and the rate rises until it fits.

    The fixed point is exact where the gap is long, so that who calls again meets another queue.
    """
    gap = {"mean_s": 7_200.0, "sigma": 0.5, "at_least_s": 0.0}
    plan = queue(
        5.0,
        law(300),
        patience_law={"law": "exponential", "mean_s": 240.0},
        resolved=0.0,
        repeat={"share": reconnect, "after_mean_s": 7_200.0, "after_sigma": 0.5},
    )
    scenario = floor({"calls": plan}, {"all": team(24, "calls")}, redial=redial, redial_gap=gap)
    runs = replicate(scenario, 5.0, effort, before=900.0, seed=seed)
    told = dict(zip(("rate", "P(ab)", "SL"), exact, strict=True))

    assert faults(runs, told) == []
