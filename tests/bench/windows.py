"""Section `windows`: what it costs to slide a window by a pane and to tell its figures, as windows
grow from 5 minutes to 240."""

from __future__ import annotations

import itertools
import time
from pathlib import Path
from statistics import median
from typing import Final

from msgspec import Struct

from stream.compute import FileReading
from stream.contract.figures import PANE_US, PANES_OF_WINDOW
from stream.contract.floorplan import FloorPlan
from stream.contract.frames import decode_frame, encode_frame
from stream.contract.instants import HOUR_US, MINUTE_US
from stream.figures import EXPECTATION_WINDOW, floor_figures
from stream.floor.telling import changes
from stream.merge import Merge
from tests.bench.command import floor_file, notes
from tests.bench.figures import Family, Goal, Row, line_rows
from tests.bench.ground import keyed, time_of
from tests.bench.sites import ORDINARY, Size
from tests.bench.workload import squeezed

# Longer than the longest window, so that panes leave it as well.
_LENGTH_US: Final = 4 * HOUR_US + 20 * MINUTE_US
# What may be called flat: the longest window at most so much dearer than the shortest.
AIM: Final = 1.25


class Asked(Struct, frozen=True):
    """The floor, the events of its hours, and how many panes each window slides by."""

    size: Size
    live: int
    panes: int


FULL: Final = Asked(ORDINARY, 400_000, 180)
QUICK: Final = Asked(ORDINARY, 100_000, 40)


class Slid(Struct, frozen=True):
    """The milliseconds of processor time that each pane took of one window."""

    sliding: list[float]
    figures: list[float]

    @property
    def whole(self) -> float:
        """A pane's sliding and figures, the median."""
        return median(map(sum, zip(self.sliding, self.figures, strict=True)))


def measure(asked: Asked) -> Family:
    """Every window over the same frames."""
    notes.print(f"windows: {asked.live:,} events in {_LENGTH_US / HOUR_US:.1f} h")
    events = asked.size.before + asked.live
    frames, as_of = frames_of(floor_file(asked.size, events), asked.size, events)
    found = {window: slide(frames, window, as_of, asked.panes) for window in PANES_OF_WINDOW}
    rows: list[Row] = []
    for window, slid in found.items():
        rows += [
            Row(f"{window}: slide by a pane", "ms CPU", tuple(slid.sliding)),
            Row(f"{window}: all figures", "ms CPU", tuple(slid.figures)),
        ]
    minutes = {window: count * PANE_US / MINUTE_US for window, count in PANES_OF_WINDOW.items()}
    points = [(minutes[window] / 60, slid.whole) for window, slid in found.items()]
    rows += line_rows("both, how it grows", "ms CPU", points, "hour of the window")
    shortest, longest = (found[choose(minutes, key=lambda w: minutes[w])] for choose in (min, max))
    ratio = longest.whole / shortest.whole
    goal = Goal(
        "a figure's cost, 240 m against 5 m", f"flat: ≤ {AIM} ×", f"{ratio:.2f} ×", ratio <= AIM
    )
    over = (
        f"{asked.size.told}; {asked.live:,} events in {_LENGTH_US / HOUR_US:.1f} h, "
        f"{asked.panes} panes; every merge slides {EXPECTATION_WINDOW} as well"
    )
    return Family("windows", "Windows as they grow", over, tuple(rows), goals=(goal,))


def frames_of(file: Path, size: Size, events: int) -> tuple[list[tuple[str, bytes]], int]:
    """The frames of one partition that read the file's hour stretched to over four, and the
    instant of its last event."""
    lines = [line for _, line in keyed(file, 0, events)]
    timed = [(time_of(line), line) for line in lines[size.before :]]
    stretched = squeezed(timed, _LENGTH_US)
    as_of = stretched[-1][0]
    reading = FileReading(FloorPlan())
    told = itertools.chain(lines[: size.before], (line for _, line in stretched))
    reading.read(file.name, enumerate(told, start=1))
    reading.floor.show(as_of)
    changed = changes(reading.floor, 0, as_of, everything=True)
    return [(key, encode_frame(frame)) for key, frame in changed if frame is not None], as_of


def slide(frames: list[tuple[str, bytes]], window: str, as_of: int, panes: int) -> Slid:
    """Let a merge of the frames slide the window by so many panes, until `as_of`."""
    merge = Merge(FloorPlan(), {window, EXPECTATION_WINDOW})
    for key, frame in frames:
        merge.take(key, decode_frame(key, frame))
    slid = Slid([], [])
    begin = as_of - panes * PANE_US
    merge.advance(begin)
    floor_figures(merge, window)
    for pane in range(1, panes + 1):
        began = time.process_time()
        merge.advance(begin + pane * PANE_US)
        slid_at = time.process_time()
        floor_figures(merge, window)
        slid.sliding.append((slid_at - began) * 1000)
        slid.figures.append((time.process_time() - slid_at) * 1000)
    return slid
