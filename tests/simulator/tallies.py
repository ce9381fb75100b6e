"""What happened on a stretch of a scenario's floor, counted straight from its events."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

from simulator import load_scenario
from simulator.plans import Scenario
from stream.contract import events as ev
from stream.contract.events import Event
from stream.contract.instants import MINUTE_US, SECOND_US, Instant, from_datetime
from tests.simulator.days import stretch

# A floor that begins in the middle of a day has nobody waiting: it is given this long to fill.
WARM_MINUTES: Final = 30


@dataclass
class Tally:
    """Counts and sums of some queues between two instants."""

    offered: int = 0
    redials: int = 0
    abandoned: int = 0
    escalated: int = 0
    promised: int = 0
    intents: Counter[str] = field(default_factory=Counter)
    waits_s: list[float] = field(default_factory=list)
    talks_s: list[float] = field(default_factory=list)
    scores: list[int] = field(default_factory=list)
    # Of the whole floor: how often agents went away to recover, and who is there at the end.
    recovering: int = 0
    staffed: int = 0

    @property
    def abandonment(self) -> float:
        """Of the contacts offered, the share that hung up."""
        return self.abandoned / self.offered

    @property
    def wait_s(self) -> float:
        """The mean wait before an answer."""
        return sum(self.waits_s) / len(self.waits_s)

    @property
    def talk_s(self) -> float:
        """The mean length of a conversation."""
        return sum(self.talks_s) / len(self.talks_s)

    @property
    def satisfaction(self) -> float:
        """Of the scores, the share of 4 and 5."""
        return sum(score >= 4 for score in self.scores) / len(self.scores)


def instant(scenario: Scenario, clock: str, day: int = 3) -> Instant:
    """A time of day on a day of March 2026, the third being a Tuesday."""
    hour, minute = map(int, clock.split(":"))
    zone = ZoneInfo(scenario.time_zone)
    return Instant(from_datetime(datetime(2026, 3, day, hour, minute, tzinfo=zone)))


@cache
def happened(name: str, since: str, until: str, *, plain: bool = False) -> tuple[Event, ...]:
    """What happens on a scenario's floor between two times of a Tuesday, with the time it needs
    to fill; `plain` without its `events`."""
    scenario = load_scenario(name)
    scenario = scenario.model_copy(update={"events": {}}) if plain else scenario
    begin = instant(scenario, since) - WARM_MINUTES * MINUTE_US
    minutes = (instant(scenario, until) - begin) // MINUTE_US
    return tuple(stretch(scenario=scenario, start=Instant(begin), minutes=minutes))


def tally(name: str, since: str, until: str, *queues: str, plain: bool = False) -> Tally:
    """What is counted between two times of day, in these queues or in all."""
    scenario = load_scenario(name)
    return tallied(happened(name, since, until, plain=plain), instant(scenario, since), queues)


def tallied(events: Iterable[Event], since: int, queues: Iterable[str] = ()) -> Tally:
    """The same of events at hand."""
    found, wanted = Tally(), set(queues)
    queued: dict[str, int] = {}
    answered: dict[str, int] = {}
    there: set[str] = set()
    for event in events:
        counts = event.time >= since
        match event:
            case ev.AgentStateChanged(data=data):
                (there.discard if data.state == "offline" else there.add)(event.subject)
                found.recovering += counts and data.reason == "decompression"
            case ev.ContactQueued():
                queued[event.subject] = event.time
            case ev.ContactAnswered():
                answered[event.subject] = event.time
            case _:
                pass
        queue = getattr(getattr(event, "data", None), "queue", None)
        if counts and queue is not None and (not wanted or queue in wanted):
            _count(found, event, queued, answered)
    found.staffed = len(there)
    return found


def _count(found: Tally, event: Event, queued: dict[str, int], answered: dict[str, int]) -> None:
    match event:
        case ev.ContactQueued(data=data):
            found.offered += 1
            found.redials += data.redial_of is not None
            found.intents[data.intent or ""] += 1
        case ev.ContactAnswered():
            begun = queued.pop(event.subject, event.time)
            found.waits_s.append((event.time - begun) / SECOND_US)
        case ev.ContactAbandoned():
            found.abandoned += 1
        case ev.ContactEnded():
            begun = answered.pop(event.subject, event.time)
            found.talks_s.append((event.time - begun) / SECOND_US)
        case ev.BotEscalated():
            found.escalated += 1
        case ev.CallbackPromised():
            found.promised += 1
        case ev.SurveyAnswered(data=data) if data.csat is not None:
            found.scores.append(data.csat)
        case _:
            pass
