"""Events that happen live: appended as they fall due, with probes at moments of their own."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from threading import Event, Thread
from typing import Final, NamedTuple

from msgspec import Struct

from stream.contract.instants import SECOND_US
from stream.logs.records import partition_of
from stream.logs.topics import CONTACT_EVENTS, PARTITIONS_DEFAULT
from tests.bench.clock import now_us
from tests.bench.ground import Ground, Keyed
from tests.builders import event

TICK_S: Final = 0.02
# Probes come as a Poisson stream, so they see every phase of the frames' second alike.
PROBE_EVERY_S: Final = 0.05


class Probe(Struct, frozen=True):
    """A contact that queues in a queue of its partition's own: the `number`th there."""

    appended: float
    queue: str
    number: int


class Due(NamedTuple):
    """An event, and when it falls due, in seconds from the first."""

    after_s: float
    event: Keyed


class Producer:
    """Plays events in a thread of its own until it is told to stop. Times are of `time.perf_counter`; `draw` is exponential with mean 1."""

    def __init__(self, ground: Ground, draw: Callable[[], float]) -> None:
        self.probes: list[Probe] = []
        # When each batch was appended, and how late its first event was by then.
        self.appended: list[tuple[float, int, float]] = []
        self.failed: BaseException | None = None
        self._ground = ground
        self._draw = draw
        self._counts: dict[str, int] = {}
        self._stopping = Event()
        self._thread: Thread | None = None

    def start(self, due: Sequence[Due], wall: int) -> None:
        """Begin with the first at an instant of the wall clock."""
        self._thread = Thread(target=self._run, args=(due, wall), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Append no more. Raises what went wrong meanwhile."""
        self._stopping.set()
        assert self._thread is not None
        self._thread.join()
        if self.failed is not None:
            raise self.failed

    def _run(self, due: Sequence[Due], wall: int) -> None:
        try:
            wait_until(time.perf_counter() + (wall - now_us()) / SECOND_US)
            self._play(due)
        except BaseException as error:  # noqa: BLE001  raised again by who stops it
            self.failed = error

    def _play(self, due: Sequence[Due]) -> None:
        began = time.perf_counter()
        next_probe = began + PROBE_EVERY_S * self._draw()
        done = 0
        while not self._stopping.is_set():
            if done == len(due):
                raise RuntimeError("the workload ended before what was to be measured")
            tick = time.perf_counter() + TICK_S
            while next_probe < tick:
                wait_until(next_probe)
                self._probe()
                next_probe += PROBE_EVERY_S * self._draw()
            wait_until(tick)
            first, now_s = done, time.perf_counter() - began
            while done < len(due) and due[done].after_s <= now_s:
                done += 1
            if done > first:
                self._ground.append(each.event for each in due[first:done])
                at = time.perf_counter()
                self.appended.append((at, done - first, at - began - due[first].after_s))

    def _probe(self) -> None:
        subject = f"bench-probe-{len(self.probes)}"
        queue = f"bench-probe-{partition_of(subject, PARTITIONS_DEFAULT)}"
        number = self._counts[queue] = self._counts.get(queue, 0) + 1
        at_us = self._ground.clock.at(now_us())
        line = event("contact.queued", subject=subject, at_us=at_us, queue=queue, channel="voice")
        self.probes.append(Probe(time.perf_counter(), queue, number))
        self._ground.log.append(CONTACT_EVENTS, [(subject, line)])


def wait_until(moment: float) -> None:
    """Wait for a moment of `time.perf_counter`."""
    left = moment - time.perf_counter()
    if left > 0:
        Event().wait(left)
