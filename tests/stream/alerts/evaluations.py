"""Evaluators on a log of records that may be killed at any moment, for tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Final, Literal

import msgspec
from msgspec import Struct

from stream.alerts.evaluator import Evaluator
from stream.alerts.readings import Readings
from stream.alerts.rule_file import RuleSet, parse_rules
from stream.contract import alerts as al
from stream.contract.alerts import AlertsHead, Decisive, Incident, Notification
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import HOUR_US

PLAN: Final = FloorPlan()
# The wall clock is ahead of the floor's by so much.
AHEAD_US: Final = 5 * HOUR_US

# Killed before what a step decided was written, with the step done again by who comes next; after
# it was written; or before it, and the next to judge the floor does so at the next step only.
Kill = Literal["before", "after", "late"]


class Step(Struct, frozen=True):
    """What an evaluator is given at an instant."""

    readings: Readings
    actions: Sequence[Decisive] = ()


class Evaluation:
    """The evaluator of the moment, and what the log holds by now: `records` by key, and every
    notification in the order in which it was written first."""

    def __init__(self, rules: str) -> None:
        self._rules = rules
        self.records: dict[str, bytes] = {}
        self.notifications: list[Notification] = []
        self._unheard: list[Decisive] = []
        self.evaluator = self._restored()

    def __call__(self, step: Step, kill: Kill | None = None) -> None:
        """Take one step, and die of it where a kill is asked for."""
        actions = [*self._unheard, *step.actions]
        wall = step.readings.as_of + AHEAD_US
        produced = self.evaluator.step(step.readings, actions, wall)
        if kill in ("before", "late"):
            self.evaluator = self._restored()
        if kill == "late":
            # The position of what people did was not moved on either.
            self._unheard = actions
            return
        if kill == "before":
            produced = self.evaluator.step(step.readings, actions, wall)
        self._unheard = []
        self._write(produced, step.readings.as_of)
        if kill == "after":
            self.evaluator = self._restored()

    def _write(self, produced: Mapping[str, bytes | None], as_of: int) -> None:
        head = AlertsHead(as_of, as_of, "e", 0, 0)
        for key, value in [*produced.items(), (al.HEAD_KEY, al.encode_told(head))]:
            if value is None:
                self.records.pop(key, None)
                continue
            if key.startswith("notification/"):
                assert key not in self.records, f"{key} was told twice"
                self.notifications.append(msgspec.msgpack.decode(value, type=Notification))
            self.records[key] = value

    def _restored(self) -> Evaluator:
        """Another one, by what the log holds. A compacted log may hold it in any order."""
        records = dict(sorted(self.records.items(), key=lambda pair: pair[0][::-1]))
        kept = records.get(al.RULES_KEY)
        text = (
            self._rules if kept is None else msgspec.msgpack.decode(kept, type=al.RulesInForce).text
        )
        return Evaluator(PLAN, _rules(text), records)


def incidents(records: Mapping[str, bytes]) -> list[Incident]:
    """All that the log holds, oldest first."""
    found = (al.decode_told(key, value) for key, value in records.items())
    known = [each for each in found if isinstance(each, Incident)]
    return sorted(known, key=lambda each: (each.opened_at, each.id))


def still_open(records: Mapping[str, bytes]) -> set[tuple[str, str | None]]:
    """Rule and name of everything that an alert is open for, by the log."""
    return {
        (alert.rule, alert.target.name)
        for incident in incidents(records)
        for alert in incident.alerts
        if alert.state in al.OPEN_STATES
    }


@cache
def _rules(text: str) -> RuleSet:
    return parse_rules(text, "alerts.yaml")


def run(
    rules: str, steps: Iterable[Step], kills: Mapping[int, Kill] = MappingProxyType({})
) -> Evaluation:
    """An evaluation of all the steps, killed at some of them by number."""
    evaluation = Evaluation(rules)
    for nth, step in enumerate(steps):
        evaluation(step, kills.get(nth))
    return evaluation
