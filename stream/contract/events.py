"""The event contract, version 1: one frozen struct for each thing that can happen.

Every struct is a CloudEvents 1.0 envelope in its JSON form; `data` holds what the type carries.
`codec.decode` makes them from bytes and `codec.encode` writes them. Unknown attributes and
fields are ignored, so that the contract grows by addition only.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from stream.contract.instants import Instant

IDENTIFIER_LENGTH_MAX: Final = 128

Identifier = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=IDENTIFIER_LENGTH_MAX,
        description="Opaque, 1 to 128 Unicode code points, compared code point by code point.",
    ),
]
Channel = Literal[
    "voice", "chat", "sms", "whatsapp", "email", "social", "callback", "video", "in_person"
]
CHANNELS: Final[tuple[Channel, ...]] = (
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
AgentState = Literal["offline", "available", "busy", "wrap_up", "away"]
Score = Annotated[int, Meta(ge=1, le=5)]
NpsScore = Annotated[int, Meta(ge=0, le=10)]
Amount = Annotated[float, Meta(ge=0)]


# Events hold texts and numbers and can be in no cycle, so the collector need not look at them.
class Event(Struct, frozen=True, kw_only=True, tag_field="type", gc=False):
    """What every event carries: CloudEvents 1.0 attributes, all of them required."""

    specversion: Literal["1.0"]
    id: Identifier
    source: Identifier
    time: Instant
    subject: Identifier


class Data(Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What a type carries beside the attributes."""


# --- contacts: the subject is the contact -------------------------------------------------


class QueuedData(Data, frozen=True):
    queue: Identifier
    channel: Channel
    priority: int | None = None
    customer: str | None = None
    segment: str | None = None
    language: str | None = None
    intent: str | None = None
    journey_stage: str | None = None
    redial_of: Identifier | None = None


class ContactQueued(Event, frozen=True, tag="contact.queued"):
    """The contact began to wait in a queue: on arrival, or again after a transfer."""

    data: QueuedData


class OfferedData(Data, frozen=True):
    queue: Identifier
    agent: Identifier


class ContactOffered(Event, frozen=True, tag="contact.offered"):
    """It began to ring at an agent; it still waits."""

    data: OfferedData


class DeclinedData(Data, frozen=True):
    queue: Identifier
    agent: Identifier
    reason: Literal["no_answer", "rejected"]


class ContactDeclined(Event, frozen=True, tag="contact.declined"):
    """The agent did not take it; it still waits."""

    data: DeclinedData


class AnsweredData(Data, frozen=True):
    queue: Identifier
    agent: Identifier


class ContactAnswered(Event, frozen=True, tag="contact.answered"):
    """The wait ended, an agent is on it."""

    data: AnsweredData


class HoldData(Data, frozen=True):
    agent: Identifier


class ContactHeld(Event, frozen=True, tag="contact.held"):
    """The customer was put on hold."""

    data: HoldData


class ContactResumed(Event, frozen=True, tag="contact.resumed"):
    """The customer was taken back from hold."""

    data: HoldData


class TransferredData(Data, frozen=True):
    queue: Identifier
    agent: Identifier
    kind: Literal["blind", "attended"]
    to_queue: Identifier | None = None
    to_agent: Identifier | None = None


class ContactTransferred(Event, frozen=True, tag="contact.transferred"):
    """The agent passed it on; that agent's part is over but for wrap-up."""

    data: TransferredData


class AbandonedData(Data, frozen=True):
    queue: Identifier


class ContactAbandoned(Event, frozen=True, tag="contact.abandoned"):
    """The customer left before an answer."""

    data: AbandonedData


class DivertedData(Data, frozen=True):
    queue: Identifier
    to: Literal["voicemail", "callback", "overflow", "closed", "bot"]


class ContactDiverted(Event, frozen=True, tag="contact.diverted"):
    """The system took it out of the queue before an answer."""

    data: DivertedData


class EndedData(Data, frozen=True):
    queue: Identifier
    agent: Identifier
    by: Literal["customer", "agent", "system"]
    resolved: bool | None = None


class ContactEnded(Event, frozen=True, tag="contact.ended"):
    """The conversation is over; wrap-up begins."""

    data: EndedData


class WrappedData(Data, frozen=True):
    queue: Identifier
    agent: Identifier
    disposition: str | None = None


class ContactWrapped(Event, frozen=True, tag="contact.wrapped"):
    """That agent's wrap-up is over."""

    data: WrappedData


