"""What a partition keeps at most: what lies beyond is counted, and the floor's own figures stay true."""

from __future__ import annotations

from typing import Final

import pytest

from stream.contract.batch import decode_batch, decode_plainly
from stream.contract.events import ContactAbandoned
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import SECOND_US, format_instant
from stream.figures import EXPECTATION_WINDOW, floor_figures
from stream.floor.floor import LIVES, Floor
from stream.floor.lives import Limits, Lives
from stream.floor.telling import changes
from stream.merge import Merge
from tests.builders import BASE_US, event

MAKES: Final = {"compiled where it can be": (LIVES, decode_batch), "plain": (Lives, decode_plainly)}


@pytest.fixture(params=MAKES)
def make(request: pytest.FixtureRequest) -> str:
    """Which make of the core."""
    return str(request.param)


def _floor(make: str, lines: list[bytes], limits: Limits) -> Floor:
    lives, decode = MAKES[make]
    floor = Floor(FloorPlan(), make=lives, limits=limits)
    for first in range(0, len(lines), 3):
        floor.take(decode(lines[first : first + 3]))
    return floor


def _offered(floor: Floor) -> dict[str, int | float | None]:
    as_of = floor.newest or 0
    floor.show(as_of)
    merge = Merge(FloorPlan(), {"30m", EXPECTATION_WINDOW})
    for key, frame in changes(floor, 0, as_of, everything=True):
        merge.take(key, frame)
    merge.advance(as_of)
    figures = floor_figures(merge, "30m")
    told = {name: section.counts["offered"] for name, section in figures.queues.items()}
    return {"": figures.floor.counts["offered"], **told}


def _queued(number: int, queue: str, subject: str) -> bytes:
    return event(
        "contact.queued",
        subject=subject,
        at=number,
        event_id=f"e{number}",
        queue=queue,
        channel="voice",
    )


def test_what_happens_in_too_many_places_counts_for_the_floor_alone(make: str) -> None:
    """Six queues, and room for three of them."""
    lines = [_queued(number, f"q{number}", f"c{number}") for number in range(6)]
    floor = _floor(make, lines, Limits(cells=3))
    offered = _offered(floor)

    assert offered[""] == 6
    assert [offered.get(f"q{number}") or 0 for number in range(6)] == [1, 1, 1, 0, 0, 0]
    assert floor.limits_reached == {"cells": 3}


def test_the_contacts_that_were_silent_longest_are_dropped(make: str) -> None:
    """They were waiting, so that each is an expired one, too."""
    lines = [_queued(number, "q", f"c{number}") for number in range(9)]
    floor = _floor(make, lines, Limits(contacts=4))
    floor.show(floor.newest or 0)
    waiting = floor.lives.present("q").waiting["voice"]

    assert waiting == [BASE_US + number * SECOND_US for number in (5, 6, 7, 8)]
    assert floor.limits_reached == {"contacts": 5}
    assert floor.health.expired == 5


def test_agents_beyond_the_limit_are_not_taken_on(make: str) -> None:
    """A state never expires, so only a limit keeps strangers from staying for ever."""
    lines = [
        event("agent.state", subject=f"a{number}", at=number, event_id=f"e{number}", state="busy")
        for number in range(5)
    ]
    floor = _floor(make, lines, Limits(agents=2))
    known = [agent.agent for bucket in range(64) for agent in floor.lives.agents_in(bucket)]

    assert sorted(known) == ["a0", "a1"]
    assert floor.limits_reached == {"agents": 3}


def test_the_memory_of_copies_is_cut_short_and_that_is_counted(make: str) -> None:
    """A copy within the limit is found; one beyond it is taken for new."""
    lines = [_queued(number, "q", f"c{number}") for number in range(8)]
    floor = _floor(make, [*lines, lines[7], lines[0]], Limits(seen=4))

    assert floor.health.duplicates == 1
    assert floor.limits_reached == {"duplicates": 3}


def test_promises_without_end_are_not_taken_on(make: str) -> None:
    """Due in a hundred years, they would be kept as long; an attempt makes room for another only
    once what it keeps has come due."""

    def promised(number: int, due: str) -> bytes:
        return event(
            "callback.promised",
            subject=f"c{number}",
            at=number,
            event_id=f"p{number}",
            queue="q",
            due=due,
        )

    def attempted(number: int, at: int) -> bytes:
        return event(
            "callback.attempted",
            subject=f"c{number}",
            at=at,
            event_id=f"a{number}",
            queue="q",
            agent="a",
            reached=True,
        )

    far = [promised(number, "2126-01-01T00:00:00Z") for number in range(6)]
    floor = _floor(make, far, Limits(promises=4))
    assert (floor.promises.count, len(floor.ledger.ahead)) == (4, 4)
    assert floor.limits_reached == {"promises": 2}

    _, decode = MAKES[make]
    floor.take(decode([attempted(0, 6), promised(7, "2126-01-01T00:00:00Z")]))
    assert (floor.promises.count, len(floor.ledger.ahead)) == (3, 5)
    assert floor.limits_reached == {"promises": 3}

    soon = format_instant(BASE_US + 60 * SECOND_US)
    room = _floor(make, [promised(number, soon) for number in range(4)], Limits(promises=4))
    room.take(decode([attempted(number, 30) for number in range(4)]))
    room.show(BASE_US + 61 * SECOND_US)
    room.take(decode([promised(9, "2126-01-01T00:00:00Z")]))
    assert (room.promises.count, room.limits_reached) == (1, {})


def test_names_that_came_and_went_are_not_looked_up_for_ever() -> None:
    """The plain make keeps what it looked up of so many queues, and looks up again after that."""
    lines = []
    for number in range(20_100):
        lines.append(_queued(number, f"q{number}", f"c{number}"))
        lines.append(
            event(
                "contact.abandoned",
                subject=f"c{number}",
                at=number,
                event_id=f"x{number}",
                queue=f"q{number}",
            )
        )
    floor = Floor(FloorPlan(), make=Lives)
    for first in range(0, len(lines), 4_000):
        floor.take(decode_plainly(lines[first : first + 4_000]))
    life = floor.lives._steps._steps[ContactAbandoned].__self__

    assert floor.health.by_type["contact.abandoned"] == 20_100
    assert len(life._shorts) == 100
