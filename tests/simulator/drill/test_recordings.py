"""A recording as something to drill: it happens again, whatever is done."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pytest
from msgspec.structs import replace

from simulator.drill.ports import Course, Seen
from simulator.drill.reckoned_apart import reckoned_apart
from simulator.drill.recordings import Recorded, recorded
from simulator.player import whole_recording
from stream.contract.codec import encode
from stream.contract.drills import (
    CallIn,
    Deed,
    DrillRefused,
    Leave,
    Notice,
    Opened,
    Plan,
    PlannedSurprise,
)
from stream.contract.events import ContactQueued
from stream.contract.instants import MINUTE_US, SECOND_US
from tests.simulator.days import MORNING, stretch
from tests.simulator.drill.desks import Table

EVENTS: Final = stretch(minutes=30)
# The morning begins at 14:30 UTC; half of the recording is history.
BEGAN: Final = MORNING + 14 * MINUTE_US


def lines() -> Iterator[tuple[int, bytes]]:
    """The recording, as a file has it."""
    return enumerate((encode(event) for event in EVENTS), 1)


@pytest.fixture(scope="module")
def recording() -> Recorded:
    """Half an hour of a weekday."""
    whole = whole_recording(lines)
    assert whole is not None
    return recorded("morning.jsonl", whole)


@pytest.fixture
def table(recording: Recorded) -> Table:
    """A desk with nothing but the recording on it."""
    return Table({"morning.jsonl": recording})


PLAN: Final = Plan("morning.jsonl", minutes=5)


def test_it_is_offered_with_what_it_has(recording: Recorded) -> None:
    """Its queues, and half of it as history."""
    offer = recording.offer

    assert (offer.kind, offer.answers, offer.title) == (
        "recording",
        False,
        "Recording: morning.jsonl",
    )
    assert offer.about == "Recorded from 2026-03-03 14:30 to 2026-03-03 14:59 UTC."
    assert (offer.begins, offer.minutes) == (14 * 60 + 44, 15)
    assert "benefits" in [queue.id for queue in offer.queues]


def test_it_happens_again_to_the_byte(table: Table) -> None:
    """Before the drill, in it, and after a rewind."""
    began = table.began(PLAN)
    table.passes(60.5)
    table.desk.rewind(began + 30 * SECOND_US)
    table.prepared()
    table.passes(60.5)

    played = [encode(event) for event in EVENTS]
    assert began == BEGAN
    for stage, until in zip(table.stages, (60, 90), strict=True):
        appended = [payload for _, payload in stage.events]
        assert appended == played[: len(appended)]
        assert EVENTS[len(appended)].time >= began + until * SECOND_US
        assert EVENTS[len(appended) - 1].time < began + until * SECOND_US


def test_it_does_not_answer(table: Table) -> None:
    """But what is seen can be said."""
    began = table.began(PLAN)
    table.desk.do("trainee", Notice("benefits"))
    with pytest.raises(DrillRefused, match="what has happened happens again"):
        table.desk.do("trainee", CallIn("benefits", 1))

    assert table.state.deeds == [Deed(began, "trainee", Notice("benefits"))]


@pytest.mark.parametrize(
    ("plan", "why"),
    [
        (replace(PLAN, begins=9 * 60), "begins: expected a time in the recording, from 2026-03-03"),
        (
            replace(PLAN, surprises=[PlannedSurprise(1, Leave("benefits", 1))]),
            "surprises: a recording takes none",
        ),
    ],
)
def test_what_it_cannot_do_is_refused(table: Table, plan: Plan, why: str) -> None:
    """In one line."""
    with pytest.raises(DrillRefused, match=why):
        table.desk.start(plan)


def test_its_report_is_how_soon_the_first_alert_was_seen_and_taken(recording: Recorded) -> None:
    """One course, nothing to compare it with, no score."""
    at = BEGAN + MINUTE_US
    deeds = [
        Deed(at - 9 * SECOND_US, "trainee", Notice(None)),
        Deed(at + 20 * SECOND_US, "trainee", Notice(None)),
    ]
    seen = Seen([Opened(at, "Surge")], [at + 35 * SECOND_US])
    course = Course(PLAN, recording, recording.staged(PLAN), BEGAN + 5 * MINUTE_US, deeds, seen)

    report = reckoned_apart(course, lambda _: None, lambda: False).result(10)

    assert (report.onset, report.noticed_s, report.acknowledged_s) == (at, 20.0, 35.0)
    (yours,) = report.courses
    came = sum(
        isinstance(event, ContactQueued) and BEGAN <= event.time < course.ended for event in EVENTS
    )

    assert (report.acted_s, report.score, report.findings) == (None, None, [])
    assert report.recovered_s == yours.outcome.recovered_s
    assert (yours.name, yours.deeds, yours.outcome.offered) == ("yours", deeds, came)
    assert [row.at for row in yours.minutes] == [BEGAN + nth * MINUTE_US for nth in range(5)]
    assert [(line.at, line.kind, line.text) for line in report.timeline] == [
        (deeds[0].at, "deed", "Trouble was seen."),
        (at, "alert", "Surge"),
        (deeds[1].at, "deed", "Trouble was seen."),
    ]
