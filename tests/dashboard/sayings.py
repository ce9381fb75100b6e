"""What may be said once for all viewers: a text of each kind of value, in English and to be written."""

from __future__ import annotations

from typing import Final

from simulator.drill.wording import Words, count, customers, length, minutes_of, percent
from stream.alerts import history
from stream.contract.drills import (
    Act,
    Anger,
    Announce,
    CallIn,
    Leave,
    MoveAgents,
    Notice,
    OfferCallbacks,
    SetOverflow,
    Volume,
)
from stream.contract.said import Said, Told, say

NAMES: Final = {"snap": "Línea SNAP & more", "help": "Help {n} <b>"}
WORDS: Final = Words(NAMES, "America/New_York")

ACTS: Final[list[Act]] = [
    Notice(),
    Notice("snap"),
    MoveAgents("help", "snap", 1),
    MoveAgents("help", "gone", 2),
    CallIn("snap", 1),
    CallIn("snap", 5),
    SetOverflow("snap", "help"),
    SetOverflow("snap", None),
    OfferCallbacks("snap", 45.0),
    OfferCallbacks("snap", 300.0),
    OfferCallbacks("snap", None),
    *(
        Announce("snap", message)
        for message in ("none", "expected_wait", "call_later", "self_service")
    ),
    Volume(None, 1.5, 15.0),
    Volume("snap", 2.0, 2.5),
    Leave("snap", 1, None),
    Leave("snap", 21, 30.0),
    Anger(None, 30.0),
    Anger("help", 45.0),
]
_SECONDS: Final = (0, 48.9, 119, 120, 3_599, 3_600, 7_199, 7_260, 90_000, 172_800, 400_000)
_NUMBERS: Final = (0, 1, 4, 5, 21, 999, 1_234, 12_345, 1_234_567, 0.05, 1.25, 1.15, 2.0, 9_999.95)
_METRICS: Final = (
    "csat_score",
    "occupancy",
    "wait_ahead_s",
    "stuck_proof_5m",
    "service_level_today",
    "hours_of_sun",
    "hours_of_sun_s",
    "hours_of_sun_30m",
)


def _within(value: object) -> Said:
    return Said("{sentence}.", values={"sentence": value})


# Each with its English.
SAYINGS: Final[list[Told]] = [
    say("Nothing was done about it."),
    *(say("{sentence}.", sentence=WORDS.act(act)) for act in ACTS),
    *(Told("", Said("{sentence}.", values={"sentence": number})) for number in _NUMBERS),
    *(
        Told("", _within({"as": kind, "of": seconds}))
        for kind in ("duration", "span", "span_up")
        for seconds in _SECONDS
    ),
    *(Told("", _within({"as": "share", "of": share})) for share in (0.0, 0.005, 0.125, 0.816, 1.0)),
    *(Told("", _within({"as": "window", "of": name})) for name in ("5m", "30m", "today", "year")),
    *(Told("", _within({"as": "rule", "of": name})) for name in ("wait_grows", "our_own")),
    *(Told("", _within({"as": "metric", "of": name})) for name in _METRICS),
    *(
        Told("", _within(names))
        for names in (["1"], ["1", "2"], ["Mail", "Chat", "Ideas"], ["Mail", "Hielo", "Higiene"])
    ),
    *(customers(n) for n in (0, 1, 2, 5, 21, 1_234)),
    say(
        "{share} of people's time was worked more than two hours after their last break, "
        "against {nothing} with nothing done.",
        share=percent(0.126),
        nothing=percent(0.0),
    ),
    say("{act} at {time}: that saved {saved}.", act=WORDS.act(ACTS[2]), time=("10:42", "10:42"),
        saved=minutes_of(1_234)),
    say("You noticed it after {length}.", length=length(3_725)),
    say("{customers} hung up; with nothing done {nothing} would have, "
        "and {best} in the best course found.",
        customers=customers(3), nothing=count(1_234), best=count(0)),
    *(
        Told(entry.text, entry.said)
        for entry in (
            history.regraded(0, "page", "notice", "service_level_lost"),
            history.withdrawn(0, "our own"),
        )
        if entry.said is not None
    ),
    Told("", Said("not of any {catalogue}", values={"catalogue": "book"})),
    Told("", Said("a {place} that nothing fills")),
]  # fmt: skip

# What a newer release might say.
NEWER: Final = [
    _within({"as": "tomorrow", "of": 1}),
    _within({"id": "{length}", "values": {"length": {"as": "moon", "of": 1}}}),
]
