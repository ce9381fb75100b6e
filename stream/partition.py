"""A partition as its worker holds it: its floor, how far it is read, and what is to be written."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from stream import checkpoint as cp
from stream.contract import frames as fr
from stream.floor.floor import Floor
from stream.logs.port import Produced

# No more than about this is kept of what a log that is there does not take: then reading stops,
# which loses nothing, and goes on once it was written. Counted by how often that was.
WAITING_BYTES_MAX: Final = 32 << 20


class Partition:
    """A partition as its worker holds it."""

    def __init__(self, floor: Floor, head: fr.HeadFrame | None, position: int, pieces: int) -> None:
        self.floor = floor
        self.position = position
        self.checkpoint_pieces = pieces
        self.checkpointed_at = 0
        self.checkpoint_position = position
        self.as_of = head.as_of if head is not None else None
        self.told_at = 0
        self.replay: fr.HeadFrame | None = head
        self.dead_letters: list[Produced] = []
        # What is to be written, by topic and key: a value is whole, so the newest is enough.
        self.untold: dict[tuple[str, str], Produced] = {}
        # What was read last had been in the log since then; unknown before anything was read.
        self.read_until: int | None = None
        self.end = position
        self.behind_us: int | None = None
        # How often its reading was stopped because too much waited to be written.
        self.stopped = 0
        self.is_stopped = False
        self.end_replay()

    @property
    def has_too_much(self) -> bool:
        """Whether more waits to be written than should: the newest value of each key, and all dead
        letters."""
        waiting = (*self.untold.values(), *self.dead_letters)
        size = sum(len(one.value) for one in waiting if one.value is not None)
        return size > WAITING_BYTES_MAX

    @property
    def limits_reached(self) -> dict[str, int]:
        """How often each limit was reached, of those that were."""
        stopped = {"unwritten": self.stopped} if self.stopped else {}
        return {**self.floor.limits_reached, **stopped}

    @property
    def has_news(self) -> bool:
        return self.floor.has_news or bool(self.dead_letters)

    def forget_empty_past(self) -> None:
        """The floor's clock was set anew, as a recording does before its first event: while
        nothing was read, the old clock's time means nothing."""
        if not self.floor.health.events:
            self.as_of = None

    def tell(self, records: Iterable[Produced]) -> None:
        """Have it written, the head last, whatever was left from before."""
        for record in records:
            self.untold.pop((record.topic, record.key), None)
            self.untold[record.topic, record.key] = record

    def must_wait(self) -> bool:
        """Whether too much waits to be written for anything more to be read; counted when it
        begins."""
        stops = self.has_too_much
        self.stopped += stops and not self.is_stopped
        self.is_stopped = stops
        return stops

    def reached(self, position: int, end: int, wall: int) -> None:
        """All up to `position` of `end` is read. How long the rest may have lain in the log stays
        unknown until something was read."""
        self.position = max(self.position, position)
        self.end = max(end, self.position)
        if self.position == self.end:
            # What comes from now on is not older than now.
            self.read_until = wall
        self.behind_us = None if self.read_until is None else max(0, wall - self.read_until)

    def end_replay(self) -> None:
        """Begin to count again where everything up to the head's position is read."""
        if self.replay is not None and self.position >= self.replay.position:
            # What was held back and came due before the head was told is in the panes, too.
            self.floor.show(self.replay.as_of)
            cp.finish(self.floor, self.replay)
            self.replay = None
