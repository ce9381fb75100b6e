"""The day whose past is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.stream.past.days import Ground, a_day


@pytest.fixture(scope="package")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """Six hours of a small centre."""
    ground = a_day(tmp_path_factory.mktemp("log"))
    with closing(ground.log):
        yield ground
