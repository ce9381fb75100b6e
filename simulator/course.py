"""The course a contact will take if nothing hinders it, drawn whole when it begins to wait.

Drawing everything at once, from streams of the contact's own queue, is what keeps two runs
comparable: with one agent more the same customers come with the same work and patience.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from simulator.fields import Gap
from simulator.lengths import lengths_of
from simulator.patience import patience_of
from simulator.plans import ChannelPlan, Diversion, QueuePlan
from simulator.randomness import Streams, Weighted, millis_us
from simulator.waves import USUAL, Mood

Leaving = Literal["abandoned", "callback", "overflow", "bot"]
Decline = Literal["no_answer", "rejected"]
EndedBy = Literal["customer", "agent", "system"]

_ENDED_BY: Final[Weighted[EndedBy]] = Weighted({"customer": 0.58, "agent": 0.40, "system": 0.02})
_CUSTOMER_LINES: Final = (2, 6)


@dataclass(slots=True, frozen=True)
class Passing:
    """A transfer to come: to which queue, whether attended, whether to one agent there."""

    to_queue: str
    attended: bool
    to_agent: bool


@dataclass(slots=True, frozen=True)
class Course:
    """What a contact will do and need from now until its conversation is over."""

    leaves_us: int | None
    leaves_by: Leaving
    patience_us: int | None
    ring_us: int
    decline: Decline | None
    talk_us: int
    hold_at: float
    hold_us: int
    wrap_us: int
    passing: Passing | None
    ended_by: EndedBy
    resolved: bool
    hard_chance: float
    reached_chance: float
    writes: int
    again_us: int | None
    returns_us: int | None


class Courses:
    """Draws the courses of one queue's contacts, in the order in which they come."""

    def __init__(self, queue: str, plan: QueuePlan, channel: ChannelPlan, streams: Streams) -> None:
        self._plan = plan
        self._channel = channel
        self._patience = streams.draws(f"patience.{queue}")
        self._work = streams.draws(f"work.{queue}")
        self._fate = streams.draws(f"fate.{queue}")
        self._returns = streams.draws(f"returns.{queue}")
        self._wait_law = patience_of(plan)
        self._ring = lengths_of(channel.ring)
        self._talk = lengths_of(plan.talk)
        self._wrap = lengths_of(plan.wrap)
        self._hold = lengths_of(plan.hold.length if plan.hold is not None else None)
        self._gap = lengths_of(plan.thread.gap if plan.thread is not None else None)
        repeat = plan.repeat
        self._repeat = repeat
        self._return = lengths_of(
            Gap(mean_s=repeat.after_mean_s, sigma=repeat.after_sigma) if repeat else None
        )
        self._offers: tuple[tuple[Leaving, Diversion | None], ...] = (
            ("callback", plan.callback),
            ("overflow", plan.overflow),
            ("bot", plan.bot),
        )
        self._to = Weighted(plan.transfers.to) if plan.transfers is not None else None

    def draw(self, mood: Mood = USUAL) -> Course:
        """The next contact's course. Takes the same count of draws whatever comes out."""
        fate, work, plan = self._fate, self._work, self._plan
        leaves_us, leaves_by, patience_us = self._leaving(mood)
        hold_u, hold_at, hold_us = (
            fate.uniform(),
            fate.between(0.15, 0.8),
            self._hold.draw_us(work),
        )
        hold = plan.hold is not None and hold_u < plan.hold.share
        again_u, gap_us = fate.uniform(), self._gap.draw_us(work)
        again = plan.thread is not None and again_u < plan.thread.again
        return Course(
            leaves_us=leaves_us,
            leaves_by=leaves_by,
            patience_us=patience_us,
            ring_us=self._ring.draw_us(work),
            decline=self._decline(),
            talk_us=self._talk.draw_us(work, mood.talk),
            hold_at=hold_at if hold else 0.0,
            hold_us=hold_us if hold else 0,
            wrap_us=self._wrap.draw_us(work),
            passing=self._passing(),
            ended_by=fate.pick(_ENDED_BY),
            resolved=fate.chance(plan.resolved - mood.resolved_less),
            hard_chance=fate.uniform(),
            reached_chance=fate.uniform(),
            writes=int(fate.between(*_CUSTOMER_LINES)),
            again_us=gap_us if again else None,
            returns_us=self._return_us(),
        )

    def _return_us(self) -> int | None:
        """When the customer comes again if their matter is not resolved."""
        repeat = self._repeat
        if repeat is None:
            return None
        returns, after_us = self._returns.chance(repeat.share), self._return.draw_us(self._returns)
        return after_us if returns else None

    def _leaving(self, mood: Mood) -> tuple[int | None, Leaving, int | None]:
        """When the contact leaves unanswered, by what, and when it would hang up."""
        plan, fate = self._plan, self._fate
        patience_s = self._wait_law.draw_s(self._patience)
        patience_us = None
        if plan.patience is not None or plan.patience_law is not None:
            stretch = plan.patience if plan.patience is not None else 1.0
            patience_us = millis_us(patience_s * stretch * mood.patience)
        first: int | None = patience_us
        by: Leaving = "abandoned"
        for kind, offer in self._offers:
            taken = fate.uniform()
            if offer is None or taken >= offer.share:
                continue
            after_us = millis_us(offer.after_s)
            if first is None or after_us < first:
                first, by = after_us, kind
        return first, by, patience_us

    def _decline(self) -> Decline | None:
        share = self._fate.uniform()
        if share < self._channel.no_answer:
            return "no_answer"
        if share < self._channel.no_answer + self._channel.rejected:
            return "rejected"
        return None

    def _passing(self) -> Passing | None:
        fate = self._fate
        passed, where, how, whom = fate.uniform(), fate.uniform(), fate.uniform(), fate.uniform()
        transfers = self._plan.transfers
        if transfers is None or self._to is None or passed >= transfers.share:
            return None
        return Passing(self._to.at(where), how < transfers.attended, whom < transfers.to_agent)
