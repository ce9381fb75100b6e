"""The results beside the peers: how far ahead ours is, and the part of docs/performance.md."""

from __future__ import annotations

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


class Goal(NamedTuple):
    """How many times a peer's events/s ours is to do, in windows of one kind."""

    window: str
    peer: str
    times: float


GOALS: Final = (
    *(Goal("tumbling", peer, 2) for peer in ("Flink", "Spark", "bytewax")),
    *(Goal("sliding", peer, 4) for peer in ("Flink", "Spark")),
    Goal("sliding", "bytewax", 14),
    *(Goal(window, "Pathway", 10) for window in ("tumbling", "sliding")),
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
    """A table of what is aimed at and what was measured, by the clock."""
    lines = ["| windows | peer | goal | ours ÷ it | |", "| --- | --- | ---: | ---: | --- |"]
    for goal in GOALS:
        for row in rows:
            if row.ahead and row.name.startswith(f"{goal.window}: {goal.peer}"):
                ahead = median(row.ahead)
                met = "met" if ahead >= goal.times else "missed"
                lines.append(
                    f"| {goal.window} | {goal.peer} | {goal.times:g} | {ahead:.2f} | {met} |"
                )
    return "\n".join(lines)


def with_measured_beside_peers(page: str, results: Results) -> str:
    """The page with its part about peers replaced. Raises `ValueError` where it has none."""
    part = f"{markdown(results, PEER_COLUMNS)}\n\n{goals(results.rows)}"
    return between(page, PEERS_BEGIN, PEERS_END, part)
