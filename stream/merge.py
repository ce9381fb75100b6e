"""Frames of all partitions in, figures out: add the panes, join the presents, divide last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from stream.contract import frames as fr
from stream.contract.figures import PANE_US, PANES_OF_WINDOW
from stream.contract.floorplan import FloorPlan
from stream.floor.telling import read_tally
from stream.presents import AgentPresents, QueuePresents
from stream.windows.cells import Cells
from stream.windows.days import DayClock, StretchClock
from stream.windows.minutes import MinuteSeries
from stream.windows.panes import Pane, PlainPiece
from stream.windows.pieces import Cuts, PieceIndex
from stream.windows.rows import AGENTS_MAX, GROUPS_MAX, Rows
from stream.windows.spans import NEVER, Span, move, settle_doubts
from stream.windows.sparse import Ints, Tally, ints
from stream.windows.store import PaneStore, cells_of, renumbered

WHOLE_LOG: Final = "all"
# From the beginning of the stretch that holds the instant, where stretches are asked for.
STRETCH: Final = "stretch"
# Names that are in no pane, day or present any more are forgotten when there are twice as many
# names and cells as were alive when that was last done, and at least so many.
NAMES_MIN: Final = 20_000


def starts_of(windows: Iterable[str], as_of: int) -> list[int]:
    """When each of the windows that slide begins, as of an instant."""
    last = as_of // PANE_US
    return [
        (last - PANES_OF_WINDOW[each] + 1) * PANE_US for each in windows if each in PANES_OF_WINDOW
    ]


def cut_pieces(number: int, pane: Pane, starts: Sequence[int]) -> list[PlainPiece]:
    """The pane's stretches of agents' time that the beginning of a window may cut."""
    if not starts or (number + 1) * PANE_US <= min(starts):
        return []
    latest = max(starts)
    return [piece for piece in pane.pieces if piece[2] < latest]


class Base:
    """A span that grows from a beginning: today in one zone, or the whole log. `parts` are the
    settled totals that its panes continue, by partition."""

    def __init__(self, span: Span, clock: DayClock | None) -> None:
        self.span = span
        self.clock = clock
        self.day: int | None = None
        self.parts: dict[int, Tally] = {}


class Merge:
    """The merged floor. Frames may come in any order of partitions, and more than once.

    Names are forgotten from `names_min` on, and have no figures of their own beyond the maxima.
    """

    def __init__(  # noqa: PLR0913  its bounds, and what is looked at
        self,
        plan: FloorPlan,
        windows: Iterable[str],
        *,
        cells: Cells | None = None,
        names_min: int = NAMES_MIN,
        groups_max: int = GROUPS_MAX,
        agents_max: int = AGENTS_MAX,
        stretches: StretchClock | None = None,
    ) -> None:
        self.plan = plan
        self.cells = Cells() if cells is None else cells
        self.rows = Rows(self.cells, groups_max=groups_max, agents_max=agents_max)
        self.store = PaneStore(self.rows)
        self.pieces = PieceIndex(self.rows)
        self.minutes = MinuteSeries()
        self.heads: dict[int, fr.HeadFrame] = {}
        self.queues = QueuePresents(plan, self.rows)
        self.agents = AgentPresents(self.rows)
        self.settled: dict[int, fr.SettledFrame] = {}
        self.as_of = NEVER
        # How often the names that nothing is known of any more were forgotten.
        self.renewals = 0
        # How often names were left without a row, by those of former rows.
        self._refused = Counter[str]()
        # How many names and cells there may be before that is done; known once there are any.
        self._names_min = names_min
        self._names_max: int | None = None
        windows = tuple(windows)
        # The shortest first: a longer one may begin with what a shorter one holds.
        self.sliding = {
            window: Span(self.rows, length)
            for window, length in sorted(PANES_OF_WINDOW.items(), key=lambda item: item[1])
            if window in windows
        }
        self.cuts = {window: Cuts() for window in self.sliding}
        self.todays: dict[str, Base] = {}
        if "today" in windows:
            for zone in {plan.time_zone, *(plan.zone_of(queue).key for queue in plan.queues)}:
                self.todays[zone] = Base(Span(self.rows, None), DayClock(ZoneInfo(zone)))
        self.ever = Base(Span(self.rows, None), None) if WHOLE_LOG in windows else None
        self.stretch = None if stretches is None else Base(Span(self.rows, None), stretches)

    def take(self, key: str, frame: fr.Frame | None) -> None:
        """Take in one frame by its key; None deletes what was under the key."""
        partition, kind, name = fr.split_key(key)
        match frame:
            case fr.PaneFrame():
                self._take_pane(partition, frame)
            case fr.SettledFrame():
                self.settled[partition] = frame
                for base in self._bases():
                    self._take_base(base, partition)
            case fr.QueueFrame():
                self.queues.take(frame.queue, partition, frame)
            case fr.AgentsFrame():
                self.agents.take(partition, frame)
            case fr.HeadFrame():
                self.heads[partition] = frame
            case None:
                self._delete(partition, kind, name)

    def adopt(self, partition: int, panes: Mapping[int, Pane], as_of: int) -> None:
        """Take panes by number as they are, to be looked at once, `as_of`.

        Their cells must be this merge's. Of agents' stretches only those that the beginning of a
        window cuts are looked up, so of most it is enough to see that they begin later.
        """
        starts = starts_of(self.sliding, as_of)
        for number, pane in panes.items():
            self.store.put(number, partition, pane.tally, packed=False)
            self.pieces.put(number, partition, cut_pieces(number, pane, starts))

    def adopt_to_stay(self, partition: int, panes: Mapping[int, Pane]) -> None:
        """Take panes by number before the first instant is looked at, to go on from there. Their
        cells must be this merge's."""
        for number, pane in panes.items():
            self.store.put(number, partition, pane.tally)
            self.minutes.add(number, pane.tally, self.rows)
            self.pieces.put(number, partition, list(pane.pieces))

    def advance(self, as_of: int) -> None:
        """Slide every window to the instant; it never goes back."""
        self.as_of = as_of = max(self.as_of, as_of)
        if self._names_max is None:
            self._names_max = max(self._names_min, 2 * self._names())
        elif self._names() >= self._names_max:
            self._renew()
        last = as_of // PANE_US
        within: Span | None = None
        for window, span in self.sliding.items():
            assert span.length is not None
            first = last - span.length + 1
            move(span, self.store, first, last, within)
            settle_doubts(span, self.store)
            self.cuts[window].move(first, self.pieces, len(self.rows.agents))
            within = span
        for base in self._bases():
            self._advance_base(base, last)
        # Only now: a pane read for one span may have brought rows that all must have room for.
        for span in self._spans():
            span.ready()
        if within is not None:
            self.store.forget_steps(within.first)
            self.pieces.forget(within.first, last)

    def span_of(self, window: str, zone: str) -> Span:
        """The span of a window; `today` in the zone's own day."""
        if window == "today":
            return self.todays[zone].span
        if window == WHOLE_LOG:
            assert self.ever is not None
            return self.ever.span
        if window == STRETCH:
            assert self.stretch is not None
            return self.stretch.span
        return self.sliding[window]

    def start_of(self, window: str, zone: str = "UTC") -> int | None:
        """The instant at which the window begins; None for the whole log."""
        if window == WHOLE_LOG:
            return None
        if window in {"today", STRETCH}:
            base = self.stretch if window == STRETCH else self.todays[zone]
            assert base is not None
            clock = base.clock
            assert clock is not None
            return clock.midnight_before(self.as_of)
        return (self.as_of // PANE_US - PANES_OF_WINDOW[window] + 1) * PANE_US

    def limits(self) -> dict[str, int]:
        """The bounds on names that were reached, and how often a name was left out."""
        return dict(self._refused + Counter(self.rows.refused))

    def _take_pane(self, partition: int, frame: fr.PaneFrame) -> None:
        pane = frame.pane
        tally = read_tally(frame.tally, self.cells)
        before = self.store.get(pane, partition)
        # What a pane is told again with is mostly what it was: what came since is added.
        came = tally if before is None else tally.since(before)
        if came is None:
            assert before is not None
            self._take_out(pane, before)
            came = tally
        self.store.put(pane, partition, tally)
        spans = [span for span in self._spans() if span.holds(pane)]
        if spans:
            spread = self.rows.spread(came)
            for span in spans:
                span.add(spread)
        self.minutes.add(pane, came, self.rows)
        new = self.pieces.put(pane, partition, frame.pieces)
        if new is not None:
            for cuts in self.cuts.values():
                cuts.meet(new)

    def _take_out(self, pane: int, tally: Tally) -> None:
        spread = self.rows.spread(tally)
        for span in self._spans():
            if span.holds(pane):
                span.take(spread)
        self.minutes.add(pane, tally, self.rows, -1)

    def _delete(self, partition: int, kind: str, name: str) -> None:
        if kind == "pane":
            tally = self.store.remove(int(name), partition)
            if tally is not None:
                self._take_out(int(name), tally)
            self.pieces.remove(int(name), partition)
        elif kind == "queue":
            self.queues.take(name, partition, None)

    def _take_base(self, base: Base, partition: int) -> None:
        """Replace what has settled of a partition in a span that grows."""
        if base.span.last == NEVER:
            return
        known = base.parts.pop(partition, None)
        if known is not None:
            base.span.take(self.rows.spread(known))
        frame = self.settled[partition]
        told: fr.TallyFrame | None = None
        if base.clock is None:
            told = frame.ever
        else:
            for day in frame.days:
                if (day.zone, day.day) == (base.clock.name, base.day):
                    told = day.tally
        if told is not None:
            base.parts[partition] = tally = read_tally(told, self.cells)
            base.span.add(self.rows.spread(tally))

    def _advance_base(self, base: Base, last: int) -> None:
        first = NEVER
        if base.clock is not None:
            # A pane belongs to the day that holds its beginning.
            first = -(-base.clock.midnight_before(self.as_of) // PANE_US)
            day = base.clock.day_of(self.as_of)
            if day != base.day:
                base.day, base.span.last = day, NEVER
        begins = base.span.last == NEVER
        within = [span for span in self.sliding.values() if span.first >= first]
        move(base.span, self.store, first, last, within[-1] if within else None)
        if begins:
            base.parts.clear()
            for partition in self.settled:
                self._take_base(base, partition)
        # What leaves such a span leaves it for the settled part of it, its longest wait included.
        base.span.sure()

    def _bases(self) -> list[Base]:
        others = [base for base in (self.ever, self.stretch) if base is not None]
        return [*self.todays.values(), *others]

    def _spans(self) -> list[Span]:
        return [*self.sliding.values(), *(base.span for base in self._bases())]

    def _names(self) -> int:
        return len(self.cells) + len(self.rows.groups) + len(self.rows.agents)

    def _renew(self) -> None:
        """Forget the names that are in no pane, day or present any more: number cells and rows
        anew, in the same order, and let the spans keep the rows of those that are left."""
        parts = (part for base in self._bases() for part in base.parts.values())
        alive = np.union1d(self.store.cells(), cells_of(parts)).tolist()
        cells, number_of_cell = Cells(), np.full(len(self.cells), -1)
        for number in alive:
            number_of_cell[number] = cells.number(*self.cells.cell(number))
        before, rows = self.rows, self.rows.of(cells)
        self.cells, self.rows = cells, rows
        self.store = self.store.renumbered(rows, number_of_cell)
        for base in self._bases():
            for partition, part in base.parts.items():
                base.parts[partition] = renumbered(part, number_of_cell)
        rows.of_cells()
        self.queues = self.queues.renewed(rows)
        self.agents = self.agents.renewed(rows)
        groups = ints([before.groups.get(group, -1) for group in rows.groups])
        agents = ints([before.agents.get(agent, -1) for agent in rows.agents])
        for span in self._spans():
            span.keep(rows, groups, agents)
            if before.refused:
                # Who had no row may have one now, and its panes must not leave what they never met.
                span.last = NEVER
        self.minutes.keep(groups)
        self.pieces.keep(rows, _inverse(agents, len(before.agents)))
        for cuts in self.cuts.values():
            cuts.keep(agents)
        self._refused.update(before.refused)
        self.renewals += 1
        self._names_max = max(self._names_min, 2 * self._names())


def _inverse(olds: Ints, count: int) -> Ints:
    """The new number of each old one, -1 for one that is gone."""
    new = np.full(count, -1)
    known = np.flatnonzero(olds >= 0)
    new[olds[known]] = known
    return new
