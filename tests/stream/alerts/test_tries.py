"""When a message is tried again, when it is given up, and that an all-clear waits for its alarm."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from stream.alerts.tries import (
    TRIES_MAX,
    Outcome,
    begun_anew,
    due,
    next_due,
    next_try,
    overtaken,
    tried,
)
from stream.contract.alerts import Notification, Occasion
from stream.contract.instants import DAY_US, HOUR_US, MINUTE_US, SECOND_US
from tests.stream.alerts.told import NOON, SURGE_INCIDENT, notification

ALARM: Final = notification()
MORNING: Final = NOON + 8 * HOUR_US


def failing(told: Notification) -> list[Notification]:
    """A message after each try, none of which is taken, until it is given up."""
    after = [told]
    while (at := next_try(after[-1], MORNING)) is not None:
        after.append(tried(after[-1], Outcome(told.id, at, "connection refused")))
    return after


def message(at: int, occasion: Occasion, **fields: object) -> Notification:
    """A message of the one incident, decided so many minutes after noon."""
    made = notification(occasion, SURGE_INCIDENT)
    when = NOON + at * MINUTE_US
    return replace(made, **{"id": f"{at}-{occasion}", "at": when, "not_before": when, **fields})


def ids(notifications: Iterable[Notification]) -> list[str]:
    return [each.id for each in notifications]


def test_what_was_not_tried_is_tried_when_it_may() -> None:
    """However late it is: an evaluator that was down for a day still tells it once."""
    assert next_try(ALARM, NOON) == NOON
    assert next_try(replace(ALARM, not_before=MORNING), NOON) == MORNING
    assert next_try(ALARM, NOON + 100 * HOUR_US) == NOON


def test_waits_double_up_to_five_minutes_less_half_at_most() -> None:
    """5, 10, 20 … 300 s, and of each up to half is left out by a draw."""
    tries = failing(ALARM)
    times = [each.tried_at for each in tries[1:] if each.tried_at is not None]
    waits_s = [(b - a) / SECOND_US for a, b in pairwise(times)]
    full_s = [min(5 * 2**n, 300) for n in range(len(waits_s))]

    assert times[0] == NOON
    assert all(full / 2 < wait <= full for wait, full in zip(waits_s, full_s, strict=True))
    assert len({wait / full for wait, full in zip(waits_s, full_s, strict=True)}) == len(waits_s)


def test_after_so_many_tries_it_is_given_up_and_says_why() -> None:
    """With the reason of its last try, 35 to 70 minutes after the first; no try after that."""
    *before, last = failing(ALARM)

    assert [each.given_up for each in before] == [False] * TRIES_MAX
    assert (last.given_up, last.failure, last.sent_at) == (True, "connection refused", None)
    assert last.tries == TRIES_MAX
    assert last.tried_at is not None
    assert NOON + 35 * MINUTE_US < last.tried_at <= NOON + 71 * MINUTE_US


def test_draws_differ_by_message_and_are_the_same_each_time() -> None:
    """What failed together does not come again together, and a restart changes nothing."""
    failed = [
        tried(replace(ALARM, id=f"n{nth}"), Outcome(f"n{nth}", NOON, "answered 500"))
        for nth in range(50)
    ]
    times = [next_try(each, NOON) for each in failed]

    assert len(set(times)) == 50
    assert times == [next_try(each, NOON) for each in failed]
    assert next_try(tried(ALARM, Outcome(ALARM.id, NOON, "x")), NOON) == NOON + 4_135_366


def test_a_clock_that_was_set_back_holds_nothing_up() -> None:
    """The wait counts from now at most."""
    failed = tried(ALARM, Outcome(ALARM.id, NOON, "x"))
    again = next_try(failed, NOON - HOUR_US)

    assert again is not None
    assert again <= NOON - HOUR_US + 5 * SECOND_US


def test_what_is_delivered_is_done() -> None:
    """Its failures are forgotten."""
    failed = tried(ALARM, Outcome(ALARM.id, NOON, "answered 500"))
    sent = tried(failed, Outcome(ALARM.id, NOON + MINUTE_US))

    assert sent == replace(
        ALARM, tries=2, tried_at=NOON + MINUTE_US, sent_at=NOON + MINUTE_US, failure=None
    )
    assert next_try(sent, MORNING) is None


def test_an_answer_that_came_late_is_an_answer() -> None:
    """Its try was counted when nobody waited any more; it was delivered all the same."""
    given_up = failing(ALARM)[-1]
    late = tried(given_up, Outcome(ALARM.id, MORNING, late=True))

    assert (late.tries, late.sent_at, late.given_up, late.failure) == (
        given_up.tries,
        MORNING,
        False,
        None,
    )


def test_an_all_clear_waits_for_its_alarm() -> None:
    """While the alarm is tried again, nothing overtakes it; then one after the other."""
    alarm = message(0, "fired")
    worse, clear = message(1, "worse"), message(5, "resolved")
    failed = tried(alarm, Outcome(alarm.id, NOON + 6 * MINUTE_US, "answered 500"))
    now = NOON + 6 * MINUTE_US

    assert ids(due([clear, worse, alarm], now)) == ["0-fired"]
    assert ids(due([clear, worse, failed], now)) == []
    assert next_due([clear, worse, failed], now) == next_try(failed, now)
    assert ids(due([clear, worse, replace(failed, sent_at=now)], now)) == ["1-worse"]
    assert ids(due([clear, worse, replace(failed, given_up=True)], now)) == ["1-worse"]


def test_other_incidents_and_receivers_do_not_wait() -> None:
    """Only a message to the same one of the same incident does."""
    stuck = replace(message(0, "fired"), tries=1, tried_at=NOON + 6 * MINUTE_US)
    other = replace(message(1, "fired"), incident=replace(SURGE_INCIDENT, id="other"))
    mail = replace(message(2, "fired"), receiver="mail")

    assert ids(due([mail, other, stuck], NOON + 6 * MINUTE_US)) == ["1-fired", "2-fired"]


def test_an_all_clear_of_the_same_instant_comes_last() -> None:
    """What was decided together is told in the order in which it makes sense."""
    alarm, clear = message(0, "fired", id="z"), message(0, "resolved", id="a")

    assert ids(due([clear, alarm], NOON)) == ["z"]


# --- quiet hours --------------------------------------------------------------------------------


def held(at: int, occasion: Occasion) -> Notification:
    return message(at, occasion, not_before=MORNING)


@pytest.mark.parametrize(
    ("lane", "needless", "then"),
    [
        pytest.param([held(0, "fired")], [], [], id="an alarm waits for the morning"),
        pytest.param(
            [held(0, "fired"), held(9, "resolved")],
            ["0-fired", "9-resolved"],
            [],
            id="what came and went in the night is not told",
        ),
        pytest.param(
            [held(0, "fired"), message(9, "worse")],
            ["0-fired"],
            ["9-worse"],
            id="a page that breaks through tells the whole",
        ),
        pytest.param(
            [held(0, "worse"), held(9, "resolved")],
            ["0-worse"],
            [],
            id="the all-clear of what was told by day waits for the morning",
        ),
        pytest.param(
            [held(0, "fired"), held(5, "resolved"), held(9, "fired")],
            ["0-fired", "5-resolved"],
            [],
            id="it came again: the last alarm waits",
        ),
        pytest.param(
            [message(0, "fired", tries=1, tried_at=NOON), held(9, "resolved")],
            [],
            ["0-fired"],
            id="an alarm that was tried is not held back",
        ),
    ],
)
def test_quiet_hours_leave_out_what_a_later_message_tells(
    lane: list[Notification], needless: list[str], then: list[str]
) -> None:
    """Given up without a failure; what is due is the rest."""
    now = NOON + 30 * MINUTE_US
    left = overtaken(lane, now)

    assert ids(left) == needless
    assert all(each.given_up and each.failure is None for each in left)
    assert ids(due(lane, now)) == then
    # The same, whether or not it was noted that they are needless.
    by_id = {each.id: each for each in [*lane, *left]}
    assert ids(due(by_id.values(), now)) == then
    assert overtaken(by_id.values(), now) == []


# --- any sequence -------------------------------------------------------------------------------


@given(
    occasions=st.lists(st.sampled_from(["fired", "worse", "resolved"]), min_size=1, max_size=5),
    fates=st.lists(st.booleans(), max_size=80),
    shuffle=st.randoms(use_true_random=False),
)
def test_a_lane_is_told_in_order_whatever_fails(
    occasions: list[Occasion], fates: list[bool], shuffle: object
) -> None:
    """Each message once, none before an earlier one, all delivered or given up in the end."""
    lane = {n.id: n for n in (message(at, occasion) for at, occasion in enumerate(occasions))}
    order, delivered = list(lane), []
    fate = iter(fates)
    now = NOON + 5 * MINUTE_US
    while (at := next_due(lane.values(), now)) is not None:
        now = max(now, at)
        shuffled = list(lane.values())
        shuffle.shuffle(shuffled)  # type: ignore[attr-defined]
        (each,) = due(shuffled, now)
        failure = None if next(fate, False) else "answered 500"
        lane[each.id] = tried(each, Outcome(each.id, now, failure))
        delivered += [each.id] if failure is None else []

    assert delivered == [name for name in order if name in delivered]
    assert all(n.sent_at is not None or n.given_up for n in lane.values())


def test_what_somebody_asks_to_send_again_is_due_at_once() -> None:
    """Given up or not, as often as a new one; it is seen as failed until it is sent."""
    given_up = notification(tries=TRIES_MAX, tried_at=NOON, given_up=True, failure="refused")
    assert due([given_up], NOON + DAY_US) == []

    anew = begun_anew(given_up, NOON + DAY_US)

    assert due([anew], NOON + DAY_US) == [anew]
    assert (anew.failure, anew.tries, anew.given_up) == ("refused", 0, False)
