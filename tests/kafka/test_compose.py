"""docker-compose.yml on a real Kafka: its brokers' settings, its commands and its health checks, as
processes of this machine. What the image does with the environment is done by the image's own
program, which is part of Kafka; hosts become loopback, ports free ones, volumes temporary."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient

from stream.contract.instants import parse_instant
from stream.logs.topics import topics
from tests.clock import now_us
from tests.kafka import broker as brokers
from tests.kafka import java
from tests.kafka.broker import Node
from tests.kafka.conftest import _without_broker
from tests.repository import compose

pytestmark = pytest.mark.kafka

WELL_WITHIN_S: Final = 60.0
ENDS_WITHIN_S: Final = 20.0
DATA: Final = "/var/lib/kafka/data"
# A host's name or none, and a port.
_PLACE: Final = re.compile(r"(?:(?<![\w.-])([a-z][a-z0-9-]*|127\.0\.0\.1)|(?<=/)):(\d{4,5})(?!\d)")
# What the image's program adds its settings of logging to.
_LOGGING: Final = """
Configuration:
  Properties: {Property: []}
  Loggers: {Root: {level: INFO}, Logger: []}
"""


class ComposedBroker(Node):
    """A broker set up from nothing but the environment that its service has."""

    def __init__(self, directory: Path, environment: Mapping[str, str]) -> None:
        self.directory = directory
        self._process = None
        self.listeners = {
            name: int(port)
            for name, port in re.findall(r"(\w+)://[\w.]*:(\d+)", environment["KAFKA_LISTENERS"])
        }
        self._configuration = directory / "final" / "server.properties"
        for part in ("default", "mounted", "final"):
            (directory / part).mkdir(parents=True)
        for name in ("log4j2.yaml", "tools-log4j2.yaml"):
            (directory / "default" / name).write_text(_LOGGING)
        self._set_up(environment)

    @property
    def port(self) -> int:
        """Where services ask."""
        return self.listeners["PLAINTEXT"]

    def _set_up(self, environment: Mapping[str, str]) -> None:
        """Write the settings and format the data directory, as the image does when it starts."""
        what = ["kafka.docker.KafkaDockerWrapper", "setup"]
        for part in ("default", "mounted", "final"):
            what += [f"--{part}-configs-dir", str(self.directory / part)]
        own = {name: value for name, value in environment.items() if name != "EXTRA_ARGS"}
        done = subprocess.run(
            java.command("128m", *what),
            env={"PATH": os.environ["PATH"], **own},
            capture_output=True,
            text=True,
            check=False,
            timeout=WELL_WITHIN_S,
        )
        assert done.returncode == 0, done.stdout + done.stderr


class Composed:
    """The services of docker-compose.yml as processes, on ports of their own."""

    def __init__(self, environment: Mapping[str, str], directory: Path) -> None:
        self.services = compose.services(environment)
        self._directory = directory
        self._ports: dict[tuple[str, str], int] = {}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self.brokers = {
            name: ComposedBroker(directory / name, self._environment(name))
            for name in compose.brokers(self.services)
        }

    def port(self, service: str, port: str) -> int:
        """The free port that stands for one of a service."""
        if (service, port) not in self._ports:
            self._ports[service, port] = brokers._free_port()
        return self._ports[service, port]

    def start_brokers(self) -> None:
        """Start all, and wait until they answer."""
        for one in self.brokers.values():
            one.launch()
        for one in self.brokers.values():
            one.wait()

    def run(self, service: str) -> subprocess.CompletedProcess[str]:
        """Run a service's command to its end."""
        command = self._command(service)
        return subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=WELL_WITHIN_S
        )

    def start(self, service: str) -> None:
        """Start a service's command."""
        with (self._directory / f"{service}.log").open("ab") as said:
            self._processes[service] = subprocess.Popen(
                self._command(service), stdout=said, stderr=said, stdin=subprocess.DEVNULL
            )

    def well(self, service: str) -> bool:
        """What the service's own health check says."""
        how, _python, *rest = self.services[service]["healthcheck"]["test"]
        assert how == "CMD"
        command = [sys.executable, *(self._here(part, service) for part in rest)]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=WELL_WITHIN_S
        )
        (self._directory / f"{service}-check.log").write_text(done.stderr)
        return done.returncode == 0

    def freshness(self) -> Any:
        """What the dashboard knows of the truth of what it shows."""
        port = self.port("dashboard", compose.option(self.services["dashboard"], "--port"))
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/health", timeout=5) as answer:
            return json.load(answer)["freshness"]

    def wait(self, true: Callable[[], bool]) -> None:
        """Wait until it is true."""
        give_up, pause = time.monotonic() + WELL_WITHIN_S, threading.Event()
        while not true():
            assert time.monotonic() < give_up, self._said()
            pause.wait(0.2)

    def wait_well(self, *names: str) -> None:
        """Wait until the health checks of these services pass."""
        for name in names:
            self.wait(lambda name=name: self.well(name))  # type: ignore[misc]

    def admin(self) -> KafkaAdminClient:
        """Asks the brokers that are up."""
        up = [one.address for one in self.brokers.values() if one.is_up]
        return KafkaAdminClient(bootstrap_servers=up)

    def stop(self) -> None:
        """End all processes."""
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            process.wait(ENDS_WITHIN_S)
        for one in self.brokers.values():
            one.kill()

    def _environment(self, service: str) -> dict[str, str]:
        said = self.services[service]["environment"]
        given = {name: self._here(str(value), service) for name, value in said.items()}
        assert given["KAFKA_LOG_DIRS"] == DATA
        given["KAFKA_LOG_DIRS"] = str(self._directory / service / "data")
        return given

    def _command(self, service: str) -> list[str]:
        said = [self._here(part, service) for part in compose.command(self.services[service])]
        for place, part in enumerate(said):
            if part in {"--port", "--metrics-port"}:
                said[place + 1] = str(self.port(service, said[place + 1]))
        return [
            sys.executable,
            "-m",
            "floorwatch",
            *(p.replace("0.0.0.0", "127.0.0.1") for p in said),
        ]

    def _here(self, text: str, service: str) -> str:
        """A text of the service with all places on this machine."""

        def place(found: re.Match[str]) -> str:
            host = found[1] if found[1] in self.services else service
            return f"127.0.0.1:{self.port(host, found[2])}"

        return _PLACE.sub(place, text)

    def _said(self) -> str:
        logs = {path.stem: path.read_text()[-2000:] for path in self._directory.glob("*.log")}
        return "\n".join(f"{name}: {said}" for name, said in logs.items())


