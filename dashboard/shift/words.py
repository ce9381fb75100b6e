"""How figures stand in a shift's report: a value that is not known is a dash, and a share has its n."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from dashboard.amounts import day, duration, span, whole
from dashboard.amounts import share as written_share
from dashboard.i18n import _, language, marked
from dashboard.i18n.languages import ENGLISH
from dashboard.words import percent
from stream.contract.figures import AgentSection, QueueLabel, Section, ServiceLevelVariant, Value
from stream.contract.instants import to_datetime

NONE: Final = "–"
# Under so many answers a share of them says little.
CSAT_MIN: Final = 10
VARIANTS: Final[Mapping[ServiceLevelVariant, str]] = {
    "abandons_count": marked("abandons count"),
    "abandons_ignored": marked("abandons ignored"),
    "abandons_in_target_ignored": marked("early abandons ignored"),
    "abandons_in_target_met": marked("early abandons met"),
    "stuck_proof": marked("waiting counts too"),
}
# As the screens name them.
_CHANNELS: Final[Mapping[str, str]] = {
    "voice": marked("Voice"),
    "video": marked("Video"),
    "chat": marked("Chat"),
    "sms": marked("SMS"),
    "whatsapp": marked("WhatsApp"),
    "social": marked("Social media"),
    "email": marked("E-mail"),
    "callback": marked("Callbacks"),
    "in_person": marked("In person"),
}

Told = Section | AgentSection


def channel_name(channel: str) -> str:
    """What a kind of channel is called; one that is not known by its own name."""
    return _(_CHANNELS[channel]) if channel in _CHANNELS else channel


def count(section: Told, name: str) -> str:
    """A count."""
    value = section.counts.get(name)
    return NONE if value is None else whole(round(value))


def number_of(section: Told, name: str) -> int:
    """A count as a number, 0 where it has no meaning."""
    return int(section.counts.get(name) or 0)


def share(section: Told, name: str) -> str:
    """A figure that is a share."""
    value = _figure(section, name)
    return NONE if value is None else written_share(value)


def length(section: Told, name: str) -> str:
    """A figure that is a length of time."""
    value = _figure(section, name)
    return NONE if value is None else duration(value)


def csat(section: Told) -> str:
    """The share of content answers; of few it is told how many there are."""
    n, top = number_of(section, "csat_n"), number_of(section, "csat_top")
    if not n:
        return NONE
    if n < CSAT_MIN:
        return _("{top} of {n}").format(top=whole(top), n=whole(n))
    return share(section, "csat_score")


def csat_known(section: Told) -> str:
    """How much is known of it: n, and from ten answers on the interval."""
    n, low, high = (
        number_of(section, "csat_n"),
        _figure(section, "csat_low"),
        _figure(section, "csat_high"),
    )
    if not n or low is None or high is None:
        return NONE
    if n < CSAT_MIN:
        return _("n {n}, too few").format(n=whole(n))
    interval = f"{percent(low, '')}–{percent(high, language().percent)}"
    return _("n {n}, {interval}").format(n=whole(n), interval=interval)


def target(label: QueueLabel | None) -> str:
    """The target, or that of each channel where they differ."""
    told = {} if label is None else label.target_s
    values = {seconds: span(seconds) for seconds in told.values()}
    if len(values) <= 1:
        return next(iter(values.values()), NONE)
    return _(", ").join(f"{channel_name(one)} {values[seconds]}" for one, seconds in told.items())


def variant(name: ServiceLevelVariant) -> str:
    """What a service level makes of those who left."""
    return _(VARIANTS[name])


def local(at: int, zone: str) -> datetime:
    """An instant by the floor's clock."""
    return to_datetime(at).astimezone(ZoneInfo(zone))


def clock(at: int, zone: str) -> str:
    """The time of day: 10:42, or 02:42+02:00 where it comes twice."""
    told = local(at, zone)
    return f"{told:%H:%M}{_offset(told)}"


def date(at: int, zone: str) -> str:
    """The day by the floor's clock. English ones are those of files that people sort and keep."""
    told = local(at, zone)
    return f"{told:%Y-%m-%d}" if language() is ENGLISH else day(told)


def moment(at: int, zone: str) -> str:
    """A day and a time of it: 2026-03-03 10:42."""
    return f"{date(at, zone)} {clock(at, zone)}"


def minute(at: int, zone: str) -> str:
    """The same as spreadsheets read it, in any language."""
    told = local(at, zone)
    return f"{told:%Y-%m-%d %H:%M}{_offset(told)}"


def _offset(told: datetime) -> str:
    """Which of the two is meant while the clocks are put back; else nothing."""
    if told.replace(fold=0).utcoffset() == told.replace(fold=1).utcoffset():
        return ""
    return told.isoformat()[-len("+00:00") :]


def _figure(section: Told, name: str) -> Value:
    value = section.figures.get(name)
    return None if isinstance(value, dict) else value
