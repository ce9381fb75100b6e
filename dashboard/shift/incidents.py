"""What a shift's report tells of an incident: how long it lasted, who had it, and what happened, in
the language that is spoken."""

from __future__ import annotations

from typing import Final

from dashboard.amounts import span
from dashboard.document import Entry, Story
from dashboard.i18n import _, marked
from dashboard.said import title_said
from dashboard.saying import said
from dashboard.shift.words import clock, local, moment
from stream.contract.alerts import Entry as Line
from stream.contract.alerts import Incident, Severity
from stream.contract.instants import SECOND_US, parse_instant
from stream.contract.said import Said

_SEVERITIES: Final = {
    "page": marked("Urgent"),
    "notice": marked("Notice"),
    "ticket": marked("To read"),
}
# As dashboard/assets/alerts/incident_detail.js has them.
_WORDS: Final = {
    "opened": marked("Opened"),
    "joined": marked("Joined"),
    "worse": marked("Worse"),
    "resolved": marked("Resolved"),
    "reopened": marked("Opened again"),
    "no_data": marked("No data"),
    "data_again": marked("Data again"),
    "acknowledged": marked("Acknowledged"),
    "unacknowledged": marked("Given back"),
    "snoozed": marked("Silenced"),
    "woken": marked("Woken"),
    "assigned": marked("Assigned"),
    "note": marked("Note"),
    "escalated": marked("Escalated"),
}
# What people do, with who did it.
_DONE: Final = {
    "acknowledged": marked("Acknowledged by {name}"),
    "unacknowledged": marked("Given back by {name}"),
    "snoozed": marked("Silenced by {name} until {text}"),
    "woken": marked("Woken by {name}"),
    "assigned": marked("Assigned to {text} by {name}"),
    "note": marked("Note by {name}: {text}"),
}


def incident(told: Incident, zone: str) -> Story:
    """The incident as a story; `zone` is the floor's."""
    entries = [Entry(clock(one.at, zone), happened(one, zone)) for one in told.history]
    caption = _("Incident: {title}").format(title=title(told))
    return Story(caption, _came_to(told, zone), entries)


def title(told: Incident) -> str:
    """What it said as it fired in the shift."""
    return said(_title_said(told), told.title, {})


def severity(told: Incident) -> str:
    """How grave it is."""
    return severity_word(told.severity)


def acknowledged_by(told: Incident) -> str | None:
    """Who has it; None where nobody has."""
    return None if told.acknowledged is None else told.acknowledged.by


def _title_said(told: Incident) -> Said | None:
    # What fired in the shift may have fired otherwise since: then the history alone has its words.
    fired = (one.said for one in told.history if one.said is not None and one.text == told.title)
    return title_said(told) or next(fired, None)


def severity_word(severity: Severity) -> str:
    """How grave it is, as the screens say it."""
    return _(_SEVERITIES[severity])


def _came_to(told: Incident, zone: str) -> str:
    grave = severity(told)
    begin = moment(told.since, zone)
    if told.resolved_at is None:
        came_to = _("{severity}, opened {begin}, still open").format(severity=grave, begin=begin)
    else:
        lasted = span((told.resolved_at - told.since) / SECOND_US)
        came_to = _("{severity}, opened {begin}, over after {lasted}").format(
            severity=grave, begin=begin, lasted=lasted
        )
    if told.since != told.opened_at:
        came_to += " · " + _("opened first {begin}").format(begin=moment(told.opened_at, zone))
    if told.acknowledged is not None:
        came_to += " · " + _("acknowledged by {name}").format(name=told.acknowledged.by)
    if told.assigned_to is not None:
        came_to += " · " + _("with {name}").format(name=told.assigned_to)
    return came_to


def happened(line: Line, zone: str) -> str:
    """A line of the history: what somebody did, or what came by itself and what it said."""
    text = _text(line, zone)
    if line.by and line.what == "assigned" and not text:
        return _("Assigned to nobody by {name}").format(name=line.by)
    if line.by and line.what in _DONE:
        return _(_DONE[line.what]).format(name=line.by, text=text)
    what = _(_WORDS[line.what])
    return _("{what}: {text}").format(what=what, text=text) if text else what


def _text(line: Line, zone: str) -> str:
    if line.what != "snoozed":
        return said(line.said, line.text, {})
    try:
        until = parse_instant(line.text)
    except ValueError:
        return line.text
    # On the day of the line itself the time says it all.
    same = local(until, zone).date() == local(line.at, zone).date()
    return clock(until, zone) if same else moment(until, zone)
