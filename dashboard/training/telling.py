"""What a drill's report tells, in words and figures, whatever it is written on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from math import floor
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from dashboard.document import Figure, Table
from dashboard.words import counted, duration, percent
from stream.contract.drills import Course, GroupOutcome, Outcome, Report
from stream.contract.instants import to_datetime

COURSES: Final = {
    "yours": "As it was done",
    "nothing": "Had nothing been done",
    "best": "The best course found",
}
LEVELS: Final = {
    "yours": "Service level",
    "nothing": "Level, nothing done",
    "best": "Level, best course",
}
NONE: Final = "–"
# Below this many contacts a group is not shown: a share of them says nothing.
SHOWN_MIN: Final = 10


class Entry(NamedTuple):
    """A numbered line of the timeline; `at` in microseconds."""

    number: int
    at: int
    time: str
    kind: str
    text: str


def title(report: Report) -> str:
    """What was drilled."""
    return f"Drill: {report.offer.title}"


def subtitle(report: Report) -> str:
    """Who, when and on which floor."""
    began, ended = local(report.began, report), local(report.ended, report)
    when = f"{began.day} {began:%B %Y}, {began:%H:%M} to {ended:%H:%M} ({report.time_zone})"
    kind = f"{report.offer.kind} {report.offer.name}"
    seeded = f"{kind}, seed {report.plan.seed}" if report.offer.answers else kind
    return " · ".join(part for part in (report.plan.trainee, when, seeded) if part)


def local(at: int, report: Report) -> datetime:
    """An instant by the floor's clock."""
    return to_datetime(at).astimezone(ZoneInfo(report.time_zone))


def clock(at: int, report: Report) -> str:
    """The time of day: 10:42."""
    return f"{local(at, report):%H:%M}"


def score(report: Report) -> Figure:
    """The score; a dash where there is none."""
    if report.score is None:
        return Figure(NONE, "score", "there was nothing to be won")
    return Figure(
        str(floor(report.score + 0.5)), "score", "0 is doing nothing, 100 the best course found"
    )


def times(report: Report) -> list[Figure]:
    """The four times after the trouble began."""
    told = (
        (report.noticed_s, "noticed"),
        (report.acknowledged_s, "acknowledged"),
        (report.acted_s, "acted"),
        (report.recovered_s, "recovered"),
    )
    return [_time(seconds, label, report) for seconds, label in told]


def _time(seconds: float | None, label: str, report: Report) -> Figure:
    if report.onset is None:
        return Figure(NONE, label, "there was no trouble")
    since = "after the trouble began" if report.offer.answers else "after the first alert"
    if seconds is None:
        # What was seen or done before that is in the timeline: not so that it never was.
        return Figure(
            NONE, label, "not within the drill" if label == "recovered" else f"not {since}"
        )
    if label == "recovered" and not seconds:
        return Figure(duration(0), label, "no queue was overrun")
    return Figure(duration(seconds), label, since)


def _share(value: float | None) -> str:
    return NONE if value is None else percent(value)


def _length(value: float | None) -> str:
    return NONE if value is None else duration(value)


_ROWS: Final[tuple[tuple[str, Callable[[Outcome], str]], ...]] = (
    ("Cost, in minutes of customers' time", lambda one: f"{one.cost_told:,}"),
    ("Contacts offered", lambda one: f"{one.offered:,}"),
    ("Answered", lambda one: f"{one.answered:,}"),
    ("Service level", lambda one: _share(one.service_level)),
    ("Abandoned", lambda one: f"{one.abandoned:,} ({_share(one.abandonment)})"),
    ("Mean wait", lambda one: _length(one.wait_s)),
    ("Longest wait", lambda one: _length(one.longest_wait_s)),
    ("Promises made", lambda one: f"{one.promises_made:,}"),
    ("Promises kept", lambda one: f"{one.promises_kept:,}"),
    ("Promises broken", lambda one: f"{one.promises_broken:,}"),
    ("CSAT", lambda one: _share(one.csat)),
    ("Occupancy", lambda one: _share(one.occupancy)),
    ("Worked too long without a break", lambda one: _share(one.strained)),
    ("Gap between groups", lambda one: _share(one.equity_gap)),
    ("Recovered after", lambda one: _length(one.recovered_s)),
)


def outcomes(report: Report) -> Table:
    """What came of each course, side by side."""
    heads = ["", *(COURSES[course.name] for course in report.courses)]
    if not report.courses:
        return Table("What came of it", heads, [])
    rows = [[label, *(tell(one.outcome) for one in report.courses)] for label, tell in _ROWS]
    return Table("What came of it", heads, rows)


def groups(report: Report) -> Table:
    """How each queue, language and segment fared: as it was done, and by the other courses."""
    if not report.courses:
        return Table("Who fared how", [], [])
    yours, *others = report.courses
    heads = ["Group", "Offered", "Service level", "Abandoned", "Mean wait"]
    heads += [LEVELS[other.name] for other in others]
    rows = [
        [
            f"{group.dimension.capitalize()}: {_named(group, report)}",
            f"{group.offered:,}",
            _share(group.service_level),
            _share(group.abandonment),
            _length(group.wait_s),
            *(_share(_level_of(group, other)) for other in others),
        ]
        for group in yours.outcome.groups
        if group.offered >= SHOWN_MIN
    ]
    return Table("Who fared how", heads, rows)


def _named(group: GroupOutcome, report: Report) -> str:
    names = {queue.id: queue.name for queue in report.offer.queues}
    return names.get(group.name, group.name) if group.dimension == "queue" else group.name


def _level_of(group: GroupOutcome, course: Course) -> float | None:
    for other in course.outcome.groups:
        if (other.dimension, other.name) == (group.dimension, group.name):
            return other.service_level
    return None


def timeline(report: Report) -> list[Entry]:
    """What happened and what was done, numbered as the charts number it."""
    return [
        Entry(number, moment.at, clock(moment.at, report), moment.kind, moment.text)
        for number, moment in enumerate(report.timeline, start=1)
    ]


def footnote(report: Report) -> str:
    """How the other courses came about."""
    if len(report.courses) < 2:
        return "A recording happens again whatever is done: there is nothing to compare it with."
    runs = counted(report.tried, "run")
    return (
        f"Every course is the same floor with the same customers; {runs} were made. "
        "The search for the best course knows what comes, as nobody on a floor does."
    )
