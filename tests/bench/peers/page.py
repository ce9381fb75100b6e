"""The results beside the peers: how far ahead ours is, and the part of docs/performance.md."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from statistics import median
from typing import Final, NamedTuple

from msgspec import structs

from tests.bench.figures import COLUMNS, Results, Row, Timing
from tests.bench.page import between, markdown

OURS: Final = "ours, one core"
PEERS_BEGIN: Final = (
    "<!-- measured against peers: `make bench-peers ARGS=--write` writes what is between these -->"
)
PEERS_END: Final = "<!-- measured against peers: end -->"
PEER_COLUMNS: Final = (*COLUMNS, "ours ÷ it", "ours ÷ it, CPU")


_OF_A_PEER: Final = re.compile(rf"\| (tumbling|sliding): (?!{OURS})")


class Goal(NamedTuple):
    """How many times a peer's events/s ours is to do, in windows of one kind."""

    window: str
    peer: str
    times: float


GOALS: Final = (
    *(Goal("tumbling", peer, 2) for peer in ("Flink", "Spark", "bytewax")),
    *(Goal("sliding", peer, 4) for peer in ("Flink", "Spark")),
    Goal("sliding", "bytewax", 14),
    *(
        Goal(window, peer, 10)
        for peer in ("Pathway", "Quix Streams", "faust-streaming")
        for window in ("tumbling", "sliding")
    ),
)


def with_lead(rows: Sequence[Row], rounds: Sequence[Mapping[str, Timing]]) -> list[Row]:
    """The rows, the peers' with how many times as much ours does in the same windows."""
    return [_with_lead(row, rounds) for row in rows]


def _with_lead(row: Row, rounds: Sequence[Mapping[str, Timing]]) -> Row:
    window, _, name = row.name.partition(": ")
    if not name or name == OURS:
        return row
    pairs = [(timed[f"{window}: {OURS}"], timed[row.name]) for timed in rounds]
    return structs.replace(
        row,
        name=f"{row.name} ({pairs[0][1].events:,} events)",
        ahead=tuple((one.events / one.wall_s) / (peer.events / peer.wall_s) for one, peer in pairs),
        ahead_cpu=tuple(
            (one.events / one.cpu_s) / (peer.events / peer.cpu_s) for one, peer in pairs
        ),
    )


def goals(rows: Sequence[Row]) -> str:
    """A table of what is aimed at and what was measured, by the clock; empty where nothing is."""
    lines = []
    for goal, row in _aimed_at(rows):
        ahead = median(row.ahead)
        met = "met" if ahead >= goal.times else "missed"
        lines.append(f"{_cells_of(goal)} {goal.times:g} | {ahead:.2f} | {met} |")
    head = ["| windows | peer | goal | ours ÷ it | |", "| --- | --- | ---: | ---: | --- |"]
    return "\n".join([*head, *lines]) if lines else ""


def _aimed_at(rows: Sequence[Row]) -> list[tuple[Goal, Row]]:
    """Each goal with the row that tells whether it is met."""
    return [
        (goal, row)
        for goal in GOALS
        for row in rows
        if row.ahead and row.name.startswith(f"{goal.window}: {goal.peer}")
    ]


def _cells_of(goal: Goal) -> str:
    return f"| {goal.window} | {goal.peer} |"


def with_measured_beside_peers(page: str, results: Results, *, others_stay: bool = False) -> str:
    """The page with its part about peers replaced. Or else the rows of those alone that were
    measured now: of what earlier runs told all others stay, under the command and machine that
    they were measured with, and this run comes after them. Raises `ValueError` where the page has
    no such part."""
    runs = [markdown(results, PEER_COLUMNS)]
    if aimed_at := goals(results.rows):
        runs = [f"{runs[0]}\n\n{aimed_at}"]
    if others_stay:
        earlier = page.partition(PEERS_BEGIN)[2].partition(PEERS_END)[0]
        runs = [*filter(None, (_left(run, results.rows) for run in _runs_of(earlier))), *runs]
    return between(page, PEERS_BEGIN, PEERS_END, "\n\n".join(runs))


def _runs_of(part: str) -> list[str]:
    """What each run told: it begins with its command."""
    return re.split(r"^(?=`make )", part.strip(), flags=re.MULTILINE)


def _left(run: str, measured: Sequence[Row]) -> str:
    """What an earlier run told but for the rows, and the verdicts, of what was measured again;
    nothing, where it told of no other peer."""
    names = [row.name.rpartition(" (")[0] for row in measured if row.ahead]
    gone = (
        *(f"| {name} (" for name in names),
        *(_cells_of(goal) for goal, _ in _aimed_at(measured)),
    )
    lines = [line for line in run.strip().splitlines() if not line.startswith(gone)]
    if not any(_OF_A_PEER.match(line) for line in lines):
        return ""
    blocks = "\n".join(lines).split("\n\n")
    # Of a table whose rows are all gone its two lines of head are left.
    return "\n\n".join(
        block for block in blocks if not block.startswith("|") or block.count("\n") > 1
    )
