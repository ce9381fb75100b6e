"""How an incident stands: by which of its alerts it is told, since when, and what made it worse."""

from __future__ import annotations

from typing import Final

from stream.contract.alerts import OPEN_STATES, SEVERITY_RANK, Alert, Incident, Why

# The lines of a history that say what an alert said as it fired.
FIRES: Final = frozenset({"opened", "reopened", "joined"})


def leading(incident: Incident) -> Alert | None:
    """The alert that an open incident is told by: the gravest, the oldest of several, those that
    recover after those that do not. None where it is over."""
    still = [one for one in incident.alerts if one.state in OPEN_STATES]
    return min(
        still,
        key=lambda one: (one.state == "recovering", SEVERITY_RANK[one.severity]),
        default=None,
    )


def worse(why: Why) -> float:
    """The shares of all that made it worse, together: percentages are read of it."""
    return sum(part.share for part in why.parts if part.share > 0) or 1.0


def changed_at(incident: Incident) -> int:
    """Since when it stands as it does, in microseconds of the floor's clock; of one that fires,
    since when it does without having been over."""
    if incident.state == "firing":
        return incident.since
    if incident.changed_at is not None:
        return incident.changed_at
    # It was written before this was kept.
    entered = [one.changed_at for one in incident.alerts if one.state == incident.state]
    return max(entered, default=incident.since)