class EscalatedData(Data, frozen=True):
    queue: Identifier
    keyword: str | None = None
    reason: str | None = None


class BotEscalated(Event, frozen=True, tag="bot.escalated"):
    """A bot handed the conversation to people."""

    data: EscalatedData


class PromisedData(Data, frozen=True):
    queue: Identifier
    due: Instant
    customer: str | None = None


class CallbackPromised(Event, frozen=True, tag="callback.promised"):
    """The customer was promised a call back by `due`."""

    data: PromisedData


class AttemptedData(Data, frozen=True):
    queue: Identifier
    agent: Identifier
    reached: bool


class CallbackAttempted(Event, frozen=True, tag="callback.attempted"):
    """An agent called back."""

    data: AttemptedData


class ReceivedData(Data, frozen=True):
    queue: Identifier


class MessageReceived(Event, frozen=True, tag="message.received"):
    """The customer wrote, on a channel of messages."""

    data: ReceivedData


class SentData(Data, frozen=True):
    queue: Identifier
    agent: Identifier


class MessageSent(Event, frozen=True, tag="message.sent"):
    """An agent wrote back."""

    data: SentData


class SurveySentData(Data, frozen=True):
    queue: Identifier
    agent: Identifier | None = None
    channel: Channel | None = None


class SurveySent(Event, frozen=True, tag="survey.sent"):
    """The customer was asked."""

    data: SurveySentData


class SurveyAnsweredData(Data, frozen=True):
    queue: Identifier
    agent: Identifier | None = None
    channel: Channel | None = None
    csat: Score | None = None
    resolved: bool | None = None
    manner: Score | None = None
    ease: Score | None = None
    effectiveness: Score | None = None
    emotion: Score | None = None
    trust: Score | None = None
    nps: NpsScore | None = None
    pain_point: str | None = None
    journey_stage: str | None = None
    segment: str | None = None
    comment: str | None = None

    def __post_init__(self) -> None:
        if all(getattr(self, score) is None for score in SURVEY_SCORES):
            raise ValueError(f"at least one score is required: {', '.join(SURVEY_SCORES)}")


SURVEY_SCORES: Final = (
    "csat",
    "resolved",
    "manner",
    "ease",
    "effectiveness",
    "emotion",
    "trust",
    "nps",
)


class SurveyAnswered(Event, frozen=True, tag="survey.answered"):
    """The customer's answer, with at least one score."""

    data: SurveyAnsweredData


# --- people: the subject is the agent -------------------------------------------------------


class AgentStateData(Data, frozen=True):
    state: AgentState
    reason: str | None = None
    team: Identifier | None = None
    queues: tuple[Identifier, ...] | None = None


class AgentStateChanged(Event, frozen=True, tag="agent.state"):
    """The agent's state from now on; `team` or `queues` absent stay as they last were."""

    data: AgentStateData


class RecognitionData(Data, frozen=True):
    by: Literal["customer", "peer", "supervisor"]
    contact: Identifier | None = None
    reason: str | None = None


class RecognitionGiven(Event, frozen=True, tag="recognition.given"):
    """Somebody thanked the agent."""

    data: RecognitionData


# --- plans: the subject is the queue --------------------------------------------------------


class PlanIntervalData(Data, frozen=True):
    start: Instant
    minutes: int
    forecast_contacts: Amount
    forecast_aht_s: Amount
    required_agents: Amount | None = None
    scheduled_agents: Amount | None = None


class PlanInterval(Event, frozen=True, tag="plan.interval"):
    """The staffing plan for one interval of the queue."""

    data: PlanIntervalData


class UnknownEvent(Struct, frozen=True, kw_only=True, gc=False):
    """A sound envelope of a type this version does not know; its `data` is not looked at."""

    specversion: Literal["1.0"]
    type: Annotated[str, Meta(min_length=1)]
    id: Identifier
    source: Identifier
    time: Instant
    subject: Identifier


KnownEvent = (
    ContactQueued
    | ContactOffered
    | ContactDeclined
    | ContactAnswered
    | ContactHeld
    | ContactResumed
    | ContactTransferred
    | ContactAbandoned
    | ContactDiverted
    | ContactEnded
    | ContactWrapped
    | BotEscalated
    | CallbackPromised
    | CallbackAttempted
    | MessageReceived
    | MessageSent
    | SurveySent
    | SurveyAnswered
    | AgentStateChanged
    | RecognitionGiven
    | PlanInterval
)
