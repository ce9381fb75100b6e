"""How agents' time is spent."""

from __future__ import annotations

from typing import NamedTuple

from stream.measures.ratio import Floats, ratio
from stream.windows.sparse import Ints


class StateTimes(NamedTuple):
    """Microseconds in each state that is not offline, an array of rows each."""

    available_us: Ints
    busy_us: Ints
    wrap_up_us: Ints
    away_us: Ints

    @property
    def occupancy(self) -> Floats:
        """The share of the time open to contacts that was spent on them."""
        working_us = self.busy_us + self.wrap_up_us
        return ratio(working_us, working_us + self.available_us)

    @property
    def utilisation(self) -> Floats:
        """The share of all time at work that was spent on contacts."""
        working_us = self.busy_us + self.wrap_up_us
        return ratio(working_us, working_us + self.available_us + self.away_us)
