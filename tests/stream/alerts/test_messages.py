"""What a supervisor reads on a telephone: what, where, since when, by which figures, why, who."""

from __future__ import annotations

from textwrap import dedent
from typing import Final
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from stream.alerts.messages import (
    ALERTS_TOLD_MAX,
    BODY_MAX,
    LINE_MAX,
    TITLE_MAX,
    Message,
    Whereabouts,
    message_of,
)
from stream.contract.alerts import Incident, Notification, Target, Why
from stream.contract.instants import MINUTE_US, SECOND_US
from tests.stream.alerts.told import (
    HERE,
    NOON,
    SURGE,
    SURGE_INCIDENT,
    WAIT,
    notification,
    over,
    taken,
)

PLAIN: Final = Whereabouts(zone=ZoneInfo("UTC"))


def read(told: Notification, here: Whereabouts = HERE) -> str:
    """The message as it lies before its reader."""
    message = message_of(told, here)
    return f"{message.title}\n\n{message.body}\n"


def incident_of(count: int) -> Incident:
    """An incident of as many alerts, each of a queue of its own."""
    alerts = [
        replace(SURGE, id=f"a{nth:03}", target=Target("queue", f"q{nth}"), why=None)
        for nth in range(count)
    ]
    return replace(SURGE_INCIDENT, alerts=alerts)


def test_what_joined_stands_first() -> None:
    """In the title, and of the alerts in the text; all of the incident is told."""
    both = replace(SURGE_INCIDENT, alerts=[SURGE, WAIT])
    told = message_of(notification("joined", both, news=["a2"]), HERE)

    assert told.title == "Notice, also: sales: somebody has waited for 12 min"
    assert told.body.startswith("sales: somebody has waited for 12 min\nWhere: queue sales")
    assert "Benefits & appeals: 1.8 times the usual arrivals" in told.body


def test_an_alarm_says_all_that_is_needed_to_act() -> None:
    """Figures stand beside what is usual, and each part of why with its size."""
    assert read(notification()) == dedent("""\
        Urgent: Benefits & appeals: surge of contacts

        Benefits & appeals: 1.8 times the usual arrivals
        Where: queue Benefits & appeals
        Figures: offered 210 (usually 120), service level 52 %, waiting 31
        Since: 2026-03-02 14:50, for 10 min (Europe/Rome)
        Why it fired: more contacts than usual since 14:46, and fewer agents
        - contacts an hour 120 → 210: explains 76 %
        - agents 12 → 10: explains 24 %
        - handle time 5 min → 4 min 50 s: held back 5 %
        Nobody has it yet.
        Owner: duty manager
        https://floor.example.org/alerts#0c41d2
        """)


def test_several_alerts_of_one_cause_are_one_message() -> None:
    """The gravest first, each with its own figures; a figure that is not known is a dash."""
    both = replace(SURGE_INCIDENT, alerts=[WAIT, SURGE])

    assert read(notification("worse", taken(both))) == dedent("""\
        Urgent, worse than told: Benefits & appeals: surge of contacts

        Benefits & appeals: 1.8 times the usual arrivals
        Where: queue Benefits & appeals
        Figures: offered 210 (usually 120), service level 52 %, waiting 31
        sales: somebody has waited for 12 min
        Where: queue sales
        Figures: oldest wait 12 min 5 s, csat score –
        Since: 2026-03-02 14:50, for 10 min (Europe/Rome)
        Why it fired: more contacts than usual since 14:46, and fewer agents
        - contacts an hour 120 → 210: explains 76 %
        - agents 12 → 10: explains 24 %
        - handle time 5 min → 4 min 50 s: held back 5 %
        Anna has it since 2026-03-02 14:54.
        Assigned to Bruno.
        Owner: duty manager
        https://floor.example.org/alerts#0c41d2
        """)


def test_what_is_over_in_an_incident_that_goes_on_is_told_as_over() -> None:
    """Since its sentence is what it said as it fired; of an all-clear everything is."""
    gone = replace(SURGE, state="resolved", resolved_at=NOON, why=None)
    both = replace(SURGE_INCIDENT, alerts=[WAIT, gone])

    lines = read(notification("escalated", both)).splitlines()
    assert f"{SURGE.message} (over)" in lines
    assert WAIT.message in lines
    assert "(over)" not in read(notification("resolved", over(both)))


