"""The engine: an agenda of what happens when, and the journal of events that it leaves."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeVar

from stream.contract.events import Data, Event
from stream.contract.instants import Instant

About = TypeVar("About")


class Agenda:
    """What is to happen, in order of time; ties go to what was put down first."""

    __slots__ = ("_entries", "_sequence", "now")

    def __init__(self, start: int) -> None:
        self.now = start
        self._entries: list[tuple[int, int, Callable[[Any], None], Any]] = []
        self._sequence = 0

    def at(self, when: int, act: Callable[[About], None], about: About) -> None:
        """Let `act(about)` happen at `when`, which is not before now."""
        self._sequence += 1
        heapq.heappush(self._entries, (when, self._sequence, act, about))

    def after(self, delay_us: int, act: Callable[[About], None], about: About) -> None:
        """Let `act(about)` happen `delay_us` from now."""
        self._sequence += 1
        heapq.heappush(self._entries, (self.now + delay_us, self._sequence, act, about))

    def run(self, end: int) -> Iterator[None]:
        """Let everything before `end` happen, one step a turn."""
        entries = self._entries
        pop = heapq.heappop
        while entries and entries[0][0] < end:
            self.now, _, act, about = pop(entries)
            act(about)
            yield

    def __len__(self) -> int:
        return len(self._entries)


class Journal:
    """Writes events down: each gets the next identifier, the run's source and the present time."""

    __slots__ = ("_agenda", "_count", "_source", "_tag", "written")

    def __init__(self, agenda: Agenda, *, source: str, tag: str) -> None:
        self._agenda = agenda
        self._source: Final = source
        self._tag: Final = tag
        self._count = 0
        self.written: list[Event] = []

    def write(self, event: Callable[..., Event], subject: str, data: Data) -> None:
        """Write down that something happened to `subject` now."""
        self._count += 1
        self.written.append(
            event(
                specversion="1.0",
                id=f"{self._tag}-{self._count:x}",
                source=self._source,
                time=Instant(self._agenda.now),
                subject=subject,
                data=data,
            )
        )
