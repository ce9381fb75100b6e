"""Section `simulate`: days of the simulator written to a file by its command, beside writing the
same bytes with nothing behind them."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

from msgspec import Struct

from tests.bench.command import notes
from tests.bench.figures import Family, Goal, Timing, throughput_rows
from tests.bench.processes import timed_command, timed_work

FLOOR: Final = "writing the same bytes"
_COMMAND: Final = "floorwatch simulate --out FILE"
_CONTACT: Final = b'"type":"contact.queued"'
# The project's own goal, of issue 6.
GOAL_EVENTS: Final = 6_000_000
GOAL_S: Final = 180.0


class Asked(Struct, frozen=True):
    """How many days at which scale, and how many rounds."""

    days: int
    scale: float
    rounds: int


FULL: Final = Asked(14, 8.5, 3)
QUICK: Final = Asked(1, 8.5, 1)


class Written(Struct, frozen=True):
    """What is in a file: events, and those with which a contact begins to wait."""

    events: int
    waits: int


def measure(asked: Asked) -> Family:
    """The command, then its bytes again, once a round."""
    rounds, written = [], Written(0, 0)
    for round_ in range(asked.rounds):
        notes.print(f"simulate: round {round_ + 1} of {asked.rounds}")
        with tempfile.TemporaryDirectory(prefix="floorwatch-bench-") as folder:
            timings, written = one_round(asked, Path(folder))
        rounds.append(timings)
    rows = tuple(throughput_rows(rounds, FLOOR))
    seconds = max(
        GOAL_EVENTS * timings[_COMMAND].cpu_s / timings[_COMMAND].events for timings in rounds
    )
    goal = Goal(
        f"{GOAL_EVENTS:,} events to a file, one core",
        f"≤ {GOAL_S:g} s",
        f"{seconds:.0f} s of processor time at the most",
        met=seconds <= GOAL_S,
    )
    over = (
        f"{asked.days} days of the weekday scenario at {asked.scale:g} times its size: "
        f"{written.events:,} events, {written.waits:,} waits"
    )
    return Family("simulate", "Simulating to a file", over, rows, FLOOR, (goal,))


def one_round(asked: Asked, folder: Path) -> tuple[dict[str, Timing], Written]:
    """Simulate into a file in the folder, and write its bytes once more."""
    file = folder / "days.jsonl"
    timing = timed_command(
        0,
        *("simulate", "--out", str(file), "--seed", "7"),
        *("--start", "2026-03-02T00:00:00-05:00", "--duration", f"{24 * asked.days}h"),
        *("--scale", str(asked.scale)),
    )
    written = _written(file)
    told = Timing(written.events, timing.wall_s, timing.cpu_s, timing.peak_bytes)
    return {**timed_work("rewriting", str(file)), _COMMAND: told}, written


def _written(file: Path) -> Written:
    events = waits = 0
    with file.open("rb") as lines:
        for line in lines:
            events += 1
            waits += _CONTACT in line
    return Written(events, waits)
