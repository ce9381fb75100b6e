"""The oracle's first half: read a log and live every contact's, agent's and promise's life.

Written from EVENTS.md alone, the slow and obvious way: everything that happened is kept in one
list for ever, and nothing is added up here. `oracle.py` adds up. Shares no code with the stream.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Final, Literal, NoReturn

SECOND_US: Final = 1_000_000
HOUR_US: Final = 3600 * SECOND_US
DAY_US: Final = 24 * HOUR_US
PANE_US: Final = 5 * SECOND_US
PANES_HELD: Final = 2880
EVENT_BYTES_MAX: Final = 65_536
AHEAD_US_MAX: Final = 8 * DAY_US


# === EVENTS.md, "Types": what each type's data must and may hold ===========================

Check = Callable[[Any], bool]


def _text(value: Any) -> bool:
    """Unnamed types are strings, with no limit but the event's."""
    return isinstance(value, str)


def _identifier(value: Any) -> bool:
    """Identifiers are 1 to 128 code points."""
    return isinstance(value, str) and 1 <= len(value) <= 128


def _identifiers(value: Any) -> bool:
    """`queues` is a list, and each of it an identifier."""
    return isinstance(value, list) and all(_identifier(each) for each in value)


def _truth(value: Any) -> bool:
    return isinstance(value, bool)


def _whole(value: Any) -> bool:
    """Whole JSON numbers: no `true`, no 4.5."""
    return isinstance(value, Decimal) and value == value.to_integral_value()


def _amount(value: Any) -> bool:
    """Forecasts and numbers of agents are numbers not below 0."""
    return isinstance(value, Decimal) and value >= 0


def _score(value: Any) -> bool:
    return _whole(value) and 1 <= value <= 5


def _nps(value: Any) -> bool:
    return _whole(value) and 0 <= value <= 10


def _instant(value: Any) -> bool:
    return isinstance(value, str) and parse_instant(value) is not None


def _one_of(*words: str) -> Check:
    return lambda value: isinstance(value, str) and value in words


CHANNELS: Final = (
    "voice",
    "chat",
    "sms",
    "whatsapp",
    "email",
    "social",
    "callback",
    "video",
    "in_person",
)
_CHANNEL: Final = _one_of(*CHANNELS)
_QUEUE_AND_AGENT: Final[dict[str, Check]] = {"queue": _identifier, "agent": _identifier}
SCORES: Final = ("csat", "manner", "ease", "effectiveness", "emotion", "trust")

# A name that ends in `?` is an optional field, as in the table of EVENTS.md.
FIELDS: Final[Mapping[str, Mapping[str, Check]]] = {
    "contact.queued": {
        "queue": _identifier,
        "channel": _CHANNEL,
        "priority?": _whole,
        "customer?": _text,
        "segment?": _text,
        "language?": _text,
        "intent?": _text,
        "journey_stage?": _text,
        "redial_of?": _identifier,
    },
    "contact.offered": _QUEUE_AND_AGENT,
    "contact.declined": {**_QUEUE_AND_AGENT, "reason": _one_of("no_answer", "rejected")},
    "contact.answered": _QUEUE_AND_AGENT,
    "contact.held": {"agent": _identifier},
    "contact.resumed": {"agent": _identifier},
    "contact.transferred": {
        **_QUEUE_AND_AGENT,
        "kind": _one_of("blind", "attended"),
        "to_queue?": _identifier,
        "to_agent?": _identifier,
    },
    "contact.abandoned": {"queue": _identifier},
    "contact.diverted": {
        "queue": _identifier,
        "to": _one_of("voicemail", "callback", "overflow", "closed", "bot"),
    },
    "contact.ended": {
        **_QUEUE_AND_AGENT,
        "by": _one_of("customer", "agent", "system"),
        "resolved?": _truth,
    },
    "contact.wrapped": {**_QUEUE_AND_AGENT, "disposition?": _text},
    "bot.escalated": {"queue": _identifier, "keyword?": _text, "reason?": _text},
    "callback.promised": {"queue": _identifier, "due": _instant, "customer?": _text},
    "callback.attempted": {**_QUEUE_AND_AGENT, "reached": _truth},
    "message.received": {"queue": _identifier},
    "message.sent": _QUEUE_AND_AGENT,
    "agent.state": {
        "state": _one_of("offline", "available", "busy", "wrap_up", "away"),
        "reason?": _text,
        "team?": _identifier,
        "queues?": _identifiers,
    },
    "survey.sent": {"queue": _identifier, "agent?": _identifier, "channel?": _CHANNEL},
    "survey.answered": {
        "queue": _identifier,
        "agent?": _identifier,
        "channel?": _CHANNEL,
        **{f"{name}?": _score for name in SCORES},
        "resolved?": _truth,
        "nps?": _nps,
        "pain_point?": _text,
        "journey_stage?": _text,
        "segment?": _text,
        "comment?": _text,
    },
    "recognition.given": {
        "by": _one_of("customer", "peer", "supervisor"),
        "contact?": _identifier,
        "reason?": _text,
    },
    "plan.interval": {
        "start": _instant,
        "minutes": _whole,
        "forecast_contacts": _amount,
        "forecast_aht_s": _amount,
        "required_agents?": _amount,
        "scheduled_agents?": _amount,
    },
}


