"""A floor's lives that note which contact each count came from: who is behind a figure.

The steps are those of every floor, and what is noted is what they entered in the ledger. So a list of
contacts and the figures that it explains cannot differ in what they call late or short.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from msgspec import Struct
from msgspec.structs import replace

from stream.contract.events import (
    AbandonedData,
    AnsweredData,
    CallbackAttempted,
    CallbackPromised,
    DeclinedData,
    DivertedData,
    EndedData,
    Event,
    QueuedData,
    SentData,
    TransferredData,
    WrappedData,
)
from stream.contract.figures import PANE_US
from stream.contract.floorplan import FloorPlan
from stream.floor.contacts import Contact, Contacts, Phase
from stream.floor.ledger import Ledger
from stream.floor.life import ContactLife
from stream.floor.lives import Lives
from stream.floor.steps import ContactStep, Telling
from stream.windows.cells import Cell
from stream.windows.columns import COLUMNS, STRIDE


class Happening(Struct, frozen=True, gc=False):
    """What one event counted: the `counts` of METRICS that it added one to, `WRAPPED` for a wrap-up
    that is over, and the cell that they are counted for. `since` is when the wait began that it ended or went on in, None where there was
    none that is known; `at` is its time on the contact's clock, `pane` that of its own time."""

    contact: str
    counts: frozenset[str]
    cell: Cell
    since: int | None
    at: int
    pane: int
    queued: QueuedData | None


# No count of METRICS: what `wrap_sum_s` is a sum over.
WRAPPED: Final = "wrapped"
_WRAP_SUM: Final = "wrap_sum_us"
_HELD_BACK: Final = frozenset({CallbackPromised, CallbackAttempted})


def _nothing(_happening: Happening) -> bool:
    return False


