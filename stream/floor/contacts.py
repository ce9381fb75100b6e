"""The life of a contact: what each event does to it, and what may then be measured.

    queued ─▶ waiting ─▶ answered ⇄ held ─▶ wrapping ─▶ gone
                │            └─ transferred ─▶ to queue / to agent ─▶ queued / answered
                └─ abandoned, diverted ─▶ gone

A step that the state does not allow is out of place and leaves no trace: `ContactLife` returns
False and has changed nothing.
"""

from __future__ import annotations

import heapq
from collections import deque
from enum import IntEnum
from typing import Final

from msgspec import Struct

from stream.contract.instants import DAY_US, HOUR_US

UNFINISHED_KEPT_US: Final = 7 * DAY_US
FINISHED_KEPT_US: Final = HOUR_US
# A finished contact past its time stays in memory while there are no more than this many of them,
# and until there are twice as many contacts in all as when that was last looked at, so that what
# is read late finds the same contact whatever was read in between.
FORGOTTEN_BEYOND: Final = 20_000
# More contacts than these, open or not, are not kept on one partition (some 300 MB of them): those
# that were silent longest are dropped, a tenth at once, which is counted.
CONTACTS_MAX: Final = 1_000_000


class Phase(IntEnum):
    """Where a contact stands. NEW: only written to, promised or surveyed so far."""

    NEW = 0
    WAITING = 1
    ANSWERED = 2
    HELD = 3
    TO_QUEUE = 4
    TO_AGENT = 5
    WRAPPING = 6
    GONE = 7


_STANDING: Final = frozenset((Phase.WAITING, Phase.ANSWERED, Phase.HELD, Phase.WRAPPING))
_UNFINISHED: Final = frozenset(
    (Phase.WAITING, Phase.ANSWERED, Phase.HELD, Phase.TO_QUEUE, Phase.TO_AGENT)
)


class Part(Struct, frozen=True, gc=False):
    """An agent's part in the conversation that is over but for its wrap-up."""

    agent: str
    queue: str
    channel: str | None
    ended_at: int
    last: bool


# There are many and they live long: without cycles the collector need not walk over them.
class Contact(Struct, gc=False):
    """One contact. Times in microseconds; `clock` is the time of its newest applied event and
    never runs back. `since` is when the wait or the conversation began."""

    clock: int
    phase: Phase = Phase.NEW
    queue: str = ""
    channel: str | None = None
    agent: str = ""
    since: int = 0
    held_at: int = 0
    hold_us: int = 0
    parts: tuple[Part, ...] = ()
    unanswered_since: int | None = None
    unanswered_queue: str = ""

    @property
    def kept_us(self) -> int:
        """How long the contact is kept past its newest event."""
        if self.phase in _UNFINISHED or self.unanswered_since is not None:
            return UNFINISHED_KEPT_US
        return FINISHED_KEPT_US

    @property
    def expires(self) -> bool:
        """Whether to be dropped now would be counted: it was standing somewhere."""
        return self.phase in _STANDING or self.unanswered_since is not None

    def close_hold(self, now: int) -> None:
        if self.phase is Phase.HELD:
            self.hold_us += now - self.held_at


