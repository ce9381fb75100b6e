"""bytewax: its `fold_window`, in one process on one core."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import bytewax.operators as op
from bytewax.dataflow import Dataflow
from bytewax.operators.windowing import (
    EventClock,
    SlidingWindower,
    TumblingWindower,
    fold_window,
)
from bytewax.testing import TestingSink, TestingSource, run_main

from tests.bench.peers.decoded import Event, decode
from tests.bench.peers.script import (
    LATE_S,
    SUMS,
    Rows,
    Run,
    Sums,
    Window,
    added,
    lines_of,
    main,
    row_of,
    sums_of,
)

AT_ONCE = 1_000
EPOCH = datetime.fromtimestamp(0, UTC)


def _keyed(line: bytes) -> tuple[str, Event] | None:
    event = decode(line)
    return None if event.data.queue is None else (event.data.queue, event)


def _time(event: Event) -> datetime:
    return event.time


def _nothing() -> Sums:
    return (0,) * len(SUMS)


def _fold(sums: Sums, event: Event) -> Sums:
    return added(sums, sums_of(event.type, event.data.csat))


def prepare(file: Path, window: Window) -> Run:
    """The file's lines in memory, and the flow over them."""
    length, hop = timedelta(seconds=window.length_s), timedelta(seconds=window.hop_s)
    if window.slides:
        windower = SlidingWindower(length=length, offset=hop, align_to=EPOCH)
    else:
        windower = TumblingWindower(length=length, align_to=EPOCH)
    clock = EventClock(ts_getter=_time, wait_for_system_duration=timedelta(seconds=LATE_S))
    out: list[tuple[str, Any]] = []
    flow = Dataflow("peer")
    lines = op.input("lines", flow, TestingSource(lines_of(file), batch_size=AT_ONCE))
    keyed = op.filter_map("decode", lines, _keyed)
    counted = fold_window("count", keyed, clock, windower, _nothing, _fold, added, ordered=False)
    op.output("out", counted.down, TestingSink(out))

    def run() -> Rows:
        run_main(flow)
        return dict(row_of(queue, number * window.hop_s, sums) for queue, (number, sums) in out)

    return run


if __name__ == "__main__":
    main(prepare, "bytewax", "msgspec")
