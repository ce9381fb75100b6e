"""What went wrong with Kafka, in one line that says what to do; never with a password in it."""

from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from kafka import errors

from stream.logs.kafka_settings import KafkaSettings
from stream.logs.port import LogError

LOOK_S: Final = 3.0

_UNREACHED: Final = (
    errors.KafkaTimeoutError,
    errors.KafkaConnectionError,
    errors.NodeNotReadyError,
)
_NOT_LET_IN: Final = "user {user} was not let in; check the name, the password and sasl_mechanism="
# ApiVersions, version 0: length, which request, its version, its number, no name of a client.
_WHICH_VERSIONS: Final = b"\0\0\0\x0a" + b"\0\x12" + b"\0\0" + b"\0\0\0\x01" + b"\xff\xff"
# The first that fits is said.
_WORDS: Final[dict[tuple[type[Exception], ...], str]] = {
    (errors.SaslAuthenticationFailedError,): _NOT_LET_IN,
    (errors.UnsupportedSaslMechanismError,): (
        "the broker does not take this sasl_mechanism=; try another one"
    ),
    (errors.TopicAuthorizationFailedError,): (
        "user {user} may not use the topic so; have Read, Write, Describe and DescribeConfigs "
        "on it granted"
    ),
    (errors.GroupAuthorizationFailedError,): (
        "user {user} may not read in this group; have Read on it granted"
    ),
    (errors.TransactionalIdAuthorizationFailedError,): (
        "user {user} may not write in transactions; have Write on the TransactionalIds "
        "floorwatch-* granted"
    ),
    (errors.AuthorizationError,): "user {user} may not do this; have it granted ({error})",
    (errors.UnknownTopicOrPartitionError,): ("no such topic or partition; create the topics first"),
    (errors.MessageSizeTooLargeError, errors.RecordListTooLargeError): (
        "a record is too large; the topic's max.message.bytes is the limit"
    ),
    (errors.NotEnoughReplicasError, errors.NotEnoughReplicasAfterAppendError): (
        "too few brokers are up to keep a record safe; start the others"
    ),
    (errors.PolicyViolationError, errors.InvalidReplicationFactorError): (
        "the cluster refuses it ({error}); set replication= in the log's URL"
    ),
}

# The client tells by exceptions what its user must know. Its own log is for who asks for it, and
# would else be printed to the terminal for want of a handler.
logging.getLogger("kafka").addHandler(logging.NullHandler())
# At DEBUG it tells the whole configuration, password and all.
logging.getLogger("kafka.admin.client").setLevel(logging.INFO)


@contextmanager
def in_words(settings: KafkaSettings, doing: str) -> Iterator[None]:
    """Whatever the client raises inside becomes a `LogError` that says what was being done."""
    try:
        yield
    except errors.KafkaError as error:
        raise LogError(f"{settings.place}: {doing}: {reason_of(settings, error)}") from error


def reason_of(settings: KafkaSettings, error: errors.KafkaError) -> str:
    """The reason, and after a semicolon what to do."""
    if isinstance(error, _UNREACHED):
        return unreachable(settings)
    user = settings.username or "anonymous"
    for kinds, words in _WORDS.items():
        if isinstance(error, kinds):
            return words.format(user=user, error=_plain(error))
    return f"{_plain(error)}; the broker's log may say more"


def unreachable(settings: KafkaSettings) -> str:
    """Why none of the servers serves us, by looking at each."""
    found = [
        f"{server}: {_look(settings, server) or _refusal(settings)}" for server in settings.servers
    ]
    return "; ".join(found)


def check_reachable(settings: KafkaSettings) -> None:
    """Raises `LogError` at once where none of the servers can be asked anything."""
    found = {server: _look(settings, server) for server in settings.servers}
    if all(found.values()):
        why = "; ".join(f"{server}: {problem}" for server, problem in found.items())
        raise LogError(f"{settings.place}: connecting: {why}")


def _look(settings: KafkaSettings, server: str) -> str | None:
    """What keeps the server from being asked anything; None where it answers."""
    host, _, port = server.rpartition(":")
    host = host.strip("[]")
    try:
        with socket.create_connection((host, int(port)), timeout=LOOK_S) as connection:
            is_kafka = _speaks_kafka(settings, connection, host)
    except OSError as error:
        return _what_failed(error)
    return None if is_kafka else "answers, but not as Kafka should; check the port and security="


def _what_failed(error: OSError) -> str:
    match error:
        case socket.gaierror():
            return "no such host; check the name"
        case ssl.SSLCertVerificationError():
            return f"its certificate is not trusted ({error.verify_message}); check ca="
        case ssl.SSLError():
            return "does not speak TLS there; check the port and security="
        case TimeoutError():
            return "no answer; check host, port and firewall"
        case _:
            return f"{error.strerror or 'no connection'}; is the broker running there?"


def _refusal(settings: KafkaSettings) -> str:
    if settings.username is None:
        return "does not serve us; does it want a user, or is it still starting?"
    # The client hears the refusal and the end of the connection at once, and tells of the latter.
    return _NOT_LET_IN.format(user=settings.username)


def _speaks_kafka(settings: KafkaSettings, connection: socket.socket, host: str) -> bool:
    """Whether the other side answers the one question that Kafka takes from anybody."""
    if settings.security == "tls":
        context = ssl.create_default_context(cafile=settings.ca)
        with context.wrap_socket(connection, server_hostname=host) as secured:
            return _answers(secured)
    return _answers(connection)


def _answers(connection: socket.socket) -> bool:
    connection.sendall(_WHICH_VERSIONS)
    try:
        answer = connection.recv(8)
    except (TimeoutError, ConnectionError):
        return False
    return answer[4:] == _WHICH_VERSIONS[8:12]


def _plain(error: errors.KafkaError) -> str:
    return " ".join(str(error).split()) or type(error).__name__
