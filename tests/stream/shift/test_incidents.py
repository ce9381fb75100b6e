"""Incidents as a shift had them, made by the evaluator and read when they say something else."""

from __future__ import annotations

from typing import Final

import pytest
from msgspec.structs import replace

from stream.contract.alerts import Incident
from stream.contract.instants import MINUTE_US, SECOND_US
from stream.contract.shifts import Shift
from stream.shift.incidents import in_shift
from tests.builders import BASE_US
from tests.stream.alerts.evaluations import Evaluation, Step, incidents
from tests.stream.alerts.floors import reading

WAITS: Final = "rules: {{waits: {{kind: waiting, over: 60s, clear_after: {clear_after}}}}}"
FIRST: Final = "benefits: somebody has waited for 1 min 30 s"
BACK: Final = "benefits: somebody has waited for 11 min 40 s"


def shift(begin_minute: float, end_minute: float) -> Shift:
    """By minutes since the first reading."""
    return Shift(*(BASE_US + round(at * MINUTE_US) for at in (begin_minute, end_minute)))


def waits(*seen: tuple[float, float], clear_after: str = "0s") -> Incident:
    """The one incident of a queue where, at these minutes, somebody has waited so long."""
    evaluation = Evaluation(WAITS.format(clear_after=clear_after))
    for minute, oldest_wait_s in seen:
        stands = {"benefits": {"waiting": 3, "oldest_wait_s": oldest_wait_s}}
        at_us = BASE_US + round(minute * MINUTE_US)
        evaluation(Step(reading(at_us=at_us, queues=stands), ()))
    (incident,) = incidents(evaluation.records)
    return incident


@pytest.fixture
def came_back() -> Incident:
    """One that fired for a minute, and ten minutes later for a minute again."""
    return waits((0, 90.0), (1, 1.0), (11, 700.0), (12, 1.0))


def told(incident: Incident, of: Shift) -> tuple[str, float, float | None] | None:
    """Its title, since when and until when, in minutes."""
    one = in_shift(incident, of)
    if one is None:
        return None
    end = None if one.resolved_at is None else (one.resolved_at - BASE_US) / MINUTE_US
    return one.title, (one.since - BASE_US) / MINUTE_US, end


def test_what_recovers_is_headed_by_what_it_was() -> None:
    """Not by how it stands while somebody reads."""
    recovers = waits((0, 90.0), (1, 3.0), clear_after="10m")
    assert recovers.title == "benefits: recovering, who waits longest has for 3 s"

    assert told(recovers, shift(-60, 1)) == (FIRST, 0, None)


@pytest.mark.parametrize(
    ("begin", "end", "expected"),
    [
        pytest.param(-60, 60, (BACK, 11, 12), id="it came back in the shift"),
        pytest.param(-60, 10, (FIRST, 0, 1), id="it came back after the shift"),
        pytest.param(5, 60, (BACK, 11, 12), id="it was over before the shift, and came back"),
        pytest.param(2, 10, None, id="it was over in all of the shift"),
        pytest.param(-60, 0, None, id="it opened after the shift"),
        pytest.param(12, 60, None, id="it was over before the shift"),
    ],
)
def test_what_came_back_lasts_from_then(
    came_back: Incident, begin: float, end: float, expected: tuple[str, float, float] | None
) -> None:
    """As long as lists and messages say; and of what comes after the shift nothing is told."""
    assert told(came_back, shift(begin, end)) == expected


def test_when_it_fired_first_is_kept(came_back: Incident) -> None:
    """And its history whole; in a shift before it came back it is over, if it is open by now."""
    still = waits((0, 90.0), (1, 1.0), (11, 700.0))
    later, before = in_shift(came_back, shift(5, 60)), in_shift(still, shift(-60, 10))

    assert later is not None
    assert later.opened_at == BASE_US
    assert later.history == came_back.history
    assert before is not None
    assert (before.state, before.reopened_at) == ("resolved", None)


def test_the_gravest_alert_that_had_fired_gives_the_title(came_back: Incident) -> None:
    """Of several that are as grave the first; not one that fired after the shift."""
    (alert,) = came_back.alerts
    fired_at = alert.fired_at or 0
    first, graver, late = (
        replace(
            alert,
            id=name,
            severity=severity,
            message=name,
            fired_message=None,
            fired_at=fired_at + after_s * SECOND_US,
        )
        for name, severity, after_s in (
            ("first", "notice", 0),
            ("graver", "page", 10),
            ("late", "page", 300),
        )
    )
    shared = replace(came_back, alerts=[first, graver, late])

    assert told(shared, shift(-60, 13)) == ("graver", 11, 12)
    assert told(replace(shared, alerts=[first, first]), shift(-60, 13)) == ("first", 11, 12)


def test_without_alerts_or_history_the_title_is_what_there_is(came_back: Incident) -> None:
    """A history is cut off at some length."""
    bare = replace(came_back, alerts=[])

    assert told(bare, shift(-60, 60)) == (BACK, 11, 12)
    assert told(replace(bare, history=[]), shift(-60, 60)) == (came_back.title, 11, 12)
