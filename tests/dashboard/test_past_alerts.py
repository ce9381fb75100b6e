"""Alerts as they stood then: what was open, who had it, and nothing that came only later."""

from __future__ import annotations

from typing import Final

import pytest
from msgspec.structs import replace

from dashboard.past_alerts import PastAlerts, board_at, incident_at
from stream.contract.alerts import Acknowledge, AlertsAway, Board, Entry, Mark
from stream.contract.instants import MINUTE_US
from tests.builders import BASE_US
from tests.incidents import notice_incident, resolved_incident, surge_incident

AT: Final = BASE_US


def test_what_had_not_begun_is_not_there() -> None:
    """And what was over already is told as over."""
    board = Board([surge_incident(AT), resolved_incident(AT - 60 * MINUTE_US)], version=9)

    then = board_at(board, AT - MINUTE_US)

    assert [(one.id, one.state) for one in then.incidents] == [
        (f"r-{AT - 60 * MINUTE_US}-1", "resolved")
    ]
    assert board_at(board, AT - 61 * MINUTE_US).incidents == []
    assert (then.head, then.rules, then.undelivered) == (None, None, [])


def test_what_is_over_by_now_was_open_then() -> None:
    """Until the minute in which it ended; open ones come first."""
    over = resolved_incident(AT)

    during = incident_at(over, AT + 7 * MINUTE_US)
    after = incident_at(over, AT + 8 * MINUTE_US)

    assert (during.state, during.is_open, during.resolved_at) == ("firing", True, None)
    assert [one.state for one in during.alerts] == ["firing"]
    assert [entry.what for entry in during.history] == ["opened"]
    assert (after.state, after.resolved_at) == ("resolved", AT + 8 * MINUTE_US)
    board = board_at(Board([resolved_incident(AT - 60 * MINUTE_US), over]), AT + 2 * MINUTE_US)
    assert [one.is_open for one in board.incidents] == [True, False]


def test_one_that_came_back_was_over_in_between() -> None:
    """By its history, not by how it stands now."""
    began = surge_incident(AT)
    history = [
        *began.history,
        Entry(AT + 10 * MINUTE_US, "resolved", "calm"),
        Entry(AT + 15 * MINUTE_US, "reopened", "again"),
    ]
    incident = replace(began, history=history)

    states = [incident_at(incident, AT + minute * MINUTE_US).state for minute in (5, 12, 16)]

    assert states == ["firing", "resolved", "firing"]


def test_alerts_that_joined_later_are_not_in_it_yet() -> None:
    """Nor what was judged of the others only later: no number of another moment."""
    early = incident_at(surge_incident(AT), AT + MINUTE_US // 2)
    late = incident_at(surge_incident(AT), AT + 90 * MINUTE_US)

    assert [(one.rule, one.message, one.figures) for one in early.alerts] == [("surge", "", {})]
    assert [one.rule for one in late.alerts] == ["surge", "long wait", "service level burns"]
    assert late.alerts[0].message == "Benefits: arrivals 1.6 times the baseline"


def test_what_it_says_by_now_is_not_what_it_was_called_then() -> None:
    """But what the alert that it was told by said as it fired; nor came it back before it did."""
    began = surge_incident(AT)
    surge, *others = began.alerts
    clears = replace(surge, state="recovering", message="it clears", fired_message=surge.message)
    incident = replace(
        began,
        title="it clears",
        alerts=[clears, *others],
        reopened_at=AT + 15 * MINUTE_US,
        history=[*began.history, Entry(AT + 15 * MINUTE_US, "reopened", "again")],
    )
    early, late = (incident_at(incident, AT + minutes * MINUTE_US) for minutes in (10, 16))

    assert (early.title, late.alerts[0].message) == (surge.message, surge.message)
    assert (early.since, late.since) == (AT, AT + 15 * MINUTE_US)


def test_who_had_it_is_told_from_when_they_took_it() -> None:
    """And nobody where it was given back."""
    taken = notice_incident(AT)
    given_back = replace(
        taken,
        history=[*taken.history, Entry(AT + 5 * MINUTE_US, "unacknowledged", "given back", "Ada")],
        acknowledged=None,
    )

    marks = [
        incident_at(given_back, AT + minute * MINUTE_US).acknowledged for minute in (0, 1, 4, 5)
    ]

    assert marks == [None, Mark("Ada", AT + MINUTE_US), Mark("Ada", AT + MINUTE_US), None]


def test_the_board_of_a_look_changes_with_what_is_looked_at() -> None:
    """Its version rises where it is another, and only then; nobody acts on it."""
    at = [AT - MINUTE_US]
    alerts = PastAlerts(lambda: Board([surge_incident(AT)], version=3), lambda: at[0])

    empty = alerts.board()
    at[0] = AT + MINUTE_US // 2
    one = alerts.board()
    at[0] += MINUTE_US // 4
    still = alerts.board()

    assert [len(board.incidents) for board in (empty, one, still)] == [0, 1, 1]
    assert one.version > empty.version
    with pytest.raises(AlertsAway, match="this is the past"):
        alerts.act(Acknowledge(incident="i", by="Ada", at=AT))
