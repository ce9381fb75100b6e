"""Section `delay`: from an event's append to its figure at a viewer, with the real parts: `floorwatch
stream` and `floorwatch dashboard` as processes of their own, an embedded log, and many viewers."""

from __future__ import annotations

import contextlib
import re
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from threading import Event
from typing import Final

import msgspec
from msgspec import Struct

from simulator.randomness import Streams
from stream.contract.instants import SECOND_US, Instant, parse_instant
from tests.bench import empty
from tests.bench.clock import now_us
from tests.bench.command import floor_file, notes
from tests.bench.figures import Family, Goal, Grid, Row, goal_below, quantile, told
from tests.bench.ground import Ground, Heads, Keyed, keyed, time_of
from tests.bench.processes import Service
from tests.bench.producer import Due, Probe, Producer, wait_until
from tests.bench.sites import LARGEST, ORDINARY, Size
from tests.bench.viewers import Crowd, Seen, allow_connections
from tests.bench.workload import with_time

AIM_MS: Final = 250.0
AIM_VIEWERS: Final = 1_000
AIM_RATE: Final = 5_000
_SHARES: Final = {"p50": 0.5, "p99": 0.99, "p99.9": 0.999}
# Frames go out once a second: so long an event waits for its frame's, at the most.
_PERIOD_S: Final = 1.0
_SETTLE_S: Final = 1.0
# Until the last probes are seen even by who is far behind.
_AFTER_S: Final = 4.0
_CONNECT_S_MAX: Final = 10.0
_HISTORY: Final = 20_000
# What dating an event anew takes, at the most.
_DATED_US: Final = 20


class Asked(Struct, frozen=True):
    """The floors with their rates in events/s and numbers of viewers; how long each cell lasts."""

    floors: tuple[tuple[Size, tuple[int, ...], tuple[int, ...]], ...]
    seconds: int


FULL: Final = Asked(
    (
        (ORDINARY, (100, 1_000, 5_000), (1, 100, 1_000)),
        (LARGEST, (5_000,), (1_000,)),
    ),
    20,
)
QUICK: Final = Asked(((ORDINARY, (1_000, 5_000), (1, 1_000)),), 10)


class Shown(Struct, frozen=True):
    """A frame: when its second came, by `time.perf_counter`, and what it counts in the queues of
    probes."""

    tick: float
    offered: Mapping[str, int]


class Cell(Struct, frozen=True):
    """What one number of viewers saw of one rate."""

    viewers: int
    delays_ms: list[float]
    beyond_ms: list[float]
    events_a_s: float
    late_ms: float
    frames_a_s: float
    frame_bytes: float
    stream_cores: float
    dashboard_cores: float


def measure(asked: Asked) -> Family:
    """All cells, beside an empty frame to as many viewers."""
    allow_connections()
    counts = sorted({count for _, _, viewers in asked.floors for count in viewers})
    with empty.serving() as url:
        floors = {count: empty.delays_ms(url, count, asked.seconds / 2) for count in counts}
    rows = [_quantile_row(f"empty frame, {n:,} viewers", ms) for n, ms in floors.items()]
    grid: list[tuple[str, ...]] = []
    goals: list[Goal] = []
    for size, rates, viewers in asked.floors:
        for rate in rates:
            notes.print(f"delay: {size.name}, {rate:,} events/s, {viewers} viewers")
            live = live_events(rate, len(viewers), asked.seconds)
            file = floor_file(size, size.before + min(_HISTORY, rate * 60) + live)
            for cell in measure_cells(file, rate, viewers, asked.seconds):
                what = f"{size.name}, {rate:,} events/s, {cell.viewers:,} viewers"
                rows += _rows(what, cell)
                grid.append(_line(size, rate, cell, floors[cell.viewers]))
                if (rate, cell.viewers) == (AIM_RATE, AIM_VIEWERS):
                    value = quantile(cell.beyond_ms, 0.99)
                    goals.append(goal_below(f"{what}, p99 beyond the tick", AIM_MS, value, "ms"))
    return Family(
        "delay",
        "From append to viewer",
        f"{'; '.join(size.told for size, _, _ in asked.floors)}; {asked.seconds} s a cell",
        tuple(rows),
        goals=tuple(goals),
        grid=Grid(_COLUMNS, tuple(grid)),
    )


