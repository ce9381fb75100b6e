"""What a drill's report tells, in words and figures, whatever it is written on: in the language that
is spoken."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import zip_longest
from math import floor
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from dashboard.amounts import day, duration, share, spelled, whole
from dashboard.document import Figure, Table
from dashboard.i18n import _, _n, marked
from dashboard.saying import said
from stream.contract.drills import Course, GroupOutcome, Outcome, Report
from stream.contract.instants import to_datetime

_COURSES: Final = {
    "yours": marked("As it was done"),
    "nothing": marked("Had nothing been done"),
    "best": marked("The best course found"),
}
_LEVELS: Final = {
    "yours": marked("Service level"),
    "nothing": marked("Level, nothing done"),
    "best": marked("Level, best course"),
}
_KINDS: Final = {
    "scenario": marked("scenario {name}"),
    "recording": marked("recording {name}"),
}
_GROUPS: Final = {
    "queue": marked("Queue: {name}"),
    "language": marked("Language: {name}"),
    "segment": marked("Segment: {name}"),
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
    return _("Drill: {title}").format(title=report.offer.title)


def subtitle(report: Report) -> str:
    """Who, when and on which floor."""
    when = _("{day}, {begin} to {end} ({zone})").format(
        day=day(local(report.began, report)),
        begin=clock(report.began, report),
        end=clock(report.ended, report),
        zone=report.time_zone,
    )
    offer = _(_KINDS[report.offer.kind]).format(name=report.offer.name)
    if report.offer.answers:
        offer = _("{offer}, seed {seed}").format(offer=offer, seed=report.plan.seed)
    return " · ".join(part for part in (report.plan.trainee, when, offer) if part)


def local(at: int, report: Report) -> datetime:
    """An instant by the floor's clock."""
    return to_datetime(at).astimezone(ZoneInfo(report.time_zone))


def clock(at: int, report: Report) -> str:
    """The time of day: 10:42."""
    return f"{local(at, report):%H:%M}"


def score(report: Report) -> Figure:
    """The score; a dash where there is none."""
    if report.score is None:
        return Figure(NONE, _("score"), _("there was nothing to be won"))
    return Figure(
        str(floor(report.score + 0.5)),
        _("score"),
        _("0 is doing nothing, 100 the best course found"),
    )


def times(report: Report) -> list[Figure]:
    """The four times after the trouble began."""
    return [
        _time(report.noticed_s, _("noticed"), report, _never(report)),
        _time(report.acknowledged_s, _("acknowledged"), report, _never(report)),
        _time(report.acted_s, _("acted"), report, _never(report)),
        _recovery(report),
    ]


def _recovery(report: Report) -> Figure:
    if report.onset is not None and report.recovered_s == 0:
        return Figure(duration(0), _("recovered"), _("no queue was overrun"))
    return _time(report.recovered_s, _("recovered"), report, _("not within the drill"))


def _time(seconds: float | None, label: str, report: Report, never: str) -> Figure:
    if report.onset is None:
        return Figure(NONE, label, _("there was no trouble"))
    if seconds is None:
        return Figure(NONE, label, never)
    since = _("after the trouble began") if report.offer.answers else _("after the first alert")
    return Figure(duration(seconds), label, since)


def _never(report: Report) -> str:
    # What was seen or done before that is in the timeline: not so that it never was.
    if report.offer.answers:
        return _("not after the trouble began")
    return _("not after the first alert")


def _share(value: float | None) -> str:
    return NONE if value is None else share(value)


def _length(value: float | None) -> str:
    return NONE if value is None else duration(value)


def _abandoned(one: Outcome) -> str:
    return _("{n} ({share})").format(n=whole(one.abandoned), share=_share(one.abandonment))


