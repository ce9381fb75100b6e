"""Floorwatch on one core: every event with its contact and agent, all its measures, and from them
the same sums of the same windows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from stream.contract.batch import Batch, decode_batch
from stream.contract.figures import PANE_US
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import SECOND_US
from stream.floor.floor import Floor
from stream.windows.columns import COLUMN
from stream.windows.rows import Rows
from stream.windows.spans import Span, move
from stream.windows.store import PaneStore
from tests.bench.peers import script
from tests.bench.peers.script import Run, Window, lines_of, main, row_of

BATCH: Final = 4096
# Who left at once is counted apart by us; the peers' `abandoned` are both.
_COLUMNS: Final = [
    [COLUMN["offered"]],
    [COLUMN["answered"]],
    [COLUMN["abandoned"], COLUMN["short_abandoned"]],
    [COLUMN["csat_n"]],
    [COLUMN["csat_sum"]],
]


def prepare(file: Path, window: Window) -> Run:
    """The file's lines in memory, and an empty floor."""
    lines = lines_of(file)
    hop_us = window.hop_s * SECOND_US
    told: script.Rows = {}
    floor = Floor(FloorPlan())
    sliding = _Sliding(floor, window)

    def run() -> script.Rows:
        end: int | None = None
        for start in range(0, len(lines), BATCH):
            for batch in _cut(decode_batch(lines[start : start + BATCH]), hop_us):
                first = batch.times[0]
                while end is not None and first >= end:
                    told.update(sliding.rows(end))
                    end += hop_us
                if end is None:
                    end = first - first % hop_us + hop_us
                floor.take(batch)
        # What is open when the file ends closes as if time went on.
        for later in range(window.length_s // window.hop_s if end is not None else 0):
            assert end is not None
            told.update(sliding.rows(end + later * hop_us))
        return told

    return run


def _cut(batch: Batch, hop_us: int) -> Iterator[Batch]:
    """The batch's events in runs of one hop each: windows close between them."""
    runs: dict[int, list[int]] = {}
    for index, time in enumerate(batch.times):
        runs.setdefault(time // hop_us, []).append(index)
    if len(runs) == 1:
        yield batch
    else:
        yield from (batch.only(runs[hop]) for hop in sorted(runs))


class _Sliding:
    """The sums of a window over a floor's panes, slid as the dashboard's are: each changed pane
    is taken in, what enters is added, what leaves is taken away."""

    def __init__(self, floor: Floor, window: Window) -> None:
        self._floor = floor
        self._window = window
        self._rows = Rows(floor.cells)
        self._store = PaneStore(self._rows)
        self._span = Span(self._rows, window.length_s * SECOND_US // PANE_US)

    def rows(self, end: int) -> script.Rows:
        """Of the window that ends before `end`, those queues with anything in it."""
        self._floor.show(end - 1)
        self._take_changes()
        last = end // PANE_US - 1
        assert self._span.length is not None
        move(self._span, self._store, last - self._span.length + 1, last)
        self._span.ready()
        start_s = end // SECOND_US - self._window.length_s
        counts = self._span.groups.counts
        told: script.Rows = {}
        for queue, row in self._rows.named("queue").items():
            sums = [int(counts[row, columns].sum()) for columns in _COLUMNS]
            if any(sums):
                told.update([row_of(queue, start_s, [0, *sums])])
        return told

    def _take_changes(self) -> None:
        panes = self._floor.panes
        for number in panes.changed:
            known = self._store.get(number, 0)
            tally = panes.panes[number].tally
            self._store.put(number, 0, tally)
            if self._span.holds(number):
                if known is not None:
                    self._span.take(self._rows.spread(known))
                self._span.add(self._rows.spread(tally))
        panes.changed.clear()
        panes.left.clear()


if __name__ == "__main__":
    main(prepare)
