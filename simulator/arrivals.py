"""Arrivals: a Poisson stream a queue, by the day's profile and how busy the day turns out."""

from __future__ import annotations

import math
from datetime import date
from typing import Final

from simulator.callbacks import Callbacks
from simulator.customers import Customers
from simulator.plans import HALF_HOUR_MINUTES, MESSAGE_CHANNELS, QueuePlan
from simulator.randomness import Draws, LogNormal, millis_us
from simulator.routing import Router
from simulator.wording import ESCALATIONS
from simulator.world import Contact, Line, Run
from stream.contract.events import (
    BotEscalated,
    EscalatedData,
    MessageReceived,
    ReceivedData,
)

_SLOTS_A_DAY: Final = 48
# Gaps between hanging up and dialling again (science 1.5): median 600 s, sigma 1.2.
_REDIAL_GAP: Final = LogNormal(600 * math.exp(1.2**2 / 2), 1.2)
_REDIAL_SOONEST_S: Final = 8.0
# Kept half-hours of a floor's busyness: only the newest few are asked for.
_DAYS_KEPT_MAX: Final = 8


class Busyness:
    """How far each half-hour of each day strays from its forecast (science 1.2).

    A day's factors depend on the seed and the date alone, whenever the run begins.
    """

    def __init__(self, run: Run) -> None:
        self._run = run
        self._days: dict[date, list[float]] = {}

    def factor(self, day: date, half_hour: int) -> float:
        """By what the rate of a half-hour is multiplied."""
        known = self._days.get(day)
        if known is None:
            known = self._days[day] = self._drawn(day)
            while len(self._days) > _DAYS_KEPT_MAX:
                del self._days[next(iter(self._days))]
        return known[half_hour]

    def _drawn(self, day: date) -> list[float]:
        plan = self._run.scenario.busyness
        draws = self._run.streams.fresh(f"busyness.{day.isoformat()}")
        sigma = math.sqrt(math.log(1 + plan.day_cv**2))
        of_day = math.exp(sigma * draws.normal() - sigma**2 / 2)
        within = draws.normal() * plan.within_sigma
        step = plan.within_sigma * math.sqrt(1 - plan.within_phi**2)
        factors = []
        for _ in range(_SLOTS_A_DAY):
            factors.append(of_day * math.exp(within - plan.within_sigma**2 / 2))
            within = plan.within_phi * within + step * draws.normal()
        return factors


class Rates:
    """Contacts a second of one queue, by half-hours."""

    def __init__(self, run: Run, plan: QueuePlan, busyness: Busyness) -> None:
        self._run = run
        self._busyness = busyness
        shares = run.scenario.profiles[plan.profile]
        total = sum(shares.values())
        self.any_traffic = plan.per_day * run.scale * run.volume > 0
        self._by_half_hour = [
            plan.per_day * shares.get(half_hour * HALF_HOUR_MINUTES, 0.0) / total
            for half_hour in range(_SLOTS_A_DAY)
        ]

    def forecast(self, day: date, half_hour: int) -> float:
        """The contacts expected in a half-hour of a day, before the day's own busyness."""
        run = self._run
        traffic = run.scale * run.volume
        return self._by_half_hour[half_hour] * run.calendar.busyness_of(day) * traffic

    def per_us(self, slot: int) -> float:
        """The rate in a half-hour of the run, the day's busyness in it."""
        here = self._run.calendar.local(self._run.calendar.slot_start(slot))
        half_hour = (here.hour * 60 + here.minute) // HALF_HOUR_MINUTES
        expected = self.forecast(here.date(), half_hour)
        if not expected:
            return 0.0
        return expected * self._busyness.factor(here.date(), half_hour) / 1.8e9


