"""What bounds a merge: names that come and go, more names than there is room for, long windows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from stream.contract.figures import LIVE_WINDOWS, PANE_US, PANES_HELD, PANES_OF_WINDOW
from stream.contract.floorplan import FloorPlan
from stream.contract.frames import (
    AgentFrame,
    AgentsFrame,
    HeadFrame,
    agents_key,
    decode_frame,
    encode_frame,
    head_key,
)
from stream.contract.instants import HOUR_US, SECOND_US
from stream.figures import floor_figures
from stream.floor.floor import Floor
from stream.floor.telling import changes
from stream.merge import Merge
from stream.windows.cells import Cells
from stream.windows.columns import COLUMN, STRIDE
from stream.windows.rows import AGENTS_KEPT, GROUPS_KEPT, Rows
from stream.windows.spans import Span, move, settle_doubts
from stream.windows.sparse import Tally, ints
from stream.windows.store import PaneStore
from tests.builders import BASE_US, DAY, MINUTE, answered, ended, queued, state
from tests.properties.comparison import differences

PLAN: Final = FloorPlan()
# Single panes and steps of twelve at both ends of a window, and twenty steps of 144 between; in the
# mean, with the panes that a step is made of when it is first met.
TABLES_MAX: Final = 64


def tell(merge: Merge, floor: Floor, as_of: int) -> None:
    """Tell the merge what changed on the floor, through its bytes."""
    floor.show(as_of)
    health = floor.health_counts()
    head = HeadFrame(as_of, as_of, 0, 0, floor.newest, health, {}, {})
    for key, frame in [*changes(floor, 0, as_of), (head_key(0), head)]:
        merge.take(key, None if frame is None else decode_frame(key, encode_frame(frame)))
    merge.advance(as_of)


def figures(merge: Merge) -> dict[str, Any]:
    """Every window's figures, those of agents included."""
    return {
        window: msgspec.to_builtins(floor_figures(merge, window, agents=True))
        for window in LIVE_WINDOWS
    }


def day_of(number: int, queues: int) -> list[bytes]:
    """A day on which queues and agents have names that they never had before."""
    at = number * DAY
    lines = []
    for index in range(queues):
        contact, queue, agent = (f"{kind}-{number}-{index}" for kind in ("c", "q", "a"))
        begins = at + index * MINUTE
        lines += [
            state(agent, begins, "available", queues=[queue], team="north"),
            queued(contact, begins, queue),
            answered(contact, begins + 7 + index, queue, agent),
            state(agent, begins + 8 + index, "busy"),
            ended(contact, begins + 90, queue, agent),
            state(agent, begins + 91 + index, "offline", queues=[]),
        ]
    return lines


def test_names_that_come_and_go_are_forgotten_and_change_no_figure() -> None:
    """After each of ten days of new names there are no more of them than two days have, and every
    figure is that of a merge that met only what is still known."""
    merge, floor = Merge(PLAN, LIVE_WINDOWS, names_min=10), Floor(PLAN)
    for number in range(10):
        for line in day_of(number, queues=20):
            floor.apply([line])
            assert floor.newest is not None
            tell(merge, floor, floor.newest)

    assert merge.renewals > 2
    # A day of twenty queues has a cell for each wait, each answer and each agent's time.
    assert len(merge.cells) <= 2 * 60 + 60
    assert merge.rows.queue_count <= 3 * 20
    assert [] == _differences(_fresh(floor), merge)


def _fresh(floor: Floor) -> Merge:
    """A merge that has just begun, and is told everything."""
    assert floor.newest is not None
    merge = Merge(PLAN, LIVE_WINDOWS)
    head = HeadFrame(floor.newest, floor.newest, 0, 0, floor.newest, floor.health_counts(), {}, {})
    for key, frame in [*changes(floor, 0, floor.newest, everything=True), (head_key(0), head)]:
        merge.take(key, frame)
    merge.advance(floor.newest)
    return merge


def _differences(expected: Merge, actual: Merge) -> list[str]:
    both = figures(expected), figures(actual)
    return [one for window in LIVE_WINDOWS for one in differences(*(each[window] for each in both))]


def test_an_agent_who_is_told_no_more_is_forgotten() -> None:
    """A group of agents is told whole, so whoever is missing from it is gone."""
    merge = Merge(PLAN, LIVE_WINDOWS)
    anne, bob = (
        AgentFrame(name, "busy", None, BASE_US, "north", ("q",), []) for name in ("anne", "bob")
    )
    for agents in ([anne, bob], [bob]):
        merge.take(agents_key(0, 1), AgentsFrame(1, agents))
        merge.advance(BASE_US + SECOND_US)

    told = floor_figures(merge, "30m").floor
    assert told.now["agents_busy"] == 1
    assert {"bob"} == merge.agents.known.keys()


def half_hours(count: int) -> Iterator[list[bytes]]:
    """A floor on which every half hour has names of its own, and stretches that windows cut."""
    for number in range(count):
        at = number * 30 * MINUTE
        contact, queue, agent = (f"{kind}-{number}" for kind in ("c", "q", "a"))
        yield [
            state(agent, at, "available", queues=[queue], team="north"),
            queued(contact, at + 60, queue),
            answered(contact, at + 90 + number, queue, agent),
            state(agent, at + 5 * MINUTE, "busy"),
            ended(contact, at + 20 * MINUTE, queue, agent),
            state(agent, at + 25 * MINUTE, "available"),
            state(agent, at + 29 * MINUTE, "offline", queues=[]),
        ]


