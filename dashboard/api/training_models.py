"""The shapes of drills, as OpenAPI tells them: what is told of one, and what is asked of the desk."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from stream.contract.drills import Actor, Message, Phase

NAME_LETTERS_MAX = 80
PEOPLE_MAX = 500
MINUTES_MAX = 480
SURPRISES_MAX = 50
SEED_MAX = 2**31 - 1
_TIME_OF_DAY: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)

Time = Annotated[str, Field(examples=["2026-03-03T15:30:00.000Z"])]


def _time_of_day(told: str) -> str:
    if _TIME_OF_DAY.fullmatch(told) is None:
        raise ValueError("a time of day such as 10:30")
    return told


TimeOfDay = Annotated[str, AfterValidator(_time_of_day), Field(examples=["10:30"])]
Queue = Annotated[str, StringConstraints(min_length=1, max_length=NAME_LETTERS_MAX)]
People = Annotated[int, Field(ge=1, le=PEOPLE_MAX)]
Minutes = Annotated[float, Field(gt=0, le=MINUTES_MAX, allow_inf_nan=False)]
Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=NAME_LETTERS_MAX)
]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


# --- what can be done to a floor ---------------------------------------------------------------


class MoveAgents(_Shape):
    """Let people of one queue serve another instead."""

    type: Literal["move_agents"]
    from_queue: Queue
    to_queue: Queue
    count: People


class CallIn(_Shape):
    """Call people in from break or lunch."""

    type: Literal["call_in"]
    queue: Queue
    count: People


class SetOverflow(_Shape):
    """Let another queue's people help; null closes it."""

    type: Literal["overflow"]
    queue: Queue
    to_queue: Queue | None


class OfferCallbacks(_Shape):
    """Offer a call back after this wait; null ends the offer."""

    type: Literal["offer_callbacks"]
    queue: Queue
    after_s: Annotated[float, Field(ge=0, le=3600, allow_inf_nan=False)] | None


class Announce(_Shape):
    """Change what callers hear."""

    type: Literal["announce"]
    queue: Queue
    message: Message


class Notice(_Shape):
    """«I see it»; null is the whole floor."""

    type: Literal["notice"]
    queue: Queue | None = None


class Volume(_Shape):
    """More contacts for a while; null is every queue."""

    type: Literal["volume"]
    queue: Queue | None
    times: Annotated[float, Field(gt=1, le=20, allow_inf_nan=False)]
    minutes: Minutes


class Leave(_Shape):
    """People leave, for a while or, with null, for the day."""

    type: Literal["leave"]
    queue: Queue
    count: People
    minutes: Minutes | None = None


class Anger(_Shape):
    """Angry answers to surveys for a while; null is every queue."""

    type: Literal["anger"]
    queue: Queue | None
    minutes: Minutes


Surprise = Annotated[Volume | Leave | Anger, Field(discriminator="type")]
Act = Annotated[
    MoveAgents | CallIn | SetOverflow | OfferCallbacks | Announce | Notice | Volume | Leave | Anger,
    Field(discriminator="type"),
]


# --- what is asked -----------------------------------------------------------------------------


class PlannedSurprise(_Shape):
    """A surprise that comes so many minutes into the drill."""

    minute: Annotated[float, Field(ge=0, le=MINUTES_MAX, allow_inf_nan=False)]
    surprise: Surprise


class Plan(_Shape):
    """A drill to begin. `begins` is a time of day on the scenario's floor."""

    offer: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    seed: Annotated[int, Field(ge=0, le=SEED_MAX)] = 1
    begins: TimeOfDay | None = None
    minutes: Minutes = 60.0
    speed: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 1.0
    surprises: Annotated[list[PlannedSurprise], Field(max_length=SURPRISES_MAX)] = []
    trainee: Name | None = None


class Speed(_Shape):
    """Times the pace of the clock on the wall."""

    speed: Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Rewind(_Shape):
    """Back to an instant of the floor's clock, or by so many of its minutes."""

    to: AwareDatetime | None = None
    back_minutes: Minutes | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> Rewind:
        if (self.to is None) == (self.back_minutes is None):
            raise ValueError("either `to` or `back_minutes`")
        return self


class Do(_Shape):
    """Something done to the floor now."""

    by: Actor = "trainee"
    act: Act


# --- what is told ------------------------------------------------------------------------------


class QueueOffered(_Shape):
    """A queue of a scenario, and how many can serve it."""

    id: str
    name: str
    channel: str
    agents: int


class Offer(_Shape):
    """What can be drilled. `notice` and `helps` are for the trainer."""

    name: str
    kind: Literal["scenario", "recording"]
    title: str
    about: str
    notice: list[str]
    helps: list[str]
    begins: TimeOfDay | None
    minutes: float
    queues: list[QueueOffered]
    answers: bool


class Offers(_Shape):
    """All that can be drilled."""

    offers: list[Offer]


class Deed(_Shape):
    """What was done to the floor, by whom, and when by its clock."""

    at: Time
    by: Actor
    act: Act


class State(_Shape):
    """How the drill stands. Times are of the floor's clock; `progress` is from 0 to 1."""

    phase: Phase
    version: int
    round: int
    plan: Plan | None
    offer: Offer | None
    began: Time | None
    ends: Time | None
    at: Time | None
    speed: float
    progress: float | None
    deeds: list[Deed]
    problem: str | None
    has_report: bool


class Report(BaseModel):
    """A drill from its start to its end, as docs/drills.md explains it. `findings_said`, and `said` of
    a line of the timeline, are what other languages write the English from."""

    model_config = ConfigDict(extra="allow")

    plan: Plan
    offer: Offer
    began: Time
    ended: Time
    onset: Time | None
    noticed_s: float | None
    acknowledged_s: float | None
    acted_s: float | None
    recovered_s: float | None
    score: float | None
    courses: list[dict[str, Any]]
    timeline: list[dict[str, Any]]
    findings: list[str]
    findings_said: list[dict[str, Any]]
    tried: int
