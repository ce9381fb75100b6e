"""A Floor's changes since it last told them, as frames by key."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from stream.contract import frames as fr
from stream.floor.floor import Floor
from stream.windows.cells import Cells
from stream.windows.columns import STRIDE
from stream.windows.sparse import Ints, Tally

Told = tuple[str, fr.Frame | None]


def changes(floor: Floor, partition: int, as_of: int, *, everything: bool = False) -> list[Told]:
    """What changed since the last call, as of an instant that `floor.show` was given.

    None deletes a key. With `everything` all is told, changed or not.
    """
    told = [*_panes(floor, partition, everything=everything)]
    return told + presents(floor, partition, as_of, everything=everything)


def presents(floor: Floor, partition: int, as_of: int, *, everything: bool = False) -> list[Told]:
    """Of `changes` those of queues and agents: what is so now, in no window."""
    told: list[Told] = []
    queues = floor.lives.changed_queues(everything=everything)
    if everything:
        queues |= floor.promises.by_queue.keys()
    for queue in sorted(queues):
        frame = queue_frame(floor, queue, as_of)
        told.append((fr.queue_key(partition, queue), frame or None))
    told += [
        (
            fr.agents_key(partition, bucket),
            fr.AgentsFrame(bucket, floor.lives.agents_in(bucket)),
        )
        for bucket in sorted(floor.lives.changed_buckets(everything=everything))
    ]
    return told


def queue_frame(floor: Floor, queue: str, as_of: int) -> fr.QueueFrame:
    """The queue's present, without the contacts whose time is over."""
    present = floor.lives.present(queue)
    return fr.QueueFrame(
        queue=queue,
        waiting=list(present.waiting.items()),
        active=[
            (channel, agent, counts[0], counts[1], counts[2])
            for (channel, agent), counts in present.active.items()
        ],
        unanswered=list(present.unanswered.items()),
        promises=floor.promises.open_in(queue, as_of),
    )


def tally_frame(tally: Tally, cells: Cells) -> fr.TallyFrame:
    """A tally with the names of its cells, each numbered anew from 0."""
    code_cells = tally.codes // STRIDE
    known, index = np.unique(np.concatenate((code_cells, tally.cells)), return_inverse=True)
    codes = index[: len(code_cells)] * STRIDE + tally.codes % STRIDE
    return fr.TallyFrame(
        cells=[cells.cell(number) for number in known.tolist()],
        codes=_bytes(codes),
        amounts=_bytes(tally.amounts),
        longest_cells=_bytes(index[len(code_cells) :]),
        longest_us=_bytes(tally.longest_us),
    )


def read_tally(frame: fr.TallyFrame, cells: Cells) -> Tally:
    """The tally that `tally_frame` told, in the reader's own cells."""
    numbers = np.array(cells.numbers(frame.cells), np.int64)
    codes = _ints(frame.codes)
    return Tally(
        numbers[codes // STRIDE] * STRIDE + codes % STRIDE,
        _ints(frame.amounts),
        numbers[_ints(frame.longest_cells)],
        _ints(frame.longest_us),
    )


def _panes(floor: Floor, partition: int, *, everything: bool) -> Iterator[Told]:
    panes = floor.panes
    numbers = panes.panes.keys() if everything else panes.changed
    for number in sorted(numbers):
        pane = panes.panes[number]
        frame = fr.PaneFrame(number, tally_frame(pane.tally, floor.cells), list(pane.pieces))
        yield fr.pane_key(partition, number), frame
    panes.changed.clear()
    for number in panes.left:
        yield fr.pane_key(partition, number), None
    panes.left.clear()
    if panes.settled_changed or everything:
        yield fr.settled_key(partition), settled_frame(floor)
        panes.settled_changed = False


def settled_frame(floor: Floor) -> fr.SettledFrame:
    """What the panes that are no longer kept have settled into."""
    panes = floor.panes
    days = [
        fr.DayFrame(key.zone, key.day, tally_frame(tally, floor.cells))
        for key, tally in panes.days.items()
    ]
    ever = None if panes.ever is None else tally_frame(panes.ever, floor.cells)
    return fr.SettledFrame(panes.first_kept, days, ever)


def _bytes(values: Ints) -> bytes:
    return values.astype("<i8", copy=False).tobytes()


def _ints(values: bytes) -> Ints:
    return np.frombuffer(values, "<i8")
