"""Floors as bare as theory has them: whatever is not asked for is nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from simulator.centre import Centre, new_run
from simulator.plans import Scenario
from simulator.world import Run
from stream.contract.events import (
    AgentStateChanged,
    ContactAnswered,
    ContactEnded,
    ContactQueued,
    Event,
)
from stream.contract.instants import MINUTE_US, SECOND_US, Instant, parse_instant

# A day of 24 hours in a zone without summer time.
MONDAY: Final = parse_instant("2026-03-02T00:00:00Z")
NOTHING: Final = {"mean_s": 0.0, "sigma": 0.0, "at_least_s": 0.0}
MANY: Final = 400
_ALL_DAY: Final = {f"{hour:02d}:{half}": 1 for hour in range(24) for half in ("00", "30")}
_NO_SURVEY: Final = {"asked": 0.0, "answered": 0.0, "delay": {"mean_s": 1.0}}


def law(mean_s: float, sigma: float | None = None) -> dict[str, Any]:
    """An exponential length, or a log-normal one where it has a sigma."""
    if sigma is None:
        return {"mean_s": mean_s, "law": "exponential", "at_least_s": 0.0}
    return {"mean_s": mean_s, "sigma": sigma, "at_least_s": 0.0}


def queue(per_minute: float, talk: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A queue to which so many contacts come a minute, day and night."""
    return {
        "name": "Queue",
        "channel": "voice",
        "per_day": per_minute * 24 * 60,
        "profile": "flat",
        "talk": talk,
        "wrap": NOTHING,
        "intents": {"any": 1},
        **more,
    }


def team(count: int, *queues: str) -> dict[str, Any]:
    """So many agents who are there day and night."""
    return {
        "name": "Team",
        "count": count,
        "shifts": {"00:00": 1},
        "shift_minutes": 1440,
        "queues": list(queues),
    }


def floor(queues: dict[str, Any], teams: dict[str, Any], **more: Any) -> Scenario:
    """A centre that never shuts: no ring, no wrap-up, nobody absent, all agents alike."""
    channels = {plan["channel"] for plan in queues.values()}
    written = {
        "name": "floor",
        "title": "A floor",
        "about": "A floor.",
        "time_zone": "UTC",
        "hours": {"opens": "00:00", "closes": 1440},
        "week": dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), 1.0),
        "profiles": {"flat": _ALL_DAY},
        "redial": 0.0,
        "segments": {"one": 1},
        "journey_stages": {"one": 1},
        "channels": {name: {"ring": NOTHING, "survey": _NO_SURVEY} for name in channels},
        "queues": queues,
        "people": {
            "speed_sigma": 0.0,
            "absent": 0.0,
            "hard_contacts": 0.0,
            "punctual": True,
            "thanked_by_peer": 0.0,
            "thanked_by_supervisor": 0.0,
        },
        "teams": teams,
        **more,
    }
    return Scenario.model_validate(written)


def run_of(scenario: Scenario, seed: int, minutes: float, start: Instant = MONDAY) -> Run:
    """A run of so many minutes, not begun."""
    return new_run(scenario, seed=seed, start=start, duration_us=round(minutes * MINUTE_US))


def events_of(run: Run) -> list[Event]:
    """Everything that happens in a run."""
    return list(Centre(run).events())


def roomy(events: dict[str, Any], *, per_minute: float = 20.0, **more: Any) -> Scenario:
    """Two queues that never wait, and what happens to them."""
    plans = {
        name: queue(
            per_minute,
            law(60.0, 0.8),
            languages={"en": 3, "es": 1},
            intents={"any": 1, "card": 1},
            **more,
        )
        for name in ("calls", "others")
    }
    people = {"people": {"speed_sigma": 0.0, "absent": 0.0, "punctual": True}}
    segments = {"segments": {"young": 1, "old": 1}}
    return floor(plans, {"all": team(MANY, "calls", "others")}, events=events, **people, **segments)


def queued(events: Iterable[Event]) -> list[ContactQueued]:
    """Who began to wait."""
    return [event for event in events if isinstance(event, ContactQueued)]


def between(events: Iterable[Event], first: float, last: float) -> list[Any]:
    """Those of the events from one minute to another."""
    begin, end = MONDAY + first * MINUTE_US, MONDAY + last * MINUTE_US
    return [event for event in events if begin <= event.time < end]


def talked(events: Iterable[Event]) -> dict[str, float]:
    """How long each contact was talked to, in seconds."""
    began: dict[str, int] = {}
    found = {}
    for event in events:
        if isinstance(event, ContactAnswered):
            began[event.subject] = event.time
        elif isinstance(event, ContactEnded):
            found[event.subject] = (event.time - began[event.subject]) / SECOND_US
    return found


def life_of(events: Iterable[Event], without: str) -> list[Any]:
    """What happened to contacts but for a wave's, and but for whom they talked to."""
    found = []
    for event in events:
        if event.subject.startswith("c-") and without not in event.subject:
            data = msgspec.to_builtins(getattr(event, "data", None))
            found.append((event.time, type(event), event.subject, {**data, "agent": None}))
    return found


def states(events: Iterable[Event], minute: float) -> Counter[str]:
    """How many agents are in each state at a minute."""
    known: dict[str, str] = {}
    for event in between(events, -1, minute):
        if isinstance(event, AgentStateChanged):
            known[event.subject] = event.data.state
    return Counter(known.values())


# A floor on which everything is on: priorities, transfers, chats, trunks, a surge, an outage.
_PLANS: Final[dict[str, Any]] = {
    "calls": queue(
        4.0,
        law(120.0, 0.8),
        wrap=law(30.0, 0.7),
        patience=1.0,
        trunks=30,
        transfers={"share": 0.1, "to": {"experts": 1}},
        overflow={"after_s": 120.0, "share": 0.3},
        repeat={"share": 0.3, "after_mean_s": 3600.0},
    ),
    "experts": queue(0.5, law(200.0, 0.8), priority=8, patience=2.0),
    "chat": queue(1.5, law(240.0, 0.6), channel="chat", concurrency={"chats": 3}, patience=1.0),
    "letters": queue(0.5, law(120.0, 0.6), channel="email", backlog={"contacts": 60}),
}
_EVENTS: Final[dict[str, Any]] = {
    "storm": {
        "kind": "surge",
        "queues": ["calls"],
        "at": "03:00",
        "times": 5,
        "shape": {"kind": "outage"},
    },
    "line": {"kind": "drop", "at": "08:00", "minutes": 20.0, "share": 0.2},
    "flu": {"kind": "absence", "team": "all", "at": "12:00", "minutes": 120.0, "share": 0.5},
}


def everything(more: dict[str, Any] | None = None) -> Scenario:
    """A floor on which everything is on, and on which this happens besides."""
    teams = {"all": team(14, "calls", "experts", "letters"), "web": team(3, "chat")}
    events = {**_EVENTS, **(more or {})}
    asked = {"asked": 0.8, "answered": 0.4, "delay": {"mean_s": 300.0}}
    ring = {"mean_s": 4.0, "sigma": 0.3}
    names = dict.fromkeys(plan["channel"] for plan in _PLANS.values())
    channels = {
        name: {"ring": ring, "survey": asked, "no_answer": 0.02, "rejected": 0.01} for name in names
    }
    return floor(_PLANS, teams, events=events, channels=channels, redial=0.3)


EVERYTHING: Final = everything()
