"""How everything stands now, as the partitions told it: who waits since when, what each agent does.

All of it is kept as arrays, so that a picture of ten thousand agents is a few sums. What a frame
tells becomes arrays once, when it comes; a picture puts them one after the other.
"""

from __future__ import annotations

from itertools import zip_longest
from typing import Final, NamedTuple

import numpy as np

from stream.contract.floorplan import FloorPlan
from stream.contract.frames import AgentFrame, AgentsFrame, QueueFrame
from stream.windows.pieces import STATES
from stream.windows.rows import Rows
from stream.windows.sparse import Ints, ints

_NO_ROW: Final = -1
# The number of a state that is none of STATES: offline, or no agent at all.
ABSENT: Final = len(STATES)
_NUMBER_OF_STATE: Final = {state: number for number, state in enumerate(STATES)}


class Standing(NamedTuple):
    """What stands in queues, each an array of rows: (queue, channel or -1, when the wait began,
    target), (queue, channel or -1, agent or -1, in conversation, on hold, wrapping), (queue,
    channel or -1, when the first unanswered message came) and (queue, when a promise is due).
    Queue, channel and agent are rows; a queue without one is -1. Times in microseconds."""

    waiting: Ints
    active: Ints
    unanswered: Ints
    promises: Ints


_WIDTHS: Final = (4, 6, 3, 2)


class QueuePresents:
    """The queues' presents, by queue and partition."""

    def __init__(self, plan: FloorPlan, rows: Rows) -> None:
        self._plan = plan
        self._rows = rows
        self._frames: dict[tuple[str, int], QueueFrame] = {}
        self._standing: dict[tuple[str, int], Standing] = {}
        self._joined: Standing | None = None

    def take(self, queue: str, partition: int, frame: QueueFrame | None) -> None:
        """Take what a partition tells of a queue; None where nothing stands there any more."""
        self._joined = None
        if frame is None:
            self._frames.pop((queue, partition), None)
            self._standing.pop((queue, partition), None)
        else:
            self._frames[queue, partition] = frame
            self._standing[queue, partition] = self._read(queue, frame)

    def standing(self) -> Standing:
        """All that stands in any queue."""
        if self._joined is None:
            every = self._standing.values()
            self._joined = Standing(
                *(
                    np.concatenate([_rows([], width), *(each[kind] for each in every)])
                    for kind, width in enumerate(_WIDTHS)
                )
            )
        return self._joined

    def renewed(self, rows: Rows) -> QueuePresents:
        """The same presents for other rows."""
        other = QueuePresents(self._plan, rows)
        for (queue, partition), frame in self._frames.items():
            other.take(queue, partition, frame)
        return other

    def _read(self, queue: str, frame: QueueFrame) -> Standing:
        known = self._rows
        here = known.group("queue", queue)

        def channel_row(channel: str | None) -> int:
            return _NO_ROW if channel is None else known.group("channel", channel)

        # One number after the other: these loops see each contact that stands in a queue.
        waiting: list[int] = []
        for channel, since in frame.waiting:
            row, target_us = channel_row(channel), self._plan.target_us(queue, channel)
            known.channels.setdefault(queue, set()).add(channel)
            for began in since:
                waiting += (here, row, began, target_us)
        active: list[int] = []
        for channel_or_none, agent, talking, on_hold, wrapping in frame.active:
            row = channel_row(channel_or_none)
            active += (here, row, known.agent(agent), talking, on_hold, wrapping)
        unanswered: list[int] = []
        for channel_or_none, since in frame.unanswered:
            row = channel_row(channel_or_none)
            for came in since:
                unanswered += (here, row, came)
        promises: list[int] = []
        for due in frame.promises:
            promises += (here, due)
        every = (waiting, active, unanswered, promises)
        return Standing(*(_rows(told, width) for told, width in zip(every, _WIDTHS, strict=True)))


