"""What somebody outside is told of an incident, in plain words: a title and a short text.

What it is, where and since when, the figures it was judged by beside what is usual, why, who has
it, and where to look. Both are bounded: a message is read on a telephone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import Struct

from stream.alerts.words import duration, figure, name_of
from stream.contract.alerts import (
    SEVERITY_RANK,
    Alert,
    Factor,
    Incident,
    Mark,
    Notification,
    Part,
    Severity,
    Target,
    Why,
)
from stream.contract.figures import Value
from stream.contract.incidents import worse
from stream.contract.instants import SECOND_US, to_datetime

TITLE_MAX: Final = 120
LINE_MAX: Final = 300
BODY_MAX: Final = 2_000
ALERTS_TOLD_MAX: Final = 5
FIGURES_TOLD_MAX: Final = 6

# A figure `offered` may stand beside `offered_baseline`: what it usually is.
BASELINE: Final = "_baseline"

SEVERITY_WORDS: Final[dict[Severity, str]] = {
    # As the screens have it.
    "page": "Urgent",
    "notice": "Notice",
    "ticket": "To read",
}
_FACTOR_WORDS: Final[dict[Factor, str]] = {
    "volume": "contacts an hour",
    "handle_time": "handle time",
    "people": "agents",
    "redials": "transfers and repeated calls",
    "patience": "patience",
}
_IN_SECONDS: Final[tuple[Factor, ...]] = ("handle_time", "patience")


class Message(Struct, frozen=True):
    """A title of one line, and a text of several."""

    title: str
    body: str


class Whereabouts(Struct, frozen=True):
    """What messages need to know of this floor: the clocks that times are told by, where a browser
    finds the dashboard (None where nobody said) and what queues are called."""

    zone: ZoneInfo
    base_url: str | None = None
    queue_names: Mapping[str, str] = {}


def message_of(notification: Notification, here: Whereabouts) -> Message:
    """What a person reads of it."""
    incident = notification.incident
    title = bounded(f"{_lead(notification)}: {_subject(notification)}", TITLE_MAX)
    lines = [bounded(line, LINE_MAX) for line in _lines(notification, here)]
    link = link_to(incident, here)
    # The link is kept whole, whatever must be left out before it.
    room = BODY_MAX - len(link) - 1
    body = "\n".join(lines)
    body = body if len(body) <= room else body[: room - 1] + "…"
    return Message(title, f"{body}\n{link}" if link else body)


def link_to(incident: Incident, here: Whereabouts) -> str:
    """The incident's place in the alert centre; empty where the dashboard's address is unknown."""
    if here.base_url is None:
        return ""
    return f"{here.base_url.rstrip('/')}/alerts#{incident.id}"


def bounded(text: str, length: int) -> str:
    """The text on one line, of at most so many letters."""
    # A queue's name comes from outside: a line feed in it would end a mail's header.
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= length else line[: length - 1] + "…"


def where(target: Target, here: Whereabouts) -> str:
    """The target as people call it, such as: queue Billing."""
    if target.name is None:
        return f"the {target.dimension}"
    names = here.queue_names if target.dimension == "queue" else {}
    return f"{target.dimension} {names.get(target.name, target.name)}"


def fired_alerts(incident: Incident) -> list[Alert]:
    """The alerts that ever fired, the gravest first, of those the oldest."""
    fired = [alert for alert in incident.alerts if alert.fired_at is not None]
    return sorted(fired, key=lambda a: (SEVERITY_RANK[a.severity], a.began, a.id))


def why_of(incident: Incident) -> Why | None:
    """The explanation of the gravest alert that has one."""
    return next((a.why for a in fired_alerts(incident) if a.why is not None), None)


def _subject(notification: Notification) -> str:
    """What the incident is, or of one that was told before what is new in it."""
    news = _news(notification)
    if not news:
        return notification.incident.title
    more = f" (and {len(news) - 1} more)" if len(news) > 1 else ""
    return f"{news[0].message}{more}"


def _news(notification: Notification) -> list[Alert]:
    """The alerts that joined, the gravest first."""
    ids = set(notification.news)
    return [alert for alert in fired_alerts(notification.incident) if alert.id in ids]


def _lead(notification: Notification) -> str:
    severity = SEVERITY_WORDS[notification.incident.severity]
    match notification.occasion:
        case "fired":
            return severity
        case "joined":
            news = _news(notification)
            return f"{SEVERITY_WORDS[news[0].severity] if news else severity}, also"
        case "still":
            return f"{severity}, still"
        case "worse":
            return f"{severity}, worse than told"
        case "escalated":
            return f"{severity}, acknowledged by nobody"
        case "resolved":
            return "All clear"


def _lines(notification: Notification, here: Whereabouts) -> Iterator[str]:
    incident = notification.incident
    news = _news(notification)
    alerts = [*news, *(each for each in fired_alerts(incident) if each not in news)]
    for alert in alerts[:ALERTS_TOLD_MAX]:
        # What is over by now is told for what it was.
        gone = incident.is_open and alert.state == "resolved"
        yield f"{alert.message} (over)" if gone else alert.message
        yield f"Where: {where(alert.target, here)}"
        figures = ", ".join(_figures(alert.figures))
        if figures:
            yield f"Figures: {figures}"
    if len(alerts) > ALERTS_TOLD_MAX:
        yield f"And {len(alerts) - ALERTS_TOLD_MAX} more alerts of the same cause."
    yield _since(notification, here.zone)
    why = why_of(incident)
    if why is not None:
        yield f"Why it fired: {why.text}"
        yield from (f"- {_part(part, worse(why))}" for part in why.parts)
    yield from _who(incident, alerts, here.zone)


def _since(notification: Notification, zone: ZoneInfo) -> str:
    incident = notification.incident
    began = _clock(incident.since, zone)
    first = ""
    if incident.reopened_at is not None:
        first = f"; it came back, and fired first at {_clock(incident.opened_at, zone)}"
    if incident.resolved_at is not None:
        lasted = duration((incident.resolved_at - incident.since) / SECOND_US)
        over = _clock(incident.resolved_at, zone)
        return f"Since: {began}, over at {over} after {lasted}{first} ({zone.key})"
    lasted = duration((notification.at - incident.since) / SECOND_US)
    return f"Since: {began}, for {lasted}{first} ({zone.key})"


def _who(incident: Incident, alerts: list[Alert], zone: ZoneInfo) -> Iterator[str]:
    mark: Mark | None = incident.acknowledged
    if mark is not None:
        yield f"{mark.by} has it since {_clock(mark.at, zone)}."
    elif incident.is_open and incident.assigned_to is None:
        yield "Nobody has it yet."
    if incident.assigned_to is not None:
        yield f"Assigned to {incident.assigned_to}."
    owners = dict.fromkeys(alert.owner for alert in alerts if alert.owner is not None)
    if owners:
        yield f"Owner: {', '.join(owners)}"


def _figures(figures: Mapping[str, Value]) -> Iterator[str]:
    names = [name for name in figures if not name.endswith(BASELINE)]
    for name in names[:FIGURES_TOLD_MAX]:
        usual = figures.get(name + BASELINE)
        beside = "" if usual is None else f" (usually {figure(name, usual)})"
        yield f"{name_of(name)} {figure(name, figures[name])}{beside}"


def _part(part: Part, whole: float) -> str:
    share = f"{100 * abs(part.share) / whole:.0f} %"
    doing = f"explains {share}" if part.share >= 0 else f"held back {share}"
    return (
        f"{_FACTOR_WORDS[part.factor]} {_factor_value(part.factor, part.before)}"
        f" → {_factor_value(part.factor, part.now)}: {doing}"
    )


def _factor_value(factor: Factor, value: float | None) -> str:
    if factor == "redials" and value is not None:
        return f"{100 * value:.0f} %"
    return figure(f"{factor}_s" if factor in _IN_SECONDS else factor, value)


def _clock(micros: int, zone: ZoneInfo) -> str:
    return to_datetime(micros).astimezone(zone).strftime("%Y-%m-%d %H:%M")
