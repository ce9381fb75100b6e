"""The ledger of a drill: what its events say became of customers, promises and people.

It reads events alone, so that a recording has one too. What happened before the drill began is
read for who waits and who works, and counts nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import Any, Final

from simulator.drill.tallies import (
    Dimension,
    PeopleTime,
    Person,
    Promises,
    QueueMinute,
    Scores,
    Tally,
    Waiting,
)
from simulator.plans import LIVE_CHANNELS
from stream.contract.drills import Minute
from stream.contract.events import (
    AgentStateChanged,
    CallbackAttempted,
    CallbackPromised,
    Channel,
    ContactAbandoned,
    ContactAnswered,
    ContactDiverted,
    ContactQueued,
    Event,
    SurveyAnswered,
)
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import MINUTE_US

# Science 8: minutes since the last break of at least five, red at two hours.
BREAK_US: Final = 5 * MINUTE_US
STRAINED_AFTER_US: Final = 120 * MINUTE_US


class DrillLedger:
    """Reads a run's events in their order and counts those from `began` on."""

    def __init__(self, floor_plan: FloorPlan, began: int) -> None:
        self.began = began
        self.total = Tally()
        # Of those who wait in person: on the telephone, in a chat, at a counter.
        self.live = Tally()
        self.groups: dict[tuple[Dimension, str], Tally] = {}
        # The same of those alone: an answer to a mail would hide how long callers waited.
        self.live_groups: dict[tuple[Dimension, str], Tally] = {}
        self.waiting: dict[str, Waiting] = {}
        self.promises = Promises()
        self.people = PeopleTime()
        self.scores = Scores()
        self.longest_us = 0
        # Waiting time inside the drill by channel, ended waits and, once closed, open ones.
        self.waited_us: dict[Channel, int] = {}
        self.minutes: list[Minute] = []
        self.queue_minutes: dict[str, list[QueueMinute]] = {}
        self.queue_channels: dict[str, Channel] = {}
        self._plan = floor_plan
        self._persons: dict[str, Person] = {}
        self._minute = _Counts()
        self._minute_ends = began + MINUTE_US
        self._readers: dict[type[Event], Callable[[Any], None]] = {
            ContactQueued: self._queued,
            ContactAnswered: self._answered,
            ContactAbandoned: self._abandoned,
            ContactDiverted: self._diverted,
            CallbackPromised: self._promised,
            CallbackAttempted: self._attempted,
            SurveyAnswered: self._surveyed,
            AgentStateChanged: self._state,
        }

    def read(self, events: Iterable[Event]) -> None:
        """Take events in, in their order."""
        readers = self._readers
        for event in events:
            reader = readers.get(type(event))
            if reader is not None:
                while event.time >= self._minute_ends:
                    self._end_minute()
                reader(event)

    def close(self, ended: int) -> None:
        """The run is over at `ended`: what is open then is counted up to it."""
        while self._minute_ends <= ended:
            self._end_minute()
        for wait in self.waiting.values():
            self._spent(wait, ended)
        for person in self._persons.values():
            self._worked(person, ended)
        self._fall_due(ended)

    def _queued(self, event: ContactQueued) -> None:
        data = event.data
        keys: list[tuple[Dimension, str]] = [("queue", data.queue)]
        if data.language is not None:
            keys.append(("language", data.language))
        if data.segment is not None:
            keys.append(("segment", data.segment))
        groups = [self.total, *(self.groups.setdefault(key, Tally()) for key in keys)]
        if data.channel in LIVE_CHANNELS:
            groups.append(self.live)
            groups += [self.live_groups.setdefault(key, Tally()) for key in keys]
        target_us = self._plan.target_us(data.queue, data.channel)
        self.waiting[event.subject] = Waiting(
            event.time, data.queue, data.channel, target_us, groups
        )
        if data.queue not in self.queue_channels:
            self.queue_channels[data.queue] = data.channel
        if event.time >= self.began:
            for tally in groups:
                tally.offered += 1
            self._minute.offered += 1

    def _ends(self, event: ContactAnswered | ContactAbandoned | ContactDiverted) -> Waiting | None:
        """The wait that the event ends; None where it ends none, or before the drill."""
        wait = self.waiting.pop(event.subject, None)
        if wait is None or event.time < self.began:
            return None
        wait_us = event.time - wait.since
        for tally in wait.groups:
            tally.waits_us += wait_us
        self._spent(wait, event.time)
        return wait

    def _spent(self, wait: Waiting, until: int) -> None:
        if wait.channel in LIVE_CHANNELS:
            self.longest_us = max(self.longest_us, until - wait.since)
        spent_us = max(0, until - max(wait.since, self.began))
        self.waited_us[wait.channel] = self.waited_us.get(wait.channel, 0) + spent_us

    def _answered(self, event: ContactAnswered) -> None:
        wait = self._ends(event)
        if wait is None:
            return
        in_target = event.time - wait.since <= wait.target_us
        for tally in wait.groups:
            tally.answered_waited += 1
            tally.answered_in_target += in_target
        counts = self._minute.queue(wait.queue)
        counts.answered_waited += 1
        counts.answered_in_target += in_target

    def _abandoned(self, event: ContactAbandoned) -> None:
        wait = self._ends(event)
        if wait is None:
            return
        if event.time - wait.since < self._plan.short_abandon_us(wait.queue):
            for tally in wait.groups:
                tally.short_abandoned += 1
            return
        for tally in wait.groups:
            tally.abandoned += 1
        self._minute.queue(wait.queue).abandoned += 1

    def _diverted(self, event: ContactDiverted) -> None:
        wait = self._ends(event)
        if wait is not None:
            for tally in wait.groups:
                tally.diverted += 1

    def _promised(self, event: CallbackPromised) -> None:
        self.promises.open.setdefault(event.subject, []).append(event.data.due)
        self.promises.made += event.time >= self.began

    def _attempted(self, event: CallbackAttempted) -> None:
        for due in self.promises.open.pop(event.subject, ()):
            if event.time <= due:
                self.promises.kept_early.append(due)
            elif due >= self.began:
                self.promises.broken += 1

    def _fall_due(self, ended: int) -> None:
        """Promises count when they are due: not before the drill, and not after its end."""
        promises = self.promises
        promises.kept += sum(self.began <= due <= ended for due in promises.kept_early)
        overdue = (due for dues in promises.open.values() for due in dues)
        promises.broken += sum(self.began <= due <= ended for due in overdue)

    def open_promises(self, ended: int) -> int:
        """Promises that nobody has kept yet and that are not overdue."""
        return sum(due > ended for dues in self.promises.open.values() for due in dues)

    def _surveyed(self, event: SurveyAnswered) -> None:
        if event.data.csat is not None and event.time >= self.began:
            self.scores.answered += 1
            self.scores.top += event.data.csat >= 4

    def _state(self, event: AgentStateChanged) -> None:
        person = self._persons.setdefault(event.subject, Person())
        self._worked(person, event.time)
        before, after = person.state, event.data.state
        if before == "offline" and after != "offline":
            person.fresh_since = event.time
        if before == after:
            return
        if before == "away" and event.time - person.since >= BREAK_US:
            person.fresh_since = event.time
        person.state, person.since = after, event.time

    def _worked(self, person: Person, until: int) -> None:
        """Count a person's time in their present state up to an instant."""
        since = max(person.counted, self.began)
        person.counted = max(person.counted, until)
        if until <= since or person.state in {"offline", "away"}:
            return
        if person.state == "available":
            self.people.available_us += until - since
        else:
            self.people.busy_us += until - since
        tired_from = person.fresh_since + STRAINED_AFTER_US
        self.people.strained_us += max(0, until - max(since, tired_from))

    def _end_minute(self) -> None:
        ends = self._minute_ends
        self.minutes.append(self._minute.told(ends, self.waiting.values()))
        for wait in self.waiting.values():
            if ends - wait.since > wait.target_us:
                self._minute.queue(wait.queue).over_target += 1
        for queue, counts in self._minute.queues.items():
            rows = self.queue_minutes.setdefault(queue, [])
            rows += [QueueMinute() for _ in range(len(self.minutes) - 1 - len(rows))]
            rows.append(counts)
        self._minute = _Counts()
        self._minute_ends = ends + MINUTE_US


class _Counts:
    """What was counted in the minute that is under way."""

    __slots__ = ("offered", "queues")

    def __init__(self) -> None:
        self.offered = 0
        self.queues: dict[str, QueueMinute] = {}

    def queue(self, queue: str) -> QueueMinute:
        found = self.queues.get(queue)
        if found is None:
            found = self.queues[queue] = QueueMinute()
        return found

    def told(self, ends: int, waiting: Collection[Waiting]) -> Minute:
        rows = self.queues.values()
        oldest = min((wait.since for wait in waiting), default=ends)
        return Minute(
            at=ends - MINUTE_US,
            waiting=len(waiting),
            oldest_s=(ends - oldest) / 1e6,
            offered=self.offered,
            abandoned=sum(row.abandoned for row in rows),
            answered_in_target=sum(row.answered_in_target for row in rows),
            answered=sum(row.answered_waited for row in rows),
        )
