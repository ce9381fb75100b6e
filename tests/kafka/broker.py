"""Real Apache Kafka for the tests: processes on loopback, gone with the session.

Maven fetches what `pom.xml` beside this file names, once, and Java 17 runs it in KRaft mode with
all its data in a temporary directory. A `Broker` is one process that also takes passwords and
TLS; a `Cluster` is several, each of which can be ended and started again alone.
`FLOORWATCH_TEST_KAFKA=host:port` names a broker that is there already, which is then used instead
of the one broker and left as it is.
"""

from __future__ import annotations

import itertools
import os
import socket
import subprocess
import threading
import time
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from kafka import errors
from kafka.admin import KafkaAdminClient

from tests.kafka import java
from tests.kafka.java import NoBroker

__all__ = ["PASSWORDS", "Broker", "Cluster", "NoBroker", "Node"]

ANSWERS_WITHIN_S: Final = 60.0
ENDS_WITHIN_S: Final = 10.0
HEAP: Final = "512m"
# With several of them on one small machine.
SMALL_HEAP: Final = "256m"

# Who may log in on the listeners with a password: PASSWORDS[user].
PASSWORDS: Final = {
    name: f"{name}-secret" for name in ("ann", "visitor", "worker", "dashboard", "sender")
}
STORE_PASSWORD: Final = "store-secret"
SCRAM: Final = ("SCRAM-SHA-256", "SCRAM-SHA-512")

# Quick to hand partitions over, and quick to end what was abandoned.
QUICK: Final = {
    "group.initial.rebalance.delay.ms": "0",
    "group.min.session.timeout.ms": "500",
    "transaction.abort.timed.out.transaction.cleanup.interval.ms": "500",
    "offsets.topic.num.partitions": "4",
    "transaction.state.log.num.partitions": "4",
    "log.cleaner.dedupe.buffer.size": str(16 * 1024 * 1024),
}

# Where brokers go away, the client leaves sockets that did not connect to Python's collector.
SOCKETS_LEFT: Final = "ignore:unclosed <socket:ResourceWarning"


class Node:
    """One process, broker and controller in one: it is ended and started again with the same data
    and ports. `quorum` has the port of every node's controller, by the node's number."""

    heap = SMALL_HEAP

    def __init__(
        self, directory: Path, number: int, quorum: Mapping[int, int], further: Mapping[str, str]
    ) -> None:
        self.directory = directory
        self.number = number
        self.listeners = self._listeners()
        self._quorum = quorum
        self._process: subprocess.Popen[bytes] | None = None
        directory.mkdir(parents=True, exist_ok=True)
        self._configuration = directory / "server.properties"
        settings = {**self._basics(), **QUICK, **further}
        self._configuration.write_text(
            "".join(f"{name}={value}\n" for name, value in settings.items())
        )

    @property
    def port(self) -> int:
        """The port of the listener where anybody may do anything."""
        return self.listeners["OPEN"]

    @property
    def address(self) -> str:
        """Where anybody may do anything."""
        return f"127.0.0.1:{self.port}"

    @property
    def is_up(self) -> bool:
        """Whether the process was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    def format(self, cluster: str, *further: str) -> None:
        """Make the node's directory part of a cluster; once, before the first start."""
        arguments = ["format", "-t", cluster, "-c", str(self._configuration), *further]
        java.call(java.command("128m", "kafka.tools.StorageTool", *arguments))

    def launch(self) -> None:
        """Start the process, and do not wait for it."""
        command = java.command(self.heap, "kafka.Kafka", str(self._configuration))
        with (self.directory / "broker.log").open("ab") as log:
            self._process = subprocess.Popen(
                command, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )

    def start(self) -> None:
        """Start the process and wait until it answers."""
        self.launch()
        self.wait()

    def wait(self) -> None:
        """Wait until it answers. Raises `NoBroker` where it does not."""

        def listens() -> bool:
            if not self.is_up:
                raise NoBroker(f"Kafka ended at once:\n{self.said()}")
            return all(map(_listens, self.listeners.values()))

        _until(listens, lambda: f"Kafka does not answer:\n{self.said()}")

    def stop(self) -> None:
        """End the process as an operator would; a second time does nothing."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process = None

    def kill(self) -> None:
        """SIGKILL: no time to close anything."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def said(self) -> str:
        """The end of what the broker wrote."""
        lines = (self.directory / "broker.log").read_text(errors="replace").splitlines()
        return "\n".join(lines[-20:])

    def _listeners(self) -> dict[str, int]:
        return {"OPEN": _free_port()}

    def _basics(self) -> dict[str, str]:
        """What makes the process a node of its cluster."""
        controller = {"CONTROLLER": self._quorum[self.number]}
        return {
            "process.roles": "broker,controller",
            "node.id": str(self.number),
            "controller.quorum.voters": ",".join(
                f"{number}@127.0.0.1:{port}" for number, port in self._quorum.items()
            ),
            "controller.listener.names": "CONTROLLER",
            "inter.broker.listener.name": "OPEN",
            "listener.security.protocol.map": "OPEN:PLAINTEXT,CONTROLLER:PLAINTEXT,"
            "PASSWORD:SASL_PLAINTEXT,TLS:SASL_SSL",
            "listeners": _joined({**self.listeners, **controller}),
            "advertised.listeners": _joined(self.listeners),
            "log.dirs": str(self.directory / "data"),
        }


