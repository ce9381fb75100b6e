"""A worker that finds an hour of history: true figures soon, and until then it says what it lacks."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from simulator import load_scenario, offset_showing, simulate
from stream.contract.codec import encode
from stream.contract.figures import STALE_US, Picture
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import HOUR_US, SECOND_US, Instant, parse_instant
from stream.logs.port import Log
from stream.logs.topics import CONTACT_EVENTS
from stream.picture import LogPictureReader
from tests.clock import now_us
from tests.kafka.broker import Broker
from tests.kafka.crew import crew_of
from tests.kafka.ground import fresh_log
from tests.properties.comparison import differences
from tests.stream import floors

pytestmark = pytest.mark.kafka

PARTITIONS: Final = 4
WINDOW: Final = "60m"
PATIENCE_S: Final = 120.0
LOOKS: Final = 5
# Times the scenario's contacts and agents.
TOWN: Final = 4.0


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "scale", [TOWN, pytest.param(40.0, marks=pytest.mark.slow)], ids=["town", "city"]
)
def test_an_hour_of_history(broker: Broker, tmp_path: Path, scale: float) -> None:
    """No picture before the true one looks whole and fresh: some partition is silent in it, or it
    is catching up."""
    with fresh_log(broker.address, PARTITIONS) as log:
        events = _an_hour(log, scale)
        reader = LogPictureReader(log, FloorPlan(), now=_now, title="Test")
        # What came within the last five seconds is no history.
        threading.Event().wait(STALE_US / SECOND_US)
        began = time.monotonic()
        with crew_of(1, broker.address, tmp_path / "crew", checkpoint_every=100_000) as crew:
            seen = 0
            while True:
                crew.check_alive()
                reader.follow(0.05)
                picture = reader.picture(WINDOW)
                freshness = picture.freshness
                if not freshness.silent and not freshness.catching_up:
                    break
                seen += bool(freshness.catching_up)
                assert time.monotonic() < began + PATIENCE_S
            took_s = time.monotonic() - began
            health = picture.figures.health
            # A promise that falls due between the worker's telling and this look is in the next
            # telling: what differs for that must be right within a second or two.
            wrong = _wrong(log, picture)
            for _ in range(LOOKS):
                if wrong:
                    reader.follow(0.5)
                    picture = reader.picture(WINDOW)
                    wrong = _wrong(log, picture)
        reader.close()
        print(f"{events} events, true after {took_s:.1f} s")  # noqa: T201
        # A town's hour is read before anybody can look.
        assert seen or scale == TOWN
        assert [] == wrong
        assert health["events"] == events


def _now() -> int:
    """The next whole millisecond, which is what a picture's `as_of` tells in full."""
    return (now_us() // 1_000 + 1) * 1_000


def _an_hour(log: Log, scale: float) -> int:
    """An hour of a busy floor up to now."""
    scenario = load_scenario("weekday")
    start = Instant(now_us() - HOUR_US)
    pairs: list[tuple[str, bytes | None]] = [
        (event.subject, encode(event))
        for event in simulate(
            scenario,
            seed=5,
            start=start,
            duration_us=HOUR_US,
            profile_offset_us=offset_showing(scenario, start, "tue", 9 * 60 + 30),
            scale=scale,
        )
    ]
    for first in range(0, len(pairs), 5_000):
        log.append(CONTACT_EVENTS, pairs[first : first + 5_000])
    return len(pairs)


def _wrong(log: Log, picture: Picture) -> list[Any]:
    """Where the picture's figures differ from those of one undisturbed reading as of then."""
    as_of = picture.figures.as_of
    assert as_of is not None
    truth, _ = floors.undisturbed(log, int(parse_instant(as_of)))
    told = msgspec.to_builtins(picture.figures)
    wanted = {name: part for name, part in truth[WINDOW].items() if name != "agents"}
    return differences(wanted, told)
