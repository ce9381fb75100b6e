"""The shapes of what is behind the figures of the present, as OpenAPI tells them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from dashboard.strain import Level
from stream.contract.detail import State
from stream.contract.figures import LIVE_WINDOWS, ServiceLevelVariant

_INSTANT = "2026-03-02T14:30:00.000Z"


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Contact(_Shape):
    """One contact behind a figure, by its pseudonym; null is what is not known or has no meaning."""

    contact: str = Field(examples=["c-000481"])
    queue: str | None
    channel: str | None
    state: State | None = Field(description="How it stands; null of what happened in a window.")
    since: str | None = Field(
        description="When it came to stand so, or when the wait began that is told of.",
        examples=[_INSTANT],
    )
    at: str | None = Field(description="When it happened; null of one that stands.")
    waited_s: float | None = Field(description="The wait so far, or the one that was answered.")
    target_s: float | None
    over_target: bool | None
    agent: str | None
    due: str | None = Field(
        description="When a promise is due, or when the wait is beyond its target.",
        examples=[_INSTANT],
    )
    overdue: bool | None
    priority: int | None
    language: str | None
    segment: str | None
    intent: str | None
    journey_stage: str | None
    redial_of: str | None


class Contacts(_Shape):
    """How many contacts are behind a figure, and some of them."""

    as_of: str = Field(examples=[_INSTANT])
    since: str | None = Field(description="Where the window begins; null of the present.")
    of: str
    counted: str = Field(description="The count that `total` is: of a sum, what it is a sum over.")
    total: int = Field(description="What the figure is at `as_of`.")
    contacts: list[Contact]
    more: bool = Field(description="Whether there are more than are listed.")
    unplaced: int = Field(
        description="Of how many the beginning was not found, so that they may be missing."
    )
    held_since: str | None = Field(description="When the log begins, where that is after `since`.")


class Sign(_Shape):
    """One thing that strain goes by: a share, minutes, or a number of contacts."""

    of: Literal["occupancy", "break", "hard_contacts"]
    level: Level
    value: float


class Why(_Shape):
    """One reason in English, and which text of the catalogues that is."""

    text: str
    said: Any


class Strain(_Shape):
    """An indication for caring, and never a ranking: docs/metrics.md has what it is made of."""

    level: Level | None = Field(description="Null where nothing is known, or it is not at work.")
    why: str | None = Field(description="In English.")
    whys: list[Why]
    signs: list[Sign]


class AgentNow(_Shape):
    """One agent by now, and its figures of the window."""

    agent: str = Field(examples=["a-17"])
    state: str | None
    reason: str | None
    since: str | None = Field(examples=[_INSTANT])
    in_state_s: float | None
    team: str | None
    queues: list[str]
    contact: str | None = Field(description="What it talks to, holds or wraps up, if anything.")
    contact_state: State | None
    contact_since: str | None
    contacts: int | None = Field(description="How many it has at hand; null where not known.")
    channel: str | None = Field(description="That contact's channel.")
    queue: str | None = Field(description="That contact's queue.")
    handled: float | None
    average_handle_time_s: float | None
    csat_score: float | None
    csat_n: float | None
    csat_low: float | None
    csat_high: float | None
    occupancy: float | None
    strain: Strain


class AgentsNow(_Shape):
    """The agents who told a state, by name."""

    as_of: str = Field(examples=[_INSTANT])
    window: str = Field(examples=list(LIVE_WINDOWS))
    contacts_known: bool = Field(
        description="False while it is not known who is with whom: then `contact` is null."
    )
    agents: list[AgentNow]


class MinuteOfQueue(_Shape):
    """What happened in a queue in one minute; null without evidence."""

    minute: str = Field(description="When it begins.", examples=["2026-03-02T14:29:00.000Z"])
    offered: int
    answered: int
    abandoned: int
    answered_in_target: int
    service_level: float | None
    average_speed_of_answer_s: float | None


class HourOfQueue(_Shape):
    """The last 60 minutes of a queue, oldest first; the last one has only begun."""

    as_of: str = Field(examples=[_INSTANT])
    queue: str
    service_level_variant: ServiceLevelVariant = Field(
        description="The queue's own; `abandons_count` for `stuck_proof`, which is of now alone."
    )
    minutes: list[MinuteOfQueue]


class EventOfQueue(_Shape):
    """One event of a queue's contacts. What has no meaning for its type is left out."""

    time: str = Field(examples=[_INSTANT])
    type: str = Field(examples=["contact.queued"])
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
    due: str | None = None
    reached: bool | None = None
    resolved: bool | None = None


class EventsOfQueue(_Shape):
    """The newest events of a queue's contacts, the oldest first."""

    queue: str
    events: list[EventOfQueue]
    all_read: bool = Field(
        description="False while the log is still read back for more: of a look at the past alone."
    )
