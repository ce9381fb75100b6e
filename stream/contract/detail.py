"""What is behind the figures of the present: who stands where, who is with whom, what happens.

Contacts go by the identifiers of their events, which are pseudonyms. What could name a customer, and
every free text, is not among this. Instants are the floor's, in microseconds.
"""

from __future__ import annotations

from concurrent.futures import Future
from typing import Final, Literal, Protocol, get_args

from msgspec import Struct

from stream.contract.behind import ContactBehind

PresentOf = Literal[
    "waiting",
    "waiting_over_target",
    "in_conversation",
    "on_hold",
    "wrapping",
    "callbacks_open",
    "callbacks_overdue",
    "conversations_unanswered",
]
# The figures of the present that contacts are counted in.
PRESENT: Final[tuple[PresentOf, ...]] = get_args(PresentOf)
State = Literal["waiting", "in_conversation", "on_hold", "wrapping", "promised", "unanswered"]
LISTED_MOST: Final = 1_000


class PresentAsked(Struct, frozen=True):
    """Whose contacts are asked for; None stands for any. The oldest `most` of them are listed."""

    of: PresentOf
    queue: str | None = None
    channel: str | None = None
    agent: str | None = None
    most: int = 200


class PresentContact(Struct, frozen=True, kw_only=True):
    """One contact as it stands. `since` is when it came to stand so, of a promise None; `due` when
    a promise is due, or when a wait is beyond its target. `waited_us` is the wait so far, or the
    one that was answered. What its last `contact.queued` told is None where that is not known."""

    contact: str
    queue: str
    channel: str | None
    state: State
    since: int | None
    waited_us: int | None
    target_us: int | None
    over_target: bool | None
    agent: str | None
    due: int | None
    overdue: bool | None
    priority: int | None = None
    language: str | None = None
    segment: str | None = None
    intent: str | None = None
    journey_stage: str | None = None
    redial_of: str | None = None


class PresentContacts(Struct, frozen=True):
    """How many stand so as of an instant, and the oldest of them."""

    as_of: int
    of: PresentOf
    total: int
    contacts: list[PresentContact]


class CountAsked(Struct, frozen=True):
    """The contacts behind a count of a window: those that count for all of these, None stands for
    any. `as_of` is None for now. Where `since` is told the window begins there, at the pane that it
    is in. The newest `most` of them are listed."""

    of: str
    window: str
    queue: str | None = None
    channel: str | None = None
    agent: str | None = None
    team: str | None = None
    most: int = 200
    as_of: int | None = None
    since: int | None = None


class CountContacts(Struct, frozen=True):
    """How many happenings a count is made of, and the newest of them. `counted` is the count that
    `total` is: of a sum, what it is a sum over. `unplaced` is of how many contacts the beginning was
    not found, so that they may be missing, and `held_since` when the log begins, where that is
    after the window does."""

    as_of: int
    since: int
    of: str
    counted: str
    total: int
    contacts: list[ContactBehind]
    unplaced: int = 0
    held_since: int | None = None


class AtHand(Struct, frozen=True):
    """What an agent has at hand: the contact that it talks to, or wraps up, for the longest. `others`
    is how many it has besides."""

    agent: str
    contact: str
    queue: str
    channel: str | None
    state: State
    since: int
    others: int


class EventTold(Struct, frozen=True, omit_defaults=True):
    """One event of a queue's contacts, without what its source may have written into it as text.
    `number` rises from event to event."""

    number: int
    at: int
    type: str
    contact: str
    queue: str
    agent: str | None = None
    channel: str | None = None
    reason: str | None = None
    kind: str | None = None
    to: str | None = None
    to_queue: str | None = None
    to_agent: str | None = None
    by: str | None = None
    due: int | None = None
    reached: bool | None = None
    resolved: bool | None = None


class EventsThen(Struct, frozen=True):
    """The newest events of a queue's contacts by an instant of the past, the oldest first;
    `all_read` is False while the log is still read back for more of them."""

    events: list[EventTold]
    all_read: bool


class Load(Struct, frozen=True):
    """What an agent has behind it, as far back as `seen_since`: when its last break of five minutes
    or more ended (None where none was seen, `as_of` while it has one), and its hard contacts: when
    customers were dissatisfied, and (when, how long) of each part in a conversation that ended."""

    agent: str
    seen_since: int
    break_ended: int | None
    dissatisfied: list[int]
    parts: list[tuple[int, int]]


class Detail(Protocol):
    """Who can tell it. Any thread may ask; an answer may take some seconds while the log is read.

    What comes of it may raise `TooManyEvents`, `OtherFloor`, and whatever reading the log does.
    """

    def contacts(self, asked: PresentAsked) -> Future[PresentContacts]:
        """The contacts that stand so by now."""
        ...

    def counted(self, asked: CountAsked) -> CountContacts:
        """The contacts behind a count. It waits for them, which may take long, and raises what
        reading does, `NotHeld` among it."""
        ...

    def at_hand(self) -> Future[list[AtHand]]:
        """What each agent who has a contact has at hand."""
        ...

    def events(self, queue: str, after: int) -> Future[list[EventTold]]:
        """The events of the queue's contacts that came after the one of that number, at most the
        newest 50, the oldest first."""
        ...

    def loads(self) -> Future[list[Load]]:
        """What each agent has behind it."""
        ...
