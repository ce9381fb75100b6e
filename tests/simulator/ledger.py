"""A strict reading of EVENTS.md: every event must be in place, or `Misplaced` says which is not.

It keeps only what the tests here ask for, and is written apart from the engine in `stream`, so
that the two can be compared.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from stream.contract.events import (
    AgentStateChanged,
    AgentStateData,
    CallbackAttempted,
    CallbackPromised,
    ContactAbandoned,
    ContactAnswered,
    ContactDeclined,
    ContactDiverted,
    ContactEnded,
    ContactHeld,
    ContactOffered,
    ContactQueued,
    ContactResumed,
    ContactTransferred,
    ContactWrapped,
    Event,
    SurveyAnswered,
)
from stream.contract.floorplan import DEFAULT_TARGET_S
from stream.contract.instants import SECOND_US
from tests.events import type_of

SHORT_US: Final = 5 * SECOND_US


class Misplaced(Exception):
    """An event that EVENTS.md does not allow where it stands."""


@dataclass
class Life:
    """Where one contact is."""

    state: str = "new"
    queue: str = ""
    channel: str = ""
    agent: str = ""
    since: int = 0
    ringing: str | None = None
    to_agent: str | None = None


@dataclass
class Tally:
    """What happened in one queue."""

    offered: int = 0
    answered: int = 0
    answered_waited: int = 0
    answered_in_target: int = 0
    abandoned: int = 0
    short_abandoned: int = 0
    diverted: int = 0
    transferred_to_agent: int = 0
    wait_us: int = 0

    def service_level(self) -> float | None:
        """The share answered in target, abandons counted."""
        known = self.answered_waited + self.abandoned
        return self.answered_in_target / known if known else None


@dataclass
class Ledger:
    """Reads events and refuses what is out of place."""

    lives: dict[str, Life] = field(default_factory=dict)
    queues: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    agents: dict[str, AgentStateChanged] = field(default_factory=dict)
    agent_us: Counter[str] = field(default_factory=Counter)
    wrapping: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    types: Counter[str] = field(default_factory=Counter)
    diverted_to: Counter[str] = field(default_factory=Counter)
    transfer_kinds: Counter[tuple[str, str]] = field(default_factory=Counter)
    csat: Counter[int] = field(default_factory=Counter)
    promised: Counter[str] = field(default_factory=Counter)
    seen: set[tuple[str, str]] = field(default_factory=set)
    newest: int = 0
    readers: dict[type[Event], Callable[[Any], None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.readers = self._readers()

    def read(self, events: Iterable[Event]) -> Ledger:
        """Take events in, in order."""
        for event in events:
            self.take(event)
        return self

    def take(self, event: Event) -> None:
        """Take one event in. Raises `Misplaced`."""
        _demand(event.time >= self.newest, event, "before the event before it")
        _demand((event.source, event.id) not in self.seen, event, "a duplicate")
        self.newest = event.time
        self.seen.add((event.source, event.id))
        self.types[type_of(event)] += 1
        reader = self.readers.get(type(event))
        if reader is not None:
            reader(event)

    def _readers(self) -> dict[type[Event], Callable[[Any], None]]:
        return {
            ContactQueued: self._queued,
            ContactOffered: self._rings,
            ContactDeclined: self._rings,
            ContactAnswered: self._answered,
            ContactAbandoned: self._left,
            ContactDiverted: self._left,
            ContactHeld: self._held,
            ContactResumed: self._held,
            ContactEnded: self._over,
            ContactTransferred: self._over,
            ContactWrapped: self._wrapped,
            AgentStateChanged: self._state,
            CallbackPromised: self._promised,
            CallbackAttempted: self._attempted,
            SurveyAnswered: self._surveyed,
        }

    def _promised(self, event: CallbackPromised) -> None:
        _demand(event.data.due > event.time, event, "due in the past")
        self.promised[event.subject] += 1

    def _attempted(self, event: CallbackAttempted) -> None:
        _demand(self.promised.pop(event.subject, 0) > 0, event, "never promised")

    def _surveyed(self, event: SurveyAnswered) -> None:
        if event.data.csat is not None:
            self.csat[event.data.csat] += 1

    def _queued(self, event: ContactQueued) -> None:
        life = self.lives.setdefault(event.subject, Life())
        _demand(life.state in {"new", "gone", "transfer"}, event, f"queued while {life.state}")
        _demand(life.to_agent is None, event, "queued while an agent was to take over")
        life.state, life.queue, life.since = "waiting", event.data.queue, event.time
        life.channel, life.ringing = event.data.channel, None
        self.queues[life.queue].offered += 1

    def _rings(self, event: ContactOffered | ContactDeclined) -> None:
        life = self._life(event, "waiting")
        agent = event.data.agent
        if isinstance(event, ContactOffered):
            _demand(life.ringing is None, event, "rings at two agents")
            _demand(self._state_of(agent) == "available", event, "agent is not available")
            life.ringing = agent
        else:
            _demand(life.ringing == agent, event, "declined by another agent")
            life.ringing = None

    def _answered(self, event: ContactAnswered) -> None:
        life = self.lives[event.subject]
        queue, agent = event.data.queue, event.data.agent
        tally = self.queues[queue]
        _demand(self._state_of(agent) == "available", event, "agent is not available")
        if life.state == "transfer":
            _demand(life.to_agent == agent, event, "another agent than the one asked")
            tally.transferred_to_agent += 1
        else:
            _demand(life.state == "waiting" and life.queue == queue, event, "not waiting there")
            _demand(life.ringing == agent, event, "answered by whom it did not ring at")
            wait_us = event.time - life.since
            tally.answered_waited += 1
            tally.wait_us += wait_us
            target = DEFAULT_TARGET_S[life.channel]  # type: ignore[index]
            tally.answered_in_target += wait_us <= target * SECOND_US
        tally.answered += 1
        life.state, life.queue, life.agent, life.to_agent = "answered", queue, agent, None

    def _left(self, event: ContactAbandoned | ContactDiverted) -> None:
        life = self._life(event, "waiting")
        tally = self.queues[life.queue]
        if isinstance(event, ContactDiverted):
            tally.diverted += 1
            self.diverted_to[event.data.to] += 1
        elif event.time - life.since < SHORT_US:
            tally.short_abandoned += 1
        else:
            tally.abandoned += 1
        life.state = "gone"

    def _held(self, event: ContactHeld | ContactResumed) -> None:
        life = self.lives[event.subject]
        held = isinstance(event, ContactHeld)
        _demand(life.state == ("answered" if held else "held"), event, f"while {life.state}")
        _demand(life.agent == event.data.agent, event, "another agent")
        life.state = "held" if held else "answered"

    def _over(self, event: ContactEnded | ContactTransferred) -> None:
        life = self._life(event, "answered")
        _demand(life.agent == event.data.agent, event, "another agent")
        self.wrapping[event.subject, event.data.agent, life.queue] += 1
        if isinstance(event, ContactTransferred):
            life.state, life.to_agent = "transfer", event.data.to_agent
            whither = "agent" if event.data.to_agent is not None else "queue"
            self.transfer_kinds[event.data.kind, whither] += 1
        else:
            life.state = "wrapping"

    def _wrapped(self, event: ContactWrapped) -> None:
        key = event.subject, event.data.agent, event.data.queue
        _demand(self.wrapping[key] > 0, event, "nothing to wrap up")
        _demand(self._state_of(event.data.agent) == "wrap_up", event, "agent is not wrapping up")
        self.wrapping[key] -= 1
        life = self.lives[event.subject]
        if life.state == "wrapping" and life.agent == event.data.agent:
            life.state = "gone"

    def _state(self, event: AgentStateChanged) -> None:
        before = self.agents.get(event.subject)
        if before is None or before.data.state == "offline":
            _demand(event.data.team is not None, event, "logs in without a team")
            _demand(bool(event.data.queues), event, "logs in without queues")
        if before is not None:
            same = (before.data.state, before.data.reason) == (event.data.state, event.data.reason)
            moved = event.data.queues is not None
            _demand(moved or not same, event, "tells the same state again")
            may_follow = same or _may_follow(before.data, event.data)
            _demand(may_follow, event, "cannot follow the state before")
            self.agent_us[before.data.state] += event.time - before.time
        self.agents[event.subject] = event

    def occupancy(self) -> float:
        """Busy and wrap-up time by that and available time, up to each agent's last change."""
        worked = self.agent_us["busy"] + self.agent_us["wrap_up"]
        return worked / (worked + self.agent_us["available"])

    def waiting(self, queue: str) -> int:
        """Contacts that wait in a queue at the end."""
        lives = self.lives.values()
        return sum(1 for life in lives if life.state == "waiting" and life.queue == queue)

    def _life(self, event: Event, state: str) -> Life:
        life = self.lives[event.subject]
        _demand(life.state == state, event, f"while {life.state}")
        _demand(getattr(event.data, "queue", None) == life.queue, event, "another queue")  # type: ignore[attr-defined]
        return life

    def _state_of(self, agent: str) -> str:
        return self.agents[agent].data.state


def _may_follow(before: AgentStateData, after: AgentStateData) -> bool:
    allowed = {
        "offline": {"available", "away"},
        "available": {"busy", "away", "offline"},
        "busy": {"wrap_up"},
        "wrap_up": {"available", "away", "offline"},
        "away": {"available", "away", "offline"},
    }
    return after.state in allowed[before.state]


def _demand(holds: bool, event: Event, otherwise: str) -> None:
    if not holds:
        raise Misplaced(f"{type_of(event)} of {event.subject} at {event.time}: {otherwise}")
