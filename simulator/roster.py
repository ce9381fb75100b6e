"""The roster: who is in a team, and what an agent's day looks like, a function of seed and date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from simulator.plans import TeamPlan
from simulator.randomness import Draws, LogNormal, Weighted, millis_us
from simulator.world import Agent, Line, Run
from stream.contract.instants import MINUTE_US

# Steps of the golden ratio share a team out evenly, and one more agent changes nobody's share.
_GOLDEN: Final = 0.6180339887498949
_SHIFT_STEP: Final = 0.7548776662466927
_LOGIN_SPREAD_MINUTES: Final = (-4.0, 3.0)
_STEADY: Final = 1e-9

# Activities that people come back from late.
_KEPT_LOOSELY: Final = frozenset({"break", "lunch"})

# When an activity begins, what it is and how long it takes, in microseconds.
Planned = tuple[int, str, int]
ThankedBy = Literal["peer", "supervisor"]


@dataclass(slots=True, frozen=True)
class Shift:
    """An agent's day: from, to, what is planned in it, and who will thank them when."""

    starts: int
    ends: int
    activities: tuple[Planned, ...]
    thanks: tuple[tuple[int, ThankedBy], ...]


def make_agents(run: Run, lines: dict[str, Line]) -> list[Agent]:
    """All agents of a scenario, each in the staff of the lines they can take."""
    agents = []
    for team, plan in run.scenario.teams.items():
        count = max(1, round(plan.count * run.scale))
        for number in range(1, count + 1):
            agent = _agent(run, team, plan, number, lines)
            agents.append(agent)
            for line in agent.lines:
                line.staff.append(agent)
    return agents


def _agent(run: Run, team: str, plan: TeamPlan, number: int, lines: dict[str, Line]) -> Agent:
    place = number * _GOLDEN % 1.0
    extra = [
        queue
        for nth, (queue, share) in enumerate(plan.also.items())
        if (place + nth * 0.5) % 1.0 < share
    ]
    queues = tuple(dict.fromkeys((*plan.queues, *extra)))
    identifier = f"{team}-{number:02d}"
    draws = run.streams.fresh(f"agent.{identifier}")
    pace = LogNormal(1.0, run.scenario.people.speed_sigma or _STEADY)
    return Agent(
        id=identifier,
        team=team,
        lines=tuple(lines[queue] for queue in queues),
        queues=queues,
        speed=draws.log_normal(pace),
        liked=draws.normal() * run.scenario.opinion.agent_sigma,
    )


def shift_of(run: Run, agent: Agent, day: date) -> Shift | None:
    """The agent's shift on a local day; None on a day off, or when they are absent."""
    if run.calendar.busyness_of(day) <= 0:
        return None
    people = run.scenario.people
    team = run.scenario.teams[agent.team]
    draws = run.streams.fresh(f"day.{agent.id}.{day.isoformat()}")
    if draws.chance(people.absent):
        return None
    number = int(agent.id.rpartition("-")[2])
    starts_minute = Weighted(team.shifts).at(number * _SHIFT_STEP % 1.0)
    planned = run.calendar.instant(day, starts_minute)
    early_us = millis_us(60 * draws.between(*_LOGIN_SPREAD_MINUTES))
    later_us = millis_us(60 * draws.between(0.0, 3.0))
    starts: int = planned
    ends = starts + team.shift_minutes * MINUTE_US
    if not people.punctual:
        starts, ends = starts + early_us, ends + later_us
    return Shift(
        starts=starts,
        ends=ends,
        activities=_late_back(
            run, f"{agent.id}.{day.isoformat()}", _activities(run, draws, planned, ends)
        ),
        thanks=_thanks(run, draws, starts, ends),
    )


def _activities(run: Run, draws: Draws, planned: int, ends: int) -> tuple[Planned, ...]:
    found = []
    for activity in run.scenario.people.activities:
        has, when = draws.chance(activity.share), draws.between(*activity.after_minutes)
        length = activity.minutes * draws.between(0.92, 1.12)
        begins = planned + millis_us(when * 60)
        if has and begins + millis_us(length * 60) < ends:
            found.append((begins, activity.reason, millis_us(length * 60)))
    return tuple(sorted(found))


def _late_back(run: Run, name: str, activities: tuple[Planned, ...]) -> tuple[Planned, ...]:
    """The same, with those breaks longer from which the agent comes back late."""
    adherence = run.scenario.people.adherence
    if not adherence.late:
        return activities
    draws = run.streams.fresh(f"late.{name}")
    law = LogNormal(adherence.late_mean_s, adherence.late_sigma)
    found = []
    for begins, reason, length_us in activities:
        is_late, late_s = draws.chance(adherence.late), draws.log_normal(law)
        late_us = millis_us(late_s) if is_late and reason in _KEPT_LOOSELY else 0
        found.append((begins, reason, length_us + late_us))
    return tuple(found)


def _thanks(run: Run, draws: Draws, starts: int, ends: int) -> tuple[tuple[int, ThankedBy], ...]:
    people = run.scenario.people
    chances: tuple[tuple[ThankedBy, float], ...] = (
        ("peer", people.thanked_by_peer),
        ("supervisor", people.thanked_by_supervisor),
    )
    found: list[tuple[int, ThankedBy]] = []
    for by, chance in chances:
        thanked, place = draws.chance(chance), draws.uniform()
        if thanked:
            found.append((starts + millis_us((ends - starts) / 1e6 * place), by))
    return tuple(found)
