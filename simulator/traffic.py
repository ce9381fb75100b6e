"""Traffic as it is ordered: from when, for how long, how its days lie; as events or to be played."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from simulator.centre import delivered, new_run
from simulator.deliveries import Delivery
from simulator.plans import Scenario
from simulator.recording import Played
from stream.contract.codec import encode
from stream.contract.events import Event
from stream.contract.instants import Instant


class Traffic(NamedTuple):
    """A stretch of a simulated centre's life. `length` and `offset`, which moves the day's
    profile, are in microseconds; `scale` is times the scenario's contacts and agents."""

    scenario: Scenario
    seed: int
    begin: Instant
    length: int
    offset: int
    scale: float = 1.0

    def events(self) -> Iterator[Event]:
        """The events in the order in which they are delivered."""
        return (event for _, event in self._delivered())

    def played(self) -> Iterator[Played]:
        """The same, as a player takes them."""
        return (Played(due, event.subject, encode(event)) for due, event in self._delivered())

    def _delivered(self) -> Iterator[Delivery]:
        run = new_run(
            self.scenario,
            seed=self.seed,
            start=self.begin,
            duration_us=self.length,
            profile_offset_us=self.offset,
            scale=self.scale,
        )
        return delivered(run)
