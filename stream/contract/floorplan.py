"""`floor.yaml`: the time zones, targets and service-level variants that figures are told by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo, available_timezones

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from stream.contract.events import CHANNELS, Channel
from stream.contract.figures import ServiceLevelVariant
from stream.contract.instants import SECOND_US

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
# queues.<queue>.<key>
_DEPTH: Final = 3

Seconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class FloorPlanError(Exception):
    """`floor.yaml` cannot be used. Operator: the message has file, line and what is allowed."""


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
    """Read `floor.yaml`. Raises `FloorPlanError` with one line an error."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not UTF-8"
        raise FloorPlanError(f"{path}: {reason}") from None
    return parse_floor_plan(text, str(path))


def parse_floor_plan(text: str, where: str) -> FloorPlan:
    """Read the text of a floor plan; `where` names it in errors."""
    try:
        root, content = _load(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = mark.line + 1 if mark is not None else 1
        raise FloorPlanError(f"{where}:{line}: {error.problem}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise FloorPlanError(f"{where}: {str(error).splitlines()[0]}") from None
    if twice := list(_twice(root, where)):
        raise FloorPlanError("\n".join(twice))
    if content is None:
        return FloorPlan()
    if not isinstance(content, dict):
        raise FloorPlanError(f"{where}:1: expected keys such as time_zone, target_s, queues")
    try:
        return FloorPlan.model_validate(content)
    except ValidationError as error:
        lines = [_told(problem, root, where) for problem in error.errors()]
        raise FloorPlanError("\n".join(dict.fromkeys(lines))) from None


def _load(text: str) -> tuple[yaml.Node | None, Any]:
    """The text's nodes, which know their lines, and what they mean."""
    loader = yaml.SafeLoader(text)
    try:
        root = loader.get_single_node()
        if root is None:
            return None, None
        queues = next((node for key, node in _members(root) if key.value == "queues"), None)
        for queue, _ in _members(queues):
            # A queue's name is what is written: 007 is not 7, 2.5 no number and `no` not false.
            if isinstance(queue, yaml.ScalarNode):
                queue.tag = "tag:yaml.org,2002:str"
        return root, loader.construct_document(root)
    finally:
        loader.dispose()


def _members(node: yaml.Node | None) -> list[tuple[yaml.Node, yaml.Node]]:
    return node.value if isinstance(node, yaml.MappingNode) else []


def _twice(node: yaml.Node | None, where: str, place: tuple[str, ...] = ()) -> Iterator[str]:
    """A line for each key that stands again where it stood before: YAML would take the last."""
    seen: set[str] = set()
    for key, value in _members(node):
        if not isinstance(key, yaml.ScalarNode):
            continue
        inner = (*place, key.value)
        if key.value in seen:
            yield f"{where}:{key.start_mark.line + 1}: {'.'.join(inner)}: set twice"
        seen.add(key.value)
        # No deeper than the plan itself goes: a file may hold itself by an alias.
        if len(inner) < _DEPTH:
            yield from _twice(value, where, inner)


def _told(problem: Any, root: yaml.Node | None, where: str) -> str:
    place = [part for part in problem["loc"] if part != "[key]"]
    line = _line_of(root, place)
    field = ".".join(str(part) for part in place)
    message = problem["msg"].removeprefix("Value error, ")
    if problem["type"] == "extra_forbidden":
        keys = QueuePlan.model_fields if place[:1] == ["queues"] else FloorPlan.model_fields
        message = "unknown key, expected one of " + ", ".join(keys)
    elif place[:1] == ["target_s"] and problem["type"] == "literal_error":
        message = "unknown channel, expected one of " + ", ".join(CHANNELS)
    return f"{where}:{line}: {field}: {message[0].lower()}{message[1:]}"


def _line_of(node: yaml.Node | None, place: list[Any]) -> int:
    """The line, from 1, of the innermost part of `place` that the file has."""
    line = 1
    for part in place:
        if not isinstance(node, yaml.MappingNode):
            break
        for key, value in node.value:
            if key.value == str(part):
                line, node = key.start_mark.line + 1, value
                break
        else:
            break
    return line
