"""What happens to a floor on a day: surges, outages, absences, failing bots, faults of systems.

Each stands by a name of its own under a scenario's `events`. When: `day` counts the run's local
days from 0, `at` is a time of that day. Whom: `queues`, `channels`, `languages`, `segments` and
`intents` each narrow it down, and what is left out narrows nothing; systems have no customers, so
that their faults know queues and channels alone.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from simulator.fields import (
    Amount,
    MinuteOfDay,
    Minutes,
    Name,
    Positive,
    Share,
    Strict,
    Times,
)
from stream.contract.events import Channel


class Happening(Strict):
    """When something happens."""

    day: Annotated[int, Field(ge=0, le=365)] = 0
    at: MinuteOfDay


class Where(Happening):
    """When something happens and on which queues."""

    queues: list[str] = Field(default=[])
    channels: list[Channel] = Field(default=[])


class Whom(Where):
    """When something happens and whom it befalls."""

    languages: list[str] = Field(default=[])
    segments: list[str] = Field(default=[])
    intents: list[str] = Field(default=[])


class OutageShape(Strict):
    """Everybody calls at once: a gamma's rise to the peak, then half as many every half-life."""

    kind: Literal["outage"]
    peak_minutes: Positive = 6.0
    half_life_minutes: Positive = 30.0


class PlateauShape(Strict):
    """A rise, a plateau, an end: hard where `end_minutes` is 0."""

    kind: Literal["plateau"]
    onset_minutes: Minutes = 5.0
    minutes: Minutes
    end_minutes: Minutes = 10.0


class HumpShape(Strict):
    """A rounded hump (a raised cosine) of so many minutes from nothing to nothing."""

    kind: Literal["hump"]
    minutes: Annotated[float, Field(gt=0, le=14 * 24 * 60)]


class RampShape(Strict):
    """Days that climb to a deadline: `day` and `at` are the deadline, `days` how long before it
    the climb begins; traffic grows by the same factor every day. The last hours before the
    deadline peak once more, and the day after keeps a share of what came on top."""

    kind: Literal["ramp"]
    days: Annotated[float, Field(gt=0, le=60)] = 5.0
    last_hours: Annotated[float, Field(ge=0, le=12)] = 2.0
    last_hours_times: Times = 1.3
    next_day: Share = 0.4


class StepShape(Strict):
    """Another level from now on: reached after `onset_days`, of which a share goes every week."""

    kind: Literal["step"]
    onset_days: Annotated[float, Field(ge=0, le=60)] = 3.0
    weekly_decay: Share = 0.1


Shape = Annotated[
    OutageShape | PlateauShape | HumpShape | RampShape | StepShape, Field(discriminator="kind")
]


class Surge(Whom):
    """More contacts than forecast: the usual rate times up to `times`, by the shape.

    The people on top have streams of their own, so that without the surge everybody else comes
    as they did; `intent` is what they come for. While it lasts everybody whom it befalls is as
    the other fields say, in full at the peak: lengths of conversations and patience and the share
    that calls again are multiplied, `resolved_less` is taken off the share resolved, `angry` off
    the logit of being content, and `hard` added to the share of hard contacts.
    """

    kind: Literal["surge"]
    shape: Shape
    times: Annotated[float, Field(ge=1, le=100)] = 1.0
    intent: str | None = None
    talk_times: Times = 1.0
    patience_times: Times = 1.0
    redial_times: Annotated[float, Field(ge=0, le=10)] = 1.0
    resolved_less: Share = 0.0
    angry: Annotated[float, Field(ge=0, le=5)] = 0.0
    hard: Share = 0.0


class Storm(Strict):
    """What breaks loose when a drop ends: `times` the usual rate at once, a hard end after."""

    times: Annotated[float, Field(ge=1, le=100)]
    minutes: Positive
    redial_times: Annotated[float, Field(ge=0, le=10)] = 1.0
    angry: Annotated[float, Field(ge=0, le=5)] = 0.0


