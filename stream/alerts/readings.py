"""What rules are judged by: every metric of an instant as a column over the things it is told of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Literal

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from stream.alerts.rules import AnyRule
from stream.contract.alerts import Dimension
from stream.contract.figures import (
    SERVICE_LEVEL_VARIANTS,
    AgentSection,
    Section,
    Value,
)

Floats = NDArray[np.float64]
Names = Sequence[str | None]
Promised = Literal["callbacks", "replies"]


class Table:
    """One dimension in one window: columns over its names. Those in `columns` are there, the others
    are made by `source` when they are first asked for."""

    def __init__(
        self,
        names: Names,
        columns: Mapping[str, Floats] | None = None,
        source: Callable[[str], Floats] | None = None,
    ) -> None:
        self.names = names
        self._columns: dict[str, Floats] = dict(columns or {})
        self._source = source
        self._places: dict[str | None, int] | None = None

    def place(self, name: str | None) -> int | None:
        """Where a name stands in the columns; None where it is not told of."""
        if self._places is None:
            self._places = {each: place for place, each in enumerate(self.names)}
        return self._places.get(name)

    def has(self, metric: str) -> bool:
        """Whether there is such a column already."""
        return metric in self._columns

    def column(self, metric: str) -> Floats:
        """The metric of each name, not a number where it is null."""
        known = self._columns.get(metric)
        if known is None:
            unknown = np.full(len(self.names), np.nan)
            known = unknown if self._source is None else self._source(metric)
            self._columns[metric] = known
        return known


EMPTY: Final = Table(())


def column_of(sections: Sequence[Section | AgentSection], metric: str) -> Floats:
    """A metric of sections, not a number where it is null."""
    return np.array([_value(section, metric) for section in sections], np.float64)


class Arrivals(Struct, frozen=True):
    """Contacts offered by minute: the first minute's start in microseconds, and the counts; the
    last minute is the one that holds the instant, and not over."""

    first_us: int
    offered: Sequence[int]


class Readings(Struct, frozen=True):
    """The floor at an instant, as far as rules ask for it.

    `as_of` is on the floor's clock, in microseconds. Where `known` is false the stream is silent
    or tells the past, and nothing in here can be relied upon. `tables` are by (dimension, window),
    what stands now being in each of them. `arrivals` are of queues by name and of the floor under
    None; `promises` say when each promise of a queue is due, sorted; `targets_us` are the longest
    waits in target by queue.
    """

    as_of: int
    known: bool
    tables: Mapping[tuple[Dimension, str], Table]
    arrivals: Mapping[str | None, Arrivals] = {}
    promises: Mapping[Promised, Mapping[str, Sequence[int]]] = {}
    targets_us: Mapping[str, int] = {}

    def table(self, dimension: Dimension, window: str | None) -> Table:
        """The dimension's table in a window; any of them for what stands now."""
        if window is not None:
            return self.tables.get((dimension, window), EMPTY)
        found = (table for (other, _), table in self.tables.items() if other == dimension)
        return next(found, EMPTY)

    def tells(self, rule: AnyRule) -> bool:
        """Whether all that the rule asks for can be relied upon, and is there: of rules that are
        new the metrics may not have been read yet."""
        tables = (self.table(rule.scope.dimension, window) for _, window in rule.metrics())
        return self.known and all(table is not EMPTY for table in tables)


def _value(section: Section | AgentSection, metric: str) -> float:
    value: Value
    if metric in section.counts:
        value = section.counts[metric]
    elif metric in section.figures:
        found = section.figures[metric]
        assert not isinstance(found, dict), f"{metric} is several"
        value = found
    elif metric in SERVICE_LEVEL_VARIANTS:
        levels = section.figures.get("service_levels")
        value = levels.get(metric) if isinstance(levels, dict) else None
    else:
        value = section.now.get(metric) if isinstance(section, Section) else None
    return np.nan if value is None else value
