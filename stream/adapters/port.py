"""What it takes to read another system's records as events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from stream.contract.events import KnownEvent


class AdapterError(Exception):
    """The records cannot be read at all. Operator: the message says what was expected."""


class Malformed(NamedTuple):
    """A row that cannot be read: its line, from 1, and what is wrong; never the row's own text."""

    line: int
    reason: str


@dataclass(kw_only=True)
class Summary:
    """What became of the rows so far: every row made events, made none by intent, or is malformed.

    `without_event` counts the rows that are sound but stand for nothing that happened on the
    floor, by reason. The header and blank lines are not rows.
    """

    rows: int = 0
    events: int = 0
    without_event: dict[str, int] = field(default_factory=dict)
    malformed: list[Malformed] = field(default_factory=list)

    def leave_out(self, reason: str) -> None:
        """Count one sound row that makes no event."""
        self.without_event[reason] = self.without_event.get(reason, 0) + 1


class Adapter(Protocol):
    """One format of records."""

    @property
    def title(self) -> str:
        """What the format is, in one line for people who choose one."""
        ...

    def events(self, lines: Iterable[str], summary: Summary) -> Iterator[KnownEvent]:
        """The events of one file's lines, sorted by time, those of one subject in order.

        Lines may end in LF, CRLF or nothing. `summary` grows along and is whole when the
        iterator ends. The same lines give the same events. Raises `AdapterError` where the
        lines are not of this format at all.
        """
        ...
