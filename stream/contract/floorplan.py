"""`floor.yaml`: the time zones, targets and service-level variants that figures are told by."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, field_validator

from stream.contract.events import Channel
from stream.contract.figures import ServiceLevelVariant
from stream.contract.instants import SECOND_US
from stream.contract.yaml_lines import parse_yaml, read_text

DEFAULT_TARGET_S: Final[dict[Channel, float]] = {
    "voice": 20,
    "video": 20,
    "chat": 60,
    "sms": 300,
    "whatsapp": 300,
    "social": 300,
    "email": 3600,
    "callback": 600,
    "in_person": 600,
}
SHORT_ABANDON_S: Final = 5.0

Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


def _known_zone(name: str | None) -> str | None:
    if name is not None and name not in available_timezones():
        raise ValueError("expected an IANA time zone such as Europe/Rome")
    return name


class QueuePlan(_Strict):
    """What is set for one queue; None takes the floor's own."""

    name: str | None = None
    target_s: Seconds | None = None
    short_abandon_s: Seconds | None = None
    service_level: ServiceLevelVariant | None = None
    time_zone: str | None = None

    _zone = field_validator("time_zone")(_known_zone)


class FloorPlan(_Strict):
    """How figures are told: every part is optional, and the default is a plain UTC floor."""

    time_zone: str = "UTC"
    service_level: ServiceLevelVariant = "abandons_count"
    short_abandon_s: Seconds = SHORT_ABANDON_S
    target_s: dict[Channel, Seconds] = {}
    queues: dict[str, QueuePlan] = {}

    _zone = field_validator("time_zone")(_known_zone)

    @field_validator("target_s", "queues", mode="before")
    @classmethod
    def _empty(cls, part: Any) -> Any:
        # YAML reads a part under which all lines are comments as null.
        return {} if part is None else part

    @field_validator("queues", mode="before")
    @classmethod
    def _as_yaml_means(cls, queues: Any) -> Any:
        # YAML reads a queue with nothing set as null.
        if not isinstance(queues, dict):
            return queues
        return {queue: {} if plan is None else plan for queue, plan in queues.items()}

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def target_us(self, queue: str, channel: str) -> int:
        """The longest wait that is still in target, in microseconds."""
        plan = self.queues.get(queue)
        if plan is not None and plan.target_s is not None:
            return round(plan.target_s * SECOND_US)
        targets: Mapping[Any, float] = {**DEFAULT_TARGET_S, **self.target_s}
        target_s = targets[channel]
        return round(target_s * SECOND_US)

    def short_abandon_us(self, queue: str) -> int:
        """The wait below which an abandonment is a short one, in microseconds."""
        plan = self.queues.get(queue)
        if plan is not None and plan.short_abandon_s is not None:
            return round(plan.short_abandon_s * SECOND_US)
        return round(self.short_abandon_s * SECOND_US)

    def variant(self, queue: str) -> ServiceLevelVariant:
        """The service-level variant that the queue is shown by."""
        plan = self.queues.get(queue)
        if plan is not None and plan.service_level is not None:
            return plan.service_level
        return self.service_level

    def zone_of(self, queue: str) -> ZoneInfo:
        """The time zone of the queue's `today`."""
        plan = self.queues.get(queue)
        if plan is not None and plan.time_zone is not None:
            return ZoneInfo(plan.time_zone)
        return self.zone

    def name_of(self, queue: str) -> str:
        """What the queue is called on screens."""
        plan = self.queues.get(queue)
        return plan.name if plan is not None and plan.name is not None else queue


def load_floor_plan(path: Path) -> FloorPlan:
    """Read `floor.yaml`. Raises `YamlError` with one line an error."""
    return parse_floor_plan(read_text(path), str(path))


def parse_floor_plan(text: str, where: str) -> FloorPlan:
    """Read the text of a floor plan; `where` names it in errors. Raises `YamlError`."""
    return parse_yaml(text, where, FloorPlan)
