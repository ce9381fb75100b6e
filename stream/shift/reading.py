"""Events of a shift in, its figures out: whole and by the hour, as `floorwatch compute` tells them.

    edges     begin ──── hour ──── hour ──── end
    events    ───────────●·····──────────────────── read once, in the log's order
    forks                └ goes on with what is dated before its edge alone

At each edge the floor is forked: a copy of it goes on with what came later of earlier times. So
each hour is told as `compute --at` tells it of the same events, and every event is read once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from copy import deepcopy
from datetime import timedelta
from itertools import pairwise
from typing import Final

import numpy as np

from stream import checkpoint as cp
from stream.compute import merged_alone
from stream.contract.batch import Batch, decode_batch
from stream.contract.codec import decode, field_at_fault
from stream.contract.events import RecognitionGiven
from stream.contract.figures import PANE_US, Figures
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import MINUTE_US, from_datetime, to_datetime
from stream.contract.shifts import Hour, Shift, Thanks
from stream.figures import floor_figures
from stream.floor.floor import Floor
from stream.floor.health import Health
from stream.merge import STRETCH
from stream.windows.days import StretchClock
from stream.windows.panes import Pane
from stream.windows.sparse import Ints

# A floor of any size has an event in less; without one for so long something may be missing.
GAP_US: Final = 5 * MINUTE_US
_WHOLE: Final = "shift"
_HOURS: Final = "hours of shift"
_THANKS: Final = b'"recognition.given"'


def edges_of(shift: Shift, plan: FloorPlan) -> list[int]:
    """Where its hours begin and end: at the full hours of the local clock, and its own two ends."""
    local = to_datetime(shift.begin).astimezone(plan.zone)
    full = local.replace(minute=0, second=0, microsecond=0)
    edges = [shift.begin]
    # Forward in UTC, so that the night in which clocks are turned has all its hours.
    moment = from_datetime(full) + 60 * MINUTE_US
    while moment < shift.end:
        edges.append(moment)
        moment = from_datetime(to_datetime(moment) + timedelta(hours=1))
    return [*edges, shift.end]


class ShiftReading:
    """Reads the events that lead up to a shift, and those of it, in the order of the log."""

    def __init__(self, plan: FloorPlan, shift: Shift) -> None:
        self._plan = plan
        self._shift = shift
        self._edges = edges_of(shift, plan)
        self._stretches = (
            StretchClock(_WHOLE, [shift.begin]),
            StretchClock(_HOURS, self._edges),
        )
        self._floor = Floor(plan, stretches=self._stretches)
        # What is good is decided on the whole log, before anything is left out.
        self._all = Floor(plan)
        # Which edge is met next, and the floors as of those that were met, but for the last.
        self._next = 0
        self._forks: list[tuple[int, Floor]] = []
        self._before = Health()
        self._panes = np.zeros((shift.end - shift.begin) // PANE_US, bool)
        self._thanks = Counter[tuple[str, str]]()
        self._thanked: set[tuple[str, str, str]] = set()
        self.rejected = Counter[str]()
        # The channels that each queue of the shift was seen in, once its figures were told.
        self.channels: dict[str, set[str]] = {}

    def read(self, payloads: Sequence[bytes]) -> None:
        """Read what comes next."""
        while payloads:
            place = self._place_of_edge(decode_batch(payloads))
            self._take(payloads[:place])
            if place < len(payloads):
                self._meet_edge()
            payloads = payloads[place:]

    def whole(self) -> Figures:
        """The figures of the shift as of its last microsecond, agents too."""
        self._meet_rest()
        floor, as_of = self._floor, self._shift.end - 1
        merge = merged_alone(self._plan, floor, as_of, stretches=self._stretches[0])
        self.channels = {queue: set(seen) for queue, seen in merge.rows.channels.items()}
        return floor_figures(merge, STRETCH, agents=True)

    def hours(self) -> list[Hour]:
        """Each hour's figures as of its last microsecond."""
        self._meet_rest()
        clock = self._stretches[1]
        floors = [*(floor for _, floor in self._forks), self._floor]
        return [
            Hour(
                begin,
                end,
                floor_figures(merged_alone(self._plan, floor, end - 1, stretches=clock), STRETCH),
            )
            for (begin, end), floor in zip(pairwise(self._edges), floors, strict=True)
        ]

    def thanks(self) -> list[Thanks]:
        """Who was thanked in the shift, most first."""
        told = [Thanks(agent, by, count) for (agent, by), count in self._thanks.items()]
        return sorted(told, key=lambda one: (-one.count, one.agent, one.by))

    def gaps(self, known_from: int) -> list[tuple[int, int]]:
        """The stretches of the shift without any event that are long enough to be told; nothing is
        said of what came before `known_from`."""
        edges = np.flatnonzero(np.diff(np.concatenate(([True], self._panes, [True]))))
        runs = edges.reshape(-1, 2) * PANE_US + self._shift.begin
        known = [(max(begin, known_from), end) for begin, end in runs.tolist()]
        return [(begin, end) for begin, end in known if end - begin >= GAP_US]

    def since_begin(self) -> Health:
        """What became of the events that were read from the shift's beginning on."""
        self._meet_rest()
        before, health = self._before, self._floor.health
        names = ("events", "duplicates", "rejected", "unknown_type", "out_of_place", "too_late")
        counts = {name: getattr(health, name) - getattr(before, name) for name in names}
        return Health(**counts)

    def _place_of_edge(self, batch: Batch) -> int:
        """Where in the batch the first good event lies beyond the next edge; its end where none."""
        whole = len(batch) + len(batch.rejected)
        if self._next == len(self._edges) - 1:
            return whole
        good = self._all.without_far_ahead(batch)
        # An event at an edge is of what begins there.
        beyond = np.flatnonzero(np.array(good.times, np.int64) >= self._edges[self._next])
        return int(good.places[int(beyond[0])]) if len(beyond) else whole

    def _take(self, payloads: Sequence[bytes]) -> None:
        if not payloads:
            return
        batch = decode_batch(payloads)
        good = self._all.without_far_ahead(batch)
        times = np.array(good.times, np.int64)
        if len(times):
            newest = self._all.newest
            self._all.newest = int(times.max() if newest is None else max(newest, times.max()))
        self._note(payloads, good, times)
        ahead = set(good.places)
        for end, floor in (*self._forks, (self._shift.end, self._floor)):
            later = {
                place for place, time in zip(good.places, good.times, strict=True) if time >= end
            }
            if len(later) == len(ahead) and not batch.rejected:
                continue
            kept = [index for index, place in enumerate(batch.places) if place not in later]
            refused = floor.take(batch.only(kept))
            if floor is self._floor and self._next:
                self.rejected.update(field_at_fault(reason) for _, reason in refused)

    def _note(self, payloads: Sequence[bytes], good: Batch, times: Ints) -> None:
        """What is told of the shift beside figures: when anything happened at all, and thanks."""
        begin, end = self._shift.begin, self._shift.end
        within = times[(begin <= times) & (times < end)]
        self._panes[(within - begin) // PANE_US] = True
        for place, time in zip(good.places, times.tolist(), strict=True):
            if begin <= time < end and _THANKS in payloads[place]:
                event = decode(payloads[place])
                if isinstance(event, RecognitionGiven):
                    self._thank(event)

    def _thank(self, event: RecognitionGiven) -> None:
        mark = (event.subject, event.source, event.id)
        if mark not in self._thanked:
            self._thanked.add(mark)
            self._thanks[event.subject, event.data.by] += 1

    def _meet_edge(self) -> None:
        """All that led up to the next edge is read."""
        if not self._next:
            self._before = deepcopy(self._floor.health)
        else:
            self._forks.append((self._edges[self._next], self._fork()))
        self._next += 1

    def _meet_rest(self) -> None:
        while self._next < len(self._edges) - 1:
            self._meet_edge()

    def _fork(self) -> Floor:
        """A floor that is as this one, and goes on by itself."""
        floor, fork = (
            self._floor,
            Floor(self._plan, cells=self._floor.cells, stretches=self._stretches),
        )
        floor.panes.fold(floor.newest_pane)
        cp.restore_lives(fork, cp.copied(floor))
        # A tally is never changed, its pane's list of pieces is. What has settled is not of an hour
        # that ends now.
        fork.panes.panes = {
            number: Pane(pane.tally, pane.pieces) for number, pane in floor.panes.panes.items()
        }
        fork.panes.first_kept = floor.panes.first_kept
        fork.health = deepcopy(floor.health)
        return fork
