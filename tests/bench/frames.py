"""Section `frames`: what a second of the floor costs from the log to the bytes of a frame, stage by
stage, and how large the frame is on the wire.

Worker, reader and feed are the real ones over an embedded log, all in one process and driven second
by second on a clock that is set: a second costs what it costs, however long it takes.
"""

from __future__ import annotations

import sys
import tempfile
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any, Final

import msgspec
import structlog
from msgspec import Struct

from dashboard.feed import WINDOW, Feed
from stream.contract.figures import HourOfQueue, Picture
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import SECOND_US
from stream.figures import floor_figures
from stream.logs.urls import open_log
from stream.picture import LogPictureReader
from stream.worker import Worker
from tests.bench.command import floor_file, notes
from tests.bench.figures import Family, Row, line_rows, quantile
from tests.bench.ground import Ground, Keyed, keyed, time_of
from tests.bench.processes import printed
from tests.bench.sites import LARGEST, WIDE, WIDEST, Size, size_named

_WORKER: Final = "worker: read, apply and tell a second's events"
_FOLLOW: Final = "take in the changed frames"
_ADVANCE: Final = "advance the windows"
_FIGURES: Final = "figures of the window"
_PICTURE: Final = "the rest of the picture"
_SERIALISE: Final = "judge and serialise"
# Those of the dashboard: what a viewer waits for.
_DASHBOARD: Final = (_FOLLOW, _ADVANCE, _FIGURES, _PICTURE, _SERIALISE)
STAGES: Final = (_WORKER, *_DASHBOARD)
_LEVEL: Final = 6


class Asked(Struct, frozen=True):
    """The floors, their events in one hour, and how many of its last seconds are measured."""

    sizes: tuple[Size, ...]
    live: int
    seconds: int


FULL: Final = Asked((LARGEST, WIDE, WIDEST), 720_000, 30)
QUICK: Final = Asked((LARGEST, WIDE), 72_000, 6)


class Second(Struct, frozen=True):
    """One second of the floor: the processor time of each stage, and its frame's bytes."""

    stages_ms: Mapping[str, float]
    whole: int
    difference: int
    whole_packed: int
    difference_packed: int


def measure(asked: Asked) -> Family:
    """Every floor in a process of its own, and how the dashboard's part grows with queues."""
    rows: list[Row] = []
    points = []
    for size in asked.sizes:
        notes.print(f"frames: {size.told}")
        events = size.before + asked.live
        file = floor_file(size, events)
        told = printed("tests.bench.frames", str(file), size.name, str(events), str(asked.seconds))
        seconds = msgspec.json.decode(told, type=list[Second])
        rows += _rows(size, seconds)
        points.append((size.queues / 100, median(map(_dashboard_ms, seconds))))
    if len(points) > 2:
        rows += line_rows("dashboard, a second's work, how it grows", "ms", points, "100 queues")
    floors = "; ".join(size.told for size in asked.sizes)
    over = f"{floors}; {asked.live:,} events in an hour, its last {asked.seconds} s measured"
    return Family("frames", "A frame's second, by stages", over, tuple(rows))


def _rows(size: Size, seconds: list[Second]) -> list[Row]:
    """The median of each stage's seconds, with the shortest and the longest."""
    what = f"{size.queues:,} queues"
    stages = [
        Row(f"{what}: {stage}", "ms CPU", tuple(each.stages_ms[stage] for each in seconds))
        for stage in STAGES
    ]
    return [
        *stages,
        Row(f"{what}: dashboard, all stages", "ms CPU", tuple(map(_dashboard_ms, seconds))),
        Row(
            f"{what}: dashboard, all stages, 95th percentile",
            "ms CPU",
            (quantile([_dashboard_ms(each) for each in seconds], 0.95),),
        ),
        Row(f"{what}: frame, whole", "KiB", tuple(each.whole / 1024 for each in seconds)),
        Row(f"{what}: … packed", "KiB", tuple(each.whole_packed / 1024 for each in seconds)),
        Row(f"{what}: … as a difference", "KiB", tuple(s.difference / 1024 for s in seconds)),
        Row(
            f"{what}: … as a difference, packed",
            "KiB",
            tuple(each.difference_packed / 1024 for each in seconds),
        ),
    ]


def _dashboard_ms(second: Second) -> float:
    return sum(second.stages_ms[stage] for stage in _DASHBOARD)


def merge_patch(before: Any, after: Any) -> Any:
    """What makes `after` of `before`, as a JSON merge patch (RFC 7396) has it: of objects only the
    members that changed, null for one that went. A member that became null cannot be told apart
    from one that went, which is good enough to measure by."""
    if not isinstance(before, dict) or not isinstance(after, dict):
        return after
    changed = {
        name: merge_patch(before.get(name), value)
        for name, value in after.items()
        if name not in before or before[name] != value
    }
    return changed | dict.fromkeys(before.keys() - after.keys())


