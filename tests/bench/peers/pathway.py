"""Pathway's windows over event time: its own reader of JSON lines, in one process."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pathway as pw
from pathway.internals.parse_graph import G

from tests.bench.peers.script import (
    ABANDONED,
    ANSWERED,
    OFFERED,
    SURVEYED,
    Rows,
    Run,
    Window,
    main,
    row_of,
)

TIME_FORMAT: Final = "%Y-%m-%dT%H:%M:%S%.fZ"
SCHEMA: Final = pw.schema_from_types(type=str, time=str, data=pw.Json)


def _queued(file: Path) -> Any:
    events = pw.io.jsonlines.read(str(file), schema=SCHEMA, mode="static")
    events = events.select(
        kind=pw.this.type,
        second=pw.this.time.dt.strptime(TIME_FORMAT).dt.timestamp(unit="s"),
        queue=pw.this.data.get("queue"),
        csat=pw.this.data.get("csat"),
    )
    events = events.filter(pw.this.queue.is_not_none())
    scored = (pw.this.kind == SURVEYED) & pw.this.csat.is_not_none()
    return events.select(
        pw.this.second,
        queue=pw.this.queue.as_str(),
        offered=pw.cast(int, pw.this.kind == OFFERED),
        answered=pw.cast(int, pw.this.kind == ANSWERED),
        abandoned=pw.cast(int, pw.this.kind == ABANDONED),
        csat_n=pw.cast(int, scored),
        csat_sum=pw.if_else(scored, pw.coalesce(pw.this.csat.as_int(), 0), 0),
    )


def _counted(file: Path, window: Window) -> Any:
    if window.slides:
        windows = pw.temporal.sliding(hop=window.hop_s, duration=window.length_s, origin=0)
    else:
        windows = pw.temporal.tumbling(duration=window.length_s, origin=0)
    queued = _queued(file)
    return queued.windowby(queued.second, window=windows, instance=queued.queue).reduce(
        pw.this._pw_instance,
        pw.this._pw_window_start,
        events=pw.reducers.count(),
        offered=pw.reducers.sum(pw.this.offered),
        answered=pw.reducers.sum(pw.this.answered),
        abandoned=pw.reducers.sum(pw.this.abandoned),
        csat_n=pw.reducers.sum(pw.this.csat_n),
        csat_sum=pw.reducers.sum(pw.this.csat_sum),
    )


def prepare(file: Path, window: Window) -> Run:
    """A graph over the file."""
    G.clear()
    told: Rows = {}
    names = ("events", "offered", "answered", "abandoned", "csat_n", "csat_sum")

    def take(key: Any, row: dict[str, Any], time: int, is_addition: bool) -> None:
        if is_addition:
            sums = [row[name] for name in names]
            told.update([row_of(row["_pw_instance"], row["_pw_window_start"], sums)])

    pw.io.subscribe(_counted(file, window), on_change=take)

    def run() -> Rows:
        pw.run(monitoring_level=pw.MonitoringLevel.NONE)
        return told

    return run


if __name__ == "__main__":
    main(prepare, "pathway")
