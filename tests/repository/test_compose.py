"""docker-compose.yml starts what there is, restrained and watched, over a log that can hold it."""

from __future__ import annotations

import copy
import re
import tomllib
from collections.abc import Callable, Mapping
from typing import Any, Final

import pytest

import floorwatch
from tests.repository import compose
from tests.repository.compose import Services
from tests.repository.sources import ROOT

_OPTION: Final = re.compile(r"--[a-z][a-z-]*")
_PINNED: Final = re.compile(r"[a-z/]+:\d+\.\d+\.\d+")
_LIMITS: Final = ("cpus", "mem_limit", "pids_limit")

CASES: Final = [
    pytest.param({}, id="as it is"),
    pytest.param(compose.variables(compose.THREE_BROKERS), id="three brokers"),
]


# --- restrained and watched -------------------------------------------------------------------


def lacking(services: Services) -> list[str]:
    """What services lack that each must have."""
    return sorted(
        f"{name}: {what}" for name, one in services.items() for what in _lacking(services, name)
    )


def _lacking(services: Services, name: str) -> list[str]:
    one = services[name]
    ends = _is_waited_for(services, name)
    found = [limit for limit in _LIMITS if limit not in one]
    found += ["image"] * (not _PINNED.fullmatch(one["image"]))
    found += ["restart"] * (one.get("restart") != ("no" if ends else "unless-stopped"))
    found += ["healthcheck"] * (not ends and not compose.check(one))
    found += ["read_only"] * (one.get("read_only") is not True)
    found += ["cap_drop"] * (one.get("cap_drop") != ["ALL"])
    found += ["security_opt"] * ("no-new-privileges:true" not in one.get("security_opt", ()))
    # With a name of its own there could be one of it alone.
    return found + ["container_name"] * ("container_name" in one)


def _is_waited_for(services: Services, name: str) -> bool:
    """Whether others start once it has ended."""
    waited = [one.get("depends_on", {}).get(name, {}) for one in services.values()]
    return any(wait.get("condition") == "service_completed_successfully" for wait in waited)


def test_every_service_is_restrained_and_watched() -> None:
    """Limits, a pinned image, a restart, a health check, and no right that it does not need."""
    assert lacking(compose.everything()) == []


@pytest.mark.parametrize(
    ("service", "change", "found"),
    [
        pytest.param("stream", {"image": "floorwatch"}, "stream: image", id="no version"),
        pytest.param("kafka", {"image": "apache/kafka:latest"}, "kafka: image", id="latest"),
        pytest.param("kafka", {"image": "apache/kafka:4"}, "kafka: image", id="half a version"),
        pytest.param("kafka-2", {"healthcheck": {}}, "kafka-2: healthcheck", id="not watched"),
        pytest.param("dashboard", {"restart": "no"}, "dashboard: restart", id="not restarted"),
        pytest.param("topics", {"restart": "always"}, "topics: restart", id="made for ever"),
        pytest.param("simulator", {"cap_drop": []}, "simulator: cap_drop", id="rights"),
        pytest.param("kafka-3", {"read_only": False}, "kafka-3: read_only", id="writable"),
        pytest.param(
            "stream", {"container_name": "one"}, "stream: container_name", id="cannot be scaled"
        ),
    ],
)
def test_a_planted_lack_is_found(service: str, change: dict[str, Any], found: str) -> None:
    """And that alone."""
    services = {name: dict(one) for name, one in compose.everything().items()}
    services[service] |= change

    assert lacking(services) == [found]


@pytest.mark.parametrize("limit", _LIMITS)
def test_a_planted_service_without_a_limit_is_found(limit: str) -> None:
    """Of processor, memory or processes."""
    services = copy.deepcopy(dict(compose.everything()))
    services["dashboard"] = {k: v for k, v in services["dashboard"].items() if k != limit}

    assert lacking(services) == [f"dashboard: {limit}"]


# --- what it starts ---------------------------------------------------------------------------


