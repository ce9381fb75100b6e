"""A shift's report as one table for spreadsheets: a row for each thing and stretch of time, with exact
figures under headings in the language that is spoken. What is not known is an empty cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any, Final

from dashboard.i18n import _, marked
from dashboard.sheet import Cell, csv_text
from dashboard.shift import unknown
from dashboard.shift.incidents import acknowledged_by, happened, severity, title
from dashboard.shift.telling import THANKED_BY, about, busy, named
from dashboard.shift.words import Told, channel_name, minute, variant
from stream.contract.figures import AgentSection, Figures
from stream.contract.shifts import ShiftReport

Row = dict[str, Cell]

# What a row is of, and as what it is judged.
_OF: Final[Mapping[str, str]] = {
    "table": marked("Table"),
    "name": marked("Name"),
    "team": marked("Team"),
    "begin": marked("From, {zone}"),
    "end": marked("To, {zone}"),
    "target_s": marked("Target, seconds"),
    "variant": marked("Service level, variant"),
}
# By the names of METRICS, which are those of counts, figures and the present alike.
_COUNTS: Final[Mapping[str, str]] = {
    "offered": marked("Offered"),
    "answered": marked("Answered"),
    "answered_in_target": marked("Answered in target"),
    "abandoned": marked("Abandoned"),
    "short_abandoned": marked("Left at once"),
    "handled": marked("Handled"),
    "declined": marked("Declined"),
    "callbacks_due": marked("Promises due"),
    "callbacks_kept": marked("Promises kept"),
    "callbacks_open": marked("Promises open at the end"),
    "callbacks_overdue": marked("Promises overdue"),
    "responses": marked("Replies"),
    "conversations_unanswered": marked("Unanswered at the end"),
    "csat_n": marked("Answers to surveys"),
}
_SHARES: Final[Mapping[str, str]] = {
    "service_level": marked("Service level"),
    "abandonment_rate": marked("Abandonment"),
    "callbacks_kept_rate": marked("Kept, share"),
    "occupancy": marked("Occupancy"),
    "csat_score": marked("CSAT"),
}
# How sure the last of them is.
_BOUNDS: Final[Mapping[str, str]] = {
    "csat_low": marked("{name}, 95 % from"),
    "csat_high": marked("{name}, 95 % to"),
}
_LENGTHS: Final[Mapping[str, str]] = {
    "average_speed_of_answer_s": marked("ASA"),
    "wait_p90_s": marked("Wait, p90"),
    "wait_max_s": marked("Longest wait"),
    "average_handle_time_s": marked("AHT"),
    "average_talk_time_s": marked("Talk"),
    "average_hold_time_s": marked("Hold"),
    "average_wrap_time_s": marked("Wrap-up"),
    "average_response_time_s": marked("Average reply"),
}
_FIGURES: Final = (*_COUNTS, *_SHARES, *_BOUNDS, *_LENGTHS)
# Of thanks, incidents and what is not known alone.
_TOLD: Final[Mapping[str, str]] = {
    **THANKED_BY,
    "severity": marked("Severity"),
    "acknowledged_by": marked("Acknowledged by"),
    "assigned_to": marked("Assigned to"),
    "text": marked("Text"),
}


def shift_csv(report: ShiftReport, *, guard: bool = True) -> str:
    """The report's tables, incidents and what the data does not know as one CSV, without a byte
    order mark. With `guard` no text is taken for a formula."""
    heads = _heads(report.time_zone)
    rows = chain(_floor(report), _queues(report), _others(report), _people(report), _said(report))
    cells = ([row.get(key) for key in heads] for row in rows)
    return csv_text(chain([list(heads.values())], cells), guard=guard)


def _heads(zone: str) -> dict[str, str]:
    """The columns, each with its heading; of what is measured the unit stands in it."""
    told = {key: _(head).format(zone=zone) for key, head in _OF.items()}
    told |= {key: _(head) for key, head in {**_COUNTS, **_SHARES}.items()}
    told |= {key: _(head).format(name=_("CSAT")) for key, head in _BOUNDS.items()}
    told |= {key: _("{figure}, seconds").format(figure=_(head)) for key, head in _LENGTHS.items()}
    return told | {key: _(head) for key, head in _TOLD.items()}


def _floor(report: ShiftReport) -> Iterator[Row]:
    own: Row = {"name": report.title, "variant": variant(report.floor_service_level)}
    yield _whole(report, _("The shift"), report.whole.floor) | own | {"text": about(report)}
    for stretch, figures in _hours(report):
        section = None if figures is None else figures.floor
        yield {"table": _("The floor by the hour"), **stretch, **_figures(section)} | own


def _queues(report: ShiftReport) -> Iterator[Row]:
    queues = busy(report)
    for queue, section in queues:
        yield _whole(report, _("Queues"), section) | _queue(report, queue)
    for queue, _section in queues:
        for stretch, figures in _hours(report):
            if figures is None or queue in figures.queues:
                told = _figures(None if figures is None else figures.queues[queue])
                own = _queue(report, queue)
                yield {"table": _("Queues by the hour"), **stretch, **told, **own}


def _others(report: ShiftReport) -> Iterator[Row]:
    for channel, section in report.whole.channels.items():
        if any(section.counts.values()):
            yield _whole(report, _("Channels"), section) | {"name": channel_name(channel)}
    for team, section in report.whole.teams.items():
        yield _whole(report, _("Teams"), section) | {"name": team}


def _people(report: ShiftReport) -> Iterator[Row]:
    for agent, section in (report.whole.agents or {}).items():
        if any(section.counts.values()) or section.figures.get("utilisation") is not None:
            own: Row = {"name": agent, "team": section.team}
            yield _whole(report, _("Agents"), section) | own
    for one in report.thanks:
        yield _stretch(report, _("Thanks")) | {"name": one.agent, one.by: one.count}


def _said(report: ShiftReport) -> Iterator[Row]:
    zone = report.time_zone
    for one in report.incidents:
        own: Row = {"name": title(one), "severity": severity(one)}
        yield {
            "table": _("Incidents"),
            **own,
            "begin": minute(one.since, zone),
            "end": None if one.resolved_at is None else minute(one.resolved_at, zone),
            "acknowledged_by": acknowledged_by(one),
            "assigned_to": one.assigned_to,
        }
        for line in one.history:
            text = happened(line, zone)
            yield {"table": _("What happened"), **own, "begin": minute(line.at, zone), "text": text}
    for sentence in unknown.sentences(report):
        yield _stretch(report, _("What the data does not know")) | {"text": sentence}


def _stretch(report: ShiftReport, table: str) -> Row:
    zone = report.time_zone
    begin, end = (minute(at, zone) for at in (report.shift.begin, report.shift.end))
    return {"table": table, "begin": begin, "end": end}


def _whole(report: ShiftReport, table: str, section: Told) -> Row:
    return _stretch(report, table) | _figures(section)


def _hours(report: ShiftReport) -> Iterator[tuple[Row, Figures | None]]:
    """Each hour with its figures; of one before the log begins nothing is known, which is None."""
    known_from = report.unknown.held_since or report.shift.begin
    for hour in report.hours:
        known = hour.end > known_from
        begin = max(hour.begin, known_from) if known else hour.begin
        stretch = (minute(at, report.time_zone) for at in (begin, hour.end))
        yield dict(zip(("begin", "end"), stretch, strict=True)), hour.figures if known else None


def _queue(report: ShiftReport, queue: str) -> Row:
    label = report.labels.get(queue)
    own = report.floor_service_level if label is None else label.service_level
    targets = [] if label is None else list(dict.fromkeys(label.target_s.values()))
    target_s: Cell = targets[0] if len(targets) == 1 else " / ".join(map(str, targets)) or None
    return {"name": named(report, queue), "target_s": target_s, "variant": variant(own)}


def _figures(section: Told | None) -> Row:
    """All that is measured, exact; of nothing that is known nothing."""
    if section is None:
        return {}
    now = {} if isinstance(section, AgentSection) else section.now
    told: dict[str, Any] = {**now, **section.counts, **section.figures}
    return {name: told.get(name) for name in _FIGURES}
