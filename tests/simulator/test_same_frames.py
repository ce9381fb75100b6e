"""The same recording gives the same frames, always: played twice into real logs, and computed."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest
import structlog

import floorwatch
from simulator import load_scenario
from simulator.player import Player, whole_recording
from simulator.traffic import Traffic
from stream.clocks import set_clock, turn_clock
from stream.contract.clock import FloorClock
from stream.contract.codec import encode
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import MINUTE_US, SECOND_US, Instant, format_instant
from stream.logs.embedded import EmbeddedLog
from stream.logs.files import LineWriter, read_lines
from stream.logs.topics import CONTACT_EVENTS, topics
from stream.picture import LogPictureReader
from stream.worker import Worker
from tests.builders import BASE_US

# Five past ten in the scenario's time zone, and a wall clock that is far from it.
BEGIN: Final = Instant(BASE_US + 65 * MINUTE_US)
WALL: Final = BASE_US + 400 * MINUTE_US
INSTANTS: Final = tuple(BEGIN + minute * MINUTE_US for minute in (3, 4, 11, 15))
QUIET: Final = structlog.wrap_logger(structlog.testing.ReturnLogger(), processors=[])
WINDOW: Final = "5m"


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A quarter of an hour of a simulated morning, compressed."""
    path = tmp_path_factory.mktemp("recording") / "morning.jsonl.zst"
    traffic = Traffic(load_scenario("weekday"), 3, BEGIN, 16 * MINUTE_US, 0, scale=0.3)
    with LineWriter(path) as writer:
        for event in traffic.events():
            writer.write(encode(event))
    return path


def told(figures: Any) -> Any:
    """Figures as they are printed."""
    return json.loads(msgspec.json.encode(figures))


def played(
    recording: Path, folder: Path, *, speed: float, partitions: int, steps: int
) -> list[Any]:
    """The figures at each instant, where the recording is paused for somebody to look."""
    wall = WALL

    def now() -> int:
        return wall

    whole = whole_recording(lambda: read_lines(recording))
    assert whole is not None
    clock = FloorClock(wall=WALL, floor=BEGIN, speed=speed)
    player = Player(whole.part(BEGIN, whole.end), clock)
    with closing(EmbeddedLog(folder, now=now)) as log:
        log.create(topics(partitions))
        set_clock(log, clock, has_events=False)
        worker = Worker(log, FloorPlan(), now=now, logger=QUIET)
        reader = LogPictureReader(log, FloorPlan(), now=now, steady=now, title="Test")

        def go_to(instant: int) -> None:
            nonlocal wall
            length = round((instant - player.clock.at(wall)) / speed)
            begun = wall
            for step in range(1, steps + 1):
                wall = begun + length * step // steps
                while batch := player.due(wall):
                    log.append(CONTACT_EVENTS, [(one.key, one.payload) for one in batch])
                worker.step(timeout_s=0)

        def looked_at() -> Any:
            nonlocal wall
            player.pause(wall)
            turn_clock(log, player.clock)
            for _ in range(8):
                wall += SECOND_US
                worker.step(timeout_s=0)
            reader.follow(0)
            figures = told(reader.picture(WINDOW).figures)
            player.resume(wall)
            turn_clock(log, player.clock)
            return figures

        found = []
        for instant in INSTANTS:
            go_to(instant)
            found.append(looked_at())
        reader.close()
        worker.close()
    return found


def test_the_same_recording_gives_the_same_frames(
    recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """At whatever speed, paused in between, on however many partitions; and as `compute` has it."""
    once = played(recording, tmp_path / "a", speed=60, partitions=2, steps=20)
    again = played(recording, tmp_path / "b", speed=300, partitions=3, steps=7)
    computed = []
    for instant in INSTANTS:
        at = format_instant(Instant(instant))
        arguments = ["compute", str(recording), "--at", at, "--window", WINDOW, "--json"]
        assert floorwatch.main(arguments) == 0
        computed.append(json.loads(capsys.readouterr().out))

    assert [figures["as_of"] for figures in once] == [figures["as_of"] for figures in computed]
    assert once == again == computed
    assert min(figures["floor"]["counts"]["offered"] for figures in once) > 20
