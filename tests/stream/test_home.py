"""The floor that a dashboard is there for: what it is asked reaches the log that it was given."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from stream.contract.detail import CountAsked, PresentAsked
from stream.contract.figures import NoPicture
from stream.contract.floorplan import FloorPlan
from stream.home import home_floor
from tests.builders import answered, queued
from tests.stream.behind.test_behind import Ground


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    """A floor on which one waits and one is talked to."""
    made = Ground(tmp_path / "log")
    with closing(made.log):
        made.append(queued("c1", 0), queued("c2", 1), answered("c1", 5))
        yield made


def test_contacts_are_those_of_its_log(ground: Ground) -> None:
    """Of the present, of a count, and in a queue."""
    with home_floor(ground.url, ground.plan, now=lambda: ground.now, title="Floor") as home:
        waiting = home.detail.contacts(PresentAsked("waiting")).result(30)
        counted = home.detail.counted(CountAsked("answered", "5m"))
        events = home.detail.events("benefits", 0).result(30)
        [hand] = home.detail.at_hand().result(30)

    assert [one.contact for one in waiting.contacts] == ["c2"]
    assert [one.id for one in counted.contacts] == ["c1"]
    assert [one.contact for one in events] == ["c1", "c2", "c1"]
    assert (hand.agent, hand.contact) == ("a1", "c1")


def test_without_a_log_there_is_nobody() -> None:
    """As on a training floor before the first drill."""
    with (
        home_floor(None, FloorPlan(), now=lambda: 0, title="Training floor") as home,
        pytest.raises(NoPicture),
    ):
        home.detail.contacts(PresentAsked("waiting")).result(30)
