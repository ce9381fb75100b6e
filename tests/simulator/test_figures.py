"""What the stream computes over a simulated day is what happened in it, count by count."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from simulator import floor_plan_of
from stream.compute import FileReading
from stream.contract.codec import encode
from stream.contract.figures import Figures
from tests.simulator.book import LENGTHS, Book
from tests.simulator.days import WEEKDAY, whole_day

# What an agent's row has no meaning for, by METRICS.md.
NOT_AN_AGENTS: Final = frozenset({"callbacks_due", "callbacks_kept"})


@lru_cache(maxsize=1)
def computed() -> Figures:
    """The stream's figures over the whole day."""
    reading = FileReading(floor_plan_of(WEEKDAY), all_time=True)
    reading.read("day", ((nth, encode(event)) for nth, event in enumerate(whole_day(), 1)))
    assert Counter(reading.floor.health_counts()) == Counter(events=len(whole_day()))
    return reading.figures("all", agents=True)


@lru_cache(maxsize=1)
def book() -> Book:
    """What happened."""
    return Book().read(whole_day())


def entered(told: Mapping[str, Any], happened: Counter[str]) -> dict[str, Any]:
    """The counts that happened in the shape of those told: seconds, and 0 for what did not."""
    return {
        what: happened[what] / 1e6 if what in LENGTHS else happened[what]
        for what, value in told.items()
        if value is not None
    }


def test_every_count_of_every_queue_is_what_happened() -> None:
    """Nothing is approximate: counts to the last one, lengths to the microsecond."""
    rows = computed().queues

    for name, row in rows.items():
        assert dict(row.counts) == entered(row.counts, book().queues[name]), name
    assert set(rows) == set(WEEKDAY.queues)


def test_every_count_of_the_floor_is_the_sum_of_its_queues() -> None:
    """A contact counts once for the floor."""
    floor = computed().floor.counts
    total: Counter[str] = sum(book().queues.values(), Counter())

    assert dict(floor) == entered(floor, total)
    assert total["offered"] > 5_000


def test_every_count_of_every_agent_is_what_they_did() -> None:
    """What has no meaning for an agent is told as nothing, and everything else exactly."""
    rows = computed().agents
    assert rows is not None

    for name, row in rows.items():
        told = {what: value for what, value in row.counts.items() if value is not None}
        assert told == entered(row.counts, book().agents[name]), name
    assert sum(book().agents[name]["handled"] for name in rows) == sum(
        counts["handled"] for counts in book().queues.values()
    )


def test_the_book_has_something_of_everything() -> None:
    """Else equality would prove nothing."""
    total: Counter[str] = sum(book().queues.values(), Counter())

    assert [what for what in computed().floor.counts if not total[what]] == []
