"""Figures from the merged floor: who counts where, joined when read and never when written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from stream.contract.figures import HEALTH, AgentSection, Figures, Section
from stream.contract.frames import AgentFrame, QueueFrame
from stream.contract.instants import SECOND_US, format_millis
from stream.floor.promises import KEPT_PAST_DUE_US
from stream.measures.expectation import expected_wait_s
from stream.measures.people import StateTimes
from stream.measures.sections import Present, Totals, counts_and_figures, section
from stream.merge import Merge
from stream.windows.columns import ABANDON_WAIT_SUM, COLUMN, STATE_TIME_COLUMN

# The window that handle times and patience are taken from; every merge slides it.
EXPECTATION_WINDOW: Final = "30m"
_STATES: Final = ("available", "busy", "wrap_up", "away")
_HANDLE_SUMS: Final = ("talk_sum_us", "hold_sum_us", "wrap_sum_us")


def floor_figures(merge: Merge, window: str, *, agents: bool = False) -> Figures:
    """All figures of a window at the instant that the merge was advanced to."""
    return _Reading(merge, window).figures(agents=agents)


class _Reading:
    """One look at the merged floor through one window."""

    def __init__(self, merge: Merge, window: str) -> None:
        self.merge = merge
        self.plan = merge.plan
        self.window = window
        self.as_of = merge.as_of
        self.agents: dict[str, AgentFrame] = {
            agent.agent: agent for frame in merge.agents.values() for agent in frame.agents
        }
        self.teams: dict[str, list[str]] = defaultdict(list)
        self.of_queue: dict[str, list[str]] = defaultdict(list)
        for name, agent in sorted(self.agents.items()):
            if agent.team is not None:
                self.teams[agent.team].append(name)
            for queue in dict.fromkeys(agent.queues):
                self.of_queue[queue].append(name)
        self._times: dict[tuple[str, str], StateTimes] = {}
        self.floor = Present()
        self.queues: dict[str, Present] = defaultdict(Present)
        self.channels: dict[str, Present] = defaultdict(Present)
        self.team_presents: dict[str, Present] = defaultdict(Present)
        self._present()

    def figures(self, *, agents: bool) -> Figures:
        zone = self.plan.time_zone
        rows = self.merge.rows
        queue_rows = rows.named("queue")
        channel_rows = rows.named("channel")
        agent_rows = rows.named("agent")
        health = {
            name: sum(head.health[name] for head in self.merge.heads.values()) for name in HEALTH
        }
        return Figures(
            as_of=format_millis(self.as_of),
            window=self.window,
            floor=section(
                "floor", self._totals(0, zone, self.agents), self.floor, self.plan.service_level
            ),
            queues={
                queue: self._queue(queue, queue_rows.get(queue), self.queues[queue])
                for queue in sorted({*queue_rows, *self.queues})
            },
            channels={
                channel: section(
                    "channel",
                    self._totals(channel_rows.get(channel), zone, ()),
                    self.channels[channel],
                    self.plan.service_level,
                )
                for channel in sorted({*channel_rows, *self.channels})
            },
            teams={
                team: self._team(members, agent_rows, self.team_presents[team])
                for team, members in sorted(self.teams.items())
            },
            health=health,
            agents=self._agents(agent_rows) if agents else None,
        )

    def _queue(self, queue: str, row: int | None, present: Present) -> Section:
        zone = self.plan.zone_of(queue).key
        totals = self._totals(row, zone, self.of_queue.get(queue, ()))
        return section("queue", totals, present, self.plan.variant(queue))

    def _team(self, members: list[str], rows: dict[str, int], present: Present) -> Section:
        zone = self.plan.time_zone
        span = self.merge.span_of(self.window, zone)
        known = [rows[name] for name in members if name in rows]
        totals = Totals(
            span.counts[known].sum(axis=0).tolist(),
            span.waits[known].sum(axis=0),
            int(span.longest_us[known].max(initial=-1)),
            self._times_of(members, zone),
        )
        return section("team", totals, present, self.plan.service_level)

    def _agents(self, rows: dict[str, int]) -> dict[str, AgentSection]:
        told = {}
        zone = self.plan.time_zone
        for name in sorted({*rows, *self.agents}):
            agent = self.agents.get(name)
            totals = self._totals(rows.get(name), zone, (name,))
            counts, figures = counts_and_figures("agent", totals, self.plan.service_level, 0)
            told[name] = AgentSection(
                state=agent.state if agent else None,
                reason=agent.reason if agent else None,
                since=format_millis(agent.since) if agent else None,
                team=agent.team if agent else None,
                counts=counts,
                figures=figures,
            )
        return told

    def _totals(self, row: int | None, zone: str, agents: Iterable[str]) -> Totals:
        times = self._times_of(agents, zone)
        if row is None:
            return Totals(times=times)
        span = self.merge.span_of(self.window, zone)
        return Totals(span.counts[row].tolist(), span.waits[row], int(span.longest_us[row]), times)

    def _times_of(self, agents: Iterable[str], zone: str) -> StateTimes:
        return StateTimes.total(self._time_of(agent, zone) for agent in agents)

    def _time_of(self, name: str, zone: str) -> StateTimes:
        """The agent's time in each state inside the window up to now."""
        zone = zone if self.window == "today" else ""
        times = self._times.get((name, zone))
        if times is None:
            times = self._times[name, zone] = self._count_time(name, zone)
        return times

    def _count_time(self, name: str, zone: str) -> StateTimes:
        agent = self.agents.get(name)
        if agent is None:
            return StateTimes()
        start = self.merge.start_of(self.window, zone)
        times = self._closed_time(name, zone, start)
        stretches = [*agent.closing, (agent.state, agent.since, self.as_of)]
        for state, begin, end in stretches:
            inside_us = min(end, self.as_of) - (begin if start is None else max(begin, start))
            if state in times and inside_us > 0:
                times[state] += inside_us
        return StateTimes(*(times[state] for state in _STATES))

    def _closed_time(self, name: str, zone: str, start: int | None) -> dict[str, int]:
        row = self.merge.rows.number_of.get(("agent", name))
        if row is None:
            return dict.fromkeys(_STATES, 0)
        counted = self.merge.span_of(self.window, zone).counts[row]
        times = {state: int(counted[STATE_TIME_COLUMN[state]]) for state in _STATES}
        if start is not None and self.window != "today":
            # The stretch that the window's beginning cuts was counted whole where it ended. Days
            # need no such care: stretches are cut at midnight when they are told.
            cut = self.merge.pieces.cut_at(name, start)
            if cut is not None:
                times[cut.state] -= start - cut.start
        return times

    def _present(self) -> None:
        """Add up how everything stands now."""
        for queue, partitions in self.merge.queues.items():
            for frame in partitions.values():
                self._add_waits(queue, frame)
                self._add_active(queue, frame)
                self._add_promises(queue, frame.promises)
        for agent in self.agents.values():
            self.floor.add_agent(agent.state)
            for queue in dict.fromkeys(agent.queues):
                self.queues[queue].add_agent(agent.state)
            if agent.team is not None:
                self.team_presents[agent.team].add_agent(agent.state)
        for queue, present in self.queues.items():
            row = self.merge.rows.number_of.get(("queue", queue))
            present.expected_wait_s = self._expectation(row, present)
        self.floor.expected_wait_s = self._expectation(0, self.floor)

    def _add_waits(self, queue: str, frame: QueueFrame) -> None:
        for channel, since in frame.waiting:
            waits_us = [self.as_of - begin for begin in since]
            target_us = self.plan.target_us(queue, channel)
            for present in (self.queues[queue], self.channels[channel], self.floor):
                present.add_waiting(waits_us, target_us)
        for channel_or_none, since in frame.unanswered:
            ages_us = [self.as_of - begin for begin in since]
            self.queues[queue].add_unanswered(ages_us)
            self.floor.add_unanswered(ages_us)
            if channel_or_none is not None:
                self.channels[channel_or_none].add_unanswered(ages_us)

    def _add_active(self, queue: str, frame: QueueFrame) -> None:
        for channel, name, talking, on_hold, wrapping in frame.active:
            presents = [self.queues[queue], self.floor]
            if channel is not None:
                presents.append(self.channels[channel])
            agent = self.agents.get(name)
            if agent is not None and agent.team is not None:
                presents.append(self.team_presents[agent.team])
            for present in presents:
                present.in_conversation += talking
                present.on_hold += on_hold
                present.wrapping += wrapping

    def _add_promises(self, queue: str, promises: list[int]) -> None:
        due = [due for due in promises if self.as_of - due <= KEPT_PAST_DUE_US]
        overdue = sum(self.as_of > moment for moment in due)
        for present in (self.queues[queue], self.floor):
            present.callbacks_open += len(due)
            present.callbacks_overdue += overdue

    def _expectation(self, row: int | None, present: Present) -> float | None:
        span = self.merge.sliding[EXPECTATION_WINDOW]
        counted = Totals().counts if row is None else span.counts[row].tolist()
        handled = counted[COLUMN["handled"]]
        handle_us = sum(counted[COLUMN[name]] for name in _HANDLE_SUMS)
        waited_us = counted[COLUMN["wait_sum_us"]] + counted[COLUMN[ABANDON_WAIT_SUM]]
        return expected_wait_s(
            waiting=present.waiting,
            agents_working=present.agents_available + present.agents_busy + present.agents_wrap_up,
            agents_free=present.agents_available,
            handle_time_s=handle_us / handled / SECOND_US if handled else None,
            abandonments=counted[COLUMN["abandoned"]] + counted[COLUMN["short_abandoned"]],
            waited_s=waited_us / SECOND_US,
        )