_ROWS: Final[tuple[tuple[str, Callable[[Outcome], str]], ...]] = (
    (marked("Cost, in minutes of customers' time"), lambda one: whole(one.cost_told)),
    (marked("Contacts offered"), lambda one: whole(one.offered)),
    (marked("Answered"), lambda one: whole(one.answered)),
    (marked("Service level"), lambda one: _share(one.service_level)),
    (marked("Abandoned"), _abandoned),
    (marked("Mean wait"), lambda one: _length(one.wait_s)),
    (marked("Longest wait"), lambda one: _length(one.longest_wait_s)),
    (marked("Promises made"), lambda one: whole(one.promises_made)),
    (marked("Promises kept"), lambda one: whole(one.promises_kept)),
    (marked("Promises broken"), lambda one: whole(one.promises_broken)),
    (marked("CSAT"), lambda one: _share(one.csat)),
    (marked("Occupancy"), lambda one: _share(one.occupancy)),
    (marked("Worked too long without a break"), lambda one: _share(one.strained)),
    (marked("Gap between groups"), lambda one: _share(one.equity_gap)),
    (marked("Recovered after"), lambda one: _length(one.recovered_s)),
)


def course_name(course: Course) -> str:
    """What a course is called."""
    return _(_COURSES[course.name])


def outcomes(report: Report) -> Table:
    """What came of each course, side by side."""
    heads = ["", *map(course_name, report.courses)]
    rows = [
        [_(label), *(tell(one.outcome) for one in report.courses)]
        for label, tell in (_ROWS if report.courses else ())
    ]
    return Table(_("What came of it"), heads, rows)


def groups(report: Report) -> Table:
    """How each queue, language and segment fared: as it was done, and by the other courses."""
    if not report.courses:
        return Table(_("Who fared how"), [], [])
    yours, *others = report.courses
    heads = [_("Group"), _("Offered"), _("Service level"), _("Abandoned"), _("Mean wait")]
    heads += [_(_LEVELS[other.name]) for other in others]
    names = queue_names(report)
    rows = [
        [
            _group(group, names),
            whole(group.offered),
            _share(group.service_level),
            _share(group.abandonment),
            _length(group.wait_s),
            *(_share(_level_of(group, other)) for other in others),
        ]
        for group in yours.outcome.groups
        if group.offered >= SHOWN_MIN
    ]
    return Table(_("Who fared how"), heads, rows)


def queue_names(report: Report) -> dict[str, str]:
    """What the queues of the floor are called, by their ids."""
    return {queue.id: queue.name for queue in report.offer.queues}


def _group(group: GroupOutcome, names: Mapping[str, str]) -> str:
    known = names if group.dimension == "queue" else {}
    return _(_GROUPS[group.dimension]).format(name=known.get(group.name, group.name))


def _level_of(group: GroupOutcome, course: Course) -> float | None:
    for other in course.outcome.groups:
        if (other.dimension, other.name) == (group.dimension, group.name):
            return other.service_level
    return None


def findings(report: Report) -> list[str]:
    """What there is to learn."""
    names = queue_names(report)
    return [
        said(told, english, names)
        for english, told in zip_longest(
            report.findings, report.findings_said[: len(report.findings)]
        )
    ]


def timeline(report: Report) -> list[Entry]:
    """What happened and what was done, numbered as the charts number it."""
    names = queue_names(report)
    return [
        Entry(
            number,
            moment.at,
            clock(moment.at, report),
            moment.kind,
            said(moment.said, moment.text, names),
        )
        for number, moment in enumerate(report.timeline, start=1)
    ]


def footnote(report: Report) -> str:
    """How the other courses came about."""
    if len(report.courses) < 2:
        return _("A recording happens again whatever is done: there is nothing to compare it with.")
    return _n(
        "Every course is the same floor with the same customers; {n} run was made. "
        "The search for the best course knows what comes, as nobody on a floor does.",
        "Every course is the same floor with the same customers; {n} runs were made. "
        "The search for the best course knows what comes, as nobody on a floor does.",
        report.tried,
    ).format(n=spelled(report.tried))