def live_events(rate: int, cells: int, seconds: int) -> int:
    """How many events are appended live at the rate, while so many cells are measured."""
    return round(rate * cells * (seconds + _CONNECT_S_MAX + _SETTLE_S + _AFTER_S))


def measure_cells(file: Path, rate: int, viewers: Sequence[int], seconds: int) -> Iterator[Cell]:
    """One stream and one dashboard over a log that goes on at the rate, and each number of viewers
    for so long. What is not needed of the file for that lies in the log before."""
    all_ = list(keyed(file))
    first = len(all_) - live_events(rate, len(viewers), seconds)
    before, live = all_[:first], all_[first:]
    with (
        tempfile.TemporaryDirectory(prefix="floorwatch-bench-") as folder,
        Ground(Path(folder) / "log", time_of(before[-1][1])) as ground,
    ):
        ground.append(before)
        with running(ground) as parts:
            producer = Producer(ground, Streams(rate).draws("probes").exponential)
            # So far ahead that all are dated by then.
            wall = now_us() + SECOND_US + len(live) * _DATED_US
            producer.start(due_from(live, rate, ground.clock.at(wall)), wall)
            wait_until(time.perf_counter() + (wall - now_us()) / SECOND_US)
            try:
                for count in viewers:
                    yield _cell(count, seconds, ground, producer, parts)
            finally:
                producer.stop()


