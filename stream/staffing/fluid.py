"""The fluid outlook: where a queue goes from where it stands now.

Contacts as a fluid, without chance (Whitt 2004, "Efficiency-driven heavy-traffic approximations
for many-server queues with abandonments"): x' = lambda - mu·min(x, n) - theta·max(x - n, 0) for x
contacts waiting or being served. It is close while a queue is overloaded. Near balance, where
queues come of chance, it sees none: there `erlang_a.steady_state` tells more.
"""

from __future__ import annotations

import math
from typing import NamedTuple


class Outlook(NamedTuple):
    """A queue at the horizon.

    `contacts`: waiting or being served. `queue`: of those, waiting. `wait_s`: how long one that
    arrives then and does not give up waits, infinite where nobody serves. `abandoned`: contacts
    that give up from now up to the horizon.
    """

    contacts: float
    queue: float
    wait_s: float
    abandoned: float


def outlook(
    *,
    contacts: float,
    arrivals_per_s: float,
    handle_time_s: float,
    patience_s: float | None,
    agents: float,
    horizon_s: float,
) -> Outlook:
    """The expected state `horizon_s` from now, if arrivals and agents stay as they are.

    `contacts` are those waiting and being served now; `patience_s` is None where nobody gives up.
    Exact for the fluid: it moves one way only, and so passes the number of agents once at most.
    Raises `ValueError` for numbers that are none of a queue.
    """
    if not (contacts >= 0 and arrivals_per_s >= 0 and agents >= 0 and horizon_s >= 0):
        raise ValueError("contacts, arrivals_per_s, agents and horizon_s are not below 0")
    if not (handle_time_s > 0 and (patience_s is None or patience_s > 0)):
        raise ValueError("handle_time_s and patience_s are above 0")
    leaving_per_s = 1.0 / (patience_s or math.inf)
    # With an agent free each contact is served; in a queue each may give up.
    spare = _Drift(arrivals_per_s, 1.0 / handle_time_s)
    served_per_s = spare.rate * agents
    crowded = _Drift(arrivals_per_s - served_per_s, leaving_per_s)
    queued, crowded_s = max(contacts - agents, 0.0), horizon_s
    if contacts < agents:
        crowded_s -= spare.reaches_s(contacts, agents) if crowded.gain > 0 else horizon_s
        if crowded_s <= 0:
            return Outlook(spare.after(contacts, horizon_s), 0.0, 0.0, 0.0)
    elif crowded.gain < 0:
        emptied_s = crowded.reaches_s(queued, 0.0)
        if emptied_s < horizon_s:
            abandoned = crowded.lost(queued, emptied_s)
            return Outlook(spare.after(agents, horizon_s - emptied_s), 0.0, 0.0, abandoned)
    queue = crowded.after(queued, crowded_s)
    # Nobody joins ahead of a contact that is in the queue.
    ahead = _Drift(-served_per_s, leaving_per_s)
    wait_s = ahead.reaches_s(queue, 0.0) if served_per_s else math.inf
    return Outlook(agents + queue, queue, wait_s, crowded.lost(queued, crowded_s))


class _Drift(NamedTuple):
    """y' = gain - rate·y: a level that gains at a rate and loses in proportion to itself."""

    gain: float
    rate: float

    def after(self, level: float, seconds: float) -> float:
        """The level after so long."""
        if self.rate == 0:
            return level + self.gain * seconds
        gone = -math.expm1(-self.rate * seconds)
        return level + gone * (self.gain / self.rate - level)

    def lost(self, level: float, seconds: float) -> float:
        """How much is lost in so long: what was there and what it gained, less what is there."""
        if self.rate == 0:
            return 0.0
        return max(0.0, level + self.gain * seconds - self.after(level, seconds))

    def reaches_s(self, level: float, other: float) -> float:
        """After how long it is at the other level, which it must be on its way past."""
        way, pace = other - level, self.gain - self.rate * other
        return math.log1p(self.rate * way / pace) / self.rate if self.rate else way / pace