def unknown(services: Services, options_of: Callable[[str], set[str]]) -> list[str]:
    """Commands of `floorwatch` that there are not, and options that they do not have."""
    found = []
    for name, one in services.items():
        if name in compose.brokers(services):
            continue
        said = compose.command(one)
        called = " ".join(said[: 2 if said[:1] == ["topics"] else 1])
        options = options_of(called)
        wanted = [part for part in said if _OPTION.fullmatch(part)]
        found += [called] if not options else []
        found += [f"{called} {part}" for part in wanted if part not in options]
    return found


@pytest.fixture
def options_of(capsys: pytest.CaptureFixture[str]) -> Callable[[str], set[str]]:
    """The options of a command as its help tells them; none where there is no such command."""

    def options(command: str) -> set[str]:
        ended = floorwatch.main([*command.split(), "--help"])
        text = capsys.readouterr().out
        return set(_OPTION.findall(text)) if ended == 0 else set()

    return options


def test_every_command_exists(options_of: Callable[[str], set[str]]) -> None:
    """With its options."""
    services = compose.everything()

    assert unknown(services, options_of) == []
    commands = {compose.command(one)[0] for name, one in services.items() if "kafka" not in name}
    assert commands == {"topics", "stream", "dashboard", "simulate"}


@pytest.mark.parametrize(
    ("command", "found"),
    [
        pytest.param(["steam", "--log", "x"], ["steam", "steam --log"], id="no such command"),
        pytest.param(["topics", "make"], ["topics make"], id="no such one of a group"),
        pytest.param(["stream", "--prot", "1"], ["stream --prot"], id="no such option"),
    ],
)
def test_a_planted_command_is_found(
    command: list[str], found: list[str], options_of: Callable[[str], set[str]]
) -> None:
    """Misspelt."""
    service = {"image": "floorwatch:0.1.0", "command": command}

    assert unknown({"stream": service}, options_of) == found


def test_versions_are_those_that_are_built_and_tested() -> None:
    """Our image has the product's version, Kafka that of the tests against a real one."""
    product = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pom = (ROOT / "tests/kafka/pom.xml").read_text(encoding="utf-8")
    (kafka,) = re.findall(r"<artifactId>kafka_2\.13</artifactId>\s*<version>(.+?)</version>", pom)
    services = compose.everything()
    ours = {one["image"] for name, one in services.items() if "kafka" not in name}

    assert ours == {f"floorwatch:{product['version']}"}
    assert {one["image"] for one in compose.brokers(services).values()} == {f"apache/kafka:{kafka}"}
    assert len(compose.brokers(services)) == 3


def test_health_checks_ask_where_services_answer() -> None:
    """The ports that the commands open, and addresses that the manual tells."""
    services = compose.services({})
    stream, dashboard, simulator = (services[n] for n in ("stream", "dashboard", "simulator"))
    page = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    wall = compose.option(dashboard, "--port")
    meters = compose.option(stream, "--metrics-port")
    asked = {
        name: re.findall(r"http://([\w.]+):(\d+)(/[\w/]+)", compose.check(one))
        for name, one in services.items()
    }

    assert asked["stream"] == [("127.0.0.1", meters, "/readyz")]
    assert asked["dashboard"] == [("127.0.0.1", wall, "/readyz")]
    assert asked["simulator"] == [("dashboard", wall, "/api/v1/health")]
    assert dashboard["ports"] == [f"127.0.0.1:{wall}:{wall}"]
    assert all(f"`{path}`" in page for _, _, path in (asked["stream"][0], asked["simulator"][0]))
    assert f"127.0.0.1:{wall}" in page
    assert f"--metrics-port {meters}" in page
    # Nobody but the dashboard is seen from outside.
    assert [name for name, one in compose.everything().items() if "ports" in one] == ["dashboard"]
    assert compose.command(simulator)[0] == "simulate"


# --- the log ----------------------------------------------------------------------------------


