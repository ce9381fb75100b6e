"""One queue's arrivals, minute by minute: what its charts see and when, and what is usual there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from zoneinfo import ZoneInfo

import msgspec
import pytest

from stream.alerts import memory as mem
from stream.alerts.baseline import VERSION
from stream.alerts.readings import Arrivals
from stream.alerts.surge import ChartRule
from stream.alerts.usual import HELD_MINUTES, Look
from stream.alerts.watch import GRACE_US, Watch, Watched
from stream.contract.instants import MINUTE_US, SECOND_US
from tests.builders import BASE_US

UTC: Final = ZoneInfo("UTC")
RULES: Final = {"surge": ChartRule(2.0, 7.0), "drop": ChartRule(0.4, 7.0)}
HALF: Final = 30 * SECOND_US


class Queue:
    """A queue's contacts by minute, and the watch that looks at the last hour of them."""

    def __init__(self) -> None:
        self.counts: list[int] = []
        self.watch = Watch(UTC)

    def brings(self, *counts: int) -> Queue:
        """Whole minutes, looked at in the middle of each."""
        for count in counts:
            self.counts.append(count)
            self.look()
        return self

    def look(self, into_us: int = HALF, rules: dict[str, ChartRule] = RULES) -> bool:
        """Look so far into the newest minute; whether any was over."""
        newest = len(self.counts) - 1
        hour = [self.counts[n] if n >= 0 else 0 for n in range(newest - 59, newest + 1)]
        first_us = BASE_US + (newest - 59) * MINUTE_US
        return self.watch.look(
            Arrivals(first_us, hour), BASE_US + newest * MINUTE_US + into_us, rules
        )

    def signals(self) -> list[str]:
        """The charts that signal as of the last look."""
        return [name for name in RULES if self.watch.chart(name).signals]


@pytest.fixture
def queue() -> Queue:
    """One that has brought six contacts a minute for an hour."""
    return Queue().brings(*[6] * 60)


@pytest.mark.parametrize("contacts", [1, 6, 15, 40, 200])
def test_a_floor_that_begins_is_no_surge(contacts: int) -> None:
    """Nobody knows whether the hour before its first contact was silent, or told of at all."""
    queue = Queue()
    for _ in range(90):
        queue.brings(contacts)
        assert queue.signals() == []


def test_a_surge_is_seen_in_the_minute_that_it_crosses_the_limit(queue: Queue) -> None:
    """Nobody waits for that minute to end; and it is over only once late events had their time."""
    queue.brings(40)
    assert queue.signals() == ["surge"]

    over = Queue().brings(*[6] * 60, 40)
    assert over.watch.told() == queue.watch.told()
    assert not queue.look(MINUTE_US + GRACE_US - 1)
    assert queue.look(MINUTE_US + GRACE_US)
    assert queue.signals() == ["surge"]


def test_a_drop_is_seen_when_its_minutes_are_over() -> None:
    """What may still come in the minute under way would take it back. A line is known to be down
    only where past days say what should have come."""
    queue = Queue()
    for _ in range(4 * 7 * 24):
        queue.counts += [6] * 59
        queue.brings(6)
    assert queue.signals() == []
    seen = [queue.brings(0).signals() for _ in range(30)]
    first = next(nth for nth, each in enumerate(seen) if each)

    # The first two of these minutes say nothing by themselves, whatever the limit.
    assert 2 <= first < 10
    assert seen[first:] == [["drop"]] * (30 - first)
    assert queue.watch.chart("drop") == queue.watch.told().charts["drop"]


def test_a_minute_counts_once_however_often_it_is_told(queue: Queue) -> None:
    """Each look tells the last hour again."""
    before = msgspec.msgpack.encode(queue.watch.told())
    for into_us in (HALF, HALF + 1, 59 * SECOND_US):
        assert not queue.look(into_us)

    assert msgspec.msgpack.encode(queue.watch.told()) == before


def test_late_contacts_are_in_the_minute_if_they_come_in_time(queue: Queue) -> None:
    """Within the grace of five seconds."""
    queue.brings(6)
    queue.counts[-1] = 9
    queue.look(MINUTE_US + GRACE_US)
    queue.counts[-1] = 90
    queue.look(MINUTE_US + GRACE_US)
    other = Queue().brings(*[6] * 60, 9)
    other.look(MINUTE_US + GRACE_US)

    assert queue.watch.told() == other.watch.told()


def test_the_chart_of_a_rule_that_is_gone_goes_with_it(queue: Queue) -> None:
    """Else it would signal for ever, and nothing be learned any more."""
    queue.brings(40, 40)
    assert queue.signals() == ["surge"]

    queue.counts.append(6)
    queue.look(rules={"drop": RULES["drop"]})
    assert "surge" not in queue.watch.told().charts
    assert queue.signals() == []


def test_it_goes_on_from_what_went_through_the_log(queue: Queue) -> None:
    """As if nothing had been."""
    queue.brings(40)
    value = mem.encode(queue.watch.told())
    queue.watch = Watch(UTC, mem.watch_decoder.decode(value))
    queue.brings(40, 6, 6)
    whole = Queue().brings(*[6] * 60, 40, 40, 6, 6)

    assert queue.watch.told() == whole.watch.told()
    assert queue.signals() == whole.signals()


def test_a_memory_of_another_version_is_none(queue: Queue) -> None:
    """The same bytes would mean something else: it is learned anew."""
    told = queue.watch.told()
    told.memory.version = VERSION + 1
    watch = Watch(UTC, Watched(told.memory, told.charts))

    assert watch.told().memory == Watch(UTC).told().memory


# --- what is usual -----------------------------------------------------------------------------


def known_after(queue: Queue, looks: Sequence[Look]) -> Look:
    """What is taken for usual once so many more minutes stood like that."""
    for each in looks:
        queue.watch.get_used_to(each)
    return queue.watch.usual.known


def test_what_is_usual_is_learned_a_quarter_of_an_hour_later(queue: Queue) -> None:
    """So what begins to go wrong is not taken for usual before anybody heard of it."""
    usual: Look = (360.0, 300.0, 10.0, 400.0)
    odd: Look = (900.0, 300.0, 10.0, None)
    # One minute of a half-life of sixty.
    mixed = 360 + (1 - 0.5 ** (1 / 60)) * 540

    assert known_after(queue, [usual] * HELD_MINUTES) == (None, None, None, None)
    assert known_after(queue, [odd]) == usual
    again = known_after(queue, [usual] * HELD_MINUTES)
    assert again == pytest.approx((mixed, 300.0, 10.0, 400.0))


def test_nothing_is_learned_while_a_chart_signals(queue: Queue) -> None:
    """It is not usual."""
    queue.brings(40, 40)
    before = queue.watch.usual
    known_after(queue, [(900.0, 300.0, 10.0, None)] * 40)

    assert queue.signals() == ["surge"]
    assert queue.watch.usual == before
