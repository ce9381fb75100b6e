"""Whom outside is told what of an incident, and when: once a change, and again to others when
nobody acknowledges.

What was told is kept with each incident, and only what differs from it is said. So it does not
matter how often this is asked, nor who asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import Struct

from stream.alerts.receivers import Receiver
from stream.alerts.rules import AnyRule
from stream.contract.alerts import (
    OPEN_STATES,
    SEVERITY_RANK,
    Alert,
    Incident,
    Notification,
    Occasion,
    Severity,
)
from stream.contract.instants import HOUR_US, MINUTE_US

# What joins an incident is told no sooner than so long after the last message of it to the same
# receiver, and each time after twice as long: a storm is a few messages, not one a rule.
JOINED_AFTER_US: Final = 5 * MINUTE_US
JOINED_AFTER_US_MAX: Final = 60 * MINUTE_US

# An Alertmanager holds an alert for a day after it was posted (alertmanager.py, `POSTED_FOR_US`):
# what goes on is posted anew in time, quiet hours and failing deliveries included.
STILL_AFTER_US: Final = 12 * HOUR_US


class Heard(Struct, frozen=True, array_like=True):
    """The last message to a receiver: when, on the wall clock in microseconds, of how many of the
    incident's alerts, and how many there were of what joined."""

    at: int
    alerts: int
    joined: int = 0

    @property
    def next_at(self) -> int:
        """When it may be told of what joined since."""
        return self.at + min(JOINED_AFTER_US << min(self.joined, 10), JOINED_AFTER_US_MAX)


class Told(Struct, frozen=True):
    """What receivers were told of one incident: how grave it was and when by name, wall clock in
    microseconds; how many messages there were; the last message to each."""

    severities: dict[str, Severity] = {}
    at: dict[str, int] = {}
    count: int = 0
    heard: dict[str, Heard] = {}

    def ids(self, incident: str) -> list[str]:
        """Of all messages so far about the incident, oldest first."""
        return [_message_id(incident, nth) for nth in range(1, self.count + 1)]


def _message_id(incident: str, nth: int) -> str:
    return f"{incident}-{nth}"


NOTHING: Final = Told()


class Clocks(Struct, frozen=True):
    """Now: on the floor's clock and on the wall's, in microseconds, and where the floor is."""

    floor: int
    wall: int
    zone: ZoneInfo


def tell(
    incident: Incident,
    told: Told,
    rules: Mapping[str, AnyRule],
    receivers: Mapping[str, Receiver],
    clocks: Clocks,
) -> tuple[Told, list[Notification]]:
    """What is to be said of an incident now, and what will have been told then."""
    saying = _Saying(incident, told, receivers, clocks)
    if not incident.is_open:
        saying.all_clear()
    elif incident.snoozed_until is None or incident.snoozed_until <= clocks.wall:
        wanted = _wanted(incident.alerts, rules, receivers, clocks)
        for name, alerts in sorted(wanted.items()):
            saying.now(name, alerts)
        if incident.acknowledged is None:
            saying.escalate()
    if incident.is_open:
        saying.still()
    return saying.told(), saying.notifications


