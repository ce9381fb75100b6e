"""What is wrong between a scenario's causes and the rest of it: names that nothing bears."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from simulator.causes import Absence, Where
from simulator.plans import WAITING_CHANNELS, Scenario
from stream.contract.yaml_lines import Place

Found = Iterator[tuple[Place, str]]


def unknown(what: str, names: Iterable[str]) -> str:
    """How a name that nothing bears is told, with those that something does."""
    return f"unknown {what}, expected one of " + ", ".join(names)


def spanning_causes(scenario: Scenario) -> Found:
    """Each fault of the events and of what queues have on top, with its place."""
    for name, event in scenario.events.items():
        place = ("events", name)
        if isinstance(event, Absence):
            yield from _spanning_absence(scenario, place, event)
        else:
            yield from _spanning_where(scenario, place, event)
    for queue, plan in scenario.queues.items():
        if plan.concurrency is not None and plan.channel != "chat":
            yield ("queues", queue, "concurrency"), "expected on a queue of channel chat only"
        if plan.backlog is not None and plan.channel not in WAITING_CHANNELS:
            allowed = ", ".join(sorted(WAITING_CHANNELS))
            yield ("queues", queue, "backlog"), f"expected on a queue of channel {allowed}"


def _spanning_absence(scenario: Scenario, place: Place, event: Absence) -> Found:
    if event.team not in scenario.teams:
        yield (*place, "team"), unknown("team", scenario.teams)
    if (event.share is None) == (event.agents is None):
        yield place, "expected one of share, agents"


def _spanning_where(scenario: Scenario, place: Place, event: Where) -> Found:
    plans = scenario.queues.values()
    known: dict[str, Iterable[str]] = {
        "queues": scenario.queues,
        "channels": dict.fromkeys(plan.channel for plan in plans),
        "languages": dict.fromkeys(language for plan in plans for language in plan.languages),
        "segments": scenario.segments,
        "intents": dict.fromkeys(intent for plan in plans for intent in plan.intents),
    }
    for field, names in known.items():
        for nth, name in enumerate(getattr(event, field, ())):
            if name not in names:
                yield (*place, field, nth), unknown(field.removesuffix("s"), names)
