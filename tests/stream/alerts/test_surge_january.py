"""The bank's real January 1999: every surge and every drop that the charts tell of it.

It was read through for sense. The month is the first that the baseline sees, so all but its last
days are judged by one or two of their kind. Where the data is, test_anonymous_bank_months.py says.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from stream.alerts import surge
from stream.alerts.baseline import Baseline
from stream.alerts.surge import AT_REST, Chart
from stream.contract.events import ContactQueued
from stream.contract.instants import MINUTE_US, to_datetime
from tests.stream.adapters.test_anonymous_bank_months import ISRAEL, JANUARY, imported, path_of

RULES = {"surge": surge.SURGE, "building": surge.BUILDING, "drop": surge.DROP}


class Firing(NamedTuple):
    """When a chart fired, since when it climbed by then, when it was over, and how many contacts
    came in the place of how many, from the beginning to the firing."""

    kind: str
    fired: str
    since: str
    over: str
    counted: int
    expected: int


def clock(minute: int, form: str = "%d %H:%M") -> str:
    """The local time in Israel."""
    return to_datetime(minute).astimezone(ISRAEL).strftime(form)


@cache
def arrivals(queue: str | None) -> Counter[int]:
    """Contacts by minute, of a queue or of the whole floor."""
    return Counter(
        event.time // MINUTE_US * MINUTE_US
        for event in imported(path_of(JANUARY)).events
        if isinstance(event, ContactQueued) and queue in {None, event.data.queue}
    )


def minutes() -> Iterator[int]:
    """Every minute of every day that has a record: the 11th and 12th are a gap, as of a service
    that was not there."""
    times = arrivals(None)
    days = {clock(minute, "%d") for minute in times}
    for minute in range(min(times), max(times), MINUTE_US):
        if clock(minute, "%d") in days:
            yield minute


@cache
def firings(queue: str | None = None) -> list[Firing]:
    """What the charts tell of the month, in the order in which it was over."""
    known = Baseline(ISRAEL)
    counts = arrivals(queue)
    charts = dict.fromkeys(RULES, AT_REST)
    fired: dict[str, tuple[int, Chart]] = {}
    told = []
    for minute in minutes():
        expected = known.expected(minute)
        for kind, rule in RULES.items():
            chart = surge.step(rule, charts[kind], minute, counts[minute], expected)
            if chart.signals and not charts[kind].signals:
                fired[kind] = (minute, chart)
            elif charts[kind].signals and not chart.signals:
                told.append(firing(kind, *fired[kind], over=minute))
            charts[kind] = chart
        signals = charts["surge"].signals or charts["drop"].signals
        known.advance(minute, counts[minute], signals=signals)
    return told


def firing(kind: str, minute: int, chart: Chart, *, over: int) -> Firing:
    """One signal, told by when it began: it is known at the end of its minute."""
    assert chart.began is not None
    since = clock(chart.began, "%H:%M")
    end = clock(over, "%H:%M")
    return Firing(kind, clock(minute), since, end, chart.counted, round(chart.expected))


def test_the_surges_of_the_whole_floor() -> None:
    """Three in the month, each one episode.

    On the 10th twice as many as on the Sunday before and on all other days, from 16:00 on: told at
    16:20. On the 18th everybody calls at once when the lines, dead since 14:52, are back. On the
    31st a burst of twelve minutes.
    """
    told = [each for each in firings() if each.kind == "surge"]

    assert told == [
        Firing("surge", "10 16:20", "16:01", "16:46", 116, 61),
        Firing("surge", "18 15:13", "15:12", "15:44", 23, 4),
        Firing("surge", "31 19:14", "19:07", "19:33", 23, 6),
    ]


def test_surges_that_build_up_on_the_whole_floor() -> None:
    """None that is not a surge as well."""
    told = [each for each in firings() if each.kind == "building"]

    assert [each.fired for each in told] == ["10 16:26", "18 15:17"]


def test_the_drops_of_the_whole_floor() -> None:
    """Two outages in working hours: no contact for two hours of the 13th, and none for twenty
    minutes of the 18th, told before the half hour was over. Six evenings and afternoons on which
    a fifth of the usual came for half an hour or an hour."""
    told = [each for each in firings() if each.kind == "drop"]

    assert told == [
        Firing("drop", "10 22:28", "22:05", "22:56", 2, 17),
        Firing("drop", "13 09:40", "09:35", "11:41", 0, 16),
        Firing("drop", "14 21:43", "20:55", "22:10", 11, 34),
        Firing("drop", "18 15:05", "14:52", "15:12", 4, 23),
        Firing("drop", "23 19:12", "19:00", "19:28", 0, 14),
        Firing("drop", "24 20:34", "19:47", "20:43", 9, 30),
        Firing("drop", "24 21:09", "19:47", "21:26", 19, 49),
        Firing("drop", "25 16:33", "16:13", "16:48", 6, 25),
    ]


def test_the_surges_of_new_customers() -> None:
    """Four in the first week, of whose days nothing was known: at 16:00 of Sunday, Tuesday and
    Thursday four times as many as before, as in every later week, which has learned it by then."""
    told = [each.fired for each in firings("NW") if each.kind == "surge"]

    assert told == ["03 16:18", "04 08:47", "05 16:12", "07 16:07"]


def test_the_days_that_the_data_has() -> None:
    """The gap is told as one: two days of the month have no minutes."""
    days = {to_datetime(minute).astimezone(ISRAEL).day for minute in minutes()}

    assert days == set(range(1, 32)) - {11, 12}
