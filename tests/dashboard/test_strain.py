"""Strain: what it goes by, where its limits are, and of whom nothing is said."""

from __future__ import annotations

import pytest

from dashboard.strain import strain
from dashboard.words import percent
from stream.contract.detail import Load
from stream.contract.figures import COUNTS, FIGURES, AgentSection, Levels, Value
from tests.builders import BASE_US, MINUTE, instant

AS_OF = BASE_US


def agent(state: str = "busy", **known: float) -> AgentSection:
    """An agent of whom only so much is known."""
    counts: dict[str, Value] = {name: known.get(name, 0) for name in COUNTS}
    figures: dict[str, Value | Levels] = {name: known.get(name) for name in FIGURES}
    return AgentSection(state, None, None, None, counts, figures)


def load(
    *,
    seen_min: float = 240,
    break_min: float | None = 30,
    dissatisfied_min: tuple[float, ...] = (),
    parts: tuple[tuple[float, float], ...] = (),
) -> Load:
    """What an agent has behind it, in minutes ago; parts in (minutes ago, seconds long)."""
    return Load(
        "a1",
        instant(-seen_min * MINUTE),
        None if break_min is None else instant(-break_min * MINUTE),
        [instant(-ago * MINUTE) for ago in dissatisfied_min],
        [(instant(-ago * MINUTE), int(length_s * 1e6)) for ago, length_s in parts],
    )


@pytest.mark.parametrize(
    ("share", "level"),
    [(0.0, "calm"), (0.849, "calm"), (0.85, "busy"), (0.899, "busy"), (0.9, "strained")],
)
def test_occupancy_alone(share: float, level: str) -> None:
    """Practice plans 75 to 85 %, and acts above 90."""
    told = strain(agent(occupancy=share), None, AS_OF)
    assert (told.level, told.why) == (level, f"occupied {percent(share)} of the last hour")
    assert [(sign.of, sign.value) for sign in told.signs] == [("occupancy", share)]


@pytest.mark.parametrize(
    ("minutes", "level"),
    [(0, "calm"), (89, "calm"), (90, "busy"), (119, "busy"), (120, "strained")],
)
def test_time_without_a_break(minutes: int, level: str) -> None:
    """Since the last of five minutes or more."""
    told = strain(agent(), load(break_min=minutes), AS_OF)
    assert told.level == level
    assert level == "calm" or told.why == f"{minutes} min without a break of 5 min"


def test_a_break_that_nobody_saw_says_only_what_is_sure() -> None:
    """At least so long; and nothing where too little was seen to tell."""
    told = strain(agent(), load(seen_min=95, break_min=None), AS_OF)
    assert (told.level, told.why) == ("busy", "at least 95 min without a break of 5 min")
    told = strain(agent(), load(seen_min=40, break_min=None), AS_OF)
    assert [sign.of for sign in told.signs] == ["hard_contacts"]


@pytest.mark.parametrize(
    ("scores", "long", "level"),
    [(0, 0, "calm"), (2, 0, "calm"), (2, 1, "busy"), (0, 4, "busy"), (3, 2, "strained")],
)
def test_hard_contacts(scores: int, long: int, level: str) -> None:
    """Dissatisfied customers, and what took more than twice the agent's own average."""
    told = strain(
        agent(average_handle_time_s=100.0, handled=9),
        load(
            dissatisfied_min=(91, *[10.0] * scores),
            parts=((95, 900), (5, 200), *[(9.0, 200.5)] * long),
        ),
        AS_OF,
    )
    assert told.level == level
    assert {sign.of: sign.value for sign in told.signs}["hard_contacts"] == scores + long


def test_an_average_of_few_is_none() -> None:
    """Nothing is twice as long as it."""
    one = agent(average_handle_time_s=100.0, handled=4)
    told = strain(one, load(parts=((5, 900),) * 6), AS_OF)
    assert told.level == "calm"
    assert {sign.of: sign.value for sign in told.signs}["hard_contacts"] == 0


def test_the_worst_sign_is_told_alone() -> None:
    """Those that are less grave stand in the list."""
    told = strain(agent(occupancy=0.95), load(break_min=100), AS_OF)
    assert (told.level, told.why) == ("strained", "occupied 95 % of the last hour")
    assert [sign.level for sign in told.signs] == ["strained", "busy", "calm"]


@pytest.mark.parametrize("state", ["away", "offline"])
def test_of_who_rests_nothing_is_said(state: str) -> None:
    """Whatever was before."""
    assert strain(agent(state, occupancy=0.99), load(break_min=200), AS_OF) == (None, [])


def test_of_whom_nothing_is_known_nothing_is_said() -> None:
    """None, and not calm."""
    assert strain(agent(), None, AS_OF) == (None, [])
