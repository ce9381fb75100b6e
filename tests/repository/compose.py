"""docker-compose.yml as Compose reads it: variables filled in, services of other profiles left out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import yaml

from tests.repository.sources import ROOT

THREE_BROKERS: Final = "compose.three-brokers.env"
_VARIABLE: Final = re.compile(r"\$\{(\w+):-([^}]*)\}")

Services = Mapping[str, Mapping[str, Any]]


def variables(path: str) -> dict[str, str]:
    """What an environment file sets."""
    lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
    pairs = [line.partition("=") for line in lines if line and not line.startswith("#")]
    return {name: value for name, _, value in pairs}


def everything() -> Services:
    """All services, those of profiles too, with the file's own defaults."""
    return _read({})


def services(environment: Mapping[str, str]) -> Services:
    """The services that start in such an environment."""
    profiles = set(environment.get("COMPOSE_PROFILES", "").split(","))
    return {
        name: service
        for name, service in _read(environment).items()
        if not service.get("profiles") or profiles & set(service["profiles"])
    }


def brokers(composed: Services) -> Services:
    """Those services that are Apache Kafka."""
    return {name: one for name, one in composed.items() if one["image"].startswith("apache/kafka:")}


def command(service: Mapping[str, Any]) -> list[str]:
    """The arguments that the image's entry point gets."""
    return [str(part) for part in service.get("command", ())]


def option(service: Mapping[str, Any], name: str) -> str:
    """What a service's command says for an option."""
    said = command(service)
    return said[said.index(name) + 1]


def check(service: Mapping[str, Any]) -> str:
    """A service's health check as one text."""
    return " ".join(service.get("healthcheck", {}).get("test", ()))


def _read(environment: Mapping[str, str]) -> Services:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    read = yaml.safe_load(text)["services"]
    return {name: _filled(service, environment) for name, service in read.items()}


def _filled(part: Any, environment: Mapping[str, str]) -> Any:
    if isinstance(part, str):
        filled = _VARIABLE.sub(lambda found: environment.get(found[1]) or found[2], part)
        assert "$" not in filled, f"not the one form of a variable that is used here: {part}"
        return filled
    if isinstance(part, Mapping):
        return {name: _filled(one, environment) for name, one in part.items()}
    if isinstance(part, list):
        return [_filled(one, environment) for one in part]
    return part
