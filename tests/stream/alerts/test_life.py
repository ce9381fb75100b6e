"""The life of one alert, as signals in and states out, second by second where nothing else is said.

In: `B` breach, `H` between the two levels, `C` clear, `U` unknown. Out: `i` inactive, `p` pending,
`f` firing, `r` recovering, `v` over (resolved), `n` no data.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.alerts.life import (
    DAMPED_MAX,
    FLAPPING_US,
    GAP_US,
    INACTIVE,
    UNKNOWN_FOR_US,
    Life,
    Signal,
    Timing,
    after_gap,
    clear_for_us,
    step,
)
from stream.contract.alerts import State
from stream.contract.instants import MINUTE_US, SECOND_US
from tests.builders import BASE_US

SIGNALS: Final[dict[str, Signal]] = {"B": "breach", "H": "hold", "C": "clear", "U": "unknown"}
LETTERS: Final[dict[State, str]] = {
    "inactive": "i",
    "pending": "p",
    "firing": "f",
    "recovering": "r",
    "resolved": "v",
    "no_data": "n",
}
THREE_AND_TWO: Final = Timing(hold_us=3 * SECOND_US, clear_us=2 * SECOND_US)
AT_ONCE: Final = Timing(hold_us=0, clear_us=0)


def told(
    signals: str, timing: Timing = THREE_AND_TWO, *, every_us: int = SECOND_US
) -> tuple[str, Life]:
    """The states after each of the signals, and the life in the end."""
    life, states = INACTIVE, ""
    for nth, letter in enumerate(signals):
        life = step(life, SIGNALS[letter], BASE_US + nth * every_us, timing)
        states += LETTERS[life.state]
    return states, life


@pytest.mark.parametrize(
    ("signals", "states"),
    [
        pytest.param("CCC", "iii", id="nothing happens"),
        pytest.param("BBB", "ppp", id="not yet held for long enough"),
        pytest.param("BBBB", "pppf", id="held for exactly `for`"),
        pytest.param("BBCBBBB", "ppipppf", id="a dip while pending begins anew"),
        pytest.param("BBHB", "ppip", id="between the levels it does not hold"),
        pytest.param("HHHH", "iiii", id="between the levels nothing begins"),
        pytest.param("BBBBCC", "pppfrr", id="clear, and not yet for long enough"),
        pytest.param("BBBBCCC", "pppfrrv", id="clear for exactly `clear_after`"),
        pytest.param("BBBBCCCC", "pppfrrvi", id="it is over for everybody to see, once"),
        pytest.param("BBBBCBB", "pppfrff", id="a dip while firing is no all-clear"),
        pytest.param("BBBBHHHH", "pppfffff", id="between the levels it goes on"),
        pytest.param("BBBBCHCC", "pppfrfrr", id="not as good as to clear begins clearing anew"),
        pytest.param("BBUB", "pppf", id="unknown for a moment does not count against it"),
        pytest.param("BBBBCUC", "pppfrrv", id="unknown for a moment while clear neither"),
        pytest.param("UUUU", "iiii", id="what is unknown does not begin"),
    ],
)
def test_a_rule_that_holds_for_three_seconds_and_clears_for_two(signals: str, states: str) -> None:
    """Signals in, states out."""
    assert states == told(signals)[0]


@pytest.mark.parametrize(
    ("signals", "states"),
    [("B", "f"), ("BC", "fv"), ("BCB", "fvf"), ("BHC", "ffv"), ("BUC", "ffv")],
)
def test_what_need_not_hold_fires_at_once(signals: str, states: str) -> None:
    """And what need not be clear for any time is over at once."""
    assert states == told(signals, AT_ONCE)[0]


@pytest.mark.parametrize(
    ("signals", "states"),
    [
        pytest.param("BBBBUUU", "pppffff", id="ten seconds are not fifteen"),
        pytest.param("BBBBUUUU", "pppffffn", id="a firing alert has no data"),
        pytest.param("BBBBCUUUU", "pppfrrrrn", id="a recovering one neither"),
        pytest.param("BBUUUU", "pppppi", id="a pending one held for nobody knows how long"),
        pytest.param("BBBBUUUUU", "pppffffnn", id="it stays without data"),
        pytest.param("BBBBUUUUB", "pppffffnf", id="it fires still"),
        pytest.param("BBBBUUUUH", "pppffffnf", id="it is not clear"),
        pytest.param("BBBBUUUUCC", "pppffffnrr", id="clear again, it must be so for long enough"),
        pytest.param("BBBBUUUBUUU", "pppffffffff", id="known once in between counts anew"),
    ],
)
def test_without_figures_for_fifteen_seconds_nobody_knows(signals: str, states: str) -> None:
    """A look each five seconds, for a rule that holds and clears for fifteen."""
    fifteen = Timing(hold_us=15 * SECOND_US, clear_us=15 * SECOND_US)

    assert states == told(signals, fifteen, every_us=5 * SECOND_US)[0]
    assert UNKNOWN_FOR_US == 15 * SECOND_US


def test_an_alert_knows_when_it_began_and_when_it_fired() -> None:
    """`began` is when its condition began to hold, and stays while it is open."""
    _, life = told("CBBBBBC")

    assert life == Life(
        state="recovering",
        since=BASE_US + 6 * SECOND_US,
        began=BASE_US + 1 * SECOND_US,
        fired_at=BASE_US + 4 * SECOND_US,
    )


def again(life: Life, after_us: int, timing: Timing = AT_ONCE) -> Life:
    """What was over at `life.resolved_at` breaches anew, so long after that."""
    assert life.resolved_at is not None
    return step(life, "breach", life.resolved_at + after_us, timing)


@pytest.mark.parametrize(
    ("after_us", "flaps"), [(1, 1), (FLAPPING_US, 1), (FLAPPING_US + 1, 0)], ids=str
)
def test_what_comes_back_within_a_quarter_of_an_hour_flaps(after_us: int, flaps: int) -> None:
    """Up to that very instant."""
    over = told("BC", AT_ONCE)[1]

    assert again(over, after_us).state == "firing"
    assert again(over, after_us).flaps == flaps


def test_what_flaps_must_be_clear_for_longer_each_time() -> None:
    """Twice as long, four times, and never more than eight times."""
    timing = Timing(hold_us=0, clear_us=MINUTE_US)
    life, now, waited = INACTIVE, BASE_US, []
    for _ in range(6):
        life = step(life, "breach", now, timing)
        life = step(life, "clear", now, timing)
        need = clear_for_us(life, timing)
        assert step(life, "clear", now + need - 1, timing).state == "recovering"
        life = step(life, "clear", now + need, timing)
        assert life.state == "resolved"
        waited.append(need // MINUTE_US)
        now += need + 1

    assert waited == [1, 2, 4, 8, 8, 8]
    assert DAMPED_MAX == 8


def test_what_stayed_away_is_no_longer_damped() -> None:
    """The next time it counts as the first."""
    life = again(told("BC", AT_ONCE)[1], 1)
    life = step(life, "clear", life.since + 1, AT_ONCE)

    assert again(life, FLAPPING_US + 1).flaps == 0


def test_it_is_forgotten_once_it_cannot_come_back_as_the_same() -> None:
    """Not while it is told to be over, and not while coming back would be flapping."""
    over = told("BC", AT_ONCE)[1]
    ended = over.resolved_at
    assert ended is not None
    inactive = step(over, "clear", ended + 1, AT_ONCE)

    assert INACTIVE.may_be_forgotten(BASE_US)
    assert not over.may_be_forgotten(ended + FLAPPING_US + 1)
    assert not inactive.may_be_forgotten(ended + FLAPPING_US)
    assert inactive.may_be_forgotten(ended + FLAPPING_US + 1)
    assert not told("BB")[1].may_be_forgotten(BASE_US + FLAPPING_US)


def test_after_a_gap_what_was_timed_begins_anew() -> None:
    """Whether it held, or was clear, while nobody looked, nobody knows."""
    later = BASE_US + GAP_US + 10 * SECOND_US
    pending, firing, recovering = (told(signals)[1] for signals in ("BB", "BBBB", "BBBBC"))

    assert after_gap(pending, later) == Life("pending", later, later)
    assert after_gap(firing, later) == firing
    assert after_gap(recovering, later) == Life(
        "recovering", later, recovering.began, recovering.fired_at
    )
    assert after_gap(INACTIVE, later) == INACTIVE


def test_what_was_unknown_before_a_gap_is_unknown_since_its_end() -> None:
    """A clock that was set back must not hold an alert that nobody knows of for open."""
    firing = told("BBBBU")[1]
    earlier = BASE_US - 60 * MINUTE_US

    back = after_gap(firing, earlier)

    assert back.unknown_since == earlier
    assert step(back, "unknown", earlier + UNKNOWN_FOR_US, THREE_AND_TWO).state == "no_data"


# --- properties --------------------------------------------------------------------------------

# Delays at the edges of what is timed, where the mistakes are.
_TIMED: Final = (0, SECOND_US, 3 * SECOND_US, UNKNOWN_FOR_US, 2 * MINUTE_US, FLAPPING_US)
delays = st.sampled_from([each + more for each in _TIMED for more in (-1, 0, 1) if each + more > 0])
timings = st.builds(
    Timing, hold_us=st.sampled_from(_TIMED[:5]), clear_us=st.sampled_from(_TIMED[:4])
)
looks = st.lists(st.tuples(delays, st.sampled_from(sorted(SIGNALS.values()))), max_size=60)


def lived(
    looks: Iterable[tuple[int, Signal]], timing: Timing, life: Life = INACTIVE, now: int = BASE_US
) -> list[tuple[int, Signal, Life]]:
    """When it was looked at, what was seen, and the life after it."""
    told = []
    for delay, signal in looks:
        now += delay
        life = step(life, signal, now, timing)
        told.append((now, signal, life))
    return told


@given(looks, timings)
def test_nothing_fires_before_it_held_for_long_enough(
    looks: list[tuple[int, Signal]], timing: Timing
) -> None:
    """Neither held nor clear in between, nor unknown for so long that nobody can tell."""
    before, held_since = INACTIVE, None
    for now, signal, life in lived(looks, timing):
        if signal in ("hold", "clear"):
            held_since = None
        elif signal == "breach" and held_since is None:
            held_since = now
        if life.state == "firing" and not before.is_open:
            assert held_since is not None
            assert now - held_since >= timing.hold_us
            assert signal == "breach"
        before = life


@given(looks, timings)
def test_nothing_that_held_for_long_enough_is_lost(
    looks: list[tuple[int, Signal]], timing: Timing
) -> None:
    """At every look at which it breached without a break for `for`, it fires."""
    held_since = None
    for now, signal, life in lived(looks, timing):
        held_since = (held_since or now) if signal == "breach" else None
        if held_since is not None and now - held_since >= timing.hold_us:
            assert life.state == "firing"


@given(looks, timings)
def test_nothing_that_is_over_is_left_open(looks: list[tuple[int, Signal]], timing: Timing) -> None:
    """Clear without a break for the longest damped time, it is not open; nor is it over sooner
    than its `clear_after`."""
    clear_since, before = None, INACTIVE
    for now, signal, life in lived(looks, timing):
        clear_since = (clear_since or now) if signal == "clear" else None
        if clear_since is not None and now - clear_since >= DAMPED_MAX * timing.clear_us:
            assert not life.is_open
        if life.state == "resolved":
            assert before.is_open
            assert life.resolved_at == now
            assert signal == "clear"
            if before.state != "recovering":
                assert timing.clear_us == 0
            elif before.unknown_since is None:
                assert clear_since is not None
                assert now - clear_since >= timing.clear_us
        before = life


@given(looks, timings)
def test_times_agree_with_states(looks: list[tuple[int, Signal]], timing: Timing) -> None:
    """What is open has begun and fired, and a state is entered when it changes."""
    before = INACTIVE
    for now, _, life in lived(looks, timing):
        if life.state != before.state:
            assert life.since == now
        if life.is_open:
            assert life.began is not None
            assert life.fired_at is not None
            assert life.began + timing.hold_us <= life.fired_at <= now
        if life.state in ("inactive", "pending"):
            assert life.fired_at is None
        assert life.flaps >= 0
        before = life


@given(looks, timings, st.integers(0, 60))
def test_a_life_goes_on_from_anywhere_as_if_nothing_had_been(
    looks: list[tuple[int, Signal]], timing: Timing, cut: int
) -> None:
    """It is all there is to know: whoever takes it over decides the same."""
    whole = lived(looks, timing)
    until = whole[:cut]
    now, life = (until[-1][0], until[-1][2]) if until else (BASE_US, INACTIVE)

    assert whole[cut:] == lived(looks[cut:], timing, life, now)
