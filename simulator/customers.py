"""The people who write and call: pseudonyms with a segment, a language and a reason."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

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


class Only(NamedTuple):
    """Which customers are drawn, by what is wanted of each trait; an empty one wants nothing.
    `intent` is what all of them come for, where it is given."""

    languages: Collection[str] = ()
    segments: Collection[str] = ()
    intents: Collection[str] = ()
    intent: str | None = None


ANYBODY: Final = Only()


class Customers:
    """Draws who comes to one queue, and what for."""

    def __init__(
        self, name: str, plan: QueuePlan, scenario: Scenario, streams: Streams, only: Only = ANYBODY
    ) -> None:
        self._draws = streams.draws(f"customers.{name}")
        self._count = scenario.customers
        self._segments = Weighted(scenario.segments)
        self._stages = Weighted(scenario.journey_stages)
        self._languages = Weighted(_kept(plan.languages, only.languages))
        self._intents = Weighted(_kept(plan.intents, only.intents))
        self._only = only

    def draw(self) -> tuple[Customer, str]:
        """The next customer and their intent."""
        draws = self._draws
        number, segment = self._somebody()
        customer = Customer(
            id=f"p-{number:05d}",
            segment=segment,
            language=draws.pick(self._languages),
            journey_stage=draws.pick(self._stages),
        )
        intent = draws.pick(self._intents)
        return customer, self._only.intent or intent

    def _somebody(self) -> tuple[int, str]:
        """A customer's number and segment; drawn again while it is none of those wanted."""
        while True:
            number = int(self._count * self._draws.uniform() ** _CONCENTRATION)
            segment = self._segments.at(number * _SEGMENT_STEP % 1.0)
            if not self._only.segments or segment in self._only.segments:
                return number, segment


def _kept(weights: Mapping[str, float], wanted: Collection[str]) -> dict[str, float]:
    return {name: weight for name, weight in weights.items() if not wanted or name in wanted}
