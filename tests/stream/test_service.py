"""The stream as a service: what it serves beside its work, and that the log may be away."""

from __future__ import annotations

import errno
import os
import re
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path

import pytest
import structlog
from structlog.testing import capture_logs

from stream.contract.figures import STALE_US
from stream.contract.floorplan import FloorPlan
from stream.contract.frames import HeadFrame, decode_frame, head_key
from stream.contract.instants import SECOND_US
from stream.logs.embedded import EmbeddedLog
from stream.logs.port import Log, LogAway
from stream.logs.topics import FLOOR_FRAMES, topics
from stream.meters import WorkerMeters
from stream.service import NoSuchHost, run_stream, telling, worker_name
from tests.clock import now_us

START_US = 1_000 * SECOND_US


@pytest.fixture
def meters() -> WorkerMeters:
    return WorkerMeters("w-1", START_US)


class Clock:
    def __init__(self) -> None:
        self.now_us = START_US

    def __call__(self) -> int:
        return self.now_us


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def address(meters: WorkerMeters, clock: Clock) -> Iterator[str]:
    with telling(meters, "127.0.0.1", 0, now=clock) as place:
        yield f"http://{place}"


def answer(url: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(url, timeout=5) as told:
            return told.status, told.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()


def has_ipv6() -> bool:
    """Whether `::1` can be listened on here."""
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


def test_the_meters_are_served_for_prometheus(meters: WorkerMeters, address: str) -> None:
    """By the names of the operations page; what is not known is left out, never 0."""
    meters.events_read, meters.rebalances, meters.partitions_assigned = 12, 2, 3
    status, text = answer(f"{address}/metrics")

    assert status == 200
    told = dict(line.split(" ") for line in text.splitlines() if not line.startswith("#"))
    assert told["floorwatch_worker_events_read_total"] == "12.0"
    assert told["floorwatch_worker_rebalances_total"] == "2.0"
    assert told["floorwatch_worker_partitions_assigned"] == "3.0"
    assert "floorwatch_worker_lag_seconds" not in told
    meters.lag_s = 1.5
    assert "floorwatch_worker_lag_seconds 1.5" in answer(f"{address}/metrics")[1]


def test_a_worker_is_ready_while_it_tells(meters: WorkerMeters, clock: Clock, address: str) -> None:
    """A spare, too, which has nothing to tell; one that is stuck or away is not."""
    assert answer(f"{address}/readyz") == (200, "ready\n")
    meters.partitions_assigned = 2
    assert answer(f"{address}/readyz") == (503, "nothing told for 5 s\n")
    meters.told_at = clock.now_us
    assert answer(f"{address}/readyz") == (200, "ready\n")
    clock.now_us += STALE_US + 1
    assert answer(f"{address}/readyz") == (503, "nothing told for 5 s\n")
    meters.away = "the broker is gone"
    assert answer(f"{address}/readyz") == (503, "the broker is gone\n")
    assert answer(f"{address}/healthz") == (200, "up\n")
    assert answer(f"{address}/other")[0] == 404


@pytest.mark.parametrize(
    ("host", "begin"), [("127.0.0.1", "127.0.0.1:"), ("localhost", "localhost:"), ("::1", "[::1]:")]
)
def test_it_is_served_where_it_is_asked_for(
    meters: WorkerMeters, clock: Clock, host: str, begin: str
) -> None:
    """By address, of either kind, or by name; what is told can stand in a URL."""
    if host == "::1" and not has_ipv6():
        pytest.skip("this machine has no ::1")
    with telling(meters, host, 0, now=clock) as place:
        assert place.startswith(begin)
        assert answer(f"http://{place}/healthz") == (200, "up\n")


@pytest.mark.parametrize("host", ["", "a..b", "é" * 80, "fe80::1%nowhere"])
def test_a_host_that_is_none_is_not_looked_for_in_vain(
    meters: WorkerMeters, clock: Clock, host: str
) -> None:
    """Neither is nothing taken for every address there is."""
    with pytest.raises(NoSuchHost), telling(meters, host, 0, now=clock):
        pass


def test_a_taken_port_is_told_as_the_system_has_it(meters: WorkerMeters, clock: Clock) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        taken_words = re.escape(os.strerror(errno.EADDRINUSE))
        with (
            pytest.raises(OSError, match=taken_words),
            telling(meters, "127.0.0.1", port, now=clock),
        ):
            pass


def test_a_log_that_fails_is_opened_anew_and_that_is_told(
    meters: WorkerMeters, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the worker's log, with why and when the next try is, and in its heads ever after."""
    monkeypatch.setattr("stream.reopening.FIRST_PAUSE_S", 0.01)
    structlog.reset_defaults()
    tries = 0

    def opened() -> AbstractContextManager[Log]:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise LogAway("kafka://nowhere: no answer")
        log = EmbeddedLog(tmp_path / "log", now=now_us)
        log.create(topics(1))
        return closing(log)

    with capture_logs() as lines:
        run_stream(
            opened,
            FloorPlan(),
            now=now_us,
            meters=meters,
            stopped=lambda: meters.told_at is not None,
        )

    said = [(line["event"], line.get("why")) for line in lines]
    assert said[:4] == [
        ("log_failed", "kafka://nowhere: no answer"),
        ("log_failed", "kafka://nowhere: no answer"),
        ("log_is_back", None),
        ("partitions", None),
    ]
    assert {line["worker"] for line in lines} == {"w-1"}
    assert (meters.log_failures, meters.away) == (2, None)
    with closing(EmbeddedLog(tmp_path / "log", now=now_us)) as log:
        [head] = [
            decode_frame(record.key, record.value or b"")
            for record in log.read(FLOOR_FRAMES, 0)
            if record.key == head_key(0)
        ]
    assert isinstance(head, HeadFrame)
    assert head.worker == meters.note()


@pytest.mark.parametrize(
    ("log", "name"),
    [
        ("kafka://b1,b2:9092?security=tls&member=w1", "w1"),
        ("embedded:log", "-"),
        ("kafka://b", "-"),
    ],
)
def test_a_worker_goes_by_the_name_that_it_was_given(log: str, name: str) -> None:
    """Or by its machine and process, which nobody else has."""
    assert name in worker_name(log)
    assert (name == "w1") == (worker_name(log) == "w1")
