"""The kinds of fields that a scenario is made of, each with what is allowed in it."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from stream.contract.instants import parse_instant
from stream.contract.patterns import SCENARIO_NAME

DAY_MINUTES: Final = 24 * 60


def _minute_of_day(value: Any) -> Any:
    # YAML reads an unquoted 10:30 as the sexagesimal number 630, which is the minute meant.
    if type(value) is int and 0 <= value <= DAY_MINUTES:
        return value
    try:
        hours, minutes = str(value).split(":")
        parse_instant(f"2026-01-01T{hours}:{minutes}:00Z")
    except ValueError:
        raise ValueError("expected a time of day such as 08:30") from None
    return int(hours) * 60 + int(minutes)


def nothing_as_empty(value: Any) -> Any:
    """A key without a value is an empty mapping."""
    return {} if value is None else value


Share = Annotated[float, Field(ge=0, le=1)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Times = Annotated[float, Field(ge=0.01, le=100)]
Minutes = Annotated[float, Field(ge=0, le=60 * DAY_MINUTES)]
MinuteOfDay = Annotated[int, BeforeValidator(_minute_of_day)]
Name = Annotated[str, Field(pattern=SCENARIO_NAME)]


def _words(value: Any) -> Any:
    if isinstance(value, str) and not value.strip():
        raise ValueError("expected some words")
    return value.strip() if isinstance(value, str) else value


# What people read: a title, a sentence, some sentences.
Words = Annotated[str, BeforeValidator(_words), Field(max_length=1_000)]


class Strict(BaseModel):
    """A part of a scenario: every key known, every value of its own type."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Law(Strict):
    """A length of time: log-normal or exponential, and `at_least_s` on top of it.

    A sigma of 0 makes every length the same; the exponential law has no sigma.
    """

    mean_s: Amount
    sigma: Annotated[float, Field(ge=0, le=3)] = 0.8
    law: Literal["lognormal", "exponential"] = "lognormal"
    at_least_s: Amount = 1.0

    @property
    def whole_mean_s(self) -> float:
        """The mean of what is drawn, with what it is at the least."""
        return self.mean_s + self.at_least_s


class Gap(Law):
    """A length of time between two things, which may be nothing."""

    at_least_s: Amount = 0.0
