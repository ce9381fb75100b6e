"""From an event's append to its figure at a viewer, with the real parts: `floorwatch stream` and
`floorwatch dashboard` as processes of their own, an embedded log, and a viewer of the stream."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from threading import Event
from typing import Final

from msgspec import Struct

from simulator.randomness import Streams
from stream.clocks import set_clock
from stream.contract.clock import FloorClock
from stream.contract.instants import SECOND_US
from stream.logs.port import Log
from stream.logs.records import partition_of
from stream.logs.topics import CONTACT_EVENTS, PARTITIONS_DEFAULT, topics
from stream.logs.urls import open_log
from tests.bench.clock import now_us
from tests.bench.processes import Service
from tests.bench.viewer import Came, Viewer
from tests.bench.work import APPEND_AT_ONCE
from tests.bench.workload import Item
from tests.builders import event

TICK_S: Final = 0.02
# Probes come as a Poisson stream, so they see every phase of the frames' second alike.
PROBE_EVERY_S: Final = 0.25
_START_S_MAX: Final = 60.0
# Time for the worker to take in the history, before the live part begins.
_LEAD_S: Final = 15.0
_LEAD_EVENTS_A_S: Final = 4_000


class Probe(Struct, frozen=True):
    """A contact that queues in a queue of its partition's own: the `number`th there."""

    appended: float
    queue: str
    number: int


class Delays(Struct, frozen=True):
    """What one run saw: each probe's delay, the frames, and how busy the processes were."""

    delays_ms: list[float]
    frames_a_s: float
    frame_bytes: float
    events_a_s: float
    producer_late_ms: float
    stream_cores: float
    dashboard_cores: float


def measure_delays(items: Sequence[Item], history: int, folder: Path, round_: int) -> Delays:
    """Append the first `history` items as what was before, the rest as they fall due."""
    url = f"embedded:{folder}"
    log = open_log(url, now=now_us)
    log.create(topics())
    begin = int(items[history].time)
    lead_us = round((_LEAD_S + history / _LEAD_EVENTS_A_S) * SECOND_US)
    clock = FloorClock(now_us() + lead_us, begin, 1.0)
    set_clock(log, clock, has_events=False)
    for start in range(0, history, APPEND_AT_ONCE):
        _append(log, items[start : min(start + APPEND_AT_ONCE, history)])
    with _running(url) as (viewer, processes):
        viewer.wait_for(lambda frame: frame.events() >= history, lead_us / SECOND_US)
        first_frame = len(viewer.came)
        producer = _Producer(log, clock, Streams(round_).draws("probes").exponential)
        producer.play(items[history:])
        probes = producer.probes
        viewer.wait_for(lambda frame: _has(frame, probes[-1]), _START_S_MAX)
        # A frame more, for the probes that came before it in another partition.
        count = len(viewer.came)
        viewer.wait_for(lambda _: len(viewer.came) > count, _START_S_MAX)
        used = [process.end() for process in processes]
    log.close()
    frames = viewer.came[first_frame:]
    length_s = frames[-1].at - frames[0].at
    live_s = (items[-1].time - begin) / SECOND_US
    return Delays(
        delays_ms=delays_ms(probes, frames),
        frames_a_s=(len(frames) - 1) / length_s,
        frame_bytes=sum(len(frame.data) for frame in frames) / len(frames),
        events_a_s=(len(items) - history) / live_s,
        producer_late_ms=producer.late_s_max * 1000,
        stream_cores=used[0].cpu_s / used[0].wall_s,
        dashboard_cores=used[1].cpu_s / used[1].wall_s,
    )


def delays_ms(probes: Sequence[Probe], frames: Sequence[Came]) -> list[float]:
    """Each probe's time from its append to the first frame that counts it."""
    queues = {probe.queue for probe in probes}
    counted = [(frame.at, {queue: frame.offered(queue) for queue in queues}) for frame in frames]
    told = []
    for probe in probes:
        seen = next(at for at, offered in counted if offered[probe.queue] >= probe.number)
        told.append((seen - probe.appended) * 1000)
    return told


def measure_start(folder: Path, events: int) -> float:
    """Seconds from starting a dashboard over a log to its first frame that counts all events."""
    began = time.perf_counter()
    process = Service("dashboard", "--log", f"embedded:{folder}", "--port", "0")
    try:
        viewer = Viewer(_address(process))
        return viewer.wait_for(lambda frame: frame.events() >= events, _START_S_MAX).at - began
    finally:
        process.end()


class _Producer:
    """Appends items as they fall due, twice in 40 ms, and probes at moments of their own."""

    def __init__(self, log: Log, clock: FloorClock, draw: Callable[[], float]) -> None:
        self.probes: list[Probe] = []
        self.late_s_max = 0.0
        self._log = log
        self._clock = clock
        self._draw = draw

    def play(self, items: Sequence[Item]) -> None:
        """Append all of them, the first at once."""
        _wait_until(time.perf_counter() + (self._clock.wall - now_us()) / SECOND_US)
        began = time.perf_counter()
        next_probe = began + PROBE_EVERY_S * self._draw()
        done = 0
        while done < len(items):
            tick = time.perf_counter() + TICK_S
            while next_probe < tick:
                _wait_until(next_probe)
                self._probe()
                next_probe += PROBE_EVERY_S * self._draw()
            _wait_until(tick)
            due = items[0].time + round((time.perf_counter() - began) * SECOND_US)
            first = done
            while done < len(items) and items[done].time <= due:
                done += 1
            _append(self._log, items[first:done])
            after = items[0].time + (time.perf_counter() - began) * SECOND_US
            if done > first:
                self.late_s_max = max(self.late_s_max, (after - items[first].time) / SECOND_US)

    def _probe(self) -> None:
        subject = f"bench-probe-{len(self.probes)}"
        queue = f"bench-probe-{partition_of(subject, PARTITIONS_DEFAULT)}"
        number = 1 + sum(probe.queue == queue for probe in self.probes)
        at_us = self._clock.at(now_us())
        line = event("contact.queued", subject=subject, at_us=at_us, queue=queue, channel="voice")
        self.probes.append(Probe(time.perf_counter(), queue, number))
        self._log.append(CONTACT_EVENTS, [(subject, line)])


@contextlib.contextmanager
def _running(url: str) -> Iterator[tuple[Viewer, list[Service]]]:
    """Stream and dashboard over the log, and a viewer; whoever uses them ends them."""
    stream = Service("stream", "--log", url)
    dashboard = Service("dashboard", "--log", url, "--port", "0")
    processes = [stream, dashboard]
    try:
        yield Viewer(_address(dashboard)), processes
    except BaseException:
        for process in processes:
            process.end()
        raise


def _address(dashboard: Service) -> str:
    """The address in the line that a dashboard prints when it listens."""
    return next(word for word in dashboard.line().split() if word.startswith("http"))


def _append(log: Log, items: Sequence[Item]) -> None:
    if items:
        log.append(CONTACT_EVENTS, [(item.key, item.payload) for item in items])


def _has(frame: Came, probe: Probe) -> bool:
    return frame.offered(probe.queue) >= probe.number


def _wait_until(moment: float) -> None:
    left = moment - time.perf_counter()
    if left > 0:
        Event().wait(left)
