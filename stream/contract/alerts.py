"""What everybody knows of alerts: states, incidents, people's actions, their keys (docs/alerts.md).

One evaluator decides, whatever the number of workers. What it decides lies on the compacted topic
`alerts`, one whole value a key; what people do goes to it by the topic `alert-actions`. So all
dashboards agree, and the next evaluator goes on where the last one ended.
"""

from __future__ import annotations

from typing import Final, Literal, Protocol

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from stream.contract.figures import Value
from stream.contract.said import Said

Severity = Literal["page", "notice", "ticket"]
# The gravest first: somebody is called, somebody looks soon, somebody reads it today.
SEVERITIES: Final[tuple[Severity, ...]] = ("page", "notice", "ticket")
SEVERITY_RANK: Final = {severity: rank for rank, severity in enumerate(SEVERITIES)}

# `pending` holds for its rule's `for` before it is `firing`; `recovering` is clear again, not yet
# for long enough to be `resolved`; `no_data` was firing when the figures were last known.
State = Literal["inactive", "pending", "firing", "recovering", "resolved", "no_data"]
OPEN_STATES: Final[frozenset[State]] = frozenset({"firing", "recovering", "no_data"})

Dimension = Literal["floor", "queue", "channel", "team", "agent"]
DIMENSIONS: Final[tuple[Dimension, ...]] = ("floor", "queue", "channel", "team", "agent")

# What a change can be explained by; `redials` are transfers and repeated calls.
Factor = Literal["volume", "handle_time", "people", "redials", "patience"]
# What an incident comes from: the largest of the factors, or that arrivals or the stream stopped.
Cause = Literal[Factor, "drop", "no_data", "promises"]


class Target(Struct, frozen=True, order=True):
    """What a rule looks at; the floor has no name."""

    dimension: Dimension
    name: str | None = None


class Part(Struct, frozen=True):
    """How much one factor explains: what it was at the baseline and what it is now (contacts an
    hour, seconds, agents, a share), and how much of the longer wait is its doing, as a share of the
    whole change. Shares add up to 1; one that helped is negative."""

    factor: Factor
    before: float | None
    now: float | None
    share: float


class Why(Struct, frozen=True):
    """What is worse than at the baseline as an alert fires, by the Erlang A model: the largest part
    first, and none where nothing is.

    `wait_before_s` and `wait_now_s` are the mean waits that the model gives for the two. `since`
    is when a surge began, in microseconds, and `size` how many times the baseline it is. `said` is
    to translate: sentences, to be given a capital and a stop; None where an older release wrote it.
    """

    text: str
    parts: list[Part] = []
    wait_before_s: float | None = None
    wait_now_s: float | None = None
    since: int | None = None
    size: float | None = None
    said: list[Said] | None = None


class Alert(Struct, frozen=True):
    """One rule on one target, from when it began to hold until it is resolved.

    `began` is when the condition began to hold, `fired_at` when it had held for long enough,
    `changed_at` when it entered its state; microseconds of the floor's clock. `figures` are the
    numbers it was judged by, as of `as_of`; `peak` is the worst of the first of them so far.
    `flaps` is how often it came back soon; its level first broke at `broke_at`; `said` is to translate.

    `message` is true as of `as_of`, and of one that is over what it said as it fired. Where it said
    something else then, that is `fired_message`.
    """

    id: str
    rule: str
    kind: str
    target: Target
    severity: Severity
    state: State
    began: int
    changed_at: int
    as_of: int
    message: str
    figures: dict[str, Value]
    fired_at: int | None = None
    resolved_at: int | None = None
    peak: float | None = None
    owner: str | None = None
    why: Why | None = None
    flaps: int = 0
    broke_at: int | None = None
    said: Said | None = None
    fired_message: str | None = None
    fired_said: Said | None = None

    @property
    def as_fired(self) -> Alert:
        """The alert saying what it said as it fired."""
        if self.fired_message is None:
            return self
        says = {"message": self.fired_message, "said": self.fired_said}
        return replace(self, **says, fired_message=None, fired_said=None)


