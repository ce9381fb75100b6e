"""What those who wait are offered and told: a call back, how long it takes, to come later.

Whatever one of them decides follows from the seed and their own name, so that the same person
decides the same in every course of a drill. Lengths and shares are marked as science.md marks
them: [S 2.2] and [S 2.4] are its sections, [D] a proposed default.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from simulator.centre import Centre
from simulator.randomness import Draws, LogNormal, millis_us
from simulator.routing import Wait
from simulator.world import Contact, Line
from stream.contract.drills import Announce, DrillRefused, Message, OfferCallbacks
from stream.contract.instants import HOUR_US, SECOND_US

# Who is offered a call back and takes it: 35 to 50 % [S 2.4, D].
TAKES_CALLBACK: Final = 0.40

# A message takes this long to hear before anybody can act on it [D].
_HEARD_US: Final = 12 * SECOND_US
# Told of a wait of at least a minute, half of those who would not last so long go at once rather
# than later [D], as the measured hazard peaks where the place in the queue is told [S 2.2]. Who
# stays then knows what for, and waits longer [D].
_LONG_WAIT_US: Final = 60 * SECOND_US
_GOES_AT_ONCE: Final = 0.5
STAYS_TIMES: Final = 1.3
# Asked to call later, a quarter do as they are asked; four fifths of them do call, one to four
# hours later, and a third of these bear a grudge [D].
_CALLS_LATER: Final = 0.25
_COMES_AGAIN: Final = 0.8
_LATER_US: Final = (HOUR_US, 4 * HOUR_US)
_GRUDGES: Final = 1 / 3
_GRUDGE: Final = 0.6
# Sent to an answer that needs nobody, half of those with the commonest reason try it; one in
# three is not helped and comes again, most within the hour [D].
_SERVES_THEMSELVES: Final = 0.5
_SERVED_US: Final = 20 * SECOND_US
_NOT_HELPED: Final = 1 / 3
_UNHELPED_AFTER: Final = LogNormal(1_200.0, 0.8)


class Waiters:
    """Offers and messages of every line of a floor."""

    def __init__(self, centre: Centre) -> None:
        self._centre = centre
        self._offered_after_us: dict[Line, int] = {}
        self._messages: dict[Line, Message] = {}
        self._reactions: dict[Message, Callable[[Contact, Draws], None]] = {
            "expected_wait": self._hears_expected_wait,
            "call_later": self._hears_call_later,
            "self_service": self._hears_self_service,
        }
        centre.router.when_waiting = self._waits

    def offer_callbacks(self, act: OfferCallbacks, line: Line) -> None:
        """Offer a call back to all who have waited so long, the ones who wait now included; or
        offer none at all. Raises `DrillRefused`."""
        self._demand_live(line, "a call back is offered to callers and chats")
        if act.after_s is None:
            line.offers_callbacks = False
            self._offered_after_us.pop(line, None)
            return
        if self._centre.run.scenario.callbacks is None:
            raise DrillRefused("nobody calls back here: the scenario has no queue of callbacks")
        if not 0 <= act.after_s <= 3_600:
            raise DrillRefused("expected an offer after 0 to 3,600 s of waiting")
        line.offers_callbacks = True
        self._offered_after_us[line] = millis_us(act.after_s)
        for contact in _waiting(line):
            self._plan_offer(contact)

    def announce(self, act: Announce, line: Line) -> None:
        """Let everybody who waits, and will wait, hear a message. Raises `DrillRefused`."""
        self._demand_live(line, "a message is heard by callers and chats")
        self._messages[line] = act.message
        for contact in _waiting(line):
            self._hears(contact)

    def _demand_live(self, line: Line, why: str) -> None:
        lines = self._centre.lines.values()
        names = ", ".join(other.id for other in lines if other.is_live)
        if not line.is_live:
            raise DrillRefused(f"{why}, not in {line.plan.name}: expected one of {names}")

    def _waits(self, contact: Contact) -> None:
        if contact.line in self._offered_after_us:
            self._plan_offer(contact)
        if contact.line in self._messages:
            self._hears(contact)

    def _draws(self, contact: Contact, what: str) -> Draws:
        name = f"{what}.{contact.id}.{contact.wait_number}"
        return self._centre.run.streams.fresh(name)

    def _plan_offer(self, contact: Contact) -> None:
        due = contact.queued_at + self._offered_after_us[contact.line]
        agenda = self._centre.run.agenda
        agenda.at(max(agenda.now, due), self._is_offered, (contact, contact.wait_number))

    def _is_offered(self, wait: Wait) -> None:
        """Who would take the scenario's own offer takes this one; who was not to have one, or
        would have left before it, decides now."""
        contact, _ = wait
        after_us = self._offered_after_us.get(contact.line)
        if not _still_waits(wait) or after_us is None or not self._centre.router.can_promise():
            return
        if contact.queued_at + after_us > self._centre.run.agenda.now:
            return
        own, patience_us = contact.line.plan.callback, contact.course.patience_us
        unasked = own is None or (patience_us is not None and patience_us < millis_us(own.after_s))
        share = own.share if own is not None else TAKES_CALLBACK
        takes = unasked and self._draws(contact, "offer").chance(share)
        if takes or contact.course.leaves_by == "callback":
            self._centre.router.divert(contact, "callback")

    def _hears(self, contact: Contact) -> None:
        message = self._messages[contact.line]
        reaction = self._reactions.get(message)
        if reaction is not None:
            reaction(contact, self._draws(contact, message))

    def _after(self, us: int, act: Callable[[Wait], None], contact: Contact) -> None:
        self._centre.run.agenda.after(us, act, (contact, contact.wait_number))

    def _hears_expected_wait(self, contact: Contact, draws: Draws) -> None:
        """The wait that is told is the one of who is first in line, which is what most systems
        take it for."""
        course, first = contact.course, contact.line.first()
        if first is None or course.patience_us is None or contact.patient_until:
            return
        told_us = self._centre.run.agenda.now - first[1]
        goes = course.patience_us < told_us and draws.chance(_GOES_AT_ONCE)
        if told_us >= _LONG_WAIT_US and goes:
            self._after(_HEARD_US, self._goes, contact)
        else:
            longer_us = millis_us(course.patience_us / 1e6 * STAYS_TIMES)
            contact.patient_until = contact.queued_at + longer_us

    def _goes(self, wait: Wait) -> None:
        if _still_waits(wait):
            self._centre.router.give_up(wait[0])
            self._centre.router.when_abandoned(wait[0])

    def _hears_call_later(self, contact: Contact, draws: Draws) -> None:
        if draws.chance(_CALLS_LATER):
            self._after(_HEARD_US, self._goes_till_later, contact)

    def _goes_till_later(self, wait: Wait) -> None:
        if not _still_waits(wait):
            return
        contact, _ = wait
        self._centre.router.give_up(contact)
        draws = self._draws(contact, "later")
        comes, after_us = draws.chance(_COMES_AGAIN), round(draws.between(*_LATER_US))
        angrier = _GRUDGE if draws.chance(_GRUDGES) else 0.0
        if comes:
            self._centre.arrivals.comes_again(contact, after_us, angrier=angrier)

    def _hears_self_service(self, contact: Contact, draws: Draws) -> None:
        intents = contact.line.plan.intents
        simple = contact.intent == max(intents, key=lambda name: intents[name])
        if simple and draws.chance(_SERVES_THEMSELVES):
            self._after(_SERVED_US, self._serves_themselves, contact)

    def _serves_themselves(self, wait: Wait) -> None:
        if not _still_waits(wait):
            return
        contact, _ = wait
        self._centre.router.divert(contact, "bot")
        draws = self._draws(contact, "unhelped")
        unhelped, after_s = draws.chance(_NOT_HELPED), draws.log_normal(_UNHELPED_AFTER)
        if unhelped:
            self._centre.arrivals.comes_again(contact, millis_us(60.0 + after_s))


def _waiting(line: Line) -> list[Contact]:
    """Who waits in a line and does not ring, the first to be served first."""
    return [
        entry[3]
        for entry in sorted(line.waiting)
        if entry[3].waiting and entry[3].wait_number == entry[4]
    ]


def _still_waits(wait: Wait) -> bool:
    contact, number = wait
    return contact.waiting and contact.wait_number == number and contact.ringing is None