class AgentPresents:
    """The agents' presents, by row of agents, and which teams and sets of queues there are."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self.known: dict[str, AgentFrame] = {}
        self.teams: dict[str, int] = {}
        # Most agents share their set of queues with others.
        self.queue_sets: dict[tuple[str, ...], int] = {}
        # By row of agents: the state's number, since when, the team's and the set's number.
        self.states = np.zeros(0, np.int64)
        self.since = np.zeros(0, np.int64)
        self.team_of = np.zeros(0, np.int64)
        self.set_of = np.zeros(0, np.int64)
        # Agents with stretches that end after their head's instant.
        self.closing: dict[int, list[tuple[str, int, int]]] = {}
        self._told_in: dict[tuple[int, int], list[AgentFrame]] = {}
        self._pairs: list[int] = []
        self._joined: Ints | None = None

    def take(self, partition: int, frame: AgentsFrame) -> None:
        """Take what a partition tells of one group of agents."""
        place = partition, frame.bucket
        # One agent changes and all of the group are told: in the same order, mostly.
        before, after = self._told_in.get(place, []), frame.agents
        changed = [pair for pair in zip_longest(before, after) if pair[0] != pair[1]]
        names = {new.agent for _, new in changed if new is not None}
        for old, _ in changed:
            if old is not None and old.agent not in names and self.known.get(old.agent) == old:
                self._forget(old.agent)
        for _, new in changed:
            if new is not None:
                self._learn(new)
        self._told_in[place] = after

    def queues_of_sets(self) -> Ints:
        """Which queue is in which set: [pairs, 2] of a set's number and a queue's row."""
        if self._joined is None:
            self._joined = _rows(self._pairs, 2)
        return self._joined

    def present(self) -> Ints:
        """The rows of the agents who have told a state."""
        return np.flatnonzero(self.team_of > _UNKNOWN)

    def renewed(self, rows: Rows) -> AgentPresents:
        """The same presents for other rows, without the teams and sets that nobody is in."""
        other = AgentPresents(rows)
        other._told_in = self._told_in
        for agent in self.known.values():
            other._learn(agent)
        return other

    def _learn(self, agent: AgentFrame) -> None:
        self.known[agent.agent] = agent
        row = self._rows.agent(agent.agent)
        if row == _NO_ROW:
            return
        self._ready(row + 1)
        self.states[row] = _NUMBER_OF_STATE.get(agent.state, ABSENT)
        self.since[row] = agent.since
        self.team_of[row] = (
            _NO_ROW if agent.team is None else self.teams.setdefault(agent.team, len(self.teams))
        )
        self.set_of[row] = self._set_of(agent.queues)
        if agent.closing:
            self.closing[row] = agent.closing
        else:
            self.closing.pop(row, None)

    def _set_of(self, queues: tuple[str, ...]) -> int:
        number = self.queue_sets.get(queues)
        if number is None:
            number = self.queue_sets[queues] = len(self.queue_sets)
            rows = [self._rows.group("queue", queue) for queue in dict.fromkeys(queues)]
            for row in rows:
                if row != _NO_ROW:
                    self._pairs += (number, row)
            self._joined = None
        return number

    def _forget(self, name: str) -> None:
        self.known.pop(name, None)
        row = self._rows.agents.get(name)
        if row is not None and row < len(self.states):
            self.states[row], self.team_of[row] = ABSENT, _UNKNOWN
            self.closing.pop(row, None)

    def _ready(self, rows: int) -> None:
        missing = rows - len(self.states)
        if missing > 0:
            missing += rows // 2
            for name, empty in _EMPTY.items():
                grown = np.concatenate((getattr(self, name), np.full(missing, empty, np.int64)))
                setattr(self, name, grown)


# The team of a row whose agent has told nothing; one in no team has _NO_ROW.
_UNKNOWN: Final = -2
_EMPTY: Final = {"states": ABSENT, "since": 0, "team_of": _UNKNOWN, "set_of": 0}


def _rows(numbers: list[int], width: int) -> Ints:
    return ints(numbers).reshape(-1, width)
