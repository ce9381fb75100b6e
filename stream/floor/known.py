"""A floor's lives that know more of each contact than figures need: what was told of it when it
began to wait, and how long it waited.

The steps are those of every floor. What is known of a contact is forgotten with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from msgspec import Struct

from stream.contract.batch import Batch
from stream.contract.events import AbandonedData, AnsweredData, DivertedData, QueuedData
from stream.contract.floorplan import FloorPlan
from stream.floor.contacts import Contact, Contacts, Phase
from stream.floor.ledger import Ledger
from stream.floor.life import ContactLife
from stream.floor.lives import Lives
from stream.floor.steps import Outcome

# What is known of contacts that are gone is let go of when there are so many more than that.
_SPARE: Final = 10_000


def _nobody(_agent: str, _at: int, _length_us: int) -> None:
    pass


class Facts(Struct, gc=False):
    """What its last `contact.queued` told of a contact, and how long it waited until an answer, in
    microseconds; None where that is not known."""

    queued: QueuedData | None
    waited_us: int | None


class KnownLife(ContactLife):
    """The steps of contacts' lives, with a note of what is known of each."""

    def __init__(self, contacts: Contacts, ledger: Ledger, plan: FloorPlan) -> None:
        super().__init__(contacts, ledger, plan)
        self.facts: dict[str, Facts] = {}
        self.part_ended: Callable[[str, int, int], None] = _nobody

    def queued(self, identifier: str, contact: Contact, now: int, data: QueuedData) -> bool:
        """A wait begins, of which this is what is known."""
        done = super().queued(identifier, contact, now, data)
        if done:
            self.facts[identifier] = Facts(data, None)
        return done

    def answered(self, identifier: str, contact: Contact, now: int, data: AnsweredData) -> bool:
        """The wait is over, if it was one."""
        since = contact.since if contact.phase is Phase.WAITING else None
        done = super().answered(identifier, contact, now, data)
        if done:
            waited_us = None if since is None else now - since
            known = self.facts.get(identifier)
            if known is None:
                self.facts[identifier] = Facts(None, waited_us)
            else:
                known.waited_us = waited_us
        return done

    def abandoned(self, identifier: str, contact: Contact, now: int, data: AbandonedData) -> bool:
        """The contact is gone."""
        done = super().abandoned(identifier, contact, now, data)
        if done:
            self.facts.pop(identifier, None)
        return done

    def diverted(self, identifier: str, contact: Contact, now: int, data: DivertedData) -> bool:
        """The contact is gone."""
        done = super().diverted(identifier, contact, now, data)
        if done:
            self.facts.pop(identifier, None)
        return done

    def _end_part(self, contact: Contact, now: int, *, last: bool) -> int:
        self.part_ended(contact.agent, now, now - contact.since)
        return super()._end_part(contact, now, last=last)


class KnownLives(Lives):
    """Lives of which it is known who they are; it reads the batches of `decode_plainly`.

    `heard` is given every batch once its subjects were moved on, and the places of copies in it;
    `part_ended` an agent, when its part in a conversation ended, and how long that was.
    """

    _life_of_contacts = KnownLife
    _kept = 0
    heard: Callable[[Batch, Sequence[int]], None] | None = None

    def listen(
        self,
        heard: Callable[[Batch, Sequence[int]], None],
        part_ended: Callable[[str, int, int], None],
    ) -> None:
        """Tell what happens from now on."""
        self.heard = heard
        assert isinstance(self._life, KnownLife)
        self._life.part_ended = part_ended

    def take(self, batch: Batch, newest: int | None, shown: int | None) -> Outcome:
        """Move the subject of every event on that is no copy."""
        copies = self._seen.copies(batch.marks, batch.times, newest)
        outcome = self._steps.take(batch, copies, newest, shown)
        if self.heard is not None:
            self.heard(batch, copies)
        return outcome

    @property
    def facts(self) -> dict[str, Facts]:
        """What is known of contacts, by their identifiers."""
        assert isinstance(self._life, KnownLife)
        return self._life.facts

    def contact(self, identifier: str) -> Contact | None:
        """The contact of that identifier, where it is known."""
        return self._contacts.by_id.get(identifier)

    def agents(self) -> Iterator[tuple[str, str, int]]:
        """Each agent who told a state, that state, and since when it has it."""
        for identifier, agent in self._agents.by_id.items():
            yield identifier, agent.state, agent.since

    def standing(self, queue: str | None = None) -> Iterator[tuple[str, Contact]]:
        """Who waits, is talked to or wrapped up, in one queue or in any, as of the last `sweep`."""
        contacts = self._contacts
        yield from self._there(contacts.standing, queue, contacts.lapsed)

    def unanswered(self, queue: str | None = None) -> Iterator[tuple[str, Contact]]:
        """Whose last message is without an answer, likewise."""
        contacts = self._contacts
        yield from self._there(contacts.threads, queue, contacts.lapsed)

    def sweep(self, moment: int, newest: int) -> None:
        """Find who is past their time, and let go of what is known of those who are gone."""
        super().sweep(moment, newest)
        facts, by_id = self.facts, self._contacts.by_id
        if len(facts) > 2 * self._kept + _SPARE:
            gone = [
                each
                for each in facts
                if (contact := by_id.get(each)) is None or contact.phase is Phase.GONE
            ]
            for each in gone:
                del facts[each]
            self._kept = len(facts)

    def learn(self, earlier: KnownLives) -> None:
        """Take over what others know of contacts from before these lives began."""
        for identifier, told in earlier.facts.items():
            contact, known = self.contact(identifier), self.facts.get(identifier)
            if contact is None or contact.phase is Phase.GONE:
                continue
            if known is None:
                self.facts[identifier] = told
                continue
            if known.queued is None:
                known.queued = told.queued
            if known.waited_us is None:
                known.waited_us = told.waited_us

    @staticmethod
    def _there(
        by_queue: dict[str, dict[str, Contact]], queue: str | None, lapsed: set[str]
    ) -> Iterator[tuple[str, Contact]]:
        one: Iterable[dict[str, Contact]] = (by_queue.get(queue, {}),) if queue is not None else ()
        for contacts in by_queue.values() if queue is None else one:
            for identifier, contact in contacts.items():
                if identifier not in lapsed:
                    yield identifier, contact
