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
# And at most this many, some 100 MB of them: where more come within 10 minutes (3,300 a second on
# one partition), the oldest go early, which is counted.
SEEN_MAX: Final = 2_000_000


class SeenEvents(Struct):
    """Two generations of marks: the older one goes as a whole when the younger is full and
    nothing in the older one has to be remembered any more.

    What is forgotten depends on the events alone, so a restart forgets the same. `cut_short` counts
    how often a generation had to go early, because there were `most` pairs.
    """

    young: set[str]
    old: set[str]
    young_latest: int
    old_latest: int
    cut_short: int = 0
    most: int = SEEN_MAX

    @classmethod
    def none_yet(cls, most: int = SEEN_MAX) -> SeenEvents:
        return cls(young=set(), old=set(), young_latest=0, old_latest=0, most=most)

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
        count = len(self.young) + more
        return count >= self._generation and (self._are_old_free(newest) or count >= self._half)

    @property
    def _generation(self) -> int:
        return min(GENERATION, self._half)

    @property
    def _half(self) -> int:
        return self.most // 2

    def _are_old_free(self, newest: int) -> bool:
        return not self.old or newest - self.old_latest > REMEMBERED_US

    def _is_copy(self, text: str, time: int, newest: int) -> bool:
        if text in self.young or text in self.old:
            return True
        young = self.young
        if not young or time > self.young_latest:
            self.young_latest = time
        young.add(text)
        if len(young) >= self._generation and self._may_age(0, newest):
            self.cut_short += not self._are_old_free(newest)
            self.old, self.old_latest = young, self.young_latest
            self.young = set()
        return False
