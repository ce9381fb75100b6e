"""The parts of a scenario, each field with what is allowed in it.

`simulator/scenarios/weekday.yaml` is the example to copy. Times of day are local to the
scenario's time zone, and every share is a number from 0 to 1.
"""

from __future__ import annotations

import math
from typing import Annotated, Any, Final, Literal
from zoneinfo import available_timezones

from pydantic import BeforeValidator, Field, field_validator

from simulator.causes import (
    Adherence,
    Backlog,
    Causes,
    PatienceLaw,
    Repeat,
    Slowdown,
    Strain,
)
from simulator.fields import (
    DAY_MINUTES,
    Amount,
    Gap,
    Law,
    MinuteOfDay,
    Name,
    Positive,
    Share,
    Strict,
    Words,
    nothing_as_empty,
)
from stream.contract.events import Channel

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: Final[tuple[Weekday, ...]] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
AwayReason = Literal["break", "lunch", "training", "coaching", "meeting", "decompression"]

HALF_HOUR_MINUTES: Final = 30
# Channels where somebody sits and waits: they close at closing time and people leave them.
LIVE_CHANNELS: Final = frozenset({"voice", "chat", "video", "in_person"})
# Where messages lie until somebody comes to them.
WAITING_CHANNELS: Final = frozenset({"sms", "whatsapp", "email", "social"})
MESSAGE_CHANNELS: Final = frozenset({"chat", "sms", "whatsapp", "email", "social"})


class Hours(Strict):
    """When live queues take contacts; waiting ones are still answered for `drain_minutes`."""

    opens: MinuteOfDay
    closes: MinuteOfDay
    drain_minutes: Annotated[int, Field(ge=0, le=240)] = 15


class Busyness(Strict):
    """How far a day, and a half-hour within it, strays from the forecast (science 1.2)."""

    day_cv: Annotated[float, Field(ge=0, le=1)] = 0.0
    within_sigma: Annotated[float, Field(ge=0, le=1)] = 0.0
    within_phi: Annotated[float, Field(ge=0, lt=1)] = 0.89


class Survey(Strict):
    """Who is asked after a contact, who answers, and when."""

    asked: Share
    answered: Share
    delay: Gap


class ChannelPlan(Strict):
    """What holds for every queue of a channel."""

    ring: Law
    no_answer: Share = 0.0
    rejected: Share = 0.0
    survey: Survey


class Hold(Strict):
    """How often a conversation has a hold in it, and how long that is."""

    share: Share
    length: Law


class Transfers(Strict):
    """Who passes contacts on: to which queues, how many attended, how many to one agent."""

    share: Share
    to: dict[str, Amount] = Field(min_length=1)
    attended: Share = 0.5
    to_agent: Share = 0.3


class Diversion(Strict):
    """After this wait, this share of the customers takes what is offered."""

    after_s: Amount
    share: Share


class Thread(Strict):
    """Messages of one conversation: how many more a customer writes, and after what gap."""

    again: Share = 0.0
    gap: Gap


class QueuePlan(Strict):
    """One queue: its traffic, its work and what its customers do."""

    name: str
    channel: Channel
    per_day: Amount
    profile: str
    priority: Annotated[int, Field(ge=0, le=9)] = 5
    talk: Law
    wrap: Law
    # Times by which the patience of science 2.2 is stretched; none where nobody hangs up.
    patience: Positive | None = None
    # Another law of patience than the measured one; `patience` then stretches it, 1 if not given.
    patience_law: PatienceLaw | None = None
    # The most contacts that wait and talk at once; more get the engaged tone, which no event tells.
    trunks: Annotated[int, Field(ge=1)] | None = None
    # Chats at once for each agent of a chat queue.
    concurrency: Slowdown | None = None
    repeat: Repeat | None = None
    backlog: Backlog | None = None
    hold: Hold | None = None
    transfers: Transfers | None = None
    callback: Diversion | None = None
    overflow: Diversion | None = None
    bot: Diversion | None = None
    thread: Thread | None = None
    from_bot: Share = 0.0
    resolved: Share = 0.75
    intents: dict[str, Amount] = Field(min_length=1)
    languages: dict[str, Amount] = Field(default={"en": 1.0}, min_length=1)


