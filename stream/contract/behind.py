"""The contacts behind an alert: who they are, and how it is asked for them (docs/alerts.md).

Contacts go by the identifiers of their events, which are pseudonyms. What could name a customer is
not among this.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

from msgspec import Struct

from stream.contract.alerts import Alert

# What became of contacts, in the words of METRICS; `answered_late` is answered out of a wait beyond
# its target, `callbacks_open` a promise to call back that nobody has come to yet.
Became = Literal[
    "waiting",
    "unanswered",
    "callbacks_open",
    "answered_late",
    "abandoned",
    "short_abandoned",
    "diverted",
    "declined",
    "transferred_out",
]
# Those that still stand as of an instant; the others came to an end in a window.
STANDING: Final[frozenset[Became]] = frozenset({"waiting", "unanswered", "callbacks_open"})
# So many of each are listed: of those that stand the longest there, of the others the newest.
LISTED_MAX: Final = 200


class ContactBehind(Struct, frozen=True):
    """One contact, and to whom its happening counts. Instants are the floor's, in microseconds.

    `since` is when its wait began, `at` when what is told of it happened; None of one that still
    stands. `due` is what it was promised: of a callback when it is to be called, otherwise when
    the wait is beyond its target, as `over_target` says of it. What its last `contact.queued` told
    stands at the end, None where that is not known.
    """

    id: str
    queue: str | None
    channel: str | None
    agent: str | None = None
    since: int | None = None
    at: int | None = None
    wait_us: int | None = None
    due: int | None = None
    over_target: bool | None = None
    priority: int | None = None
    segment: str | None = None
    language: str | None = None
    intent: str | None = None
    journey_stage: str | None = None
    redial_of: str | None = None


class Group(Struct, frozen=True):
    """All contacts of which the same became: how many there are, and those that are listed."""

    became: Became
    count: int
    contacts: list[ContactBehind]


class Behind(Struct, frozen=True):
    """The contacts behind an alert as of an instant, by what became of them.

    `since` is where the window begins in which that happened; None where all of them stand.
    `unplaced` is of how many the beginning was not found, so that they may be missing here.
    `held_since` is when the log begins, where that is after `since`. No group at all says that
    contacts are not what the alert's figure is made of.
    """

    alert: str
    as_of: int
    groups: list[Group]
    since: int | None = None
    unplaced: int = 0
    held_since: int | None = None


class NotHeld(Exception):
    """The log holds the events behind the alert no longer.

    Operator: nothing to do. `held_since` is the floor's time at which the log begins now.
    """

    def __init__(self, held_since: int) -> None:
        super().__init__(f"the log begins at {held_since}")
        self.held_since = held_since


class TooManyEvents(Exception):
    """There are more events behind the alert than can be read in the time there is.

    Operator: nothing to do.
    """


class OtherFloor(Exception):
    """The alert is a drill's, whose contacts are nobody's.

    Operator: nothing to do.
    """


# Gives the contacts behind an alert, by the text of the rules in force where that is known. It may
# take long. Raises `NotHeld`, `TooManyEvents`, `OtherFloor`, and whatever reading the log does.
ContactsBehind = Callable[[Alert, str | None], Behind]
