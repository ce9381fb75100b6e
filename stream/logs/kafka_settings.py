"""How a Kafka cluster is reached: what its URL, the environment and a file say.

A password never stands in a URL, since those are seen in process lists and in logs.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

from msgspec import Struct

from stream.logs.port import LogError

VARIABLE: Final = "FLOORWATCH_KAFKA_PASSWORD"
FILE_VARIABLE: Final = "FLOORWATCH_KAFKA_PASSWORD_FILE"
PORT_DEFAULT: Final = 9092
# A worker that is silent for this long is replaced; one that is stopped in an orderly way is
# replaced at once.
SESSION_S_DEFAULT: Final = 10.0
# How long a worker may be busy between two polls, such as with a checkpoint that it reads.
LEASE_S_DEFAULT: Final = 60.0
MECHANISMS: Final = ("PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512")
# How long is tried to reach the cluster before it is said to be away.
CONNECT_S_DEFAULT: Final = 10.0
# `security` as in the URL, and what the client calls it without and with a user.
SECURITY: Final = {
    "plaintext": ("PLAINTEXT", "SASL_PLAINTEXT"),
    "tls": ("SSL", "SASL_SSL"),
}


class KafkaSettings(Struct, frozen=True, kw_only=True):
    """A cluster and how to talk to it."""

    servers: tuple[str, ...]
    security: str = "plaintext"
    mechanism: str | None = None
    username: str | None = None
    password: str | None = None
    ca: str | None = None
    session_s: float = SESSION_S_DEFAULT
    lease_s: float = LEASE_S_DEFAULT
    connect_s: float = CONNECT_S_DEFAULT
    replication: int | None = None
    member: str | None = None

    @property
    def place(self) -> str:
        """The cluster by name, for messages; holds no secret."""
        return f"kafka://{','.join(self.servers)}"

    def __repr__(self) -> str:
        return f"KafkaSettings({self.place})"

    def client(self) -> dict[str, Any]:
        """What every client of the library is made with."""
        protocol = SECURITY[self.security][self.username is not None]
        options: dict[str, Any] = {
            "bootstrap_servers": list(self.servers),
            "security_protocol": protocol,
        }
        if self.security == "tls":
            options["ssl_cafile"] = self.ca
        if self.username is not None:
            options["sasl_mechanism"] = self.mechanism
            options["sasl_plain_username"] = self.username
            options["sasl_plain_password"] = self.password
        return options


def parse_kafka(rest: str, environment: Mapping[str, str]) -> KafkaSettings:
    """The settings of the URL whose part after `kafka:` is `rest`.

    Raises `LogError` where it cannot be understood; the message repeats no value that could be a
    password.
    """
    if not rest.startswith("//"):
        raise LogError("log URL: kafka: needs //, as in kafka://HOST:PORT")
    hosts, _, query = rest[2:].partition("?")
    if "@" in hosts:
        raise LogError(
            "log URL: a user stands in the query, as in ?username=ann, and the password in "
            f"{VARIABLE} or in the file that {FILE_VARIABLE} names"
        )
    given = _query(query)
    username = given.get("username")
    settings = KafkaSettings(
        servers=tuple(_server(host) for host in hosts.rstrip("/").split(",")),
        security=_one_of(given, "security", tuple(SECURITY)) or "plaintext",
        mechanism=_mechanism(given, username),
        username=username,
        password=_password(environment) if username is not None else None,
        ca=_file(given, "ca"),
        session_s=_seconds(given, "session_s", SESSION_S_DEFAULT),
        lease_s=_seconds(given, "lease_s", LEASE_S_DEFAULT),
        replication=_count(given, "replication"),
        member=given.get("member"),
    )
    if settings.ca is not None and settings.security != "tls":
        raise LogError("log URL: ca= is of use with security=tls only")
    return settings


_KEYS: Final = frozenset(
    {"security", "sasl_mechanism", "username", "ca"}
    | {"session_s", "lease_s", "replication", "member"}
)


def _query(query: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query))
    except ValueError as error:
        raise LogError("log URL: the part after ? is not name=value&name=value") from error
    given = dict(pairs)
    if "password" in given:
        raise LogError(
            f"log URL: no password in a URL, where others see it; set {VARIABLE}, or "
            f"{FILE_VARIABLE} to a file that holds it"
        )
    if unknown := given.keys() - _KEYS:
        raise LogError(f"log URL: {min(unknown)}: no such option; there are {_listed(_KEYS)}")
    if len(given) < len(pairs):
        raise LogError("log URL: an option is given twice")
    if empty := [name for name, value in given.items() if not value]:
        raise LogError(f"log URL: {empty[0]}= needs a value")
    return given


def _server(host: str) -> str:
    name, colon, port = unquote(host).rpartition(":")
    if not colon or name.endswith(":") or (name.startswith("[") and not name.endswith("]")):
        name, port = unquote(host), str(PORT_DEFAULT)
    if not name or not port.isdecimal() or not 0 < int(port) < 65536:
        raise LogError("log URL: kafka: needs HOST:PORT[,HOST:PORT…], the port from 1 to 65535")
    return f"{name}:{port}"


def _mechanism(given: Mapping[str, str], username: str | None) -> str | None:
    mechanism = _one_of(given, "sasl_mechanism", MECHANISMS)
    if username is None and mechanism is not None:
        raise LogError("log URL: sasl_mechanism= needs username= beside it")
    return mechanism or ("SCRAM-SHA-512" if username is not None else None)


def _password(environment: Mapping[str, str]) -> str:
    if (password := environment.get(VARIABLE)) is not None:
        return password
    if (path := environment.get(FILE_VARIABLE)) is None:
        raise LogError(
            f"log URL: username= needs a password: set {VARIABLE}, or "
            f"{FILE_VARIABLE} to a file that holds it"
        )
    try:
        return Path(path).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise LogError(f"{FILE_VARIABLE}: the file cannot be read; check it") from error


def _file(given: Mapping[str, str], name: str) -> str | None:
    path = given.get(name)
    if path is not None and not Path(path).is_file():
        raise LogError(f"log URL: {name}={path}: no such file")
    return path


def _one_of(given: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str | None:
    value = given.get(name)
    if value is not None and value not in allowed:
        raise LogError(f"log URL: {name}= is one of {', '.join(allowed)}")
    return value


def _seconds(given: Mapping[str, str], name: str, default: float) -> float:
    try:
        seconds = float(given.get(name, default))
    except ValueError as error:
        raise LogError(f"log URL: {name}= is a number of seconds") from error
    if not 0.1 <= seconds <= 3600:
        raise LogError(f"log URL: {name}= is from 0.1 to 3600 seconds")
    return seconds


def _count(given: Mapping[str, str], name: str) -> int | None:
    value = given.get(name)
    if value is None:
        return None
    if not value.isdecimal() or not 0 < int(value) < 100:
        raise LogError(f"log URL: {name}= is a number from 1 up")
    return int(value)


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names))
