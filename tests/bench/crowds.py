"""Section `viewers`: crowds of viewers on one dashboard process, and one among them that is slow.

Stream and dashboard are processes of their own over an embedded log that goes on, and the viewers
read all bytes in another one. The delay of a frame runs from the instant that it tells to its last
byte at a viewer; beneath it lies an empty frame from a server of nothing else to as many.
"""

from __future__ import annotations

import re
import socket
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from threading import Event
from typing import Final
from urllib.parse import urlsplit
from urllib.request import urlopen

from msgspec import Struct, structs

from simulator.randomness import Streams
from stream.contract.instants import SECOND_US
from tests.bench import empty
from tests.bench.clock import now_us
from tests.bench.command import floor_file, notes
from tests.bench.delay import due_from, running, shown
from tests.bench.figures import Family, Goal, Grid, Row, goal_below, line_rows, quantile, told
from tests.bench.ground import Ground, keyed, time_of
from tests.bench.processes import Service, usage_of
from tests.bench.producer import Producer, wait_until
from tests.bench.sites import SUPERVISED, Size
from tests.bench.viewers import Crowd, allow_connections

AIM_MS: Final = 250.0
AIM_CORES: Final = 1.0
# How much dearer a viewer among many may be than one among the fewest.
AIM_FLAT: Final = 1.25
_SETTLE_S: Final = 2.0
_CONNECT_S_MAX: Final = 20.0
_HISTORY: Final = 20_000
_DATED_US: Final = 20
# Small, so that a viewer that does not read is slow at once.
_SLOW_BYTES: Final = 4096
_DRAIN_S_MAX: Final = 20.0
_ID: Final = re.compile(rb"^id: (\d+)\r?$", re.MULTILINE)
_DROPPED: Final = re.compile(r"^floorwatch_frames_dropped_total (\S+)$", re.MULTILINE)


class Asked(Struct, frozen=True):
    """On which floor, at how many events a second, how many viewers, how long each crowd, and how
    often each: a viewer costs some µs of a frame that costs 50,000, which one time would hide."""

    size: Size
    rate: int
    viewers: tuple[int, ...]
    seconds: int
    rounds: int


FULL: Final = Asked(SUPERVISED, 200, (1, 100, 300, 1_000), 20, 5)
QUICK: Final = Asked(SUPERVISED, 100, (1, 100, 1_000), 8, 1)


class Cell(Struct, frozen=True):
    """One crowd: its frames' delays, what is beyond the first viewer's, what the dashboard used,
    and the same of an empty frame."""

    viewers: int
    delays_ms: list[float]
    spread_ms: list[float]
    frames: int
    frame_bytes: float
    cores: float
    empty_ms: list[float]
    empty_cores: float


class Slow(Struct, frozen=True):
    """One viewer that did not read for a while among others: how many frames went out meanwhile,
    how many of them it got when it read again, how many the dashboard skipped, whether it then had
    the newest, and the others' delays."""

    sent: int
    got: int
    skipped: int
    newest: bool
    others_ms: list[float]


def measure(asked: Asked) -> Family:
    """Every crowd, then one with a slow viewer in it."""
    allow_connections()
    lasting = asked.seconds + _CONNECT_S_MAX + _SETTLE_S
    live = round(asked.rate * lasting * (asked.rounds * len(asked.viewers) + 2))
    file = floor_file(asked.size, asked.size.before + _HISTORY + live)
    return measured(asked, file, live)


def measured(asked: Asked, file: Path, live: int) -> Family:
    """The crowds on the file's floor, whose last `live` events come as they happen."""
    beneath = {count: _empty(count, asked.seconds / 2) for count in asked.viewers}
    rounds: dict[int, list[Cell]] = {count: [] for count in asked.viewers}
    with going_on(file, live, asked.rate) as (ground, dashboard, url):
        for number in range(asked.rounds):
            # What the machine does beside wanders: the order turns with each round.
            for count in asked.viewers[:: -1 if number % 2 else 1]:
                notes.print(f"viewers: {asked.size.name}, {count:,} (round {number + 1})")
                cell = _cell(count, asked.seconds, ground, dashboard, url, beneath[count])
                rounds[count].append(cell)
        notes.print("viewers: one that is slow")
        slow = _slow(asked, ground, url)
    cells = [pooled(cells) for cells in rounds.values()]
    return Family(
        "viewers",
        "Many viewers",
        f"{asked.size.told}; {asked.rate} events/s; {asked.rounds} × {asked.seconds} s a crowd",
        tuple(_rows(cells, slow)),
        goals=tuple(_goals(cells, slow)),
        grid=Grid(_COLUMNS, tuple(map(_line, cells))),
    )


