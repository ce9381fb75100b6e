"""The contacts behind any count of a window: as many as the count says, read from the log."""

from __future__ import annotations

from collections.abc import Callable
from heapq import nlargest
from typing import Final

from stream.behind.answering import Asked, Scope, begin_of
from stream.behind.log import read_behind
from stream.clocks import current_clock
from stream.contract.detail import CountAsked, CountContacts
from stream.contract.figures import PANE_US
from stream.contract.floorplan import FloorPlan
from stream.floor.tracing import WRAPPED
from stream.logs.port import Log

# What the sums are sums over.
_SUMMED: Final = {
    "csat_sum": "csat_n",
    "wait_sum_s": "answered_waited",
    "talk_sum_s": "handled",
    "hold_sum_s": "handled",
    "wrap_sum_s": WRAPPED,
    "response_sum_s": "responses",
}


def contacts_counted(
    log: Log,
    plan: FloorPlan,
    asked: CountAsked,
    *,
    wall: int,
    give_up: Callable[[], bool] = lambda: False,
) -> CountContacts:
    """The contacts behind a count as of `wall`, on the wall clock in microseconds, or as of what is
    asked for. Raises `NotHeld`, `TooManyEvents` where `give_up` says so before all is read, and
    `LogError`."""
    now = int(current_clock(log).at(wall))
    as_of = now if asked.as_of is None else min(now, asked.as_of)
    counted = _SUMMED.get(asked.of, asked.of)
    since = _begin(asked, as_of, plan)
    scope = Scope(asked.queue, asked.channel, asked.agent, asked.team)
    read = read_behind(log, plan, Asked(scope, as_of, since, (counted,)), give_up=give_up)
    contacts = [contact for _, contact in read.found]
    return CountContacts(
        as_of=as_of,
        since=since,
        of=asked.of,
        counted=counted,
        total=len(contacts),
        contacts=nlargest(asked.most, contacts, key=lambda one: (one.at or 0, one.id)),
        unplaced=read.unplaced,
        held_since=read.held_since,
    )


def _begin(asked: CountAsked, as_of: int, plan: FloorPlan) -> int:
    if asked.since is None:
        return begin_of(asked.window, as_of, asked.queue, plan)
    # Counts are kept by panes: a part of one cannot be counted.
    return asked.since // PANE_US * PANE_US
