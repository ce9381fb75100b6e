"""Following the floor's clock in a log that does not tell it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from stream import clocks
from stream.clocks import LOOK_EVERY_US, ClockFollower, set_clock, turn_clock
from stream.contract.clock import LIVE, TURNS_MAX, FloorClock, decode_clock, encode_clock
from stream.contract.instants import SECOND_US
from stream.logs.embedded import EmbeddedLog, EmbeddedTail
from stream.logs.port import LogAway
from stream.logs.topics import topics


def test_a_clock_that_is_not_told_says_what_to_look_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one line: which topic, what may hold it up, and that nobody need do anything else."""
    monkeypatch.setattr(clocks, "FIRST_LOOK_S", 0.0)
    monkeypatch.setattr(EmbeddedTail, "caught_up", lambda _tail: False)
    with closing(EmbeddedLog(tmp_path, now=lambda: 0)) as log:
        log.create(topics(1))
        with pytest.raises(LogAway) as told:
            ClockFollower(log, lambda: 0)

    assert str(told.value) == (
        "topic floor-clock was not told to its end within 0 s: is a transaction left open on it, "
        "or a broker away? trying again"
    )


def test_a_turned_clock_dates_by_the_line_that_held() -> None:
    """What was appended before it was paused or sped up keeps its time, read whenever."""
    paused = LIVE.turned(1_000, 1_000, 0.0)
    clock = paused.turned(5_000, 1_000, 60.0)

    assert [paused.at(wall) for wall in (-7, 999, 1_000, 4_000)] == [-7, 999, 1_000, 1_000]
    assert [clock.at(wall) for wall in (999, 3_000, 5_000, 5_010)] == [999, 1_000, 1_000, 1_600]
    assert decode_clock(encode_clock(clock)) == clock
    assert encode_clock(LIVE) == b'{"wall":0,"floor":0,"speed":1.0}'


def test_of_very_many_turns_the_newest_are_remembered() -> None:
    """Its record stays small; what is older is dated by the oldest line that is left."""
    clock = LIVE
    for second in range(2 * TURNS_MAX):
        clock = clock.turned(second, second, 1.0)

    assert len(clock.before) == TURNS_MAX
    assert clock.at(3) == 3
    assert len(encode_clock(clock)) < 64 * 1024


def test_a_clock_that_turned_is_the_same_floor_s_and_another_is_not() -> None:
    """Of other clocks, those that were before it are told apart from those that never were."""
    first = FloorClock(wall=1_000, floor=50, speed=0.0)
    turned = first.turned(2_000, 50, 1.0).turned(3_000, 1_050, 4.0)

    assert [turned.goes_on_from(known) for known in (first, first.turned(2_000, 50, 1.0), turned)]
    assert not turned.goes_on_from(LIVE)
    assert not first.goes_on_from(turned)
    assert [turned.speed_at(wall) for wall in (0, 2_500, 3_000, 9_000)] == [0.0, 1.0, 4.0, 4.0]


def test_followers_hear_of_a_turn_before_it_holds_and_take_it_for_the_same_floor(
    tmp_path: Path,
) -> None:
    """Half a second is enough; another floor's clock is told from a turn of this one's."""
    now = [10 * SECOND_US]
    clock = FloorClock(wall=now[0], floor=0, speed=1.0)
    with closing(EmbeddedLog(tmp_path, now=lambda: now[0])) as log:
        log.create(topics(1))
        set_clock(log, clock, has_events=False)
        follower = ClockFollower(log, lambda: now[0])
        turn_clock(log, turned := clock.turned(now[0] + SECOND_US // 2, SECOND_US // 2, 0.0))
        now[0] += LOOK_EVERY_US
        assert not follower.look()
        assert follower.clock == turned
        assert follower.at(now[0] + 5 * SECOND_US) == SECOND_US // 2
        turn_clock(log, FloorClock(wall=now[0], floor=7, speed=1.0))
        now[0] += LOOK_EVERY_US
        assert follower.look()
        follower.close()
