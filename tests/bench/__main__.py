"""`make bench`: measure, show the table, and on request write JSON and docs/performance.md."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from stream.contract.instants import SECOND_US
from tests.bench.command import command_of, notes, parser_of, tell, workload
from tests.bench.delay import Delays, measure_delays, measure_start
from tests.bench.figures import Results, Row, Timing, quantile, throughput_rows
from tests.bench.machine import machine
from tests.bench.page import with_measured
from tests.bench.processes import timed_command, timed_work
from tests.bench.workload import AGENTS_A_SCALE, SCALE, items_of

PER_SECOND: Final = 500.0
HISTORY_S: Final = 120


class Asked(Struct, frozen=True):
    """How much is measured: events and rounds of throughput; rounds of delay, their length, and
    the sizes of floor for it."""

    events: int
    rounds: int
    delay_rounds: int
    delay_s: int
    delay_scales: tuple[float, ...]


# A floor as most are, and one as large as the largest that is designed for.
_ORDINARY: Final = 10.0
FULL: Final = Asked(
    events=1_000_000, rounds=3, delay_rounds=2, delay_s=60, delay_scales=(_ORDINARY, SCALE)
)
QUICK: Final = Asked(
    events=100_000, rounds=2, delay_rounds=1, delay_s=20, delay_scales=(_ORDINARY,)
)


def main(arguments: Sequence[str]) -> None:
    """Run the bench as the command line asks."""
    options = _options(arguments)
    asked = _asked(options)
    # Read before the work, whose own load would be told otherwise.
    told = machine()
    rows = tuple(_measured(asked))
    command = command_of("bench", arguments, options)
    tell(Results(command=command, machine=told, rows=rows), options, with_measured)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = parser_of("tests.bench", __doc__, quick="a minute and a half, rougher")
    parser.add_argument("--events", type=int, help="how many events for the throughputs")
    parser.add_argument("--rounds", type=int, help="how often the throughputs are measured")
    parser.add_argument("--delay-rounds", type=int, help="how often the delay is; 0 leaves it out")
    parser.add_argument("--delay-s", type=int, help="how many seconds of traffic each time")
    return parser.parse_args(arguments)


def _asked(options: argparse.Namespace) -> Asked:
    asked = QUICK if options.quick else FULL
    changes = {
        name: getattr(options, name)
        for name in Asked.__struct_fields__
        if getattr(options, name, None) is not None
    }
    return msgspec.structs.replace(asked, **changes)


def _measured(asked: Asked) -> list[Row]:
    file = workload(asked.events)
    timings, starts = [], []
    for round_ in range(asked.rounds):
        notes.print(f"round {round_ + 1} of {asked.rounds}: throughputs, start")
        with tempfile.TemporaryDirectory(prefix="floorwatch-bench-") as folder:
            timings.append(_timings(file, asked.events, Path(folder) / "log", round_))
            starts.append(measure_start(Path(folder) / "log", asked.events))
    delays: dict[float, list[Delays]] = {}
    for round_ in range(asked.delay_rounds):
        for scale in asked.delay_scales:
            notes.print(f"round {round_ + 1} of {asked.delay_rounds}: {asked.delay_s} s of traffic")
            delays.setdefault(scale, []).append(_delays(asked.delay_s, round_, scale))
    rows = throughput_rows(timings)
    rows.append(Row("dashboard's start, an hour of history", "s", tuple(starts)))
    for scale, runs in delays.items():
        rows += delay_rows(f"{scale * AGENTS_A_SCALE:,.0f} agents", runs)
    return rows


def _timings(file: Path, events: int, log: Path, round_: int) -> dict[str, Timing]:
    """Everything once. The order turns from round to round, so that none is always first."""
    path = str(file)
    works: list[Callable[[], Mapping[str, Timing]]] = [
        lambda: timed_work("typed_decode", path),
        lambda: timed_work("codec_decoder", path),
        lambda: timed_work("codec_decode", path),
        lambda: timed_work("file_reading", path),
        lambda: {"floorwatch compute": timed_command(events, "compute", path, "--json")},
        lambda: timed_work("live", path, str(events), f"embedded:{log}"),
    ]
    turn = round_ % len(works)
    told: dict[str, Timing] = {}
    for work in [*works[turn:], *works[:turn]]:
        told.update(work())
    return told


def _delays(seconds: int, round_: int, scale: float) -> Delays:
    history = round(HISTORY_S * PER_SECOND)
    count = history + round(seconds * PER_SECOND)
    file = workload(count, scale)
    items = items_of(file, count, SECOND_US)
    # So long that what is played live comes at the rate; the morning is not equally busy.
    live_us = items[-1].time - items[history].time
    items = items_of(file, count, round(seconds * SECOND_US * SECOND_US / live_us))
    with tempfile.TemporaryDirectory(prefix="floorwatch-bench-") as folder:
        return measure_delays(items, history, Path(folder) / "log", round_)


def delay_rows(floor: str, runs: Sequence[Delays]) -> list[Row]:
    """The rows of the delay on a floor and of what was seen beside it, a value of each run."""
    what = f"append to viewer, {PER_SECOND:.0f} events/s, {floor}"
    probes = sum(len(run.delays_ms) for run in runs)

    def row(name: str, unit: str, value: Callable[[Delays], float]) -> Row:
        return Row(name, unit, tuple(value(run) for run in runs))

    return [
        row(f"{what}, p50 ({probes} probes)", "ms", lambda run: quantile(run.delays_ms, 0.5)),
        row(f"{what}, p99", "ms", lambda run: quantile(run.delays_ms, 0.99)),
        row(f"{what}, longest", "ms", lambda run: max(run.delays_ms)),
        row("… events really appended", "events/s", lambda run: run.events_a_s),
        row("… producer late by at most", "ms", lambda run: run.producer_late_ms),
        row("… frames", "frames/s", lambda run: run.frames_a_s),
        row("… a frame on the wire", "KiB", lambda run: run.frame_bytes / 1024),
        row("… floorwatch stream keeps busy", "cores", lambda run: run.stream_cores),
        row("… floorwatch dashboard keeps busy", "cores", lambda run: run.dashboard_cores),
    ]


if __name__ == "__main__":
    main(sys.argv[1:])
