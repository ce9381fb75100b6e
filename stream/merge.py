"""Frames of all partitions in, figures out: add the panes, join the presents, divide last."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from stream.contract import frames as fr
from stream.contract.figures import PANE_US, PANES_OF_WINDOW
from stream.contract.floorplan import FloorPlan
from stream.floor.telling import read_tally
from stream.windows.cells import Cells
from stream.windows.days import DayClock
from stream.windows.panes import Pane, PlainPiece
from stream.windows.pieces import PieceIndex
from stream.windows.spans import NEVER, PaneStore, Rows, Span, move, settle_doubts
from stream.windows.sparse import Tally

WHOLE_LOG: Final = "all"


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
    """The merged floor. Frames may come in any order of partitions, and more than once."""

    def __init__(
        self, plan: FloorPlan, windows: Iterable[str], *, cells: Cells | None = None
    ) -> None:
        self.plan = plan
        self.cells = Cells() if cells is None else cells
        self.rows = Rows(self.cells)
        self.store = PaneStore(self.rows)
        self.pieces = PieceIndex()
        self.heads: dict[int, fr.HeadFrame] = {}
        self.queues: dict[str, dict[int, fr.QueueFrame]] = {}
        self.agents: dict[tuple[int, int], fr.AgentsFrame] = {}
        self.settled: dict[int, fr.SettledFrame] = {}
        self.as_of = NEVER
        # Panes that came or changed since somebody last emptied this.
        self.changed_panes: set[int] = set()
        windows = tuple(windows)
        self.sliding = {
            window: Span(self.rows, PANES_OF_WINDOW[window])
            for window in windows
            if window in PANES_OF_WINDOW
        }
        self.todays: dict[str, Base] = {}
        if "today" in windows:
            for zone in {plan.time_zone, *(plan.zone_of(queue).key for queue in plan.queues)}:
                self.todays[zone] = Base(Span(self.rows, None), DayClock(ZoneInfo(zone)))
        self.ever = Base(Span(self.rows, None), None) if WHOLE_LOG in windows else None

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
                self.queues.setdefault(frame.queue, {})[partition] = frame
            case fr.AgentsFrame():
                self.agents[partition, frame.bucket] = frame
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
            self.store.put(number, partition, pane.tally)
            self.pieces.put(number, partition, cut_pieces(number, pane, starts))

    def advance(self, as_of: int) -> None:
        """Slide every window to the instant; it never goes back."""
        self.as_of = as_of = max(self.as_of, as_of)
        last = as_of // PANE_US
        for span in self.sliding.values():
            assert span.length is not None
            move(span, self.store, last - span.length + 1, last)
            settle_doubts(span, self.store)
        for base in self._bases():
            self._advance_base(base, last)
        # Only now: a pane read for one span may have brought rows that all must have room for.
        for span in self._spans():
            span.ready()

    def channels_of(self, queue: str) -> set[str]:
        """The channels that anything was ever counted for in the queue."""
        return {
            cell.channel
            for cell in self.cells.since(0)
            if cell.queue == queue and cell.channel is not None
        }

    def span_of(self, window: str, zone: str) -> Span:
        """The span of a window; `today` in the zone's own day."""
        if window == "today":
            return self.todays[zone].span
        if window == WHOLE_LOG:
            assert self.ever is not None
            return self.ever.span
        return self.sliding[window]

    def start_of(self, window: str, zone: str = "UTC") -> int | None:
        """The instant at which the window begins; None for the whole log."""
        if window == WHOLE_LOG:
            return None
        if window == "today":
            clock = self.todays[zone].clock
            assert clock is not None
            return clock.midnight_before(self.as_of)
        return (self.as_of // PANE_US - PANES_OF_WINDOW[window] + 1) * PANE_US

    def _take_pane(self, partition: int, frame: fr.PaneFrame) -> None:
        self.changed_panes.add(frame.pane)
        known = self.store.get(frame.pane, partition)
        spans = [span for span in self._spans() if span.holds(frame.pane)]
        if known is not None and spans:
            before = self.rows.spread(known)
            for span in spans:
                span.take(before)
        tally = read_tally(frame.tally, self.cells)
        self.store.put(frame.pane, partition, tally)
        if spans:
            spread = self.rows.spread(tally)
            for span in spans:
                span.add(spread)
        self.pieces.put(frame.pane, partition, frame.pieces)

    def _delete(self, partition: int, kind: str, name: str) -> None:
        if kind == "pane":
            tally = self.store.remove(int(name), partition)
            if tally is not None:
                gone = self.rows.spread(tally)
                for span in self._spans():
                    if span.holds(int(name)):
                        span.take(gone)
            self.pieces.remove(int(name), partition)
        elif kind == "queue":
            self.queues.get(name, {}).pop(partition, None)

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
                if (day.zone, day.day) == (base.clock.zone.key, base.day):
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
        move(base.span, self.store, first, last)
        if begins:
            base.parts.clear()
            for partition in self.settled:
                self._take_base(base, partition)
        # What leaves such a span leaves it for the settled part of it, its longest wait included.
        base.span.doubtful.clear()

    def _bases(self) -> list[Base]:
        return [*self.todays.values(), *([self.ever] if self.ever is not None else [])]

    def _spans(self) -> list[Span]:
        return [*self.sliding.values(), *(base.span for base in self._bases())]
