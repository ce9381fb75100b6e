"""Two hours of a small floor in a log: benefits is in trouble in the middle of them, and nowhere
else."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final

from stream.compute import compute
from stream.contract.codec import decode
from stream.contract.figures import Figures
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import HOUR_US, MINUTE_US
from stream.logs.embedded import EmbeddedLog
from stream.logs.topics import CONTACT_EVENTS, topics
from tests.builders import BASE_US, SECOND_US, answered, ended, promised, queued, state

PLAN: Final = FloorPlan()
LENGTH_US: Final = 2 * HOUR_US
# In the middle so many wait, and nobody answers for ten minutes.
CROWD: Final = 14
# Once a minute, and not where it begins, somebody comes and is answered soon.
FIRST_US: Final = 20 * SECOND_US
TROUBLE_US: Final = 60 * MINUTE_US
OVER_US: Final = 70 * MINUTE_US


class PastGround:
    """A log whose two hours began at `begin`, in microseconds. Each event came as it happened, or
    all of them at once so long after the end. `more` happens besides, by the second of `begin`."""

    def __init__(
        self,
        directory: Path,
        begin: int = BASE_US,
        *,
        appended_at: int | None = None,
        more: Callable[[float], list[bytes]] = lambda _second: [],
    ) -> None:
        self.url = f"embedded:{directory}"
        self.begin = begin
        self.end = begin + LENGTH_US
        told = [*self._lines(), *more((begin - BASE_US) / SECOND_US)]
        self.lines = sorted(told, key=lambda line: decode(line).time)
        wall = begin
        with closing(EmbeddedLog(directory, now=lambda: wall)) as log:
            log.create(topics(2))
            for line in self.lines:
                one = decode(line)
                wall = one.time if appended_at is None else self.end + appended_at
                log.append(CONTACT_EVENTS, [(one.subject, line)])

    @property
    def first(self) -> int:
        """When the first event was."""
        return self.begin + FIRST_US

    @property
    def trouble(self) -> int:
        """An instant at which the crowd waits and nobody else, the first for nine and a half minutes."""
        return self.begin + TROUBLE_US + 9 * MINUTE_US + 30 * SECOND_US

    def figures(self, at: int, window: str = "30m") -> Figures:
        """What `floorwatch compute --at` gives."""
        return compute(PLAN, [("log", enumerate(self.lines, 1))], at=at, window=window)

    @staticmethod
    def promises(second: float) -> list[bytes]:
        """What may happen besides: in the trouble two promises are open, one of them overdue, and an
        agent has a contact."""
        return [
            promised("late", second + 60, second + 3_000, queue="callbacks"),
            promised("soon", second + 60, second + 7_100, queue="callbacks"),
            state("a-9", second + 30, "busy"),
            queued("held", second + 40, queue="benefits"),
            answered("held", second + 45, queue="benefits", agent="a-9"),
        ]

    def _lines(self) -> list[bytes]:
        lines: list[bytes] = []
        for minute in range(120):
            lines += self._contact(f"calm-{minute}", minute * MINUTE_US + FIRST_US, 5 * SECOND_US)
        for number in range(CROWD):
            since = TROUBLE_US + number * SECOND_US
            lines += self._contact(f"crowd-{number}", since, OVER_US - since)
        return lines

    def _contact(self, name: str, since: int, wait: int) -> list[bytes]:
        second = (self.begin - BASE_US + since) / SECOND_US
        then = second + wait / SECOND_US
        return [
            queued(name, second, queue="benefits"),
            answered(name, then, queue="benefits"),
            ended(name, then + 40, queue="benefits"),
        ]