class Seconds:
    """The floor driven second by second over a log in a folder."""

    def __init__(self, folder: Path, floor: int) -> None:
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(40))
        self.ground = Ground(folder, floor)
        self._wall = self.ground.clock.wall
        self._spent: dict[str, float] = dict.fromkeys(STAGES, 0.0)
        # One that the services share, so that the log's own time stands still as well.
        log = open_log(self.ground.url, now=self._now)
        self._worker = Worker(log, FloorPlan(), now=self._now)
        reader = LogPictureReader(log, FloorPlan(), now=self._now, title="", steady=self._now)
        self._feed = Feed(_Timed(self, reader), now=self._moment)

    def until(self, floor: int, events: list[Keyed]) -> tuple[dict[str, float], bytes]:
        """Append the events and let the floor's time reach `floor`; the milliseconds that each
        stage took of this process, and the frame."""
        self.ground.append(events)
        self._wall += max(floor - self.ground.clock.at(self._wall), SECOND_US)
        self._spent = dict.fromkeys(STAGES, 0.0)
        with self.timing(_WORKER):
            while self._worker.events < self.ground.events:
                self._worker.step(0)
            # Beyond what was due by itself, so that all of it is told now.
            self._worker.publish(everybody=True)
        began = time.process_time()
        self._feed.step()
        whole_ms = (time.process_time() - began) * 1000
        self._spent[_SERIALISE] = whole_ms - sum(self._spent[stage] for stage in _DASHBOARD)
        self._spent[_SERIALISE] -= self._spent[_FIGURES]
        frame = self._feed.newest
        assert frame is not None
        assert frame.frame.state == "live", frame.frame.reason
        return self._spent, frame.data

    @contextmanager
    def timing(self, stage: str, *, less: Sequence[float] = ()) -> Iterator[list[float]]:
        """Count this process's time to a stage, in milliseconds, `less` what was told before."""
        took_ms: list[float] = []
        began = time.process_time()
        yield took_ms
        took_ms.append((time.process_time() - began) * 1000 - sum(less))
        self._spent[stage] += took_ms[0]

    def floor_now(self) -> int:
        """The time on the floor."""
        return self.ground.clock.at(self._wall)

    def _now(self) -> int:
        return self._wall

    def _moment(self) -> datetime:
        return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=self._wall)


class _Timed:
    """The reader as the feed sees it, with a stopwatch on the steps of its picture."""

    def __init__(self, seconds: Seconds, reader: LogPictureReader) -> None:
        self._seconds = seconds
        self._reader = reader

    def follow(self, timeout_s: float) -> bool:
        with self._seconds.timing(_FOLLOW):
            return self._reader.follow(0)

    def picture(self, window: str, *, agents: bool = False) -> Picture:
        timing, merge = self._seconds.timing, self._reader._merge
        with timing(_ADVANCE):
            merge.advance(self._seconds.floor_now())
        # The picture makes them once more, so they are taken off its time, and off the whole.
        with timing(_FIGURES) as figures:
            floor_figures(merge, WINDOW)
        with timing(_PICTURE, less=figures):
            return self._reader.picture(window, agents=agents)

    def hour(self, queue: str) -> HourOfQueue | None:
        return self._reader.hour(queue)


def main(arguments: Sequence[str]) -> None:
    """Measure one floor's last seconds, and print them as JSON."""
    file, name, events, seconds = arguments
    with tempfile.TemporaryDirectory(prefix="floorwatch-bench-") as folder:
        told = measured(Path(file), size_named(name), int(events), int(seconds), Path(folder))
    sys.stdout.buffer.write(msgspec.json.encode(told))


def measured(file: Path, size: Size, events: int, count: int, folder: Path) -> list[Second]:
    """The last `count` seconds of the file's hour, after all before it."""
    timed = [(time_of(line), (key, line)) for key, line in keyed(file, size.before, events)]
    begin = timed[-1][0] - count * SECOND_US
    before = [event for at, event in timed if at <= begin]
    seconds = Seconds(folder / "log", begin)
    _, frame = seconds.until(begin, [*keyed(file, 0, size.before), *before])
    told = []
    place = len(before)
    for second in range(1, count + 1):
        first, until = place, begin + second * SECOND_US
        while place < len(timed) and timed[place][0] <= until:
            place += 1
        spent, newest = seconds.until(until, [event for _, event in timed[first:place]])
        told.append(_second(spent, frame, newest))
        frame = newest
    return told


def _second(spent: Mapping[str, float], before: bytes, after: bytes) -> Second:
    patch = merge_patch(_picture(before), _picture(after))
    difference = msgspec.json.encode(patch)
    return Second(
        stages_ms=spent,
        whole=len(after),
        difference=len(difference),
        whole_packed=len(zlib.compress(after, _LEVEL)),
        difference_packed=len(zlib.compress(difference, _LEVEL)),
    )


def _picture(frame: bytes) -> Any:
    """What a server-sent event carries."""
    return msgspec.json.decode(frame.partition(b"data: ")[2])


if __name__ == "__main__":
    main(sys.argv[1:])
