"""What rules would have told of a past that is known (docs/alerts.md, Back-test)."""

from __future__ import annotations

from msgspec import Struct

from stream.contract.alerts import Cause, Severity, Target


class Firing(Struct, frozen=True):
    """One alert of a back-test: what rules would have told of a past that is known. Times are the
    floor's, in microseconds; `resolved_at` is None where it fires still at the end of what was
    looked at. `cause` and `incident` are those of the incident that it would have been in."""

    rule: str
    target: Target
    severity: Severity
    fired_at: int
    resolved_at: int | None
    peak: float | None
    message: str
    incident: str
    cause: Cause | None = None
    why: str | None = None
    flaps: int = 0


class BackTest(Struct, frozen=True):
    """What rules would have done between two instants of the floor's clock, in microseconds."""

    since: int
    until: int
    firings: list[Firing]
