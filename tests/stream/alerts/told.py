"""Incidents and notifications for the tests of what is told outside."""

from __future__ import annotations

from typing import Any, Final
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from stream.alerts.messages import Whereabouts
from stream.contract.alerts import (
    Alert,
    Incident,
    Mark,
    Notification,
    Occasion,
    Part,
    Target,
    Why,
)
from stream.contract.instants import MINUTE_US, parse_instant

# 15:00 in Rome.
NOON: Final = parse_instant("2026-03-02T14:00:00Z")

HERE: Final = Whereabouts(
    zone=ZoneInfo("Europe/Rome"),
    base_url="https://floor.example.org/",
    queue_names={"benefits": "Benefits & appeals"},
)

WHY: Final = Why(
    text="more contacts than usual since 14:46, and fewer agents",
    parts=[
        Part("volume", 120.0, 210.0, 0.8),
        Part("people", 12.0, 10.0, 0.25),
        Part("handle_time", 300.0, 290.4, -0.05),
    ],
)

SURGE: Final = Alert(
    id="a1",
    rule="surge",
    kind="surge",
    target=Target("queue", "benefits"),
    severity="page",
    state="firing",
    began=NOON - 14 * MINUTE_US,
    fired_at=NOON - 10 * MINUTE_US,
    changed_at=NOON - 10 * MINUTE_US,
    as_of=NOON,
    message="Benefits & appeals: 1.8 times the usual arrivals",
    figures={"offered": 210, "offered_baseline": 120.0, "service_level": 0.524, "waiting": 31},
    owner="duty manager",
    why=WHY,
)

WAIT: Final = Alert(
    id="a2",
    rule="somebody_waits",
    kind="waiting",
    target=Target("queue", "sales"),
    severity="notice",
    state="firing",
    began=NOON - 3 * MINUTE_US,
    fired_at=NOON - 2 * MINUTE_US,
    changed_at=NOON - 2 * MINUTE_US,
    as_of=NOON,
    message="sales: somebody has waited for 12 min",
    figures={"oldest_wait_s": 725.0, "csat_score": None},
)

SURGE_INCIDENT: Final = Incident(
    id="0c41d2",
    title="Benefits & appeals: surge of contacts",
    severity="page",
    state="firing",
    opened_at=NOON - 10 * MINUTE_US,
    alerts=[SURGE],
    history=[],
)


def over(incident: Incident = SURGE_INCIDENT) -> Incident:
    """The incident half an hour later, resolved."""
    ended = NOON + 20 * MINUTE_US
    alerts = [replace(a, state="resolved", resolved_at=ended) for a in incident.alerts]
    return replace(incident, state="resolved", resolved_at=ended, alerts=alerts)


def taken(incident: Incident = SURGE_INCIDENT) -> Incident:
    """The incident, acknowledged by one and assigned to another."""
    return replace(incident, acknowledged=Mark("Anna", NOON - 6 * MINUTE_US), assigned_to="Bruno")


def notification(
    occasion: Occasion = "fired", incident: Incident | None = None, **fields: Any
) -> Notification:
    """A message decided at `NOON`, an all-clear 20 minutes later."""
    if incident is None:
        incident = over() if occasion == "resolved" else SURGE_INCIDENT
    at = incident.resolved_at or NOON
    made = Notification(
        id=f"{incident.id}-{occasion}",
        receiver="desk",
        occasion=occasion,
        incident=incident,
        at=at,
        not_before=at,
    )
    return replace(made, **fields)
