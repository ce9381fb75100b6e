"""Panes, days, and the spans that slide over them."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from stream.contract.figures import PANE_US
from stream.contract.instants import HOUR_US, SECOND_US, from_datetime
from stream.windows.cells import Cells
from stream.windows.columns import COLUMN, STRIDE, WAIT_BASE
from stream.windows.days import DayClock
from stream.windows.panes import Measured, Panes
from stream.windows.rows import Rows
from stream.windows.spans import Span, move, settle_doubts
from stream.windows.sparse import PackedTally, Tally, ints
from stream.windows.store import PaneStore

OFFERED = COLUMN["offered"]


def at(zone: str, *moment: int) -> int:
    """An instant by a zone's own calendar."""
    return from_datetime(datetime(*moment, tzinfo=ZoneInfo(zone)))  # type: ignore[arg-type, misc]


def test_a_day_begins_at_local_midnight() -> None:
    """A microsecond before it is still yesterday."""
    clock = DayClock(ZoneInfo("America/Denver"))
    midnight = at("America/Denver", 2026, 3, 2)

    assert clock.day_of(midnight) == clock.day_of(midnight - 1) + 1
    assert midnight == clock.midnight_before(midnight + 5 * HOUR_US)


def test_the_day_the_clocks_change_has_23_or_25_hours() -> None:
    """Europe/Rome in 2026: 29 March and 25 October."""
    clock = DayClock(ZoneInfo("Europe/Rome"))
    for (month, day), hours in {(3, 29): 23, (10, 25): 25}.items():
        noon = at("Europe/Rome", 2026, month, day, 12)
        next_noon = at("Europe/Rome", 2026, month, day + 1, 12)
        length = clock.midnight_before(next_noon) - clock.midnight_before(noon)
        assert hours * HOUR_US == length


def test_a_day_without_midnight_begins_at_the_jump() -> None:
    """In Sao Paulo on 4 November 2018 the clocks went from 23:59:59 to 01:00."""
    clock = DayClock(ZoneInfo("America/Sao_Paulo"))
    one = at("America/Sao_Paulo", 2018, 11, 4, 1)

    assert one == clock.midnight_before(one + HOUR_US)
    assert clock.day_of(one) == clock.day_of(one - 1) + 1


def test_midnights_between_are_those_inside() -> None:
    """Neither end counts, and three days apart there are three."""
    clock = DayClock(ZoneInfo("UTC"))
    start = at("UTC", 2026, 3, 2)
    day = 24 * HOUR_US

    assert [] == clock.midnights_between(start, start + day)
    assert [start + day] == clock.midnights_between(start, start + day + 1)
    assert [start + day, start + 2 * day, start + 3 * day] == clock.midnights_between(
        start + 1, start + 3 * day + 1
    )


def test_the_calendar_s_ends_have_days_as_well() -> None:
    """The first and last instants that an event may bear."""
    clock = DayClock(ZoneInfo("Asia/Tokyo"))

    assert clock.day_of(at("UTC", 1, 1, 1)) <= clock.day_of(at("UTC", 9999, 12, 31, 23))


def test_a_pane_that_is_too_old_settles_into_its_local_days() -> None:
    """In each zone asked for, the day that the pane lies in there."""
    panes = Panes([ZoneInfo("UTC"), ZoneInfo("Asia/Tokyo")])
    old = at("UTC", 2026, 3, 2, 18) // (5 * SECOND_US)
    panes.measured.begin(old)
    panes.measured.sums.extend((OFFERED, 3))
    panes.fold(old)
    panes.measured.begin(old + 4000)
    panes.measured.ones.append(OFFERED)
    panes.fold(old + 4000)

    assert old not in panes.panes
    settled = {(key.zone, key.day): tally.amounts.tolist() for key, tally in panes.days.items()}
    assert {("UTC", 739_677): [3], ("Asia/Tokyo", 739_678): [3]} == settled


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9), st.integers(-3, 3))))
def test_folding_is_adding_up(entries: list[tuple[int, int, int]]) -> None:
    """Whatever the order and the repetitions: one amount a pane and code, their sum."""
    measured = Measured()
    expected: Counter[tuple[int, int]] = Counter()
    for pane, cell, amount in entries:
        measured.begin(pane)
        measured.sums.extend((cell * STRIDE, amount))
        expected[pane, cell * STRIDE] += amount

    folded = {
        (pane, code): amount
        for pane, tally in measured.by_pane().items()
        for code, amount in zip(tally.codes.tolist(), tally.amounts.tolist(), strict=True)
    }

    assert dict(expected) == folded


