"""What happened lately: the newest events of each queue's contacts, and what agents have behind them.

Both are kept as they come, and what is found later of the time before is put in front.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, NamedTuple

from stream.contract.batch import TYPE_OF, Batch
from stream.contract.detail import EventTold, Load
from stream.contract.instants import HOUR_US, MINUTE_US

KEPT_EVENTS: Final = 50
# Queues beyond so many have no events of their own: those that were silent longest go.
QUEUES_MAX: Final = 20_000
# Longer than any stretch that strain is told of.
LOADS_KEPT_US: Final = 4 * HOUR_US
# A shorter pause lets nobody recover.
BREAK_US: Final = 5 * MINUTE_US
_BREAKS: Final = frozenset({"away", "offline"})
_DISSATISFIED_UP_TO: Final = 2
_OF_CONTACTS: Final = ("contact.", "message.", "callback.", "survey.", "bot.")
# Words that the contract knows, not a source's own text.
_PLAIN: Final = (
    *("agent", "channel", "kind", "to", "to_queue", "to_agent", "by", "due", "reached", "resolved"),
)


class Heard(NamedTuple):
    """An event as it came, of a queue's contact."""

    number: int
    at: int
    kind: str
    queue: str
    event: Any


class RecentEvents:
    """The newest events by queue. Numbers begin after `first`."""

    def __init__(self, first: int = 0) -> None:
        self._first = first
        self._number = first
        self._by_queue: dict[str, deque[Heard]] = {}

    def take(
        self, batch: Batch, copies: Sequence[int], queue_of: Callable[[str], str | None]
    ) -> None:
        """Take in a batch but for the copies in it; `queue_of` is where a contact stands."""
        skipped = set(copies)
        for place, (event, time) in enumerate(zip(batch.events, batch.times, strict=True)):
            kind = TYPE_OF.get(type(event), "")
            if place in skipped or not kind.startswith(_OF_CONTACTS):
                continue
            data = event.data
            queue = getattr(data, "queue", None) or queue_of(event.subject)
            if queue is not None:
                self._number += 1
                self._of(queue).append(Heard(self._number, time, kind, queue, event))

    def put_before(self, earlier: RecentEvents) -> None:
        """Put what happened before in front, as far as there is room."""
        for queue, heard in earlier._by_queue.items():
            known = self._by_queue.get(queue)
            room = KEPT_EVENTS - (0 if known is None else len(known))
            for place in range(1, min(room, len(heard)) + 1):
                self._first -= 1
                known = self._of(queue) if known is None else known
                known.appendleft(heard[-place]._replace(number=self._first))

    def take_out(self, earlier: RecentEvents) -> None:
        """Let go of what was put in front from there."""
        for queue, heard in earlier._by_queue.items():
            if queue in self._by_queue:
                gone = {id(one.event) for one in heard}
                kept = (one for one in self._by_queue[queue] if id(one.event) not in gone)
                self._by_queue[queue] = deque(kept, maxlen=KEPT_EVENTS)

    def forget_after(self, at: int) -> None:
        """Let go of what happened after an instant."""
        for queue, heard in self._by_queue.items():
            kept = (one for one in heard if one.at <= at)
            self._by_queue[queue] = deque(kept, maxlen=KEPT_EVENTS)

    def of_queue(self, queue: str, after: int | None = None) -> list[EventTold]:
        """Those of a queue, or those that came after the one of that number, the oldest first."""
        heard = self._by_queue.get(queue, ())
        return [_told(one) for one in heard if after is None or one.number > after]

    def _of(self, queue: str) -> deque[Heard]:
        known = self._by_queue.pop(queue, None)
        if known is None:
            known = deque(maxlen=KEPT_EVENTS)
            while len(self._by_queue) >= QUEUES_MAX:
                del self._by_queue[next(iter(self._by_queue))]
        # Behind all others: the first is then the one that was silent longest.
        self._by_queue[queue] = known
        return known


