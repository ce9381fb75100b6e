"""What alerts are judged by, read off the merged floor: the same live and from a recording."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Final

import numpy as np

from stream.alerts.readings import Arrivals, Floats, Promised, Readings, Table, column_of
from stream.alerts.rules import OLDEST_WAIT_TARGETS, AnyRule
from stream.alerts.usual import HANDLE_WINDOW, PATIENCE, RATE_WINDOW
from stream.contract.alerts import Dimension
from stream.contract.instants import MINUTE_US, SECOND_US
from stream.figures import FloorColumns, floor_figures
from stream.measures.ratio import ratio
from stream.merge import Merge
from stream.windows.columns import ABANDON_WAIT_SUM, COLUMN
from stream.windows.minutes import MINUTES
from stream.windows.sparse import Ints, ints

_FLOOR: Final = 0
_DIMENSIONS: Final[tuple[Dimension, ...]] = ("floor", "queue", "channel", "team")


def readings_of(merge: Merge, rules: Iterable[AnyRule], *, known: bool) -> Readings:
    """All that the rules ask for, of a floor that was advanced to its instant, and good until it
    is advanced again. `known` is whether all of it is fresh."""
    asked = [rule for rule in rules if rule.enabled]
    windows = {window for rule in asked for _, window in rule.metrics() if window is not None}
    floor = FloorColumns(merge)
    waits, groups = _wait_targets(merge), merge.rows.groups
    tables: dict[tuple[Dimension, str], Table] = {}
    for window in sorted(windows | {RATE_WINDOW, HANDLE_WINDOW}):
        columns = {OLDEST_WAIT_TARGETS: waits}
        if window == HANDLE_WINDOW:
            columns[PATIENCE] = _patience_s(merge, window)
        for dimension in _DIMENSIONS:
            names = floor.names(dimension)
            more: Mapping[str, Floats] = {}
            if dimension != "team":
                rows = ints([groups[dimension, name] if name else _FLOOR for name in names])
                more = {metric: column[rows] for metric, column in columns.items()}
            source = partial(floor.column, dimension, window)
            tables[dimension, window] = Table(names, more, source)
        if any(rule.scope.dimension == "agent" for rule in asked):
            agents = floor_figures(merge, window, agents=True).agents or {}
            tables["agent", window] = Table(
                list(agents), source=partial(column_of, list(agents.values()))
            )
    return Readings(
        as_of=int(merge.as_of),
        known=known,
        tables=tables,
        arrivals=_arrivals(merge),
        promises=_promises(merge),
        targets_us=_targets_us(merge),
    )


def _wait_targets(merge: Merge) -> Floats:
    """By row of groups, how many times its target the contact waits that is furthest beyond its
    own; not a number where nobody waits."""
    queue, channel, began, target_us = merge.queues.standing().waiting.T
    told = np.full(len(merge.rows.groups), -np.inf)
    # A target of no time at all counts as a second.
    times = (merge.as_of - began) / np.maximum(target_us, SECOND_US)
    told[_FLOOR] = times.max(initial=-np.inf)
    for rows in (queue, channel):
        # One that there is no room for has no row.
        there = rows >= 0
        np.maximum.at(told, rows[there], times[there])
    told[np.isneginf(told)] = np.nan
    return told


def _patience_s(merge: Merge, window: str) -> Floats:
    """By row of groups, the mean patience: time waited, whatever became of it, for each contact
    that gave up (the maximum likelihood estimate for exponential patience)."""
    counted = merge.sliding[window].groups.counts[: len(merge.rows.groups)].T
    waited_us = counted[COLUMN["wait_sum_us"]] + counted[COLUMN[ABANDON_WAIT_SUM]]
    patience_us: Floats = ratio(waited_us, counted[COLUMN["abandoned"]])
    return patience_us / SECOND_US


def _arrivals(merge: Merge) -> dict[str | None, Arrivals]:
    queues = {name: row for (kind, name), row in merge.rows.groups.items() if kind == "queue"}
    hours = merge.minutes.hour(merge.as_of, {"": _FLOOR, **queues})
    first_us = (merge.as_of // MINUTE_US - MINUTES + 1) * MINUTE_US
    return {name or None: Arrivals(first_us, offered) for name, (_, offered) in hours.items()}


def _promises(merge: Merge) -> dict[Promised, dict[str, list[int]]]:
    """What is still to be kept, by queue. Nearly all that stands in a backlog of messages is broken
    long since, so arrays are cut down before any list is made."""
    names = {row: name for (kind, name), row in merge.rows.groups.items() if kind == "queue"}
    as_of = merge.as_of
    queue, due = merge.queues.standing().promises.T
    callbacks = queue[due >= as_of], due[due >= as_of]
    queue, came, target_us = _unanswered(merge, names)
    # A minute's promise is due soon from its first second on: what has had less than half of its
    # time is not at risk yet.
    at_risk = (came + target_us >= as_of) & (2 * (as_of - came) >= target_us)
    replies = queue[at_risk], (came + target_us)[at_risk]
    return {"callbacks": _by_name(names, *callbacks), "replies": _by_name(names, *replies)}


def _unanswered(merge: Merge, names: Mapping[int, str]) -> tuple[Ints, Ints, Ints]:
    """Queue, coming and target of each unanswered message of a known channel."""
    queue, channel, came = merge.queues.standing().unanswered.T
    channels = [(row, name) for (kind, name), row in merge.rows.groups.items() if kind == "channel"]
    place_of_row = np.full(len(merge.rows.groups) + 1, -1)
    place_of_row[[row for row, _ in channels]] = np.arange(len(channels))
    place = place_of_row[channel]
    there = np.flatnonzero((queue >= 0) & (place >= 0))
    queue, came = queue[there], came[there]
    # One number for both: a look at what numbers there are takes no sorting.
    pair = queue * len(channels) + place[there]
    targets_us = np.zeros(int(pair.max(initial=0)) + 1, np.int64)
    for number in np.flatnonzero(np.bincount(pair)).tolist():
        row, which = divmod(number, len(channels))
        targets_us[number] = merge.plan.target_us(names[row], channels[which][1])
    return queue, came, targets_us[pair]


def _by_name(names: Mapping[int, str], rows: Ints, dues: Ints) -> dict[str, list[int]]:
    """The instants of each queue, sorted; a row that is no queue's is left out."""
    told: dict[str, list[int]] = {name: [] for name in names.values()}
    order = np.argsort(dues, kind="stable")
    for row, due in zip(rows[order].tolist(), dues[order].tolist(), strict=True):
        if row in names:
            told[names[row]].append(due)
    return told


def _targets_us(merge: Merge) -> dict[str, int]:
    """The longest target of each queue's channels."""
    plan = merge.plan
    return {
        queue: max(plan.target_us(queue, channel) for channel in channels)
        for queue, channels in merge.rows.channels.items()
        if channels
    }