class CallbackRules(Strict):
    """Promises to call back: the queue that keeps them, and how they go."""

    queue: str
    due_minutes: Positive
    reached: Share
    attempts: Annotated[int, Field(ge=1, le=9)] = 2
    again_minutes: Positive = 10.0


class Activity(Strict):
    """Time away: when in the shift it begins, how long it is, and who has it."""

    reason: AwayReason
    after_minutes: tuple[Amount, Amount]
    minutes: Positive
    share: Share = 1.0

    @field_validator("after_minutes", mode="before")
    @classmethod
    def _as_pair(cls, value: Any) -> Any:
        return tuple(value) if isinstance(value, list) else value


class TeamPlan(Strict):
    """A team: how many, when they work, what they can take."""

    name: str
    count: Annotated[int, Field(ge=1, le=10_000)]
    shifts: dict[MinuteOfDay, Amount] = Field(min_length=1)
    shift_minutes: Annotated[int, Field(ge=30, le=DAY_MINUTES)] = 510
    queues: list[str] = Field(min_length=1)
    # Queues that only a share of the team can take.
    also: dict[str, Share] = Field(default={})


class People(Strict):
    """What holds for all agents."""

    speed_sigma: Annotated[float, Field(ge=0, le=1)] = 0.15
    absent: Share = 0.05
    # Whether everybody comes and goes on the minute, and not some minutes off it.
    punctual: bool = False
    hard_contacts: Share = 0.01
    decompression_minutes: Positive = 8.0
    after_no_answer_s: Positive = 60.0
    thanked_by_peer: Share = 0.05
    thanked_by_supervisor: Share = 0.05
    thanked_by_customer: Share = 0.1
    activities: list[Activity] = Field(default=[])
    strain: Strain | None = None
    adherence: Adherence = Adherence()


class Opinion(Strict):
    """What makes customers content, on the logit scale (science 3)."""

    resolved: float = 1.815
    unresolved: float = 0.12
    transferred: float = -0.58
    waited_minute: float = -0.12
    # For each contact before on the same matter.
    came_again: float = -0.75
    agent_sigma: Amount = 0.3
    dissatisfied_answer_more: Positive = 1.5


class Scenario(Strict):
    """A floor and its day."""

    # The file that this one is laid over: a scenario that ships, or a path from this file.
    base: str | None = None
    name: Name
    title: Words
    about: Words
    # What a supervisor should notice, and about when; and what would help.
    notice: list[Words] = Field(default=[])
    helps: list[Words] = Field(default=[])
    time_zone: str
    hours: Hours
    week: dict[Weekday, Amount]
    profiles: dict[str, dict[MinuteOfDay, Amount]]
    busyness: Busyness = Busyness()
    redial: Share = 0.24
    # After how long, at the earliest and on top of it: median 600 s, sigma 1.2 (science 1.5).
    redial_gap: Law = Law(mean_s=600 * math.exp(1.2**2 / 2), sigma=1.2, at_least_s=8.0)
    routing: Literal["longest_idle", "specialists_first"] = "longest_idle"
    customers: Annotated[int, Field(ge=1)] = 40_000
    segments: dict[str, Amount] = Field(min_length=1)
    journey_stages: dict[str, Amount] = Field(min_length=1)
    channels: dict[Channel, ChannelPlan]
    queues: dict[Name, QueuePlan] = Field(min_length=1)
    callbacks: CallbackRules | None = None
    people: People = People()
    teams: dict[Name, TeamPlan] = Field(min_length=1)
    opinion: Opinion = Opinion()
    events: Annotated[Causes, BeforeValidator(nothing_as_empty)] = Field(default={})

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError("expected an IANA time zone such as America/New_York")
        return name
