"""The work that is timed, each in a process of its own: `python -m tests.bench.work NAME FILE …`."""

from __future__ import annotations

import os
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import structlog

from stream.compute import FileReading
from stream.contract import codec
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import Instant
from stream.logs.files import CHUNK_BYTES, read_blocks
from stream.worker import Worker
from tests.bench.clock import now_us
from tests.bench.figures import FLOOR, Timing
from tests.bench.ground import APPEND_AT_ONCE, Ground, keyed, time_of
from tests.bench.workload import lines_of

Timings = dict[str, Timing]


def reading(file: Path) -> Timings:
    """What no reader of a file can be quicker than: its bytes, split into lines."""
    stopwatch = _Stopwatch()
    count = 0
    with file.open("rb", buffering=0) as bytes_:
        while chunk := bytes_.read(CHUNK_BYTES):
            count += len(chunk.split(b"\n")) - 1
    return {"reading bytes, split into lines": stopwatch.read(count)}


def typed_decode(file: Path) -> Timings:
    """The floor: msgspec alone, every field of every event typed and checked, times left as text."""
    decoder = msgspec.json.Decoder(_with_times_as_text())
    return {FLOOR: _decoding(file, decoder.decode)}


def codec_decoder(file: Path) -> Timings:
    """The codec's own decoder: the same with times read into microseconds."""
    return {"typed decode, times read": _decoding(file, codec._known.decode)}


def codec_decode(file: Path) -> Timings:
    """All of `decode`: size and UTF-8 checked as well."""
    return {"codec.decode": _decoding(file, codec.decode)}


def file_reading(file: Path) -> Timings:
    """All figures of the file: read, decode, apply, merge."""
    stopwatch = _Stopwatch()
    reading = FileReading(FloorPlan())
    reading.read_blocks(file.name, read_blocks(file))
    reading.figures("30m")
    return {"compute, in one process": stopwatch.read(reading.floor.health.events)}


def bare_append(file: Path, count: str, database: str) -> Timings:
    """What no log in SQLite can be quicker than: keys and values into one table, as many at once
    and as durable as ours."""
    rows = list(keyed(file, 0, int(count)))
    connection = sqlite3.connect(database, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL").fetchone()
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE events (place INTEGER PRIMARY KEY, key TEXT, value BLOB)")
    stopwatch = _Stopwatch()
    for start in range(0, len(rows), APPEND_AT_ONCE):
        connection.execute("BEGIN")
        connection.executemany(
            "INSERT INTO events (key, value) VALUES (?, ?)", rows[start : start + APPEND_AT_ONCE]
        )
        connection.execute("COMMIT")
    timing = stopwatch.read(len(rows))
    connection.close()
    return {f"SQLite alone, {APPEND_AT_ONCE:,} rows at once": timing}


def rewriting(file: Path) -> Timings:
    """What no writer of a file can be quicker than: the bytes of another, in chunks, durable."""
    with tempfile.TemporaryFile(dir=file.parent, buffering=0) as target:
        stopwatch = _Stopwatch()
        count = 0
        with file.open("rb", buffering=0) as source:
            while chunk := source.read(CHUNK_BYTES):
                count += chunk.count(b"\n")
                target.write(chunk)
        os.fsync(target.fileno())
        return {"writing the same bytes": stopwatch.read(count)}


def live(file: Path, count: str, folder: str) -> Timings:
    """Append all events to an embedded log, then let a worker catch up with it."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    events = list(keyed(file, 0, int(count)))
    # The floor's clock says that the recording's last event is now.
    with Ground(Path(folder), time_of(events[-1][1])) as ground:
        stopwatch = _Stopwatch()
        ground.append(events)
        appended = stopwatch.read(len(events))
        del events
        stopwatch = _Stopwatch()
        worker = Worker(ground.log, FloorPlan(), now=now_us)
        worker.run(lambda: worker.events >= ground.events and not worker.lag_events)
        caught_up = stopwatch.read(ground.events)
    return {
        f"append, {APPEND_AT_ONCE:,} at once": appended,
        "live worker, catching up": caught_up,
    }


class _Stopwatch:
    def __init__(self) -> None:
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def read(self, events: int) -> Timing:
        return Timing(events, time.perf_counter() - self._wall, time.process_time() - self._cpu)


def _decoding(file: Path, decode: Callable[[bytes], object]) -> Timing:
    lines = lines_of(file)
    stopwatch = _Stopwatch()
    for line in lines:
        decode(line)
    return stopwatch.read(len(lines))


def _with_times_as_text() -> Any:
    """The union of all events, each instant in them a string."""
    made = [_textual(struct) for struct in codec.EVENT_STRUCTS]
    union = made[0]
    for struct in made[1:]:
        union = union | struct
    return union


def _textual(struct: Any) -> Any:
    fields = []
    for info in msgspec.structs.fields(struct):
        kind = info.type
        if kind is Instant:
            kind = str
        elif isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            kind = _textual(kind)
        default = () if info.required else (info.default,)
        fields.append((info.name, kind, *default))
    config = struct.__struct_config__
    return msgspec.defstruct(
        struct.__name__, fields, tag=config.tag, tag_field=config.tag_field, frozen=config.frozen
    )


WORK: Final[dict[str, Callable[..., Timings]]] = {
    each.__name__: each
    for each in (
        reading,
        typed_decode,
        codec_decoder,
        codec_decode,
        file_reading,
        bare_append,
        rewriting,
        live,
    )
}


def main(arguments: Sequence[str]) -> None:
    """Do one piece of work and print its timings as JSON."""
    name, file, *rest = arguments
    timings = WORK[name](Path(file), *rest)
    sys.stdout.buffer.write(msgspec.json.encode(timings))


if __name__ == "__main__":
    main(sys.argv[1:])