class Loads:
    """What agents have behind them, for four hours."""

    def __init__(self) -> None:
        # Agent to (when, state), (when) and (when, how long), each the oldest first.
        self._states: dict[str, deque[tuple[int, str]]] = {}
        self._dissatisfied: dict[str, deque[int]] = {}
        self._parts: dict[str, deque[tuple[int, int]]] = {}
        self._newest = 0

    def take(self, batch: Batch, copies: Sequence[int]) -> None:
        """Take in a batch but for the copies in it."""
        skipped = set(copies)
        for place, (event, time) in enumerate(zip(batch.events, batch.times, strict=True)):
            kind = TYPE_OF.get(type(event), "")
            if place in skipped:
                continue
            if kind == "agent.state":
                self._add(self._states, event.subject, (time, event.data.state), time)
            elif kind == "survey.answered":
                agent, csat = event.data.agent, event.data.csat
                if agent is not None and csat is not None and csat <= _DISSATISFIED_UP_TO:
                    self._add(self._dissatisfied, agent, time, time)

    def part_ended(self, agent: str, at: int, length_us: int) -> None:
        """An agent's part in a conversation ended."""
        self._add(self._parts, agent, (at, length_us), at)

    def put_before(self, earlier: Loads) -> None:
        """Put what happened before in front."""
        for known, before in zip(self._tables(), earlier._tables(), strict=True):
            for agent, some in before.items():
                known.setdefault(agent, deque()).extendleft(reversed(some))

    def take_out(self, earlier: Loads) -> None:
        """Let go of what was put in front from there."""
        for known, before in zip(self._tables(), earlier._tables(), strict=True):
            for agent, some in before.items():
                # Two that are alike are two: a copy would not have been counted.
                _keep(known, agent, (Counter(known.get(agent, ())) - Counter(some)).elements())

    def forget_after(self, at: int) -> None:
        """Let go of what happened after an instant."""
        self._newest = min(self._newest, at)
        for table in self._tables():
            for agent, some in list(table.items()):
                _keep(table, agent, (one for one in some if _time(one) <= at))

    def told(self, agents: Iterable[tuple[str, str, int]], as_of: int) -> list[Load]:
        """What each of these has behind it as of an instant: (agent, its state, since when)."""
        for table in self._tables():
            _forget(table, as_of - LOADS_KEPT_US)
        return [self._load(*agent, as_of) for agent in agents]

    def _load(self, agent: str, state: str, since: int, as_of: int) -> Load:
        states = list(self._states.get(agent, ()))
        dissatisfied = list(self._dissatisfied.get(agent, ()))
        parts = list(self._parts.get(agent, ()))
        if not states or states[0][0] > since:
            states.insert(0, (since, state))
        has_one = state in _BREAKS and as_of - since >= BREAK_US
        ended = as_of if has_one else _last_break(states)
        return Load(agent, states[0][0], ended, dissatisfied, parts)

    def _add(self, table: dict[str, deque[Any]], agent: str, entry: Any, time: int) -> None:
        self._newest = max(self._newest, time)
        if time < self._newest - LOADS_KEPT_US:
            # So late that no stretch has it any more.
            return
        known = table.setdefault(agent, deque())
        known.append(entry)
        while _time(known[0]) < self._newest - LOADS_KEPT_US:
            known.popleft()

    def _tables(self) -> tuple[dict[str, deque[Any]], ...]:
        return self._states, self._dissatisfied, self._parts


def _forget(table: dict[str, deque[Any]], before: int) -> None:
    for agent in [agent for agent, some in table.items() if _time(some[-1]) < before]:
        del table[agent]


def _keep(table: dict[str, deque[Any]], agent: str, kept: Iterable[Any]) -> None:
    table[agent] = deque(kept)
    if not table[agent]:
        del table[agent]


def _time(entry: Any) -> int:
    time: int = entry[0] if isinstance(entry, tuple) else entry
    return time


def _last_break(states: Sequence[tuple[int, str]]) -> int | None:
    """When the last stretch of at least `BREAK_US` ended in which the agent was away or not there,
    whatever the reasons in it."""
    ended = None
    began: int | None = None
    for time, state in states:
        if state in _BREAKS:
            began = time if began is None else began
        else:
            if began is not None and time - began >= BREAK_US:
                ended = time
            began = None
    return ended


def _told(heard: Heard) -> EventTold:
    event, kind = heard.event, heard.kind
    data = event.data
    told = {name: getattr(data, name, None) for name in _PLAIN}
    if kind == "contact.declined":
        told["reason"] = data.reason
    return EventTold(heard.number, heard.at, kind, event.subject, heard.queue, **told)
