"""Callbacks: promised, waited for, attempted, and reached or left a voicemail."""

from __future__ import annotations

from collections.abc import Callable

from simulator.plans import CallbackRules
from simulator.routing import Router
from simulator.workforce import Workforce
from simulator.world import Agent, Contact, Line, Run
from stream.contract.events import (
    AttemptedData,
    CallbackAttempted,
    CallbackPromised,
    ContactDiverted,
    DivertedData,
    PromisedData,
)
from stream.contract.instants import MINUTE_US, Instant


class Callbacks:
    """Keeps, or fails to keep, what customers were promised."""

    def __init__(
        self, run: Run, lines: dict[str, Line], workforce: Workforce, router: Router
    ) -> None:
        self._run = run
        self._workforce = workforce
        self._router = router
        self._rules: CallbackRules | None = run.scenario.callbacks
        self._line = lines[self._rules.queue] if self._rules is not None else None
        # Who talks to a customer that was reached, joined in centre.py.
        self.when_reached: Callable[[Agent, Contact], None]

    def can_promise(self) -> bool:
        """No promise is made that would fall due after closing time."""
        if self._rules is None:
            return False
        due = self._run.agenda.now + round(self._rules.due_minutes * MINUTE_US)
        return self._run.calendar.is_open(self._run.agenda.now) and self._run.calendar.is_open(due)

    def promise(self, contact: Contact) -> None:
        """Promise the customer a call back and put them in the line of those to be called."""
        assert self._rules is not None
        assert self._line is not None
        due = self._run.agenda.now + round(self._rules.due_minutes * MINUTE_US)
        self._run.journal.write(
            CallbackPromised,
            contact.id,
            PromisedData(queue=self._line.id, due=Instant(due), customer=contact.customer.id),
        )
        contact.channel = "callback"
        contact.priority = self._line.plan.priority
        if contact.line is not self._line:
            contact.course = self._line.later_course(contact)
        self._router.enqueue(contact, self._line)

    def dialled(self, agent: Agent, contact: Contact) -> None:
        """The agent has called: the customer is there, or a voicemail is left."""
        assert self._rules is not None
        reached = contact.course.reached_chance < self._rules.reached
        contact.attempts += 1
        self._run.journal.write(
            CallbackAttempted,
            contact.id,
            AttemptedData(queue=contact.line.id, agent=agent.id, reached=reached),
        )
        if reached:
            self.when_reached(agent, contact)
            return
        self._router.leave(contact)
        self._run.journal.write(
            ContactDiverted, contact.id, DivertedData(queue=contact.line.id, to="voicemail")
        )
        self._workforce.free(agent)
        if contact.attempts < self._rules.attempts:
            again_us = round(self._rules.again_minutes * MINUTE_US)
            self._run.agenda.after(again_us, self._again, contact)

    def _again(self, contact: Contact) -> None:
        assert self._line is not None
        if self.can_promise():
            contact.course = self._line.later_course(contact)
            self.promise(contact)