class Broker(Node):
    """A cluster of one, which lets in whoever has a password, with and without TLS."""

    heap = HEAP

    def __init__(self, directory: Path) -> None:
        self.ca = directory / "ca.pem"
        alone = {
            # Ordinary users may do nothing until a test lets them; who needs no password, anything.
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": "User:ANONYMOUS;User:ann",
            "offsets.topic.replication.factor": "1",
            "transaction.state.log.replication.factor": "1",
            "transaction.state.log.min.isr": "1",
            # What can be compacted soon is.
            "log.cleaner.backoff.ms": "200",
        }
        super().__init__(directory, 1, {1: _free_port()}, {**alone, **_let_in(directory)})
        self._make_certificate()
        scram = [
            f"--add-scram={mechanism}=[name={name},password={word}]"
            for name, word in PASSWORDS.items()
            for mechanism in SCRAM
        ]
        self.format(_new_id(), *scram)

    @property
    def password_port(self) -> int:
        """The port that asks for a password."""
        return self.listeners["PASSWORD"]

    @property
    def tls_port(self) -> int:
        """The port that asks for a password over TLS."""
        return self.listeners["TLS"]

    def _listeners(self) -> dict[str, int]:
        return {name: _free_port() for name in ("OPEN", "PASSWORD", "TLS")}

    def _make_certificate(self) -> None:
        store = ["-keystore", str(self.directory / "broker.p12"), "-storepass", STORE_PASSWORD]
        keytool = [java.needed("keytool", "Java 17"), "-storetype", "PKCS12", *store]
        broker = ["-alias", "broker"]
        who = ["-dname", "CN=127.0.0.1", "-ext", "SAN=IP:127.0.0.1,DNS:localhost"]
        made = ["-keyalg", "EC", "-validity", "7", *who, "-ext", "BC=ca:true"]
        java.call([*keytool, "-genkeypair", *broker, *made])
        java.call([*keytool, "-exportcert", *broker, "-rfc", "-file", str(self.ca)])


