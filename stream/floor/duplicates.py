"""The memory of events seen, which finds the copies."""

from __future__ import annotations

from typing import Final

from msgspec import Struct

from stream.contract.instants import MINUTE_US

# A copy must be found while the newest time is at most this far past the event's own time.
REMEMBERED_US: Final = 10 * MINUTE_US
# Beyond the duty, at least this many pairs stay, so that a copy read hours late is found as well.
GENERATION: Final = 50_000

Pair = tuple[str, str, str]


class SeenEvents(Struct):
    """Two generations of (subject, source, id): the older one goes as a whole when the younger
    is full and nothing in the older one has to be remembered any more.

    What is forgotten depends on the events alone, so a restart forgets the same.
    """

    young: set[Pair]
    old: set[Pair]
    young_latest: int
    old_latest: int

    @classmethod
    def none_yet(cls) -> SeenEvents:
        return cls(young=set(), old=set(), young_latest=0, old_latest=0)

    def is_copy(self, subject: str, source: str, identifier: str, time: int, newest: int) -> bool:
        """Whether the subject had this pair before; if not, it is remembered."""
        pair = (subject, source, identifier)
        if pair in self.young or pair in self.old:
            return True
        young = self.young
        if not young or time > self.young_latest:
            self.young_latest = time
        young.add(pair)
        if len(young) >= GENERATION and (not self.old or newest - self.old_latest > REMEMBERED_US):
            self.old, self.old_latest = young, self.young_latest
            self.young = set()
        return False