@given(
    st.lists(st.tuples(st.integers(0, 340), st.integers(0, 2), st.integers(0, 100)), max_size=40),
    st.sampled_from((1, 2, 7, 12, 13, 60, 150, 300)),
)
def test_a_span_that_slides_equals_one_that_was_never_anywhere_else(
    waits: list[tuple[int, int, int]], length: int
) -> None:
    """Counts and the longest wait, at every step, with panes as they come."""
    cells = Cells()
    for queue in ("a", "b", "c"):
        cells.number(queue, None, None)
    rows = Rows(cells)
    store = PaneStore(rows)
    by_pane: dict[int, list[tuple[int, int]]] = {}
    for pane, cell, wait in waits:
        by_pane.setdefault(pane, []).append((cell, wait))
    for pane, entries in by_pane.items():
        store.put(pane, 0, _tally(entries))
    span = Span(rows, length)

    for last in range(345):
        move(span, store, last - length + 1, last)
        settle_doubts(span, store)
        span.ready()
        inside = [wait for pane, _, wait in waits if last - length < pane <= last]
        assert len(inside) == span.groups.counts[0, OFFERED]
        assert max(inside, default=-1) == span.groups.longest_us[0]


def _tally(entries: list[tuple[int, int]]) -> Tally:
    counts = Counter(cell for cell, _ in entries)
    cells = sorted(counts)
    longest = [max(wait for cell, wait in entries if cell == wanted) for wanted in cells]
    return Tally(
        ints(cells) * STRIDE + OFFERED,
        np.array([counts[cell] for cell in cells], np.int64),
        ints(cells),
        ints(longest),
    )


def test_a_stretch_since_the_calendar_began_is_not_cut_at_every_midnight() -> None:
    """An agent's clock that began in year 1 and then was set right: a few days are told, not
    seven hundred thousand."""
    panes = Panes([ZoneInfo("Europe/Rome")])
    now = at("UTC", 2026, 3, 2, 18)
    panes.add_pieces(
        [("a1", "busy", at("UTC", 1, 1, 1), now)], {(None, None, "a1"): 0}, now // PANE_US
    )
    panes.fold(now // PANE_US)

    assert len(panes.days) + len(panes.panes) < 10


def test_a_null_date_does_not_confuse_the_days_after_it() -> None:
    """Year 1 is asked for in a zone behind and one ahead of UTC, then today: today is right."""
    for zone in ("America/Denver", "Europe/Rome", "UTC"):
        clock = DayClock(ZoneInfo(zone))
        clock.day_of(at("UTC", 1, 1, 1))
        clock.day_of(at("UTC", 9999, 12, 31, 23))
        noon = at(zone, 2026, 3, 2, 12)
        assert date(2026, 3, 2).toordinal() == clock.day_of(noon)
        assert at(zone, 2026, 3, 2) == clock.midnight_before(noon)
        assert [] == clock.midnights_between(at("UTC", 1, 1, 1), at("UTC", 1, 1, 1) + 1)


def test_an_agent_who_answers_more_than_two_bytes_hold_is_counted_right() -> None:
    """An agent's waits lie in two bytes each for as long as they fit: 70,000 alike do not. What is
    then taken away leaves the rest."""
    cells = Cells()
    cell = cells.number(None, None, "a1")
    rows = Rows(cells)
    span = Span(rows, None)
    waits = ints([cell * STRIDE + COLUMN["answered_waited"], cell * STRIDE + WAIT_BASE + 7])
    for amount in (40_000, 30_000):
        span.add(rows.spread(Tally(waits, ints([amount, amount]))))

    assert span.agents.waits[0, 7] == 70_000
    span.take(rows.spread(Tally(waits, ints([69_999, 69_999]))))
    assert span.agents.waits[0, 7] == 1


@given(st.lists(st.tuples(st.integers(0, 9), st.sampled_from((1, 1, 7, 2**31 - 1, 2**31, 2**40)))))
def test_a_packed_tally_is_the_same_tally(entries: list[tuple[int, int]]) -> None:
    """Amounts of one, of four bytes and of more come back as they were."""
    amounts = dict(entries)
    tally = Tally(
        ints([*amounts]), ints([*amounts.values()]), ints([*amounts]), ints([*amounts.values()])
    )

    packed = PackedTally(tally).tally()

    assert amounts == dict(zip(packed.codes.tolist(), packed.amounts.tolist(), strict=True))
    assert amounts == dict(zip(packed.cells.tolist(), packed.longest_us.tolist(), strict=True))
