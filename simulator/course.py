"""The course a contact will take if nothing hinders it, drawn whole when it begins to wait.

Drawing everything at once, from streams of the contact's own queue, is what keeps two runs
comparable: with one agent more the same customers come with the same work and patience.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from simulator.patience import PATIENCE
from simulator.plans import ChannelPlan, Diversion, Law, QueuePlan
from simulator.randomness import LogNormal, Streams, Weighted, millis_us

Leaving = Literal["abandoned", "callback", "overflow", "bot"]
Decline = Literal["no_answer", "rejected"]
EndedBy = Literal["customer", "agent", "system"]

_ENDED_BY: Final[Weighted[EndedBy]] = Weighted({"customer": 0.58, "agent": 0.40, "system": 0.02})
_SHORTEST_S: Final = 1.0
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


class Courses:
    """Draws the courses of one queue's contacts, in the order in which they come."""

    def __init__(self, queue: str, plan: QueuePlan, channel: ChannelPlan, streams: Streams) -> None:
        self._plan = plan
        self._channel = channel
        self._patience = streams.draws(f"patience.{queue}")
        self._work = streams.draws(f"work.{queue}")
        self._fate = streams.draws(f"fate.{queue}")
        self._ring = _law(channel.ring)
        self._talk = _law(plan.talk)
        self._wrap = _law(plan.wrap)
        self._hold = _law(plan.hold.length) if plan.hold is not None else None
        self._gap = _law(plan.thread.gap) if plan.thread is not None else None
        self._offers: tuple[tuple[Leaving, Diversion | None], ...] = (
            ("callback", plan.callback),
            ("overflow", plan.overflow),
            ("bot", plan.bot),
        )
        self._to = Weighted(plan.transfers.to) if plan.transfers is not None else None

    def draw(self) -> Course:
        """The next contact's course. Takes the same count of draws whatever comes out."""
        fate, work, plan = self._fate, self._work, self._plan
        leaves_us, leaves_by, patience_us = self._leaving()
        hold_u, hold_at, hold_s = fate.uniform(), fate.between(0.15, 0.8), self._hold_s()
        hold = plan.hold is not None and hold_u < plan.hold.share
        again_u, gap_s = fate.uniform(), self._gap_s()
        again = plan.thread is not None and again_u < plan.thread.again
        return Course(
            leaves_us=leaves_us,
            leaves_by=leaves_by,
            patience_us=patience_us,
            ring_us=millis_us(_SHORTEST_S + work.log_normal(self._ring)),
            decline=self._decline(),
            talk_us=millis_us(_SHORTEST_S + work.log_normal(self._talk)),
            hold_at=hold_at if hold else 0.0,
            hold_us=millis_us(_SHORTEST_S + hold_s) if hold else 0,
            wrap_us=millis_us(_SHORTEST_S + work.log_normal(self._wrap)),
            passing=self._passing(),
            ended_by=fate.pick(_ENDED_BY),
            resolved=fate.chance(plan.resolved),
            hard_chance=fate.uniform(),
            reached_chance=fate.uniform(),
            writes=int(fate.between(*_CUSTOMER_LINES)),
            again_us=millis_us(gap_s) if again else None,
        )

    def _leaving(self) -> tuple[int | None, Leaving, int | None]:
        """When the contact leaves unanswered, by what, and when it would hang up."""
        plan, fate = self._plan, self._fate
        patience_s = PATIENCE.draw_s(self._patience)
        patience_us = None
        if plan.patience is not None:
            patience_us = millis_us(patience_s * plan.patience)
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

    def _hold_s(self) -> float:
        share = self._work.normal()
        return _of(self._hold, share)

    def _gap_s(self) -> float:
        share = self._work.normal()
        return _of(self._gap, share)

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


def _law(law: Law) -> LogNormal:
    return LogNormal(law.mean_s, law.sigma)


def _of(law: LogNormal | None, normal: float) -> float:
    return law.at(normal) if law is not None else 0.0
