"""Routing: the longest waiting of the highest priority, to the agent longest free for it."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable
from typing import Final

from simulator.course import Leaving
from simulator.workforce import Workforce
from simulator.world import Agent, Contact, Line, Run
from stream.contract.events import (
    AbandonedData,
    ContactAbandoned,
    ContactDeclined,
    ContactDiverted,
    ContactOffered,
    ContactQueued,
    DeclinedData,
    DivertedData,
    OfferedData,
    QueuedData,
)
from stream.contract.instants import SECOND_US

_CLOSED_MESSAGE_US: Final = 9 * SECOND_US
_RINGS_OUT_US: Final = 18 * SECOND_US

Wait = tuple[Contact, int]


class Router:
    """Joins waiting contacts and free agents, and sees off those who do not wait."""

    def __init__(self, run: Run, workforce: Workforce) -> None:
        self._run = run
        self._agenda = run.agenda
        self._journal = run.journal
        self._workforce = workforce
        self._sequence = 0
        # What follows from a wait's end, joined in centre.py.
        self.when_answered: Callable[[Agent, Contact], None]
        self.when_abandoned: Callable[[Contact], None]
        # What is done to those who must wait: nothing, but in drills.
        self.when_waiting: Callable[[Contact], None] | None = None
        self.can_promise: Callable[[], bool]
        self.promise: Callable[[Contact], None]

    def enqueue(self, contact: Contact, line: Line) -> None:
        """The contact begins to wait in a line."""
        now = self._agenda.now
        contact.line = line
        contact.waiting, contact.declined, contact.stays = True, False, False
        contact.wait_number += 1
        contact.queued_at = now
        contact.ringing = None
        contact.patient_until = 0
        line.inside += 1
        self._tell_queued(contact)
        wait = contact, contact.wait_number
        if line.is_live and not line.is_open and not contact.transfers:
            self._agenda.after(_CLOSED_MESSAGE_US, self._turned_away, wait)
            return
        if contact.course.leaves_us is not None:
            self._agenda.after(contact.course.leaves_us, self._leaves, wait)
        agent = line.next_agent()
        if agent is not None:
            self._offer(agent, contact)
            return
        self._wait(contact)
        if self.when_waiting is not None:
            self.when_waiting(contact)

    def _tell_queued(self, contact: Contact) -> None:
        customer = contact.customer
        self._journal.write(
            ContactQueued,
            contact.id,
            QueuedData(
                queue=contact.line.id,
                channel=contact.channel,
                priority=contact.priority,
                customer=customer.id,
                segment=customer.segment,
                language=customer.language,
                intent=contact.intent,
                journey_stage=customer.journey_stage,
                redial_of=contact.redial_of,
            ),
        )

    def _wait(self, contact: Contact) -> None:
        self._sequence += 1
        entry = (
            -contact.priority,
            contact.queued_at,
            self._sequence,
            contact,
            contact.wait_number,
        )
        heapq.heappush(contact.line.waiting, entry)

    def take_or_idle(self, agent: Agent) -> None:
        """Give a free agent the contact that should be served next, or let them be idle."""
        helped = (other for line in agent.lines for other in line.helped)
        if self._takes_first(agent, agent.lines) or self._takes_first(agent, helped):
            return
        agent.idle = True
        for line in agent.lines:
            line.idle[agent] = None

    def take_more(self, agent: Agent) -> None:
        """Give an agent with chats one more, or let them be there for it, if they have room."""
        if agent.offered or agent.next_lines is not None:
            return
        lines = [line for line in agent.lines if agent.chats < line.chats_at_once]
        if agent.due or agent.shift_over or not lines or self._takes_first(agent, lines):
            return
        agent.spare = True
        for line in lines:
            line.with_room[agent] = None

    def _takes_first(self, agent: Agent, lines: Iterable[Line]) -> bool:
        """Offer the agent the contact to be served next in the lines, if there is one."""
        best = None
        for line in lines:
            if line.waiting:
                first = line.first()
                if first is not None and (best is None or first < best):
                    best = first
        if best is None:
            return False
        heapq.heappop(best[3].line.waiting)
        self._offer(agent, best[3])
        return True

    def _offer(self, agent: Agent, contact: Contact) -> None:
        if agent.idle or agent.spare:
            agent.withdraw()
        agent.offered = True
        contact.ringing = agent
        self._journal.write(
            ContactOffered, contact.id, OfferedData(queue=contact.line.id, agent=agent.id)
        )
        ring_us = contact.course.ring_us
        if contact.course.decline == "no_answer" and not contact.declined:
            ring_us = _RINGS_OUT_US
        self._agenda.after(ring_us, self._rung, (contact, contact.wait_number, agent))

    def _rung(self, ring: tuple[Contact, int, Agent]) -> None:
        contact, wait_number, agent = ring
        if not (contact.waiting and contact.wait_number == wait_number):
            return
        contact.ringing = None
        agent.offered = False
        if contact.course.decline is not None and not contact.declined:
            self._declined(contact, agent)
        else:
            self.when_answered(agent, contact)

    def end_wait(self, contact: Contact) -> None:
        """The contact waits no longer, for whatever reason."""
        contact.waiting = False
        contact.waited_us += self._agenda.now - contact.queued_at

    def leave(self, contact: Contact) -> None:
        """The contact waits no longer and nobody talks to it."""
        self.end_wait(contact)
        contact.line.inside -= 1

    def _declined(self, contact: Contact, agent: Agent) -> None:
        contact.declined = True
        reason = contact.course.decline
        assert reason is not None
        self._journal.write(
            ContactDeclined,
            contact.id,
            DeclinedData(queue=contact.line.id, agent=agent.id, reason=reason),
        )
        if contact.stays and contact.course.patience_us is not None:
            leaves = max(self._agenda.now, contact.queued_at + contact.course.patience_us)
            self._agenda.at(leaves, self._hangs_up, (contact, contact.wait_number))
        other = contact.line.next_agent()
        if other is not None:
            self._offer(other, contact)
        else:
            self._wait(contact)
        if reason == "no_answer":
            self._workforce.after_no_answer(agent)
        else:
            self._workforce.free(agent)

    def _leaves(self, wait: Wait) -> None:
        """The time has come at which the contact leaves by what its course says."""
        contact, wait_number = wait
        if not (contact.waiting and contact.wait_number == wait_number):
            return
        by = contact.course.leaves_by
        if by == "abandoned":
            self._hangs_up(wait)
        elif contact.ringing is not None or (by == "callback" and not self._offers(contact.line)):
            self._stays_on(contact)
        else:
            self.divert(contact, by)

    def _offers(self, line: Line) -> bool:
        return line.offers_callbacks and self.can_promise()

    def _stays_on(self, contact: Contact) -> None:
        """What was offered is not to be had, so the customer's own patience decides."""
        contact.stays = True
        patience_us = contact.course.patience_us
        if patience_us is not None:
            leaves = max(self._agenda.now, contact.queued_at + patience_us)
            self._agenda.at(leaves, self._hangs_up, (contact, contact.wait_number))

    def _hangs_up(self, wait: Wait) -> None:
        contact, wait_number = wait
        if not (contact.waiting and contact.wait_number == wait_number):
            return
        if contact.patient_until > self._agenda.now:
            self._agenda.at(contact.patient_until, self._hangs_up, wait)
            return
        self.give_up(contact)
        self.when_abandoned(contact)

    def give_up(self, contact: Contact) -> None:
        """The contact leaves unanswered."""
        agent = contact.ringing
        self.leave(contact)
        self._journal.write(ContactAbandoned, contact.id, AbandonedData(queue=contact.line.id))
        if agent is not None:
            agent.offered = False
            self._workforce.free(agent)

    def divert(self, contact: Contact, by: Leaving) -> None:
        """The system takes a contact out of its line."""
        assert by != "abandoned"
        self.leave(contact)
        self._journal.write(ContactDiverted, contact.id, DivertedData(queue=contact.line.id, to=by))
        if by == "callback":
            self.promise(contact)

    def _turned_away(self, wait: Wait) -> None:
        contact, wait_number = wait
        if contact.waiting and contact.wait_number == wait_number:
            self.leave(contact)
            self._journal.write(
                ContactDiverted, contact.id, DivertedData(queue=contact.line.id, to="closed")
            )

    def turn_away_all(self, line: Line) -> None:
        """The house closes: who still waits and is not ringing hears so and leaves."""
        while (entry := line.first()) is not None:
            heapq.heappop(line.waiting)
            self._turned_away((entry[3], entry[4]))
