"""Several chats at once: who has room for one more, and how fast each goes beside the others.

An agent with k conversations works at each as if it were `slower[k - 2]` times as long (science
2.3): what is left of a step is kept as work, and put on the agenda anew whenever k changes.
"""

from __future__ import annotations

from collections.abc import Callable

from simulator.causes import Slowdown
from simulator.engine import Agenda
from simulator.world import Agent, Contact

PacedStep = tuple[Contact, int]


def slowed(plan: Slowdown | None, chats: int) -> float:
    """By what a chat's length is multiplied beside the others that its agent has."""
    if plan is None or chats < 2:
        return 1.0
    return plan.slower[min(chats - 2, len(plan.slower) - 1)] if plan.slower else 1.0


class PacedChats:
    """The chats of all agents who have several at once, each going at the pace of its agent."""

    def __init__(self, agenda: Agenda, step: Callable[[Contact], None]) -> None:
        self._agenda = agenda
        self._step = step

    def begin(self, agent: Agent, contact: Contact) -> None:
        """A chat with its steps laid out begins; the agent's others go slower from now on."""
        contact.work_left = contact.steps[-1][0]
        self._changed(agent, len(agent.talking) + 1)
        agent.talking.append(contact)
        contact.paced_at = self._agenda.now
        self._put_down(contact, len(agent.talking))

    def end(self, agent: Agent, contact: Contact) -> None:
        """A chat is over; the agent's others go faster from now on."""
        agent.talking.remove(contact)
        self._changed(agent, len(agent.talking), before=len(agent.talking) + 1)

    def _changed(self, agent: Agent, chats: int, before: int | None = None) -> None:
        before = len(agent.talking) if before is None else before
        now = self._agenda.now
        for contact in agent.talking:
            done = (now - contact.paced_at) / slowed(contact.line.plan.concurrency, before)
            contact.work_left = max(0.0, contact.work_left - done)
            contact.paced_at = now
            self._put_down(contact, chats)

    def _put_down(self, contact: Contact, chats: int) -> None:
        contact.step_number += 1
        length = contact.work_left * slowed(contact.line.plan.concurrency, chats)
        self._agenda.after(round(length / 1000) * 1000, self._due, (contact, contact.step_number))

    def _due(self, paced: PacedStep) -> None:
        contact, number = paced
        agent = contact.agent
        if contact.step_number != number or agent is None:
            return
        if len(contact.steps) > 1:
            contact.work_left = contact.steps[-2][0]
            contact.paced_at = self._agenda.now
            self._put_down(contact, len(agent.talking))
        self._step(contact)