class Mark(Struct, frozen=True):
    """Who did something and when, on the wall clock."""

    by: str
    at: int


class Entry(Struct, frozen=True):
    """One line of an incident's history: what happened, on the floor's clock, to whom by whom.
    Where an alert fired the text is what it said; `alert` is its id and `said` to translate."""

    at: int
    what: Literal[
        "opened",
        "joined",
        "worse",
        "resolved",
        "reopened",
        "no_data",
        "data_again",
        "acknowledged",
        "unacknowledged",
        "snoozed",
        "woken",
        "assigned",
        "note",
        "escalated",
    ]
    text: str
    by: str | None = None
    alert: str | None = None
    said: Said | None = None


class Incident(Struct, frozen=True):
    """All alerts of one cause, and what people made of it.

    `state` is that of its gravest open alert, or `resolved`. `true` is what somebody judged it to
    be, None while nobody did. Times in microseconds: `opened_at`, `reopened_at` (when it fired again
    after it had been over), `changed_at` (when it entered its state, None of its first),
    `resolved_at` and the history on the floor's clock, marks and `snoozed_until` on the wall clock.
    """

    id: str
    title: str
    severity: Severity
    state: State
    opened_at: int
    alerts: list[Alert]
    history: list[Entry]
    resolved_at: int | None = None
    cause: Cause | None = None
    acknowledged: Mark | None = None
    snoozed_until: int | None = None
    assigned_to: str | None = None
    true: bool | None = None
    reopened_at: int | None = None
    changed_at: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether any of its alerts is not over."""
        return self.state in OPEN_STATES

    @property
    def since(self) -> int:
        """Since when it fires, or fired, without having been over in between."""
        return self.opened_at if self.reopened_at is None else self.reopened_at


# --- what people do ---------------------------------------------------------------------------


class _Action(Struct, frozen=True, tag_field="do", kw_only=True):
    """`by` is who acts and `at` the wall clock then, in microseconds."""

    by: str
    at: int


class Acknowledge(_Action, frozen=True, tag="acknowledge", kw_only=True):
    """Somebody has it: no escalation from here on. With `undo`, nobody has it after all."""

    incident: str
    undo: bool = False


class Snooze(_Action, frozen=True, tag="snooze", kw_only=True):
    """Silent until then; None wakes it."""

    incident: str
    until: int | None


class Assign(_Action, frozen=True, tag="assign", kw_only=True):
    """Whose it is; None takes it from whoever had it."""

    incident: str
    to: str | None


NOTE_MAX: Final = 2_000


class AddNote(_Action, frozen=True, tag="note", kw_only=True):
    """A line for the history; what is longer than `NOTE_MAX` letters is cut."""

    incident: str
    text: str


class Judge(_Action, frozen=True, tag="judge", kw_only=True):
    """Whether there was something to it: what a rule's record is made of. None takes it back."""

    incident: str
    true: bool | None


class SetRules(_Action, frozen=True, tag="set_rules", kw_only=True):
    """The text of an `alerts.yaml` that is to be in force from now on."""

    text: str


class Retry(_Action, frozen=True, tag="retry", kw_only=True):
    """Send a message that failed once more."""

    incident: str
    notification: str


Decisive = Acknowledge | Snooze | Assign | AddNote | Judge | SetRules
Action = Decisive | Retry


# --- what outside is told ---------------------------------------------------------------------

# `joined`: more has fired of the same cause, and none of it is graver; `still`: it goes on.
Occasion = Literal["fired", "joined", "worse", "still", "resolved", "escalated"]


