"""A small floor's log with two hours of a shift in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from stream.clocks import set_clock
from stream.contract.alerts import Entry, Incident, encode_told, incident_key
from stream.contract.clock import FloorClock
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import HOUR_US, MINUTE_US
from stream.contract.shifts import Shift
from stream.logs.embedded import EmbeddedLog
from stream.logs.topics import ALERTS, CONTACT_EVENTS, topics
from tests.builders import BASE_US, event

PLAN: Final = FloorPlan()
BEGIN: Final = BASE_US - BASE_US % HOUR_US
SHIFT: Final = Shift(BEGIN, BEGIN + 2 * HOUR_US)


class Ground:
    """A floor's log, whose clock is the wall's."""

    def __init__(self, directory: Path) -> None:
        self.now_us = BEGIN - HOUR_US
        self.lines: list[bytes] = []
        self.url = f"embedded:{directory}"
        self.log = EmbeddedLog(directory, now=lambda: self.now_us)
        self.log.create(topics(2))
        set_clock(self.log, FloorClock(self.now_us, self.now_us, 1.0), has_events=False)

    def tell(self, minute: float, type_: str, subject: str, **data: Any) -> None:
        """An event that comes as it happens, by the minute of the shift."""
        self.now_us = BEGIN + round(minute * MINUTE_US)
        self.append(subject, event(type_, subject=subject, at_us=self.now_us, **data))

    def append(self, subject: str, line: bytes) -> None:
        """A line, whatever it is."""
        self.lines.append(line)
        self.log.append(CONTACT_EVENTS, [(subject, line)])

    def incident(
        self, id_: str, opened: float, resolved: float | None, *, came_back: float | None = None
    ) -> None:
        """An incident by the minutes of the shift; what came back had been over after a minute."""
        at = BEGIN + round(opened * MINUTE_US)
        history = [Entry(at, "acknowledged", "acknowledged", by="Kim")]
        reopened_at = None if came_back is None else BEGIN + round(came_back * MINUTE_US)
        if reopened_at is not None:
            history += [
                Entry(at + MINUTE_US, "resolved", "nothing of it is left"),
                Entry(reopened_at, "reopened", "Benefits is slow again"),
            ]
        told = Incident(
            id=id_,
            title="Benefits is slow",
            severity="page",
            state="firing" if resolved is None else "resolved",
            opened_at=at,
            alerts=[],
            history=history,
            reopened_at=reopened_at,
            resolved_at=None if resolved is None else BEGIN + round(resolved * MINUTE_US),
        )
        self.log.append(ALERTS, [(incident_key(id_), encode_told(told))])


def two_hours(directory: Path) -> Ground:
    """Two hours of a small floor, and an hour before them."""
    ground = Ground(directory)
    tell = ground.tell
    tell(-50, "agent.state", "a-1", state="available", team="north", queues=["benefits"])
    for nth in range(-4, 12):
        minute = 10 * nth
        tell(minute, "contact.queued", f"c{nth}", queue="benefits", channel="voice")
        tell(minute + 0.2, "agent.state", "a-1", state="busy")
        tell(minute + 0.2, "contact.answered", f"c{nth}", queue="benefits", agent="a-1")
        tell(minute + 3, "contact.ended", f"c{nth}", queue="benefits", agent="a-1", by="agent")
        tell(minute + 3, "agent.state", "a-1", state="available")
    ground.append("c3", b"rubbish")
    tell(130, "contact.queued", "later", queue="benefits", channel="voice")
    return ground
