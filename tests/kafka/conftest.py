"""One broker for all tests against Kafka, and a cluster for those that ask for it; where none can
be had, they say so."""

from __future__ import annotations

import gc
import logging
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import NoReturn, TypeVar

import pytest

from tests.kafka.broker import Broker, Cluster, NoBroker

Started = TypeVar("Started", Broker, Cluster)


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A broker of the tests' own, whose settings and life are in their hands."""
    if "FLOORWATCH_TEST_KAFKA" in os.environ:
        pytest.skip("FLOORWATCH_TEST_KAFKA names a broker that is not the tests' own to set up")
    with _started(lambda: Broker(tmp_path_factory.mktemp("kafka") / "broker")) as made:
        yield made


@pytest.fixture(scope="module")
def cluster(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cluster]:
    """Three brokers of a module's own, whole when it begins; one of them that is silent for the
    module's `BROKER_SESSION_S` counts as away."""
    session_s = getattr(request.module, "BROKER_SESSION_S", 9.0)
    directory = tmp_path_factory.mktemp("kafka") / "cluster"
    with _started(lambda: Cluster(directory, session_s=session_s)) as made:
        yield made


@pytest.fixture
def sockets_left(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Take away what a client leaves where brokers go away; goes with the mark `SOCKETS_LEFT`."""
    # What it logs is kept by pytest, and would keep the sockets.
    with caplog.at_level(logging.CRITICAL, "kafka"):
        yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@contextmanager
def _started(make: Callable[[], Started]) -> Iterator[Started]:
    with ExitStack() as afterwards:
        try:
            made = make()
            afterwards.callback(made.stop)
            made.start()
        except NoBroker as error:
            _without_broker(str(error))
        else:
            yield made


@pytest.fixture(scope="session")
def servers(request: pytest.FixtureRequest) -> str:
    """Where a broker takes anybody's requests: host:port."""
    named = os.environ.get("FLOORWATCH_TEST_KAFKA")
    if named is not None:
        return named
    address: str = request.getfixturevalue("broker").address
    return address


def _without_broker(reason: str) -> NoReturn:
    """In CI a product that was not tested against Kafka is not a product that was tested."""
    message = f"NOT TESTED AGAINST KAFKA: {reason}"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)
