"""What holds on every path, by the engine's own state beside its events: nobody is lost, nobody is
in two places, Little's law, first come first served (science 7)."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

import pytest

from simulator.centre import Centre, new_run
from simulator.plans import Scenario
from simulator.world import Line, Run
from stream.contract.events import (
    AgentStateChanged,
    ContactAbandoned,
    ContactAnswered,
    ContactDiverted,
    ContactEnded,
    ContactOffered,
    ContactQueued,
    ContactTransferred,
    ContactWrapped,
    Event,
)
from stream.contract.instants import DAY_US, Instant
from tests.simulator.days import MIDNIGHT, SEED, WEEKDAY
from tests.simulator.floors import EVERYTHING, MONDAY


@dataclass
class Day:
    """A day of a floor: its events, and what the engine's own state was meanwhile."""

    run: Run
    lines: dict[str, Line]
    events: list[Event] = field(default_factory=list)
    # How many were inside of each queue, times how long, in microseconds.
    inside_us: Counter[str] = field(default_factory=Counter)


def day_of(scenario: Scenario, start: Instant) -> Day:
    """Let a day happen, and look at the lines after each step."""
    run = new_run(scenario, seed=SEED, start=start, duration_us=DAY_US)
    centre = Centre(run)
    day = Day(run, centre.lines)
    before = int(start)
    levels: dict[str, int] = {}
    for event in centre.events():
        now = run.agenda.now
        if now > before:
            for name, count in levels.items():
                day.inside_us[name] += count * (now - before)
            before = now
        levels = {name: line.inside for name, line in day.lines.items()}
        day.events.append(event)
    for name, count in levels.items():
        day.inside_us[name] += count * (run.end - before)
    return day


@lru_cache(maxsize=2)
def day(which: str) -> Day:
    """The shipped weekday, or a floor on which everything is on."""
    if which == "weekday":
        return day_of(WEEKDAY, MIDNIGHT)
    return day_of(EVERYTHING, MONDAY)


DAYS: Final = pytest.mark.parametrize("which", ["weekday", "everything"])


@DAYS
def test_nobody_is_lost(which: str) -> None:
    """Offered is answered, abandoned, diverted or waits still, in every queue and by the engine's
    own word; and who is inside waits or talks."""
    of = day(which)
    flow: defaultdict[str, Counter[str]] = defaultdict(Counter)
    waiting: dict[str, str] = {}
    talking: dict[str, str] = {}
    for event in of.events:
        if isinstance(event, ContactQueued):
            flow[event.data.queue]["offered"] += 1
            waiting[event.subject] = event.data.queue
        elif isinstance(event, ContactAnswered):
            queue_left = waiting.pop(event.subject, None)
            if queue_left is not None:
                flow[queue_left]["answered"] += 1
            talking[event.subject] = event.data.queue
        elif isinstance(event, ContactAbandoned | ContactDiverted):
            flow[waiting.pop(event.subject)]["left"] += 1
        elif isinstance(event, ContactEnded | ContactTransferred):
            del talking[event.subject]
    still, in_talk = Counter(waiting.values()), Counter(talking.values())

    for name, line in of.lines.items():
        assert flow[name]["offered"] == (
            flow[name]["answered"] + flow[name]["left"] + still[name]
        ), name
        entries = [e for e in line.waiting if e[3].waiting and e[3].wait_number == e[4]]
        rings = sum(1 for agent in line.staff if agent.offered)
        assert len(entries) <= still[name] <= len(entries) + rings, name
        assert line.inside == still[name] + in_talk[name], name
    assert sum(counts["offered"] for counts in flow.values()) > 5_000


@DAYS
def test_littles_law_holds_on_the_path(which: str) -> None:
    """What was inside over time is what each one's stay adds up to: to the microsecond."""
    of = day(which)
    begins = of.run.end - DAY_US
    came: dict[str, tuple[str, int]] = {}
    stays: Counter[str] = Counter()
    for event in of.events:
        if isinstance(event, ContactQueued):
            came[event.subject] = event.data.queue, max(begins, event.time)
        elif isinstance(event, ContactAbandoned | ContactDiverted | ContactEnded):
            name, since = came.pop(event.subject)
            stays[name] += event.time - since
        elif isinstance(event, ContactTransferred):
            name, since = came.pop(event.subject)
            stays[name] += event.time - since
            if event.data.to_agent is not None:
                # The colleague's queue from then on, which the answer names.
                came[event.subject] = "", event.time
        elif isinstance(event, ContactAnswered) and came[event.subject][0] == "":
            came[event.subject] = event.data.queue, came[event.subject][1]
    for name, since in came.values():
        stays[name] += of.run.end - since

    assert {name: stays[name] for name in of.lines} == {
        name: of.inside_us[name] for name in of.lines
    }


Lengths = Counter[tuple[str, str]]


def spent_in_states(of: Day) -> Lengths:
    """How long each agent was in each state, by what was told of it."""
    spent: Lengths = Counter()
    state: dict[str, tuple[str, int]] = {}
    for event in of.events:
        if isinstance(event, AgentStateChanged):
            if event.subject in state:
                what, since = state[event.subject]
                spent[event.subject, what] += event.time - since
            state[event.subject] = event.data.state, event.time
    for agent, (what, since) in state.items():
        spent[agent, what] += of.run.end - since
    return spent


def worked_at_contacts(of: Day) -> Lengths:
    """How long each agent talked and wrapped up, by their contacts."""
    worked: Lengths = Counter()
    doing: dict[str, tuple[str, int]] = {}
    for event in of.events:
        if isinstance(event, ContactAnswered):
            doing[event.data.agent] = "busy", event.time
        elif isinstance(event, ContactEnded | ContactTransferred | ContactWrapped):
            assert event.data.agent is not None
            what, since = doing.pop(event.data.agent)
            worked[event.data.agent, what] += event.time - since
            if not isinstance(event, ContactWrapped):
                doing[event.data.agent] = "wrap_up", event.time
    for agent, (what, since) in doing.items():
        worked[agent, what] += of.run.end - since
    return worked


@DAYS
def test_agents_work_as_long_as_their_contacts_take(which: str) -> None:
    """Busy is talk and hold, wrap-up is wrap-up: for everybody who has one contact at a time."""
    of = day(which)
    several = {
        agent.id for line in of.lines.values() if line.chats_at_once > 1 for agent in line.staff
    }
    events = [e for e in of.events if getattr(getattr(e, "data", None), "agent", "") not in several]
    alone = Day(of.run, of.lines, events)
    spent, worked = spent_in_states(alone), worked_at_contacts(alone)

    assert sum(worked.values()) > 0
    for agent, what in worked:
        assert spent[agent, what] == worked[agent, what], (agent, what)
    assert {key for key in spent if key[1] in {"busy", "wrap_up"} and key[0] not in several} <= set(
        worked
    )


@DAYS
def test_first_come_is_first_served(which: str) -> None:
    """Among those of one queue and priority who were not taken at once or rung in vain."""
    of = day(which)
    came: dict[str, tuple[str, int | None, int]] = {}
    served: defaultdict[tuple[str, int | None], list[int]] = defaultdict(list)
    for event in of.events:
        if isinstance(event, ContactQueued):
            came[event.subject] = event.data.queue, event.data.priority, event.time
        elif isinstance(event, ContactOffered):
            found = came.pop(event.subject, None)
            if found is not None:
                served[found[0], found[1]].append(found[2])
        elif isinstance(event, ContactAbandoned | ContactDiverted):
            came.pop(event.subject, None)

    assert sum(map(len, served.values())) > 4_000
    for where, times in served.items():
        assert times == sorted(times), where
