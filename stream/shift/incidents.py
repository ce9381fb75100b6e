"""An incident as a shift had it: by what it was then, whatever it says while the report is read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from msgspec.structs import replace

from stream.contract.alerts import SEVERITY_RANK, Incident
from stream.contract.incidents import FIRES
from stream.contract.shifts import Shift


class _Stretch(NamedTuple):
    """From when to when it was open without having been over; `end` is None while it is."""

    begin: int
    end: int | None


def in_shift(incident: Incident, shift: Shift) -> Incident | None:
    """The incident as it was told first when it was open last in the shift; None where it was not.

    Its title is what the gravest of its alerts said as it fired, and what came back after the shift
    is not part of how long it lasted. Its history goes on to when it was read.
    """
    during = [
        one
        for one in _stretches(incident)
        if one.begin < shift.end and (one.end is None or one.end > shift.begin)
    ]
    if not during:
        return None
    last = during[-1]
    return replace(
        incident,
        title=_title(incident, last, shift),
        state=incident.state if last.end is None else "resolved",
        reopened_at=None if last.begin == incident.opened_at else last.begin,
        resolved_at=last.end,
    )


def _stretches(incident: Incident) -> Iterator[_Stretch]:
    """Each time that it was open, the newest last; a history that is cut off knows fewer ends."""
    back = {one.at for one in incident.history if one.what == "reopened"}
    over = [one.at for one in incident.history if one.what == "resolved"]
    for begin in sorted({incident.opened_at, *back} - {incident.since}):
        end = next((at for at in over if at >= begin), incident.since)
        yield _Stretch(begin, end)
    yield _Stretch(incident.since, incident.resolved_at)


def _title(incident: Incident, during: _Stretch, shift: Shift) -> str:
    fired = [
        one
        for one in incident.alerts
        if one.fired_at is not None
        and one.fired_at < shift.end
        and (one.resolved_at is None or one.resolved_at > during.begin)
    ]
    if fired:
        return min(fired, key=lambda one: SEVERITY_RANK[one.severity]).as_fired.message
    # Of what has fired anew since then, the history alone knows what it said.
    told = [one.text for one in incident.history if one.what in FIRES and one.at < shift.end]
    return told[-1] if told else incident.title
