"""PyFlink's SQL on two cores, as a stream: it reads the file, and the windows of its table
functions close with the watermark."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path
from typing import Any, Final

from pyflink.table import EnvironmentSettings, TableEnvironment

from tests.bench.peers.script import (
    ABANDONED,
    ANSWERED,
    LATE_S,
    OFFERED,
    SURVEYED,
    Rows,
    Run,
    Window,
    main,
    row_of,
)

CORES: Final = 2
EVENTS: Final = """
    create table events (
        `type` string, `time` timestamp_ltz(3), `data` row<queue string, csat int>,
        watermark for `time` as `time` - interval '{late}' second
    ) with ('connector' = 'filesystem', 'path' = '{file}', 'format' = 'json',
        'json.timestamp-format.standard' = 'ISO-8601')"""
COUNTED: Final = f"""
    select queue, window_start, count(*), count(*) filter (where `type` = '{OFFERED}'),
        count(*) filter (where `type` = '{ANSWERED}'),
        count(*) filter (where `type` = '{ABANDONED}'),
        count(csat), coalesce(sum(csat), 0)
    from table({{starts}}) group by queue, window_start, window_end"""
QUEUED: Final = f"""
    create temporary view queued as
    select `data`.queue as queue, `time`, `type`,
        case when `type` = '{SURVEYED}' then `data`.csat end as csat
    from events where `data`.queue is not null"""


def _environment(file: Path) -> Any:
    settings = EnvironmentSettings.in_streaming_mode()
    tables = TableEnvironment.create(settings)
    tables.get_config().set("parallelism.default", str(CORES))
    tables.get_config().set("table.local-time-zone", "UTC")
    tables.execute_sql(EVENTS.format(file=file.resolve(), late=LATE_S))
    tables.execute_sql(QUEUED)
    return tables


def _starts(window: Window) -> str:
    hop, length = (f"interval '{s}' second(3)" for s in (window.hop_s, window.length_s))
    if window.slides:
        return f"hop(table queued, descriptor(`time`), {hop}, {length})"
    return f"tumble(table queued, descriptor(`time`), {length})"


def prepare(file: Path, window: Window) -> Run:
    """The tables over the file."""
    tables = _environment(file)
    query = COUNTED.format(starts=_starts(window))

    def run() -> Rows:
        with tables.execute_sql(query).collect() as rows:
            return dict(
                row_of(queue, start.replace(tzinfo=UTC).timestamp(), sums)
                for queue, start, *sums in rows
            )

    return run


if __name__ == "__main__":
    main(prepare, "apache-flink")
