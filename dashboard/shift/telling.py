"""What a report of a shift tells, in words and figures: docs/metrics.md says what each one means."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from dashboard.amounts import whole
from dashboard.document import Document, Figure, Lines, Table
from dashboard.i18n import _, _n, marked
from dashboard.shift import unknown
from dashboard.shift.incidents import incident
from dashboard.shift.words import (
    NONE,
    Told,
    channel_name,
    clock,
    count,
    csat,
    csat_known,
    date,
    length,
    moment,
    number_of,
    share,
    target,
    variant,
)
from stream.contract.figures import Section
from stream.contract.shifts import Hour, ShiftReport

Cell = Callable[[Told], str]
# The figures of contacts, a column each.
_CONTACTS: Final[tuple[tuple[str, Cell], ...]] = (
    (marked("Offered"), lambda one: count(one, "offered")),
    (marked("Answered"), lambda one: count(one, "answered")),
    (marked("Abandoned"), lambda one: count(one, "abandoned")),
    (marked("Abandonment"), lambda one: share(one, "abandonment_rate")),
    (marked("Service level"), lambda one: share(one, "service_level")),
    (marked("ASA"), lambda one: length(one, "average_speed_of_answer_s")),
    (marked("Wait, p90"), lambda one: length(one, "wait_p90_s")),
    (marked("Longest wait"), lambda one: length(one, "wait_max_s")),
    (marked("AHT"), lambda one: length(one, "average_handle_time_s")),
    (marked("CSAT"), csat),
    (marked("Answers to surveys"), csat_known),
)
_PEOPLE: Final[tuple[tuple[str, Cell], ...]] = (
    (marked("Handled"), lambda one: count(one, "handled")),
    (marked("AHT"), lambda one: length(one, "average_handle_time_s")),
    (marked("Talk"), lambda one: length(one, "average_talk_time_s")),
    (marked("Hold"), lambda one: length(one, "average_hold_time_s")),
    (marked("Wrap-up"), lambda one: length(one, "average_wrap_time_s")),
    (marked("Declined"), lambda one: count(one, "declined")),
    (marked("Occupancy"), lambda one: share(one, "occupancy")),
    (marked("CSAT"), csat),
    (marked("Answers to surveys"), csat_known),
)
THANKED_BY: Final = {
    "customer": marked("By customers"),
    "peer": marked("By peers"),
    "supervisor": marked("By supervisors"),
}


def document(report: ShiftReport) -> Document:
    """The whole report, in the language that is spoken."""
    return Document(
        title=_("Shift of {day}, {begin} to {end}").format(
            day=date(report.shift.begin, report.time_zone),
            begin=clock(report.shift.begin, report.time_zone),
            end=clock(report.shift.end, report.time_zone),
        ),
        about=about(report),
        figures=_figures(report),
        parts=[
            _hours(_("The floor by the hour"), report, lambda hour: hour.figures.floor),
            *(incident(one, report.time_zone) for one in report.incidents),
            _queues(report),
            _channels(report),
            _promises(report),
            _messages(report),
            *_queues_by_hour(report),
            _thanks(report),
            _teams(report),
            _agents(report),
            Lines(_("What the data does not know"), unknown.sentences(report)),
        ],
        footnote=_(
            "A window ends with its last second; an hour's figures are as of its end. Figures mean "
            "what docs/metrics.md says, and are those of «floorwatch compute» over the same events."
        ),
    )


def about(report: ShiftReport) -> str:
    """Of what floor it is, by whose clock, and as of when."""
    told = [
        report.title,
        _("time of {zone}").format(zone=report.time_zone),
        _("read at {moment}").format(moment=moment(report.read_at, report.time_zone)),
    ]
    if report.asked_end > report.shift.end:
        told.append(
            _("the shift goes on until {end}: this is up to now").format(
                end=clock(report.asked_end, report.time_zone)
            )
        )
    return " · ".join(told)


def _figures(report: ShiftReport) -> list[Figure]:
    floor = report.whole.floor
    due, kept = number_of(floor, "callbacks_due"), number_of(floor, "callbacks_kept")
    promises = _("{kept} of {due} due").format(kept=whole(kept), due=whole(due))
    return [
        Figure(
            share(floor, "service_level"),
            _("Service level"),
            _("in each queue's own target, {variant}").format(
                variant=variant(report.floor_service_level)
            ),
        ),
        Figure(count(floor, "offered"), _("Offered"), _answered(floor)),
        Figure(
            count(floor, "abandoned"),
            _("Abandoned"),
            _("{rate}; and {short} within a few seconds").format(
                rate=share(floor, "abandonment_rate"), short=count(floor, "short_abandoned")
            ),
        ),
        Figure(length(floor, "average_speed_of_answer_s"), _("ASA"), _waits(floor)),
        Figure(length(floor, "average_handle_time_s"), _("AHT"), _("talk, hold and wrap-up")),
        Figure(csat(floor), _("CSAT"), csat_known(floor)),
        Figure(share(floor, "callbacks_kept_rate"), _("Promises kept"), promises),
        Figure(share(floor, "occupancy"), _("Occupancy"), _("of agents' time on the floor")),
    ]


def _answered(floor: Section) -> str:
    return _("{answered} answered").format(answered=count(floor, "answered"))


def _waits(floor: Section) -> str:
    return _("nine in ten within {p90}, longest {longest}").format(
        p90=length(floor, "wait_p90_s"), longest=length(floor, "wait_max_s")
    )


def _row(name: str, section: Told, cells: tuple[tuple[str, Cell], ...]) -> list[str]:
    return [name, *(tell(section) for _head, tell in cells)]


def _heads(first: str, cells: tuple[tuple[str, Cell], ...]) -> list[str]:
    return [first, *(_(head) for head, _tell in cells)]


def _hours(
    caption: str, report: ShiftReport, of: Callable[[Hour], Section | None], note: str = ""
) -> Table:
    # Of what came before the log began nothing is known: that is a dash, never 0.
    known_from = report.unknown.held_since or report.shift.begin
    rows = []
    for hour in report.hours:
        section = of(hour)
        begin, end = (clock(at, report.time_zone) for at in (hour.begin, hour.end))
        if hour.end <= known_from:
            rows.append([f"{begin}–{end}", *(NONE for _cell in _CONTACTS)])
        elif section is not None:
            begin = clock(max(hour.begin, known_from), report.time_zone)
            rows.append(_row(f"{begin}–{end}", section, _CONTACTS))
    return Table(caption, _heads(_("Hour"), _CONTACTS), rows, note)


def named(report: ShiftReport, queue: str) -> str:
    return report.labels[queue].name if queue in report.labels else queue


def _level_note(report: ShiftReport, queue: str) -> str:
    label = report.labels.get(queue)
    return _("Service level in {target}, {variant}").format(
        target=target(label),
        variant=variant(report.floor_service_level if label is None else label.service_level),
    )


def _queues(report: ShiftReport) -> Table:
    rows = []
    for queue, section in busy(report):
        name, *told = _row(named(report, queue), section, _CONTACTS)
        rows.append([name, _level_note(report, queue), *told])
    first, *heads = _heads(_("Queue"), _CONTACTS)
    return Table(_("Queues"), [first, _("Target and variant"), *heads], rows)


def busy(report: ShiftReport) -> list[tuple[str, Section]]:
    """The queues with anything in the shift, most contacts first."""
    told = [
        (queue, section)
        for queue, section in report.whole.queues.items()
        if any(section.counts.values())
    ]
    return sorted(told, key=lambda one: (-number_of(one[1], "offered"), named(report, one[0])))


def _queues_by_hour(report: ShiftReport) -> list[Table]:
    def table(queue: str) -> Table:
        caption = _("{queue} by the hour").format(queue=named(report, queue))
        note = _level_note(report, queue)
        return _hours(caption, report, lambda hour: hour.figures.queues.get(queue), note)

    return [table(queue) for queue, _section in busy(report)]


def _channels(report: ShiftReport) -> Table:
    rows = [
        _row(channel_name(channel), section, _CONTACTS)
        for channel, section in report.whole.channels.items()
        if any(section.counts.values())
    ]
    return Table(_("Channels"), _heads(_("Channel"), _CONTACTS), rows)


def _promises(report: ShiftReport) -> Table:
    heads = [_("Queue"), _("Due"), _("Kept"), _("Kept, share"), _("Open at the end"), _("Overdue")]
    rows = [
        [
            named(report, queue),
            count(section, "callbacks_due"),
            count(section, "callbacks_kept"),
            share(section, "callbacks_kept_rate"),
            _now(section, "callbacks_open"),
            _now(section, "callbacks_overdue"),
        ]
        for queue, section in busy(report)
        if number_of(section, "callbacks_due") or section.now.get("callbacks_open")
    ]
    return Table(_("Promises to call back"), heads, rows)


def _messages(report: ShiftReport) -> Table:
    heads = [_("Queue"), _("Replies"), _("Average reply"), _("Unanswered at the end")]
    rows = [
        [
            named(report, queue),
            count(section, "responses"),
            length(section, "average_response_time_s"),
            _now(section, "conversations_unanswered"),
        ]
        for queue, section in busy(report)
        if number_of(section, "responses") or section.now.get("conversations_unanswered")
    ]
    return Table(_("Messages"), heads, rows)


def _now(section: Section, name: str) -> str:
    value = section.now.get(name)
    return NONE if value is None else whole(round(value))


def _teams(report: ShiftReport) -> Table:
    rows = [_row(team, section, _PEOPLE) for team, section in report.whole.teams.items()]
    return Table(_("Teams"), _heads(_("Team"), _PEOPLE), rows)


def _agents(report: ShiftReport) -> Table:
    rows = []
    for agent, section in (report.whole.agents or {}).items():
        if any(section.counts.values()) or section.figures.get("utilisation") is not None:
            name, *told = _row(agent, section, _PEOPLE)
            rows.append([name, section.team or NONE, *told])
    first, *heads = _heads(_("Agent"), _PEOPLE)
    note = _("By name: figures of a few contacts are no measure of a person.")
    return Table(_("Agents"), [first, _("Team"), *heads], rows, note)


def _thanks(report: ShiftReport) -> Table:
    counts = {(one.agent, one.by): one.count for one in report.thanks}
    agents = list(dict.fromkeys(one.agent for one in report.thanks))
    rows = [[agent, *(whole(counts.get((agent, by), 0)) for by in THANKED_BY)] for agent in agents]
    total = sum(counts.values())
    note = _n("{n} thank-you in this shift.", "{n} thank-yous in this shift.", total)
    heads = [_("Agent"), *(_(by) for by in THANKED_BY.values())]
    return Table(_("Thanks"), heads, rows, note.format(n=whole(total)))
