"""The floor as it was: at any instant, in whatever order instants are looked at, it is what one
reading of the same log gives as of then."""

from __future__ import annotations

from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream.contract.figures import LIVE_WINDOWS, Figures
from stream.contract.instants import HOUR_US, MINUTE_US, SECOND_US
from stream.past.floor import PastReading
from tests.stream.past.days import BATCH, BEGIN, PHASES, PLAN, Ground, instants, show


def told(look: PastReading, window: str) -> Figures:
    return look.picture(window, agents=True).figures


@given(moments=st.lists(instants, min_size=1, max_size=5), data=st.data())
@settings(max_examples=5, deadline=None, phases=PHASES)
def test_any_instant_is_what_the_whole_log_gives_as_of_then(
    day: Ground, moments: list[int], data: st.DataObject
) -> None:
    """In any order: what was read for one instant is used for the next."""
    look = PastReading(day.log, PLAN, title="Floor", batch=BATCH)
    for at in moments:
        show(look, at)
        window = data.draw(st.sampled_from(LIVE_WINDOWS))
        assert look.at == at
        assert told(look, window) == day.figures(at, window, PLAN)


@given(
    at=instants,
    steps=st.lists(st.integers(min_value=1, max_value=5 * MINUTE_US), min_size=1, max_size=8),
    window=st.sampled_from(LIVE_WINDOWS),
)
@settings(max_examples=5, deadline=None, phases=PHASES)
def test_what_is_played_is_the_same(day: Ground, at: int, steps: list[int], window: str) -> None:
    """Step by step from there, and back again; there is always time to put it in order."""
    look = PastReading(day.log, PLAN, title="Floor", batch=BATCH, steady=lambda: 0.0)
    show(look, at)
    for step in steps:
        look.advance(look.at + step)
        assert told(look, window) == day.figures(look.at, window, PLAN)
    show(look, at)
    assert told(look, window) == day.figures(at, window, PLAN)


@pytest.mark.parametrize("hour", range(1, 6))
def test_what_stands_still_is_in_order(day: Ground, hour: int) -> None:
    """Though there was no time for it while it was played: where it comes to stand, a minute before,
    and on from there."""
    look = PastReading(day.log, PLAN, title="Floor", batch=BATCH, steady=count().__next__)
    show(look, BEGIN + hour * HOUR_US)
    for _ in range(40):
        look.advance(look.at + 15 * SECOND_US)
    for stands in (look.at, look.at + MINUTE_US, look.at - MINUTE_US):
        show(look, stands)
        assert told(look, "30m") == day.figures(stands, "30m", PLAN)
