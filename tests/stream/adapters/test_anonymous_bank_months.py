"""The bank's real months, January and October 1999, held to totals counted another way.

They are found in the folder that FLOORWATCH_DATA names, or in ../shared/data beside the checkout.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import pytest

from stream.adapters.anonymous_bank_rows import MENU_HANG_UP, PHANTOM
from stream.adapters.port import Malformed, Summary
from stream.adapters.registry import adapter_for
from stream.contract.events import (
    ContactAbandoned,
    ContactAnswered,
    ContactEnded,
    ContactQueued,
    KnownEvent,
)
from stream.contract.instants import SECOND_US, to_datetime

BESIDE: Final = Path(__file__).parents[3].parent / "shared" / "data"
DATA: Final = Path(os.environ.get("FLOORWATCH_DATA", BESIDE))
JANUARY: Final = "technion-bank-1999-jan/january.txt"
OCTOBER: Final = "technion-bank-1999-oct/october.txt"
ISRAEL: Final = ZoneInfo("Asia/Jerusalem")
SIXTEEN: Final = "expected 17 tab-separated fields, found 16"


class Month(NamedTuple):
    """What the adapter made of a month."""

    events: list[KnownEvent]
    summary: Summary


class Totals(NamedTuple):
    """What METRICS.md counts, for a target of 20 s and short abandonments under 5 s."""

    offered: int
    answered: int
    abandoned: int
    short_abandoned: int
    abandoned_in_target: int
    answered_in_target: int
    wait_sum_s: int


JANUARYS: Final = Totals(
    offered=30_161,
    answered=27_060,
    abandoned=2_953,
    short_abandoned=148,
    abandoned_in_target=858,
    answered_in_target=16_402,
    wait_sum_s=947_857,
)


def path_of(name: str) -> Path:
    """Where a month is; skips the test where it is not."""
    path = DATA / name
    if not path.is_file():
        pytest.skip(f"{path} is not there; FLOORWATCH_DATA names the folder that holds {name}")
    return path


@cache
def imported(path: Path) -> Month:
    """The month's events; read once for all tests."""
    summary = Summary()
    with path.open(encoding="utf-8", newline="") as lines:
        return Month(list(adapter_for("anonymous-bank").events(lines, summary)), summary)


@cache
def rows_of(path: Path) -> list[dict[str, str]]:
    """The sound rows, by column."""
    lines = path.read_text(encoding="utf-8").splitlines()
    names = lines[0].split("\t")
    fields = (line.split("\t") for line in lines[1:])
    return [dict(zip(names, row, strict=True)) for row in fields if len(row) == len(names)]


def counted(path: Path) -> Totals:
    """The totals by counting rows: no clocks, no time zone, no events."""
    rows = [row for row in rows_of(path) if row["outcome"] != "PHANTOM"]
    answered = [int(row["q_time"]) for row in rows if row["outcome"] == "AGENT"]
    left = [
        int(row["q_time"])
        for row in rows
        if row["outcome"] == "HANG" and row["q_start"] != "0:00:00"
    ]
    return Totals(
        offered=len(answered) + len(left),
        answered=len(answered),
        abandoned=sum(wait >= 5 for wait in left),
        short_abandoned=sum(wait < 5 for wait in left),
        abandoned_in_target=sum(5 <= wait <= 20 for wait in left),
        answered_in_target=sum(wait <= 20 for wait in answered),
        wait_sum_s=sum(answered),
    )


def totalled(month: Month) -> Totals:
    """The totals of the events, by the waits that their times make."""
    queued = {event.subject: event.time for event in month.events if is_queued(event)}

    def waits(kind: type[KnownEvent]) -> list[float]:
        return [
            (event.time - queued[event.subject]) / SECOND_US
            for event in month.events
            if isinstance(event, kind)
        ]

    answered, left = waits(ContactAnswered), waits(ContactAbandoned)
    return Totals(
        offered=len(queued),
        answered=len(answered),
        abandoned=sum(wait >= 5 for wait in left),
        short_abandoned=sum(wait < 5 for wait in left),
        abandoned_in_target=sum(5 <= wait <= 20 for wait in left),
        answered_in_target=sum(wait <= 20 for wait in answered),
        wait_sum_s=round(sum(answered)),
    )


def is_queued(event: KnownEvent) -> bool:
    """Whether it is one that METRICS.md counts as offered."""
    return isinstance(event, ContactQueued)


def expected(name: str) -> dict[str, Any]:
    """What was computed by hand from the raw rows, beside the data."""
    content: dict[str, Any] = json.loads(
        path_of(str(Path(name).with_name("expected_metrics.json"))).read_text(encoding="utf-8")
    )
    return content


def by_day(month: Month, counts: Callable[[KnownEvent], bool]) -> Counter[str]:
    """Israel's days, each with how many of its queueings and answers count."""
    return Counter(
        to_datetime(event.time).astimezone(ISRAEL).date().isoformat()
        for event in month.events
        if counts(event)
    )


