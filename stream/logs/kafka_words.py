"""What went wrong with Kafka, in one line that says what to do; never with a password in it."""

from __future__ import annotations

import logging
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, NamedTuple

from kafka import errors

from stream.logs.kafka_settings import KafkaSettings
from stream.logs.port import LogAway, LogError

LOOK_S: Final = 3.0

_UNREACHED: Final = (
    errors.KafkaTimeoutError,
    errors.KafkaConnectionError,
    errors.NodeNotReadyError,
)
# The client calls these worth another try; here they mean that something must be done first.
_LASTING: Final = (errors.UnknownTopicOrPartitionError, errors.TopicAuthorizationFailedError)
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
        "user {user} may not use the topic{topics} so; have Read, Write, Describe and "
        "DescribeConfigs on it granted"
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
def in_words(settings: KafkaSettings, doing: str, *, connecting: bool = False) -> Iterator[None]:
    """Whatever the client raises inside becomes a `LogError` that says what was being done, and a
    `LogAway` where it may pass by itself: whatever keeps a cluster away that was reached before.
    """
    try:
        yield
    except errors.KafkaError as error:
        kind, why = _judged(settings, error, connecting=connecting)
        raise kind(f"{settings.place}: {doing}: {why}") from error


def reason_of(settings: KafkaSettings, error: errors.KafkaError) -> str:
    """The reason, and after a semicolon what to do."""
    return _judged(settings, error, connecting=False)[1]


def check_reachable(settings: KafkaSettings) -> None:
    """Raises `LogError` at once where none of the servers can be asked anything, and `LogAway`
    where one of them may answer later."""
    found = {server: _look(settings, server) for server in settings.servers}
    problems = [problem for problem in found.values() if problem is not None]
    if len(problems) == len(found):
        kind = LogAway if any(problem.passes for problem in problems) else LogError
        why = "; ".join(f"{server}: {problem.why}" for server, problem in found.items() if problem)
        raise kind(f"{settings.place}: connecting: {why}")


def first_cause(error: errors.KafkaError) -> errors.KafkaError:
    """What went wrong first: a producer whose transaction failed before says at the next step
    that it did, and why."""
    while error.args and isinstance(error.args[-1], errors.KafkaError):
        error = error.args[-1]
    return error


class _Problem(NamedTuple):
    """Why a server does not serve us, and whether that may pass by itself."""

    why: str
    passes: bool


def _judged(
    settings: KafkaSettings, error: errors.KafkaError, *, connecting: bool
) -> tuple[type[LogError], str]:
    """Which kind of failure it is, and its reason with what to do."""
    error = first_cause(error)
    if isinstance(error, _UNREACHED):
        return _unreached(settings, error, connecting=connecting)
    kind = LogAway if error.retriable and not isinstance(error, _LASTING) else LogError
    user = settings.username or "anonymous"
    for kinds, words in _WORDS.items():
        if isinstance(error, kinds):
            return kind, words.format(user=user, error=_plain(error), topics=_topics(error))
    return kind, f"{_plain(error)}; the broker's log may say more"


def _unreached(
    settings: KafkaSettings, error: errors.KafkaError, *, connecting: bool
) -> tuple[type[LogError], str]:
    found = [(server, _look(settings, server)) for server in settings.servers]
    if connecting:
        problems = [(server, problem or _refusal(settings)) for server, problem in found]
        kind = LogAway if any(problem.passes for _, problem in problems) else LogError
        return kind, "; ".join(f"{server}: {problem.why}" for server, problem in problems)
    seen = "; ".join(f"{server}: {problem.why}" for server, problem in found if problem)
    if len(settings.servers) > sum(problem is not None for _, problem in found):
        # Those that answer did not do what was asked of them in time.
        why = f"{_plain(error)}; is one of the brokers away, or a transaction left open?"
        seen = f"{why} ({seen})" if seen else why
    return LogAway, seen


def _topics(error: errors.KafkaError) -> str:
    """Which topics it is about, where the client knows."""
    named = error.args[0] if error.args else None
    return "".join(f" {name}" for name in sorted(named)) if isinstance(named, set) else ""


def _look(settings: KafkaSettings, server: str) -> _Problem | None:
    """What keeps the server from being asked anything; None where it answers."""
    host, _, port = server.rpartition(":")
    host = host.strip("[]")
    try:
        with socket.create_connection((host, int(port)), timeout=LOOK_S) as connection:
            answer = _answer(settings, connection, host)
    except OSError as error:
        return _what_failed(error)
    if not answer:
        why = "ends the connection without a word; is it still starting? check security="
        return _Problem(why, passes=True)
    if answer[4:] == _WHICH_VERSIONS[8:12]:
        return None
    return _Problem("answers, but not as Kafka should; check the port and security=", passes=False)


def _what_failed(error: OSError) -> _Problem:
    match error:
        case socket.gaierror(errno=socket.EAI_AGAIN):
            return _Problem("the name service does not answer; check it and the name", passes=True)
        case socket.gaierror():
            return _Problem("no such host; check the name", passes=False)
        case ssl.SSLCertVerificationError():
            why = f"its certificate is not trusted ({error.verify_message}); check ca="
            return _Problem(why, passes=False)
        case ssl.SSLError():
            return _Problem("does not speak TLS there; check the port and security=", passes=False)
        case TimeoutError():
            return _Problem(
                "no answer; check host, port and firewall, or is it stuck?", passes=True
            )
        case _:
            why = f"{error.strerror or 'no connection'}; is the broker running there?"
            return _Problem(why, passes=True)


def _refusal(settings: KafkaSettings) -> _Problem:
    if settings.username is None:
        why = "does not serve us; does it want a user, or is it still starting?"
        return _Problem(why, passes=True)
    # The client hears the refusal and the end of the connection at once, and tells of the latter.
    return _Problem(_NOT_LET_IN.format(user=settings.username), passes=False)


def _answer(settings: KafkaSettings, connection: socket.socket, host: str) -> bytes:
    """What the other side says to the one question that Kafka takes from anybody."""
    if settings.security == "tls":
        context = ssl.create_default_context(cafile=settings.ca)
        with context.wrap_socket(connection, server_hostname=host) as secured:
            return _asked(secured)
    return _asked(connection)


def _asked(connection: socket.socket) -> bytes:
    connection.sendall(_WHICH_VERSIONS)
    return connection.recv(8)


def _plain(error: errors.KafkaError) -> str:
    return " ".join(str(error).split()) or type(error).__name__
