"""Alerts as they stood then: what was open, who had it, and nothing that came only later."""

from __future__ import annotations

from typing import Final

import pytest
from msgspec.structs import replace

from dashboard.alerting import brief
from dashboard.past_alerts import PastAlerts, board_at, incident_at
from dashboard.said import title_said
from stream.contract.alerts import Acknowledge, AlertsAway, Board, Entry, Incident, Mark
from stream.contract.incidents import changed_at
from stream.contract.instants import MINUTE_US
from tests.builders import BASE_US
from tests.incidents import notice_incident, resolved_incident, surge_incident
from tests.stream.alerts.evaluations import Evaluation, Step, incidents
from tests.stream.alerts.floors import Metrics, reading

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


FLAPS: Final = """
rules:
  long: {kind: waiting, over: 60s, clear_after: 0}
  many: {kind: threshold, metric: waiting, above: 5, clear_after: 0, severity: page}
"""


def lived(*waits: tuple[int, int, bool]) -> tuple[Incident, list[Incident]]:
    """A minute each: how long the oldest waits in seconds, how many do, and whether anything is
    known; the incident as it stands after the last, and as it stood after each."""
    evaluation, stood = Evaluation(FLAPS), []
    for nth, (oldest_wait_s, waiting, known) in enumerate(waits):
        queues: dict[str, Metrics] = {
            "benefits": {"oldest_wait_s": oldest_wait_s, "waiting": waiting}
        }
        at_us = AT + nth * MINUTE_US
        evaluation(Step(reading(at_us=at_us, known=known, queues=queues)))
        stood += incidents(evaluation.records)
    return stood[-1], stood


def test_of_an_alert_that_flaps_each_minute_has_its_own_title() -> None:
    """In each language that of its firing, not of a later one, nor any other number of that: also
    where it was over, and where nobody knows by now."""
    now, stood = lived(
        (90, 3, True), (1, 3, True), (700, 3, True), (1, 3, True), (240, 3, True), (0, 0, False),
        (0, 0, False),
    )  # fmt: skip
    then = [incident_at(now, AT + nth * MINUTE_US) for nth in range(5)]

    assert now.title == "Last known: benefits: somebody has waited for 4 min"
    assert [(one.state, one.title) for one in then] == [(one.state, one.title) for one in stood[:5]]
    assert [title_said(one) for one in then] == [title_said(one) for one in stood[:5]]
    assert None not in [title_said(one) for one in then]
    (alert,) = then[0].alerts
    assert (alert.began, alert.fired_at, alert.changed_at, alert.flaps) == (AT, AT, AT, 0)
    assert (alert.figures, alert.peak, alert.why, alert.message, alert.said) == (
        {}, None, None, "", None
    )  # fmt: skip
    assert [changed_at(one) for one in then] == [changed_at(one) for one in stood[:5]]
    assert [one.alerts[0].state for one in then] == [one.state for one in stood[:5]]


def test_where_another_flaps_it_was_as_grave_as_it_was() -> None:
    """Told by what is known to have fired then, of which alert the history says."""
    now, stood = lived((90, 9, True), (90, 3, True), (90, 9, True))
    then = incident_at(now, AT + MINUTE_US)

    assert [one.flaps for one in now.alerts] == [0, 1]
    assert (then.severity, then.title) == (stood[1].severity, stood[1].title)
    assert now.title == "benefits: waiting is 9, above 5"
    assert incident_at(now, AT).severity == "page"


def test_of_two_that_flap_each_has_its_own_words() -> None:
    """It is told by the one that had fired last."""
    now, _ = lived(
        (90, 0, True), (90, 9, True), (0, 0, True), (120, 12, True), (120, 12, True)
    )  # fmt: skip
    early, late = (incident_at(now, AT + nth * MINUTE_US) for nth in (0, 1))

    assert [one.flaps for one in now.alerts] == [1, 1]
    assert [(one.title, one.alerts[0].rule) for one in (early, late)] == [
        ("benefits: somebody has waited for 1 min 30 s", "long"),
        ("benefits: waiting is 9, above 5", "many"),
    ]


def test_what_was_known_of_an_older_log_is_told() -> None:
    """Which does not say of which alert its lines are; nor does one say all that is very long."""
    now, _ = lived((90, 3, True), (1, 3, True), (700, 3, True))
    lines = [replace(entry, alert=None, said=None) for entry in now.history]
    old, cut = replace(now, history=lines), replace(now, history=lines[1:])

    assert incident_at(old, AT).title == "benefits: somebody has waited for 1 min 30 s"
    assert title_said(incident_at(old, AT)) is None
    assert incident_at(cut, AT).title == "long"


def test_a_past_title_is_in_each_language_and_nothing_later_is() -> None:
    """What the alert said as it fired, while its figures are of a later moment."""
    now, _ = lived((90, 3, True), (300, 3, True))
    then = incident_at(now, AT + MINUTE_US // 2)
    (alert,) = then.alerts

    assert then.title == "benefits: somebody has waited for 1 min 30 s"
    assert title_said(then) == now.alerts[0].fired_said
    told = brief(then)
    assert (told.title_said, told.message, told.message_said) == (title_said(then), "", None)
    assert (alert.as_fired.message, alert.said, alert.figures) == (then.title, None, {})


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
