"""What a drill counts: contacts by group, people's time, promises, and each minute of the run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from stream.contract.events import AgentState, Channel

Dimension = Literal["queue", "language", "segment"]


@dataclass(slots=True)
class Tally:
    """Counts of one group of customers, each as METRICS names it; times in microseconds."""

    offered: int = 0
    answered_waited: int = 0
    answered_in_target: int = 0
    abandoned: int = 0
    short_abandoned: int = 0
    diverted: int = 0
    waits_us: int = 0

    @property
    def known(self) -> int:
        """How many a service level is told of."""
        return self.answered_waited + self.abandoned

    @property
    def ended(self) -> int:
        """How many waits came to an end, whatever that was."""
        return self.known + self.short_abandoned + self.diverted

    def service_level(self) -> float | None:
        """The share answered in target, abandons counted."""
        return self.answered_in_target / self.known if self.known else None

    def abandonment(self) -> float | None:
        """The share that hung up."""
        return self.abandoned / self.known if self.known else None

    def wait_s(self) -> float | None:
        """The mean of all waits that ended, in seconds."""
        return self.waits_us / self.ended / 1e6 if self.ended else None


@dataclass(slots=True)
class QueueMinute:
    """One queue in one minute, and who waits past target at its end."""

    over_target: int = 0
    answered_waited: int = 0
    answered_in_target: int = 0
    abandoned: int = 0

    @property
    def late(self) -> int:
        """How many were not answered in target."""
        return self.answered_waited + self.abandoned - self.answered_in_target


@dataclass(slots=True)
class Waiting:
    """A wait that goes on."""

    since: int
    queue: str
    channel: Channel
    target_us: int
    groups: list[Tally]


@dataclass(slots=True)
class Person:
    """An agent's present state, and since when they have worked without a break."""

    state: AgentState = "offline"
    since: int = 0
    fresh_since: int = 0
    # Up to when their time was counted.
    counted: int = 0


@dataclass(slots=True)
class PeopleTime:
    """People's time by what they were at, in microseconds."""

    busy_us: int = 0
    available_us: int = 0
    strained_us: int = 0

    @property
    def worked_us(self) -> int:
        """All time at work and not away."""
        return self.busy_us + self.available_us


@dataclass(slots=True)
class Promises:
    """Calls back that were promised; kept and broken as they fell due."""

    made: int = 0
    kept: int = 0
    broken: int = 0
    # By contact: when each open one is due.
    open: dict[str, list[int]] = field(default_factory=dict)
    # Attempted in time and due later: when that is.
    kept_early: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Scores:
    """Answers to surveys that had a score, and those of four and five."""

    answered: int = 0
    top: int = 0
