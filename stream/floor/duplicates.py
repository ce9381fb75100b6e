"""The memory of events seen, which finds the copies."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from stream.contract.instants import MINUTE_US

# A copy must be found while the newest time is at most this far past the event's own time.
REMEMBERED_US: Final = 10 * MINUTE_US
# Beyond the duty, at least this many pairs stay, so that a copy read hours late is found as well.
GENERATION: Final = 50_000


class SeenEvents(Struct):
    """Two generations of marks: the older one goes as a whole when the younger is full and
    nothing in the older one has to be remembered any more.

    What is forgotten depends on the events alone, so a restart forgets the same.
    """

    young: set[str]
    old: set[str]
    young_latest: int
    old_latest: int

    @classmethod
    def none_yet(cls) -> SeenEvents:
        return cls(young=set(), old=set(), young_latest=0, old_latest=0)

    def copies(self, marks: Sequence[str], times: Sequence[int], newest: int | None) -> list[int]:
        """The places of those that were there before; all others are remembered.

        `newest` is the newest time before them all.
        """
        latest = max(times)
        fresh = set(marks)
        if (
            len(fresh) == len(marks)
            and not self._may_age(len(fresh), latest if newest is None else max(newest, latest))
            and self.young.isdisjoint(fresh)
            and self.old.isdisjoint(fresh)
        ):
            self.young_latest = max(self.young_latest, latest) if self.young else latest
            self.young |= fresh
            return []
        found = []
        for place, (text, time) in enumerate(zip(marks, times, strict=True)):
            newest = time if newest is None else max(newest, time)
            if self._is_copy(text, time, newest):
                found.append(place)
        return found

    def _may_age(self, more: int, newest: int) -> bool:
        """Whether the young could become the old while so many more are remembered."""
        return len(self.young) + more >= GENERATION and self._are_old_free(newest)

    def _are_old_free(self, newest: int) -> bool:
        return not self.old or newest - self.old_latest > REMEMBERED_US

    def _is_copy(self, text: str, time: int, newest: int) -> bool:
        if text in self.young or text in self.old:
            return True
        young = self.young
        if not young or time > self.young_latest:
            self.young_latest = time
        young.add(text)
        if len(young) >= GENERATION and self._are_old_free(newest):
            self.old, self.old_latest = young, self.young_latest
            self.young = set()
        return False
