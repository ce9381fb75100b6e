"""Section `compute`: files to figures, on one core and on all, beside the typed decode of the same
file in the same round."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median
from typing import Final

from msgspec import Struct

from tests.bench.command import floor_file, notes
from tests.bench.figures import (
    FLOOR,
    Family,
    Goal,
    Row,
    Timing,
    goal_at_least,
    throughput_rows,
)
from tests.bench.processes import ROOT, printed, timed_command, timed_work
from tests.bench.sites import LARGEST, ORDINARY, SMALL, Size

IN_PROCESS: Final = "compute, in one process"
ONE_CORE: Final = "floorwatch compute, one core"
ALL_CORES: Final = "floorwatch compute, all cores"
PURE: Final = "floorwatch compute, one core, pure Python"
# With a compiled hot module, and without.
AIM_COMPILED: Final = 0.5
AIM_PURE: Final = 0.25
AIM_ALL_CORES: Final = 1.7

Work = Callable[[], Mapping[str, Timing]]


class Asked(Struct, frozen=True):
    """How many events of each size of floor, and how many rounds."""

    events: tuple[tuple[Size, int], ...]
    rounds: int


FULL: Final = Asked(((SMALL, 40_000), (ORDINARY, 400_000), (LARGEST, 1_200_000)), 3)
QUICK: Final = Asked(((SMALL, 40_000), (LARGEST, 300_000)), 1)


def measure(asked: Asked) -> Family:
    """All sizes, the largest with every step on the way beside."""
    choices = Choices.found()
    rows: list[Row] = []
    goals: tuple[Goal, ...] = ()
    for size, events in asked.events:
        largest = (size, events) == asked.events[-1]
        file = floor_file(size, events)
        rounds = []
        for round_ in range(asked.rounds):
            notes.print(f"compute, {size.name}: round {round_ + 1} of {asked.rounds}")
            rounds.append(_in_turn(_works(file, events, choices, whole=largest), round_))
        measured = throughput_rows(rounds)
        rows += [_of_size(row, size) for row in measured]
        if largest:
            goals = _goals({row.name: row for row in measured}, choices)
    over = "; ".join(f"{size.told}, {events:,} events" for size, events in asked.events)
    return Family("compute", "Compute", over, tuple(rows), FLOOR, goals)


class Choices(Struct, frozen=True):
    """What there is to choose: the cores, and whether a compiled module takes the pure one's
    place."""

    cores: bool
    compiled: bool

    @classmethod
    def found(cls) -> Choices:
        """As the command and the checkout have it."""
        return cls(
            cores=b"--cores" in printed("floorwatch", "compute", "--help"),
            compiled=any((ROOT / "stream").rglob("*.so")),
        )


def _works(file: Path, events: int, choices: Choices, *, whole: bool) -> list[Work]:
    """What is timed of a file; the steps on the way only where the whole is asked for."""
    path = str(file)
    one = ("--cores", "1") if choices.cores else ()

    def command(name: str, *options: str, **env: str) -> Work:
        return lambda: {name: timed_command(events, "compute", path, "--json", *options, env=env)}

    works: list[Work] = [lambda: timed_work("typed_decode", path), command(ONE_CORE, *one)]
    if choices.cores:
        works.append(command(ALL_CORES))
    if choices.compiled:
        works.append(command(PURE, *one, FLOORWATCH_PURE="1"))
    if whole:
        steps = ("reading", "codec_decoder", "codec_decode", "file_reading")
        works[1:1] = [_step(step, path) for step in steps]
    return works


def _step(name: str, path: str) -> Work:
    return lambda: timed_work(name, path)


def _in_turn(works: list[Work], round_: int) -> dict[str, Timing]:
    """Everything once. The order turns from round to round, so that none is always first."""
    turn = round_ % len(works)
    told: dict[int, Mapping[str, Timing]] = {}
    for place in (*range(turn, len(works)), *range(turn)):
        told[place] = works[place]()
    return {name: timing for place in sorted(told) for name, timing in told[place].items()}


def _of_size(row: Row, size: Size) -> Row:
    return Row(
        f"{size.name}: {row.name}", row.unit, row.values, row.ratios, row.ratios_cpu, row.peak_mib
    )


def _goals(rows: Mapping[str, Row], choices: Choices) -> tuple[Goal, ...]:
    aim, how = (AIM_COMPILED, "compiled") if choices.compiled else (AIM_PURE, "pure Python")
    goals = [
        goal_at_least(
            f"compute, one core, {how}, by processor time",
            aim,
            median(rows[IN_PROCESS].ratios_cpu),
            "× typed decode",
        )
    ]
    if ALL_CORES in rows:
        pairs = zip(rows[ALL_CORES].values, rows[ONE_CORE].values, strict=True)
        cores = len(os.sched_getaffinity(0))
        goals.append(
            goal_at_least(
                f"compute, {cores} cores, the whole command",
                AIM_ALL_CORES,
                median(all_ / one for all_, one in pairs),
                "× one core",
            )
        )
    return tuple(goals)