def test_names_are_forgotten_while_windows_slide_over_others() -> None:
    """Whatever rows are moved, what windows hold goes with them, and leaves them again."""
    merge, floor = Merge(PLAN, LIVE_WINDOWS, names_min=10), Floor(PLAN)
    moved_at: list[int] = []
    for number, lines in enumerate(half_hours(68)):
        for line in lines:
            before = len(merge.rows.groups)
            floor.apply([line])
            assert floor.newest is not None
            tell(merge, floor, floor.newest)
            if len(merge.rows.groups) < before:
                moved_at.append(number)
            # Each event right after the move, then until four hours have gone by.
            since = number - moved_at[-1] if moved_at else 10
            if since < 1 or (since < 10 and line is lines[-1]):
                assert [] == _differences(fresh := _fresh(floor), merge)
                assert _lines(fresh) == _lines(merge)

    assert moved_at


def _lines(merge: Merge) -> dict[str, Any]:
    """The last hour of the floor and each queue, without those in which nothing was."""
    hours = merge.minutes.hour(merge.as_of, {"": 0, **merge.rows.named("queue")})
    return {name: told for name, told in hours.items() if any(told[1])}


def test_names_beyond_the_bounds_count_for_the_floor_and_are_counted() -> None:
    """A few queues and agents have rows; what came in others is in the floor's figures alone. Names
    that are forgotten make room, and nothing is taken from windows that never held it."""
    merge = Merge(PLAN, LIVE_WINDOWS, names_min=1, groups_max=30, agents_max=25)
    floor, renewals = Floor(PLAN), 0
    for number, lines in enumerate(half_hours(68)):
        for line in lines:
            floor.apply([line])
            assert floor.newest is not None
            tell(merge, floor, floor.newest)
        told = floor_figures(merge, "240m", agents=True)
        assert told.floor.counts["answered"] == min(number + 1, 8)
        if merge.limits():
            renewals = renewals or merge.renewals

    assert set(merge.limits()) == {GROUPS_KEPT, AGENTS_KEPT}
    assert merge.renewals > renewals > 0
    # Everything leaves every window, pane by pane.
    for _ in range(5 * HOUR_US // PANE_US):
        merge.advance(merge.as_of + PANE_US)
    for window in PANES_OF_WINDOW:
        empty = floor_figures(merge, window, agents=True)
        counts = [section.counts for section in (empty.floor, *empty.queues.values())]
        counts += [section.counts for section in (empty.agents or {}).values()]
        assert {0} == {told["handled"] for told in counts}


def test_only_the_largest_queues_are_told_where_there_are_too_many() -> None:
    """Those with the most contacts, waiting ones included; the floor still counts all."""
    floor, merge = Floor(PLAN), Merge(PLAN, LIVE_WINDOWS)
    contacts = {"few": 1, "many": 5, "some": 3, "more": 4}
    for queue, count in contacts.items():
        floor.apply([queued(f"{queue}-{index}", 0, queue) for index in range(count)])
    tell(merge, floor, BASE_US + SECOND_US)

    told = floor_figures(merge, "30m", queues_max=2)

    assert ["many", "more"] == [*told.queues]
    assert told.floor.counts["offered"] == sum(contacts.values())
    assert {*contacts} == {*floor_figures(merge, "30m").queues}


def test_a_window_slides_at_the_same_price_however_long_it_is() -> None:
    """Counted in panes and tables that are looked at: one pane enters and one leaves, and whose
    longest wait has left looks at no more tables than there are steps."""
    work = {}
    for window, length in PANES_OF_WINDOW.items():
        cells = Cells()
        rows = Rows(cells)
        store = PaneStore(rows)
        cell = cells.number("q", "voice", "a")
        for pane in range(PANES_HELD + 100):
            # Waits grow shorter and shorter: the longest leaves with every pane.
            store.put(pane, 0, _one_wait(cell, 10**9 - pane))
        span = Span(rows, length)
        move(span, store, PANES_HELD - length, PANES_HELD - 1)
        slid, searched = [], []
        for last in range(PANES_HELD, PANES_HELD + 90):
            before = store.looked_at
            move(span, store, last - length + 1, last)
            slid.append(store.looked_at - before)
            before = store.looked_at
            settle_doubts(span, store)
            searched.append(store.looked_at - before)
            # The first search makes the tables that later ones look at.
            assert span.groups.longest_us[0] == 10**9 - (last - length + 1)
        work[window] = (set(slid), sum(searched[1:]) / 89 < TABLES_MAX)

    assert dict.fromkeys(PANES_OF_WINDOW, ({2}, True)) == work


def _one_wait(cell: int, wait_us: int) -> Tally:
    return Tally(
        ints([cell * STRIDE + COLUMN["answered"]]), ints([1]), ints([cell]), ints([wait_us])
    )
