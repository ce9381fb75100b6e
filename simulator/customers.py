"""The people who write and call: pseudonyms with a segment, a language and a reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from simulator.plans import QueuePlan, Scenario
from simulator.randomness import Streams, Weighted

# Irrational steps spread a numbered customer's traits evenly and keep them for life.
_SEGMENT_STEP: Final = 0.7548776662466927
# A few customers make many of the contacts: the share's power bends the numbers to the front.
_CONCENTRATION: Final = 1.6


@dataclass(slots=True, frozen=True)
class Customer:
    """One customer, as one contact shows them."""

    id: str
    segment: str
    language: str
    journey_stage: str


class Customers:
    """Draws who comes to one queue, and what for."""

    def __init__(self, queue: str, plan: QueuePlan, scenario: Scenario, streams: Streams) -> None:
        self._draws = streams.draws(f"customers.{queue}")
        self._count = scenario.customers
        self._segments = Weighted(scenario.segments)
        self._stages = Weighted(scenario.journey_stages)
        self._languages = Weighted(plan.languages)
        self._intents = Weighted(plan.intents)

    def draw(self) -> tuple[Customer, str]:
        """The next customer and their intent."""
        draws = self._draws
        number = int(self._count * draws.uniform() ** _CONCENTRATION)
        customer = Customer(
            id=f"p-{number:05d}",
            segment=self._segments.at(number * _SEGMENT_STEP % 1.0),
            language=draws.pick(self._languages),
            journey_stage=draws.pick(self._stages),
        )
        return customer, draws.pick(self._intents)
