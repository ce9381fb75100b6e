"""The floor's sentence beside what fires, so that it is no calmer than the alerts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from dashboard.said import Said, Told, capital, say, say_n, title_said
from dashboard.status import RANK, Standing, StandingSaid, State
from dashboard.words import sentence
from stream.contract.alerts import Incident, Severity

# What fires so gravely makes a floor at least so bad.
_FIRES: Final[dict[Severity, State]] = {"page": "trouble", "notice": "watch"}
# The states whose sentence goes on after its lead with what it is of.
_LISTED: Final[frozenset[State]] = frozenset({"trouble", "watch"})


# What says too much beside what fires.
_NONE_IN_TROUBLE: Final = "{n} queue on target, none in trouble."


def with_alerts(told: Standing, incidents: Sequence[Incident], wall: int) -> Standing:
    """The standing with a sentence that agrees with what fires: a floor is no calmer than the
    gravest open incident that nobody silenced until after `wall` (microseconds), whatever its
    queues' figures say. `incidents` are the gravest first; what is to be read today is no state.
    """
    heard = [one for one in incidents if one.is_open and (one.snoozed_until or 0) <= wall]
    gravest = heard[0] if heard else None
    if gravest is None or gravest.severity not in _FIRES:
        return told
    state = _FIRES[gravest.severity]
    if RANK[told.state] <= RANK[state]:
        return told
    many = sum(one.severity == gravest.severity for one in heard)
    fires = say_n("{n} alert:", "{n} alerts:", many)
    if gravest.severity == "page":
        fires = say_n("{n} urgent alert:", "{n} urgent alerts:", many)
    title = _title(gravest)
    calmer = told.lead.removesuffix(" none in trouble.").rstrip(",.") + "."
    below = f"{told.lead} {told.rest}" if told.state in _LISTED else f"{calmer} {told.rest}"
    said = StandingSaid(capital(fires).said, [title.said, _calmer(told.said.lead), *told.said.rest])
    return replace(
        told,
        state=state,
        lead=capital(fires).text,
        rest=f"{title.text} {below}".strip(),
        said=said,
    )


def _title(incident: Incident) -> Told:
    """Its title as a sentence."""
    text, said = sentence(incident.title), title_said(incident)
    if said is None:
        return say("{title}", title=text)
    return Told(text, say("{sentence}.", sentence=Told(text, said)).said)


def _calmer(lead: Said) -> Said:
    """The same without the word that none is in trouble."""
    if lead.id != _NONE_IN_TROUBLE:
        return lead
    return say_n("{n} queue on target.", "{n} queues on target.", lead.n or 0).said