class TracedLife(ContactLife):
    """The steps of contacts' lives, with a note of each that is to be kept."""

    def __init__(self, contacts: Contacts, ledger: Ledger, plan: FloorPlan) -> None:
        super().__init__(contacts, ledger, plan)
        self._ledger = ledger
        self.keeps: Callable[[Happening], bool] = _nothing
        self.happened: list[Happening] = []
        # What was told of each contact when its last wait began.
        self.queued_as: dict[str, QueuedData] = {}
        self._due_of: str | None = None
        ledger.held_back = self.held_back

    def queued(self, identifier: str, contact: Contact, now: int, data: QueuedData) -> bool:
        """A wait begins, of which this is what is known."""
        before = self.queued_as.get(identifier)
        self.queued_as[identifier] = data
        done = self._noted(super().queued, identifier, contact, now, data)
        if not done:
            self._known_as(identifier, before)
        return done

    def declined(self, identifier: str, contact: Contact, now: int, data: DeclinedData) -> bool:
        """The wait goes on."""
        return self._noted(super().declined, identifier, contact, now, data)

    def answered(self, identifier: str, contact: Contact, now: int, data: AnsweredData) -> bool:
        """The wait is over, if it was one."""
        return self._noted(super().answered, identifier, contact, now, data)

    def abandoned(self, identifier: str, contact: Contact, now: int, data: AbandonedData) -> bool:
        """The wait is over."""
        return self._noted(super().abandoned, identifier, contact, now, data)

    def diverted(self, identifier: str, contact: Contact, now: int, data: DivertedData) -> bool:
        """The wait is over."""
        return self._noted(super().diverted, identifier, contact, now, data)

    def transferred(
        self, identifier: str, contact: Contact, now: int, data: TransferredData
    ) -> bool:
        """There is no wait until it is queued again."""
        return self._noted(super().transferred, identifier, contact, now, data)

    def ended(self, identifier: str, contact: Contact, now: int, data: EndedData) -> bool:
        """The conversation is over."""
        return self._noted(super().ended, identifier, contact, now, data)

    def wrapped(self, identifier: str, contact: Contact, now: int, data: WrappedData) -> bool:
        """An agent's wrap-up is over."""
        return self._noted(super().wrapped, identifier, contact, now, data)

    def sent(self, identifier: str, contact: Contact, now: int, data: SentData) -> bool:
        """An agent wrote; a reply counts."""
        return self._noted(super().sent, identifier, contact, now, data)

    def telling(self, kind: type[Event], tell: Telling) -> Telling:
        """The telling of an event that is no step of a life, with a note of what it entered."""

        def noted(subject: str, time: int, data: Any) -> None:
            begun = self._begun()
            tell(subject, time, data)
            self._note(begun, subject, None, time)

        def held(subject: str, time: int, data: Any) -> None:
            # What it enters counts when it is due.
            self._due_of = subject
            tell(subject, time, data)
            self._due_of = None

        return held if kind in _HELD_BACK else noted

    def held_back(self, due: int, code: int) -> None:
        """Note what counts only when it is due, and who it is of."""
        if self._due_of is not None:
            self._keep(self._due_of, {COLUMNS[code % STRIDE]}, code, None, due, due // PANE_US)

    def _noted(
        self, step: ContactStep, identifier: str, contact: Contact, now: int, data: Any
    ) -> bool:
        since = contact.since if contact.phase is Phase.WAITING else None
        begun = self._begun()
        if not step(identifier, contact, now, data):
            return False
        self._note(begun, identifier, since, now)
        return True

    def _begun(self) -> tuple[int, int, int]:
        measured = self._ledger.measured
        return len(measured.ones), len(measured.sums), len(measured.waits)

    def _note(
        self, begun: tuple[int, int, int], identifier: str, since: int | None, at: int
    ) -> None:
        """Note what was entered since the lists were so long."""
        measured = self._ledger.measured
        codes = measured.ones[begun[0] :]
        counts = {COLUMNS[code % STRIDE] for code in codes}
        sums = measured.sums[begun[1] :: 2]
        if any(COLUMNS[code % STRIDE] == _WRAP_SUM for code in sums):
            counts.add(WRAPPED)
        if len(measured.waits) > begun[2]:
            counts.add("answered_waited")
        if counts:
            self._keep(identifier, counts, (codes or sums)[0], since, at, measured.panes[-1])

    def _keep(
        self, identifier: str, counts: set[str], code: int, since: int | None, at: int, pane: int
    ) -> None:
        happening = Happening(
            contact=identifier,
            counts=frozenset(counts),
            cell=self._ledger.cell(code // STRIDE),
            since=since,
            at=at,
            pane=pane,
            queued=self.queued_as.get(identifier),
        )
        if self.keeps(happening):
            self.happened.append(happening)

    def _known_as(self, identifier: str, data: QueuedData | None) -> None:
        if data is None:
            del self.queued_as[identifier]
        else:
            self.queued_as[identifier] = data


class TracedLives(Lives):
    """Lives of which it is known who they are; it reads the batches of `decode_plainly`."""

    _life_of_contacts = TracedLife

    def _heard(self, tellings: Mapping[type[Event], Telling]) -> Mapping[type[Event], Telling]:
        return {kind: self.life.telling(kind, tell) for kind, tell in tellings.items()}

    @property
    def life(self) -> TracedLife:
        """The steps, with what they noted."""
        assert isinstance(self._life, TracedLife)
        return self._life

    def waiting(self) -> Iterator[tuple[str, Contact]]:
        """Who waits, as of the last `sweep`, without those whose time is over."""
        contacts = self._contacts
        for standing in contacts.standing.values():
            for identifier, contact in standing.items():
                if contact.phase is Phase.WAITING and identifier not in contacts.lapsed:
                    yield identifier, contact

    def unanswered(self) -> Iterator[tuple[str, Contact]]:
        """Whose last message is without an answer, likewise."""
        contacts = self._contacts
        for threads in contacts.threads.values():
            for identifier, contact in threads.items():
                if identifier not in contacts.lapsed:
                    yield identifier, contact

    def resume(self, identifier: str, known: Contact, begin: int) -> None:
        """Take over a contact whose beginning lies before all events to be read, from `begin` on,
        as it was known later. Of what it did since it waits, nothing has ended that."""
        if known.clock < begin:
            contact = replace(known)
        else:
            contact = Contact(clock=begin, channel=known.channel)
            if known.phase is Phase.WAITING:
                contact.phase, contact.queue, contact.since = known.phase, known.queue, known.since
            contact.unanswered_since = known.unanswered_since
            contact.unanswered_queue = known.unanswered_queue
        self._contacts.restore({identifier: contact}, self._contacts.dropped)
