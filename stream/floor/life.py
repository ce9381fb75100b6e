"""What each event means for its contact: the steps of EVENTS.md, and what each one counts.

Every step takes the contact and its id, the event's time on the contact's clock, which never runs
back, and the event's data. It checks that the event is in place, moves the state on and enters
what happened, in the pane of the event's own time. It returns False, and has changed nothing,
where the event is out of place.
"""

from __future__ import annotations

from typing import Final

from stream.contract.events import (
    AbandonedData,
    AnsweredData,
    DeclinedData,
    DivertedData,
    EndedData,
    HoldData,
    OfferedData,
    QueuedData,
    ReceivedData,
    SentData,
    TransferredData,
    WrappedData,
)
from stream.contract.floorplan import FloorPlan
from stream.floor.contacts import Contact, Contacts, Part, Phase
from stream.floor.ledger import Ledger
from stream.windows.columns import ABANDON_WAIT_SUM, COLUMN

OFFERED = COLUMN["offered"]
ANSWERED = COLUMN["answered"]
ANSWERED_IN_TARGET = COLUMN["answered_in_target"]
ABANDONED = COLUMN["abandoned"]
ABANDONED_IN_TARGET = COLUMN["abandoned_in_target"]
SHORT_ABANDONED = COLUMN["short_abandoned"]
ABANDON_WAIT = COLUMN[ABANDON_WAIT_SUM]
DIVERTED = COLUMN["diverted"]
DECLINED = COLUMN["declined"]
HANDLED = COLUMN["handled"]
TRANSFERRED_OUT = COLUMN["transferred_out"]
TALK_SUM = COLUMN["talk_sum_us"]
HOLD_SUM = COLUMN["hold_sum_us"]
WRAP_SUM = COLUMN["wrap_sum_us"]
RESPONSES = COLUMN["responses"]
RESPONSE_SUM = COLUMN["response_sum_us"]

# A name of the module is found several times as fast as a member of the class.
NEW, WAITING, ANSWERING, HELD, WRAPPING, GONE = (
    Phase.NEW,
    Phase.WAITING,
    Phase.ANSWERED,
    Phase.HELD,
    Phase.WRAPPING,
    Phase.GONE,
)
TO_AGENT = Phase.TO_AGENT
# Targets and short limits are looked up once for each queue and channel, until there are so many:
# names come and go for years, and what has gone must not stay for ever.
_LOOKED_UP_MAX: Final = 20_000
_BEFORE_A_WAIT = frozenset((Phase.NEW, Phase.GONE, Phase.TO_QUEUE, Phase.TO_AGENT))


