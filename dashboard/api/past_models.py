"""The shape of what is told of the past, as OpenAPI tells it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class PastHeld(BaseModel):
    """What can be looked at, and how many look."""

    model_config = ConfigDict(extra="forbid")

    since: str | None = Field(description="The first event that the log holds; null without any.")
    until: str = Field(description="Now, on the floor's clock.")
    time_zone: str | None = Field(
        description="The floor's, by its IANA name; null while nothing is known of the floor."
    )
    speed_max: float
    looks: int = Field(description="How many different minutes are looked at just now.")
    looks_max: int
