"""Keyframes of a floor that is read: what it takes to go on from an earlier instant."""

from __future__ import annotations

from bisect import bisect_right, insort
from copy import deepcopy
from typing import Final

from msgspec import Struct

from stream import checkpoint as cp
from stream.contract.floorplan import FloorPlan
from stream.floor.floor import Floor
from stream.floor.health import Health
from stream.past.log import Place
from stream.pending import Pending
from stream.windows.cells import Cells
from stream.windows.panes import Pane, Settled
from stream.windows.sparse import Tally

KEYFRAMES_MAX: Final = 48


class Keyframe(Struct, frozen=True):
    """A floor as of `at`, all of whose events are dated up to then, read up to `reached` on the
    floor's clock. Panes are by the numbers of the first `cell_count` of `cells`, which were met by
    then; more may have been met since."""

    at: int
    reached: int
    place: Place
    pending: Pending
    lives: list[bytes]
    panes: dict[int, Pane]
    days: dict[Settled, Tally]
    first_kept: int | None
    health: Health
    cells: Cells
    cell_count: int


def keyframe_of(floor: Floor, reached: tuple[int, int], place: Place, pending: Pending) -> Keyframe:
    """The floor as it is: as of which instant, and up to which append it is read."""
    panes = floor.panes
    panes.fold(floor.newest_pane)
    pieces = cp.encode_pieces(cp.take(floor, 0), 0, 0)
    return Keyframe(
        at=reached[0],
        reached=reached[1],
        place=place,
        pending=pending.copy(),
        lives=[value for _, value in pieces if value is not None],
        # A tally is never changed, its pane's list of pieces is.
        panes={number: Pane(pane.tally, pane.pieces) for number, pane in panes.panes.items()},
        days=dict(panes.days),
        first_kept=panes.first_kept,
        health=deepcopy(floor.health),
        cells=floor.cells,
        cell_count=len(floor.cells),
    )


def restored(plan: FloorPlan, keyframe: Keyframe) -> Floor:
    """A floor that goes on from the keyframe."""
    floor = Floor(plan, cells=keyframe.cells.first(keyframe.cell_count))
    checkpoint, _ = cp.decode_pieces(keyframe.lives)
    assert checkpoint is not None
    cp.restore_lives(floor, checkpoint)
    panes = floor.panes
    panes.panes = {number: Pane(pane.tally, pane.pieces) for number, pane in keyframe.panes.items()}
    panes.days = dict(keyframe.days)
    panes.first_kept = keyframe.first_kept
    floor.health = deepcopy(keyframe.health)
    return floor


class Keyframes:
    """Those that are kept, in the order of their instants: none further than `within` before or
    after the newest that was added, and not too many."""

    def __init__(self, within: int) -> None:
        self._within = within
        self._kept: list[Keyframe] = []

    def __len__(self) -> int:
        return len(self._kept)

    def before(self, at: int) -> Keyframe | None:
        """The last one that is not after an instant, and from which everything happens in its order
        up to there."""
        place = bisect_right(self._kept, at, key=lambda one: one.at)
        for one in reversed(self._kept[:place]):
            spoilt_from = one.pending.spoilt_from()
            if spoilt_from is None or spoilt_from > at:
                return one
        return None

    def add(self, keyframe: Keyframe) -> None:
        """Keep one more."""
        insort(self._kept, keyframe, key=lambda one: one.at)
        near = [one for one in self._kept if abs(one.at - keyframe.at) <= self._within]
        self._kept = near if len(near) <= KEYFRAMES_MAX else near[-1::-2][::-1]
