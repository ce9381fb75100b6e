"""Reads `alerts.yaml` into the rules in force; every error says file, line, field and what is
allowed."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from stream.alerts.receivers import Receivers, problems_of
from stream.alerts.rules import RULES_MAX, Name, Rule
from stream.contract.alerts import SHIPPED, RulesInForce
from stream.contract.yaml_lines import Place, YamlError, parse_yaml

DEFAULT: Final = "default_alerts.yaml"
# What a text is called that comes from no file.
NAMED: Final = "alerts.yaml"
RECEIVERS_STAY: Final = "receivers: only a file's are taken"
# An empty file is more often a slip than a wish to hear of nothing.
NO_RULES: Final = "rules: expected one rule at least; a worker with --no-alerts judges none"


class RuleSet(BaseModel):
    """All of an `alerts.yaml`: its rules, and whom they tell, by name."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    rules: Annotated[dict[Name, Rule], Field(max_length=RULES_MAX)] = {}
    receivers: Receivers = {}


def parse_rules(text: str, where: str) -> RuleSet:
    """Read the text of an `alerts.yaml`; `where` names it in errors. Raises `YamlError`."""
    return parse_yaml(text, where, RuleSet, problems_between)


def problems_of_rules(text: str) -> list[str]:
    """What is wrong with the text of an `alerts.yaml`, a line each; none where it is right."""
    try:
        made = parse_rules(text, NAMED)
    except YamlError as error:
        return str(error).splitlines()
    return [] if made.rules else [f"{NAMED}:1: {NO_RULES}"]


def problems_of_change(text: str, in_force: str | None) -> list[str]:
    """What is wrong with rules that people would put in the place of those in force, a line each:
    the receivers must be the same, since only who runs the service says where it connects to."""
    try:
        made = parse_rules(text, NAMED)
        # An evaluator compares them with its own, whatever is known of these here.
        before = made if in_force is None else parse_rules(in_force, NAMED)
    except YamlError:
        return problems_of_rules(text)
    if made.receivers != before.receivers:
        return [RECEIVERS_STAY]
    return problems_of_rules(text)


def default_text() -> str:
    """The rules that ship, as text: each with the reason for its numbers."""
    return resources.files("stream.alerts").joinpath(DEFAULT).read_text(encoding="utf-8")


def default_rules() -> RuleSet:
    """The rules that ship."""
    return parse_rules(default_text(), DEFAULT)


def problems_between(made: RuleSet) -> Iterator[tuple[Place, str]]:
    """What is wrong between the rules: names that nothing bears."""
    for name, rule in made.rules.items():
        for nth, other in enumerate(rule.agrees):
            if other == name or other not in made.rules:
                yield ("rules", name, "agrees", nth), "expected the name of another rule"
        for nth, receiver in enumerate(rule.notify or []):
            if receiver not in made.receivers:
                yield ("rules", name, "notify", nth), "expected the name of a receiver"
    for place, message in problems_of(made.receivers):
        yield ("receivers", *place), message


def stays_in_force(rules: RulesInForce, digest: str | None) -> bool:
    """Whether the rules stay, here where a file with that digest was given, or none (None).

    What people set stays until another file is given; a worker that was given none leaves others'
    file alone, and puts newer rules that ship in the place of older ones.
    """
    if digest is not None or rules.file_digest is not None:
        return digest is None or digest == rules.file_digest
    return rules.by != SHIPPED or rules.text == default_text()