def pooled(rounds: Sequence[Cell]) -> Cell:
    """One crowd of all its rounds: every delay, and the median of the rest."""
    first = rounds[0]
    return structs.replace(
        first,
        delays_ms=[delay for cell in rounds for delay in cell.delays_ms],
        spread_ms=[delay for cell in rounds for delay in cell.spread_ms],
        frames=sum(cell.frames for cell in rounds),
        frame_bytes=median(cell.frame_bytes for cell in rounds),
        cores=median(cell.cores for cell in rounds),
    )


def _empty(count: int, seconds: float) -> tuple[list[float], float]:
    with empty.served() as (url, process):
        before, began = usage_of(process).cpu_s, time.perf_counter()
        delays = empty.delays_ms(url, count, seconds)
        return delays, (usage_of(process).cpu_s - before) / (time.perf_counter() - began)


@contextmanager
def going_on(file: Path, live: int, rate: int) -> Iterator[tuple[Ground, Service, str]]:
    """Stream and dashboard over a log whose last events come live at the rate."""
    all_ = list(keyed(file))
    before, rest = all_[:-live], all_[-live:]
    with (
        tempfile.TemporaryDirectory(prefix="floorwatch-bench-") as folder,
        Ground(Path(folder) / "log", time_of(before[-1][1])) as ground,
    ):
        ground.append(before)
        with running(ground) as (_, dashboard, url):
            producer = Producer(ground, Streams(rate).draws("probes").exponential)
            wall = now_us() + SECOND_US + len(rest) * _DATED_US
            producer.start(due_from(rest, rate, ground.clock.at(wall)), wall)
            wait_until(time.perf_counter() + (wall - now_us()) / SECOND_US)
            try:
                yield ground, dashboard, url
            finally:
                producer.stop()


def _cell(
    count: int,
    seconds: int,
    ground: Ground,
    dashboard: Service,
    url: str,
    beneath: tuple[list[float], float],
) -> Cell:
    crowd = Crowd(url, count)
    Event().wait(_SETTLE_S)
    began, before = time.perf_counter(), dashboard.now().cpu_s
    Event().wait(seconds)
    ended, after = time.perf_counter(), dashboard.now().cpu_s
    Event().wait(_SETTLE_S)
    seen = crowd.end()
    frames = shown(seen, ground)
    came: dict[tuple[int, bytes], list[float]] = {}
    for viewer in seen:
        for chunk in viewer.chunks:
            if chunk.key in frames and began <= frames[chunk.key].tick < ended:
                came.setdefault(chunk.key, []).append(chunk.at)
    return Cell(
        viewers=count,
        delays_ms=[(at - frames[key].tick) * 1000 for key, ats in came.items() for at in ats],
        spread_ms=[(at - min(ats)) * 1000 for ats in came.values() for at in ats],
        frames=len(came),
        frame_bytes=sum(length for length, _ in came) / max(1, len(came)),
        cores=(after - before) / (ended - began),
        empty_ms=beneath[0],
        empty_cores=beneath[1],
    )


def _slow(asked: Asked, ground: Ground, url: str) -> Slow:
    """The largest crowd but one, with a viewer in it that does not read."""
    count = sorted(asked.viewers)[-2]
    address = urlsplit(url)
    crowd = Crowd(url, count)
    dropped = _dropped(url)
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SLOW_BYTES)
        slow.connect((address.hostname, address.port))
        # Not packed, so that what the system keeps for it is soon full.
        slow.sendall(f"GET {address.path} HTTP/1.1\r\nHost: {address.hostname}\r\n\r\n".encode())
        Event().wait(_SETTLE_S)
        began = time.perf_counter()
        Event().wait(asked.seconds)
        ended = time.perf_counter()
        skipped = _dropped(url) - dropped
        numbers = _drained(slow, url)
    seen = crowd.end()
    frames = shown(seen, ground)
    sent = {key for key, frame in frames.items() if began <= frame.tick < ended}
    others = [
        (chunk.at - frames[chunk.key].tick) * 1000
        for viewer in seen
        for chunk in viewer.chunks
        if chunk.key in sent
    ]
    return Slow(len(sent), len(numbers), skipped, bool(numbers), others)


