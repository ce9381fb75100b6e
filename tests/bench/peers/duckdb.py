"""duckdb over micro-batches: each is inserted into a table, and what is in the window is grouped
anew every ten seconds. It uses all cores."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import duckdb

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

TABLE: Final = "create or replace table events (second bigint, queue text, type text, csat bigint)"
INSERT: Final = f"""
    insert into events
    select floor(epoch(time))::bigint, data.queue, type, case when type = '{SURVEYED}' then data.csat end
    from read_ndjson(?, columns = {{
        type: 'varchar', time: 'timestamptz', data: 'struct(queue varchar, csat bigint)'}})
    where data.queue is not null"""
FORGET: Final = "delete from events where second < ?"
COUNT: Final = f"""
    select queue, count(*), count_if(type = '{OFFERED}'), count_if(type = '{ANSWERED}'),
        count_if(type = '{ABANDONED}'), count(csat), coalesce(sum(csat), 0)
    from events where second >= ? group by queue"""


def prepare(file: Path, window: Window) -> Run:
    """The file cut into slices of one hop each, and an empty table."""
    slices = dict(slices_of(file, window.hop_s))
    base = duckdb.connect()
    base.execute(TABLE)

    def run() -> Rows:
        told: Rows = {}
        # After the last slice the windows that still hold events close one by one.
        last_s = max(slices) + window.length_s - window.hop_s
        for start_s in range(min(slices), last_s + 1, window.hop_s):
            first_s = start_s + window.hop_s - window.length_s
            if start_s in slices:
                base.execute(INSERT, [str(slices[start_s])])
            base.execute(FORGET, [first_s])
            for queue, *sums in base.execute(COUNT, [first_s]).fetchall():
                told.update([row_of(queue, first_s, sums)])
        return told

    return run


if __name__ == "__main__":
    main(prepare, "duckdb")
