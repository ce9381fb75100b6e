"""What a worker publishes: whole values by key, so that telling one twice changes nothing.

A partition tells the panes that changed, what settled out of them, each queue's and each group of
agents' present, and at the end of every commit its head. All of them add up over partitions: a
reader sums panes, joins presents, and divides last. The log keeps the newest value of each key.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from msgspec import Struct

from stream.contract.instants import Instant

CellKey = tuple[str | None, str | None, str | None]


class TallyFrame(Struct, frozen=True, array_like=True):
    """A sparse vector: little-endian int64 in `codes`, `amounts`, `longest_cells`, `longest_us`.

    A code is cell * 512 + column, a cell an index into `cells` (queue, channel, agent).
    """

    cells: list[CellKey]
    codes: bytes
    amounts: bytes
    longest_cells: bytes
    longest_us: bytes


class PaneFrame(Struct, frozen=True, array_like=True):
    """One pane of 5 s as a whole. `pieces` are (agent, state, start, end) in microseconds."""

    pane: int
    tally: TallyFrame
    pieces: list[tuple[str, str, int, int]]


class DayFrame(Struct, frozen=True, array_like=True):
    """What one local day holds of the settled panes: the day's ordinal in its time zone."""

    zone: str
    day: int
    tally: TallyFrame


class SettledFrame(Struct, frozen=True, array_like=True):
    """All panes before `first_kept` are settled, into these days. `ever` is their total where
    the whole log is asked for."""

    first_kept: int | None
    days: list[DayFrame]
    ever: TallyFrame | None = None


class QueueFrame(Struct, frozen=True, array_like=True):
    """A queue's present. `waiting`: (channel, when each wait began); `active`: (channel, agent,
    in conversation, on hold, wrapping); `unanswered`: (channel, when each thread's first
    unanswered message came); `promises`: when each open one is due. Microseconds."""

    queue: str
    waiting: list[tuple[str, list[int]]]
    active: list[tuple[str | None, str, int, int, int]]
    unanswered: list[tuple[str | None, list[int]]]
    promises: list[int]

    def __bool__(self) -> bool:
        return bool(self.waiting or self.active or self.unanswered or self.promises)


class AgentFrame(Struct, frozen=True, array_like=True):
    """An agent's present. `closing` are stretches (state, start, end) that end after the head's
    `as_of`, followed in time by the present state since `since`."""

    agent: str
    state: str
    reason: str | None
    since: int
    team: str | None
    queues: tuple[str, ...]
    closing: list[tuple[str, int, int]]


class AgentsFrame(Struct, frozen=True, array_like=True):
    """The present of one group of agents."""

    bucket: int
    agents: list[AgentFrame]


class WorkerNote(Struct, frozen=True):
    """Who told a head, and how that worker has fared since `started_at` (wall clock, us).

    `rebalances` counts changes of what it holds, `commit_failures` writes that were not taken or
    not known to be, `log_failures` how often it had to open the log anew.
    """

    name: str
    started_at: int
    rebalances: int = 0
    commit_failures: int = 0
    log_failures: int = 0


class HeadFrame(Struct, frozen=True):
    """A partition as of one commit: how far it has read, and what became of the events.

    `as_of` is the floor's time that the frames are told at, `told_at` the wall clock then.
    `position` is the offset to be read next and `end` the log's; all times in microseconds.
    `behind_us` is how long what is not read yet has lain in the log, at most: 0 where all is
    read, None where that is not known yet. `limits` names each bound that was reached, with how
    often it was.
    """

    as_of: int
    told_at: int
    position: int
    end: int
    newest: int | None
    health: dict[str, int]
    events_by_type: dict[str, int]
    rejected_by_field: dict[str, int]
    behind_us: int | None = 0
    worker: WorkerNote | None = None
    limits: dict[str, int] = {}


Frame = PaneFrame | SettledFrame | QueueFrame | AgentsFrame | HeadFrame


def plain_int(value: Any) -> int:
    """An encoder's hook that writes an `Instant` as the number that it is."""
    if isinstance(value, Instant):
        return int(value)
    raise NotImplementedError(f"no way to write {type(value)}")


_KINDS: Final[dict[str, type[Frame]]] = {
    "pane": PaneFrame,
    "settled": SettledFrame,
    "queue": QueueFrame,
    "agents": AgentsFrame,
    "head": HeadFrame,
}
_decoders: Final = {kind: msgspec.msgpack.Decoder(struct) for kind, struct in _KINDS.items()}
_encoder: Final = msgspec.msgpack.Encoder(enc_hook=plain_int)


def pane_key(partition: int, pane: int) -> str:
    return f"{partition}/pane/{pane}"


def settled_key(partition: int) -> str:
    return f"{partition}/settled/"


def queue_key(partition: int, queue: str) -> str:
    return f"{partition}/queue/{queue}"


def agents_key(partition: int, bucket: int) -> str:
    return f"{partition}/agents/{bucket}"


def head_key(partition: int) -> str:
    return f"{partition}/head/"


def split_key(key: str) -> tuple[int, str, str]:
    """A key's partition, kind and name."""
    partition, kind, name = key.split("/", 2)
    return int(partition), kind, name


def encode_frame(frame: Frame) -> bytes:
    return _encoder.encode(frame)


def decode_frame(key: str, value: bytes) -> Frame | None:
    """The frame that `encode_frame` wrote under the key; None of a kind that only a later version
    knows, as while workers are replaced one by one."""
    decoder = _decoders.get(split_key(key)[1])
    return None if decoder is None else decoder.decode(value)
