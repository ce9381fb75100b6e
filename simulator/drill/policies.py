"""What could be done against trouble: the responses that a search tries, each at a sensible time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from simulator.drill.runs import Cause, Ground, Ran
from simulator.plans import LIVE_CHANNELS, Scenario
from stream.contract.drills import (
    Act,
    Announce,
    CallIn,
    Deed,
    Message,
    MoveAgents,
    OfferCallbacks,
    Response,
    SetOverflow,
)
from stream.contract.instants import MINUTE_US

# Nobody sees trouble in its first minute.
SOONEST_US: Final = MINUTE_US
QUEUES_MAX: Final = 4
DONORS_MAX: Final = 4
CAUSES_MAX: Final = 3
_MOVED: Final = (3, 6)
_CALLED_IN: Final = (1, 3)
_OFFERED_AFTER_S: Final = (30.0, 90.0)
_MESSAGES: Final[tuple[Message, ...]] = ("expected_wait", "self_service", "call_later")
_LATER_MINUTES: Final = (-5, -2, 3, 8)


def times_of(causes: Sequence[Cause], ground: Ground) -> list[int]:
    """When a response is tried first: a minute after each of the first causes."""
    soon = (cause.at + SOONEST_US for cause in causes[:CAUSES_MAX])
    return sorted({at for at in soon if at < ground.ended})


def worst_queues(nothing: Ran) -> list[str]:
    """The queues that need help: those hit, or else those with the most late contacts."""
    return list(nothing.hit or nothing.late)[:QUEUES_MAX]


def agents_by_queue(scenario: Scenario) -> dict[str, int]:
    """How many agents of the roster can serve each queue."""
    found = dict.fromkeys(scenario.queues, 0)
    for team in scenario.teams.values():
        for queue in scenario.queues:
            share = 1.0 if queue in team.queues else team.also.get(queue, 0.0)
            found[queue] += round(share * team.count)
    return found


def donors_of(queue: str, ground: Ground, nothing: Ran) -> list[str]:
    """The queues that could lend people, those with the most people for their late contacts
    first."""
    agents = agents_by_queue(ground.scenario)
    others = [name for name in agents if name != queue and agents[name] and name not in nothing.hit]
    spare = {name: agents[name] / (1 + nothing.late.get(name, 0)) for name in others}
    return sorted(others, key=lambda name: (-spare[name], name))[:DONORS_MAX]


def responses(queue: str, donors: Sequence[str], scenario: Scenario) -> Iterator[Response]:
    """What could be done for a queue."""
    for donor in donors:
        yield SetOverflow(queue, donor)
        for count in _MOVED:
            yield MoveAgents(donor, queue, count)
    for count in _CALLED_IN:
        yield CallIn(queue, count)
    if scenario.queues[queue].channel in LIVE_CHANNELS:
        if scenario.callbacks is not None:
            for after_s in _OFFERED_AFTER_S:
                yield OfferCallbacks(queue, after_s)
        for message in _MESSAGES:
            yield Announce(queue, message)


def candidates(ground: Ground, causes: Sequence[Cause], nothing: Ran) -> list[Deed]:
    """Every response that is tried, for the worst queue and the first cause first."""
    return [
        Deed(at=at, by="trainee", act=act)
        for at in times_of(causes, ground)
        for queue in worst_queues(nothing)
        for act in responses(queue, donors_of(queue, ground, nothing), ground.scenario)
    ]


def helped_by(act: Act) -> str | None:
    """The queue that a deed is about."""
    return act.to_queue if isinstance(act, MoveAgents) else act.queue


def undoings(deeds: Sequence[Deed], causes: Sequence[Cause], ground: Ground) -> list[Deed]:
    """What could be undone once the trouble is over: people moved back, overflows closed, messages
    and offers ended."""
    ends = [cause.until for cause in causes if cause.until < ground.ended]
    if not ends:
        return []
    back = (act for deed in deeds if (act := _undone(deed.act)) is not None)
    return [Deed(at=max(ends), by="trainee", act=act) for act in back]


def _undone(act: object) -> Response | None:
    match act:
        case MoveAgents():
            return MoveAgents(act.to_queue, act.from_queue, act.count)
        case SetOverflow() if act.to_queue is not None:
            return SetOverflow(act.queue, None)
        case OfferCallbacks() if act.after_s is not None:
            return OfferCallbacks(act.queue, None)
        case Announce() if act.message != "none":
            return Announce(act.queue, "none")
    return None


def variants(deed: Deed, ground: Ground, earliest: int) -> list[Deed]:
    """The same response somewhat earlier or later, and of another size."""
    found = [
        replace(deed, at=at)
        for minutes in _LATER_MINUTES
        if earliest <= (at := deed.at + minutes * MINUTE_US) < ground.ended
    ]
    act = deed.act
    if isinstance(act, MoveAgents | CallIn):
        step = 2 if isinstance(act, MoveAgents) else 1
        counts = [act.count - step, act.count + step]
        found += [replace(deed, act=replace(act, count=count)) for count in counts if count > 0]
    if isinstance(act, OfferCallbacks) and act.after_s is not None:
        seconds = (act.after_s / 2, act.after_s * 2)
        found += [replace(deed, act=replace(act, after_s=after_s)) for after_s in seconds]
    return found


def merged(*parts: Sequence[Deed]) -> list[Deed]:
    """Deeds in order of time, those of earlier parts first where they are at one instant."""
    return sorted((deed for part in parts for deed in part), key=lambda deed: deed.at)


def named(scenario: Scenario) -> Mapping[str, str]:
    """What each queue is called."""
    return {queue: plan.name for queue, plan in scenario.queues.items()}