# === EVENTS.md, "Reading, to the letter" ====================================================


@dataclass(frozen=True)
class Event:
    """An event that is not rejected."""

    id: str
    source: str
    type: str
    time: int
    subject: str
    data: Mapping[str, Any]


class Rejected(Exception):
    """The event is not good."""


_EPOCH_DAY: Final = date(1970, 1, 1).toordinal()
_RFC_3339: Final = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)", re.ASCII
)


def parse_instant(text: str) -> int | None:
    """Date, `T`, seconds and offset, cut off after the sixth digit; None when unreadable."""
    match = _RFC_3339.fullmatch(text)
    if match is None:
        return None
    numbers = [int(group) for group in match.groups()[:6]]
    try:
        # A leap second is unreadable, as datetime has none either.
        moment = datetime(*numbers, tzinfo=UTC)  # type: ignore[misc,arg-type]
    except ValueError:
        return None
    whole_s = (moment.toordinal() - _EPOCH_DAY) * 86_400
    whole_s += moment.hour * 3600 + moment.minute * 60 + moment.second
    fraction_us = int(((match[7] or "") + "000000")[:6])
    offset_s = 0
    if match[8] != "Z":
        hours, minutes = int(match[8][1:3]), int(match[8][4:6])
        if hours > 23 or minutes > 59:
            return None
        offset_s = (hours * 3600 + minutes * 60) * (1 if match[8][0] == "+" else -1)
    instant = (whole_s - offset_s) * SECOND_US + fraction_us
    first, last = date.min.toordinal(), date.max.toordinal()
    days = instant // DAY_US + _EPOCH_DAY
    return instant if first <= days <= last else None


def _no_constant(word: str) -> NoReturn:
    raise Rejected(f"{word} is not JSON")


def _json(line: bytes) -> Any:
    """`NaN`, `Infinity`, a byte-order mark and bytes that are not UTF-8 are rejected."""
    if len(line) > EVENT_BYTES_MAX:
        raise Rejected("size")
    try:
        text = line.decode("utf-8", errors="strict")
        whole = json.loads(
            text, parse_constant=_no_constant, parse_int=Decimal, parse_float=Decimal
        )
        # Half a surrogate pair, written as an escape, names no character.
        json.dumps(whole, ensure_ascii=False, default=str).encode("utf-8", errors="strict")
    except (ValueError, ArithmeticError, RecursionError) as problem:
        raise Rejected("JSON") from problem
    return whole


def _event(line: bytes) -> Event:
    """The checks in the spec's order: size, JSON, attributes, then data of a known type."""
    whole = _json(line)
    if not isinstance(whole, dict):
        raise Rejected("JSON: no object")
    if whole.get("specversion") != "1.0":
        raise Rejected("specversion")
    for name in ("id", "source", "subject"):
        if not _identifier(whole.get(name)):
            raise Rejected(name)
    kind, time = whole.get("type"), whole.get("time")
    if not isinstance(kind, str) or kind == "":
        raise Rejected("type")
    time_us = parse_instant(time) if isinstance(time, str) else None
    if time_us is None:
        raise Rejected("time")
    data = _data(kind, whole.get("data")) if kind in FIELDS else {}
    return Event(whole["id"], whole["source"], kind, time_us, whole["subject"], data)


def _data(kind: str, data: Any) -> dict[str, Any]:
    """An optional null is as if absent, a required one is missing; unknown fields are ignored."""
    if not isinstance(data, dict):
        raise Rejected("data")
    known: dict[str, Any] = {}
    for marked, check in FIELDS[kind].items():
        name = marked.removesuffix("?")
        value = data.get(name)
        if value is None and marked.endswith("?"):
            continue
        if value is None or not check(value):
            raise Rejected(f"data: {name}")
        known[name] = value
    if kind == "survey.answered" and not {*SCORES, "nps", "resolved"} & known.keys():
        raise Rejected("data: a survey needs a score")
    return known


