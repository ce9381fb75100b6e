"""Arrivals: a Poisson stream a queue, and one more for each wave that brings people on top."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from simulator.backlog import waiting_before
from simulator.callbacks import Callbacks
from simulator.customers import ANYBODY, Customers, Only
from simulator.lengths import lengths_of
from simulator.outages import Outages
from simulator.plans import MESSAGE_CHANNELS
from simulator.rates import Busyness, OnTop, Rates
from simulator.routing import Router
from simulator.waves import Wave
from simulator.wording import ESCALATIONS
from simulator.world import Contact, Line, Run
from stream.contract.events import (
    BotEscalated,
    EscalatedData,
    MessageReceived,
    ReceivedData,
)
from stream.contract.instants import HOUR_US

# However angry people are, some give up each time.
_REDIAL_MOST: Final = 0.95
_HOURS_TO_OPEN_MAX: Final = 14 * 24


class Stream:
    """Contacts of one queue, one after the other: those who come anyway, or a wave's."""

    def __init__(
        self, run: Run, line: Line, rates: Rates | OnTop, wave: Wave | None = None
    ) -> None:
        self.line = line
        self._run = run
        self._rates = rates
        self._origin = wave.name if wave is not None else ""
        name = f"{wave.name}.{line.id}" if wave is not None else line.id
        prefix = f"{wave.name}." if wave is not None else ""
        self._id = (
            f"c-{run.tag}-{line.id}-{self._origin}-"
            if wave is not None
            else f"c-{run.tag}-{line.id}-"
        )
        self._count = 0
        self._gaps = run.streams.draws(f"arrivals.{name}")
        self._bots = run.streams.draws(f"bots.{name}")
        self._from_bot = 1.0 if wave is not None and wave.of_bots else line.plan.from_bot
        only = _wanted(wave) if wave is not None else ANYBODY
        self._customers = Customers(name, line.plan, run.scenario, run.streams, only)
        self._courses = line.courses_of(prefix)
        self._rate, self._until = rates.piece(run.agenda.now)

    def next_time(self) -> int | None:
        """When the next contact comes; None where that is after the run's end.

        A unit-exponential step is walked off along the cumulated rate, so that another rate
        moves arrivals but never draws others.
        """
        if not self._rates.any_traffic:
            return None
        left, at = self._gaps.exponential(), float(self._run.agenda.now)
        while True:
            if self._rate * (self._until - at) >= left:
                return max(self._run.agenda.now, round((at + left / self._rate) / 1000) * 1000)
            if self._until >= self._run.end:
                return None
            left -= self._rate * (self._until - at)
            at = self._until
            self._rate, self._until = self._rates.piece(self._until)

    def contact(self) -> tuple[Contact, tuple[str | None, str] | None]:
        """The next contact, and by what word and why a bot hands it over, if one does."""
        self._count += 1
        line = self.line
        customer, intent = self._customers.draw()
        from_bot = self._bots.uniform() < self._from_bot
        said = self._bots.pick(ESCALATIONS)
        mood = self._run.waves.mood(
            self._run.agenda.now, line.id, (customer, intent), self._origin, from_bot=from_bot
        )
        name = f"{self._id}{self._count:05d}"
        contact = Contact(
            id=name,
            customer=customer,
            intent=intent,
            channel=line.channel,
            line=line,
            course=self._courses.draw(mood),
            priority=line.plan.priority,
            origin=self._origin,
            mood=mood,
            root=name,
        )
        return contact, said if from_bot else None


def _wanted(wave: Wave) -> Only:
    whom = wave.whom
    return Only(whom.languages, whom.segments, whom.intents, wave.intent)


