"""Events that are read and have not happened yet, as of the instant that is shown."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from heapq import heappop, heappush
from typing import NamedTuple


class Event(NamedTuple):
    """When it happens, the how-manieth it came, and of which subject it is."""

    time: int
    order: int
    subject: str
    payload: bytes


class Pending:
    """Each waits for its time. One that a later one of its subject overtakes meanwhile would happen
    out of order when its time comes."""

    def __init__(self) -> None:
        self._heap: list[Event] = []
        self._came = 0
        # By subject and order, their times.
        self._waiting: dict[str, dict[int, int]] = {}
        self._overtaken: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._heap)

    def put(self, time: int, subject: str, payload: bytes) -> None:
        """One more came."""
        self._came += 1
        heappush(self._heap, Event(time, self._came, subject, payload))
        self._waiting.setdefault(subject, {})[self._came] = time

    def overtake(self, subjects: Iterable[str]) -> None:
        """Events of these subjects, which came after all that wait, happen now."""
        for subject in self._waiting.keys() & subjects:
            self._overtaken.update(self._waiting[subject])

    def due(self, at: int) -> list[Event]:
        """Take out what happens up to an instant, in the order in which it came."""
        taken: list[Event] = []
        while self._heap and self._heap[0].time <= at:
            one = heappop(self._heap)
            taken.append(one)
            orders = self._waiting[one.subject]
            del orders[one.order]
            if not orders:
                del self._waiting[one.subject]
            self._overtaken.pop(one.order, None)
        for one in taken:
            for order, time in self._waiting.get(one.subject, {}).items():
                if order < one.order:
                    self._overtaken[order] = time
        return sorted(taken, key=lambda one: one.order)

    def spoilt_from(self) -> int | None:
        """From when on something happens out of order; None where nothing does."""
        return min(self._overtaken.values(), default=None)

    def copy(self) -> Pending:
        """The same, to go on apart."""
        return deepcopy(self)
