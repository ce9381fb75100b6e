"""The Floor: one partition's events in, its state and panes out. No clock, no I/O, no chance.

The same events in the same order of each subject give the same figures, however they are cut
into batches and whatever comes between; only what is too far ahead and too late depends on the
order of reading.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple, TypeVar

from stream.contract import events as ev
from stream.contract.codec import TWIN_OF, TYPE_OF, Batch, decode_batch, field_at_fault
from stream.contract.figures import HEALTH, PANE_US, PANES_HELD
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import DAY_US, MINUTE_US
from stream.floor.agents import Agents
from stream.floor.contacts import FINISHED_KEPT_US, Contact, Contacts
from stream.floor.duplicates import SeenEvents, marks_of
from stream.floor.health import Health
from stream.floor.ledger import Ledger
from stream.floor.life import ContactLife
from stream.floor.promises import KEPT_PAST_DUE_US, Promises
from stream.floor.surveys import SurveyBook
from stream.windows.cells import Cells
from stream.windows.columns import COLUMN
from stream.windows.panes import Panes, Piece, PlainPiece

# One broken clock must not push every window into the future.
AHEAD_LIVE_US: Final = 5 * MINUTE_US
AHEAD_LIVE: Final = "time: more than 5 minutes ahead of the clock"
AHEAD_IN_FILES_US: Final = 8 * DAY_US

CALLBACKS_DUE: Final = COLUMN["callbacks_due"]
CALLBACKS_KEPT: Final = COLUMN["callbacks_kept"]


# What a contact's event does: id, contact, time on its clock, data; False where out of place.
ContactStep = Callable[[str, Contact, int, Any], bool]
# What any other event does: subject, time, data.
OtherStep = Callable[[str, int, Any], None]
_Step = TypeVar("_Step")

# The events that an unknown contact may begin with.
_BEGINNINGS: Final = frozenset(
    kind
    for struct in (ev.ContactQueued, ev.ContactAnswered, ev.MessageReceived, ev.MessageSent)
    for kind in (struct, TWIN_OF[struct])
)


class _Copy:
    """Stands for the type of an event that was read before."""


class Refused(NamedTuple):
    """A rejected event: its place in the batch, from 0, and why."""

    place: int
    reason: str


class Floor:
    """The floor as one partition knows it.

    `shown` is the instant up to which happenings may be seen in the panes: the newest time read
    from files, the wall clock when live.
    """

    def __init__(self, plan: FloorPlan, *, all_time: bool = False) -> None:
        zones = {plan.zone.key: plan.zone}
        zones.update({zone.key: zone for zone in map(plan.zone_of, plan.queues)})
        self.plan = plan
        self.health = Health()
        self.newest: int | None = None
        self.seen = SeenEvents.none_yet()
        self.contacts = Contacts()
        self.agents = Agents()
        self.promises = Promises()
        self.cells = Cells()
        self.panes = Panes(zones.values(), all_time=all_time)
        self.ledger = Ledger(self.panes, self.cells)
        self._promises_swept = 0
        # The instant shown while a batch is read, and the agents' stretches that ended in it.
        self._shown: int | None = None
        self._ended: list[PlainPiece] = []
        self._steps = self._steps_of_contacts()
        self._tellings = self._other_steps()

    @property
    def newest_pane(self) -> int:
        return 0 if self.newest is None else self.newest // PANE_US

    def health_counts(self) -> dict[str, int]:
        """The health counters by the names of METRICS."""
        return {name: getattr(self.health, name) for name in HEALTH}

    def apply(
        self,
        payloads: Sequence[bytes],
        *,
        appended_at: Sequence[int] | None = None,
        shown: int | None = None,
    ) -> list[Refused]:
        """Read a batch in the order of the log; returns what was rejected.

        Live, `appended_at` holds the log's clock at each append, which a time may be at most
        5 minutes past, and `shown` the instant up to which measurements may be seen. From files
        both are None.
        """
        return self.take(decode_batch(payloads), appended_at=appended_at, shown=shown)

    def take(
        self,
        batch: Batch,
        *,
        appended_at: Sequence[int] | None = None,
        shown: int | None = None,
    ) -> list[Refused]:
        """What `apply` does, of events that are decoded."""
        batch = self.without_far_ahead(batch, appended_at)
        self.health.events += len(batch.events) + len(batch.rejected)
        for _, reason in batch.rejected:
            self._count_rejected(reason)
        if batch.events:
            self._shown = shown
            self._read(batch, shown)
        if self.newest is not None:
            self._show_held(self.newest if shown is None else shown)
            self.panes.fold_if_large(self.newest_pane)
        return [Refused(place, reason) for place, reason in batch.rejected]

    def without_far_ahead(self, batch: Batch, appended_at: Sequence[int] | None = None) -> Batch:
        """The batch with the events rejected that lie too far ahead to be believed."""
        times = batch.times
        if not times:
            return batch
        if appended_at is not None:
            limits: Sequence[int] = [appended_at[place] + AHEAD_LIVE_US for place in batch.places]
            reason = AHEAD_LIVE
        else:
            newest = times[0] if self.newest is None else self.newest
            # The limit moves on with the newest time, so what it allows at first it always does.
            if max(times) <= newest + AHEAD_IN_FILES_US:
                return batch
            limits = _limits_in_files(times, newest)
            reason = "time: more than 8 days ahead of all before it"
        if max(times) <= min(limits):
            return batch
        told = enumerate(zip(times, limits, strict=True))
        return batch.rejecting({index for index, (time, limit) in told if time > limit}, reason)

    def show(self, as_of: int) -> None:
        """Bring everything up to `as_of` into the panes and find who is past their time."""
        self._show_held(as_of)
        if self.newest is not None:
            self.panes.fold(self.newest_pane)
        newest = as_of if self.newest is None else self.newest
        self.contacts.sweep(as_of, newest)
        self.health.expired = self.contacts.expired
        if newest - self._promises_swept > KEPT_PAST_DUE_US:
            # Twice the time that a promise is kept: an attempt read late still finds it.
            self.promises.forget_before(newest - KEPT_PAST_DUE_US)
            self._promises_swept = newest

    def _read(self, batch: Batch, shown: int | None) -> None:
        events, times = batch.events, batch.times
        kinds: list[type] = list(map(type, events))
        for place in self.seen.copies(marks_of(events), times, self.newest):
            kinds[place] = _Copy
        idle = Counter(self._step_all(batch, kinds, shown))
        latest = max(times)
        self.newest = latest if self.newest is None else max(self.newest, latest)
        self._count_read(Counter(kinds), idle)

    def _count_read(self, read: Counter[type], idle: Counter[type]) -> None:
        health = self.health
        health.duplicates += idle[_Copy]
        health.unknown_type += idle[ev.UnknownEvent]
        health.out_of_place += idle.total() - idle[_Copy] - idle[ev.UnknownEvent]
        by_type = health.by_type
        for kind, times in (read - idle).items():
            name = TYPE_OF[kind]
            by_type[name] = by_type.get(name, 0) + times

    def _step_all(  # noqa: C901, PLR0912 - what a busy hour does a million times: no call is spared
        self, batch: Batch, kinds: list[type], shown: int | None
    ) -> list[type]:
        """Move every event's subject on; returns the kinds of those that did nothing."""
        contacts, panes, ledger = self.contacts, self.panes, self.ledger
        by_id, past = contacts.by_id, contacts.past
        measured = panes.measured
        step_of, tell_of = self._steps.get, self._tellings.get
        newest_pane = None if self.newest is None else self.newest // PANE_US
        idle: list[type] = []
        # Events from `start` up to `end` go on in the run that was begun last.
        start = end = 0
        is_late = is_ahead = False
        for event, kind, time in zip(batch.events, kinds, batch.times, strict=True):
            if not start <= time < end:
                pane = time // PANE_US
                if newest_pane is None or pane > newest_pane:
                    newest_pane = pane
                measured.begin(pane)
                is_late = pane <= newest_pane - PANES_HELD
                is_ahead = not is_late and shown is not None and time > shown
                start = pane * PANE_US
                end = start + PANE_US if shown is None else min(start + PANE_US, shown + 1)
                if is_late or is_ahead:
                    # This one's measurements are taken out again, so it has a run of its own.
                    end = start
            step = step_of(kind)
            if step is not None:
                subject = event.subject
                contact = by_id.get(subject)
                if contact is None or time - contact.clock > FINISHED_KEPT_US:
                    contact = contacts.find(subject, time, begins=kind in _BEGINNINGS)
                    if contact is None:
                        idle.append(kind)
                        continue
                clock = contact.clock
                now = time if time > clock else clock  # noqa: FURB136 - max() takes twice as long
                if not step(subject, contact, now, event.data):
                    idle.append(kind)
                    continue
                contact.clock = now
                if past and subject in past:
                    contacts.recall(subject)
            else:
                tell = tell_of(kind)
                if tell is None:
                    idle.append(kind)
                    continue
                tell(event.subject, time, event.data)
            if is_late:
                self.health.too_late += 1
                panes.measured_late.extend(measured.cut())
            elif is_ahead:
                ledger.hold(measured.cut(), time)
        return idle

    def _show_held(self, moment: int) -> None:
        for piece in self.ledger.show(moment, self.newest_pane):
            del self.agents.by_id[piece.agent].closing[0]
            self.agents.changed.add(piece.agent)
            self._ended.append(piece)
        self.panes.add_pieces(self._ended, self.ledger.bases, self.newest_pane)
        self._ended.clear()

    def _count_rejected(self, reason: str) -> None:
        self.health.rejected += 1
        field = field_at_fault(reason)
        by_field = self.health.rejected_by_field
        by_field[field] = by_field.get(field, 0) + 1

    def _steps_of_contacts(self) -> dict[type, ContactStep]:
        life = ContactLife(self.contacts, self.ledger, self.plan)
        return _with_twins(
            {
                ev.ContactQueued: life.queued,
                ev.ContactOffered: life.offered,
                ev.ContactDeclined: life.declined,
                ev.ContactAnswered: life.answered,
                ev.ContactHeld: life.held,
                ev.ContactResumed: life.resumed,
                ev.ContactTransferred: life.transferred,
                ev.ContactAbandoned: life.abandoned,
                ev.ContactDiverted: life.diverted,
                ev.ContactEnded: life.ended,
                ev.ContactWrapped: life.wrapped,
                ev.MessageReceived: life.received,
                ev.MessageSent: life.sent,
            }
        )

    def _other_steps(self) -> dict[type, OtherStep]:
        surveys = SurveyBook(self.ledger)
        return _with_twins(
            {
                ev.CallbackPromised: self._promised,
                ev.CallbackAttempted: self._attempted,
                ev.SurveySent: surveys.sent,
                ev.SurveyAnswered: surveys.answered,
                ev.AgentStateChanged: self._agent_told,
                # Kept in the log for screens and later figures; they enter no figure here.
                ev.BotEscalated: _taken_note_of,
                ev.RecognitionGiven: _taken_note_of,
                ev.PlanInterval: _taken_note_of,
            }
        )

    def _promised(self, contact: str, _time: int, data: ev.PromisedData) -> None:
        queue, due = data.queue, data.due
        self.promises.promise(contact, queue, due)
        self.contacts.changed_queues.add(queue)
        self.ledger.hold_until(due, self.ledger.bases[queue, None, None] + CALLBACKS_DUE)

    def _attempted(self, contact: str, time: int, _data: ev.AttemptedData) -> None:
        for queue, due in self.promises.attempt(contact):
            self.contacts.changed_queues.add(queue)
            if time <= due:
                self.ledger.hold_until(due, self.ledger.bases[queue, None, None] + CALLBACKS_KEPT)

    def _agent_told(self, agent: str, time: int, data: ev.AgentStateData) -> None:
        ended = self.agents.tell(agent, time, data)
        if ended is None:
            return
        state, start, end = ended
        if self._shown is None or end <= self._shown:
            self._ended.append((agent, state, start, end))
        else:
            self.agents.by_id[agent].closing.append(ended)
            self.ledger.hold_piece(Piece(agent, state, start, end))


def _with_twins(steps: dict[type[ev.Event], _Step]) -> dict[type, _Step]:
    """The same steps, for the structs of events and for their twins."""
    twins = {TWIN_OF[struct]: step for struct, step in steps.items()}
    return {**steps, **twins}


def _limits_in_files(times: Sequence[int], newest: int) -> list[int]:
    """Up to when each is believed: 8 days past the newest believed before it."""
    limits = []
    for time in times:
        limit = newest + AHEAD_IN_FILES_US
        limits.append(limit)
        if newest < time <= limit:
            newest = time
    return limits


def _taken_note_of(_subject: str, _time: int, _data: object) -> None:
    pass