@pytest.fixture
def composed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Composed]:
    """All brokers of an environment, started."""
    try:
        made = Composed(request.param, tmp_path)
        try:
            made.start_brokers()
            yield made
        finally:
            made.stop()
    except java.NoBroker as error:
        _without_broker(str(error))


@pytest.mark.parametrize("composed", [{}], indirect=True, ids=["as it is"])
def test_all_of_it_becomes_well_on_one_broker(composed: Composed) -> None:
    """By the commands and the health checks that stand there, in the order that stands there."""
    made = composed.run("topics")
    again = composed.run("topics")
    for name in ("stream", "dashboard", "simulator"):
        composed.start(name)
    composed.wait_well("stream", "dashboard", "simulator")

    assert (made.returncode, made.stderr) == (0, "")
    assert again.returncode == 0
    assert [line.split()[-1] for line in made.stdout.splitlines()[1:]] == ["created"] * 8
    assert composed.freshness()["partitions"] == int(
        compose.option(composed.services["topics"], "--partitions")
    )


@pytest.mark.timeout(240)
@pytest.mark.parametrize(
    "composed",
    [compose.variables(compose.THREE_BROKERS)],
    indirect=True,
    ids=["three brokers"],
)
def test_three_brokers_outlive_the_loss_of_any_one(composed: Composed) -> None:
    """They are one quorum, and have every record thrice, the group's positions and the
    transactions as well. With one of them killed, events still come through to the wall; the
    broker that leads the quorum is the one that is killed."""
    made = composed.run("topics")
    for name in ("stream", "dashboard", "simulator"):
        composed.start(name)
    composed.wait_well("stream", "dashboard", "simulator")
    admin = composed.admin()
    copies = {
        topic["name"]: {len(part["replica_nodes"]) for part in topic["partitions"]}
        for topic in admin.describe_topics()
    }
    in_sync = _in_sync(admin, list(copies))
    leader = admin.describe_metadata_quorum()["topics"][0]["partitions"][0]
    admin.close()
    killed = list(composed.brokers.values())[leader["leader_id"] - 1]
    killed.kill()
    killed_at = now_us()
    composed.wait(lambda: _newest(composed) > killed_at)
    composed.wait_well("stream", "dashboard", "simulator")

    assert (made.returncode, made.stderr) == (0, "")
    assert {one["replica_id"] for one in leader["current_voters"]} == {1, 2, 3}
    theirs = {"__consumer_offsets", "__transaction_state"}
    assert copies == {name: {3} for name in {topic.name for topic in topics()} | theirs}
    assert in_sync == dict.fromkeys(copies, "2")


def _in_sync(admin: KafkaAdminClient, names: list[str]) -> dict[str, str]:
    """How many brokers must have a record of each topic before it counts as written."""
    asked = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    told = admin.describe_configs(asked, config_filter="all")["topic"]
    return {name: told[name]["min.insync.replicas"]["value"] for name in names}


def _newest(composed: Composed) -> int:
    """The moment up to which the wall knows all."""
    told = composed.freshness()["known_until"]
    return parse_instant(told)
