"""The agents: the state each is in, since when, in which team and for which queues."""

from __future__ import annotations

from typing import Final
from zlib import crc32

from msgspec import Struct

from stream.contract.events import AgentStateData

# Agents are told to readers in this many groups, so that one change does not tell them all again.
BUCKETS: Final = 64

# Agents beyond so many on one partition are not taken on, which is counted: a state never expires.
AGENTS_MAX: Final = 100_000

# A state and when it began and ended.
Stretch = tuple[str, int, int]


class Agent(Struct, gc=False):
    """One agent. `clock` never runs back; `since` is when the state and reason began.

    `closing` are stretches of time that are over on the agent's clock but end after the instant
    that the floor is shown at: an event may be minutes ahead.
    """

    clock: int
    state: str
    reason: str | None
    since: int
    team: str | None
    queues: tuple[str, ...]
    closing: list[Stretch] = []


class Agents:
    """The agents of a partition who have told a state."""

    def __init__(self, most: int = AGENTS_MAX) -> None:
        # How many states were told of agents who were not taken on.
        self.turned_away = 0
        self._most = most
        self.by_id: dict[str, Agent] = {}
        self.buckets: dict[int, dict[str, Agent]] = {}
        # Those who changed since they were last told.
        self.changed: set[str] = set()

    def tell(self, identifier: str, time: int, data: AgentStateData) -> Stretch | None:
        """The agent's state from now on; returns the stretch of time that this ended, if it
        counts."""
        agent = self.by_id.get(identifier)
        if agent is None and len(self.by_id) >= self._most:
            self.turned_away += 1
            return None
        self.changed.add(identifier)
        state, reason = data.state, data.reason
        if agent is None:
            new = Agent(time, state, reason, time, data.team, data.queues or ())
            self.restore(identifier, new)
            return None
        clock = agent.clock
        now = agent.clock = time if time > clock else clock  # noqa: FURB136 - half the time of max
        if data.team is not None:
            agent.team = data.team
        if data.queues is not None:
            agent.queues = data.queues
        was, since = agent.state, agent.since
        if state == was and reason == agent.reason:
            return None
        agent.state, agent.reason, agent.since = state, reason, now
        return (was, since, now) if was != "offline" and now > since else None

    def restore(self, identifier: str, agent: Agent) -> None:
        """Take over an agent as a checkpoint holds it."""
        self.by_id[identifier] = agent
        self.buckets.setdefault(bucket_of(identifier), {})[identifier] = agent

    def changed_buckets(self) -> set[int]:
        """The groups in which somebody changed."""
        return set(map(bucket_of, self.changed))


def bucket_of(identifier: str) -> int:
    """The group that the agent is told in."""
    return crc32(identifier.encode()) % BUCKETS
