"""What each event means for its contact: the steps of EVENTS.md, and what each one counts.

Every step takes the event and the contact's id, checks that it is in place, moves the state on
and enters what happened. It returns False, and has changed nothing, where it is out of place.
Durations are on the contact's clock, which never runs back; the pane is the event's own.
"""

from __future__ import annotations

from stream.contract.events import (
    ContactAbandoned,
    ContactAnswered,
    ContactDeclined,
    ContactDiverted,
    ContactEnded,
    ContactHeld,
    ContactOffered,
    ContactQueued,
    ContactResumed,
    ContactTransferred,
    ContactWrapped,
    MessageReceived,
    MessageSent,
)
from stream.contract.floorplan import FloorPlan
from stream.floor.contacts import Contact, Contacts, Part, Phase
from stream.floor.ledger import Ledger
from stream.windows.columns import ABANDON_WAIT_SUM, COLUMN

OFFERED = COLUMN["offered"]
ANSWERED = COLUMN["answered"]
ANSWERED_IN_TARGET = COLUMN["answered_in_target"]
ANSWERED_WAITED = COLUMN["answered_waited"]
WAIT_SUM = COLUMN["wait_sum_us"]
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

_BEFORE_A_WAIT = frozenset((Phase.NEW, Phase.GONE, Phase.TO_QUEUE, Phase.TO_AGENT))


