"""The player: what is due by when, paused, faster, sought and looped, its time an argument."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

import pytest

from simulator.player import Player, Stretch
from simulator.recording import Played, first_time, last_time
from stream.contract.clock import FloorClock
from stream.contract.codec import decode
from stream.contract.instants import HOUR_US, SECOND_US
from tests.builders import BASE_US, answered, ended, event, queued, state, wrapped

# The wall clock is far from the floor's, so that neither is taken for the other.
WALL: Final = BASE_US + 9 * HOUR_US
CALLS: Final = tuple(queued(f"c{second}", second) for second in range(0, 100, 10))


def at(second: float) -> int:
    """The wall clock so many seconds after the start."""
    return WALL + round(second * SECOND_US)


def recorded(second: float) -> int:
    """A recorded time, by seconds after the recording's first event."""
    return BASE_US + round(second * SECOND_US)


def player(
    lines: Sequence[bytes] = CALLS, *, speed: float = 1.0, loop: bool = False, lead_s: float = 0
) -> Player:
    """A player that begins at once, at the recording's own time."""
    numbered = list(enumerate(lines, 1))
    first = first_time(numbered)
    assert first is not None
    stretch = Stretch(lambda: iter(numbered), first, first, first, last_time(numbered))
    clock = FloorClock(wall=WALL, floor=first, speed=speed)
    return Player(stretch, clock, loop=loop, lead_us=round(lead_s * SECOND_US))


def keys(played: Sequence[Played]) -> list[str]:
    """Whose events were played."""
    return [one.key for one in played]


def whole(played: Played) -> Any:
    """The event that was played."""
    return json.loads(played.payload)


def test_events_fall_due_in_their_order_and_stay_byte_for_byte() -> None:
    """Each once, when its time has come, however late somebody asks."""
    playing = player()
    given = [playing.due(at(second)) for second in (-1, 0, 0, 25, 1000)]

    assert [keys(one) for one in given] == [[], ["c0"], [], ["c10", "c20"], keys(given[4])]
    assert [one.payload for batch in given for one in batch] == list(CALLS)
    assert playing.is_over(at(1000))


def test_no_more_is_given_at_once_than_was_asked_for() -> None:
    """What is left comes next."""
    playing = player()

    assert [keys(playing.due(at(50), at_most=4)) for _ in range(3)] == [
        ["c0", "c10", "c20", "c30"],
        ["c40", "c50"],
        [],
    ]
    assert playing.lag_us(at(61.5)) == 1_500_000


def test_paused_the_floors_clock_stands_still() -> None:
    """And goes on from there, with nothing lost."""
    playing = player()
    playing.due(at(12))
    playing.pause(at(15))
    while_paused = playing.due(at(500))
    position = playing.position(at(500))
    playing.resume(at(600))

    assert (while_paused, position) == ([], recorded(15))
    assert keys(playing.due(at(604.9))) == []
    assert keys(playing.due(at(605))) == ["c20"]
    assert playing.clock.at(at(605)) == recorded(20)
    assert playing.clock.at(at(300)) == recorded(15)


def test_another_speed_holds_from_then_on() -> None:
    """What was played before keeps its time."""
    playing = player()
    playing.set_speed(10, at(20))

    assert playing.clock.at(at(10)) == recorded(10)
    assert playing.position(at(23)) == recorded(50)
    assert keys(playing.due(at(23))) == ["c0", "c10", "c20", "c30", "c40", "c50"]


def test_a_speed_set_while_paused_holds_when_it_goes_on() -> None:
    """Until then nothing moves."""
    playing = player()
    playing.pause(at(20))
    playing.set_speed(10, at(30))
    before = playing.position(at(40))
    playing.resume(at(50))

    assert (before, playing.position(at(52))) == (recorded(20), recorded(40))
    with pytest.raises(ValueError, match="above 0"):
        playing.set_speed(0, at(60))


def test_sought_forward_what_lies_between_is_played_at_once() -> None:
    """The floor's clock jumps, so every event keeps its own time and its bytes."""
    playing = player()
    playing.due(at(5))
    playing.seek(recorded(42), at(10))
    given = playing.due(at(10))

    assert [one.payload for one in given] == list(CALLS[1:5])
    assert playing.clock.at(at(10)) == recorded(42)
    assert keys(playing.due(at(18))) == ["c50"]
    assert playing.nth == 1


def test_a_change_takes_hold_when_everybody_has_heard_of_it() -> None:
    """The clock tells before it turns; two changes in one instant hold one after the other."""
    playing = player(lead_s=1.5)
    playing.pause(at(9))
    told = playing.clock
    playing.resume(at(9))
    playing.seek(recorded(42), at(9))

    assert (told.wall, told.speed) == (at(10.5), 0.0)
    assert keys(playing.due(at(10.4))) == ["c0", "c10"]
    assert keys(playing.due(at(10.6))) == ["c20", "c30", "c40"]


def test_sought_back_it_plays_on_as_new_time() -> None:
    """The clock does not go back; ids and contacts are new ones, or copies would be dropped."""
    playing = player()
    playing.due(at(35))
    playing.seek(recorded(15), at(35))
    given = [one for one in playing.due(at(40)) if "closed" not in one.payload.decode()]
    fresh = [one for one in given if decode(one.payload).time > recorded(35)]

    assert playing.position(at(40)) == recorded(20)
    assert playing.clock.at(at(40)) == recorded(40)
    assert [(one.key, whole(one)["subject"]) for one in fresh] == [("c20~2", "c20~2")]
    assert whole(fresh[0])["id"] == f"{json.loads(CALLS[2])['id']}~2"
    assert decode(fresh[0].payload).time == recorded(40)


