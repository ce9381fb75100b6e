"""Conversations: what an agent and a customer do from the answer to the end of the wrap-up."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from simulator.chats import PacedChats
from simulator.plans import MESSAGE_CHANNELS
from simulator.routing import Router
from simulator.strain import strain_after
from simulator.workforce import Workforce
from simulator.world import Agent, Contact, Line, Run, Step
from stream.contract.events import (
    AnsweredData,
    ContactAnswered,
    ContactEnded,
    ContactHeld,
    ContactResumed,
    ContactTransferred,
    ContactWrapped,
    EndedData,
    HoldData,
    MessageReceived,
    MessageSent,
    ReceivedData,
    SentData,
    TransferredData,
    WrappedData,
)
from stream.contract.instants import SECOND_US

TRANSFERS_MAX: Final = 2
_HANDOVER_US: Final = 3 * SECOND_US
_CLOSES_US: Final = 2 * SECOND_US
_QUICK_REPLY_US: Final = 12 * SECOND_US

Wrap = tuple[Agent, str, Line, str, bool]


class Conversations:
    """Leads each answered contact through its course."""

    def __init__(
        self, run: Run, lines: dict[str, Line], workforce: Workforce, router: Router
    ) -> None:
        self._run = run
        self._agenda = run.agenda
        self._journal = run.journal
        self._lines = lines
        self._workforce = workforce
        self._router = router
        self._strain = run.scenario.people.strain
        self._paced = PacedChats(run.agenda, self._paced_step)
        # Who asks the customer afterwards, joined in centre.py.
        self.when_over: Callable[[Contact, Agent], None]

    def begin(self, agent: Agent, contact: Contact) -> None:
        """The agent answers."""
        if contact.waiting:
            self._router.end_wait(contact)
        contact.agent = agent
        self._journal.write(
            ContactAnswered, contact.id, AnsweredData(queue=contact.line.id, agent=agent.id)
        )
        self._workforce.set_state(agent, "busy")
        contact.strained = strain_after(self._strain, self._agenda.now - agent.fresh_since)
        contact.steps = self._steps(contact, agent)
        if contact.line.chats_at_once > 1:
            agent.chats += 1
            self._paced.begin(agent, contact)
            self._router.take_more(agent)
        else:
            self._agenda.after(contact.steps[-1][0], self._step, contact)

    def _steps(self, contact: Contact, agent: Agent) -> list[Step]:
        """What will happen, last first: each with its delay after the one before."""
        course = contact.course
        talk_us = _scaled(
            course.talk_us, agent.speed_in(contact.line) * self._slower(contact.strained)
        )
        if contact.channel == "chat":
            return self._chat(contact, talk_us)
        if contact.channel in MESSAGE_CHANNELS:
            return [(_CLOSES_US, self._over), (talk_us, self._sends)]
        if not course.hold_us:
            return [(talk_us, self._over)]
        before_us = _scaled(talk_us, course.hold_at)
        return [
            (talk_us - before_us, self._over),
            (course.hold_us, self._resumes),
            (before_us, self._holds),
        ]

    def _chat(self, contact: Contact, talk_us: int) -> list[Step]:
        writes = contact.course.writes
        turn_us = _scaled(talk_us, 1 / (2 * writes + 1))
        first_us = min(turn_us, _QUICK_REPLY_US)
        if contact.line.chats_at_once > 1:
            # The first reply is a part of the work: what is said of several at once is exact.
            turn_us = _scaled(talk_us - first_us, 1 / (2 * writes + 1))
            last_us = talk_us - first_us - 2 * writes * turn_us
        else:
            last_us = turn_us
        steps: list[Step] = [(last_us, self._over)]
        for _ in range(writes):
            steps += [(turn_us, self._sends), (turn_us, self._receives)]
        return [*steps, (first_us, self._sends)]

    def _slower(self, strained: float) -> float:
        """By what strain lengthens a conversation."""
        return 1 + (self._strain.talk_times - 1) * strained if self._strain is not None else 1.0

    def _step(self, contact: Contact) -> None:
        _, act = contact.steps.pop()
        if contact.steps:
            self._agenda.after(contact.steps[-1][0], self._step, contact)
        act(contact)

    def _paced_step(self, contact: Contact) -> None:
        _, act = contact.steps.pop()
        act(contact)

    def _holds(self, contact: Contact) -> None:
        assert contact.agent is not None
        self._journal.write(ContactHeld, contact.id, HoldData(agent=contact.agent.id))

    def _resumes(self, contact: Contact) -> None:
        assert contact.agent is not None
        self._journal.write(ContactResumed, contact.id, HoldData(agent=contact.agent.id))

    def _sends(self, contact: Contact) -> None:
        assert contact.agent is not None
        self._journal.write(
            MessageSent, contact.id, SentData(queue=contact.line.id, agent=contact.agent.id)
        )

    def _receives(self, contact: Contact) -> None:
        self._journal.write(MessageReceived, contact.id, ReceivedData(queue=contact.line.id))

    def _over(self, contact: Contact) -> None:
        agent, line, course = contact.agent, contact.line, contact.course
        assert agent is not None
        hard = course.hard_chance < self._run.scenario.people.hard_contacts + contact.mood.hard
        passes = course.passing is not None and contact.transfers < TRANSFERS_MAX
        line.inside -= 1
        if line.chats_at_once > 1:
            self._paced.end(agent, contact)
        if passes:
            self._pass_on(contact, agent)
            disposition = "transferred"
        else:
            self._end(contact, agent)
            disposition = "resolved" if course.resolved else "follow_up"
        wrap_us = _scaled(course.wrap_us, agent.speed_in(line))
        if not agent.talking:
            self._workforce.set_state(agent, "wrap_up")
        wrap: Wrap = agent, contact.id, line, disposition, hard
        self._agenda.after(wrap_us, self._wrapped, wrap)

    def _end(self, contact: Contact, agent: Agent) -> None:
        course, line = contact.course, contact.line
        thread_goes_on = course.again_us is not None
        self._journal.write(
            ContactEnded,
            contact.id,
            EndedData(
                queue=line.id,
                agent=agent.id,
                by=course.ended_by,
                resolved=None if thread_goes_on else course.resolved,
            ),
        )
        if course.again_us is None:
            self.when_over(contact, agent)
            return
        # A customer can only wait anew once the wrap-up of the part before is over.
        wrap_us = _scaled(course.wrap_us, agent.speed_in(line))
        gap_us = max(course.again_us, wrap_us + SECOND_US)
        self._agenda.after(gap_us, self._writes_again, contact)

    def _writes_again(self, contact: Contact) -> None:
        self._receives(contact)
        contact.course = contact.line.later_course(contact)
        self._router.enqueue(contact, contact.line)

    def _pass_on(self, contact: Contact, agent: Agent) -> None:
        passing = contact.course.passing
        assert passing is not None
        line, target = contact.line, self._lines[passing.to_queue]
        colleague = next(iter(target.idle), None) if passing.to_agent else None
        contact.transfers += 1
        self._journal.write(
            ContactTransferred,
            contact.id,
            TransferredData(
                queue=line.id,
                agent=agent.id,
                kind="attended" if passing.attended else "blind",
                to_queue=target.id if colleague is None else None,
                to_agent=colleague.id if colleague is not None else None,
            ),
        )
        contact.course = target.later_course(contact)
        if colleague is None:
            contact.priority = max(contact.priority, min(9, target.plan.priority + 1))
            self._router.enqueue(contact, target)
        else:
            colleague.withdraw()
            contact.line = target
            target.inside += 1
            self._agenda.after(_HANDOVER_US, self._taken_over, (colleague, contact))

    def _taken_over(self, handover: tuple[Agent, Contact]) -> None:
        self.begin(*handover)

    def _wrapped(self, wrap: Wrap) -> None:
        agent, contact_id, line, disposition, hard = wrap
        self._journal.write(
            ContactWrapped,
            contact_id,
            WrappedData(queue=line.id, agent=agent.id, disposition=disposition),
        )
        if line.chats_at_once > 1:
            agent.chats -= 1
        if hard:
            agent.withdraw()
            self._workforce.will_decompress(agent)
        self._workforce.free(agent)


def _scaled(length_us: int, by: float) -> int:
    """A length of time times a factor, in whole milliseconds."""
    return round(length_us / 1000 * by) * 1000
