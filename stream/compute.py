"""Figures of a log at an instant, from files and without servers: the same floor, merge and
figures as live, in one pass."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from typing import Final

from msgspec import Struct, structs

from stream.contract.batch import Batch, decode_batch
from stream.contract.figures import Figures
from stream.contract.floorplan import FloorPlan
from stream.contract.frames import HeadFrame, head_key, settled_key
from stream.figures import EXPECTATION_WINDOW, floor_figures
from stream.floor.floor import Floor
from stream.floor.telling import presents, settled_frame
from stream.merge import WHOLE_LOG, Merge
from stream.windows.days import StretchClock

BATCH: Final = 4096

# Hears the bounds on names that were reached, and how often a name was left out.
Limits = Callable[[dict[str, int]], None]


class Problem(Struct, frozen=True):
    """A rejected event: the file, its line from 1, and why."""

    file: str
    line: int
    reason: str


class FileReading:
    """Reads a log of events from files into one floor.

    With `at`, good events later than that instant are left out, as if they had never been
    written. `on_problem` hears of each rejected event.
    """

    def __init__(
        self,
        plan: FloorPlan,
        *,
        at: int | None = None,
        all_time: bool = False,
        on_problem: Callable[[Problem], None] | None = None,
    ) -> None:
        self.plan = plan
        self.at = at
        self.floor = Floor(plan, all_time=all_time)
        self._on_problem = on_problem
        # What is good is decided on the whole log, before anything is left out.
        self._whole = Floor(plan) if at is not None else None

    def read(self, file: str, lines: Iterable[tuple[int, bytes]]) -> None:
        """Read one file's (line, bytes) pairs; files continue one another."""
        rest = iter(lines)
        while numbered := list(islice(rest, BATCH)):
            self._take(file, [number for number, _ in numbered], [line for _, line in numbered])

    def read_blocks(self, file: str, blocks: Iterable[tuple[Sequence[int], list[bytes]]]) -> None:
        """What `read` does, of blocks of lines with the number of each: no line costs a step."""
        numbers: list[int] = []
        lines: list[bytes] = []
        for more_numbers, more_lines in blocks:
            numbers += more_numbers
            lines += more_lines
            # What comes compressed or through a pipe comes in small blocks, and an event of a
            # small batch costs more.
            if len(lines) >= BATCH:
                self._take(file, numbers, lines)
                numbers, lines = [], []
        if lines:
            self._take(file, numbers, lines)

    @property
    def as_of(self) -> int | None:
        """The instant asked for, or the newest good event's; None where there is none."""
        return self.at if self.at is not None else self.floor.newest

    def figures(
        self, window: str, *, agents: bool = False, on_limits: Limits | None = None
    ) -> Figures:
        """The figures at `as_of`; without a good event there is no instant, and nothing in them.
        `on_limits` hears which names have none of their own."""
        as_of = self.as_of or 0
        merge = merged_alone(self.plan, self.floor, as_of, {window})
        figures = floor_figures(merge, window, agents=agents)
        if on_limits is not None:
            on_limits(merge.limits())
        return figures if self.as_of is not None else structs.replace(figures, as_of=None)

    def _take(self, file: str, numbers: Sequence[int], lines: Sequence[bytes]) -> None:
        batch = decode_batch(lines)
        for place, reason in self.floor.take(self._up_to_at(batch)):
            if self._on_problem is not None:
                self._on_problem(Problem(file, numbers[place], reason))

    def _up_to_at(self, batch: Batch) -> Batch:
        """The batch without its good events later than `at`."""
        if self.at is None or self._whole is None:
            return batch
        # What is good is decided on the whole log, before anything is left out.
        good = self._whole.without_far_ahead(batch)
        newest = self._whole.newest
        self._whole.newest = max([*good.times, *([] if newest is None else [newest])], default=None)
        later = {
            place for place, time in zip(good.places, good.times, strict=True) if time > self.at
        }
        return batch.only([index for index, place in enumerate(batch.places) if place not in later])


def compute(
    plan: FloorPlan,
    files: Iterable[tuple[str, Iterable[tuple[int, bytes]]]],
    *,
    at: int | None = None,
    window: str = "30m",
    agents: bool = False,
) -> Figures:
    """The figures of files given as (name, (line, bytes) pairs)."""
    reading = FileReading(plan, at=at, all_time=window == WHOLE_LOG)
    for name, lines in files:
        reading.read(name, lines)
    return reading.figures(window, agents=agents)


def merged_alone(
    plan: FloorPlan,
    floor: Floor,
    as_of: int,
    windows: Iterable[str] = (),
    *,
    stretches: StretchClock | None = None,
) -> Merge:
    """The merged floor where one floor has read everything, at an instant that it comes to."""
    floor.show(as_of)
    merge = Merge(plan, {*windows, EXPECTATION_WINDOW}, cells=floor.cells, stretches=stretches)
    merge.adopt(0, floor.panes.panes, as_of)
    merge.take(settled_key(0), settled_frame(floor))
    for key, frame in presents(floor, 0, as_of, everything=True):
        merge.take(key, frame)
    merge.take(head_key(0), head_of(floor, as_of))
    merge.advance(as_of)
    return merge


def head_of(floor: Floor, as_of: int) -> HeadFrame:
    """The head of a floor that is read to its end."""
    health = floor.health
    return HeadFrame(
        as_of=as_of,
        told_at=as_of,
        position=health.events,
        end=health.events,
        newest=floor.newest,
        health=floor.health_counts(),
        events_by_type=health.by_type,
        rejected_by_field=health.rejected_by_field,
        limits=floor.limits_reached,
    )
