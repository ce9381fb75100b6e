"""A drill's report made by hand."""

from __future__ import annotations

from typing import Any, Final, Literal

from stream.contract.drills import (
    Course,
    Deed,
    GroupOutcome,
    Minute,
    Moment,
    MoveAgents,
    Offer,
    Outcome,
    Plan,
    QueueOffered,
    Report,
    Volume,
)
from stream.contract.instants import MINUTE_US, parse_instant
from stream.contract.said import say
from tests.dashboard.sayings import NEWER, SAYINGS, WORDS

BEGAN: Final = int(parse_instant("2026-03-03T10:00:00-05:00"))


def outcome(**other: Any) -> Outcome:
    """What came of a course."""
    usual: dict[str, Any] = {
        "offered": 1_240,
        "answered": 1_100,
        "abandoned": 60,
        "service_level": 0.715,
        "abandonment": 60 / 1160,
        "wait_s": 48.0,
        "longest_wait_s": 605.0,
        "promises_made": 12,
        "promises_kept": 9,
        "promises_broken": 2,
        "csat": None,
        "occupancy": 0.861,
        "strained": 0.02,
        "equity_gap": 0.15,
        "recovered_s": None,
        "cost": 1_234.4,
        "groups": [
            GroupOutcome("queue", "snap", 400, 0.5, 0.1, 62.0),
            GroupOutcome("language", "es", 30, 0.6, 0.1, 50.0),
            GroupOutcome("language", "vi", 3, 1.0, 0.0, 5.0),
        ],
    }
    return Outcome(**{**usual, **other})


def minutes(*waiting: int, answered: int = 4) -> list[Minute]:
    """Minutes at whose ends so many wait; a minute of nobody has no evidence."""
    return [
        Minute(
            BEGAN + nth * MINUTE_US,
            count,
            30.0 * count,
            5,
            1 if count else 0,
            2 if count else 0,
            answered if count else 0,
        )
        for nth, count in enumerate(waiting)
    ]


def course(name: Literal["yours", "nothing", "best"], *waiting: int, **other: Any) -> Course:
    """A course of so many minutes."""
    return Course(name=name, deeds=[], outcome=outcome(**other), minutes=minutes(*waiting))


def report(**other: Any) -> Report:
    """The report of ten minutes."""
    move = MoveAgents("benefits", "snap", 2)
    usual: dict[str, Any] = {
        "plan": Plan("weekday", seed=7, trainee="Ada <b>"),
        "offer": Offer(
            "weekday",
            "scenario",
            "An <i>ordinary</i> weekday",
            "About it.",
            queues=[QueueOffered("snap", "Línea SNAP & more", "voice", 20)],
        ),
        "time_zone": "America/New_York",
        "began": BEGAN,
        "ended": BEGAN + 10 * MINUTE_US,
        "onset": BEGAN + 2 * MINUTE_US,
        "noticed_s": 95.0,
        "acknowledged_s": None,
        "acted_s": 250.0,
        "recovered_s": 3_725.0,
        "score": 71.6,
        "courses": [
            course("yours", 1, 2, 8, 12, 9, 7, 4, 2, 1, 0),
            course("nothing", 1, 2, 8, 13, 15, 18, 21, 23, 20, 18, cost=2_000.0),
            course("best", 1, 2, 7, 6, 3, 2, 0, 0, 0, 0, cost=900.0),
        ],
        "timeline": [
            Moment(BEGAN + 2 * MINUTE_US, "cause", "2 times the contacts came to Línea SNAP."),
            Moment(BEGAN + 3 * MINUTE_US, "alert", "Calls surge & more."),
            Moment(BEGAN + 3 * MINUTE_US, "deed", "2 people were moved."),
            Moment(BEGAN + 9 * MINUTE_US, "recovery", "All was well."),
        ],
        "findings": ["You noticed it after 1:35.", "Waits > 20 s were < usual."],
        "tried": 204,
    }
    made = Report(**{**usual, **other})
    yours = made.courses[:1]
    for one in yours:
        one.deeds.append(Deed(BEGAN + 2 * MINUTE_US, "trainer", Volume("snap", 2.0, 5)))
        one.deeds.append(Deed(BEGAN + 3 * MINUTE_US, "trainee", move))
    return made


def of_recording() -> Report:
    """The report of a recording: one course, and nothing to compare it with."""
    offer = Offer("monday", "recording", "Monday", "A recording.", answers=False)
    return report(offer=offer, courses=[course("yours", 1, 2)], score=None, onset=None)


def of_a_release() -> Report:
    """A report as releases make it, which tells what other languages write each of its texts from;
    the last two of its findings are of a newer one, and its last moment of an older one."""
    told = [one for one in SAYINGS if one.text]
    newer = ["Some <newer> finding.", "Another of them."]
    alert = say("{where}: recovering, nobody waits", where=("SNAP & more", "SNAP & more"))
    deed = say("{sentence}.", sentence=WORDS.act(MoveAgents("help", "snap", 2)))
    cause = say("More contacts than forecast came")
    shown: list[tuple[int, Any, Any]] = [
        (2, "cause", cause),
        (3, "alert", alert),
        (4, "deed", deed),
    ]
    return report(
        findings=[*(one.text for one in told), *newer],
        findings_said=[*(one.said for one in told), *NEWER],
        timeline=[
            *(Moment(BEGAN + at * MINUTE_US, kind, one.text, one.said) for at, kind, one in shown),
            Moment(BEGAN + 9 * MINUTE_US, "recovery", "As it was < once."),
        ],
        offer=Offer(
            "weekday",
            "scenario",
            "An <i>ordinary</i> weekday",
            "About it.",
            queues=[
                QueueOffered("snap", "Línea SNAP & more", "voice", 20),
                QueueOffered("help", "Help {n} <b>", "voice", 20),
            ],
        ),
    )