def due_from(events: Sequence[Keyed], rate: int, begin: Instant) -> list[Due]:
    """The events at the rate, the first of them at `begin` on the floor, each dated when it is
    due."""
    return [
        Due(nth / rate, (key, with_time(line, Instant(begin + nth * SECOND_US // rate))))
        for nth, (key, line) in enumerate(events)
    ]


@contextlib.contextmanager
def running(ground: Ground) -> Iterator[tuple[Service, Service, str]]:
    """Stream and dashboard over the log, once all is read, and the address of the frames."""
    heads = Heads(ground)
    stream = Service("stream", "--log", ground.url)
    dashboard = Service("dashboard", "--log", ground.url, "--port", "0")
    try:
        heads.caught_up()
        heads.close()
        yield stream, dashboard, address_of(dashboard) + "/api/v1/stream"
    finally:
        stream.end()
        dashboard.end()


def address_of(dashboard: Service) -> str:
    """The address in the line that a dashboard prints when it listens."""
    return next(word for word in dashboard.line().split() if word.startswith("http")).rstrip("/")


def _cell(
    count: int,
    seconds: int,
    ground: Ground,
    producer: Producer,
    parts: tuple[Service, Service, str],
) -> Cell:
    stream, dashboard, url = parts
    crowd = Crowd(url, count)
    Event().wait(_SETTLE_S)
    began, before = time.perf_counter(), (stream.now(), dashboard.now())
    Event().wait(seconds)
    ended, after = time.perf_counter(), (stream.now(), dashboard.now())
    Event().wait(_AFTER_S)
    seen = crowd.end()
    frames = shown(seen, ground)
    probes = [probe for probe in producer.probes if began <= probe.appended < ended]
    pairs = [pair for viewer in seen for pair in delays_s(probes, viewer, frames)]
    batches = [batch for batch in producer.appended if began <= batch[0] < ended]
    came = [
        c for viewer in seen for c in viewer.chunks if began <= c.at < ended and c.key in frames
    ]
    took_s = ended - began
    return Cell(
        viewers=count,
        delays_ms=[delay * 1000 for delay, _ in pairs],
        beyond_ms=[beyond * 1000 for _, beyond in pairs],
        events_a_s=sum(events for _, events, _ in batches) / took_s,
        late_ms=max((late for _, _, late in batches), default=0.0) * 1000,
        frames_a_s=len(came) / count / took_s,
        frame_bytes=sum(chunk.length for chunk in came) / max(1, len(came)),
        stream_cores=(after[0].cpu_s - before[0].cpu_s) / took_s,
        dashboard_cores=(after[1].cpu_s - before[1].cpu_s) / took_s,
    )


class _Counted(Struct):
    counts: dict[str, float | None]


class _Frame(Struct):
    as_of: str | None = None
    queues: dict[str, _Counted] = {}


_frames: Final = msgspec.json.Decoder(_Frame)
_DATA: Final = re.compile(rb"^data: (.*)$", re.MULTILINE)


def shown(seen: Sequence[Seen], ground: Ground) -> dict[tuple[int, bytes], Shown]:
    """The frames that were kept, by what tells their chunks from those of others."""
    # Both clocks are read now: they run alike.
    apart_s = now_us() / SECOND_US - time.perf_counter()
    frames: dict[tuple[int, bytes], Shown] = {}
    for viewer in seen:
        if not viewer.chunks or viewer.chunks[0].data is None:
            continue
        for chunk, text in viewer.texts():
            data = _DATA.search(text)
            if data is None or chunk.key in frames:
                continue
            frame = _frames.decode(data[1])
            if frame.as_of is not None:
                wall = parse_instant(frame.as_of) - ground.clock.floor + ground.clock.wall
                offered = {
                    queue: int(section.counts.get("offered") or 0)
                    for queue, section in frame.queues.items()
                    if queue.startswith("bench-probe")
                }
                frames[chunk.key] = Shown(wall / SECOND_US - apart_s, offered)
    return frames


def delays_s(
    probes: Sequence[Probe], viewer: Seen, frames: Mapping[tuple[int, bytes], Shown]
) -> Iterator[tuple[float, float]]:
    """Each probe's time from its append to the viewer's first frame that counts it, and what of it
    is beyond the wait for that frame's second, which is a second at the most.

    Raises `ValueError` where the viewer never saw one.
    """
    left = list(probes)
    for chunk in viewer.chunks:
        frame = frames.get(chunk.key)
        if frame is None:
            continue
        waiting = []
        for probe in left:
            if frame.offered.get(probe.queue, 0) < probe.number:
                waiting.append(probe)
                continue
            delay = chunk.at - probe.appended
            yield delay, delay - min(_PERIOD_S, max(0.0, frame.tick - probe.appended))
        left = waiting
    if left:
        raise ValueError(f"{len(left)} of {len(probes)} probes never came to a viewer")


def _quantile_row(what: str, values: Sequence[float]) -> Row:
    return Row(f"{what}, p99", "ms", (quantile(values, 0.99),))


def _rows(what: str, cell: Cell) -> list[Row]:
    """Every value by itself."""
    rows = []
    for kind, values in (("append to viewer", cell.delays_ms), ("beyond", cell.beyond_ms)):
        rows += [
            Row(f"{what}: {kind}, {name}", "ms", (quantile(values, share),))
            for name, share in _SHARES.items()
        ]
    return [
        *rows,
        Row("… probes seen", "", (len(cell.delays_ms),)),
        Row("… events really appended", "events/s", (cell.events_a_s,)),
        Row("… producer late by at most", "ms", (cell.late_ms,)),
        Row("… frames to each viewer", "frames/s", (cell.frames_a_s,)),
        Row("… a frame on the wire", "KiB", (cell.frame_bytes / 1024,)),
        Row("… floorwatch stream keeps busy", "cores", (cell.stream_cores,)),
        Row("… floorwatch dashboard keeps busy", "cores", (cell.dashboard_cores,)),
    ]


_COLUMNS: Final = (
    "floor",
    "events/s",
    "viewers",
    *(f"{name}, ms" for name in _SHARES),
    *(f"beyond the tick, {name}, ms" for name in _SHARES),
    "empty frame, p99, ms",
    "frame, KiB",
    "frames/s",
    "stream, cores",
    "dashboard, cores",
)


def _line(size: Size, rate: int, cell: Cell, floor: Sequence[float]) -> tuple[str, ...]:
    values = [quantile(cell.delays_ms, share) for share in _SHARES.values()]
    values += [quantile(cell.beyond_ms, share) for share in _SHARES.values()]
    values += [quantile(floor, 0.99), cell.frame_bytes / 1024, cell.frames_a_s]
    values += [cell.stream_cores, cell.dashboard_cores]
    return (size.name, f"{rate:,}", f"{cell.viewers:,}", *map(told, values))
