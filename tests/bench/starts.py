"""Section `starts`: how long until true figures, of a worker that was away or was killed, and of a
dashboard, over an hour of history at several rates."""

from __future__ import annotations

import signal
import tempfile
import time
from pathlib import Path
from typing import Final

from msgspec import Struct

from tests.bench.command import floor_file, notes
from tests.bench.delay import address_of
from tests.bench.figures import MIB, Family, Row, goal_below, line_rows
from tests.bench.ground import WITHIN_S, Ground, Heads, keyed, time_of
from tests.bench.processes import Service, Used
from tests.bench.sites import LARGEST, Size
from tests.bench.viewer import Viewer

AIM_S: Final = 10.0
# What was read of the hour before the worker went away.
_READ_BEFORE: Final = 12
_HOUR_S: Final = 3_600
_GROWN: Final = {
    "away_s": "worker, 55 minutes away, how it grows",
    "killed_s": "worker, killed and started, how it grows",
    "dashboard_s": "dashboard, how it grows",
}


class Asked(Struct, frozen=True):
    """The floor, and the rates in events/s at which its hour of history was told."""

    size: Size
    rates: tuple[int, ...]


FULL: Final = Asked(LARGEST, (100, 300, 1_000))
QUICK: Final = Asked(LARGEST, (50,))


class Starts(Struct, frozen=True):
    """Seconds from a process's start to true figures, and the worker's memory meanwhile."""

    empty_s: float
    away_s: float
    stopped_s: float
    killed_s: float
    dashboard_s: float
    peak_bytes: int


def measure(asked: Asked) -> Family:
    """Every rate once, and how the times grow with it."""
    rows: list[Row] = []
    found: dict[int, Starts] = {}
    for rate in asked.rates:
        notes.print(f"starts: an hour at {rate:,} events/s")
        events = asked.size.before + rate * _HOUR_S
        with tempfile.TemporaryDirectory(prefix="floorwatch-bench-") as folder:
            found[rate] = measure_starts(
                floor_file(asked.size, events), asked.size, events, Path(folder) / "log"
            )
        rows += _rows(rate, found[rate])
    if len(found) > 2:
        for what in _GROWN:
            points = [(rate / 100, getattr(each, what)) for rate, each in found.items()]
            rows += line_rows(_GROWN[what], "s", points, "100 events/s of the hour")
    most = max(found)
    goals = (
        goal_below(
            f"worker killed, an hour at {most:,} events/s", AIM_S, found[most].killed_s, "s"
        ),
        goal_below(f"dashboard, an hour at {most:,} events/s", AIM_S, found[most].dashboard_s, "s"),
    )
    return Family("starts", "Start and restart", asked.size.told, tuple(rows), goals=goals)


def measure_starts(file: Path, size: Size, events: int, folder: Path) -> Starts:
    """All of it over one log, whose clock says that the file's last event is now."""
    last = next(line for _, line in keyed(file, events - 1))
    known = size.before + (events - size.before) // _READ_BEFORE
    with Ground(folder, time_of(last)) as ground:
        empty_s, _ = _until_caught_up(ground)
        ground.append(keyed(file, 0, known))
        _until_caught_up(ground)
        ground.append(keyed(file, known, events))
        away_s, used = _until_caught_up(ground)
        stopped_s, _ = _until_caught_up(ground, end=signal.SIGKILL)
        killed_s, _ = _until_caught_up(ground)
        return Starts(
            empty_s=empty_s,
            away_s=away_s,
            stopped_s=stopped_s,
            killed_s=killed_s,
            dashboard_s=dashboard_start(ground),
            peak_bytes=used.peak_bytes,
        )


def _until_caught_up(ground: Ground, *, end: signal.Signals = signal.SIGTERM) -> tuple[float, Used]:
    """Seconds from the start of a worker to the first heads that say that all is read; it is ended
    then."""
    heads = Heads(ground)
    began = time.perf_counter()
    worker = Service("stream", "--log", ground.url)
    try:
        took_s = heads.caught_up() - began
    finally:
        used = worker.end(how=end)
        heads.close()
    return took_s, used


def dashboard_start(ground: Ground) -> float:
    """Seconds from starting a dashboard over a log to its first frame that counts all events."""
    process = Service("dashboard", "--log", ground.url, "--port", "0")
    try:
        viewer = Viewer(address_of(process))
        frame = viewer.wait_for(lambda frame: frame.events() >= ground.events, WITHIN_S)
        return frame.at - process.began
    finally:
        process.end()


def _rows(rate: int, found: Starts) -> list[Row]:
    what = f"an hour at {rate:,} events/s"
    return [
        Row("worker, an empty log", "s", (found.empty_s,)),
        Row(
            f"worker, 55 minutes away, {what}",
            "s",
            (found.away_s,),
            peak_mib=(found.peak_bytes / MIB,),
        ),
        Row(f"worker, stopped and started, {what}", "s", (found.stopped_s,)),
        Row(f"worker, killed and started, {what}", "s", (found.killed_s,)),
        Row(f"dashboard, {what}", "s", (found.dashboard_s,)),
    ]
