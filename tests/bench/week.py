"""Section `week`: whether memory stays flat while a worker and a dashboard serve a whole week.

The week is told on a clock that moves with its events, slice by slice, over an embedded log with
the real retention. Worker and dashboard are processes of their own, once of each make of the core.
After the week the log alone goes on for some days, so that the oldest of its events come to go.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from stream.compiled import PURE_VARIABLE, is_compiled
from stream.contract.instants import HOUR_US, MINUTE_US
from stream.logs.embedded import EmbeddedLog
from stream.logs.port import Log
from stream.logs.topics import CONTACT_EVENTS, FLOOR_FRAMES, topics
from tests.bench.command import day_file, notes
from tests.bench.figures import MIB, Family, Goal, Grid, Row, told
from tests.bench.processes import printed
from tests.bench.week_parts import PARTS, PartProcess, SetClock, Sizes, Turn
from tests.bench.week_traffic import begin_of, date_of, slices

# How much larger a process may be on the last day of the week than on the third.
AIM: Final = 1.05
# The day that the last is compared with: by then whatever is kept for hours or a day is full.
_COMPARED: Final = 2
_WEEK: Final = 7
# Four in the afternoon: the longest window holds a busy floor alone.
_COUNTED_US: Final = 16 * HOUR_US


class Asked(Struct, frozen=True):
    """How large the floor is, as times the weekday's contacts and agents, and in how many
    partitions; how many days it is served, and for how many more the log alone goes on; how long a
    slice of time is; and whether it is so large that memory must be flat."""

    scale: float
    partitions: int
    days: int
    alone: int
    length_us: int
    aims: bool = False


# In one partition, and large enough that in it old contacts are forgotten every day: fewer than
# 80,000 would all be known still after a week.
FULL: Final = Asked(16.0, 1, _WEEK, 3, 30 * MINUTE_US, aims=True)
QUICK: Final = Asked(1.0, 1, _WEEK, 3, 60 * MINUTE_US)


class Day(Struct, frozen=True):
    """What there was at the end of a day: of each part, and of the log."""

    events: int
    parts: dict[str, Sizes]
    directory_mib: float
    frames: int
    frames_mib: float


def measure(asked: Asked) -> Family:
    """Both makes at once: of what is measured nothing depends on who else runs."""
    file = day_file(asked.scale)
    makes = {"plain Python": {PURE_VARIABLE: "1"}}
    if is_compiled():
        makes = {"compiled": {PURE_VARIABLE: ""}, **makes}
    notes.print(f"week: {asked.days} days, {' and '.join(makes)}")
    with ThreadPoolExecutor(len(makes)) as pool:
        days = pool.map(lambda env: _in_a_process(file, asked, env), makes.values())
        found = dict(zip(makes, days, strict=True))
    return family(asked, found)


def _in_a_process(file: Path, asked: Asked, env: Mapping[str, str]) -> list[Day]:
    arguments = str(file), msgspec.json.encode(asked).decode()
    return msgspec.json.decode(printed("tests.bench.week", *arguments, env=env), type=list[Day])


def served(file: Path, asked: Asked, folder: Path) -> list[Day]:
    """Tell the days into a log in the folder, and let the parts take them in."""
    clock = SetClock(begin_of(0))
    log = EmbeddedLog(folder, now=clock)
    log.create(topics(asked.partitions))
    parts = {name: PartProcess(name, f"embedded:{folder}", clock.now) for name in PARTS}
    days: list[Day] = []
    events = 0
    try:
        for number in range(asked.days + asked.alone):
            if number == asked.days:
                _end(parts)
            before, sizes = events, {}
            for clock.now, told in slices(file, asked.scale, number, asked.length_us):
                log.append(CONTACT_EVENTS, told)
                events += len(told)
                turn = Turn(
                    clock.now,
                    events,
                    counts=clock.now == begin_of(number) + _COUNTED_US,
                    day_over=clock.now == begin_of(number + 1),
                )
                taken = {name: part.take(turn) for name, part in parts.items()}
                sizes = {name: size for name, size in taken.items() if size is not None}
            days.append(Day(events - before, sizes, *_log_sizes(log, folder)))
    finally:
        _end(parts)
        log.close()
    return days


def _end(parts: dict[str, PartProcess]) -> None:
    while parts:
        parts.popitem()[1].end()


def _log_sizes(log: Log, folder: Path) -> tuple[float, int, float]:
    """MiB of the directory; how many frames the log holds, and MiB of these."""
    directory = sum(file.stat().st_size for file in folder.iterdir())
    frames = [
        len(record.value or b"")
        for partition in range(log.partitions(FLOOR_FRAMES))
        for record in log.read(FLOOR_FRAMES, partition)
    ]
    return directory / MIB, len(frames), sum(frames) / MIB


def family(asked: Asked, found: Mapping[str, list[Day]]) -> Family:
    """What was found of each make, a day a column; a goal for each part of each."""
    rows, goals = [], []
    for make, days in found.items():
        served_days = days[: asked.days]
        for part in PARTS:
            sizes = [day.parts[part] for day in served_days]
            what = f"{part}, {make}"
            peaks = tuple(each.peak_mib for each in sizes)
            rows += [
                Row(f"{what}: resident at the most", "MiB", peaks),
                Row(f"{what}: at the day's end", "MiB", tuple(s.resident_mib for s in sizes)),
            ]
            rows += [
                Row(f"{what}: {name}", "", tuple(float(each.held[name]) for each in sizes))
                for name in sizes[0].held
            ]
            if asked.aims:
                ratio = peaks[_WEEK - 1] / peaks[_COMPARED]
                goals.append(
                    Goal(
                        f"{what}: day {_WEEK} against day {_COMPARED + 1}",
                        f"≤ {AIM} ×",
                        f"{ratio:.3f} ×",
                        ratio <= AIM,
                    )
                )
    # Both makes tell the same frames, and so have the same log.
    days = next(iter(found.values()))
    rows += [
        Row("events of the day", "", tuple(float(day.events) for day in days)),
        Row("the log's directory", "MiB", tuple(day.directory_mib for day in days)),
        Row("the log's frames", "", tuple(float(day.frames) for day in days)),
        Row("the log's frames", "MiB", tuple(day.frames_mib for day in days)),
    ]
    columns = ["what", *(f"{date_of(number):%a}" for number in range(len(days)))]
    lines = [_line(row, len(days)) for row in rows]
    over = (
        f"{asked.days} days from a Wednesday on, {asked.scale:g} times the weekday's contacts and "
        f"agents, in slices of {asked.length_us / MINUTE_US:g} min; {_partitions(asked)}; the log "
        f"alone for {asked.alone} days more"
    )
    grid = Grid(tuple(columns), tuple(lines))
    return Family("week", "A week", over, tuple(rows), goals=tuple(goals), grid=grid)


def _line(row: Row, columns: int) -> tuple[str, ...]:
    """A day a column; empty where the log was alone."""
    name = f"{row.name}, {row.unit}" if row.unit else row.name
    values = [told(value) for value in row.values]
    return (name, *values, *[""] * (columns - len(values)))


def _partitions(asked: Asked) -> str:
    return "one partition" if asked.partitions == 1 else f"{asked.partitions} partitions"


def main(arguments: Sequence[str]) -> None:
    """Serve the days, and print them as JSON."""
    file, asked = arguments
    with tempfile.TemporaryDirectory(prefix="floorwatch-bench-") as folder:
        days = served(Path(file), msgspec.json.decode(asked, type=Asked), Path(folder) / "log")
    sys.stdout.buffer.write(msgspec.json.encode(days))


if __name__ == "__main__":
    main(sys.argv[1:])
