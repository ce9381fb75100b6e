"""A floor's lives that note what customers said, and what is known of whoever said it.

What counts as said is decided by the steps of every floor: a copy, a bad event or one too far ahead
is none. So scores by segment and the wall's scores are of the same surveys.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from msgspec import Struct

from stream.contract import events as ev
from stream.contract.floorplan import FloorPlan
from stream.floor.contacts import Contact, Contacts, Phase
from stream.floor.ledger import Ledger
from stream.floor.life import ContactLife
from stream.floor.lives import Limits, Lives
from stream.floor.steps import Telling
from stream.floor.surveys import SurveyBook

# Contacts of which segment, language and wait are known, on one partition (some 60 MB of them). The
# oldest are forgotten first: an e-mail's survey comes hours later.
KNOWN_MAX: Final = 200_000


class Known(Struct, gc=False):
    """What was told of a contact when it last began to wait, and how its last wait ended that an
    answer did: in which queue, and after how long (microseconds); None where none has."""

    segment: str | None
    language: str | None
    journey_stage: str | None
    queue: str | None = None
    wait_us: int | None = None


class Heard(Struct, frozen=True, gc=False):
    """One event that says something of a customer's experience. `late` is read so late that it
    counts in `today` alone. `known` is as of then, None where nothing is known of the contact."""

    subject: str
    time: int
    data: Any
    late: bool
    known: Known | None


class Notes:
    """What was heard since it was last taken."""

    def __init__(self, most: int = KNOWN_MAX) -> None:
        self.heard: list[Heard] = []
        # Contacts that were called back, while that is noted.
        self.attempted: set[str] | None = set()
        # The data of the events at hand that are read late, by their identities.
        self.late: Collection[int] = ()
        self._known: dict[str, Known] = {}
        self._most = most

    def begin(self, contact: str, data: ev.QueuedData) -> None:
        """A wait begins: known is what is told of the contact now, and its wait so far."""
        before = self._known.pop(contact, None)
        known = Known(data.segment, data.language, data.journey_stage)
        if before is not None:
            known.queue, known.wait_us = before.queue, before.wait_us
        elif len(self._known) >= self._most:
            del self._known[next(iter(self._known))]
        self._known[contact] = known

    def end(self, contact: str, queue: str, wait_us: int) -> None:
        """A wait ended with an answer."""
        known = self._known.get(contact)
        if known is not None:
            known.queue, known.wait_us = queue, wait_us

    def hear(self, subject: str, time: int, data: Any) -> None:
        """Note an event."""
        known = self._known.get(subject)
        copy = None if known is None else Known(*_fields(known))
        self.heard.append(Heard(subject, time, data, id(data) in self.late, copy))

    def take(self) -> list[Heard]:
        """What was heard since the last time."""
        heard, self.heard = self.heard, []
        return heard


def _fields(known: Known) -> tuple[Any, ...]:
    return known.segment, known.language, known.journey_stage, known.queue, known.wait_us


class HeardLife(ContactLife):
    """The steps of contacts' lives, with a note of who waited how long."""

    def __init__(self, contacts: Contacts, ledger: Ledger, plan: FloorPlan) -> None:
        super().__init__(contacts, ledger, plan)
        self.notes = Notes()

    def queued(self, identifier: str, contact: Contact, now: int, data: ev.QueuedData) -> bool:
        """A wait begins."""
        done = super().queued(identifier, contact, now, data)
        if done:
            self.notes.begin(identifier, data)
        return done

    def answered(self, identifier: str, contact: Contact, now: int, data: ev.AnsweredData) -> bool:
        """The wait is over, if it was one."""
        wait_us = now - contact.since if contact.phase is Phase.WAITING else None
        done = super().answered(identifier, contact, now, data)
        if done and wait_us is not None:
            self.notes.end(identifier, data.queue, wait_us)
        return done


class _HeardSurveys(SurveyBook):
    def __init__(self, ledger: Ledger, notes: Notes) -> None:
        super().__init__(ledger)
        self._notes = notes

    def sent(self, subject: str, time: int, data: ev.SurveySentData) -> None:
        super().sent(subject, time, data)
        self._notes.hear(subject, time, data)

    def answered(self, subject: str, time: int, data: ev.SurveyAnsweredData) -> None:
        super().answered(subject, time, data)
        self._notes.hear(subject, time, data)


class HeardLives(Lives):
    """Lives that listen; it reads the batches of `decode_plainly`."""

    _life_of_contacts = HeardLife

    def __init__(
        self,
        plan: FloorPlan,
        ledger: Ledger,
        tellings: Mapping[type[ev.Event], Telling],
        limits: Limits,
    ) -> None:
        attempted = tellings[ev.CallbackAttempted]

        def noted(subject: str, time: int, data: ev.AttemptedData) -> None:
            if self.notes.attempted is not None:
                self.notes.attempted.add(subject)
            attempted(subject, time, data)

        def thanked(subject: str, time: int, data: ev.RecognitionData) -> None:
            self.notes.hear(subject, time, data)

        heard: dict[type[ev.Event], Telling] = {
            ev.CallbackAttempted: noted,
            ev.RecognitionGiven: thanked,
        }
        super().__init__(plan, ledger, {**tellings, **heard}, limits)

    @property
    def notes(self) -> Notes:
        """What was heard."""
        assert isinstance(self._life, HeardLife)
        return self._life.notes

    def _book_of(self, ledger: Ledger) -> SurveyBook:
        return _HeardSurveys(ledger, self.notes)
