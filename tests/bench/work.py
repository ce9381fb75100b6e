"""The work that is timed, each in a process of its own: `python -m tests.bench.work NAME FILE …`."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
import structlog

from stream.clocks import set_clock
from stream.compute import FileReading
from stream.contract import codec
from stream.contract.clock import FloorClock
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import Instant
from stream.logs.files import read_blocks
from stream.logs.topics import CONTACT_EVENTS, topics
from stream.logs.urls import open_log
from stream.worker import Worker
from tests.bench.clock import now_us
from tests.bench.figures import FLOOR, Timing
from tests.bench.workload import HISTORY_US, items_of, lines_of

APPEND_AT_ONCE: Final = 2_000

Timings = dict[str, Timing]


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


def live(file: Path, count: str, url: str) -> Timings:
    """Append all events to an embedded log, then let a worker catch up with it."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
    items = items_of(file, int(count), HISTORY_US)
    log = open_log(url, now=now_us)
    log.create(topics())
    # The floor's clock says that the recording's last event is now.
    set_clock(log, FloorClock(now_us(), int(items[-1].time), 1.0), has_events=False)
    stopwatch = _Stopwatch()
    for start in range(0, len(items), APPEND_AT_ONCE):
        batch = items[start : start + APPEND_AT_ONCE]
        log.append(CONTACT_EVENTS, [(item.key, item.payload) for item in batch])
    appended = stopwatch.read(len(items))
    del items
    stopwatch = _Stopwatch()
    worker = Worker(log, FloorPlan(), now=now_us)
    worker.run(lambda: worker.events >= int(count) and not worker.lag_events)
    caught_up = stopwatch.read(int(count))
    log.close()
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
    each.__name__: each for each in (typed_decode, codec_decoder, codec_decode, file_reading, live)
}


def main(arguments: Sequence[str]) -> None:
    """Do one piece of work and print its timings as JSON."""
    name, file, *rest = arguments
    timings = WORK[name](Path(file), *rest)
    sys.stdout.buffer.write(msgspec.json.encode(timings))


if __name__ == "__main__":
    main(sys.argv[1:])
