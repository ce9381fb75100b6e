"""Contacts behind counts: of any count, window and scope there are as many as the figure says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from stream.behind.apart import counted_apart
from stream.behind.counts import contacts_counted
from stream.contract.behind import ContactBehind, TooManyEvents
from stream.contract.detail import CountAsked, CountContacts
from stream.contract.figures import COUNTS, MEANINGLESS_IN_CHANNELS, MEANINGLESS_IN_TEAMS
from stream.contract.instants import HOUR_US, MINUTE_US, SECOND_US, parse_instant
from stream.picture import LogPictureReader
from tests.builders import (
    BASE_US,
    HOUR,
    MINUTE,
    answered,
    attempted,
    ended,
    instant,
    promised,
    queued,
    received,
    sent,
    survey,
    transferred,
    wrapped,
)
from tests.stream.behind.test_behind import PLAN, Day, Ground, day, sections

__all__ = ["day"]

WHOLE = tuple(name for name in COUNTS if "_sum" not in name)
# What each sum is a sum over, of those that a count tells.
SUMS = {
    "csat_sum": "csat_n",
    "wait_sum_s": "answered_waited",
    "talk_sum_s": "handled",
    "hold_sum_s": "handled",
    "response_sum_s": "responses",
}


NOBODY: Final[Mapping[str, str]] = {}


def counted(
    day: Day, of: str, window: str, at: int = BASE_US, scope: Mapping[str, str] = NOBODY
) -> int:
    """How many are behind it."""
    asked = CountAsked(of, window, as_of=at, most=5, **scope)  # type: ignore[arg-type]
    told = contacts_counted(day.log, PLAN, asked, wall=BASE_US)
    assert len(told.contacts) == min(told.total, 5)
    return told.total


@pytest.mark.parametrize("of", WHOLE)
def test_there_are_as_many_as_the_figure_says(day: Day, of: str) -> None:
    """On the floor, of queues and of a channel, at the end of the day."""
    told = list(sections(day.figures(BASE_US, "60m")))
    for target, section in [*told[:3], told[-2], told[-1]]:
        if target.dimension == "channel" and of in MEANINGLESS_IN_CHANNELS:
            continue
        scope = {} if target.name is None else {str(target.dimension): target.name}
        assert counted(day, of, "60m", scope=scope) == section.counts[of], target


@pytest.mark.parametrize("window", ["5m", "30m", "240m", "today"])
@pytest.mark.parametrize("of", ["offered", "handled", "csat_n"])
def test_of_any_window_and_of_hours_ago(day: Day, of: str, window: str) -> None:
    """As of an instant that is asked for."""
    at = BASE_US - 2 * HOUR_US
    assert counted(day, of, window, at) == day.figures(at, window).floor.counts[of]


@pytest.mark.parametrize("of", ["offered", "answered", "abandoned"])
def test_of_each_minute_there_are_as_many_as_the_hour_says(day: Day, of: str) -> None:
    """From its first instant to its last, in a queue with something in all that is looked at."""
    queue = "benefits"
    reader = LogPictureReader(day.log, PLAN, now=lambda: BASE_US, title="t")
    with closing(reader):
        while not reader.caught_up:
            reader.follow(0)
        told = reader.hour(queue)
    assert told is not None
    seen = {one.minute: getattr(one, of) for one in told.minutes[::7] if one.offered}
    assert len(seen) > 3
    found = {}
    for minute in seen:
        since = parse_instant(minute)
        asked = CountAsked(of, "30m", queue, as_of=since + MINUTE_US - 1, since=since)
        found[minute] = contacts_counted(day.log, PLAN, asked, wall=BASE_US).total

    assert found == seen


@pytest.mark.parametrize("of", ["answered", "handled", "declined", "csat_n", "responses"])
def test_what_agents_did_is_theirs_and_their_teams(day: Day, of: str) -> None:
    """Of the agent with the most of it, and of each team."""
    assert of not in MEANINGLESS_IN_TEAMS
    figures = day.figures(BASE_US, "60m")
    assert figures.agents is not None
    most = max(figures.agents, key=lambda name: figures.agents[name].counts[of])  # type: ignore[arg-type,index,return-value]
    assert counted(day, of, "60m", scope={"agent": most}) == figures.agents[most].counts[of]
    for team, section in figures.teams.items():
        assert counted(day, of, "60m", scope={"team": team}) == section.counts[of], team


@pytest.mark.parametrize(("of", "over"), SUMS.items())
def test_of_a_sum_there_is_what_it_is_a_sum_over(day: Day, of: str, over: str) -> None:
    """And it is said what that is."""
    told = contacts_counted(day.log, PLAN, CountAsked(of, "60m", as_of=BASE_US), wall=BASE_US)
    assert (told.of, told.counted) == (of, over)
    assert told.total == day.figures(BASE_US, "60m").floor.counts[over]


# --- one contact --------------------------------------------------------------------------------


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    """A floor of its own."""
    made = Ground(tmp_path / "log")
    with closing(made.log):
        yield made


def behind(ground: Ground, of: str, window: str = "30m", **more: object) -> CountContacts:
    """By now."""
    asked = CountAsked(of, window, **more)  # type: ignore[arg-type]
    return contacts_counted(ground.log, ground.plan, asked, wall=ground.now)


def who(told: CountContacts) -> list[str]:
    """The newest first."""
    assert told.total == len(told.contacts)
    return [one.id for one in told.contacts]


def test_a_conversation_of_a_whole_shift_is_handled_once(ground: Ground) -> None:
    """Its beginning is found by its key, and so is the channel that it counts in."""
    ground.append(queued("long", -7 * HOUR, channel="chat"), answered("long", -7 * HOUR + 30))
    ground.append(queued("c1", -3), answered("c1", -2), ended("c1", -1), ended("long", 0))
    assert who(behind(ground, "handled")) == ["long", "c1"]
    assert who(behind(ground, "handled", channel="chat")) == ["long"]
    assert who(behind(ground, "answered")) == ["c1"]


def test_a_transfer_is_offered_again(ground: Ground) -> None:
    """The same contact twice, each time with when that wait began."""
    ground.append(
        queued("c1", 0), answered("c1", 10), transferred("c1", 60, to_queue="tax"),
        queued("c1", 61, "tax"), answered("c1", 90, "tax", "a2"),
    )  # fmt: skip
    told = behind(ground, "offered")
    assert [(one.id, one.queue, one.at) for one in told.contacts] == [
        ("c1", "tax", instant(61)),
        ("c1", "benefits", instant(0)),
    ]
    assert [one.wait_us for one in behind(ground, "answered").contacts] == [
        29 * SECOND_US,
        10 * SECOND_US,
    ]


def test_a_promise_counts_when_it_is_due(ground: Ground) -> None:
    """Whenever it was made and come to; who was called in time is kept."""
    ground.append(
        promised("kept", -9 * HOUR, due=-10 * MINUTE), attempted("kept", -8 * HOUR),
        promised("late", -6 * HOUR, due=-20 * MINUTE), attempted("late", -5 * MINUTE),
        promised("open", -60, due=-30), promised("ahead", -50, due=900),
        promised("before", -9 * HOUR, due=-50 * MINUTE),
        queued("c1", 0),
    )  # fmt: skip
    assert who(behind(ground, "callbacks_due")) == ["open", "kept", "late"]
    assert who(behind(ground, "callbacks_kept")) == ["kept"]


def test_wrap_ups_are_what_their_sum_is_over(ground: Ground) -> None:
    """No count of its own."""
    ground.append(queued("c1", 0), answered("c1", 1), ended("c1", 60), wrapped("c1", 90))
    told = behind(ground, "wrap_sum_s")
    assert (told.counted, who(told)) == ("wrapped", ["c1"])


def test_only_the_first_message_after_a_customers_is_a_reply(ground: Ground) -> None:
    """Also where the customer wrote long before."""
    ground.append(
        queued("m1", -5 * HOUR, channel="email"), received("m1", -5 * HOUR),
        sent("m1", 0), sent("m1", 1),
    )  # fmt: skip
    assert who(behind(ground, "responses")) == ["m1"]


def test_a_survey_counts_for_whom_it_names(ground: Ground) -> None:
    """Of contacts of which the log knows nothing else."""
    ground.append(
        survey("c1", 0, agent="a1", channel="voice", csat=5, resolved=True),
        survey("c2", 1, agent="a1", csat=2), survey("c3", 2, "other", csat=4),
    )  # fmt: skip
    assert who(behind(ground, "csat_top")) == ["c3", "c1"]
    assert who(behind(ground, "csat_n", agent="a1", queue="benefits")) == ["c2", "c1"]
    assert who(behind(ground, "resolved_yes", channel="voice")) == ["c1"]
    assert behind(ground, "csat_top").contacts[1] == ContactBehind(
        id="c1", queue="benefits", channel="voice", agent="a1", at=instant(0)
    )


def test_what_is_too_much_to_be_read_is_said(ground: Ground) -> None:
    """Rather than a list without some."""
    ground.append(queued("c1", 0))
    with pytest.raises(TooManyEvents):
        contacts_counted(
            ground.log, ground.plan, CountAsked("offered", "30m"), wall=ground.now,
            give_up=lambda: True,
        )  # fmt: skip


def test_it_is_read_in_a_process_of_its_own(ground: Ground) -> None:
    """As of the moment of asking."""
    ground.append(queued("c1", 0), queued("c2", 10))
    asked = CountAsked("offered", "5m", queue="benefits", most=1)
    told = counted_apart(ground.url, ground.plan, asked, ground.now)
    assert (told.as_of, told.total, [one.id for one in told.contacts]) == (instant(10), 2, ["c2"])
    with pytest.raises(TooManyEvents):
        counted_apart(ground.url, ground.plan, asked, ground.now, read_s_max=0)
