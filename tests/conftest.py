"""What all tests share: how hard Hypothesis looks, and which browser is driven."""

from __future__ import annotations

import os
import shutil
from typing import Final

import pytest
import structlog
from hypothesis import HealthCheck, settings

# `ci` is what `make test` and CI run: the same examples each time, so that green means green.
# `long` (`make test-long`) draws thousands of new ones. Neither depends on the machine's speed.
settings.register_profile(
    "ci",
    max_examples=60,
    derandomize=True,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "long",
    max_examples=2_000,
    derandomize=False,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("ci")

_CHROMIUMS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(autouse=True)
def logs_as_they_come() -> None:
    """A command run in this process sets how its logs look; the next test's look as ever."""
    structlog.reset_defaults()


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The Chromium that browser tests drive: the one `make test` found, or the system's."""
    named = os.environ.get("FLOORWATCH_CHROMIUM")
    path = named or next(filter(None, map(shutil.which, _CHROMIUMS)), None)
    if path is None:
        pytest.fail("no Chromium: run `make test`, or set FLOORWATCH_CHROMIUM to its path")
    return path
