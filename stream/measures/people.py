"""How agents' time is spent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from stream.measures.ratio import ratio


class StateTimes(NamedTuple):
    """Microseconds in each state that is not offline."""

    available_us: int = 0
    busy_us: int = 0
    wrap_up_us: int = 0
    away_us: int = 0

    @classmethod
    def total(cls, times: Iterable[StateTimes]) -> StateTimes:
        return cls(*(sum(column) for column in zip(*times, strict=True)))

    @property
    def occupancy(self) -> float | None:
        """The share of the time open to contacts that was spent on them."""
        working_us = self.busy_us + self.wrap_up_us
        return ratio(working_us, working_us + self.available_us)

    @property
    def utilisation(self) -> float | None:
        """The share of all time at work that was spent on contacts."""
        return ratio(self.busy_us + self.wrap_up_us, sum(self))