class Notification(Struct, frozen=True):
    """One message about one change of an incident, to one receiver of `alerts.yaml`.

    `id` is the same however often it is decided or sent, so that a receiver can tell a repetition;
    `news` are the ids of alerts that joined. `at` is on the floor's clock, `not_before` and
    `tried_at` on the wall clock, in microseconds.
    """

    id: str
    receiver: str
    occasion: Occasion
    incident: Incident
    at: int
    not_before: int
    tries: int = 0
    tried_at: int | None = None
    sent_at: int | None = None
    failure: str | None = None
    given_up: bool = False
    news: list[str] = []


class RuleRecord(Struct, frozen=True):
    """How a rule has done: how often it fired, and of those judged how many were true. `leads_s`
    are, of the newest alerts, how long before the target broke they fired."""

    rule: str
    fired: int = 0
    true: int = 0
    false: int = 0
    leads_s: list[float] = []


class RulesInForce(Struct, frozen=True):
    """The rules as text, who set them (`FILE` where it was one given at the start, `SHIPPED` where
    they are those that ship) and when, on the wall clock in microseconds; `file_digest` is of the
    file that was given last, since only another one takes over from what people set."""

    text: str
    by: str
    at: int
    file_digest: str | None = None


FILE: Final = "file"
SHIPPED: Final = "floorwatch"


class AlertsHead(Struct, frozen=True):
    """The evaluator as of one commit: the floor's time it judged last, the wall clock then, who it
    is and since when, its rules, targets and receivers, and what it could not do."""

    as_of: int
    told_at: int
    evaluator: str
    rules: int
    targets: int
    problems: list[str] = []
    evaluated_ms: float | None = None
    limits: dict[str, int] = {}
    since: int | None = None
    receivers: list[str] = []


class Board(Struct, frozen=True):
    """All that a screen shows of alerts: incidents newest first, failing deliveries, the rules."""

    incidents: list[Incident]
    head: AlertsHead | None = None
    undelivered: list[Notification] = []
    records: dict[str, RuleRecord] = {}
    rules: RulesInForce | None = None
    # Rises with every change of anything but the head.
    version: int = 0


class AlertsAway(Exception):
    """The action could not be written. Operator: the message says why."""


class AlertBoard(Protocol):
    """Where screens get alerts, and where people's actions go."""

    def board(self) -> Board:
        """All that is known now."""
        ...

    def act(self, action: Action) -> None:
        """Hand an action to the evaluator, durable on return. Raises `AlertsAway`."""
        ...


# --- in the log -------------------------------------------------------------------------------

INCIDENT: Final = "incident"
NOTIFICATION: Final = "notification"
RECORD: Final = "record"
RULES_KEY: Final = "rules/"
HEAD_KEY: Final = "head/"

_action_decoder: Final = msgspec.json.Decoder(Action)
_STRUCTS: Final[dict[str, type[Struct]]] = {
    INCIDENT: Incident,
    NOTIFICATION: Notification,
    RECORD: RuleRecord,
    "rules": RulesInForce,
    "head": AlertsHead,
}
_decoders: Final = {kind: msgspec.msgpack.Decoder(struct) for kind, struct in _STRUCTS.items()}
_encoder: Final = msgspec.msgpack.Encoder()


def incident_key(incident: str) -> str:
    return f"{INCIDENT}/{incident}"


def notification_key(notification: str) -> str:
    return f"{NOTIFICATION}/{notification}"


def record_key(rule: str) -> str:
    return f"{RECORD}/{rule}"


def encode_told(told: Struct) -> bytes:
    """What lies under a key of the topic `alerts`."""
    return _encoder.encode(told)


def decode_told(key: str, value: bytes) -> Struct | None:
    """What `encode_told` wrote under the key; None of a kind that is the evaluator's own."""
    decoder = _decoders.get(key.partition("/")[0])
    return None if decoder is None else decoder.decode(value)


def encode_action(action: Action) -> bytes:
    return msgspec.json.encode(action)


def decode_action(value: bytes) -> Action:
    """Raises `msgspec.MsgspecError` where it is none."""
    action: Action = _action_decoder.decode(value)
    return action
