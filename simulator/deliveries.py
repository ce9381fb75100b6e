"""Systems at fault: when each event is delivered, if it is, and what its clock says."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

import msgspec

from simulator.causes import Faults, Silence
from simulator.randomness import Draws, LogNormal, millis_us
from simulator.waves import on_queue, onset_of
from simulator.world import Run
from stream.contract.events import (
    ContactAbandoned,
    ContactAnswered,
    ContactDiverted,
    ContactEnded,
    ContactQueued,
    ContactTransferred,
    Event,
)
from stream.contract.instants import MINUTE_US, Instant

# When an event is delivered, in microseconds, and the event.
Delivery = tuple[int, Event]

_LAST_OF_A_QUEUE: Final = (ContactAbandoned, ContactDiverted, ContactEnded, ContactTransferred)


class _Fault(NamedTuple):
    name: str
    event: Silence | Faults
    begins: int
    ends: int
    draws: Draws


def has_faults(run: Run) -> bool:
    """Whether any of the scenario's systems is at fault at some time."""
    return any(isinstance(event, Silence | Faults) for event in run.scenario.events.values())


def as_delivered(run: Run, events: Iterable[Event]) -> Iterator[Delivery]:
    """Events that come in the order of their times, as faulty systems deliver them."""
    if not has_faults(run):
        for event in events:
            yield event.time, event
        return
    held = Held(run)
    for event in events:
        yield from held.due(event.time)
        held.take(event)
    yield from held.due(None)


class Held:
    """Events on their way through faulty systems: taken as they happen, given when delivered."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._faults = list(_faults(run))
        self._queues = _Queues()
        self._held: list[tuple[int, int, Event]] = []
        self._count = 0

    def take(self, event: Event) -> None:
        """Something happened, later than or at the time of what was taken before."""
        queue = self._queues.of(event)
        deliveries: list[Delivery] = [(event.time, event)]
        for fault in self._faults:
            begun = fault.begins <= event.time < fault.ends
            if begun and _concerns(self._run, fault.event, queue):
                deliveries = [late for each in deliveries for late in _faulty(fault, *each)]
        for due, changed in deliveries:
            self._count += 1
            heapq.heappush(self._held, (due, self._count, changed))

    def due(self, until: int | None) -> Iterator[Delivery]:
        """What is delivered up to an instant; all the rest for None."""
        held = self._held
        while held and (until is None or held[0][0] <= until):
            due, _, event = heapq.heappop(held)
            yield due, event


class _Queues:
    """In which queue each contact is, for those of its events that do not say so."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def of(self, event: Event) -> str | None:
        """The queue that an event belongs to; None of one that is about an agent."""
        named: str | None = getattr(getattr(event, "data", None), "queue", None)
        if isinstance(event, ContactQueued | ContactAnswered):
            self._known[event.subject] = event.data.queue
        elif isinstance(event, _LAST_OF_A_QUEUE):
            self._known.pop(event.subject, None)
        return named if named is not None else self._known.get(event.subject)


def _faults(run: Run) -> Iterator[_Fault]:
    for name, event in run.scenario.events.items():
        if isinstance(event, Silence | Faults):
            begins = onset_of(event, run.calendar, run.first_day).instant
            ends = begins + round(event.minutes * MINUTE_US)
            yield _Fault(name, event, begins, ends, run.streams.draws(f"faults.{name}"))


def _concerns(run: Run, event: Silence | Faults, queue: str | None) -> bool:
    if not event.queues and not event.channels:
        return True
    if queue is None:
        return False
    return on_queue(event, queue, run.scenario.queues[queue])


def _faulty(fault: _Fault, due: int, event: Event) -> Iterator[Delivery]:
    """What becomes of one delivery."""
    cause, draws = fault.event, fault.draws
    if isinstance(cause, Silence):
        if cause.then == "late":
            yield max(due, fault.ends), event
        return
    law = LogNormal(cause.late_mean_s, cause.late_sigma)
    is_late, length_s = draws.chance(cause.late), draws.log_normal(law)
    twice, again_us = draws.chance(cause.duplicates), millis_us(draws.between(0.0, 2.0))
    if is_late:
        due += millis_us(length_s)
    if cause.skew_s:
        told = Instant(event.time + millis_us(cause.skew_s))
        event = msgspec.structs.replace(event, time=told, source=f"{event.source}/{fault.name}")
    yield due, event
    if twice:
        yield due + again_us, event
