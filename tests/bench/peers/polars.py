"""polars over micro-batches: each is scanned and grouped, and for windows that slide the rows of
the last five minutes are grouped anew every ten seconds. It uses all cores."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl

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
from tests.bench.peers.slices import slices_of

SCHEMA = {
    "type": pl.String,
    "time": pl.String,
    "data": pl.Struct({"queue": pl.String, "csat": pl.Int64}),
}


def _read(file: Path) -> Any:
    data = pl.col("data").struct
    scored = pl.col("type") == SURVEYED
    return (
        pl.scan_ndjson(file, schema=SCHEMA)
        .select(
            "type",
            pl.col("time").str.to_datetime(time_zone="UTC").dt.epoch("s").alias("second"),
            data.field("queue").alias("queue"),
            pl.when(scored).then(data.field("csat")).alias("csat"),
        )
        .filter(pl.col("queue").is_not_null())
        .collect()
    )


def _counted(events: Any) -> Iterator[tuple[Any, ...]]:
    kind = pl.col("type")
    grouped = events.group_by("queue").agg(
        pl.len(),
        *((kind == one).sum().alias(one) for one in (OFFERED, ANSWERED, ABANDONED)),
        pl.col("csat").count().alias("n"),
        pl.col("csat").sum().alias("sum"),
    )
    yield from grouped.iter_rows()


def prepare(file: Path, window: Window) -> Run:
    """The file cut into slices of one hop each."""
    slices = dict(slices_of(file, window.hop_s))

    def run() -> Rows:
        told: Rows = {}
        kept: dict[int, Any] = {}
        # After the last slice the windows that still hold events close one by one.
        last_s = max(slices) + window.length_s - window.hop_s
        for start_s in range(min(slices), last_s + 1, window.hop_s):
            first_s = start_s + window.hop_s - window.length_s
            if start_s in slices:
                kept[start_s] = _read(slices[start_s])
            kept.pop(first_s - window.hop_s, None)
            if kept:
                for queue, *sums in _counted(pl.concat(kept.values())):
                    told.update([row_of(queue, first_s, sums)])
        return told

    return run


if __name__ == "__main__":
    main(prepare, "polars")
