"""Scenarios: what a simulated floor is made of, read from YAML and checked field by field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from simulator.fields import DAY_MINUTES
from simulator.layering import OWN, layers_of, with_bases
from simulator.plans import HALF_HOUR_MINUTES, QueuePlan, Scenario, TeamPlan
from simulator.spanning import spanning_causes
from stream.contract.floorplan import FloorPlan
from stream.contract.yaml_lines import Layer, Place, YamlError, layered_text, parse_layers

Found = Iterator[tuple[Place, str]]


class ScenarioError(YamlError):
    """A scenario cannot be used. Operator: each line has file, line, field and what is allowed."""


def _spanning(scenario: Scenario) -> Found:
    """What is wrong between the parts of a scenario: names that nothing bears, empty weights."""
    if scenario.hours.opens >= scenario.hours.closes:
        yield ("hours", "closes"), "expected a time after `opens`"
    yield from _spanning_weights(scenario)
    for queue, plan in scenario.queues.items():
        yield from _spanning_queue(scenario, queue, plan)
    for team, members in scenario.teams.items():
        yield from _spanning_team(scenario, team, members)
    known = [name for name, plan in scenario.queues.items() if plan.channel == "callback"]
    if scenario.callbacks is not None and scenario.callbacks.queue not in known:
        yield ("callbacks", "queue"), _expected("queue of channel callback", known)
    yield from spanning_causes(scenario)


def _spanning_weights(scenario: Scenario) -> Found:
    for place, weights in _weights(scenario):
        if not sum(weights.values()):
            yield place, "expected at least one weight above 0"
    for profile, shares in scenario.profiles.items():
        if any(minute % HALF_HOUR_MINUTES for minute in shares):
            yield ("profiles", profile), "expected times on the half-hour"


def _weights(scenario: Scenario) -> Iterator[tuple[Place, Mapping[Any, float]]]:
    """Everything that is chosen from by weight."""
    yield ("week",), scenario.week
    yield ("segments",), scenario.segments
    yield ("journey_stages",), scenario.journey_stages
    for profile, shares in scenario.profiles.items():
        yield ("profiles", profile), shares
    for team, members in scenario.teams.items():
        yield ("teams", team, "shifts"), members.shifts
    for queue, plan in scenario.queues.items():
        yield ("queues", queue, "intents"), plan.intents
        yield ("queues", queue, "languages"), plan.languages
        if plan.transfers is not None:
            yield ("queues", queue, "transfers", "to"), plan.transfers.to


def _spanning_team(scenario: Scenario, team: str, plan: TeamPlan) -> Found:
    place = ("teams", team)
    for nth, queue in enumerate(plan.queues):
        if queue not in scenario.queues:
            yield (*place, "queues", nth), _expected("queue", scenario.queues)
    for queue in plan.also:
        if queue not in scenario.queues:
            yield (*place, "also", queue), _expected("queue", scenario.queues)
    if max(plan.shifts) + plan.shift_minutes > DAY_MINUTES:
        yield (*place, "shifts"), "expected shifts that end by midnight"


def _spanning_queue(scenario: Scenario, queue: str, plan: QueuePlan) -> Found:
    place = ("queues", queue)
    if plan.profile not in scenario.profiles:
        yield (*place, "profile"), _expected("profile", scenario.profiles)
    if plan.channel not in scenario.channels:
        yield (*place, "channel"), _expected("channel of `channels`", scenario.channels)
    if plan.callback is not None and scenario.callbacks is None:
        yield (*place, "callback"), "expected `callbacks` to say how promises are kept"
    if plan.channel == "callback" and scenario.callbacks is None:
        yield (*place, "channel"), "expected `callbacks` to say how promises are kept"
    alike = [
        name
        for name, other in scenario.queues.items()
        if name != queue and other.channel == plan.channel
    ]
    for target in plan.transfers.to if plan.transfers is not None else ():
        if target not in alike:
            what = f"other queue of channel {plan.channel}"
            yield (*place, "transfers", "to", target), _expected(what, alike)


def _expected(what: str, names: Iterable[str]) -> str:
    return f"unknown {what}, expected one of " + ", ".join(names)


def parse_scenario(text: str, where: str) -> Scenario:
    """Read the text of a scenario; `where` names it in errors. Raises `ScenarioError`."""
    with _scenario_errors():
        return _parsed(with_bases(Layer(text, where), None))


def load_scenario(name_or_path: str) -> Scenario:
    """A shipped scenario by its name, or one of your own by its path. Raises `ScenarioError`."""
    with _scenario_errors():
        return _parsed(layers_of(name_or_path))


def scenario_text(name_or_path: str) -> str:
    """The same as YAML, with all that it has from its bases. Raises `ScenarioError`."""
    with _scenario_errors():
        return layered_text(layers_of(name_or_path), Scenario, own=OWN, without=("base",))


def _parsed(layers: Sequence[Layer]) -> Scenario:
    return parse_layers(layers, Scenario, _spanning, own=OWN)


@contextmanager
def _scenario_errors() -> Iterator[None]:
    try:
        yield
    except YamlError as error:
        raise ScenarioError(str(error)) from None


def floor_plan_of(scenario: Scenario) -> FloorPlan:
    """How the scenario's floor is told: its time zone, and what its queues are called."""
    names = {queue: {"name": plan.name} for queue, plan in scenario.queues.items()}
    return FloorPlan.model_validate({"time_zone": scenario.time_zone, "queues": names})
