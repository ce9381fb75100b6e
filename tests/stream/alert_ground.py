"""A floor with evaluators of its alerts on a real embedded log, for tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import structlog

from stream.alerting.service import AlertService, Setting
from stream.alerts.receivers import Receiver
from stream.alerts.tries import Outcome
from stream.contract import alerts as al
from stream.contract.alerts import (
    Action,
    AlertsHead,
    Incident,
    Notification,
    RulesInForce,
)
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import SECOND_US
from stream.logs.embedded import EmbeddedLog
from stream.logs.port import Log
from stream.logs.topics import ALERT_ACTIONS, ALERTS, CONTACT_EVENTS, topics
from stream.worker import Worker
from tests.builders import BASE_US, event

QUIET: Final = structlog.wrap_logger(structlog.testing.ReturnLogger(), processors=[])
# Somebody is told as soon as two wait, and that it is over as soon as they do not.
RULES: Final = """
rules:
  many: {kind: threshold, metric: waiting, above: 1, clear_after: 0}
receivers:
  lead: {kind: webhook, url: "https://lead.example/"}
"""


class Ground:
    """A log, a wall clock, a worker of the floor, and members of the group that evaluates. The
    figures stand still unless the clock goes on."""

    def __init__(self, directory: Path) -> None:
        self.now_us = BASE_US
        self.log = EmbeddedLog(directory, now=self)
        self.log.create(topics(1))
        self.tail = self.log.tail(ALERTS, from_start=True)
        self.notified: list[Notification] = []
        self.worker = Worker(self.log, FloorPlan(), now=self, logger=QUIET)
        self._members: list[AlertService] = []

    def __call__(self) -> int:
        return self.now_us

    def member(
        self, name: str, rules: str | None = RULES, *, deliveries: Delivered | None = None
    ) -> AlertService:
        """One more of those that may evaluate."""
        deliver = None if deliveries is None else lambda: deliveries
        setting = Setting(name, rules, deliver)
        made = AlertService(self.log, FloorPlan(), setting, now=self, steady=self)
        self._members.append(made)
        return made

    def goes_on(self, *members: AlertService, seconds: float = 3, works: bool = True) -> None:
        """Let time go by in which the worker and these members do their work."""
        for _ in range(round(seconds * 2)):
            self.now_us += SECOND_US // 2
            if works:
                self.worker.step(timeout_s=0)
            for member in members:
                member.step(timeout_s=0)
            self.notified += self._notified()

    def come(self, *contacts: str) -> None:
        """Contacts begin to wait."""
        self._send(*((each, "contact.queued", {"channel": "voice"}) for each in contacts))

    def leave(self, *contacts: str) -> None:
        """And wait no longer."""
        self._send(*((each, "contact.abandoned", {}) for each in contacts))

    def act(self, *actions: Action | bytes) -> None:
        """What a dashboard appends."""
        told = [each if isinstance(each, bytes) else al.encode_action(each) for each in actions]
        self.log.append(ALERT_ACTIONS, [("incident", each) for each in told])

    @property
    def incidents(self) -> list[Incident]:
        """All that the log holds, oldest first."""
        found = (each for each in held(self.log).values() if isinstance(each, Incident))
        return sorted(found, key=lambda each: each.opened_at)

    @property
    def head(self) -> AlertsHead:
        """Who told what was told last."""
        found = held(self.log)[al.HEAD_KEY]
        assert isinstance(found, AlertsHead)
        return found

    @property
    def rules(self) -> RulesInForce:
        """The rules that the log says are in force."""
        found = held(self.log)[al.RULES_KEY]
        assert isinstance(found, RulesInForce)
        return found

    @property
    def told(self) -> list[tuple[str, str]]:
        """Receiver and occasion of every notification that was written, once each time."""
        return [(each.receiver, each.occasion) for each in self.notified]

    def close(self) -> None:
        """Close what was opened; members leave."""
        for member in self._members:
            member.close()
        self.tail.close()
        self.log.close()

    def _notified(self) -> list[Notification]:
        records = self.tail.poll(1_000, 0)
        found = (al.decode_told(each.key, each.value) for each in records if each.value is not None)
        return [each for each in found if isinstance(each, Notification)]

    def _send(self, *told: tuple[str, str, Mapping[str, Any]]) -> None:
        lines = [
            (contact, event(what, subject=contact, at_us=self.now_us, queue="benefits", **more))
            for contact, what, more in told
        ]
        self.log.append(CONTACT_EVENTS, lines)


def held(log: Log) -> dict[str, object]:
    """What the topic `alerts` holds by key, as screens read it."""
    known: dict[str, object] = {}
    for record in log.read(ALERTS, 0):
        if record.value is None:
            known.pop(record.key, None)
        else:
            known[record.key] = al.decode_told(record.key, record.value)
    return known


class Delivered:
    """Delivers at once, and remembers in which order; fails where it is told to."""

    def __init__(self, failure: str | None = None) -> None:
        self.offered: list[str] = []
        self._failure = failure
        self._known: list[Outcome] = []
        self.limits: Mapping[str, int] = {}

    def offer(
        self, notifications: Iterable[Notification], _receivers: Mapping[str, Receiver], now: int
    ) -> None:
        """Try all that were not tried yet."""
        for each in notifications:
            if each.id not in self.offered:
                self.offered.append(each.id)
                self._known.append(Outcome(each.id, now, self._failure))

    def outcomes(self, now: int) -> Sequence[Outcome]:
        """What became of them."""
        known, self._known = self._known, []
        return known