class _Saying:
    """What is being said of one incident."""

    def __init__(
        self,
        incident: Incident,
        told: Told,
        receivers: Mapping[str, Receiver],
        clocks: Clocks,
    ) -> None:
        self._incident = incident
        self._receivers = receivers
        self._clocks = clocks
        self._severities = dict(told.severities)
        self._at = dict(told.at)
        self._count = told.count
        # Who was told before this was kept has heard of all that there is.
        self._heard = {
            name: told.heard.get(name, Heard(at, len(incident.alerts)))
            for name, at in told.at.items()
        }
        self.notifications: list[Notification] = []

    def told(self) -> Told:
        return Told(self._severities, self._at, self._count, self._heard)

    def now(self, name: str, alerts: Sequence[Alert]) -> None:
        """Tell one that there is something, that it is worse, or what has joined it."""
        before, severity = self._severities.get(name), _gravest(alerts)
        if before is None and self._incident.state == "firing":
            self._say(name, severity, "fired")
        elif before is not None and SEVERITY_RANK[severity] < SEVERITY_RANK[before]:
            self._say(name, severity, "worse")
        elif before is not None and self._incident.acknowledged is None:
            # Who has it sees what joins it: only what is worse calls them again.
            self._joined(name, alerts)

    def _joined(self, name: str, alerts: Sequence[Alert]) -> None:
        heard = self._heard[name]
        since = {each.id for each in self._incident.alerts[heard.alerts :]}
        news = [each for each in alerts if each.id in since and each.state == "firing"]
        if news and self._clocks.wall >= heard.next_at:
            self._say(name, _gravest(news), "joined", [each.id for each in news])

    def escalate(self) -> None:
        """Tell the next where those who were told have not acknowledged in time; who does not hear
        such things is told once it is grave enough."""
        for name in sorted(self._severities):
            receiver = self._receivers.get(name)
            if receiver is None or receiver.escalate_after is None:
                continue
            if self._clocks.wall - self._at[name] >= receiver.escalate_after:
                for other in receiver.escalate_to or []:
                    if other not in self._severities:
                        self._say(other, self._severities[name], "escalated")

    def still(self) -> None:
        """Tell who forgets by itself that it goes on, whoever has or has silenced it."""
        for name in sorted(self._severities):
            receiver, heard_at = self._receivers.get(name), self._heard[name].at
            if receiver is None or receiver.kind != "alertmanager":
                continue
            if self._clocks.wall - heard_at >= STILL_AFTER_US:
                self._say(name, self._severities[name], "still")

    def all_clear(self) -> None:
        """Tell all that were told of it that it is over."""
        for name, severity in sorted(self._severities.items()):
            self._say(name, severity, "resolved")
        self._severities.clear()
        self._at.clear()
        self._heard.clear()

    def _say(
        self, name: str, severity: Severity, occasion: Occasion, news: Sequence[str] = ()
    ) -> None:
        receiver = self._receivers.get(name)
        if receiver is None or not receiver.hears(severity, occasion):
            return
        clocks = self._clocks
        self._count += 1
        not_before = receiver.not_before(clocks.wall, severity, clocks.zone)
        joined = 0
        if occasion in ("joined", "still"):
            joined = self._heard[name].joined + (occasion == "joined")
        else:
            # What joins is no graver, and puts off no escalation.
            self._severities[name], self._at[name] = severity, not_before
        self._heard[name] = Heard(not_before, len(self._incident.alerts), joined)
        self.notifications.append(
            Notification(
                id=_message_id(self._incident.id, self._count),
                receiver=name,
                occasion=occasion,
                incident=self._incident,
                at=clocks.floor,
                not_before=not_before,
                news=list(news),
            )
        )


def _wanted(
    alerts: Iterable[Alert],
    rules: Mapping[str, AnyRule],
    receivers: Mapping[str, Receiver],
    clocks: Clocks,
) -> dict[str, list[Alert]]:
    """The open alerts that each receiver is told of, by the rules that are not quiet now: those
    that are as grave as it wants to hear."""
    # Who is only told when others do not act is no one's first address.
    second = {name for each in receivers.values() for name in each.escalate_to or []}
    everybody = [name for name in receivers if name not in second]
    wanted: dict[str, list[Alert]] = {}
    for alert in alerts:
        rule = rules.get(alert.rule)
        if alert.state not in OPEN_STATES or rule is None or _is_quiet(rule, clocks):
            continue
        for name in everybody if rule.notify is None else rule.notify:
            receiver = receivers.get(name)
            if receiver is not None and receiver.hears(alert.severity, "fired"):
                wanted.setdefault(name, []).append(alert)
    return wanted


def _gravest(alerts: Sequence[Alert]) -> Severity:
    return min((each.severity for each in alerts), key=lambda one: SEVERITY_RANK[one])


def _is_quiet(rule: AnyRule, clocks: Clocks) -> bool:
    quiet = rule.quiet_hours
    return quiet is not None and quiet.until(clocks.floor, clocks.zone) is not None