class Stream:
    """The contacts of one queue, one after the other."""

    def __init__(self, run: Run, line: Line, busyness: Busyness, tag: str) -> None:
        scenario = run.scenario
        self.line = line
        self._run = run
        self._tag = tag
        self._count = 0
        self._rates = Rates(run, line.plan, busyness)
        self._gaps = run.streams.draws(f"arrivals.{line.id}")
        self._bots = run.streams.draws(f"bots.{line.id}")
        self._customers = Customers(line.id, line.plan, scenario, run.streams)
        self._slot = run.calendar.slot(run.agenda.now)
        self._rate = self._rates.per_us(self._slot)

    def next_time(self) -> int | None:
        """When the next contact comes; None where that is after the run's end.

        A unit-exponential step is walked off along the cumulated rate, so that another rate
        moves arrivals but never draws others.
        """
        calendar = self._run.calendar
        if not self._rates.any_traffic:
            return None
        left, at = self._gaps.exponential(), float(self._run.agenda.now)
        while True:
            slot_ends = calendar.slot_start(self._slot + 1)
            if self._rate * (slot_ends - at) >= left:
                return max(self._run.agenda.now, round((at + left / self._rate) / 1000) * 1000)
            if slot_ends >= self._run.end:
                return None
            left -= self._rate * (slot_ends - at)
            at = slot_ends
            self._slot += 1
            self._rate = self._rates.per_us(self._slot)

    def contact(self) -> tuple[Contact, tuple[str | None, str] | None]:
        """The next contact, and by what word and why a bot hands it over, if one does."""
        self._count += 1
        line = self.line
        customer, intent = self._customers.draw()
        from_bot, said = self._bots.uniform(), self._bots.pick(ESCALATIONS)
        contact = Contact(
            id=f"c-{self._tag}-{line.id}-{self._count:05d}",
            customer=customer,
            intent=intent,
            channel=line.channel,
            line=line,
            course=line.first_courses.draw(),
            priority=line.plan.priority,
        )
        return contact, said if from_bot < line.plan.from_bot else None


class Arrivals:
    """Lets contacts come to every line, and some of those who hung up come again."""

    def __init__(
        self, run: Run, lines: dict[str, Line], router: Router, callbacks: Callbacks, tag: str
    ) -> None:
        busyness = Busyness(run)
        self._run = run
        self._router = router
        self._callbacks = callbacks
        self._streams = [Stream(run, line, busyness, tag) for line in lines.values()]
        self._redials: dict[str, Draws] = {
            queue: run.streams.draws(f"redials.{queue}") for queue in lines
        }

    def start(self) -> None:
        """Put the first contact of every line on the agenda."""
        for stream in self._streams:
            self._await_next(stream)

    def _await_next(self, stream: Stream) -> None:
        at = stream.next_time()
        if at is not None:
            self._run.agenda.at(at, self._comes, stream)

    def _comes(self, stream: Stream) -> None:
        contact, escalation = stream.contact()
        journal = self._run.journal
        if escalation is not None:
            keyword, reason = escalation
            journal.write(
                BotEscalated,
                contact.id,
                EscalatedData(queue=stream.line.id, keyword=keyword, reason=reason),
            )
        if contact.channel in MESSAGE_CHANNELS:
            journal.write(MessageReceived, contact.id, ReceivedData(queue=stream.line.id))
        if contact.channel != "callback":
            self._router.enqueue(contact, stream.line)
        elif self._callbacks.can_promise():
            self._callbacks.promise(contact)
        self._await_next(stream)

    def redial(self, contact: Contact) -> None:
        """Some of those who hung up try again within the hour."""
        draws = self._redials[contact.line.id]
        tries, gap_s = draws.chance(self._run.scenario.redial), draws.log_normal(_REDIAL_GAP)
        if not tries or contact.channel == "callback":
            return
        again = Contact(
            id=f"{contact.id}-r",
            customer=contact.customer,
            intent=contact.intent,
            channel=contact.channel,
            line=contact.line,
            course=contact.line.later_courses.draw(),
            priority=contact.line.plan.priority,
            redial_of=contact.id,
        )
        self._run.agenda.after(millis_us(_REDIAL_SOONEST_S + gap_s), self._comes_again, again)

    def _comes_again(self, contact: Contact) -> None:
        if contact.channel in MESSAGE_CHANNELS:
            data = ReceivedData(queue=contact.line.id)
            self._run.journal.write(MessageReceived, contact.id, data)
        self._router.enqueue(contact, contact.line)
