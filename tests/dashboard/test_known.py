"""What is told of names that may not be on the floor: that there is none, or that it is not known."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import pytest
from fastapi import HTTPException

from dashboard.api.known import missing_of, refuse_unknown
from dashboard.app import create_app, serving
from dashboard.feed import Feed
from dashboard.past_shown import PastShown
from stream.contract.figures import HourOfQueue, NoPicture
from stream.contract.past import PastState
from tests.dashboard.pictures import TableReader, many, ordinary, wall_clock


class HoursAway(TableReader):
    """A floor whose queues' hours are not told just now."""

    def hour(self, queue: str) -> HourOfQueue | None:
        """As while a look is wound on, or another floor is shown."""
        raise NoPicture(f"{queue} is being read")


@contextmanager
def feed_of(reader: TableReader, past: PastShown | None = None) -> Iterator[Feed]:
    """A feed that answers."""
    feed = Feed(reader, now=wall_clock, past=past)
    feed.start()
    try:
        yield feed
    finally:
        feed.stop()


def of_missing(feed: Feed, **named: str) -> str:
    """What is told of one that there is not."""
    missing = asyncio.run(missing_of(feed, **named))
    assert missing is not None
    assert missing.status_code == 404
    return missing.detail


def test_more_queues_than_are_told_are_not_all() -> None:
    """Where the largest are listed, the others may be there as well."""
    with feed_of(TableReader(many(1_200), wall_clock, queues_left_out=3)) as feed:
        told = of_missing(feed, queue="nowhere")
    assert told == (
        "queue: there is no queue of this id on the floor: /api/v1/floor has the largest 1,200"
    )


def test_the_names_of_a_past_are_where_that_past_is() -> None:
    """Of the present there may be others."""
    state = PastState(0, 0.0, ready=True)
    with feed_of(TableReader(many(100), wall_clock), PastShown(7, lambda: state)) as feed:
        told = of_missing(feed, queue="nowhere")
    assert told == (
        "queue: there is no queue of this id on the floor: /api/v1/floor?look=7 has all 100"
    )


def test_that_a_name_is_not_known_is_not_that_there_is_none() -> None:
    """It is said that it cannot be told; who has an answer of nothing is told that."""
    with feed_of(HoursAway(ordinary(), wall_clock)) as feed:
        with pytest.raises(HTTPException) as raised:
            asyncio.run(missing_of(feed, queue="nowhere"))
        asyncio.run(refuse_unknown(feed, queue="nowhere"))
    assert (raised.value.status_code, raised.value.detail) == (503, "nowhere is being read")


def test_figures_of_a_queue_that_may_be_there_are_not_to_be_had() -> None:
    """And nothing is made up of why."""
    app = create_app(HoursAway(ordinary(), wall_clock), now=wall_clock)
    with serving(app) as url, httpx2.Client(base_url=url, timeout=10) as client:
        answer = client.get("/api/v1/queues/nowhere")
    assert (answer.status_code, answer.json()) == (503, {"detail": "nowhere is being read"})


def test_a_queue_too_small_to_be_told_is_not_told_as_empty() -> None:
    """One of the plan may be among those left out."""
    reader = TableReader(
        ordinary(), wall_clock, queues_left_out=3, planned=frozenset({"opens-at-eight"})
    )
    with serving(create_app(reader, now=wall_clock)) as url:
        answer = httpx2.get(f"{url}/api/v1/queues/opens-at-eight", timeout=10)
    assert (answer.status_code, answer.json()) == (
        404,
        {"detail": "queue: there are more queues than are told, and larger ones"},
    )
