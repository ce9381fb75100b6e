"""What can be wrong with a Kafka log, in one line that says which it is; and how it is reached."""

from __future__ import annotations

import socket
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import pytest
from kafka import errors
from kafka.admin import ConfigResource, KafkaAdminClient
from msgspec.structs import replace

from stream.logs import kafka_words
from stream.logs.kafka import KafkaLog
from stream.logs.kafka_settings import (
    FILE_VARIABLE,
    VARIABLE,
    KafkaSettings,
    parse_kafka,
)
from stream.logs.port import LogAway, LogError, Topic
from tests.kafka.broker import PASSWORDS, Broker
from tests.stream.logs.log_suite import contacts, drain, everything, pairs

pytestmark = pytest.mark.kafka

SECRET = {VARIABLE: PASSWORDS["ann"]}


@pytest.fixture
def open_log() -> Iterator[Callable[[str, Mapping[str, str]], KafkaLog]]:
    """Opens logs, and closes them after the test."""
    opened: list[KafkaLog] = []

    def open_log(rest: str, environment: Mapping[str, str]) -> KafkaLog:
        opened.append(KafkaLog(parse_kafka(rest, environment)))
        return opened[-1]

    yield open_log
    for log in opened:
        log.close()


Open = Callable[[str, Mapping[str, str]], KafkaLog]


def one_line(error: pytest.ExceptionInfo[LogError]) -> str:
    """The message, which must be one line and hold no password."""
    message = str(error.value)
    assert "\n" not in message
    assert not any(word in message for word in PASSWORDS.values())
    return message


