"""In which order queues stand: the worst first, but none changes its place from second to second."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.order import REST_US, RestedOrder
from stream.contract.instants import SECOND_US

Frame = tuple[float, dict[str, str]]


def stand(order: RestedOrder, at: float, groups: dict[str, str]) -> str:
    """The order that comes of queues of one letter, by state with the worst first."""
    states = {queue: state for state, queues in groups.items() for queue in queues}
    return "".join(order.of(list(states), states, round(at * SECOND_US)))


@pytest.mark.parametrize(
    ("frames", "stood"),
    [
        pytest.param(
            [
                (0, {"trouble": "ab"}),
                (9.999, {"trouble": "ba"}),
                (10, {"trouble": "ba"}),
                (19.999, {"trouble": "ab"}),
                (20, {"trouble": "ab"}),
            ],
            ["ab", "ab", "ba", "ba", "ab"],
            id="every ten seconds at most",
        ),
        pytest.param(
            [
                (0, {"trouble": "ab", "watch": "cde"}),
                (1, {"trouble": "dba", "watch": "ec"}),
                (2, {"trouble": "bd", "watch": "eac"}),
            ],
            ["abcde", "dabce", "dbcea"],
            id="another state is another place at once",
        ),
        pytest.param(
            [
                (0, {"watch": "ab"}),
                (1, {"watch": "xbyza"}),
                (2, {"watch": "b"}),
                (3, {"trouble": "b"}),
                (12, {"trouble": "ba"}),
            ],
            ["ab", "xabyz", "b", "b", "ba"],
            id="who comes stands behind whom it follows",
        ),
        pytest.param(
            [(20, {"trouble": "ab"}), (5, {"trouble": "ba"}), (6, {"trouble": "ab"})],
            ["ab", "ba", "ba"],
            id="a clock that is set back",
        ),
    ],
)
def test_within_a_state_places_rest(frames: list[Frame], stood: list[str]) -> None:
    """Each state by itself."""
    order = RestedOrder()
    assert [stand(order, at, groups) for at, groups in frames] == stood


def test_of_another_floor_nothing_is_kept() -> None:
    """What was there says nothing of what comes."""
    order = RestedOrder()
    stand(order, 0, {"trouble": "ab"})
    order.forget()
    assert stand(order, 1, {"trouble": "ba"}) == "ba"


@given(
    frames=st.lists(
        st.permutations("abcdef").flatmap(
            lambda queues: st.integers(0, 6).map(lambda cut: (queues[:cut], queues[cut:]))
        ),
        min_size=1,
        max_size=8,
    ),
    step=st.integers(0, REST_US),
)
def test_all_are_there_once_and_by_state(
    frames: list[tuple[list[str], list[str]]], step: int
) -> None:
    """Whatever comes and goes."""
    order = RestedOrder()
    for number, (trouble, watch) in enumerate(frames):
        states = dict.fromkeys(trouble, "trouble") | dict.fromkeys(watch, "watch")
        stood = order.of([*trouble, *watch], states, number * step)
        assert sorted(stood[: len(trouble)]) == sorted(trouble)
        assert sorted(stood[len(trouble) :]) == sorted(watch)
