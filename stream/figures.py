"""Figures from the merged floor: who counts where, joined when read and never when written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from stream.contract.figures import (
    HEALTH,
    AgentSection,
    Figures,
    Levels,
    Section,
    ServiceLevelVariant,
    Value,
)
from stream.contract.instants import format_millis
from stream.measures.people import StateTimes
from stream.measures.ratio import Floats
from stream.measures.sections import (
    OF_AGENTS_TIME,
    Columns,
    Present,
    Totals,
    counts_and_figures,
    sections,
)
from stream.merge import Merge
from stream.now import EXPECTATION_WINDOW, presents
from stream.presents import ABSENT
from stream.windows.blocks import NOBODY
from stream.windows.columns import COLUMN, COLUMN_COUNT, STATE_TIME_COLUMN
from stream.windows.pieces import STATES
from stream.windows.spans import Span
from stream.windows.sparse import Ints, ints

__all__ = ["EXPECTATION_WINDOW", "QUEUES_TOLD_MAX", "floor_figures"]

# More queues than this are not told in one look: the largest are, and how many are left out.
QUEUES_TOLD_MAX: Final = 5_000
_OFFERED: Final = COLUMN["offered"]
_STATE_COLUMNS: Final = [STATE_TIME_COLUMN[state] for state in STATES]


def floor_figures(
    merge: Merge,
    window: str,
    *,
    agents: bool = False,
    queues_max: int | None = None,
) -> Figures:
    """All figures of a window at the instant that the merge was advanced to.

    With `queues_max` only so many queues are told, those with the most contacts.
    """
    return _Reading(merge, window).figures(agents=agents, queues_max=queues_max)


class FloorColumns:
    """The metrics of an instant as columns, for who asks for few of them: floor, queues, channels
    and teams, through any window of the merge. Good until the merge is advanced."""

    def __init__(self, merge: Merge) -> None:
        self._merge = merge
        self._presents = presents(merge)
        self._readings: dict[str, _Reading] = {}
        self._columns: dict[tuple[str, str, bool], Columns] = {}
        self._names: dict[str, list[Any]] = {}

    def names(self, dimension: str) -> list[Any]:
        """What there is in a dimension, sorted; the floor has no name."""
        if dimension not in self._names:
            match dimension:
                case "floor":
                    names: list[Any] = [None]
                case "team":
                    names = _staffed_teams(self._merge)
                case _:
                    names = sorted(self._merge.rows.named(dimension))
            self._names[dimension] = names
        return self._names[dimension]

    def column(self, dimension: str, window: str, metric: str) -> Floats:
        """A metric of each of the names, not a number where it has none."""
        timed = metric in OF_AGENTS_TIME
        key = (dimension, window, timed)
        if key not in self._columns:
            if window not in self._readings:
                self._readings[window] = _Reading(self._merge, window, self._presents)
            reading, names = self._readings[window], self.names(dimension)
            self._columns[key] = reading.columns(dimension, names, timed=timed)
        return self._columns[key].column(metric)


class _Reading:
    """One look at the merged floor through one window."""

    def __init__(
        self, merge: Merge, window: str, present: tuple[Present, Present] | None = None
    ) -> None:
        self.merge = merge
        self.plan = merge.plan
        self.window = window
        self.groups, self.teams = presents(merge) if present is None else present
        self._times: dict[str, Ints] = {}

    def figures(self, *, agents: bool, queues_max: int | None) -> Figures:
        merge, plan = self.merge, self.plan
        channels = dict(sorted(merge.rows.named("channel").items()))
        health = {name: sum(head.health[name] for head in merge.heads.values()) for name in HEALTH}
        times = self._times_in(plan.time_zone)
        [floor] = self._sections(
            "floor", ints([0]), times.sum(axis=0, keepdims=True), [plan.service_level]
        )
        nobody = self._no_times(len(channels))
        return Figures(
            as_of=format_millis(merge.as_of),
            window=self.window,
            floor=floor,
            queues=self._queues(queues_max),
            channels=dict(
                zip(
                    channels,
                    self._sections(
                        "channel",
                        ints([*channels.values()]),
                        nobody,
                        [plan.service_level] * len(channels),
                    ),
                    strict=True,
                )
            ),
            teams=self._teams(times),
            health=health,
            agents=self._agents(times) if agents else None,
        )

    def columns(self, dimension: str, names: Sequence[Any], *, timed: bool) -> Columns:
        """The metrics of the names; those of agents' time only where it is `timed`."""
        plan = self.plan
        if dimension == "team":
            times = self._times_in(plan.time_zone) if timed else self._no_times(self._agent_rows)
            numbers = ints([self.merge.agents.teams[name] for name in names])
            totals, present = _rows_of(self._team_totals(times), self.teams, numbers)
        elif dimension == "queue":
            of_names = self._rows_named("queue", names)
            times = self._queue_times(names, of_names) if timed else self._no_times(len(names))
            totals, present = self._group_totals(of_names, times, self._zones(names))
            return Columns("queue", totals, present, list(map(plan.variant, names)))
        elif dimension == "channel":
            of_names = self._rows_named("channel", names)
            totals, present = self._group_totals(of_names, self._no_times(len(names)))
        else:
            times = self._times_in(plan.time_zone) if timed else self._no_times(1)
            totals, present = self._group_totals(ints([0]), times.sum(axis=0, keepdims=True))
        return Columns(dimension, totals, present, [plan.service_level] * len(names))

    def _queues(self, queues_max: int | None) -> dict[str, Section]:
        rows = self.merge.rows.named("queue")
        names = self._largest(rows, queues_max)
        of_names = ints([rows[name] for name in names])
        times, variants = self._queue_times(names, of_names), list(map(self.plan.variant, names))
        told = self._sections("queue", of_names, times, variants, self._zones(names))
        return dict(zip(names, told, strict=True))

    def _queue_times(self, names: Sequence[str], of_names: Ints) -> Ints:
        zones = self._zones(names)
        times = self._no_times(len(names))
        for zone in {*zones} or {self.plan.time_zone}:
            here = [place for place, other in enumerate(zones) if other == zone]
            places = ints(here) if zones else np.arange(len(names))
            times[places] = self._times_of_queues(zone)[of_names[places]]
        return times

    def _zones(self, names: Sequence[str]) -> list[str]:
        """Whose day each queue's is; none but for today's."""
        return [self.plan.zone_of(name).key for name in names] if self.window == "today" else []

    def _rows_named(self, dimension: str, names: Sequence[str]) -> Ints:
        rows = self.merge.rows.named(dimension)
        return ints([rows[name] for name in names])

    @property
    def _agent_rows(self) -> int:
        return len(self.merge.rows.agents)

    def _no_times(self, rows: int) -> Ints:
        return np.zeros((rows, len(STATES)), np.int64)

    def _largest(self, rows: dict[str, int], queues_max: int | None) -> list[str]:
        """The queues to tell, by name: all, or those with the most contacts."""
        names = sorted(rows)
        if queues_max is None or len(names) <= queues_max:
            return names
        of_names = ints([rows[name] for name in names])
        span = self.merge.span_of(self.window, self.plan.time_zone)
        contacts = span.groups.counts[of_names, _OFFERED] + self.groups["waiting"][of_names]
        largest = np.argsort(-contacts, kind="stable")[:queues_max]
        return [names[place] for place in sorted(largest.tolist())]

    def _sections(
        self,
        dimension: str,
        rows: Ints,
        times: Ints,
        variants: Sequence[ServiceLevelVariant],
        zones: Sequence[str] = (),
    ) -> list[Section]:
        totals, present = self._group_totals(rows, times, zones)
        return sections(dimension, totals, present, variants)

    def _group_totals(
        self, rows: Ints, times: Ints, zones: Sequence[str] = ()
    ) -> tuple[Totals, Present]:
        """What groups add up to and how they stand, by row; `today` is that of each row's zone
        where these are given."""
        spans = {
            zone: self.merge.span_of(self.window, zone) for zone in {self.plan.time_zone, *zones}
        }
        width = max(span.buckets() for span in spans.values())
        block = spans[self.plan.time_zone].groups
        counts, longest_us = block.counts[rows], block.longest_us[rows]
        waits = block.waits[rows, :width]
        for place, zone in enumerate(zones):
            if zone != self.plan.time_zone:
                other = spans[zone].groups
                counts[place] = other.counts[rows[place]]
                waits[place] = other.waits[rows[place], :width]
                longest_us[place] = other.longest_us[rows[place]]
        totals = Totals(counts, waits, longest_us, StateTimes(*times.T))
        return totals, {name: column[rows] for name, column in self.groups.items()}

    def _teams(self, times: Ints) -> dict[str, Section]:
        names = self.merge.agents.teams
        totals = self._team_totals(times)
        told = sections("team", totals, self.teams, [self.plan.service_level] * len(names))
        return {name: told[names[name]] for name in _staffed_teams(self.merge)}

    def _team_totals(self, times: Ints) -> Totals:
        agents = self.merge.agents
        span = self.merge.span_of(self.window, self.plan.time_zone)
        members = np.flatnonzero(agents.team_of >= 0)
        return _by_team(span, members, agents.team_of[members], len(agents.teams), times)

    def _agents(self, times: Ints) -> dict[str, AgentSection]:
        rows = self.merge.rows.agents
        names = sorted({*rows, *self.merge.agents.known})
        span = self.merge.span_of(self.window, self.plan.time_zone)
        block, width = span.agents, span.buckets()
        of_names = ints([rows.get(name, -1) for name in names])
        known = np.flatnonzero(of_names >= 0)
        counts = np.zeros((len(names), COLUMN_COUNT), np.int64)
        waits = np.zeros((len(names), width), block.waits.dtype)
        longest_us = np.full(len(names), NOBODY)
        inside = np.zeros((len(names), len(STATES)), np.int64)
        for table, whole in (
            (counts, block.counts),
            (waits, block.waits[:, :width]),
            (longest_us, block.longest_us),
            (inside, times),
        ):
            table[known] = whole[of_names[known]]
        totals = Totals(counts, waits, longest_us, StateTimes(*inside.T))
        counted = counts_and_figures(
            "agent",
            totals,
            [self.plan.service_level] * len(names),
            np.zeros(len(names), np.int64),
        )
        return {
            name: self._agent(name, counts_told, figures)
            for name, counts_told, figures in zip(
                names, counted.counts, counted.figures, strict=True
            )
        }

    def _agent(
        self, name: str, counts: dict[str, Value], figures: dict[str, Value | Levels]
    ) -> AgentSection:
        agent = self.merge.agents.known.get(name)
        return AgentSection(
            state=agent.state if agent else None,
            reason=agent.reason if agent else None,
            since=format_millis(agent.since) if agent else None,
            team=agent.team if agent else None,
            counts=counts,
            figures=figures,
        )

    def _times_of_queues(self, zone: str) -> Ints:
        """The time of each queue's agents in each state, by row of groups."""
        agents = self.merge.agents
        present = agents.present()
        by_set = np.zeros((len(agents.queue_sets), len(STATES)), np.int64)
        np.add.at(by_set, agents.set_of[present], self._times_in(zone)[present])
        sets, queues = agents.queues_of_sets().T
        told = np.zeros((len(self.merge.rows.groups), len(STATES)), np.int64)
        np.add.at(told, queues, by_set[sets])
        return told

    def _times_in(self, zone: str) -> Ints:
        """Each agent's time in each state inside the window up to now: [rows of agents, states].
        Time before an agent's first state counts nowhere, and so does that of an agent who never
        told one."""
        zone = zone if self.window == "today" else ""
        if zone not in self._times:
            self._times[zone] = self._count_times(zone)
        return self._times[zone]

    def _count_times(self, zone: str) -> Ints:
        merge, agents = self.merge, self.merge.agents
        start = merge.start_of(self.window, zone)
        counted = merge.span_of(self.window, zone).agents.counts
        present = agents.present()
        times = np.zeros((len(merge.rows.agents), len(STATES)), np.int64)
        times[present] = counted[present][:, _STATE_COLUMNS]
        if self.window in merge.cuts:
            # The stretch that the window's beginning cuts was counted whole where it ended. Days
            # need no such care: stretches are cut at midnight when they are told.
            rows, states, outside_us = merge.cuts[self.window].outside_us()
            here = np.isin(rows, present, assume_unique=True)
            np.subtract.at(times, (rows[here], states[here]), outside_us[here])
        staffed = np.flatnonzero(agents.states != ABSENT)
        begins = agents.since[staffed]
        if start is not None:
            begins = np.maximum(begins, start)
        times[staffed, agents.states[staffed]] += np.maximum(merge.as_of - begins, 0)
        for row, closing in agents.closing.items():
            for state, begin, end in closing:
                inside_us = min(end, merge.as_of) - (begin if start is None else max(begin, start))
                if state in STATES and inside_us > 0:
                    times[row, STATES.index(state)] += inside_us
        return times


