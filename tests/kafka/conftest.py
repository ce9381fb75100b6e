"""One broker for all tests against Kafka; where none can be had, they say so."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from typing import NoReturn

import pytest

from tests.kafka.broker import Broker, NoBroker


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """A broker of the tests' own, whose settings and life are in their hands."""
    if "FLOORWATCH_TEST_KAFKA" in os.environ:
        pytest.skip("FLOORWATCH_TEST_KAFKA names a broker that is not the tests' own to set up")
    with ExitStack() as afterwards:
        try:
            made = Broker(tmp_path_factory.mktemp("kafka") / "broker")
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
