"""`alerts.yaml`: the rules by which somebody is told, as data.

Every rule says what it looks at, when that holds, for how long, when it is over, and why its
numbers are what they are. The kinds are one model each; docs/alerts.md tells them in full.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from string import Formatter
from typing import Annotated, Any, Final, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from stream.alerts.receivers import QuietHours, read_quiet_hours
from stream.alerts.surge import DROP, SURGE
from stream.contract.alerts import DIMENSIONS, Dimension, Severity, Target
from stream.contract.durations import parse_duration
from stream.contract.figures import (
    COUNTS,
    FIGURES,
    MEANINGLESS_IN_CHANNELS,
    MEANINGLESS_IN_TEAMS,
    NOW,
    SERVICE_LEVEL_VARIANTS,
    SHARES,
    SHARES_ABOVE_1,
)
from stream.contract.instants import DAY_US, MINUTE_US

# As many as one evaluator can look at within its second, with room to spare (docs/alerts.md).
RULES_MAX: Final = 2_000
NAME_MAX: Final = 80
TEXT_MAX: Final = 500

# Beside the names of METRICS: how many times its own target the longest wait is by now.
OLDEST_WAIT_TARGETS: Final = "oldest_wait_targets"
METRICS: Final = (
    *COUNTS,
    *(name for name in FIGURES if name != "service_levels"),
    *SERVICE_LEVEL_VARIANTS,
    *NOW,
    OLDEST_WAIT_TARGETS,
)
# Shares in which more is better: what is missing to 1 is what went wrong.
GOOD_SHARES: Final = (
    "service_level",
    *SERVICE_LEVEL_VARIANTS,
    "csat_score",
    "resolution_rate",
    "callbacks_kept_rate",
)
NOW_METRICS: Final = frozenset({*NOW, OLDEST_WAIT_TARGETS})


def _duration_us(value: Any) -> Any:
    """`90s`, `5m`, `1h` and `0` as microseconds."""
    if value == 0 and not isinstance(value, bool):
        return 0
    length = parse_duration(value) if isinstance(value, str) else None
    if length is None:
        raise ValueError("expected a time such as 90s, 5m or 1h")
    return length


def _list(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


Duration = Annotated[int, Field(ge=0, le=31 * DAY_US), BeforeValidator(_duration_us)]
Quiet = Annotated[QuietHours, BeforeValidator(read_quiet_hours)]
Name = Annotated[str, Field(min_length=1, max_length=NAME_MAX)]
# One or several, with `*` for any letters.
Names = Annotated[list[Name], Field(min_length=1), BeforeValidator(_list)]
Text = Annotated[str, Field(min_length=1, max_length=TEXT_MAX)]
Level = Annotated[float, Field(allow_inf_nan=False)]
Above0 = Annotated[float, Field(gt=0, allow_inf_nan=False)]
SlidingWindow = Literal["5m", "15m", "30m", "60m", "240m"]
# What counts as equal where shares are divided.
ROUNDING: Final = 1e-9
LiveWindow = Literal["5m", "15m", "30m", "60m", "240m", "today"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=False)


class Scope(_Strict):
    """What a rule looks at: one dimension, its names or patterns with `*`, and exceptions."""

    floor: Literal[True] | None = None
    queue: Names | None = None
    channel: Names | None = None
    team: Names | None = None
    agent: Names | None = None
    but_not: Names | None = Field(default=None, alias="except")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if len([each for each in DIMENSIONS if getattr(self, each) is not None]) != 1:
            raise ValueError("expected one of floor: true, queue, channel, team, agent")
        if self.floor is not None and self.but_not is not None:
            raise ValueError("the floor is one: expected no except")
        return self

    @cached_property
    def dimension(self) -> Dimension:
        """Which of them it is."""
        return next(each for each in DIMENSIONS if getattr(self, each) is not None)

    def covers(self, target: Target) -> bool:
        """Whether a thing is looked at."""
        if target.dimension != self.dimension:
            return False
        name = target.name
        if name is None:
            return self.floor is not None
        return self._names.fullmatch(name) is not None and not self._exceptions.fullmatch(name)

    @cached_property
    def _names(self) -> re.Pattern[str]:
        return _any_of(getattr(self, self.dimension) or ())

    @cached_property
    def _exceptions(self) -> re.Pattern[str]:
        return _any_of(self.but_not or ())


def _any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    """Matches in full what one of the patterns does; only `*` means more than itself."""
    return re.compile("|".join(map(_in_full, patterns)) or r"(?!)", re.DOTALL)


def _in_full(pattern: str) -> str:
    """As a regular expression. What stands between two `*` is taken where it comes first, for
    good: it never helps to take it later, and trying that would take for ever on some names."""
    first, *others = map(re.escape, pattern.split("*"))
    if not others:
        return first
    *between, last = others
    return first + "".join(f"(?>.*?{each})" for each in between) + ".*" + last


EVERY_QUEUE: Final = Scope.model_validate({"queue": "*"})


class _Rule(_Strict):
    """What every rule has. `hold_us` (`for`) is how long it must hold before it fires,
    `clear_us` (`clear_after`) how long it must be clear before it is resolved; `at_least` how
    many contacts must have come to an end in the window for its figure to count as evidence."""

    scope: Scope = EVERY_QUEUE
    severity: Severity = "notice"
    hold_us: Duration = Field(default=0, alias="for")
    clear_us: Duration = Field(default=5 * MINUTE_US, alias="clear_after")
    message: Text | None = None
    reason: Text | None = None
    owner: Name | None = None
    # None tells every receiver that is no one's second; an empty list tells nobody.
    notify: list[Name] | None = None
    quiet_hours: Quiet | None = None
    # Fires only where one of these rules holds for the same target or for the floor.
    agrees: list[Name] = []
    enabled: bool = True

    @field_validator("message")
    @classmethod
    def _can_be_filled(cls, message: str | None) -> str | None:
        try:
            list(Formatter().parse(message or ""))
        except ValueError:
            raise ValueError("expected {name} and names of figures in braces, {{ for one") from None
        return message

    def metrics(self) -> Iterator[tuple[str, str | None]]:
        """The (metric, window) pairs that the rule reads; a `now` has no window."""
        return iter(())


class Threshold(_Rule):
    """A metric above or below a level, and clear again at another."""

    kind: Literal["threshold"]
    metric: Literal[METRICS]  # type: ignore[valid-type]
    window: LiveWindow = "30m"
    above: Level | None = None
    below: Level | None = None
    clear: Level | None = None
    at_least: Annotated[int, Field(ge=0)] = 0

    @model_validator(mode="after")
    def _meaningful(self) -> Self:
        _has_meaning(self.metric, self.scope)
        if self.at_least and self.metric in NOW_METRICS:
            raise ValueError(f"{self.metric} stands now: no contacts are its evidence")
        if (self.above is None) == (self.below is None):
            raise ValueError("expected either above or below")
        _is_possible(self.metric, self.above, self.below, self.clear)
        if self.clear is not None:
            if self.above is not None and self.clear > self.above:
                raise ValueError("expected clear at or under above")
            if self.below is not None and self.clear < self.below:
                raise ValueError("expected clear at or over below")
        return self

    def metrics(self) -> Iterator[tuple[str, str | None]]:
        """The metric in its window."""
        yield _in_window(self.metric, self.window)


class BurnRate(_Rule):
    """A share that goes wrong `burn` times as fast as its target allows, in a long window, which
    means it, and in a short one, which says that it still does (the SRE pairs of windows)."""

    kind: Literal["burn_rate"]
    # Who still waits too long counts as bad already: nobody need answer first.
    metric: Literal[GOOD_SHARES] = "stuck_proof"  # type: ignore[valid-type]
    target: Annotated[float, Field(gt=0, lt=1)] = 0.8
    long: LiveWindow = "30m"
    short: SlidingWindow = "5m"
    burn: Above0
    clear_burn: Above0 | None = None
    at_least: Annotated[int, Field(ge=0)] = 20

    @model_validator(mode="after")
    def _possible(self) -> Self:
        _has_meaning(self.metric, self.scope)
        most = 1 / (1 - self.target)
        # As numbers are kept, a target of .95 leaves a little more than .05.
        if self.burn > most + ROUNDING:
            raise ValueError(f"a target of {self.target} cannot burn faster than {most:.3g}")
        if self.clear_burn is not None and self.clear_burn > self.burn:
            raise ValueError("expected clear_burn at or under burn")
        return self

    def metrics(self) -> Iterator[tuple[str, str | None]]:
        """The share in both windows."""
        yield self.metric, self.long
        yield self.metric, self.short


class Surge(_Rule):
    """More arrivals than the time of the week explains: a CUSUM chart on counts by the minute."""

    kind: Literal["surge"]
    ratio: Annotated[float, Field(gt=1, le=10)] = SURGE.ratio
    limit: Annotated[float, Field(gt=0, le=50)] = SURGE.limit
    spread: Annotated[float, Field(ge=0, le=1)] = SURGE.alpha
    excess: Annotated[float, Field(ge=0)] = SURGE.excess_min

    @model_validator(mode="after")
    def _where_counted(self) -> Self:
        _of_queues_or_floor(self.scope)
        return self


class Drop(_Rule):
    """Fewer arrivals than the time of the week explains: something upstream keeps people out."""

    kind: Literal["drop"]
    ratio: Annotated[float, Field(gt=0, lt=1)] = DROP.ratio
    limit: Annotated[float, Field(gt=0, le=50)] = DROP.limit
    spread: Annotated[float, Field(ge=0, le=1)] = DROP.alpha
    missing: Annotated[float, Field(ge=0)] = DROP.excess_min

    @model_validator(mode="after")
    def _where_counted(self) -> Self:
        _of_queues_or_floor(self.scope)
        return self


class Forecast(_Rule):
    """From how the queue stands now, the wait `ahead` of now will be `over_targets` times what is
    promised, if nobody does anything."""

    kind: Literal["forecast"]
    ahead_us: Duration = Field(default=15 * MINUTE_US, alias="ahead")
    over_targets: Above0 = 3.0
    clear_targets: Above0 | None = None
    at_least: Annotated[int, Field(ge=0)] = 20

    @model_validator(mode="after")
    def _of_queues(self) -> Self:
        if self.scope.dimension != "queue":
            raise ValueError("expected a scope of queues: each has a forecast of its own")
        if self.clear_targets is not None and self.clear_targets > self.over_targets:
            raise ValueError("expected clear_targets at or under over_targets")
        return self

    def metrics(self) -> Iterator[tuple[str, str | None]]:
        """What the forecast starts from."""
        yield from (("offered", "15m"), ("abandoned", "30m"), ("average_handle_time_s", "30m"))
        for name in ("waiting", "in_conversation", "on_hold", "wrapping", "agents_staffed"):
            yield name, None
        yield "agents_away", None


class PromiseDue(_Rule):
    """Promises that break within `ahead` unless somebody keeps them: callbacks, or replies to
    messages."""

    kind: Literal["promise"]
    of: Literal["callbacks", "replies"] = "callbacks"
    ahead_us: Duration = Field(default=10 * MINUTE_US, alias="ahead")
    more_than: Annotated[int, Field(ge=0)] = 0

    @model_validator(mode="after")
    def _where_promised(self) -> Self:
        _of_queues_or_floor(self.scope)
        return self


class Waiting(_Rule):
    """Somebody waits `over_targets` times the target of the channel, or longer than `over`."""

    kind: Literal["waiting"]
    over_targets: Above0 | None = None
    over_us: Duration | None = Field(default=None, alias="over")

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.over_targets is None) == (self.over_us is None):
            raise ValueError("expected either over_targets or over")
        _has_meaning("oldest_wait_s", self.scope)
        return self

    def metrics(self) -> Iterator[tuple[str, str | None]]:
        """The longest wait."""
        yield "oldest_wait_s", None
        yield OLDEST_WAIT_TARGETS, None


class NoData(_Rule):
    """The stream tells nothing, or only of the past: what the floor is like nobody knows."""

    kind: Literal["no_data"]

    @model_validator(mode="after")
    def _of_the_floor(self) -> Self:
        if self.scope.dimension != "floor":
            raise ValueError("expected scope: {floor: true}")
        return self


Rule = Annotated[
    Threshold | BurnRate | Surge | Drop | Forecast | PromiseDue | Waiting | NoData,
    Field(discriminator="kind"),
]
AnyRule = Threshold | BurnRate | Surge | Drop | Forecast | PromiseDue | Waiting | NoData


def _in_window(metric: str, window: str) -> tuple[str, str | None]:
    return metric, None if metric in NOW_METRICS else window


def _of_queues_or_floor(scope: Scope) -> None:
    if scope.dimension not in ("floor", "queue"):
        raise ValueError("expected a scope of the floor or of queues")


def _has_meaning(metric: str, scope: Scope) -> None:
    dimension = scope.dimension
    without = {
        "channel": MEANINGLESS_IN_CHANNELS,
        "team": MEANINGLESS_IN_TEAMS,
        "agent": MEANINGLESS_IN_TEAMS | frozenset(NOW),
    }.get(dimension, frozenset())
    variants = set(SERVICE_LEVEL_VARIANTS) if dimension in ("team", "agent") else set()
    only_queues = metric == OLDEST_WAIT_TARGETS and dimension in ("team", "agent")
    if metric in without or metric in variants or only_queues:
        raise ValueError(f"{metric} has no meaning in a scope of {dimension}")


def _is_possible(metric: str, *levels: float | None) -> None:
    """A share is told as a number from 0 to 1: whoever writes 80 means 0.8."""
    if metric in SHARES - SHARES_ABOVE_1 and any(
        level is not None and not 0 <= level <= 1 for level in levels
    ):
        raise ValueError(f"{metric} is a share: expected levels from 0 to 1, such as 0.8")