@pytest.mark.parametrize("mechanism", ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"])
@pytest.mark.parametrize("tls", [False, True], ids=["plaintext", "tls"])
def test_a_password_opens_the_log(
    broker: Broker, open_log: Open, mechanism: str, tls: bool
) -> None:
    """With and without TLS, by PLAIN and by SCRAM; a whole round through a group and back."""
    port = broker.tls_port if tls else broker.password_port
    security = f"&security=tls&ca={broker.ca}" if tls else ""
    log = open_log(f"//127.0.0.1:{port}?username=ann&sasl_mechanism={mechanism}{security}", SECRET)
    topic = f"calls-{mechanism.lower()}-{tls}"
    log.create([Topic(topic, 2)])
    log.append(topic, contacts(10))

    worker = log.consumer(f"workers-{topic}", topic)
    read = drain(worker, 10)
    worker.commit({read[0].partition: 1}, [])

    assert sorted(pairs(read)) == sorted(contacts(10))


def test_the_password_may_lie_in_a_file(broker: Broker, open_log: Open, tmp_path: Path) -> None:
    """As container platforms hand secrets over, a newline at its end and all."""
    (tmp_path / "secret").write_text(PASSWORDS["ann"] + "\n")

    log = open_log(
        f"//127.0.0.1:{broker.password_port}?username=ann",
        {FILE_VARIABLE: str(tmp_path / "secret")},
    )

    log.create([Topic("from-a-file", 1)])
    assert log.partitions("from-a-file") == 1


def test_a_wrong_password(broker: Broker) -> None:
    """The user is named, the password is not."""
    settings = parse_kafka(f"//127.0.0.1:{broker.password_port}?username=ann", {VARIABLE: "guess"})

    with pytest.raises(LogError) as error:
        KafkaLog(replace(settings, connect_s=1.0))

    assert "user ann was not let in; check the name, the password" in one_line(error)
    assert "guess" not in one_line(error)
    assert "guess" not in repr(settings)


@pytest.mark.parametrize(
    ("servers", "says"),
    [
        ("nowhere.invalid:9092", "nowhere.invalid:9092: no such host; check the name"),
        ("127.0.0.1:1", "127.0.0.1:1: Connection refused; is the broker running there?"),
    ],
)
def test_a_wrong_host(servers: str, says: str) -> None:
    """A name that nobody has, a port where nobody listens."""
    with pytest.raises(LogError) as error:
        KafkaLog(KafkaSettings(servers=(servers,), connect_s=1.0))

    assert one_line(error) == f"kafka://{servers}: connecting: {says}"


@pytest.mark.parametrize(
    ("listener", "further", "says"),
    [
        pytest.param("tls_port", "", "answers, but not as Kafka should", id="no TLS to a TLS port"),
        pytest.param("tls_port", "&security=tls", "its certificate is not trusted", id="no ca"),
        pytest.param("port", "&security=tls", "does not speak TLS there", id="TLS to a plain port"),
    ],
)
def test_a_wrong_security(broker: Broker, listener: str, further: str, says: str) -> None:
    """What the other side expects is told apart."""
    port = getattr(broker, listener)
    settings = parse_kafka(f"//127.0.0.1:{port}?username=ann{further}", SECRET)

    with pytest.raises(LogError) as error:
        KafkaLog(replace(settings, connect_s=1.0))

    assert says in one_line(error)


@pytest.fixture
def silent() -> Iterator[Callable[[bytes | None], str]]:
    """Servers that take every connection, as a broker that is stuck or a proxy in front of none
    does: they say what they are told to, then end it; nothing at all where that is None."""
    with ExitStack() as afterwards:

        def serve(says: bytes | None) -> str:
            listener = afterwards.enter_context(socket.create_server(("127.0.0.1", 0)))

            def answer() -> None:
                with suppress(OSError):
                    while True:
                        connection, _ = listener.accept()
                        if says is None:
                            afterwards.callback(connection.close)
                            continue
                        with connection:
                            connection.recv(100)
                            connection.sendall(says)

            threading.Thread(target=answer, daemon=True).start()
            return f"127.0.0.1:{listener.getsockname()[1]}"

        yield serve


@pytest.mark.parametrize(
    ("answer", "kind", "says"),
    [
        pytest.param(None, LogAway, "no answer; check host, port", id="stuck"),
        pytest.param(b"", LogAway, "ends the connection without a word", id="nobody behind it"),
        pytest.param(b"HTTP/1.1 400", LogError, "answers, but not as Kafka", id="somebody else"),
    ],
)
def test_what_may_be_a_broker_that_is_starting_is_waited_for(
    silent: Callable[[bytes | None], str],
    monkeypatch: pytest.MonkeyPatch,
    answer: bytes | None,
    kind: type[LogError],
    says: str,
) -> None:
    """What is certainly none is not."""
    monkeypatch.setattr(kafka_words, "LOOK_S", 0.3)

    with pytest.raises(LogError, match=says) as error:
        KafkaLog(KafkaSettings(servers=(silent(answer),), connect_s=1.0))

    assert type(error.value) is kind


def test_a_cluster_that_was_reached_is_away_and_no_password_is_wrong(broker: Broker) -> None:
    """Where something is not answered in time, that is what is said, with the client's reason."""
    known = KafkaSettings(servers=(broker.address,), username="ann", password="x")
    gone = KafkaSettings(servers=("nowhere.invalid:9092",))
    slow = errors.KafkaTimeoutError("the transaction of w-1 stays open")

    said = r"the transaction of w-1 stays open; is one of the brokers"
    with pytest.raises(LogAway, match=said), kafka_words.in_words(known, "asking"):
        raise slow
    said = r"asking: nowhere\.invalid:9092: no such host"
    with pytest.raises(LogAway, match=said), kafka_words.in_words(gone, "asking"):
        raise slow


def test_too_few_permissions(broker: Broker, open_log: Open) -> None:
    """A user who may do nothing is told what is missing, whatever is tried."""
    ann = open_log(f"//127.0.0.1:{broker.port}", {})
    ann.create([Topic("guarded", 1)])
    visitor = open_log(
        f"//127.0.0.1:{broker.password_port}?username=visitor",
        {VARIABLE: PASSWORDS["visitor"]},
    )

    uses: list[Callable[[], Any]] = [
        lambda: visitor.append("guarded", contacts(1)),
        lambda: visitor.consumer("workers", "guarded"),
        lambda: list(visitor.read("guarded", 0)),
        lambda: visitor.create([Topic("another", 1)]),
    ]
    for use in uses:
        with pytest.raises(LogError) as error:
            use()
        assert "user visitor may not" in one_line(error)


def test_a_topic_stamped_by_its_producers(broker: Broker, open_log: Open) -> None:
    """Another program made it: the clock at the append would be anybody's."""
    log = open_log(f"//{broker.address}", {})
    admin = KafkaAdminClient(bootstrap_servers=broker.address)
    admin.create_topics({"theirs": {"num_partitions": 2}}, wait_for_metadata=True)
    admin.close()

    with pytest.raises(LogError) as error:
        log.create([Topic("theirs", 2)])

    assert one_line(error).endswith(
        "topic theirs has message.timestamp.type=CreateTime; "
        "set message.timestamp.type=LogAppendTime on it"
    )


def test_asking_for_a_topic_does_not_make_it(broker: Broker, open_log: Open) -> None:
    """Though the broker makes topics for whoever asks, a misspelt one stays unknown."""
    log = open_log(f"//{broker.address}", {})

    for _ in range(2):
        with pytest.raises(LogError, match="no topic misspelt; create it first"):
            log.append("misspelt", contacts(1))


def test_the_length_of_retention_follows_the_newest_version(broker: Broker, open_log: Open) -> None:
    """An update of the product may keep calls longer; the log takes it up."""
    log = open_log(f"//{broker.address}", {})
    log.create([Topic("aging", 1, retention_us=1_000_000)])

    log.create([Topic("aging", 1, retention_us=None)])

    resource = ConfigResource("TOPIC", "aging")
    admin = KafkaAdminClient(bootstrap_servers=broker.address)
    kept = admin.describe_configs([resource], config_filter="all")["topic"]["aging"]
    admin.close()
    assert kept["retention.ms"]["value"] == "-1"


@pytest.mark.skipif("not __import__('shutil').which('kcat')", reason="no kcat here")
def test_another_client_writes_and_reads(broker: Broker, open_log: Open) -> None:
    """kcat, which shares no code with us: it puts a key where we do, reads what we wrote, and
    sees a transaction's records only once it is committed."""
    log = open_log(f"//{broker.address}", {})
    log.create([Topic("shared", 4)])
    written = [(f"c-{number}", f"v{number}".encode()) for number in range(100)]
    log.append("shared", written)
    ours = {record.key: record.partition for record in everything(log, "shared")}

    lines = "".join(f"{key}:again\n" for key, _ in written)
    # librdkafka's own default differs from Kafka's, which is what every other client does.
    kcat = ["kcat", "-b", broker.address, "-t", "shared", "-X", "partitioner=murmur2_random"]
    subprocess.run([*kcat, "-P", "-K:"], input=lines, text=True, check=True, timeout=30)
    theirs = subprocess.run(
        [*kcat, "-C", "-e", "-q", "-f", "%p %k %s\n", "-o", "beginning"],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    ).stdout.splitlines()

    expected = [f"{ours[key]} {key} {value.decode()}" for key, value in written]
    assert sorted(theirs) == sorted(expected + [f"{ours[key]} {key} again" for key, _ in written])
    assert len(everything(log, "shared")) == 200
    # The broker stamped both alike, whatever either producer's clock said.
    stamps = [record.appended_at for record in everything(log, "shared")]
    assert max(stamps) - min(stamps) < 60_000_000