def test_january_gives_the_totals_that_are_known_of_it() -> None:
    """Those of the project's issue on real input."""
    month = imported(path_of(JANUARY))
    totals = totalled(month)
    queues = Counter(event.data.queue for event in month.events if isinstance(event, ContactQueued))

    assert totals == JANUARYS
    assert round(totals.wait_sum_s / totals.answered, 3) == 35.028
    assert queues == {"PS": 22_033, "NW": 5_233, "NE": 1_560, "TT": 914, "IN": 265, "PE": 156}


@pytest.mark.parametrize("name", [JANUARY, OCTOBER])
def test_events_give_the_totals_of_the_rows(name: str) -> None:
    """Midnights, time zone and sorting lose and add nothing."""
    path = path_of(name)

    assert totalled(imported(path)) == counted(path)


@pytest.mark.parametrize(
    ("name", "summary"),
    [
        (
            JANUARY,
            Summary(
                rows=31_599,
                events=114_442,
                without_event={MENU_HANG_UP: 1_198, PHANTOM: 240},
            ),
        ),
        (
            OCTOBER,
            Summary(
                rows=34_625,
                events=127_656,
                without_event={MENU_HANG_UP: 1_509, PHANTOM: 147},
                malformed=[Malformed(7_315, SIXTEEN), Malformed(14_247, SIXTEEN)],
            ),
        ),
    ],
)
def test_every_row_is_accounted_for(name: str, summary: Summary) -> None:
    """It made events, or made none by intent, or is named as malformed."""
    assert imported(path_of(name)).summary == summary


@pytest.mark.parametrize("name", [JANUARY, OCTOBER])
def test_a_month_comes_in_the_order_of_time(name: str) -> None:
    """So that it replays; and every id is there once."""
    events = imported(path_of(name)).events

    assert events == sorted(events, key=lambda event: (event.time, event.subject))
    assert len({event.id for event in events}) == len(events)


@pytest.mark.parametrize(
    ("name", "crossed"),
    [
        # The calls that began on one day and reached the queue, or an answer at once, on the next.
        (JANUARY, ["1999-01-07", "1999-01-23"]),
        (OCTOBER, ["1999-10-11", "1999-10-14"]),
    ],
)
def test_every_day_has_the_calls_that_are_known_of_it(name: str, crossed: list[str]) -> None:
    """The hand-made counts go by the day on which the call reached the menu, events by the day
    on which it queued: they part at midnight alone."""
    offered = by_day(imported(path_of(name)), is_queued)
    by_menu = {day: of["offered"] for day, of in expected(name)["by_day"].items() if of["offered"]}

    assert sorted((Counter(by_menu) - offered).elements()) == crossed
    assert (offered - Counter(by_menu)).total() == len(crossed)


@pytest.mark.parametrize("name", [JANUARY, OCTOBER])
def test_totals_agree_with_those_computed_by_hand(name: str) -> None:
    """As far as both mean the same: there, an abandonment is never short."""
    totals, by_hand = totalled(imported(path_of(name))), expected(name)["total"]

    assert {
        "offered": totals.offered,
        "answered": totals.answered,
        "abandoned": totals.abandoned + totals.short_abandoned,
        "answered_within_20s": totals.answered_in_target,
        "asa_s": round(totals.wait_sum_s / totals.answered, 2),
    }.items() <= by_hand.items()


@pytest.mark.parametrize("name", [JANUARY, OCTOBER])
def test_no_clock_that_is_seconds_off_makes_a_day_of_talk(name: str) -> None:
    """Service counts from the answer, seconds after its own clock began: so the mean talk time
    is a little under the one computed by hand, and no conversation lasts half a day."""
    month = imported(path_of(name))
    answered = {e.subject: e.time for e in month.events if isinstance(e, ContactAnswered)}
    talks = [
        (event.time - answered[event.subject]) / SECOND_US
        for event in month.events
        if isinstance(event, ContactEnded)
    ]

    assert min(talks) == 0
    assert max(talks) < 6 * 3600
    assert 0 < expected(name)["total"]["mean_talk_s"] - sum(talks) / len(talks) < 1


def test_the_half_hour_in_which_the_floor_was_in_trouble() -> None:
    """18 January, 15:00 to 15:30: 157 offered, 100 of them left, as the incident is known."""
    start, end = (
        datetime(1999, 1, 18, 15, minute, tzinfo=ISRAEL).timestamp() * SECOND_US
        for minute in (0, 30)
    )
    events = imported(path_of(JANUARY)).events
    waiting = {e.subject for e in events if is_queued(e) and start <= e.time < end}
    left = {e.subject for e in events if isinstance(e, ContactAbandoned)} & waiting

    assert abs(len(waiting) - 157) <= 3
    assert abs(len(left) - 100) <= 3