class ContactLife:
    """The steps of contacts' lives on one partition."""

    def __init__(self, contacts: Contacts, ledger: Ledger, plan: FloorPlan) -> None:
        self._contacts = contacts
        self._ledger = ledger
        self._plan = plan
        self._targets: dict[tuple[str, str], int] = {}
        self._shorts: dict[str, int] = {}

    def queued(self, event: ContactQueued) -> bool:
        contact = self._contacts.find(event.subject, event.time)
        if contact.phase not in _BEFORE_A_WAIT:
            return False
        data = event.data
        now = contact.at(event.time)
        contact.phase = Phase.WAITING
        contact.queue, contact.channel, contact.agent = data.queue, data.channel, ""
        contact.since = now
        self._contacts.keep(event.subject, contact, now)
        self._contacts.stand(event.subject, contact)
        if contact.unanswered_since is not None:
            self._contacts.changed_queues.add(contact.unanswered_queue)
        self._ledger.count(self._ledger.cell(data.queue, data.channel, None), OFFERED)
        return True

    def offered(self, event: ContactOffered) -> bool:
        contact = self._waiting_in(event.subject, event.time, event.data.queue)
        if contact is None:
            return False
        self._contacts.keep(event.subject, contact, contact.at(event.time))
        return True

    def declined(self, event: ContactDeclined) -> bool:
        data = event.data
        contact = self._waiting_in(event.subject, event.time, data.queue)
        if contact is None:
            return False
        self._contacts.keep(event.subject, contact, contact.at(event.time))
        self._ledger.count(self._ledger.cell(data.queue, contact.channel, data.agent), DECLINED)
        return True

    def answered(self, event: ContactAnswered) -> bool:
        data = event.data
        contact = self._contacts.find(event.subject, event.time)
        waited = contact.phase is Phase.WAITING
        if waited:
            if contact.queue != data.queue:
                return False
        elif contact.phase not in (Phase.NEW, Phase.TO_AGENT):
            return False
        now = contact.at(event.time)
        cell = self._ledger.cell(data.queue, contact.channel, data.agent)
        self._ledger.count(cell, ANSWERED)
        if waited:
            wait_us = now - contact.since
            self._ledger.count(cell, ANSWERED_WAITED)
            self._ledger.count(cell, WAIT_SUM, wait_us)
            self._ledger.waited(cell, wait_us)
            if wait_us <= self._target_us(contact):
                self._ledger.count(cell, ANSWERED_IN_TARGET)
        contact.phase = Phase.ANSWERED
        contact.queue, contact.agent = data.queue, data.agent
        contact.since, contact.hold_us = now, 0
        self._contacts.keep(event.subject, contact, now)
        self._contacts.stand(event.subject, contact)
        return True

    def held(self, event: ContactHeld) -> bool:
        contact = self._contacts.find(event.subject, event.time)
        if contact.phase is not Phase.ANSWERED or contact.agent != event.data.agent:
            return False
        now = contact.at(event.time)
        contact.phase, contact.held_at = Phase.HELD, now
        self._contacts.keep(event.subject, contact, now)
        self._contacts.change(contact)
        return True

    def resumed(self, event: ContactResumed) -> bool:
        contact = self._contacts.find(event.subject, event.time)
        if contact.phase is not Phase.HELD or contact.agent != event.data.agent:
            return False
        now = contact.at(event.time)
        contact.close_hold(now)
        contact.phase = Phase.ANSWERED
        self._contacts.keep(event.subject, contact, now)
        self._contacts.change(contact)
        return True

    def transferred(self, event: ContactTransferred) -> bool:
        data = event.data
        contact = self._talking_with(event.subject, event.time, data.queue, data.agent)
        if contact is None:
            return False
        now = contact.at(event.time)
        cell = self._end_part(contact, now, last=False)
        self._ledger.count(cell, TRANSFERRED_OUT)
        self._contacts.leave(event.subject, contact)
        contact.phase = Phase.TO_AGENT if data.to_agent is not None else Phase.TO_QUEUE
        self._contacts.keep(event.subject, contact, now)
        return True

    def abandoned(self, event: ContactAbandoned) -> bool:
        contact = self._waiting_in(event.subject, event.time, event.data.queue)
        if contact is None:
            return False
        now = contact.at(event.time)
        wait_us = now - contact.since
        cell = self._ledger.cell(contact.queue, contact.channel, None)
        self._ledger.count(cell, ABANDON_WAIT, wait_us)
        if wait_us < self._short_us(contact.queue):
            self._ledger.count(cell, SHORT_ABANDONED)
        else:
            self._ledger.count(cell, ABANDONED)
            if wait_us <= self._target_us(contact):
                self._ledger.count(cell, ABANDONED_IN_TARGET)
        self._go(event.subject, contact, now)
        return True

    def diverted(self, event: ContactDiverted) -> bool:
        contact = self._waiting_in(event.subject, event.time, event.data.queue)
        if contact is None:
            return False
        self._ledger.count(self._ledger.cell(contact.queue, contact.channel, None), DIVERTED)
        self._go(event.subject, contact, contact.at(event.time))
        return True

    def ended(self, event: ContactEnded) -> bool:
        data = event.data
        contact = self._talking_with(event.subject, event.time, data.queue, data.agent)
        if contact is None:
            return False
        now = contact.at(event.time)
        self._end_part(contact, now, last=True)
        contact.phase = Phase.WRAPPING
        self._answer_thread(event.subject, contact)
        self._contacts.keep(event.subject, contact, now)
        self._contacts.change(contact)
        self._contacts.finish(event.subject, contact)
        return True

    def wrapped(self, event: ContactWrapped) -> bool:
        data = event.data
        contact = self._contacts.find(event.subject, event.time)
        for index in range(len(contact.parts) - 1, -1, -1):
            part = contact.parts[index]
            if part.agent == data.agent and part.queue == data.queue:
                break
        else:
            return False
        now = contact.at(event.time)
        cell = self._ledger.cell(part.queue, part.channel, part.agent)
        self._ledger.count(cell, WRAP_SUM, now - part.ended_at)
        del contact.parts[index]
        if part.last and contact.phase is Phase.WRAPPING:
            self._contacts.leave(event.subject, contact)
            contact.phase = Phase.GONE
        self._contacts.keep(event.subject, contact, now)
        return True

    def received(self, event: MessageReceived) -> bool:
        contact = self._contacts.find(event.subject, event.time)
        now = contact.at(event.time)
        if contact.unanswered_since is None:
            contact.unanswered_since = now
        self._contacts.keep(event.subject, contact, now)
        self._contacts.open_thread(event.subject, contact, event.data.queue)
        return True

    def sent(self, event: MessageSent) -> bool:
        data = event.data
        contact = self._contacts.find(event.subject, event.time)
        now = contact.at(event.time)
        self._contacts.keep(event.subject, contact, now)
        if contact.unanswered_since is not None:
            cell = self._ledger.cell(data.queue, contact.channel, data.agent)
            self._ledger.count(cell, RESPONSES)
            self._ledger.count(cell, RESPONSE_SUM, now - contact.unanswered_since)
            self._answer_thread(event.subject, contact)
            self._contacts.finish(event.subject, contact)
        return True

    def _waiting_in(self, identifier: str, time: int, queue: str) -> Contact | None:
        contact = self._contacts.find(identifier, time)
        if contact.phase is Phase.WAITING and contact.queue == queue:
            return contact
        return None

    def _talking_with(self, identifier: str, time: int, queue: str, agent: str) -> Contact | None:
        contact = self._contacts.find(identifier, time)
        if (
            contact.phase in (Phase.ANSWERED, Phase.HELD)
            and contact.queue == queue
            and contact.agent == agent
        ):
            return contact
        return None

    def _end_part(self, contact: Contact, now: int, *, last: bool) -> int:
        """Enter the agent's part that ends now; returns its cell."""
        contact.close_hold(now)
        cell = self._ledger.cell(contact.queue, contact.channel, contact.agent)
        self._ledger.count(cell, HANDLED)
        self._ledger.count(cell, TALK_SUM, now - contact.since - contact.hold_us)
        self._ledger.count(cell, HOLD_SUM, contact.hold_us)
        contact.parts.append(Part(contact.agent, contact.queue, contact.channel, now, last))
        return cell

    def _go(self, identifier: str, contact: Contact, now: int) -> None:
        self._contacts.leave(identifier, contact)
        contact.phase = Phase.GONE
        self._answer_thread(identifier, contact)
        self._contacts.keep(identifier, contact, now)
        self._contacts.finish(identifier, contact)

    def _answer_thread(self, identifier: str, contact: Contact) -> None:
        if contact.unanswered_since is not None:
            self._contacts.close_thread(identifier, contact)
            contact.unanswered_since = None

    def _target_us(self, contact: Contact) -> int:
        channel = contact.channel
        assert channel is not None
        key = (contact.queue, channel)
        target = self._targets.get(key)
        if target is None:
            target = self._targets[key] = self._plan.target_us(contact.queue, channel)
        return target

    def _short_us(self, queue: str) -> int:
        short = self._shorts.get(queue)
        if short is None:
            short = self._shorts[queue] = self._plan.short_abandon_us(queue)
        return short
