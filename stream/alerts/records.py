"""How each rule has done: how often it fired, what people judged of it, how early it was."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Final

from msgspec.structs import replace

from stream.alerts.readings import Readings
from stream.alerts.usual import RATE_WINDOW
from stream.contract.alerts import Alert, Incident, RuleRecord, encode_told, record_key
from stream.contract.instants import SECOND_US

# Of so many newest alerts it is kept how early they were.
LEADS_KEPT: Final = 50
# A target is broken where fewer than so many are in time, of at least so many whose wait is over.
BROKEN_BELOW: Final = 0.8
EVIDENCE_MIN: Final = 10


class Records:
    """The records of all rules, by name."""

    def __init__(self, known: Iterable[RuleRecord] = ()) -> None:
        self._known = {record.rule: record for record in known}
        self._changed: set[str] = set()

    def fired(self, alert: Alert) -> None:
        """An alert fired; one that flaps is the same again."""
        if not alert.flaps:
            record = self._of(alert.rule)
            self._put(replace(record, fired=record.fired + 1))

    def judge(self, incident: Incident, true: bool | None) -> None:
        """Somebody said whether there was something to an incident, which is judged as `incident`
        has it so far."""
        for rule in sorted({alert.rule for alert in incident.alerts}):
            record = self._of(rule)
            yes = record.true + (true is True) - (incident.true is True)
            no = record.false + (true is False) - (incident.true is False)
            self._put(replace(record, true=yes, false=no))

    def joined(self, alert: Alert, incident: Incident) -> None:
        """A new alert is in an incident, which may be judged already: its rule then is as well,
        as it would be by a later word, which takes back that of all rules in it."""
        is_first = [one.id for one in incident.alerts if one.rule == alert.rule] == [alert.id]
        if is_first and incident.true is not None and not alert.flaps:
            record = self._of(alert.rule)
            yes, no = record.true + incident.true, record.false + (not incident.true)
            self._put(replace(record, true=yes, false=no))

    def followed(self, alert: Alert, readings: Readings) -> Alert:
        """The alert, and once the service level of its target breaks, how early it was."""
        if alert.broke_at is not None or alert.fired_at is None or not _is_broken(alert, readings):
            return alert
        record = self._of(alert.rule)
        lead_s = (readings.as_of - alert.fired_at) / SECOND_US
        self._put(replace(record, leads_s=[*record.leads_s, lead_s][-LEADS_KEPT:]))
        return replace(alert, broke_at=readings.as_of)

    def forget_but(self, rules: AbstractSet[str]) -> None:
        """Let go of the records of all other rules."""
        gone = self._known.keys() - rules
        for rule in gone:
            del self._known[rule]
        self._changed |= gone

    def changed(self) -> dict[str, bytes | None]:
        """What changed since this was last asked, by key."""
        known = self._known
        told = {
            record_key(rule): encode_told(known[rule]) if rule in known else None
            for rule in self._changed
        }
        self._changed.clear()
        return told

    def _of(self, rule: str) -> RuleRecord:
        return self._known.get(rule) or RuleRecord(rule)

    def _put(self, record: RuleRecord) -> None:
        self._known[record.rule] = record
        self._changed.add(record.rule)


def _is_broken(alert: Alert, readings: Readings) -> bool:
    """Whether the service level of the last quarter of an hour is below what is promised."""
    if not readings.known or alert.target.dimension not in ("queue", "floor"):
        return False
    table = readings.table(alert.target.dimension, RATE_WINDOW)
    place = table.place(alert.target.name)
    if place is None:
        return False
    ended = table.column("answered_waited")[place] + table.column("abandoned")[place]
    level = table.column("stuck_proof")[place]
    return bool(ended >= EVIDENCE_MIN and level < BROKEN_BELOW)
