"""The Floor: one partition's events in, its state and panes out. No clock, no I/O, no chance.

The same events in the same order of each subject give the same figures, however they are cut
into batches and whatever comes between; only what is too far ahead and too late depends on the
order of reading.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

from stream.contract import events as ev
from stream.contract.codec import Rejected, decode, type_of
from stream.contract.figures import HEALTH, PANE_US, PANES_HELD
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import DAY_US, MINUTE_US
from stream.floor.agents import Agents, bucket_of
from stream.floor.contacts import Contacts
from stream.floor.duplicates import SeenEvents
from stream.floor.health import Health
from stream.floor.ledger import Ledger
from stream.floor.life import ContactLife
from stream.floor.promises import KEPT_PAST_DUE_US, Promises
from stream.floor.surveys import SurveyBook
from stream.windows.cells import Cells
from stream.windows.columns import COLUMN
from stream.windows.panes import Panes

# One broken clock must not push every window into the future.
AHEAD_LIVE_US: Final = 5 * MINUTE_US
AHEAD_IN_FILES_US: Final = 8 * DAY_US

CALLBACKS_DUE: Final = COLUMN["callbacks_due"]
CALLBACKS_KEPT: Final = COLUMN["callbacks_kept"]


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
        self._steps = self._all_steps()

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
        refused = []
        for index, payload in enumerate(payloads):
            self.health.events += 1
            try:
                event = decode(payload)
                limit = None if appended_at is None else appended_at[index] + AHEAD_LIVE_US
                self.check_not_ahead(event.time, limit)
            except Rejected as error:
                refused.append(Refused(index, str(error)))
                self._count_rejected(str(error))
                continue
            self._read(event, shown)
        if self.newest is not None:
            self._show_held(self.newest if shown is None else shown)
            self.panes.fold_if_large(self.newest_pane)
        return refused

    def check_not_ahead(self, time: int, limit: int | None) -> None:
        """Raise `Rejected` where a time lies too far ahead to be believed."""
        if limit is not None:
            if time > limit:
                raise Rejected("time: more than 5 minutes ahead of the clock")
        elif self.newest is not None and time > self.newest + AHEAD_IN_FILES_US:
            raise Rejected("time: more than 8 days ahead of all before it")

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

    def _read(self, event: ev.KnownEvent | ev.UnknownEvent, shown: int | None) -> None:
        time = event.time
        newest = self.newest
        if newest is None or time > newest:
            self.newest = newest = time
        if self.seen.is_copy(event.subject, event.source, event.id, time, newest):
            self.health.duplicates += 1
            return
        step = self._steps.get(type(event))
        if step is None:
            self.health.unknown_type += 1
            return
        ledger = self.ledger
        ledger.pane = pane = time // PANE_US
        bookmark = self.panes.measured.bookmark()
        if not step(event):
            self.health.out_of_place += 1
            return
        kind = type_of(event)
        by_type = self.health.by_type
        by_type[kind] = by_type.get(kind, 0) + 1
        if pane <= newest // PANE_US - PANES_HELD:
            self.health.too_late += 1
            ledger.set_late(bookmark)
        elif shown is not None and time > shown:
            ledger.hold_back(bookmark, time)

    def _show_held(self, moment: int) -> None:
        for piece in self.ledger.show(moment, self.newest_pane):
            del self.agents.by_id[piece.agent].closing[0]
            self.agents.changed_buckets.add(bucket_of(piece.agent))

    def _count_rejected(self, reason: str) -> None:
        self.health.rejected += 1
        field = reason.partition(":")[0]
        # A list's index is the sender's; the field is ours, so the number of names is bounded.
        field = field.partition("[")[0]
        by_field = self.health.rejected_by_field
        by_field[field] = by_field.get(field, 0) + 1

    def _all_steps(self) -> dict[type, Callable[[Any], bool]]:
        life = ContactLife(self.contacts, self.ledger, self.plan)
        surveys = SurveyBook(self.ledger)
        return {
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

    def _promised(self, event: ev.CallbackPromised) -> bool:
        queue, due = event.data.queue, event.data.due
        self.promises.promise(event.subject, queue, due)
        self.contacts.changed_queues.add(queue)
        self.ledger.hold_until(due, self.ledger.cell(queue, None, None), CALLBACKS_DUE)
        return True

    def _attempted(self, event: ev.CallbackAttempted) -> bool:
        for queue, due in self.promises.attempt(event.subject):
            self.contacts.changed_queues.add(queue)
            if event.time <= due:
                self.ledger.hold_until(due, self.ledger.cell(queue, None, None), CALLBACKS_KEPT)
        return True

    def _agent_told(self, event: ev.AgentStateChanged) -> bool:
        data = event.data
        piece = self.agents.tell(
            event.subject, event.time, data.state, data.reason, data.team, data.queues
        )
        if piece is not None:
            self.agents.by_id[event.subject].closing.append((piece.state, piece.start, piece.end))
            self.ledger.hold_piece(piece)
        return True


def _taken_note_of(_event: object) -> bool:
    return True