class Drop(Whom):
    """An outage upstream: only this share of the contacts gets through, until a hard end.

    Who does not get through leaves no event; the storm after it is how they come back.
    """

    kind: Literal["drop"]
    minutes: Positive
    share: Share = 0.0
    storm: Storm | None = None


class Absence(Happening):
    """Agents of a team who are not there: a share of it, or so many. They leave when what they
    are at is over, and come back after `minutes` if their shift still lasts."""

    kind: Literal["absence"]
    team: str
    share: Share | None = None
    agents: Annotated[int, Field(ge=1)] | None = None
    minutes: Positive = 24 * 60.0


class BotFailure(Whom):
    """A bot that fails: of its conversations it hands over `escalates` where it `usually` does
    that share, so that a queue's contacts from bots grow by the quotient."""

    kind: Literal["bot_failure"]
    minutes: Positive
    escalates: Share = 1.0
    usually: Annotated[float, Field(gt=0, le=1)] = 0.3
    angry: Annotated[float, Field(ge=0, le=5)] = 0.3


class Abuse(Whom):
    """A day of abusive callers: this share of contacts is hard on the agent."""

    kind: Literal["abuse"]
    minutes: Positive
    share: Share
    talk_times: Times = 1.0


class Silence(Where):
    """The system sends nothing: its events come all at once when it is over, or never."""

    kind: Literal["silence"]
    minutes: Positive
    then: Literal["late", "never"] = "late"


class Faults(Where):
    """A system that tells badly: with a clock that is off (behind where below 0), a share of its
    events twice, a share late by a log-normal length. One with a clock of its own is a source of
    its own."""

    kind: Literal["faults"]
    minutes: Positive
    skew_s: Annotated[float, Field(ge=-86_400, le=86_400)] = 0.0
    duplicates: Share = 0.0
    late: Share = 0.0
    late_mean_s: Positive = 5.0
    late_sigma: Annotated[float, Field(ge=0, le=3)] = 1.0


Cause = Annotated[
    Surge | Drop | Absence | BotFailure | Abuse | Silence | Faults, Field(discriminator="kind")
]
Causes = dict[Name, Cause]


class Repeat(Strict):
    """Customers whose matter was not resolved come again: which share, after what time."""

    share: Share
    after_mean_s: Positive = 24 * 3600.0
    after_sigma: Annotated[float, Field(ge=0, le=3)] = 1.2


class Backlog(Strict):
    """What waits already when the first day opens, for a mean of so many hours (exponential)."""

    contacts: Annotated[int, Field(ge=1, le=1_000_000)]
    mean_age_hours: Positive = 12.0


class PatienceLaw(Strict):
    """Patience by a law instead of the measured hazard. `spread` is the Weibull law's shape and
    the log-normal law's sigma; `balk` leave after some `balk_s` seconds already."""

    law: Literal["exponential", "weibull", "lognormal"]
    mean_s: Positive
    spread: Annotated[float, Field(gt=0, le=5)] = 1.0
    balk: Share = 0.0
    balk_s: Amount = 8.0


class Slowdown(Strict):
    """How many chats an agent has at once, and how much slower each goes: the factor on its
    length beside one other, two others and so on (science 2.3)."""

    chats: Annotated[int, Field(ge=1, le=8)] = 1
    slower: list[Annotated[float, Field(ge=1, le=10)]] = Field(default=[1.25, 1.6667, 2.2])


class Strain(Strict):
    """What long work without a break does (science 8, mild): fully after `full_after_minutes`
    at work since the last break or the start, conversations are longer and manner is worse."""

    begins_after_minutes: Minutes = 90.0
    full_after_minutes: Minutes = 180.0
    talk_times: Times = 1.08
    manner: Annotated[float, Field(ge=0, le=5)] = 0.25


class Adherence(Strict):
    """How many come back late from a break, and by how much."""

    late: Share = 0.0
    late_mean_s: Positive = 180.0
    late_sigma: Annotated[float, Field(ge=0, le=3)] = 0.8