def _staffed_teams(merge: Merge) -> list[str]:
    """The teams that somebody is in, sorted."""
    agents = merge.agents
    there = set(agents.team_of[agents.team_of >= 0].tolist())
    return sorted(name for name, number in agents.teams.items() if number in there)


def _rows_of(totals: Totals, present: Present, rows: Ints) -> tuple[Totals, Present]:
    """Some rows of the totals, and how these stand."""
    taken = Totals(
        totals.counts[rows],
        totals.waits[rows],
        totals.longest_us[rows],
        StateTimes(*(column[rows] for column in totals.times)),
    )
    return taken, {name: column[rows] for name, column in present.items()}


def _by_team(span: Span, members: Ints, teams: Ints, count: int, times: Ints) -> Totals:
    """What the members of each team add up to, by the team's number."""
    block, width = span.agents, span.buckets()
    order = np.argsort(teams, kind="stable")
    members, teams = members[order], teams[order]
    counts = np.zeros((count, COLUMN_COUNT), np.int64)
    waits = np.zeros((count, width), np.int64)
    longest_us = np.full(count, NOBODY)
    inside = np.zeros((count, len(STATES)), np.int64)
    if len(members):
        begins = np.flatnonzero(np.diff(teams, prepend=-1))
        there = teams[begins]
        counts[there] = np.add.reduceat(block.counts[members], begins)
        waits[there] = np.add.reduceat(block.waits[members, :width], begins, dtype=np.int64)
        longest_us[there] = np.maximum.reduceat(block.longest_us[members], begins)
        inside[there] = np.add.reduceat(times[members], begins)
    return Totals(counts, waits, longest_us, StateTimes(*inside.T))