class Arrivals:
    """Lets contacts come to every line, and some of those who hung up come again."""

    def __init__(
        self, run: Run, lines: dict[str, Line], router: Router, callbacks: Callbacks
    ) -> None:
        self._run = run
        self._by_queue = lines
        self._lines = list(lines.values())
        self._router = router
        self._callbacks = callbacks
        self._outages = Outages(run)
        self._gap = lengths_of(run.scenario.redial_gap)
        self._streams: list[Stream] = []
        busyness = Busyness(run)
        usual = {queue: Rates(run, line.plan, busyness) for queue, line in lines.items()}
        self._usual = usual
        for queue, line in lines.items():
            self._streams.append(Stream(run, line, usual[queue]))
        for wave in run.waves.all:
            for queue, line in lines.items():
                share = wave.share_of(queue, line.plan, run.scenario)
                if share > 0:
                    rates = OnTop(usual[queue], wave, share)
                    self._streams.append(Stream(run, line, rates, wave))

    def start(self) -> None:
        """Put the first contact of every stream on the agenda."""
        for stream in self._streams:
            self._await_next(stream)

    def start_backlog(self) -> None:
        """Let what came before the run and is still there wait since then."""
        agenda = self._run.agenda
        start = agenda.now
        for came, contact in waiting_before(self._run, self._lines):
            if came >= start:
                agenda.at(came, self._comes_again, contact)
                continue
            agenda.now = came
            self._is_there(contact)
            agenda.now = start

    def _await_next(self, stream: Stream) -> None:
        at = stream.next_time()
        if at is not None:
            self._run.agenda.at(at, self._comes, stream)

    def _comes(self, stream: Stream) -> None:
        contact, escalation = stream.contact()
        if self._gets_through(contact):
            if escalation is not None:
                keyword, reason = escalation
                data = EscalatedData(queue=stream.line.id, keyword=keyword, reason=reason)
                self._run.journal.write(BotEscalated, contact.id, data)
            self._is_there(contact)
        self._await_next(stream)

    def _gets_through(self, contact: Contact) -> bool:
        """False for a contact that an outage swallows, and for one that gets the engaged tone."""
        if self._outages.lost(contact):
            return False
        if contact.line.is_full:
            self._run.engaged[contact.line.id] += 1
            self.redial(contact)
            return False
        return True

    def _is_there(self, contact: Contact) -> None:
        if contact.channel in MESSAGE_CHANNELS:
            data = ReceivedData(queue=contact.line.id)
            self._run.journal.write(MessageReceived, contact.id, data)
        if contact.channel != "callback":
            self._router.enqueue(contact, contact.line)
        elif self._callbacks.can_promise():
            self._callbacks.promise(contact)

    def add(self, wave: Wave, queues: Iterable[str]) -> None:
        """Let a wave that nobody foresaw bring people to some queues from now on."""
        for queue in queues:
            line = self._by_queue[queue]
            share = wave.share_of(queue, line.plan, self._run.scenario)
            stream = Stream(self._run, line, OnTop(self._usual[queue], wave, share), wave)
            self._streams.append(stream)
            self._await_next(stream)

    def redial(self, contact: Contact) -> None:
        """Some of those who hung up try again within the hour."""
        origin = f".{contact.origin}" if contact.origin else ""
        draws = self._run.streams.draws(f"redials.{contact.line.id}{origin}")
        eager = contact.mood.redial
        # Who is more eager than usual is so sooner, too.
        tries_u, gap_us = draws.uniform(), self._gap.draw_us(draws, 1 / max(1.0, eager))
        tries = tries_u < min(self._run.scenario.redial * eager, _REDIAL_MOST)
        if not tries or contact.channel == "callback":
            return
        self.comes_again(contact, gap_us)

    def comes_again(self, contact: Contact, after_us: int, *, angrier: float = 0.0) -> None:
        """The customer tries the same line again after some time, so much less content."""
        number = contact.redials + 1
        again = self._anew(contact, f"{contact.root}-r{number if number > 1 else ''}")
        again.redial_of, again.redials = contact.id, number
        again.root, again.returns = contact.root, contact.returns
        again.mood = contact.mood._replace(angry=contact.mood.angry + angrier)
        self._run.agenda.after(after_us, self._comes_again, again)

    def not_resolved(self, contact: Contact) -> None:
        """Some of those whose matter is not resolved come again, when the centre is open."""
        after_us = contact.course.returns_us
        if contact.course.resolved or after_us is None or contact.channel == "callback":
            return
        at, hours = self._run.agenda.now + after_us, 0
        while contact.line.is_live and not self._run.calendar.is_open(at):
            at, hours = at + HOUR_US, hours + 1
            if hours > _HOURS_TO_OPEN_MAX:
                return
        if at >= self._run.end:
            return
        again = self._anew(contact, f"{contact.root}-n{contact.returns + 1}")
        again.returns = contact.returns + 1
        again.root = again.id
        self._run.agenda.at(at, self._comes_again, again)

    def _anew(self, contact: Contact, identifier: str) -> Contact:
        """The same customer with the same matter, in a contact of its own."""
        return Contact(
            id=identifier,
            customer=contact.customer,
            intent=contact.intent,
            channel=contact.channel,
            line=contact.line,
            course=contact.line.later_course(contact),
            priority=contact.line.plan.priority,
            origin=contact.origin,
            mood=contact.mood,
        )

    def _comes_again(self, contact: Contact) -> None:
        if self._gets_through(contact):
            self._is_there(contact)
