"""The two charts of a drill's report, as lines in a unit square: who waited, and how good it was."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from dashboard.amounts import share
from dashboard.i18n import _
from dashboard.training.telling import clock
from stream.contract.drills import Minute, Report
from stream.contract.instants import MINUTE_US

# A minute alone has too few answers to tell a level of: so many minutes up to each.
LEVEL_MINUTES: Final = 5
WAITING_LEAST: Final = 5
_STEPS: Final = (1, 2, 5)
_TICKS: Final = 4

Point = tuple[float, float]


class Line(NamedTuple):
    """A course's line, broken where there is no evidence: each part runs from left to right, x and
    y from 0 to 1, y upwards."""

    course: str
    parts: list[list[Point]]


class Mark(NamedTuple):
    """Where a moment of the timeline is, by its number; `row` keeps close ones apart."""

    x: float
    row: int
    number: int
    kind: str


class Tick(NamedTuple):
    """A place on an axis and what it is called."""

    place: float
    label: str


class Chart(NamedTuple):
    """A chart: its lines, what is written on its axes, where the trouble began, the moments."""

    caption: str
    lines: list[Line]
    across: list[Tick]
    up: list[Tick]
    onset: float | None
    marks: list[Mark]


def charts(report: Report) -> list[Chart]:
    """Who waited at the end of each minute, and the service level of the minutes up to it."""
    most = _round_up(max((row.waiting for one in report.courses for row in one.minutes), default=0))
    return [
        _chart(
            report,
            _("How many waited"),
            [Tick(place, f"{most * place:.0f}") for place in (0.0, 0.5, 1.0)],
            lambda minutes, nth: minutes[nth].waiting / most,
        ),
        _chart(
            report,
            _("Service level of the {n} minutes up to then").format(n=LEVEL_MINUTES),
            [Tick(place, share(place)) for place in (0.0, 0.5, 1.0)],
            _level,
        ),
    ]


def _level(minutes: Sequence[Minute], nth: int) -> float | None:
    rows = minutes[max(0, nth + 1 - LEVEL_MINUTES) : nth + 1]
    known = sum(row.answered + row.abandoned for row in rows)
    return sum(row.answered_in_target for row in rows) / known if known else None


def _round_up(most: int) -> int:
    """The next even number that reads well, so that its half is whole too."""
    most = max(most, WAITING_LEAST)
    scale = 1
    while 2 * _STEPS[-1] * scale < most:
        scale *= 10
    return next(2 * step * scale for step in _STEPS if 2 * step * scale >= most)


def _chart(
    report: Report,
    caption: str,
    up: list[Tick],
    told: Callable[[Sequence[Minute], int], float | None],
) -> Chart:
    lines = [Line(course.name, _parts(report, course.minutes, told)) for course in report.courses]
    onset = None if report.onset is None else _across(report, report.onset)
    return Chart(caption, lines, _times(report), up, onset, _marks(report))


def _parts(
    report: Report,
    minutes: Sequence[Minute],
    told: Callable[[Sequence[Minute], int], float | None],
) -> list[list[Point]]:
    parts: list[list[Point]] = [[]]
    for nth, minute in enumerate(minutes):
        value = told(minutes, nth)
        if value is None:
            parts.append([])
        else:
            parts[-1].append((_across(report, minute.at + MINUTE_US), value))
    return [part for part in parts if part]


def _across(report: Report, at: int) -> float:
    return min(1.0, max(0.0, (at - report.began) / max(1, report.ended - report.began)))


def _times(report: Report) -> list[Tick]:
    span = report.ended - report.began
    places = (report.began + span * nth // _TICKS for nth in range(_TICKS + 1))
    return [Tick(_across(report, at), clock(at, report)) for at in places]


def _marks(report: Report, apart: float = 0.028) -> list[Mark]:
    """Each moment in the first row where it has room."""
    ends: list[float] = []
    found = []
    for number, moment in enumerate(report.timeline, start=1):
        x = _across(report, moment.at)
        row = next((nth for nth, end in enumerate(ends) if x - end >= apart), len(ends))
        ends[row : row + 1] = [x]
        found.append(Mark(x, row, number, moment.kind))
    return found
