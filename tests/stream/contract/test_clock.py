"""The floor's clock as arithmetic: where an instant of the floor lies on the wall."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from stream.contract.clock import FloorClock


@given(
    floors=st.lists(st.integers(0, 10**9), min_size=1, max_size=5),
    speeds=st.lists(st.sampled_from([0.0, 0.5, 1.0, 60.0]), min_size=6, max_size=6),
    asked=st.integers(0, 10**11),
)
def test_the_wall_at_a_floor_instant_is_never_late(
    floors: list[int], speeds: list[float], asked: int
) -> None:
    """However often the clock was turned: read from there on, nothing of the floor is missed."""
    clock = FloorClock(wall=0, floor=0, speed=speeds[0])
    wall = 0
    for step, speed in zip(floors, speeds[1:], strict=False):
        wall += step
        clock = clock.turned(wall, clock.at(wall), speed)

    assert clock.at(clock.wall_at(asked)) <= asked
