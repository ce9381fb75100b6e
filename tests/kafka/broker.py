"""A real Apache Kafka broker for the tests: one process on loopback, gone with the session.

Maven fetches what `pom.xml` beside this file names, once, and Java 17 runs it in KRaft mode with
all its data in a temporary directory. `FLOORWATCH_TEST_KAFKA=host:port` names a broker that is
there already, which is then used instead and left as it is.
"""

from __future__ import annotations

import hashlib
import shutil
import socket
import subprocess
import threading
import time
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.repository.sources import ROOT

POM: Final = Path(__file__).with_name("pom.xml")
# Kept between sessions: Maven needs ten seconds to say what it said before.
CACHE: Final = ROOT / ".kafka"
RESOLVED_WITHIN_S: Final = 600
ANSWERS_WITHIN_S: Final = 60.0
ENDS_WITHIN_S: Final = 10.0
HEAP: Final = "512m"

# Who may log in on the listeners with a password: PASSWORDS[user].
PASSWORDS: Final = {"ann": "ann-secret", "visitor": "visitor-secret"}
STORE_PASSWORD: Final = "store-secret"


class NoBroker(Exception):
    """There is no broker to test against, and why."""


class Broker:
    """A broker that is started, stopped and started again, with the same data and ports."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.port, self.password_port, self.tls_port, self._controller = _free_ports(4)
        self.ca = directory / "ca.pem"
        self._command = [*_mortal(), _needed("java", "Java 17")]
        self._classpath = classpath()
        self._process: subprocess.Popen[bytes] | None = None
        directory.mkdir(parents=True, exist_ok=True)
        self._make_certificate()
        self._configuration = directory / "server.properties"
        self._configuration.write_text(self._properties())
        self._format()

    @property
    def address(self) -> str:
        """Where anybody may do anything."""
        return f"127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start the process and wait until it answers."""
        options = [f"-Xmx{HEAP}", "-Xms256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
        quiet = ["-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"]
        main = ["kafka.Kafka", str(self._configuration)]
        with (self.directory / "broker.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*self._command, *options, *quiet, "-cp", self._classpath, *main],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
            )
        self._wait_until_it_answers()

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

    def _wait_until_it_answers(self) -> None:
        give_up = time.monotonic() + ANSWERS_WITHIN_S
        pause = threading.Event()
        while time.monotonic() < give_up:
            if self._process is None or self._process.poll() is not None:
                raise NoBroker(f"Kafka ended at once:\n{self.said()}")
            if all(map(_listens, (self.port, self.password_port, self.tls_port))):
                return
            pause.wait(0.05)
        raise NoBroker(f"Kafka does not answer after {ANSWERS_WITHIN_S:.0f} s:\n{self.said()}")

    def _properties(self) -> str:
        users = " ".join(f'user_{name}="{word}"' for name, word in PASSWORDS.items())
        plain = "org.apache.kafka.common.security.plain.PlainLoginModule required"
        scram = "org.apache.kafka.common.security.scram.ScramLoginModule required;"
        listeners = {
            "OPEN": self.port,
            "PASSWORD": self.password_port,
            "TLS": self.tls_port,
        }
        settings = {
            "process.roles": "broker,controller",
            "node.id": "1",
            "controller.quorum.voters": f"1@127.0.0.1:{self._controller}",
            "controller.listener.names": "CONTROLLER",
            "inter.broker.listener.name": "OPEN",
            "listener.security.protocol.map": "OPEN:PLAINTEXT,CONTROLLER:PLAINTEXT,"
            "PASSWORD:SASL_PLAINTEXT,TLS:SASL_SSL",
            "listeners": ",".join(
                f"{name}://127.0.0.1:{port}"
                for name, port in {**listeners, "CONTROLLER": self._controller}.items()
            ),
            "advertised.listeners": ",".join(
                f"{name}://127.0.0.1:{port}" for name, port in listeners.items()
            ),
            "log.dirs": str(self.directory / "data"),
            # Ordinary users may do nothing until a test lets them; who needs no password, anything.
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": "User:ANONYMOUS;User:ann",
            # One broker, small, quick to hand partitions over, and quick to end what was abandoned.
            "offsets.topic.replication.factor": "1",
            "transaction.state.log.replication.factor": "1",
            "transaction.state.log.min.isr": "1",
            "offsets.topic.num.partitions": "4",
            "transaction.state.log.num.partitions": "4",
            "group.initial.rebalance.delay.ms": "0",
            "group.min.session.timeout.ms": "500",
            "transaction.abort.timed.out.transaction.cleanup.interval.ms": "500",
            "log.cleaner.dedupe.buffer.size": str(16 * 1024 * 1024),
        }
        for name in ("PASSWORD", "TLS"):
            listener = f"listener.name.{name.lower()}"
            settings[f"{listener}.sasl.enabled.mechanisms"] = "PLAIN,SCRAM-SHA-512"
            settings[f"{listener}.plain.sasl.jaas.config"] = f"{plain} {users};"
            settings[f"{listener}.scram-sha-512.sasl.jaas.config"] = scram
        store = "listener.name.tls.ssl.keystore"
        settings[f"{store}.type"] = "PKCS12"
        settings[f"{store}.location"] = str(self.directory / "broker.p12")
        settings[f"{store}.password"] = STORE_PASSWORD
        return "".join(f"{name}={value}\n" for name, value in settings.items())

    def _format(self) -> None:
        cluster = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        scram = [
            f"--add-scram=SCRAM-SHA-512=[name={name},password={word}]"
            for name, word in PASSWORDS.items()
        ]
        self._run(
            *("kafka.tools.StorageTool", "format", "-t", cluster),
            *("-c", str(self._configuration), *scram),
        )

    def _run(self, *arguments: str) -> None:
        options = ["-Xmx128m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]
        quiet = ["-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"]
        _call([*self._command, *options, *quiet, "-cp", self._classpath, *arguments])

    def _make_certificate(self) -> None:
        store = ["-keystore", str(self.directory / "broker.p12"), "-storepass", STORE_PASSWORD]
        keytool = [
            _needed("keytool", "Java 17"),
            "-storetype",
            "PKCS12",
            *store,
            "-alias",
            "broker",
        ]
        who = ["-dname", "CN=127.0.0.1", "-ext", "SAN=IP:127.0.0.1,DNS:localhost"]
        ca = ["-ext", "BC=ca:true"]
        _call([*keytool, "-genkeypair", "-keyalg", "EC", "-validity", "7", *who, *ca])
        _call([*keytool, "-exportcert", "-rfc", "-file", str(self.ca)])


def classpath() -> str:
    """The broker's class path, resolved by Maven the first time and when the pom has changed."""
    kept = CACHE / f"classpath-{hashlib.sha256(POM.read_bytes()).hexdigest()[:16]}"
    if kept.is_file() and all(Path(jar).is_file() for jar in kept.read_text().split(":")):
        return kept.read_text()
    CACHE.mkdir(exist_ok=True)
    fresh = kept.with_suffix(".new")
    maven = [_needed("mvn", "Maven"), "--quiet", "--batch-mode", "--file", str(POM)]
    goal = "dependency:build-classpath"
    _call([*maven, goal, "-Dmdep.includeScope=runtime", f"-Dmdep.outputFile={fresh}"])
    fresh.replace(kept)
    return kept.read_text()


def _call(command: Sequence[str]) -> None:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=RESOLVED_WITHIN_S
        )
    except subprocess.TimeoutExpired as error:
        raise NoBroker(f"{Path(command[0]).name} does not end") from error
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise NoBroker(f"{Path(command[0]).name} failed: {' / '.join(said[:5])}")


def _needed(command: str, what: str) -> str:
    path = shutil.which(command)
    if path is None:
        raise NoBroker(f"no {command} here; install {what}, or set FLOORWATCH_TEST_KAFKA=host:port")
    return path


def _mortal() -> list[str]:
    """What makes the broker end with this process, however that one ends."""
    path = shutil.which("setpriv")
    return [path, "--pdeathsig", "KILL"] if path else []


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1.0).close()
    except OSError:
        return False
    return True