def test_an_all_clear_says_how_long_it_lasted() -> None:
    """And not that nobody has it; without an address of the dashboard there is no link."""
    incident = over(replace(SURGE_INCIDENT, alerts=[replace(WAIT, target=Target("floor"))]))

    assert read(notification("resolved", incident), PLAIN) == dedent("""\
        All clear: Benefits & appeals: surge of contacts

        sales: somebody has waited for 12 min
        Where: the floor
        Figures: oldest wait 12 min 5 s, csat score –
        Since: 2026-03-02 13:50, over at 2026-03-02 14:20 after 30 min (UTC)
        """)


@pytest.mark.parametrize(
    ("occasion", "severity", "title"),
    [
        ("fired", "notice", "Notice: Benefits & appeals: surge of contacts"),
        ("fired", "ticket", "To read: Benefits & appeals: surge of contacts"),
        (
            "escalated",
            "page",
            "Urgent, acknowledged by nobody: Benefits & appeals: surge of contacts",
        ),
        ("resolved", "page", "All clear: Benefits & appeals: surge of contacts"),
    ],
)
def test_the_title_says_the_occasion(occasion: str, severity: str, title: str) -> None:
    """It may be all that is read."""
    incident = replace(SURGE_INCIDENT, severity=severity)
    told = replace(notification(), occasion=occasion, incident=incident)

    assert message_of(told, HERE).title == title


def test_what_never_fired_is_not_told() -> None:
    """Nobody is told of what is only pending."""
    pending = replace(WAIT, state="pending", fired_at=None)
    told = notification(incident=replace(SURGE_INCIDENT, alerts=[SURGE, pending]))

    assert read(told) == read(notification())


def test_many_alerts_are_counted() -> None:
    """A message names the first and counts the rest."""
    body = message_of(notification(incident=incident_of(12)), HERE).body

    assert body.count("Where: queue") == ALERTS_TOLD_MAX
    assert "And 7 more alerts of the same cause." in body.splitlines()


def test_lengths_are_bounded_and_the_link_stays_whole() -> None:
    """Whatever names and reasons there are."""
    alerts = [
        replace(a, message="long " * 200, why=Why("reason " * 200), figures={"x" * 400: 1})
        for a in incident_of(12).alerts
    ]
    incident = replace(SURGE_INCIDENT, alerts=alerts, title="title " * 100)
    message = message_of(notification(incident=incident), HERE)

    *lines, link = message.body.splitlines()
    assert link == "https://floor.example.org/alerts#0c41d2"
    assert (len(message.title), len(message.body)) == (TITLE_MAX, BODY_MAX)
    assert max(map(len, lines)) == LINE_MAX


def test_a_name_cannot_break_a_line() -> None:
    """A line feed in a queue's name would end a mail's header and begin another."""
    evil = replace(SURGE_INCIDENT, title="Sales\r\nBcc: all@example.org\u2028\x00end", alerts=[])
    message = message_of(notification(incident=evil), PLAIN)

    assert message == Message(
        "Urgent: Sales Bcc: all@example.org end",
        "Since: 2026-03-02 13:50, for 10 min (UTC)\nNobody has it yet.",
    )


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (0, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (90, "1 min 30 s"),
        (3599, "59 min 59 s"),
        (3600, "1 h 00 min"),
        (93_900, "26 h 05 min"),
    ],
)
def test_times_are_told_in_their_units(seconds: float, told: str) -> None:
    """Nobody reads 3,725 seconds."""
    begun = NOON - round(seconds * SECOND_US)
    incident = replace(SURGE_INCIDENT, opened_at=begun, alerts=[])
    body = message_of(notification(incident=incident), PLAIN).body

    assert f", for {told} (UTC)" in body


def test_one_that_came_back_is_told_since_it_did() -> None:
    """And when it fired first; so is its all-clear."""
    again = replace(SURGE_INCIDENT, reopened_at=NOON - 2 * MINUTE_US)
    fired, clear = notification(incident=again), notification("resolved", over(again))

    assert (
        "Since: 2026-03-02 13:58, for 2 min; it came back, and fired first at 2026-03-02 13:50 (UTC)"
        in message_of(fired, PLAIN).body
    )
    assert (
        "Since: 2026-03-02 13:58, over at 2026-03-02 14:20 after 22 min; it came back, and fired"
        " first at 2026-03-02 13:50 (UTC)"
    ) in message_of(clear, PLAIN).body
