"""A log of events computed in parts: every part reads the whole log, keeps the subjects that are
its own, and tells what it made of them; together they give the figures of one floor.

Of the events of others a part needs one thing, how far time has come: by it an event is too far
ahead or too late. A stretch of lines is taken at once where those verdicts do not depend on the
order inside it, which is nearly always, and in halves where they do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec
import numpy as np
from msgspec import Struct, structs
from numpy.typing import NDArray

from stream.compute import Limits, Problem, head_of
from stream.contract.batch import Batch, decode_batch
from stream.contract.codec import Rejected, decode
from stream.contract.figures import HEALTH, PANE_US, PANES_HELD, Figures
from stream.contract.floorplan import FloorPlan
from stream.contract.frames import (
    CellKey,
    decode_frame,
    encode_frame,
    head_key,
    plain_int,
    settled_key,
)
from stream.contract.instants import UNREADABLE
from stream.contract.owners import Survey, is_as_surveyed, line_at, survey
from stream.figures import EXPECTATION_WINDOW, floor_figures
from stream.floor.floor import AHEAD_IN_FILES_US, Floor
from stream.floor.health import Health
from stream.floor.telling import presents, settled_frame
from stream.merge import Merge, cut_pieces, starts_of
from stream.windows.cells import Cells
from stream.windows.columns import STRIDE
from stream.windows.panes import Pane, PlainPiece
from stream.windows.sparse import Ints, Tally

Flags = NDArray[np.bool_]


class Misplaced(Exception):
    """An event is another part's, or of another time, than a look at its line told: the log has to
    be read by one floor alone."""


class PanesTold(Struct, frozen=True):
    """All panes of a part as arrays of int64 in bytes. `lengths` has for each of `numbers` how
    many codes and how many longest waits it has; `cells` are what all of them count for."""

    cells: list[CellKey]
    numbers: bytes
    lengths: bytes
    codes: bytes
    amounts: bytes
    longest_cells: bytes
    longest_us: bytes
    pieces: list[list[PlainPiece]]


class PartTold(Struct, frozen=True):
    """What a part tells at its end: its panes and its other frames by key, what became of its
    events, and which it rejected, as (the file's place among all, line, reason) in order.
    `as_of` is the same of every part."""

    as_of: int | None
    panes: PanesTold
    frames: list[tuple[str, bytes]]
    health: Health
    rejected: list[tuple[int, int, str]]


class PartReading:
    """Reads what belongs to one part of several, as `FileReading` reads all.

    With `at`, good events later than that instant are left out, but what is too far ahead is
    decided with them.
    """

    def __init__(
        self,
        plan: FloorPlan,
        *,
        part: int,
        parts: int,
        at: int | None = None,
        all_time: bool = False,
    ) -> None:
        self._floor = Floor(plan, all_time=all_time)
        self._at = at
        self._part = part
        self._parts = parts
        # The newest time of all parts' good events, and of those among them not after `at`.
        self._newest_of_all: int | None = None
        self._newest: int | None = None
        self._file = -1
        self._lines_before = 0
        self._rejected: list[tuple[int, int, str]] = []

    def read(self, stretches: Iterable[bytes]) -> None:
        """Read one file's stretches of whole lines; files continue one another.

        Raises `Misplaced`.
        """
        self._file += 1
        self._lines_before = 0
        for stretch in stretches:
            self._take(stretch)

    def told(self, windows: Sequence[str]) -> PartTold:
        """What was made of it all, to be looked at through these windows."""
        newest_or_at = self._newest if self._at is None else self._at
        as_of = newest_or_at or 0
        floor, part = self._floor, self._part
        floor.newest = self._newest
        floor.show(as_of)
        frames = [
            (settled_key(part), settled_frame(floor)),
            *presents(floor, part, as_of, everything=True),
            (head_key(part), head_of(floor, as_of)),
        ]
        return PartTold(
            as_of=newest_or_at,
            panes=_panes_told(floor.panes.panes, floor.cells, starts_of(windows, as_of)),
            frames=[(key, encode_frame(frame)) for key, frame in frames if frame is not None],
            health=floor.health,
            rejected=self._rejected,
        )

    def _take(self, stretch: bytes) -> None:
        surveyed = survey(stretch, self._part, self._parts)
        times = surveyed.times
        believed = _believed(self._newest_of_all, times)
        counted = None if believed is None else self._counted(times, believed)
        if believed is None or counted is None:
            # Of one line nothing depends on the order, so this comes to an end.
            middle = _middle_of(stretch)
            self._take(stretch[:middle])
            self._take(stretch[middle:])
            return
        self._take_own(surveyed)
        self._newest = _newest_good(stretch, surveyed, counted, self._newest)
        self._newest_of_all = (
            self._newest
            if self._at is None
            else _newest_good(stretch, surveyed, believed, self._newest_of_all)
        )
        self._lines_before += surveyed.line_count

    def _counted(self, times: Ints, believed: Flags) -> Flags | None:
        """Which times advance the floor if their events are good; None where that, or what is too
        late, depends on the order."""
        counted = believed
        if self._at is not None:
            counted = believed & (times <= self._at)
            again = _believed(self._newest, times[counted])
            if again is None:
                return None
            counted[counted] = again
        return (
            counted if self._newest is None or _are_settled(self._newest, times[counted]) else None
        )

    def _take_own(self, surveyed: Survey) -> None:
        if not surveyed.lines:
            return
        batch = decode_batch(surveyed.lines)
        if not is_as_surveyed(batch, surveyed, self._part, self._parts):
            raise Misplaced
        self._floor.newest = self._newest
        for place, reason in self._floor.take(self._up_to_at(batch)):
            line = self._lines_before + surveyed.numbers[place] + 1
            self._rejected.append((self._file, line, reason))

    def _up_to_at(self, batch: Batch) -> Batch:
        """The batch without its good events later than `at`; those too far ahead are not good."""
        at, newest = self._at, self._newest_of_all
        if at is None:
            return batch
        limit = None if newest is None else newest + AHEAD_IN_FILES_US
        return batch.only(
            [
                index
                for index, time in enumerate(batch.times)
                if time <= at or (limit is not None and time > limit)
            ]
        )


def encode_told(told: PartTold) -> bytes:
    """What a part tells, as bytes for another process."""
    return _encoder.encode(told)


def decode_told(told: bytes) -> PartTold:
    """What `encode_told` made bytes of."""
    return _decoder.decode(told)


def joined_figures(
    plan: FloorPlan,
    told: Sequence[PartTold],
    window: str,
    *,
    agents: bool = False,
    on_limits: Limits | None = None,
) -> Figures:
    """The figures of all parts together, as `FileReading.figures` gives them."""
    as_of = told[0].as_of
    merge = Merge(plan, windows_for(window))
    for part, each in enumerate(told):
        merge.adopt(part, _read_panes(each.panes, merge.cells), as_of or 0)
        for key, frame in each.frames:
            merge.take(key, decode_frame(key, frame))
    merge.advance(as_of or 0)
    figures = floor_figures(merge, window, agents=agents)
    if on_limits is not None:
        on_limits(merge.limits())
    return figures if as_of is not None else structs.replace(figures, as_of=None)


def joined_health(told: Sequence[PartTold]) -> Health:
    """What became of the events of all parts."""
    total = Health()
    for each in told:
        for name in HEALTH:
            setattr(total, name, getattr(total, name) + getattr(each.health, name))
        for name in ("by_type", "rejected_by_field"):
            counts = Counter(getattr(total, name)) + Counter(getattr(each.health, name))
            setattr(total, name, dict(counts))
    return total


def joined_problems(files: Sequence[str], told: Sequence[PartTold]) -> list[Problem]:
    """The rejected events of all parts in the order of the log."""
    rejected = sorted(problem for each in told for problem in each.rejected)
    return [Problem(files[place], line, reason) for place, line, reason in rejected]


def windows_for(window: str) -> tuple[str, ...]:
    """The windows that a merge must slide for the figures of one."""
    return tuple({window, EXPECTATION_WINDOW})


def _believed(newest: int | None, times: Ints) -> Flags | None:
    """Which times are not too far ahead, as long as their events are good; None where that
    depends on the order. `newest` is the newest time before them."""
    if newest is None:
        # The first good event is always believed.
        return np.ones(len(times), bool) if len(times) < 2 else None
    believed = times <= newest + AHEAD_IN_FILES_US
    if believed.all():
        return believed
    latest = int(times[believed].max(initial=newest))
    return believed if (times[~believed] > latest + AHEAD_IN_FILES_US).all() else None


def _are_settled(newest: int, times: Ints) -> bool:
    """Whether each is too late, or not, wherever between the time before and the latest of them
    the newest time stands."""
    if not len(times):
        return True
    first_held_us = [
        (moment // PANE_US - PANES_HELD + 1) * PANE_US
        for moment in (newest, max(newest, times.max()))
    ]
    return not ((times >= first_held_us[0]) & (times < first_held_us[1])).any()


def _newest_good(
    stretch: bytes, surveyed: Survey, counted: Flags, newest: int | None
) -> int | None:
    """The newest time with a stretch read: of its events that count the latest that is good.

    Raises `Misplaced` where that one's time is not what a look at its line told.
    """
    left = np.where(counted, surveyed.times, UNREADABLE)
    while len(left):
        place = int(left.argmax())
        time = int(left[place])
        if time == UNREADABLE or (newest is not None and time <= newest):
            break
        try:
            event = decode(line_at(stretch, int(surveyed.starts[place])))
        except Rejected:
            left[place] = UNREADABLE
            continue
        if event.time != time:
            raise Misplaced
        return time
    return newest


def _middle_of(stretch: bytes) -> int:
    """Where the second half of a stretch of two lines or more begins."""
    end = len(stretch) - 1
    before = stretch.rfind(b"\n", 0, end // 2)
    return 1 + (before if before >= 0 else stretch.find(b"\n", end // 2))


def _panes_told(panes: Mapping[int, Pane], cells: Cells, starts: Sequence[int]) -> PanesTold:
    tallies = [pane.tally for pane in panes.values()]
    return PanesTold(
        cells=list(cells.since(0)),
        numbers=np.array(list(panes), np.int64).tobytes(),
        lengths=np.array(
            [(len(each.codes), len(each.cells)) for each in tallies], np.int64
        ).tobytes(),
        codes=_joined_bytes([each.codes for each in tallies]),
        amounts=_joined_bytes([each.amounts for each in tallies]),
        longest_cells=_joined_bytes([each.cells for each in tallies]),
        longest_us=_joined_bytes([each.longest_us for each in tallies]),
        pieces=[cut_pieces(number, pane, starts) for number, pane in panes.items()],
    )


def _read_panes(told: PanesTold, cells: Cells) -> dict[int, Pane]:
    """The panes, their cells by the reader's own numbers."""
    numbers = np.array([cells.number(*cell) for cell in told.cells], np.int64)
    codes, longest_cells = _ints(told.codes), numbers[_ints(told.longest_cells)]
    codes = numbers[codes // STRIDE] * STRIDE + codes % STRIDE
    amounts, longest_us = _ints(told.amounts), _ints(told.longest_us)
    panes = {}
    a = b = 0
    for number, (more, more_longest), pieces in zip(
        _ints(told.numbers).tolist(),
        _ints(told.lengths).reshape(-1, 2).tolist(),
        told.pieces,
        strict=True,
    ):
        of_codes, of_longest = slice(a, a + more), slice(b, b + more_longest)
        tally = Tally(
            codes[of_codes], amounts[of_codes], longest_cells[of_longest], longest_us[of_longest]
        )
        panes[number] = Pane(tally, pieces)
        a, b = of_codes.stop, of_longest.stop
    return panes


def _joined_bytes(arrays: list[Ints]) -> bytes:
    return b"".join(each.tobytes() for each in arrays)


def _ints(values: bytes) -> Ints:
    return np.frombuffer(values, np.int64)


_encoder: Final = msgspec.msgpack.Encoder(enc_hook=plain_int)
_decoder: Final = msgspec.msgpack.Decoder(PartTold)
