"""How often the whole set of rules that ships fires on floors that are on target, on days without
a surge.

Each queue is simulated by itself, contact by contact: arrivals of alert_days.py, log-normal handle
times, exponential patience, first come first served, and agents of its own. In each half-hour there
are as many as the Erlang A model asks for to answer 80 % in 20 s at the rate that the half-hour
really has, as where a floor is managed well. The events go through a real floor, merge and
evaluator, as a recording does. Whatever fires is false.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import msgspec
import numpy as np

from stream.alerting.backtest import Backtest
from stream.alerts import memory as mem
from stream.alerts.baseline import Memory
from stream.alerts.profile import SLOT_MINUTES, SLOTS, Day
from stream.alerts.rule_file import RuleSet, default_rules
from stream.alerts.watch import Watched
from stream.contract.backtest import Firing
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import DAY_US, MINUTE_US, SECOND_US, format_millis
from stream.staffing.erlang_a import steady_state
from tests.bench.alert_days import OPENS, SHUTS, Floats, Ints, slot_rates

HANDLE_S: Final = 300.0
HANDLE_CV: Final = 1.1
PATIENCE_S: Final = 360.0
TARGET_S: Final = 20.0
SERVED: Final = 0.8
LEARNED_DAYS: Final = 42
SURGE_RULES: Final = ("surge", "building_surge", "floor_surge")
# Before it is measured, a queue fills up; after it, what began comes to its end.
AROUND_MINUTES: Final = 60
# Monday, 2 March 2026.
FIRST_DAY: Final = 20_514
_EPOCH_ORDINAL: Final = 719_163


class Asked(NamedTuple):
    """So many days of a floor with so many queues of each size, in contacts an hour from 8:00 to
    20:00, judged every `every_s` seconds."""

    days: int
    sizes: tuple[float, ...]
    queues: int
    every_s: int = 60
    seed: int = 1


class Judged(NamedTuple):
    """What fired within the measured hours of queues of a size, over so many days of one queue,
    and how many of the contacts offered were answered in target."""

    firings: list[Firing]
    queue_days: int
    offered: int
    in_target: int

    def a_day(self, rule: str) -> float:
        """Firings of a rule a day of one queue."""
        return sum(each.rule == rule for each in self.firings) / self.queue_days

    @property
    def all_a_day(self) -> float:
        """Firings of all rules a day of one queue."""
        return len(self.firings) / self.queue_days

    @property
    def surges_a_day(self) -> float:
        """Surges a day of one queue: what surge and building tell of one thing is one."""
        told = {(each.target, each.incident) for each in self.firings if each.rule in SURGE_RULES}
        return len(told) / self.queue_days

    @property
    def service_level(self) -> float:
        """The share of contacts that were answered in target."""
        return self.in_target / self.offered


def together(parts: Sequence[Judged]) -> Judged:
    """Several as one."""
    return Judged(
        [firing for part in parts for firing in part.firings],
        sum(part.queue_days for part in parts),
        sum(part.offered for part in parts),
        sum(part.in_target for part in parts),
    )


class Contact(NamedTuple):
    """When it came, when it was answered or left, and when its handling ended, in seconds of the
    day; None where it was never answered."""

    came: float
    left: float
    ended: float | None


def judged(asked: Asked, rules: RuleSet | None = None) -> dict[float, Judged]:
    """Simulate the days and judge them by the rules, those that ship unless others are given; by
    size, and under 0 what fired of the floor as a whole."""
    chance = np.random.Generator(np.random.PCG64(asked.seed))
    names = [f"{size:g}-{nth}" for size in asked.sizes for nth in range(asked.queues)]
    rates = {name: slot_rates(chance, LEARNED_DAYS + asked.days, _size(name)) for name in names}
    past = {name: _past(chance, told) for name, told in rates.items()}
    all_queues = np.sum(list(past.values()), axis=0)
    records = {
        mem.watch_key(name): mem.encode(Watched(_learned(counts), {}))
        for name, counts in [*past.items(), (None, all_queues)]
    }
    run = Backtest(
        FloorPlan(),
        default_rules() if rules is None else rules,
        every_us=asked.every_s * SECOND_US,
        records=records,
    )
    offered, in_target = Counter[float](), Counter[float]()
    for day in range(asked.days):
        lines: list[tuple[int, bytes]] = []
        for name in names:
            slots = rates[name][LEARNED_DAYS + day]
            contacts = day_of(chance, slots)
            measured = [one for one in contacts if OPENS * 60 <= one.came < SHUTS * 60]
            offered[_size(name)] += len(measured)
            in_target[_size(name)] += sum(
                one.ended is not None and one.left - one.came <= TARGET_S for one in measured
            )
            lines += _events(name, FIRST_DAY + day, contacts, slots)
        lines.sort(key=lambda pair: pair[0])
        run.read([line for _, line in lines])
    run.finish()
    fired = [each for each in run.firings if OPENS <= _minute(each.fired_at) < SHUTS]
    of_floor = [each for each in fired if each.target.name is None]
    whole = Judged(of_floor, asked.days, offered.total(), in_target.total())
    return {0.0: whole} | {
        size: Judged(
            [each for each in fired if each.target.name and _size(each.target.name) == size],
            asked.days * asked.queues,
            offered[size],
            in_target[size],
        )
        for size in asked.sizes
    }


def _size(name: str) -> float:
    return float(name.partition("-")[0])


def agents_for(rate_s: float) -> int:
    """The fewest that answer enough in target in the long run."""
    agents = max(1, int(rate_s * HANDLE_S * 0.8))
    while True:
        told = steady_state(
            arrivals_per_s=rate_s,
            handle_time_s=HANDLE_S,
            patience_s=PATIENCE_S,
            agents=agents,
            target_s=TARGET_S,
        )
        if told.service_levels.abandons_count >= SERVED:
            return agents
        agents += 1


def day_of(chance: np.random.Generator, slots: Floats) -> list[Contact]:
    """One day's contacts of a queue, by its contacts a minute in each half-hour."""
    staffed = [agents_for(rate / 60) for rate in slots]
    sigma = np.sqrt(np.log1p(HANDLE_CV**2))
    mean = np.log(HANDLE_S) - sigma**2 / 2
    came = _arrivals(chance, slots)
    handles = chance.lognormal(mean, sigma, len(came))
    patience = chance.exponential(PATIENCE_S, len(came))
    # When each agent who is at work has ended what they do; they leave after it.
    busy: list[float] = []
    waiting: list[tuple[float, int]] = []
    told: list[Contact] = []

    def free_at(moment: float) -> int:
        while busy and busy[0] <= moment:
            heapq.heappop(busy)
        slot = min(int(moment // (60 * SLOT_MINUTES)), SLOTS - 1)
        return staffed[slot] - len(busy)

    moments = _moments(came, busy)
    for moment, number in moments:
        if number is not None:
            heapq.heappush(waiting, (came[number], number))
        while waiting:
            at, first = waiting[0]
            if at + patience[first] <= moment:
                heapq.heappop(waiting)
                told.append(Contact(at, at + patience[first], None))
            elif free_at(moment) > 0:
                heapq.heappop(waiting)
                ends = moment + handles[first]
                heapq.heappush(busy, ends)
                told.append(Contact(at, moment, ends))
            else:
                break
    told += [Contact(at, at + patience[number], None) for at, number in waiting]
    return told


def _moments(came: Sequence[float], busy: list[float]) -> Iterator[tuple[float, int | None]]:
    """The instants at which something may begin, in order: a contact comes, an agent is free, a
    half-hour begins. `busy` is the heap of when agents are free, which changes meanwhile."""
    arrivals = 0
    slot_s = 60.0 * SLOT_MINUTES
    shift = slot_s
    while arrivals < len(came) or busy:
        coming = came[arrivals] if arrivals < len(came) else np.inf
        free = busy[0] if busy else np.inf
        if coming <= min(free, shift):
            yield coming, arrivals
            arrivals += 1
        elif free <= shift:
            yield free, None
            # Nobody was there to be served: the agent is free, and nothing begins.
            if busy and busy[0] == free:
                heapq.heappop(busy)
        else:
            yield shift, None
            shift += slot_s


def _arrivals(chance: np.random.Generator, slots: Floats) -> list[float]:
    first, last = (OPENS - AROUND_MINUTES) // SLOT_MINUTES, (SHUTS + AROUND_MINUTES) // SLOT_MINUTES
    told: list[float] = []
    for slot in range(first, last):
        count = chance.poisson(slots[slot] * SLOT_MINUTES)
        begin = slot * SLOT_MINUTES * 60
        told += np.sort(chance.uniform(begin, begin + SLOT_MINUTES * 60, count)).tolist()
    return told


def _past(chance: np.random.Generator, rates: Floats) -> Ints:
    """Contacts by half-hour of the days before."""
    counts: Ints = chance.poisson(rates[:LEARNED_DAYS] * SLOT_MINUTES)
    first, last = (OPENS - AROUND_MINUTES) // SLOT_MINUTES, (SHUTS + AROUND_MINUTES) // SLOT_MINUTES
    counts[:, :first] = counts[:, last:] = 0
    return counts


def _learned(counts: Ints) -> Memory:
    """What a watch has learned of the days before."""
    begin = FIRST_DAY + _EPOCH_ORDINAL - LEARNED_DAYS
    return Memory(days=[Day(begin + day, counts[day].tolist()) for day in range(LEARNED_DAYS)])


def _events(
    queue: str, day: int, contacts: Sequence[Contact], slots: Floats
) -> Iterator[tuple[int, bytes]]:
    """A queue's day as events with their times."""
    midnight = day * DAY_US

    def event(at: float, kind: str, subject: str, **data: object) -> tuple[int, bytes]:
        moment = midnight + round(at * SECOND_US)
        whole = {
            "specversion": "1.0",
            "id": f"{subject}/{kind}/{at}",
            "source": "/bench",
            "type": kind,
            "time": format_millis(moment),
            "subject": subject,
            "data": data,
        }
        return moment, msgspec.json.encode(whole)

    for nth, one in enumerate(contacts):
        name = f"{queue}/{day}/{nth}"
        agent = f"{queue}/a"
        yield event(one.came, "contact.queued", name, queue=queue, channel="voice")
        if one.ended is None:
            yield event(one.left, "contact.abandoned", name, queue=queue)
            continue
        yield event(one.left, "contact.answered", name, queue=queue, agent=agent)
        yield event(one.ended, "contact.ended", name, queue=queue, agent=agent, by="customer")
        yield event(one.ended, "contact.wrapped", name, queue=queue, agent=agent)
    there = 0
    first, last = (OPENS - AROUND_MINUTES) // SLOT_MINUTES, (SHUTS + AROUND_MINUTES) // SLOT_MINUTES
    for slot in range(first, last + 1):
        wanted = agents_for(slots[slot] / 60) if slot < last else 0
        at = slot * SLOT_MINUTES * 60.0
        for number in range(min(there, wanted), max(there, wanted)):
            state = "available" if wanted > there else "offline"
            yield event(at, "agent.state", f"{queue}/a{number}", state=state, queues=[queue])
        there = wanted


def _minute(moment: int) -> int:
    return moment % DAY_US // MINUTE_US
