"""What is done with the people of a floor: moved, called in from a break, gone."""

from __future__ import annotations

from simulator.centre import Centre
from simulator.randomness import millis_us
from simulator.world import Agent, Line
from stream.contract.drills import CallIn, DrillRefused, Leave, MoveAgents
from stream.contract.instants import MINUTE_US


def _there(agents: list[Agent]) -> list[Agent]:
    """Those on shift, in the order of their names."""
    there = (agent for agent in agents if agent.state != "offline" and not agent.shift_over)
    return sorted(there, key=lambda agent: agent.id)


def _enough(found: list[Agent], count: int, who: str) -> None:
    """Raises `DrillRefused` where fewer are found than are asked for."""
    if count < 1:
        raise DrillRefused("nobody was asked for, expected at least 1")
    if not found:
        raise DrillRefused(f"there is nobody {who}")
    if count > len(found):
        raise DrillRefused(f"only {len(found)} are there {who}, {count} were asked for")


def move(centre: Centre, act: MoveAgents, of: Line, to: Line) -> None:
    """Let people serve `to` instead of `of`. Those to whom it is new come first, since they add
    hands there; among them the idle, then the busy, then who is away. Raises `DrillRefused`."""
    if of is to:
        raise DrillRefused(f"{of.plan.name} is where they are already, expected another queue")
    found = [agent for agent in _there(centre.agents) if of in (agent.next_lines or agent.lines)]
    _enough(found, act.count, f"who can serve {of.plan.name}")
    idle_first = {agent: place for place, agent in enumerate(of.idle)}

    def rank(agent: Agent) -> tuple[bool, bool, int, bool]:
        knows = to in (agent.next_lines or agent.lines)
        return knows, not agent.idle, idle_first.get(agent, 0), agent.state == "away"

    for agent in sorted(found, key=rank)[: act.count]:
        kept = [line for line in agent.next_lines or agent.lines if line not in (of, to)]
        centre.workforce.give_lines(agent, (to, *kept))


# Who is called in is back within a minute; what they lost they get back later [D].
_BACK_S = (20.0, 55.0)
_OWED_AFTER_US = 45 * MINUTE_US
_OWED_LEAST_US = 5 * MINUTE_US


def call_in(centre: Centre, act: CallIn, line: Line) -> None:
    """Call people in from break or lunch, those first who have been away longest; the rest of
    their break is owed to them and taken later. Raises `DrillRefused`."""
    now = centre.run.agenda.now
    soon = now + MINUTE_US
    found = [
        agent
        for agent in _there(centre.agents)
        if line in agent.lines
        and agent.state == "away"
        and agent.reason in {"break", "lunch"}
        and agent.back_at > soon
    ]
    _enough(found, act.count, f"on break or lunch who can serve {line.plan.name}")
    for agent in sorted(found, key=lambda agent: (agent.away_since, agent.id))[: act.count]:
        owed_us, reason = agent.back_at - now, agent.reason or "break"
        draws = centre.run.streams.fresh(f"called-in.{agent.id}.{now}")
        centre.workforce.back_at(agent, now + millis_us(draws.between(*_BACK_S)))
        if owed_us >= _OWED_LEAST_US:
            centre.workforce.plan_away(agent, now + _OWED_AFTER_US, reason, owed_us)


def leave(centre: Centre, act: Leave, line: Line) -> None:
    """Let people of a queue's trade go. Who it is depends on the roster alone, not on what they
    are at, so that the same people leave whatever else was done. Raises `DrillRefused`."""
    found = [agent for agent in _there(centre.agents) if line in agent.trade]
    if act.count < 1:
        raise DrillRefused("nobody was asked to leave, expected at least 1")
    if not found:
        raise DrillRefused(f"there is nobody who can serve {line.plan.name}")
    now = centre.run.agenda.now

    def lot(agent: Agent) -> float:
        return centre.run.streams.fresh(f"leaves.{agent.id}.{now}").uniform()

    length_us = None if act.minutes is None else round(act.minutes * MINUTE_US)
    for agent in sorted(found, key=lot)[: act.count]:
        centre.workforce.leave(agent, length_us)


def open_overflow(centre: Centre, line: Line, to: Line | None) -> None:
    """Let the people of `to` serve who waits in `line` when nobody waits for them in a line of
    their own; None ends that. Raises `DrillRefused`."""
    if line is to:
        raise DrillRefused(f"{line.plan.name} has its own people already, expected another queue")
    if line.overflow is not None:
        line.overflow.helped.remove(line)
    elif to is None:
        raise DrillRefused(f"{line.plan.name} has no overflow open that could be closed")
    line.overflow = to
    if to is None:
        return
    to.helped.append(line)
    for agent in list(to.idle):
        if line.first() is None:
            break
        agent.withdraw()
        centre.workforce.when_free(agent)