class Cluster:
    """Brokers that keep every record thrice, and take one while two of them have it.

    One that is silent for `session_s` counts as away, which is 9 s unless an operator says less.
    """

    def __init__(self, directory: Path, brokers: int = 3, session_s: float = 9.0) -> None:
        copies = {
            "broker.session.timeout.ms": str(round(session_s * 1000)),
            "broker.heartbeat.interval.ms": str(round(session_s * 1000 / 4)),
            "default.replication.factor": str(brokers),
            "min.insync.replicas": "2",
            "offsets.topic.replication.factor": str(brokers),
            "transaction.state.log.replication.factor": str(brokers),
            "transaction.state.log.min.isr": "2",
        }
        quorum = {number: _free_port() for number in range(1, brokers + 1)}
        self.nodes = [
            Node(directory / f"broker-{number}", number, quorum, copies) for number in quorum
        ]
        cluster = _new_id()
        for node in self.nodes:
            node.format(cluster)

    @property
    def address(self) -> str:
        """Where anybody may do anything, as a list of all brokers."""
        return ",".join(node.address for node in self.nodes)

    def start(self) -> None:
        """Start every process and wait until they have found each other."""
        for node in self.nodes:
            node.launch()
        for node in self.nodes:
            node.wait()
        self.wait_whole()

    def stop(self) -> None:
        """End every process; there is nothing left in them to be kept."""
        for node in self.nodes:
            node.kill()

    def wait_whole(self) -> None:
        """Wait until all brokers that are up are in the cluster and every copy is up to date."""
        up = [node for node in self.nodes if node.is_up]

        def whole() -> bool:
            try:
                return _is_whole([node.address for node in up])
            except errors.RetriableError:
                return False

        _until(whole, lambda: "the cluster does not become whole")


def _is_whole(servers: Sequence[str]) -> bool:
    admin = KafkaAdminClient(bootstrap_servers=list(servers), bootstrap_timeout_ms=10_000)
    try:
        topics = admin.describe_topics()
        partitions = [part for topic in topics for part in topic["partitions"]]
        return len(admin.describe_cluster()["brokers"]) == len(servers) and all(
            len(part["isr_nodes"]) >= min(len(part["replica_nodes"]), len(servers))
            for part in partitions
        )
    finally:
        admin.close()


def _let_in(directory: Path) -> dict[str, str]:
    """The settings of the listeners with a password."""
    users = " ".join(f'user_{name}="{word}"' for name, word in PASSWORDS.items())
    plain = "org.apache.kafka.common.security.plain.PlainLoginModule required"
    scram = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
    settings = {}
    for name in ("password", "tls"):
        listener = f"listener.name.{name}"
        settings[f"{listener}.sasl.enabled.mechanisms"] = ",".join(["PLAIN", *SCRAM])
        settings[f"{listener}.plain.sasl.jaas.config"] = f"{plain} {users};"
        for mechanism in SCRAM:
            settings[f"{listener}.{mechanism.lower()}.sasl.jaas.config"] = scram
    store = "listener.name.tls.ssl.keystore"
    settings[f"{store}.type"] = "PKCS12"
    settings[f"{store}.location"] = str(directory / "broker.p12")
    settings[f"{store}.password"] = STORE_PASSWORD
    return settings


def _joined(listeners: Mapping[str, int]) -> str:
    return ",".join(f"{name}://127.0.0.1:{port}" for name, port in listeners.items())


def _new_id() -> str:
    # One that begins with a hyphen would be taken for an option.
    return "F" + urlsafe_b64encode(uuid.uuid4().bytes).decode()[1:22]


def _until(true: Callable[[], bool], otherwise: Callable[[], str]) -> None:
    """Wait until it is true. Raises `NoBroker` with what is to be said where it is not in time."""
    give_up = time.monotonic() + ANSWERS_WITHIN_S
    pause = threading.Event()
    while not true():
        if time.monotonic() > give_up:
            raise NoBroker(f"after {ANSWERS_WITHIN_S:.0f} s: {otherwise()}")
        pause.wait(0.05)


def _ports() -> Iterator[int]:
    """Ports below those that the system gives to outgoing connections, which would take one while
    its broker is away; beginning elsewhere in each process."""
    first, count = 12_000, 20_000
    for step in itertools.count(os.getpid() * 37):
        yield first + step % count


_PORTS: Final = _ports()


def _free_port() -> int:
    while True:
        port = next(_PORTS)
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return port


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1.0).close()
    except OSError:
        return False
    return True