class Contacts:
    """All contacts of a partition, by id, and which of them stand in which queue."""

    def __init__(self, most: int = CONTACTS_MAX) -> None:
        self.by_id: dict[str, Contact] = {}
        # Queue to its contacts that wait, are talked to or wrapped up, and to its threads of
        # messages without an answer.
        self.standing: dict[str, dict[str, Contact]] = {}
        self.threads: dict[str, dict[str, Contact]] = {}
        self.changed_queues: set[str] = set()
        # Contacts past their time as of the last `sweep`, still known for what is read late;
        # the lapsed ones among them stood somewhere.
        self.past: set[str] = set()
        self.lapsed: set[str] = set()
        self.dropped = 0
        # How many were dropped because there were `most` of them.
        self.cut_short = 0
        self._most = most
        self._many = 4 * FORGOTTEN_BEYOND
        self._deadlines: list[tuple[int, str]] = []
        # Contacts that were met or may now be kept for a shorter time, since the last `sweep`.
        self._watched: set[str] = set()
        # (contact, its clock, when its time was over), in the order in which that was found.
        self._finished: deque[tuple[str, int, int]] = deque()
        self._swept: int | None = None

    @property
    def expired(self) -> int:
        """How many were dropped while standing somewhere."""
        return self.dropped + len(self.lapsed)

    @property
    def are_many(self) -> bool:
        """Whether so many came since the last `sweep` that another is due."""
        return len(self.by_id) > min(self._many, self._most)

    def find(self, identifier: str, time: int, *, begins: bool) -> Contact | None:
        """The contact that an event at `time` is about.

        One that nobody knows, or that was kept for as long as it is, begins anew with an event
        that may be a first one; None where it may not.
        """
        known = self.by_id.get(identifier)
        if known is not None:
            if time - known.clock <= known.kept_us:
                return known
            if begins:
                self._drop(identifier, known)
        if not begins:
            return None
        contact = self.by_id[identifier] = Contact(clock=time)
        self._watched.add(identifier)
        return contact

    def recall(self, identifier: str) -> None:
        """Note an event that was read late, but in time for its contact, which thereby never was
        past its time."""
        self.past.discard(identifier)
        self.lapsed.discard(identifier)
        self._watched.add(identifier)

    def stand(self, identifier: str, contact: Contact) -> None:
        """Note that the contact now waits or is talked to in its queue."""
        self.standing.setdefault(contact.queue, {})[identifier] = contact
        self.changed_queues.add(contact.queue)

    def leave(self, identifier: str, contact: Contact) -> None:
        """Note that the contact no longer stands in its queue."""
        contacts = self.standing.get(contact.queue)
        if contacts is not None:
            contacts.pop(identifier, None)
            if not contacts:
                del self.standing[contact.queue]
        self.changed_queues.add(contact.queue)

    def finish(self, identifier: str) -> None:
        """Note that the contact is now kept for the shorter time."""
        self._watched.add(identifier)

    def open_thread(self, identifier: str, contact: Contact, queue: str) -> None:
        """Note an unanswered message in `queue`; the newest message's queue has the thread."""
        if contact.unanswered_queue != queue:
            self.close_thread(identifier, contact)
        contact.unanswered_queue = queue
        self.threads.setdefault(queue, {})[identifier] = contact
        self.changed_queues.add(queue)

    def close_thread(self, identifier: str, contact: Contact) -> None:
        """Note that nothing is unanswered any more in the thread's queue."""
        threads = self.threads.get(contact.unanswered_queue)
        if threads is not None and threads.pop(identifier, None) is not None:
            self.changed_queues.add(contact.unanswered_queue)
            if not threads:
                del self.threads[contact.unanswered_queue]

    def sweep(self, moment: int, newest: int) -> None:
        """Find the contacts whose time is over as of `moment`, and forget old ones.

        What is forgotten goes by `newest`, the newest event's time: a worker that catches up must
        know of a contact what one that never was behind would know.
        """
        if self._swept is not None and moment < self._swept:
            self._take_back()
        self._swept = moment
        self._watch()
        if len(self._deadlines) > 2 * len(self.by_id) + FORGOTTEN_BEYOND:
            self._renew_deadlines()
        self._find_past(moment)
        if len(self.by_id) > self._many:
            self._forget_finished(newest)
            self._many = 2 * len(self.by_id) + 4 * FORGOTTEN_BEYOND
        if len(self.by_id) > self._most:
            self._drop_silent(self._most - self._most // 10)

    def _find_past(self, moment: int) -> None:
        deadlines = self._deadlines
        while deadlines and deadlines[0][0] < moment:
            _, identifier = heapq.heappop(deadlines)
            contact = self.by_id.get(identifier)
            if contact is None or identifier in self.past:
                continue
            over = contact.clock + contact.kept_us
            if over >= moment:
                self._deadlines_push(identifier, over)
                continue
            self.past.add(identifier)
            if contact.expires:
                self.lapsed.add(identifier)
                self.changed_queues.update((contact.queue, contact.unanswered_queue))
            self._finished.append((identifier, contact.clock, over))

    def _forget_finished(self, newest: int) -> None:
        while len(self._finished) > FORGOTTEN_BEYOND and self._finished[0][2] < newest:
            identifier, clock, _ = self._finished.popleft()
            self._forget(identifier, clock)

    def _drop_silent(self, kept: int) -> None:
        """Drop those that were silent longest, all but so many."""
        by_silence = sorted(self.by_id, key=lambda name: self.by_id[name].clock)
        for identifier in by_silence[: len(self.by_id) - kept]:
            self._drop(identifier, self.by_id.pop(identifier))
            self.cut_short += 1

    def restore(self, contacts: dict[str, Contact], dropped: int) -> None:
        """Take over what a checkpoint holds."""
        self.dropped = dropped
        for identifier, contact in contacts.items():
            self.by_id[identifier] = contact
            if contact.phase in _STANDING:
                self.stand(identifier, contact)
            if contact.unanswered_since is not None:
                self.open_thread(identifier, contact, contact.unanswered_queue)
            self._watched.add(identifier)
        self._many = 2 * len(self.by_id) + 4 * FORGOTTEN_BEYOND

    def _watch(self) -> None:
        """Set the deadlines of the contacts watched: once each, however often they moved."""
        watched = self._watched - self.past
        known = [(self.by_id[name], name) for name in watched if name in self.by_id]
        deadlines = [(contact.clock + contact.kept_us, name) for contact, name in known]
        self._watched.clear()
        if len(deadlines) > len(self._deadlines):
            self._deadlines += deadlines
            heapq.heapify(self._deadlines)
        else:
            for deadline in deadlines:
                heapq.heappush(self._deadlines, deadline)

    def _take_back(self) -> None:
        """The clock was set back: nobody is known to be past their time until it is found anew."""
        for identifier in self.past:
            contact = self.by_id[identifier]
            self._deadlines_push(identifier, contact.clock + contact.kept_us)
            self.changed_queues.update((contact.queue, contact.unanswered_queue))
        self.past.clear()
        self.lapsed.clear()
        self._finished.clear()

    def _renew_deadlines(self) -> None:
        """Leave out the deadlines that their contacts have outlived or moved."""
        self._deadlines = [
            (contact.clock + contact.kept_us, identifier)
            for identifier, contact in self.by_id.items()
            if identifier not in self.past
        ]
        heapq.heapify(self._deadlines)

    def _drop(self, identifier: str, contact: Contact) -> None:
        if contact.expires:
            self.dropped += 1
        self.past.discard(identifier)
        self.lapsed.discard(identifier)
        self.leave(identifier, contact)
        self.close_thread(identifier, contact)

    def _forget(self, identifier: str, clock: int) -> None:
        contact = self.by_id.get(identifier)
        if contact is None or contact.clock != clock or identifier not in self.past:
            return
        self._drop(identifier, contact)
        del self.by_id[identifier]

    def _deadlines_push(self, identifier: str, deadline: int) -> None:
        heapq.heappush(self._deadlines, (deadline, identifier))