def read(lines: Sequence[bytes], at: int | None = None) -> list[Event | None]:
    """Every line that is not blank: its event, or None when it is rejected.

    Asked for an instant, the good events after it are withheld and the rest is read afresh.
    """
    filled = [line for line in lines if line.strip(b" \t\r")]
    readings = _readings(filled)
    if at is None:
        return readings
    pairs = zip(filled, readings, strict=True)
    return _readings([line for line, event in pairs if event is None or event.time <= at])


def _readings(lines: Sequence[bytes]) -> list[Event | None]:
    """Too far ahead is more than 8 days past the newest good event read before."""
    readings: list[Event | None] = []
    newest: int | None = None
    for line in lines:
        try:
            event: Event | None = _event(line)
        except Rejected:
            event = None
        if event is not None and newest is not None and event.time > newest + AHEAD_US_MAX:
            event = None
        if event is not None:
            newest = event.time if newest is None else max(newest, event.time)
        readings.append(event)
    return readings


# === EVENTS.md, "Order and the life of a contact" ==========================================


@dataclass(frozen=True)
class Happening:
    """Something that counts, in the pane of its own event time, for whom it names.

    Durations are None where there is none to know.
    """

    what: str
    at: int
    queue: str | None = None
    channel: str | None = None
    agent: str | None = None
    wait_us: int | None = None
    talk_us: int = 0
    hold_us: int = 0
    wrap_us: int = 0
    response_us: int = 0
    kept: bool = False
    answers: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Part:
    """An agent's ended part in a conversation that waits for its wrap-up."""

    agent: str
    queue: str
    channel: str | None
    ended_at: int


State = Literal["unseen", "waiting", "answered", "held", "in_transfer", "wrapping", "gone"]


@dataclass
class Contact:
    """A contact as it stands; `unseen` when only messages told of it."""

    state: State = "unseen"
    clock: int | None = None
    queue: str | None = None
    channel: str | None = None
    agent: str | None = None
    since: int = 0
    talk_us: int = 0
    hold_us: int = 0
    to_agent: bool = False
    parts: list[Part] = field(default_factory=list)
    unanswered_since: int | None = None
    unanswered_queue: str | None = None

    def keep_us(self) -> int:
        """7 days while something is open or unanswered, 1 hour when wrapping or gone."""
        open_states = ("waiting", "answered", "held", "in_transfer")
        is_open = self.state in open_states or self.unanswered_since is not None
        return 7 * DAY_US if is_open else HOUR_US

    def is_kept(self, at: int) -> bool:
        return self.clock is None or at - self.clock <= self.keep_us()

    def expires_counted(self) -> bool:
        """Dropped while waiting, answered, held, wrapping or unanswered is `expired`."""
        counted = ("waiting", "answered", "held", "wrapping")
        return self.state in counted or self.unanswered_since is not None


@dataclass
class Agent:
    """An agent: each state's start in effective time, newest last; its newest team and queues."""

    changes: list[tuple[int, str, str | None]] = field(default_factory=list)
    team: str | None = None
    queues: frozenset[str] = frozenset()


@dataclass
class Promise:
    """A promise to call back; `attempted` when it is closed, `kept` when in time."""

    queue: str
    due: int
    attempted: bool = False
    kept: bool = False


class OutOfPlace(Exception):
    """The contact's state does not allow the event."""


def _must(condition: bool) -> None:
    if not condition:
        raise OutOfPlace


Happenings = list[Happening]


def _queued(contact: Contact, event: Event, now: int) -> Happenings:
    """Out of place while waiting, answered, held or wrapping, in whatever queue."""
    _must(contact.state in ("unseen", "in_transfer", "gone"))
    contact.state, contact.since = "waiting", now
    contact.queue, contact.channel = event.data["queue"], event.data["channel"]
    contact.agent = None
    return [Happening("offered", event.time, contact.queue, contact.channel)]


def _offered(contact: Contact, event: Event, now: int) -> Happenings:
    """It rings at an agent and still waits; enters no figure."""
    _must(contact.state == "waiting" and contact.queue == event.data["queue"])
    return []


def _declined(contact: Contact, event: Event, now: int) -> Happenings:
    """It still waits; counts for the agent who did not take it."""
    _must(contact.state == "waiting" and contact.queue == event.data["queue"])
    agent = event.data["agent"]
    return [Happening("declined", event.time, contact.queue, contact.channel, agent)]


