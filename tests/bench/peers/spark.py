"""PySpark's structured streaming, on two cores: a trigger for each piece of the file, its window
aggregate over event time with a watermark, each trigger's changed rows collected."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any, Final

from pyspark.sql import SparkSession
from pyspark.sql import functions as f

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
    pieces_of,
    row_of,
)

CORES: Final = 2
LINES_A_TRIGGER: Final = 200_000
SCHEMA: Final = "type string, time timestamp, data struct<queue: string, csat: int>"


def _session() -> Any:
    """The one of this process; it is started before anything is timed."""
    return (
        SparkSession.builder.master(f"local[{CORES}]")
        .config("spark.sql.shuffle.partitions", CORES)
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.ui.enabled", "false")
        .config("spark.driver.memory", "4g")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )


def _counted(events: Any, window: Window) -> Any:
    def count(kind: str) -> Any:
        return f.count_if(f.col("type") == kind)

    csat = f.when(f.col("type") == SURVEYED, f.col("data.csat"))
    starts = f.window("time", f"{window.length_s} seconds", f"{window.hop_s} seconds")
    return (
        events.where("data.queue is not null")
        .withWatermark("time", f"{LATE_S} seconds")
        .groupBy(f.col("data.queue").alias("queue"), starts)
        .agg(
            f.count(f.lit(1)),
            *(count(kind) for kind in (OFFERED, ANSWERED, ABANDONED)),
            f.count(csat),
            f.coalesce(f.sum(csat), f.lit(0)),
        )
        .withColumn("window", f.unix_timestamp(f.col("window.start")))
    )


def prepare(file: Path, window: Window) -> Run:
    """The session, and the file in pieces."""
    session = _session()
    session.sparkContext.setLogLevel("ERROR")
    pieces = pieces_of(file, LINES_A_TRIGGER)
    told: Rows = {}

    def take(changed: Any, _: int) -> None:
        told.update(row_of(queue, start_s, sums) for queue, start_s, *sums in changed.collect())

    def run() -> Rows:
        events = session.readStream.schema(SCHEMA).option("maxFilesPerTrigger", 1).json(str(pieces))
        with tempfile.TemporaryDirectory(prefix="floorwatch-spark-") as checkpoint:
            query = (
                _counted(events, window)
                .writeStream.outputMode("update")
                .option("checkpointLocation", checkpoint)
                .foreachBatch(take)
                .trigger(availableNow=True)
                .start()
            )
            query.awaitTermination()
        return told

    return run


if __name__ == "__main__":
    main(prepare, "pyspark")
