"""How everything stands at an instant: the presents of all partitions added up by group and team."""

from __future__ import annotations

from typing import Final

import numpy as np

from stream.contract.instants import SECOND_US
from stream.floor.promises import KEPT_PAST_DUE_US
from stream.measures.expectation import expected_wait_s
from stream.measures.ratio import ratio
from stream.measures.sections import Column, Present
from stream.merge import Merge
from stream.presents import ABSENT
from stream.windows.columns import ABANDON_WAIT_SUM, COLUMN
from stream.windows.pieces import STATES
from stream.windows.sparse import Ints

# The window that handle times and patience are taken from; every merge slides it.
EXPECTATION_WINDOW: Final = "30m"
_FLOOR: Final = 0
_ACTIVE: Final = ("in_conversation", "on_hold", "wrapping")
_AGENTS: Final = tuple(f"agents_{state}" for state in STATES)


def presents(merge: Merge) -> tuple[Present, Present]:
    """How the groups stand, by row, and the teams, by number."""
    groups, teams = len(merge.rows.groups), len(merge.agents.teams)
    of_groups: Present = {}
    of_teams: Present = {}
    _add_waits(merge, of_groups)
    _add_unanswered(merge, of_groups)
    _add_promises(merge, of_groups)
    _add_active(merge, of_groups, of_teams)
    _add_agents(merge, of_groups, of_teams)
    of_groups["expected_wait_s"] = _expectation(merge, of_groups)
    for name in set(of_groups) - set(of_teams):
        # None of it has a meaning in teams.
        of_teams[name] = np.zeros(teams, np.int64)
    assert all(len(column) == groups for column in of_groups.values())
    return of_groups, of_teams


def _add_waits(merge: Merge, told: Present) -> None:
    queue, channel, began, target_us = merge.queues.standing().waiting.T
    waits_us = merge.as_of - began
    groups = len(merge.rows.groups)
    told["waiting"] = _counted(groups, queue, channel)
    over = waits_us > target_us
    told["waiting_over_target"] = _counted(groups, queue[over], channel[over])
    told["oldest_wait_s"] = _oldest_s(groups, waits_us, queue, channel)


def _add_unanswered(merge: Merge, told: Present) -> None:
    queue, channel, came = merge.queues.standing().unanswered.T
    groups = len(merge.rows.groups)
    told["conversations_unanswered"] = _counted(groups, queue, channel)
    told["oldest_unanswered_s"] = _oldest_s(groups, merge.as_of - came, queue, channel)


def _add_promises(merge: Merge, told: Present) -> None:
    queue, due = merge.queues.standing().promises.T
    groups = len(merge.rows.groups)
    kept = merge.as_of - due <= KEPT_PAST_DUE_US
    overdue = kept & (merge.as_of > due)
    told["callbacks_open"] = _counted(groups, queue[kept])
    told["callbacks_overdue"] = _counted(groups, queue[overdue])


def _add_active(merge: Merge, of_groups: Present, of_teams: Present) -> None:
    queue, channel, agent, *counts = merge.queues.standing().active.T
    team = _team_of(merge, agent)
    groups, teams = len(merge.rows.groups), len(merge.agents.teams)
    for name, count in zip(_ACTIVE, counts, strict=True):
        told = np.zeros(groups, np.int64)
        told[_FLOOR] = count.sum()
        for rows in (queue, channel):
            known = rows >= 0
            np.add.at(told, rows[known], count[known])
        of_groups[name] = told
        of_teams[name] = np.zeros(teams, np.int64)
        np.add.at(of_teams[name], team[team >= 0], count[team >= 0])


def _add_agents(merge: Merge, of_groups: Present, of_teams: Present) -> None:
    agents = merge.agents
    staffed = np.flatnonzero(agents.states != ABSENT)
    states, sets, teams = agents.states[staffed], agents.set_of[staffed], agents.team_of[staffed]
    sets_of_pairs, queues_of_pairs = agents.queues_of_sets().T
    for number, name in enumerate(_AGENTS):
        there = states == number
        by_set = np.bincount(sets[there], minlength=len(agents.queue_sets))
        told = np.zeros(len(merge.rows.groups), np.int64)
        np.add.at(told, queues_of_pairs, by_set[sets_of_pairs])
        told[_FLOOR] = there.sum()
        of_groups[name] = told
        in_team = there & (teams >= 0)
        of_teams[name] = np.bincount(teams[in_team], minlength=len(agents.teams))
    for one in (of_groups, of_teams):
        one["agents_staffed"] = np.sum([one[name] for name in _AGENTS], axis=0)


def _team_of(merge: Merge, agents: Ints) -> Ints:
    """The team's number of each agent's row, negative where there is none."""
    known = (agents >= 0) & (agents < len(merge.agents.team_of))
    teams = np.full(len(agents), -1)
    teams[known] = merge.agents.team_of[agents[known]]
    return teams


def _expectation(merge: Merge, told: Present) -> Column:
    counted = merge.sliding[EXPECTATION_WINDOW].groups.counts[: len(merge.rows.groups)].T
    handled = counted[COLUMN["handled"]]
    handle_us = sum(counted[COLUMN[name]] for name in _HANDLE_SUMS)
    waited_us = counted[COLUMN["wait_sum_us"]] + counted[COLUMN[ABANDON_WAIT_SUM]]
    return expected_wait_s(
        waiting=told["waiting"],
        agents_working=told["agents_available"] + told["agents_busy"] + told["agents_wrap_up"],
        agents_free=told["agents_available"],
        handle_time_s=ratio(handle_us, handled) / SECOND_US,
        abandonments=counted[COLUMN["abandoned"]] + counted[COLUMN["short_abandoned"]],
        waited_s=waited_us / SECOND_US,
    )


_HANDLE_SUMS: Final = ("talk_sum_us", "hold_sum_us", "wrap_sum_us")


def _counted(groups: int, *rows_of: Ints) -> Ints:
    """How many there are of each row; all count for the floor, which is row 0."""
    told = np.zeros(groups, np.int64)
    for rows in rows_of:
        told += np.bincount(rows[rows >= 0], minlength=groups)
    told[_FLOOR] = len(rows_of[0])
    return told


def _oldest_s(groups: int, ages_us: Ints, *rows_of: Ints) -> Column:
    """The greatest age of each row in seconds, not a number where there is none."""
    oldest = np.full(groups, -1)
    # An event a little ahead of the clock began to wait, as far as we know, just now.
    ages_us = np.maximum(ages_us, 0)
    oldest[_FLOOR] = ages_us.max(initial=-1)
    for rows in rows_of:
        np.maximum.at(oldest, rows[rows >= 0], ages_us[rows >= 0])
    return np.where(oldest >= 0, oldest / SECOND_US, np.nan)
