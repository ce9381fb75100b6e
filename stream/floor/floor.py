"""The Floor: one partition's events in, its state and panes out. No clock, no I/O, no chance.

The same events in the same order of each subject give the same figures, however they are cut
into batches and whatever comes between; only what is too far ahead and too late depends on the
order of reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from stream.compiled import compiled
from stream.contract import events as ev
from stream.contract.batch import Batch, decode_batch
from stream.contract.codec import field_at_fault
from stream.contract.figures import HEALTH, PANE_US
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import DAY_US, MINUTE_US
from stream.floor.health import Health
from stream.floor.ledger import Ledger
from stream.floor.lives import Limits, Lives
from stream.floor.promises import KEPT_PAST_DUE_US, Promises
from stream.floor.steps import Outcome, Telling
from stream.windows.cells import Cells
from stream.windows.columns import COLUMN
from stream.windows.days import StretchClock
from stream.windows.panes import Panes

# One broken clock must not push every window into the future.
AHEAD_LIVE_US: Final = 5 * MINUTE_US
AHEAD_LIVE: Final = "time: more than 5 minutes ahead of the clock"
AHEAD_IN_FILES_US: Final = 8 * DAY_US

CALLBACKS_DUE: Final = COLUMN["callbacks_due"]
CALLBACKS_KEPT: Final = COLUMN["callbacks_kept"]


# The compiled make where there is one; it reads what `decode_batch` gives there.
LIVES: Final = compiled("stream.floor._lives", "Lives", Lives)
NO_MORE_THAN: Final = Limits()


class Refused(NamedTuple):
    """A rejected event: its place in the batch, from 0, and why."""

    place: int
    reason: str


class Floor:
    """The floor as one partition knows it.

    `shown` is the instant up to which happenings may be seen in the panes: the newest time read
    from files, the wall clock when live. `make` is the make of lives, which must be able to read
    the batches that `take` is given. `cells` may be another floor's, so that panes of it fit here.
    """

    def __init__(
        self,
        plan: FloorPlan,
        *,
        all_time: bool = False,
        make: type[Lives] = LIVES,
        limits: Limits = NO_MORE_THAN,
        cells: Cells | None = None,
        stretches: Iterable[StretchClock] = (),
    ) -> None:
        zones = {plan.zone.key: plan.zone}
        zones.update({zone.key: zone for zone in map(plan.zone_of, plan.queues)})
        self.plan = plan
        self.health = Health()
        self.newest: int | None = None
        self.promises = Promises()
        self._promises_max = limits.promises
        self._promises_refused = 0
        self.cells = Cells() if cells is None else cells
        self.panes = Panes(zones.values(), all_time=all_time, stretches=stretches)
        self.ledger = Ledger(self.panes, self.cells, limits.cells)
        self._promises_swept = 0
        self.lives = make(plan, self.ledger, self._tellings(), limits)

    @property
    def has_news(self) -> bool:
        """Whether anything was measured or a queue changed since it was last told."""
        return self.panes.measured.begun or self.lives.have_changed

    @property
    def newest_pane(self) -> int:
        return 0 if self.newest is None else self.newest // PANE_US

    @property
    def limits_reached(self) -> dict[str, int]:
        """How often each limit was reached, of those that were."""
        refused = {"cells": self.ledger.bases.refused, "promises": self._promises_refused}
        reached = {name: times for name, times in refused.items() if times}
        return {**self.lives.limits_reached, **reached}

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
        self.health.events += len(batch) + len(batch.rejected)
        for _, reason in batch.rejected:
            self._count_rejected(reason)
        if len(batch):
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
        self.lives.sweep(as_of, newest)
        self.health.expired = self.lives.expired
        if newest - self._promises_swept > KEPT_PAST_DUE_US:
            # Twice the time that a promise is kept: an attempt read late still finds it.
            self.promises.forget_before(newest - KEPT_PAST_DUE_US)
            self._promises_swept = newest

    def _read(self, batch: Batch, shown: int | None) -> None:
        self._count_read(self.lives.take(batch, self.newest, shown))
        latest = batch.latest
        self.newest = newest = latest if self.newest is None else max(self.newest, latest)
        if self.lives.are_many:
            self.lives.sweep(newest if shown is None else shown, newest)

    def _count_read(self, outcome: Outcome) -> None:
        health = self.health
        health.duplicates += outcome.duplicates
        health.unknown_type += outcome.unknown_type
        health.out_of_place += outcome.out_of_place
        health.too_late += outcome.too_late
        for name, count in outcome.good.items():
            health.by_type[name] = health.by_type.get(name, 0) + count

    def _show_held(self, moment: int) -> None:
        ended = self.lives.ended
        held = self.ledger.show(moment, self.newest_pane)
        if held:
            self.lives.close_stretches([piece.agent for piece in held])
            ended.extend(held)
        if ended:
            self.panes.add_pieces(ended, self.ledger.bases, self.newest_pane)
            ended.clear()

    def _count_rejected(self, reason: str) -> None:
        self.health.rejected += 1
        field = field_at_fault(reason)
        by_field = self.health.rejected_by_field
        by_field[field] = by_field.get(field, 0) + 1

    def _tellings(self) -> dict[type[ev.Event], Telling]:
        return {
            ev.CallbackPromised: self._promised,
            ev.CallbackAttempted: self._attempted,
            # Kept in the log for screens and later figures; they enter no figure here.
            ev.BotEscalated: _taken_note_of,
            ev.RecognitionGiven: _taken_note_of,
            ev.PlanInterval: _taken_note_of,
        }

    def _promised(self, contact: str, _time: int, data: ev.PromisedData) -> None:
        if max(self.promises.count, len(self.ledger.ahead)) >= self._promises_max:
            self._promises_refused += 1
            return
        queue, due = data.queue, data.due
        self.promises.promise(contact, queue, due)
        self.lives.touch(queue)
        self.ledger.hold_until(due, self.ledger.bases[queue, None, None] + CALLBACKS_DUE)

    def _attempted(self, contact: str, time: int, _data: ev.AttemptedData) -> None:
        for queue, due in self.promises.attempt(contact):
            self.lives.touch(queue)
            if time <= due:
                self.ledger.hold_until(due, self.ledger.bases[queue, None, None] + CALLBACKS_KEPT)


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