def _drained(slow: socket.socket, url: str) -> list[int]:
    """The numbers of the frames that the slow viewer has once it reads, up to one that was made
    after it began to; none where that does not come."""
    newest = _number(url)
    slow.settimeout(_DRAIN_S_MAX)
    give_up = time.perf_counter() + _DRAIN_S_MAX
    numbers: list[int] = []
    rest = b""
    while time.perf_counter() < give_up:
        came = slow.recv(1 << 20)
        if not came:
            break
        rest += came
        found = [int(number) for number in _ID.findall(rest)]
        numbers += [number for number in found if not numbers or number > numbers[-1]]
        rest = rest[-200:]
        if numbers and numbers[-1] > newest:
            return numbers
    return []


def _number(url: str) -> int:
    """The number of the newest frame: a stream begins with it."""
    with urlopen(url) as answer:
        for line in answer:
            if line.startswith(b"id: "):
                return int(line[4:])
    raise RuntimeError("the stream ended before a frame")


def _dropped(url: str) -> int:
    """How many frames the dashboard skipped for viewers so far."""
    address = url.removesuffix("/api/v1/stream") + "/metrics"
    with urlopen(address) as answer:
        found = _DROPPED.search(answer.read().decode())
    return int(float(found[1])) if found else 0


def _cost_us(cell: Cell, base: Cell) -> float:
    """What one more viewer costs the dashboard a frame, in microseconds of processor time."""
    # Frames go out once a second.
    return (cell.cores - base.cores) / max(1, cell.viewers - base.viewers) * 1e6


def _rows(cells: Sequence[Cell], slow: Slow) -> Iterator[Row]:
    base = cells[0]
    for cell in cells:
        what = f"{cell.viewers:,} viewers"
        for kind, values in (
            ("frame's instant to viewer", cell.delays_ms),
            ("first viewer to each", cell.spread_ms),
            ("empty frame", cell.empty_ms),
        ):
            for name, share in (("p50", 0.5), ("p99", 0.99)):
                yield Row(f"{what}: {kind}, {name}", "ms", (quantile(values, share),))
        yield Row(f"{what}: floorwatch dashboard keeps busy", "cores", (cell.cores,))
        yield Row(f"{what}: the empty server keeps busy", "cores", (cell.empty_cores,))
        if cell is not base:
            yield Row(f"{what}: each costs a frame", "µs CPU", (_cost_us(cell, base),))
    yield from line_rows(
        "dashboard's processor time",
        "cores",
        [(c.viewers / 100, c.cores) for c in cells],
        "100 viewers",
    )
    yield Row("one is slow: frames sent meanwhile", "", (slow.sent,))
    yield Row("… it got when it read again", "", (slow.got,))
    yield Row("… the dashboard skipped for it", "", (slow.skipped,))
    yield Row("… others, frame's instant to viewer, p99", "ms", (quantile(slow.others_ms, 0.99),))


def _goals(cells: Sequence[Cell], slow: Slow) -> Iterator[Goal]:
    base, fewer, most = cells[0], cells[-2], cells[-1]
    what = f"{most.viewers:,} viewers"
    yield goal_below(f"{what}, frame to viewer, p99", AIM_MS, quantile(most.delays_ms, 0.99), "ms")
    yield goal_below(f"{what}, the dashboard", AIM_CORES, most.cores, "cores")
    costs = _cost_us(fewer, base), _cost_us(most, base)
    yield Goal(
        f"a viewer among {most.viewers:,} costs what one among {fewer.viewers:,} does",
        f"< {AIM_FLAT} ×",
        f"{told(costs[1])} and {told(costs[0])} µs a frame",
        costs[1] < AIM_FLAT * costs[0],
    )
    skipped = slow.newest and slow.skipped > 0
    yield Goal(
        "a slow viewer is skipped forward to the newest frame",
        "yes",
        f"{'yes' if skipped else 'no'}, {slow.skipped} of {slow.sent} frames",
        skipped,
    )
    yield goal_below(
        "beside a slow viewer the others, p99", AIM_MS, quantile(slow.others_ms, 0.99), "ms"
    )


_COLUMNS: Final = (
    "viewers",
    "p50, ms",
    "p99, ms",
    "after the first viewer, p99, ms",
    "empty frame, p50, ms",
    "empty frame, p99, ms",
    "dashboard, cores",
    "empty server, cores",
    "frame, KiB",
    "frames",
)


def _line(cell: Cell) -> tuple[str, ...]:
    values = (
        quantile(cell.delays_ms, 0.5),
        quantile(cell.delays_ms, 0.99),
        quantile(cell.spread_ms, 0.99),
        quantile(cell.empty_ms, 0.5),
        quantile(cell.empty_ms, 0.99),
        cell.cores,
        cell.empty_cores,
        cell.frame_bytes / 1024,
    )
    return (f"{cell.viewers:,}", *map(told, values), str(cell.frames))
