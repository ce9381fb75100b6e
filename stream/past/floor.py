"""The floor as it was at an instant, built from the log's events, and played on from there.

It is what `floorwatch compute --at` tells of the same events: those dated up to the instant, in the
order in which they came. One that came more than `LATE_US` after its own time is met only when its
turn comes.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import numpy as np

from stream.clocks import current_clock
from stream.compute import head_of
from stream.contract.batch import Batch, decode_batch
from stream.contract.detail import AtHand, EventsThen, Load, PresentAsked, PresentContacts
from stream.contract.figures import LIVE_WINDOWS, Freshness, HourOfQueue, Picture
from stream.contract.floorplan import FloorPlan
from stream.contract.frames import head_key, settled_key
from stream.contract.instants import HOUR_US, MINUTE_US, SECOND_US, format_millis
from stream.figures import QUEUES_TOLD_MAX, floor_figures
from stream.floor.floor import Floor
from stream.floor.telling import changes, presents, settled_frame
from stream.hours import hour_of_queue
from stream.logs.port import Log, Record
from stream.logs.topics import CONTACT_EVENTS
from stream.merge import Merge
from stream.past.keyframes import Keyframe, Keyframes, keyframe_of, restored
from stream.past.log import BATCH, START, LogReading
from stream.past.people import PeopleThen
from stream.pending import Pending
from stream.picture_parts import hours_of, label_of

# Events come late: so far past an instant is read before it is shown.
LATE_US: Final = 10 * MINUTE_US
KEYFRAME_EVERY_US: Final = 5 * MINUTE_US
# So far before the instant that is asked for keyframes are made, and kept so far from it.
KEYFRAMES_US: Final = 2 * HOUR_US
# Further on than this it is read as at the beginning, without figures on the way.
STEP_US: Final = 10 * MINUTE_US
# While it plays, a tenth of the time at most is taken to put in order what came out of it.
ORDERED_EVERY: Final = 10
# People are followed for so long after somebody asked for them.
PEOPLE_ASKED_S: Final = 60.0


class PastReading:
    """A look at the past of one log. `steady` are seconds on a clock that nobody sets, and `batch`
    is how many events are read at once."""

    def __init__(
        self,
        log: Log,
        plan: FloorPlan,
        *,
        title: str,
        steady: Callable[[], float] = time.monotonic,
        batch: int = BATCH,
    ) -> None:
        self._log = log
        self._plan = plan
        self._title = title
        self._steady = steady
        self._batch = batch
        self._partitions = log.partitions(CONTACT_EVENTS)
        self._clock = current_clock(log)
        self._keyframes = Keyframes(KEYFRAMES_US)
        # When it was last put in order while it played, and how long that took.
        self._ordered_at, self._ordering_s = -math.inf, 0.0
        # Who stood where, while somebody asks, and when that was last.
        self._people: PeopleThen | None = None
        self._people_asked_at = -math.inf
        # Whether anything happened out of its order while it was played.
        self._spoilt = False
        self._at = 0
        self._floor: Floor
        self._pending: Pending
        self._reading: LogReading
        self._merge: Merge | None
        self._work: Iterator[None]
        self._begin()

    @property
    def at(self) -> int:
        """The instant that is shown, or is to be."""
        return self._at

    @property
    def ready(self) -> bool:
        """Whether it is shown."""
        return self._merge is not None

    @property
    def progress(self) -> float:
        """How much is read of what is to be, from 0 to 1."""
        if self._first is None or self.ready:
            return float(self.ready)
        whole = self._at + LATE_US - self._first
        return min(1.0, max(0.0, (self._reached - self._first) / whole)) if whole > 0 else 1.0

    def distance(self, at: int) -> int:
        """How much of the floor's time would be read to show that instant."""
        near = self._keyframes.before(at)
        reached = [at - near.at] if near is not None else []
        if self._first is not None and self._goes_on_to(at):
            reached.append(at - self._brought_to)
        return min(reached, default=at)

    def now(self, wall: int) -> int:
        """The floor's time at an instant of the wall clock, by the clock as the log has it."""
        self._clock = current_clock(self._log)
        return int(self._clock.at(wall))

    def seek(self, at: int) -> None:
        """Show that instant from now on: what was read is used as far as it goes."""
        near, goes_on = self._keyframes.before(at), self._goes_on_to(at)
        if near is not None and (not goes_on or near.at > self._brought_to):
            self._restore(near)
        elif not goes_on:
            self._begin()
        if self.ready and at - self._at <= STEP_US:
            self.advance(at)
            return
        self._at = at
        self._merge = self._people = None
        self._work = self._load()

    def load(self, most_s: float) -> bool:
        """Read on for about so long; True once the instant is shown. Raises `LogError`."""
        give_up = self._steady() + most_s
        while not self.ready and self._steady() < give_up:
            next(self._work, None)
        return self.ready

    def advance(self, at: int) -> None:
        """Play on to a later instant. Raises `LogError`."""
        assert self._merge is not None
        if at <= self._at:
            return
        if self._steady() - self._people_asked_at > PEOPLE_ASKED_S:
            self._people = None
        if not self._goes_on_to(at):
            if self._may_order():
                self._order(at)
                return
            self._spoilt = True
        self._at = at
        self._take_due()
        if self._reached < at + LATE_US:
            for _ in self._read(at + LATE_US):
                pass
        floor, merge = self._floor, self._merge
        floor.show(at)
        for key, frame in changes(floor, 0, at):
            merge.take(key, frame)
        self._show(merge)
        self._note_keyframe(at)

    def hour(self, queue: str) -> HourOfQueue | None:
        """The queue's last hour as of that instant; None where no such queue is known by then."""
        assert self._merge is not None
        return hour_of_queue(self._merge, queue)

    def contacts(self, asked: PresentAsked) -> PresentContacts:
        """Who stood so at that instant."""
        return self._people_then().contacts(asked, self._at)

    def at_hand(self) -> list[AtHand]:
        """What each agent had at hand at that instant."""
        return self._people_then().at_hand(self._at)

    def events(self, queue: str) -> EventsThen:
        """What had happened lately in a queue by that instant."""
        return self._people_then().events(queue)

    def loads(self) -> list[Load]:
        """What each agent had behind it at that instant."""
        return self._people_then().loads(self._at)

    def look_back(self) -> bool:
        """Read a little of what was told before that instant, while somebody asks for it; False
        where nothing is left to be read, or it cannot be."""
        return self._people is not None and self._people.look_back()

    def _people_then(self) -> PeopleThen:
        assert self._merge is not None
        self._people_asked_at = self._steady()
        if self._people is None:
            self._people = PeopleThen(
                self._log,
                self._plan,
                self._floor,
                at=self._at,
                place=self._reading.place,
                wall_at=self._clock.wall_at,
            )
        return self._people

    def _may_order(self) -> bool:
        """Whether putting in order takes little of the time that there is; until then a contact's
        steps may be told in the order of their times while it plays."""
        return self._steady() - self._ordered_at >= ORDERED_EVERY * self._ordering_s

    def _order(self, at: int) -> None:
        """Come to an instant from before something overtook what happens up to there."""
        began, people = self._steady(), self._people
        self.seek(at)
        if people is not None and self._shown:
            # What they were told of by the keyframe need not be read back once more.
            people.go_back(self._floor, self._shown)
            self._people = people
        while not self.load(math.inf):
            pass
        self._ordered_at = self._steady()
        self._ordering_s = self._ordered_at - began

    def picture(self, window: str, *, agents: bool = False, speed: float = 0.0) -> Picture:
        """The floor as it was at the instant that is shown."""
        merge, plan = self._merge, self._plan
        assert merge is not None
        figures = floor_figures(merge, window, agents=agents, queues_max=QUEUES_TOLD_MAX)
        hour, hours = hours_of(merge, figures.queues)
        channels, health = merge.rows.channels, self._floor.health
        return Picture(
            figures=figures,
            freshness=self._freshness(),
            speed=speed,
            title=self._title,
            labels={
                queue: label_of(plan, queue, channels.get(queue, set())) for queue in figures.queues
            },
            floor_service_level=plan.service_level,
            hour=hour,
            hours=hours,
            events_by_type=dict(sorted(health.by_type.items())),
            rejected_by_field=dict(sorted(health.rejected_by_field.items())),
            queues_left_out=max(0, merge.rows.queue_count - len(figures.queues)),
            agent_queues={one.agent: one.queues for one in merge.agents.known.values()}
            if agents
            else {},
            time_zone=plan.time_zone,
        )

    @property
    def _brought_to(self) -> int:
        """The instant before which the floor cannot be shown any more."""
        return max(self._shown, self._floor.newest or 0)

    def _goes_on_to(self, at: int) -> bool:
        """Whether what is read can go on to an instant, with everything in its order."""
        if self._spoilt:
            return False
        spoilt_from = self._pending.spoilt_from()
        return self._brought_to <= at and (spoilt_from is None or spoilt_from > at)

    def _freshness(self) -> Freshness:
        newest = self._floor.newest
        return Freshness(
            age_s=0.0,
            partitions=self._partitions,
            silent=[],
            # How far the stream had read by then is not kept.
            lag_events=None,
            lag_s=None if newest is None else (self._at - newest) / SECOND_US,
            last_event_at=None if newest is None else format_millis(newest),
            known_until=format_millis(self._at),
        )

    def _begin(self) -> None:
        self._spoilt = False
        self._floor = Floor(self._plan)
        self._pending = Pending()
        self._reading = LogReading(self._log, START, batch=self._batch)
        self._merge = None
        self._work = iter(())
        # What the floor was brought up to; up to which append it is read, on the floor's clock, and
        # from which on.
        self._shown = self._reached = 0
        self._first: int | None = None

    def _restore(self, near: Keyframe) -> None:
        self._spoilt = False
        self._floor = restored(self._plan, near)
        self._pending = near.pending.copy()
        self._reading = LogReading(self._log, near.place, batch=self._batch)
        self._merge = None
        self._shown = near.at
        self._reached = self._first = near.reached

    def _load(self) -> Iterator[None]:
        """Read up to the instant, a batch at a time, and then show it."""
        self._take_due()
        yield from self._read(self._at + LATE_US)
        floor = self._floor
        floor.show(self._at)
        yield
        merge = Merge(self._plan, LIVE_WINDOWS, cells=floor.cells)
        merge.adopt_to_stay(0, floor.panes.panes)
        merge.take(settled_key(0), settled_frame(floor))
        for key, frame in presents(floor, 0, self._at, everything=True):
            merge.take(key, frame)
        panes = floor.panes
        # From here on what changes is told.
        panes.changed.clear()
        panes.left.clear()
        panes.settled_changed = False
        yield
        self._show(merge)
        self._merge = merge
        self._note_keyframe(self._at)

    def _show(self, merge: Merge) -> None:
        merge.take(head_key(0), head_of(self._floor, self._at))
        merge.advance(self._at)
        self._shown = self._at

    def _read(self, until: int) -> Iterator[None]:
        """Read what was appended up to an instant of the floor, and let happen what is due."""
        if self._reached >= until:
            return
        for records in self._reading.batches():
            batch = decode_batch([record.value or b"" for record in records])
            appended = int(self._clock.at(records[-1].appended_at))
            # What was before the floor was there may have been told at once, and in its order.
            reached = min(appended, int(np.median(batch.times))) if batch.times else appended
            if self._first is None:
                self._first = reached
            self._take(records, batch)
            self._reached = max(self._reached, reached)
            if self._merge is None and self._at - KEYFRAMES_US <= reached <= self._at:
                self._note_keyframe(reached)
            yield
            if self._reached >= until:
                return
        # There is no more of it so far.
        self._reached = max(self._reached, until)

    def _take(self, records: Sequence[Record], batch: Batch) -> None:
        times, pending = batch.times, self._pending
        if pending or max(times, default=0) > self._at:
            now = []
            for index, (moment, place) in enumerate(zip(times, batch.places, strict=True)):
                record = records[place]
                if moment > self._at:
                    pending.put(moment, record.key, record.value or b"")
                else:
                    pending.overtake((record.key,))
                    now.append(index)
            batch = batch.only(now)
        self._floor.take(batch)
        if self._people is not None:
            self._people.read([records[place].value or b"" for place in batch.places])

    def _take_due(self) -> None:
        due = self._pending.due(self._at)
        if due:
            payloads = [one.payload for one in due]
            self._floor.take(decode_batch(payloads))
            if self._people is not None:
                self._people.read(payloads)

    def _note_keyframe(self, at: int) -> None:
        if self._spoilt:
            return
        at = max(at, self._brought_to)
        near = self._keyframes.before(at)
        if near is None or at - near.at >= KEYFRAME_EVERY_US:
            place = self._reading.place
            made = keyframe_of(self._floor, (at, self._reached), place, self._pending)
            self._keyframes.add(made)
