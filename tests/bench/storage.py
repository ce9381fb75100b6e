"""Section `log`: writing the embedded log and reading it live, beside bare SQLite and the typed
decode of the same events in the same round."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from msgspec import Struct

from tests.bench.command import floor_file, notes
from tests.bench.figures import FLOOR, Family, Timing, throughput_rows
from tests.bench.processes import timed_work
from tests.bench.sites import LARGEST, Size


class Asked(Struct, frozen=True):
    """How many events of which floor, and how many rounds."""

    size: Size
    events: int
    rounds: int


FULL: Final = Asked(LARGEST, 1_200_000, 3)
QUICK: Final = Asked(LARGEST, 300_000, 1)


def measure(asked: Asked) -> Family:
    """Everything once a round, the order turning."""
    file = str(floor_file(asked.size, asked.events))
    rounds = []
    for round_ in range(asked.rounds):
        notes.print(f"log: round {round_ + 1} of {asked.rounds}")
        with tempfile.TemporaryDirectory(prefix="floorwatch-bench-") as folder:
            rounds.append(_round(file, asked.events, Path(folder), round_))
    over = f"{asked.size.told}, {asked.events:,} events"
    return Family("log", "The embedded log", over, tuple(throughput_rows(rounds)), FLOOR)


def _round(file: str, events: int, folder: Path, round_: int) -> dict[str, Timing]:
    works: list[Callable[[], Mapping[str, Timing]]] = [
        lambda: timed_work("typed_decode", file),
        lambda: timed_work("bare_append", file, str(events), str(folder / "bare.db")),
        lambda: timed_work("live", file, str(events), str(folder / "log")),
    ]
    turn = round_ % len(works)
    told = {place: works[place]() for place in (*range(turn, len(works)), *range(turn))}
    return {name: timing for place in sorted(told) for name, timing in told[place].items()}
