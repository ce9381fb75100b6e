"""Absences: which agents are not there and when, and what is left of their shifts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from simulator.causes import Absence
from simulator.roster import Shift
from simulator.waves import onset_of
from simulator.world import Agent, Run
from stream.contract.instants import MINUTE_US

Stretch = tuple[int, int]


class Absences:
    """The stretches in which each agent is absent by the scenario's events.

    Who of a team it is, is drawn for each event and agent alone: a larger absence holds everybody
    of a smaller one.
    """

    def __init__(self, run: Run, agents: Iterable[Agent]) -> None:
        self._of: dict[str, list[Stretch]] = defaultdict(list)
        teams: dict[str, list[Agent]] = defaultdict(list)
        for agent in agents:
            teams[agent.team].append(agent)
        for name, event in run.scenario.events.items():
            if isinstance(event, Absence):
                begins = onset_of(event, run.calendar, run.first_day).instant
                stretch = begins, begins + round(event.minutes * MINUTE_US)
                for agent in _chosen(run, name, event, teams[event.team]):
                    self._of[agent.id].append(stretch)

    def left_of(self, agent: Agent, shift: Shift) -> list[Shift]:
        """The parts of a shift in which the agent is there, in order."""
        parts = [shift]
        for begins, ends in sorted(self._of.get(agent.id, ())):
            parts = [left for part in parts for left in _without(part, begins, ends)]
        return parts


def _chosen(run: Run, name: str, event: Absence, team: list[Agent]) -> list[Agent]:
    count = event.agents if event.agents is not None else round((event.share or 0.0) * len(team))
    drawn = [(run.streams.fresh(f"absence.{name}.{one.id}").uniform(), one.id) for one in team]
    first = {agent for _, agent in sorted(drawn)[:count]}
    return [agent for agent in team if agent.id in first]


def _without(shift: Shift, begins: int, ends: int) -> Iterator[Shift]:
    if ends <= shift.starts or shift.ends <= begins:
        yield shift
        return
    if shift.starts < begins:
        yield _part(shift, shift.starts, begins)
    if ends < shift.ends:
        yield _part(shift, ends, shift.ends)


def _part(shift: Shift, starts: int, ends: int) -> Shift:
    return replace(
        shift,
        starts=starts,
        ends=ends,
        activities=tuple(planned for planned in shift.activities if starts <= planned[0] < ends),
        thanks=tuple(thanks for thanks in shift.thanks if starts <= thanks[0] < ends),
    )
