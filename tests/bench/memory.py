"""Section `memory`: how large worker, dashboard and compute are on floors of several sizes, at the
most and once they have come to rest, and how they grow."""

from __future__ import annotations

import tempfile
from pathlib import Path
from threading import Event
from typing import Final

from msgspec import Struct

from tests.bench.command import floor_file, notes
from tests.bench.delay import running
from tests.bench.figures import MIB, Family, Grid, Row, goal_below, line_rows, told
from tests.bench.ground import WITHIN_S, Ground, keyed, time_of
from tests.bench.processes import Usage, timed_command
from tests.bench.sites import LARGEST, ORDINARY, SMALL, WIDE, Size
from tests.bench.viewer import Viewer

AIM_MIB: Final = 1024.0
# Long enough for checkpoints to be written, and for what a start needed to be given back.
_REST_S: Final = 35.0


class Asked(Struct, frozen=True):
    """The floors with their events; those in `grown` differ in size alone. How long a rest is."""

    floors: tuple[tuple[Size, int], ...]
    grown: tuple[Size, ...]
    rest_s: float = _REST_S


FULL: Final = Asked(
    ((SMALL, 40_000), (ORDINARY, 400_000), (LARGEST, 1_200_000), (WIDE, 1_200_000)),
    (SMALL, ORDINARY, LARGEST),
)
QUICK: Final = Asked(((SMALL, 40_000), (WIDE, 300_000)), (), 5.0)


class Sizes(Struct, frozen=True):
    """What each part uses on one floor."""

    worker: Usage
    dashboard: Usage
    compute_peak_bytes: int

    def mib(self) -> dict[str, float]:
        """By name, in MiB."""
        return {
            "worker, at the most": self.worker.peak_bytes / MIB,
            "worker, at rest": self.worker.resident_bytes / MIB,
            "dashboard, at the most": self.dashboard.peak_bytes / MIB,
            "dashboard, at rest": self.dashboard.resident_bytes / MIB,
            "compute, at the most": self.compute_peak_bytes / MIB,
        }


def measure(asked: Asked) -> Family:
    """Every floor once; the lines go through the floors that differ in size alone."""
    found: dict[str, dict[str, float]] = {}
    rows: list[Row] = []
    goals = []
    for size, events in asked.floors:
        notes.print(f"memory: {size.told}")
        found[size.name] = mib = measure_sizes(floor_file(size, events), events, asked.rest_s).mib()
        rows += [Row(f"{size.name}: {what}", "MiB", (value,)) for what, value in mib.items()]
        if size == WIDE:
            goals = [goal_below(f"{size.told}: {w}", AIM_MIB, v, "MiB") for w, v in mib.items()]
    columns = ["what, MiB", *(size.name for size, _ in asked.floors)]
    names = next(iter(found.values()))
    lines = [[what, *(told(mib[what]) for mib in found.values())] for what in names]
    if asked.grown:
        columns += ["at nobody", "for each 1,000 open contacts", "off that line by at most"]
        for line in lines:
            points = [(s.open_contacts / 1000, found[s.name][line[0]]) for s in asked.grown]
            grown = line_rows(line[0], "MiB", points, "1,000 open contacts, and agents with them")
            rows += grown
            slope, intercept, off = (told(row.values[0]) for row in grown)
            line += [intercept, slope, off]
    over = "; ".join(f"{size.told}, {events:,} events" for size, events in asked.floors)
    if asked.grown:
        over += f". The line is through {', '.join(size.name for size in asked.grown)}"
    grid = Grid(tuple(columns), tuple(map(tuple, lines)))
    return Family("memory", "Memory", over, tuple(rows), goals=tuple(goals), grid=grid)


def measure_sizes(file: Path, events: int, rest_s: float) -> Sizes:
    """Services that have read the whole file, with one viewer; the command by itself."""
    last = time_of(next(line for _, line in keyed(file, events - 1)))
    with (
        tempfile.TemporaryDirectory(prefix="floorwatch-bench-") as folder,
        Ground(Path(folder) / "log", last) as ground,
    ):
        ground.append(keyed(file, 0, events))
        with running(ground) as (stream, dashboard, url):
            viewer = Viewer(url)
            viewer.wait_for(lambda frame: frame.events() >= events, WITHIN_S)
            Event().wait(rest_s)
            worker, shown = stream.now(), dashboard.now()
    return Sizes(worker, shown, timed_command(events, "compute", str(file), "--json").peak_bytes)
