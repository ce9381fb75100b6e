"""Lines of an incident's history that the evaluator writes by itself: in English, and beside it what
other languages write them from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from stream.contract.alerts import Alert, Entry, Severity
from stream.contract.said import Said, Told, Value, marked, say

# What screens call them.
_GRAVE: Final[Mapping[Severity, str]] = {
    "page": marked("Urgent"),
    "notice": marked("Notice"),
    "ticket": marked("To read"),
}


def fired(at: int, what: Literal["opened", "reopened", "joined"], alert: Alert) -> Entry:
    """What an alert said when it fired."""
    return Entry(at, what, alert.message, alert=alert.id, said=alert.said)


def worse(at: int, before: Severity, after: Severity) -> Entry:
    """It has an alert that is graver than all before."""
    told = say("{before} is now {after}", before=_grave(before), after=_grave(after))
    return _entry(at, "worse", told)


def regraded(at: int, before: Severity, after: Severity, rule: str) -> Entry:
    """Its rule says otherwise how grave it is."""
    told = say(
        "{before} is now {after}, by the rule {rule}",
        before=_grave(before),
        after=_grave(after),
        rule=_rule(rule),
    )
    return _entry(at, "note", told)


def withdrawn(at: int, rule: str) -> Entry:
    """A rule that one of its alerts came from looks at the target no longer."""
    return _entry(at, "note", say("the rule {rule} looks at it no longer", rule=_rule(rule)))


def unknown(at: int) -> Entry:
    """Nothing says any more whether it lasts."""
    return _entry(at, "no_data", say("the figures are not known any more"))


def known_again(at: int) -> Entry:
    """Its figures are there again."""
    return _entry(at, "data_again", say("the figures are known again"))


def over(at: int) -> Entry:
    """All of its alerts are over."""
    return _entry(at, "resolved", say("nothing of it is left"))


def escalated(at: int, receiver: str) -> Entry:
    """Nobody saw to it in time, and somebody else is told."""
    return _entry(at, "escalated", say("{receiver} is told as well", receiver=(receiver, receiver)))


def _entry(
    at: int,
    what: Literal["worse", "note", "no_data", "data_again", "resolved", "escalated"],
    told: Told,
) -> Entry:
    return Entry(at, what, told.text, said=told.said)


def _grave(severity: Severity) -> Value:
    return severity, Said(_GRAVE[severity])


def _rule(name: str) -> Value:
    # Those that ship have names on screens.
    return name, {"as": "rule", "of": name}
