"""`receivers:` of alerts.yaml: whom outside the floor is told, by which way and when.

A receiver says where its messages go, what it wants to hear, when it wants to be left alone, and
who is told next when nobody acknowledges. What is secret in an address stands there as
`${FLOORWATCH_SECRET_NAME}`, since the text of the rules is seen by all who may see alerts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from graphlib import CycleError, TopologicalSorter
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
    model_validator,
)

from stream.contract.alerts import SEVERITIES, Occasion, Severity
from stream.contract.durations import parse_duration
from stream.contract.instants import (
    from_datetime,
    to_datetime,
)

# Only these are read from the environment: whoever may edit rules must not be able to send any
# other variable of the process to an address of their choice.
SECRETS_BEGIN: Final = "FLOORWATCH_SECRET_"
SECRET: Final = re.compile(r"\$\{(FLOORWATCH_SECRET_[A-Z0-9_]+)\}", re.ASCII)

URLS_MAX: Final = 20
RECEIVERS_MAX: Final = 100

_QUIET: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)", re.ASCII)
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,63}", re.ASCII)
_OPEN_PASSWORD: Final = re.compile(r"://[^/?#@]*:(?!\$\{)[^/?#@]+@")


def duration_us(told: Any) -> int:
    """A duration such as 90s, 10m, 2h or 1d in microseconds. Raises `ValueError`."""
    length = parse_duration(told) if isinstance(told, str) else None
    if not length:
        raise ValueError("expected a duration such as 90s, 10m, 2h or 1d")
    return length


Duration = Annotated[int, BeforeValidator(duration_us)]


@dataclass(frozen=True)
class QuietHours:
    """From one minute of the day until another one, past midnight where that is the earlier."""

    begin: int
    end: int

    def until(self, now: int, zone: ZoneInfo) -> int | None:
        """When the quiet hours around `now` end, in microseconds; None outside of them.

        The first minute is quiet and the last is not. Both are read off the clocks of `zone`: in
        the night of a change of time quiet hours are an hour shorter or longer.
        """
        local = to_datetime(now).astimezone(zone)
        minute = local.hour * 60 + local.minute
        inside = (minute - self.begin) % 1440 < (self.end - self.begin) % 1440
        if not inside:
            return None
        end = local.replace(hour=self.end // 60, minute=self.end % 60, second=0, microsecond=0)
        if minute >= self.end:
            end += timedelta(days=1)
        # Where clocks are set back the minute comes twice: the first that is still ahead is meant.
        first, second = (from_datetime(end.replace(fold=fold)) for fold in (0, 1))
        # As a plain number: that is what goes through the log.
        return int(first if first > now else second)


def read_quiet_hours(told: Any) -> QuietHours:
    """Quiet hours such as 22:00-07:00. Raises `ValueError`."""
    match = _QUIET.fullmatch(told) if isinstance(told, str) else None
    if match is None:
        raise ValueError("expected quiet hours such as 22:00-07:00")
    begin, end = (60 * int(match[n]) + int(match[n + 1]) for n in (1, 3))
    if begin == end:
        raise ValueError("quiet hours that end where they begin are none")
    return QuietHours(begin, end)


def _kept_secret(address: SecretStr) -> SecretStr:
    text = address.get_secret_value()
    if "${" in SECRET.sub("", text):
        raise ValueError(f"expected ${{{SECRETS_BEGIN}NAME}}, in capitals, for what is secret")
    if _OPEN_PASSWORD.search(text):
        raise ValueError(f"a password must come from outside: ${{{SECRETS_BEGIN}NAME}}")
    if re.search(r"\s", text) or not (SECRET.fullmatch(text) or "://" in text):
        raise ValueError("expected an address such as mailto://host or https://host/path")
    return address


# A `SecretStr` is never shown by accident, in a message or a log: an address may hold a secret
# all the same, as Slack's do.
Address = Annotated[SecretStr, Field(max_length=2000), AfterValidator(_kept_secret)]


class Receiver(BaseModel):
    """One way to tell somebody; times in microseconds.

    `apprise` sends to each of `urls`, anything that the library of that name takes. `alertmanager`
    posts to an Alertmanager's `/api/v2/alerts`, `webhook` what an Alertmanager would send to a
    webhook of its own; both to `url`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)

    kind: Literal["apprise", "alertmanager", "webhook"]
    urls: Annotated[list[Address], Field(min_length=1, max_length=URLS_MAX)] | None = None
    url: Address | None = None
    severities: Annotated[list[Severity], Field(min_length=1)] = list(SEVERITIES)
    resolved: bool = True
    quiet_hours: Annotated[QuietHours, BeforeValidator(read_quiet_hours)] | None = None
    # Whether quiet hours hold back pages as well.
    pages_too: bool = False
    escalate_after: Duration | None = None
    escalate_to: Annotated[list[str], Field(min_length=1)] | None = None

    @field_validator("url")
    @classmethod
    def _over_http(cls, address: SecretStr | None, _info: ValidationInfo) -> SecretStr | None:
        text = "${" if address is None else address.get_secret_value()
        if not text.startswith(("http://", "https://", "${")):
            raise ValueError("expected http:// or https://")
        return address

    @model_validator(mode="after")
    def _whole(self) -> Receiver:
        if self.kind == "apprise" and (self.urls is None or self.url is not None):
            raise ValueError("kind apprise has urls, a list, and no url")
        if self.kind != "apprise" and (self.url is None or self.urls is not None):
            raise ValueError(f"kind {self.kind} has one url, and no urls")
        if (self.escalate_after is None) != (self.escalate_to is None):
            raise ValueError("escalate_after and escalate_to go together")
        if self.pages_too and self.quiet_hours is None:
            raise ValueError("pages_too means nothing without quiet_hours")
        return self

    @property
    def addresses(self) -> list[str]:
        """Where it sends, secrets not yet put in: one or more."""
        found = [self.url] if self.url is not None else self.urls or []
        return [address.get_secret_value() for address in found]

    def hears(self, severity: Severity, occasion: Occasion) -> bool:
        """Whether it is told of such a change of an incident."""
        return severity in self.severities and (occasion != "resolved" or self.resolved)

    def not_before(self, now: int, severity: Severity, zone: ZoneInfo) -> int:
        """When it may be told what was decided at `now` of the wall clock: then, or where quiet
        hours end. A page breaks through them unless `pages_too`."""
        if self.quiet_hours is None or (severity == "page" and not self.pages_too):
            return now
        end = self.quiet_hours.until(now, zone)
        return now if end is None else end


def _named(receivers: dict[str, Receiver]) -> dict[str, Receiver]:
    if len(receivers) > RECEIVERS_MAX:
        raise ValueError(f"at most {RECEIVERS_MAX} receivers")
    return receivers


Receivers = Annotated[dict[str, Receiver], AfterValidator(_named)]


def problems_of(receivers: Mapping[str, Receiver]) -> Iterable[tuple[tuple[str, ...], str]]:
    """What is wrong between receivers, as place and message: the `check` that `parse_yaml` takes,
    for places below `receivers`."""
    for name, receiver in receivers.items():
        if _NAME.fullmatch(name) is None:
            yield (name,), "expected a name of at most 64 letters, digits, blanks, . _ and -"
        unknown = [other for other in receiver.escalate_to or [] if other not in receivers]
        for other in unknown:
            yield (name, "escalate_to"), f"there is no receiver {other}"
    try:
        TopologicalSorter({name: r.escalate_to or [] for name, r in receivers.items()}).prepare()
    except CycleError as error:
        # Told from the next receiver back to the first.
        ring = list(reversed(error.args[1]))
        yield (ring[0], "escalate_to"), f"goes round in a ring: {' → '.join(ring)}"