def _answered(contact: Contact, event: Event, now: int) -> Happenings:
    """Ends a wait in the same queue, a transfer to an agent, or is the first seen of a contact.

    Only the first of the three has a wait that is known.
    """
    queue, agent = event.data["queue"], event.data["agent"]
    waited = contact.state == "waiting" and contact.queue == queue
    passed_on = contact.state == "in_transfer" and contact.to_agent
    _must(waited or passed_on or contact.state == "unseen")
    wait_us = now - contact.since if waited else None
    contact.state, contact.since = "answered", now
    contact.queue, contact.agent = queue, agent
    contact.talk_us = contact.hold_us = 0
    return [Happening("answered", event.time, queue, contact.channel, agent, wait_us)]


def _held(contact: Contact, event: Event, now: int) -> Happenings:
    _must(contact.state == "answered" and contact.agent == event.data["agent"])
    contact.talk_us += now - contact.since
    contact.state, contact.since = "held", now
    return []


def _resumed(contact: Contact, event: Event, now: int) -> Happenings:
    _must(contact.state == "held" and contact.agent == event.data["agent"])
    contact.hold_us += now - contact.since
    contact.state, contact.since = "answered", now
    return []


def _part_over(contact: Contact, event: Event, now: int) -> Happening:
    """An agent's part is over: its talk and hold count, a hold still open ends here."""
    _must(contact.state in ("answered", "held"))
    _must(contact.queue == event.data["queue"] and contact.agent == event.data["agent"])
    if contact.state == "held":
        contact.hold_us += now - contact.since
    else:
        contact.talk_us += now - contact.since
    queue, agent = event.data["queue"], event.data["agent"]
    contact.parts.append(Part(agent, queue, contact.channel, now))
    return Happening(
        "handled",
        event.time,
        queue,
        contact.channel,
        agent,
        talk_us=contact.talk_us,
        hold_us=contact.hold_us,
    )


def _transferred(contact: Contact, event: Event, now: int) -> Happenings:
    """Passed on; only `to_agent` lets an answer follow without a new wait."""
    handled = _part_over(contact, event, now)
    contact.state, contact.since = "in_transfer", now
    contact.to_agent = "to_agent" in event.data
    out = Happening("transferred_out", event.time, handled.queue, handled.channel, handled.agent)
    return [handled, out]


def _ended(contact: Contact, event: Event, now: int) -> Happenings:
    """Wrap-up begins, and the unanswered message is cleared."""
    handled = _part_over(contact, event, now)
    contact.state, contact.since = "wrapping", now
    contact.unanswered_since = contact.unanswered_queue = None
    return [handled]


def _left(what: str) -> Callable[[Contact, Event, int], Happenings]:
    """The wait is over without an answer, and the unanswered message is cleared."""

    def step(contact: Contact, event: Event, now: int) -> Happenings:
        _must(contact.state == "waiting" and contact.queue == event.data["queue"])
        wait_us = now - contact.since
        contact.state = "gone"
        contact.unanswered_since = contact.unanswered_queue = None
        return [Happening(what, event.time, contact.queue, contact.channel, wait_us=wait_us)]

    return step


def _wrapped(contact: Contact, event: Event, now: int) -> Happenings:
    """Closes that agent's newest ended part in that queue, wherever the contact is by now."""
    queue, agent = event.data["queue"], event.data["agent"]
    open_parts = [part for part in contact.parts if (part.agent, part.queue) == (agent, queue)]
    _must(open_parts != [])
    part = open_parts[-1]
    # What put the contact into wrapping is its newest part of all.
    if contact.state == "wrapping" and part is contact.parts[-1]:
        contact.state = "gone"
    contact.parts = [each for each in contact.parts if each is not part]
    wrap_us = now - part.ended_at
    return [Happening("wrapped", event.time, queue, part.channel, agent, wrap_us=wrap_us)]


def _received(contact: Contact, event: Event, now: int) -> Happenings:
    """Never out of place: aged from the first unanswered, in the queue of the newest."""
    if contact.unanswered_since is None:
        contact.unanswered_since = now
    contact.unanswered_queue = event.data["queue"]
    return []


def _sent(contact: Contact, event: Event, now: int) -> Happenings:
    """Never out of place; a reply only when something is unanswered."""
    since = contact.unanswered_since
    if since is None:
        return []
    contact.unanswered_since = contact.unanswered_queue = None
    queue, agent = event.data["queue"], event.data["agent"]
    return [Happening("reply", event.time, queue, contact.channel, agent, response_us=now - since)]