def faults_of_the_log(services: Services) -> list[str]:
    """In what services and brokers do not fit together, or would not outlive one broker."""
    brokers = compose.brokers(services)
    settings = {name: one["environment"] for name, one in brokers.items()}
    urls = {compose.option(one, "--log") for name, one in services.items() if name not in settings}
    servers, _, query = next(iter(urls)).removeprefix("kafka://").partition("?")
    advertised = [one["KAFKA_ADVERTISED_LISTENERS"] for one in settings.values()]
    voters = ",".join(f"{one['KAFKA_NODE_ID']}@{name}:9093" for name, one in settings.items())
    copies = {
        int(one[f"KAFKA_{which}_REPLICATION_FACTOR"])
        for one in settings.values()
        for which in ("OFFSETS_TOPIC", "TRANSACTION_STATE_LOG")
    }
    needed = {
        int(one[which])
        for one in settings.values()
        for which in ("KAFKA_MIN_INSYNC_REPLICAS", "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR")
    }
    may_be_lost = 1 if len(brokers) > 1 else 0
    true = {
        "one log": len(urls) == 1,
        "brokers": [f"PLAINTEXT://{server}" for server in servers.split(",")] == advertised,
        "replication": query == (f"replication={len(brokers)}" if may_be_lost else ""),
        "voters": {one["KAFKA_CONTROLLER_QUORUM_VOTERS"] for one in settings.values()} == {voters},
        "numbers": len({one["KAFKA_NODE_ID"] for one in settings.values()}) == len(brokers),
        "cluster": len({one["CLUSTER_ID"] for one in settings.values()}) == 1,
        "volumes": len({str(one["volumes"]) for one in brokers.values()}) == len(brokers),
        "copies": copies == {len(brokers)},
        "in sync": needed == {len(brokers) - may_be_lost},
    }
    return [what for what, holds in true.items() if not holds]


@pytest.mark.parametrize("environment", CASES)
def test_the_log_is_where_services_look_for_it(environment: Mapping[str, str]) -> None:
    """Every broker is in the address and in the quorum, and one of three may be lost."""
    assert faults_of_the_log(compose.services(environment)) == []


def test_services_wait_for_the_topics_and_these_for_every_broker() -> None:
    """Else three copies would be asked of the first broker that is there."""
    services = compose.everything()
    waits = {name: one.get("depends_on", {}) for name, one in services.items()}

    assert {name: one["condition"] for name, one in waits["topics"].items()} == dict.fromkeys(
        compose.brokers(services), "service_healthy"
    )
    assert [one.get("required", True) for one in waits["topics"].values()] == [True, False, False]
    for name in ("stream", "dashboard", "simulator"):
        assert waits[name] == {"topics": {"condition": "service_completed_successfully"}}


def test_every_variable_of_the_environment_file_is_used() -> None:
    """By the services, or by Compose itself."""
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    used = set(re.findall(r"\$\{(\w+):-", text)) | {"COMPOSE_PROFILES", "COMPOSE_PROJECT_NAME"}
    profiles = {name for one in compose.everything().values() for name in one.get("profiles", ())}
    said = compose.variables(compose.THREE_BROKERS)

    assert said.keys() - used == set()
    assert {said["COMPOSE_PROFILES"]} == profiles
    assert f"--env-file {compose.THREE_BROKERS}" in text


@pytest.mark.parametrize(
    ("change", "found"),
    [
        pytest.param({"FLOORWATCH_LOG": "kafka://kafka:9092?replication=3"}, ["brokers"], id="log"),
        pytest.param({"FLOORWATCH_VOTERS": "1@kafka:9093"}, ["voters"], id="voters"),
        pytest.param({"FLOORWATCH_REPLICAS": "1"}, ["copies"], id="one copy"),
        pytest.param({"FLOORWATCH_IN_SYNC": "3"}, ["in sync"], id="none may be lost"),
        pytest.param(
            {"COMPOSE_PROFILES": ""},
            ["brokers", "replication", "voters", "copies", "in sync"],
            id="one broker alone",
        ),
    ],
)
def test_a_planted_misfit_is_found(change: dict[str, str], found: list[str]) -> None:
    """In the environment of three brokers."""
    environment = compose.variables(compose.THREE_BROKERS) | change

    assert faults_of_the_log(compose.services(environment)) == found