def test_sought_back_the_floor_stands_as_it_stood_then() -> None:
    """Who waited and talked now is sent away, who did then is there again, for as long as then."""
    lines = [
        state("a1", 0, "available"),
        queued("waits", 1),
        queued("talks", 2),
        answered("talks", 5),
        state("a1", 5, "busy"),
        ended("talks", 20),
        wrapped("talks", 22),
        state("a1", 22, "available"),
        state("a2", 25, "available"),
        answered("waits", 30),
        queued("late", 31),
        queued("end", 90),
    ]
    playing = player(lines)
    first = playing.due(at(40))
    playing.seek(recorded(10), at(40))
    told = [whole(one) for one in playing.due(at(40))]

    assert len(first) == 11
    assert [
        (one["type"], one["subject"], one["data"].get("state"), decode_s(one)) for one in told
    ] == [
        ("contact.ended", "waits", None, 40),
        ("contact.wrapped", "waits", None, 40),
        ("contact.diverted", "late", None, 40),
        ("agent.state", "a2", "offline", 40),
        ("agent.state", "a1", "available", 40),
        ("agent.state", "a1", "busy", 40),
        ("contact.queued", "waits~2", None, 31),
        ("contact.queued", "talks~2", None, 32),
        ("contact.answered", "talks~2", None, 35),
    ]
    assert len({(one["source"], one["id"]) for one in told}) == len(told)


def decode_s(told: Any) -> float:
    """When an event was, in seconds after the recording's first."""
    return (decode(json.dumps(told).encode()).time - BASE_US) / SECOND_US


def test_what_is_sought_stays_within_the_recording() -> None:
    """Its nearer end is as far as it goes."""
    playing = player()
    playing.seek(recorded(9_999), at(5))
    all_of_it = keys(playing.due(at(5)))
    over = playing.is_over(at(5))
    playing.seek_by(-HOUR_US, at(6))

    assert (len(all_of_it), over, playing.is_over(at(6))) == (len(CALLS), True, False)
    playing.due(at(6))
    assert playing.position(at(6)) == recorded(0)


def test_a_minute_back_and_forth_is_counted_from_what_was_asked_last() -> None:
    """Keys are faster than a change takes hold."""
    playing = player(lead_s=1.5)
    playing.due(at(80))
    playing.seek_by(-60 * SECOND_US, at(80))
    playing.seek_by(30 * SECOND_US, at(80))
    playing.due(at(81.6))

    assert playing.position(at(81.6)) == pytest.approx(recorded(51.6), abs=10)


def test_looped_it_begins_again_and_again() -> None:
    """Each time on new time, with names of its own, and never over."""
    playing = player(loop=True)
    given = [one for one in playing.due(at(275)) if b"contact.queued" in one.payload]

    assert (
        keys(given)
        == [
            *(f"c{second}" for second in range(0, 100, 10)),
            *(f"c{second}~2" for second in range(0, 100, 10)),
            *(f"c{second}~3" for second in range(0, 100, 10)),
            "c0~4",
        ][: len(given)]
    )
    assert (playing.nth, playing.position(at(275))) == (4, recorded(5))
    assert [one.time for one in given] == sorted(one.time for one in given)
    assert len({whole(one)["id"] for one in given}) == len(given)
    assert not playing.is_over(at(99_999))


def test_a_recording_of_one_moment_is_not_looped() -> None:
    """It would never end, nor move."""
    playing = player(CALLS[:1], loop=True)

    assert len(playing.due(at(50))) == 1
    assert playing.is_over(at(50))


def test_asked_in_other_steps_it_plays_the_same() -> None:
    """Pauses, speeds, seeks and loops in the same instants: byte for byte."""

    def play(step_s: float) -> list[Played]:
        playing = player(loop=True, lead_s=1.5)
        asked = {
            20: lambda: playing.pause(at(20)),
            40: lambda: playing.resume(at(40)),
            60: lambda: playing.seek(recorded(5), at(60)),
            80: lambda: playing.set_speed(4, at(80)),
            90: lambda: playing.seek_by(30 * SECOND_US, at(90)),
        }
        given: list[Played] = []
        for tick in range(round(150 / step_s) + 1):
            second = tick * step_s
            given += playing.due(at(second))
            if second in asked:
                asked[round(second)]()
        return given

    assert play(0.5) == play(5.0) == play(10.0)
    assert len(play(0.5)) > 3 * len(CALLS)


def test_an_id_too_long_to_add_to_is_still_one_of_its_own() -> None:
    """An identifier has 128 characters at most."""
    ids = ["x" * 127 + end for end in "ab"]
    lines = [
        event(
            "contact.queued",
            subject=ids[nth],
            at=nth,
            event_id=ids[nth],
            queue="q",
            channel="voice",
        )
        for nth in range(2)
    ]
    playing = player(lines, loop=True)
    given = [whole(one) for one in playing.due(at(2)) if b"contact.queued" in one.payload]

    assert len({one["id"] for one in given}) == len({one["subject"] for one in given}) == len(given)
    assert max(len(one["subject"]) for one in given) <= 128