class ContactLife:
    """The steps of contacts' lives on one partition."""

    def __init__(self, contacts: Contacts, ledger: Ledger, plan: FloorPlan) -> None:
        self._contacts = contacts
        self._changed_queues = contacts.changed_queues
        self._bases = ledger.bases
        self._ones = ledger.measured.ones
        self._sums = ledger.measured.sums
        self._waits = ledger.measured.waits
        self._plan = plan
        self._targets: dict[tuple[str, str], int] = {}
        self._shorts: dict[str, int] = {}

    def queued(self, identifier: str, contact: Contact, now: int, data: QueuedData) -> bool:
        if contact.phase not in _BEFORE_A_WAIT:
            return False
        contact.phase = WAITING
        contact.queue, contact.channel, contact.agent = data.queue, data.channel, ""
        contact.since = now
        self._contacts.stand(identifier, contact)
        if contact.unanswered_since is not None:
            self._changed_queues.add(contact.unanswered_queue)
        self._ones.append(self._bases[data.queue, data.channel, None] + OFFERED)
        return True

    def offered(self, _identifier: str, contact: Contact, _now: int, data: OfferedData) -> bool:
        return contact.phase is WAITING and contact.queue == data.queue

    def declined(self, _identifier: str, contact: Contact, _now: int, data: DeclinedData) -> bool:
        if contact.phase is not WAITING or contact.queue != data.queue:
            return False
        self._ones.append(self._bases[data.queue, contact.channel, data.agent] + DECLINED)
        return True

    def answered(self, identifier: str, contact: Contact, now: int, data: AnsweredData) -> bool:
        queue, phase = data.queue, contact.phase
        if phase is WAITING:
            if contact.queue != queue:
                return False
        elif phase is not NEW and phase is not TO_AGENT:
            return False
        base = self._bases[queue, contact.channel, data.agent]
        self._ones.append(base + ANSWERED)
        if phase is WAITING:
            wait_us = now - contact.since
            self._waits.extend((base, wait_us))
            if wait_us <= self._target_us(contact):
                self._ones.append(base + ANSWERED_IN_TARGET)
        contact.phase = ANSWERING
        contact.queue, contact.agent = queue, data.agent
        contact.since, contact.hold_us = now, 0
        if phase is WAITING:
            self._changed_queues.add(queue)
        else:
            self._contacts.stand(identifier, contact)
        return True

    def held(self, _identifier: str, contact: Contact, now: int, data: HoldData) -> bool:
        if contact.phase is not ANSWERING or contact.agent != data.agent:
            return False
        contact.phase, contact.held_at = HELD, now
        self._changed_queues.add(contact.queue)
        return True

    def resumed(self, _identifier: str, contact: Contact, now: int, data: HoldData) -> bool:
        if contact.phase is not HELD or contact.agent != data.agent:
            return False
        contact.close_hold(now)
        contact.phase = ANSWERING
        self._changed_queues.add(contact.queue)
        return True

    def transferred(
        self, identifier: str, contact: Contact, now: int, data: TransferredData
    ) -> bool:
        if contact.queue != data.queue or contact.agent != data.agent:
            return False
        if contact.phase is not ANSWERING and contact.phase is not HELD:
            return False
        base = self._end_part(contact, now, last=False)
        self._ones.append(base + TRANSFERRED_OUT)
        self._contacts.leave(identifier, contact)
        contact.phase = Phase.TO_AGENT if data.to_agent is not None else Phase.TO_QUEUE
        return True

    def abandoned(self, identifier: str, contact: Contact, now: int, data: AbandonedData) -> bool:
        queue = contact.queue
        if contact.phase is not WAITING or queue != data.queue:
            return False
        wait_us = now - contact.since
        base = self._bases[queue, contact.channel, None]
        self._sums.extend((base + ABANDON_WAIT, wait_us))
        if wait_us < self._short_us(queue):
            self._ones.append(base + SHORT_ABANDONED)
        else:
            self._ones.append(base + ABANDONED)
            if wait_us <= self._target_us(contact):
                self._ones.append(base + ABANDONED_IN_TARGET)
        self._go(identifier, contact)
        return True

    def diverted(self, identifier: str, contact: Contact, _now: int, data: DivertedData) -> bool:
        if contact.phase is not WAITING or contact.queue != data.queue:
            return False
        self._ones.append(self._bases[contact.queue, contact.channel, None] + DIVERTED)
        self._go(identifier, contact)
        return True

    def ended(self, identifier: str, contact: Contact, now: int, data: EndedData) -> bool:
        if contact.queue != data.queue or contact.agent != data.agent:
            return False
        if contact.phase is not ANSWERING and contact.phase is not HELD:
            return False
        self._end_part(contact, now, last=True)
        contact.phase = WRAPPING
        if contact.unanswered_since is not None:
            self._answer_thread(identifier, contact)
        self._changed_queues.add(contact.queue)
        self._contacts.finish(identifier)
        return True

    def wrapped(self, identifier: str, contact: Contact, now: int, data: WrappedData) -> bool:
        parts = contact.parts
        for index in range(len(parts) - 1, -1, -1):
            part = parts[index]
            if part.agent == data.agent and part.queue == data.queue:
                break
        else:
            return False
        base = self._bases[part.queue, part.channel, part.agent]
        self._sums.extend((base + WRAP_SUM, now - part.ended_at))
        contact.parts = parts[:index] + parts[index + 1 :] if len(parts) > 1 else ()
        if part.last and contact.phase is WRAPPING:
            self._contacts.leave(identifier, contact)
            contact.phase = GONE
        return True

    def received(self, identifier: str, contact: Contact, now: int, data: ReceivedData) -> bool:
        if contact.unanswered_since is None:
            contact.unanswered_since = now
        self._contacts.open_thread(identifier, contact, data.queue)
        return True

    def sent(self, identifier: str, contact: Contact, now: int, data: SentData) -> bool:
        if contact.unanswered_since is not None:
            base = self._bases[data.queue, contact.channel, data.agent]
            self._ones.append(base + RESPONSES)
            self._sums.extend((base + RESPONSE_SUM, now - contact.unanswered_since))
            self._answer_thread(identifier, contact)
            self._contacts.finish(identifier)
        return True

    def _end_part(self, contact: Contact, now: int, *, last: bool) -> int:
        """Enter the agent's part that ends now; returns its cell's first code."""
        contact.close_hold(now)
        queue, channel, agent = contact.queue, contact.channel, contact.agent
        hold_us = contact.hold_us
        base = self._bases[queue, channel, agent]
        self._ones.append(base + HANDLED)
        self._sums.extend((base + TALK_SUM, now - contact.since - hold_us))
        if hold_us:
            self._sums.extend((base + HOLD_SUM, hold_us))
        contact.parts += (Part(agent, queue, channel, now, last),)
        return base

    def _go(self, identifier: str, contact: Contact) -> None:
        self._contacts.leave(identifier, contact)
        contact.phase = GONE
        if contact.unanswered_since is not None:
            self._answer_thread(identifier, contact)
        self._contacts.finish(identifier)

    def _answer_thread(self, identifier: str, contact: Contact) -> None:
        self._contacts.close_thread(identifier, contact)
        contact.unanswered_since = None

    def _target_us(self, contact: Contact) -> int:
        channel = contact.channel
        assert channel is not None
        key = (contact.queue, channel)
        target = self._targets.get(key)
        if target is None:
            if len(self._targets) >= _LOOKED_UP_MAX:
                self._targets.clear()
            target = self._targets[key] = self._plan.target_us(contact.queue, channel)
        return target

    def _short_us(self, queue: str) -> int:
        short = self._shorts.get(queue)
        if short is None:
            if len(self._shorts) >= _LOOKED_UP_MAX:
                self._shorts.clear()
            short = self._shorts[queue] = self._plan.short_abandon_us(queue)
        return short
