"""Section `huge`: a year of a centre, 25 million events, through `floorwatch compute`.

The year is one simulated day, told again for every weekday with its dates and names changed, and is
kept packed.
"""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import zstandard
from msgspec import Struct

from simulator import load_scenario, simulate
from simulator.randomness import tag_of
from stream.contract.codec import encode
from stream.contract.instants import DAY_US, parse_instant
from tests.bench.command import notes
from tests.bench.figures import Family, Row, goal_below, throughput_rows
from tests.bench.processes import timed_command
from tests.bench.workload import SEED

AIM_S: Final = 180.0
# A year of 260 days.
_SCALE: Final = 1.55
FIRST: Final = date(2025, 1, 6)
# The centre's midnight.
DAY_START: Final = parse_instant(f"{FIRST.isoformat()}T05:00:00Z")
WEEKEND: Final = 5
_SCENARIO: Final = "weekday"


class Asked(Struct, frozen=True):
    """How many events; how large the day is, as times the weekday's contacts and agents."""

    events: int
    scale: float


FULL: Final = Asked(25_000_000, _SCALE)
QUICK: Final = Asked(500_000, _SCALE)


def measure(asked: Asked) -> Family:
    """Once."""
    with tempfile.TemporaryDirectory(prefix="floorwatch-bench-") as folder:
        file = Path(folder) / "year.jsonl.zst"
        notes.print(f"huge: writing {asked.events:,} events")
        days = write_year(file, asked)
        notes.print(f"huge: {days} days, {file.stat().st_size / 1024 / 1024:,.0f} MiB packed")
        timing = timed_command(asked.events, "compute", str(file), "--json")
    name = "floorwatch compute, all cores"
    rows = throughput_rows([{name: timing}], name)
    rows = [Row(row.name, row.unit, row.values, peak_mib=row.peak_mib) for row in rows]
    rows.append(Row("… in all", "s", (timing.wall_s,)))
    goals = (
        [goal_below(f"{asked.events:,} events through compute", AIM_S, timing.wall_s, "s")]
        if asked.events >= FULL.events
        else []
    )
    over = f"{asked.events:,} events of {days} weekdays, packed"
    return Family("huge", "A year at once", over, tuple(rows), goals=tuple(goals))


def write_year(file: Path, asked: Asked) -> int:
    """Write so many events, day after day; how many days they are."""
    day, tag = b"".join(simulated_day(asked.scale)), day_tag(asked.scale)
    ends = list(_line_ends(day))
    left = asked.events
    with file.open("wb") as packed, zstandard.ZstdCompressor(level=1).stream_writer(packed) as out:
        for number, each in enumerate(weekdays()):
            if not left:
                return number
            part = day if left >= len(ends) else day[: ends[left - 1]]
            left -= min(left, len(ends))
            out.write(as_of_day(part, tag, each, number))
    raise AssertionError("weekdays never end")


def weekdays() -> Iterator[date]:
    """Every weekday, from a Monday on."""
    for number in itertools.count():
        each = FIRST + timedelta(days=number)
        if each.weekday() < WEEKEND:
            yield each


def simulated_day(scale: float) -> Iterator[bytes]:
    """The lines of the first day, from midnight to midnight where the centre is."""
    scenario = load_scenario(_SCENARIO)
    for event in simulate(scenario, seed=SEED, start=DAY_START, duration_us=DAY_US, scale=scale):
        yield encode(event) + b"\n"


def day_tag(scale: float) -> bytes:
    """What the identifiers of that day hold, and those of no other run."""
    return tag_of(_SCENARIO, SEED, int(DAY_START), 0, 1.0, scale).encode()


def as_of_day(lines: bytes, tag: bytes, day: date, number: int) -> bytes:
    """The first day's lines on another day. What reaches into the day after goes first, so that no
    date is moved twice."""
    for later in (1, 0):
        before, after = (each + timedelta(days=later) for each in (FIRST, day))
        lines = lines.replace(f'"{before.isoformat()}T'.encode(), f'"{after.isoformat()}T'.encode())
    return lines.replace(tag, tag + b"-%d" % number)


def _line_ends(lines: bytes) -> Iterator[int]:
    place = 0
    while (place := lines.find(b"\n", place) + 1) > 0:
        yield place