STEPS: Final[Mapping[str, Callable[[Contact, Event, int], Happenings]]] = {
    "contact.queued": _queued,
    "contact.offered": _offered,
    "contact.declined": _declined,
    "contact.answered": _answered,
    "contact.held": _held,
    "contact.resumed": _resumed,
    "contact.transferred": _transferred,
    "contact.abandoned": _left("left"),
    "contact.diverted": _left("diverted"),
    "contact.ended": _ended,
    "contact.wrapped": _wrapped,
    "message.received": _received,
    "message.sent": _sent,
}


class Floor:
    """Everything that a log told, lived through once from its first line to its last."""

    def __init__(self) -> None:
        self.happenings: Happenings = []
        self.contacts: dict[str, Contact] = {}
        self.agents: dict[str, Agent] = {}
        self.promises: dict[str, list[Promise]] = {}
        self.newest: int | None = None
        self.health: dict[str, int] = dict.fromkeys(
            (
                "events",
                "duplicates",
                "rejected",
                "unknown_type",
                "out_of_place",
                "too_late",
                "expired",
            ),
            0,
        )
        self._seen: set[tuple[str, str, str]] = set()

    def live(self, readings: Sequence[Event | None]) -> None:
        """Rejected, then duplicate, then unknown type, then the state; `events` counts all."""
        for event in readings:
            self.health["events"] += 1
            if event is None:
                self.health["rejected"] += 1
                continue
            self.newest = event.time if self.newest is None else max(self.newest, event.time)
            pair = (event.subject, event.source, event.id)
            if pair in self._seen:
                self.health["duplicates"] += 1
                continue
            self._seen.add(pair)
            if event.type not in FIELDS:
                self.health["unknown_type"] += 1
                continue
            try:
                self._apply(event)
            except OutOfPlace:
                self.health["out_of_place"] += 1
                continue
            # The 2,880 newest panes are the newest one and the 2,879 before it.
            if event.time // PANE_US <= self.newest // PANE_US - PANES_HELD:
                self.health["too_late"] += 1

    def finish(self, as_of: int) -> None:
        """Contacts are kept no longer than their time up to `as_of`."""
        for subject, contact in list(self.contacts.items()):
            if not contact.is_kept(as_of):
                self._drop(subject)

    def _apply(self, event: Event) -> None:
        if event.type in STEPS:
            self._contact(event)
        elif event.type == "agent.state":
            self._agent(event)
        elif event.type == "callback.promised":
            due = parse_instant(event.data["due"])
            assert due is not None
            self.promises.setdefault(event.subject, []).append(Promise(event.data["queue"], due))
        elif event.type == "callback.attempted":
            self._attempt(event)
        elif event.type in ("survey.sent", "survey.answered"):
            what = event.type.replace(".", "_")
            names = (event.data["queue"], event.data.get("channel"), event.data.get("agent"))
            self.happenings.append(Happening(what, event.time, *names, answers=event.data))

    def _contact(self, event: Event) -> None:
        """Judged on a copy, so that what is out of place leaves no trace.

        After its time the contact is judged as a new one, and the old one is dropped only when
        the event is in place. The clock never runs back.
        """
        old = self.contacts.get(event.subject)
        is_kept = old is not None and old.is_kept(event.time)
        contact = copy.deepcopy(old) if old is not None and is_kept else Contact()
        now = event.time if contact.clock is None else max(contact.clock, event.time)
        happenings = STEPS[event.type](contact, event, now)
        if old is not None and not is_kept:
            self._drop(event.subject)
        contact.clock = now
        self.contacts[event.subject] = contact
        self.happenings += happenings

    def _drop(self, subject: str) -> None:
        if self.contacts.pop(subject).expires_counted():
            self.health["expired"] += 1

    def _agent(self, event: Event) -> None:
        """Team and queues stay as they were when absent; an agent's state never expires."""
        agent = self.agents.setdefault(event.subject, Agent())
        now = max(agent.changes[-1][0], event.time) if agent.changes else event.time
        agent.changes.append((now, event.data["state"], event.data.get("reason")))
        agent.team = event.data.get("team", agent.team)
        agent.queues = frozenset(event.data.get("queues", agent.queues))

    def _attempt(self, event: Event) -> None:
        """Closes every open promise of that contact, whatever its queue, reached or not."""
        for promise in self.promises.get(event.subject, []):
            if not promise.attempted:
                promise.attempted = True
                promise.kept = event.time <= promise.due
