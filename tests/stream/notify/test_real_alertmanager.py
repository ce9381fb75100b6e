"""A real Prometheus Alertmanager takes what we post, and sends what we would send in its place."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from msgspec.structs import replace

from stream.alerts.alertmanager import webhook
from stream.alerts.receivers import Receiver
from stream.contract.alerts import Incident, Notification
from stream.contract.instants import MINUTE_US, parse_instant
from stream.notify.sending import Sender
from tests.clock import now_us
from tests.stream.alerts.told import HERE, SURGE, SURGE_INCIDENT, WAIT, notification
from tests.stream.notify.servers import WAITED_S_MAX, alertmanager, http_receiver

# Beside these it says by whom it was sent and where it is itself.
SAME: Final = (
    "status",
    "labels",
    "annotations",
    "startsAt",
    "endsAt",
    "generatorURL",
    "fingerprint",
)


def just_now() -> Notification:
    """An alarm of this minute, since Alertmanager goes by its own clock; whole milliseconds."""
    now = now_us() // 1000 * 1000
    alerts = [
        replace(alert, began=now - 2 * MINUTE_US, fired_at=now - MINUTE_US)
        for alert in (SURGE, WAIT)
    ]
    incident = replace(SURGE_INCIDENT, opened_at=now - MINUTE_US, alerts=alerts)
    return replace(notification(incident=incident), at=now, not_before=now)


def ended(told: Notification) -> Notification:
    """The all-clear to an alarm, of the same minute."""
    at = told.at - 1000
    alerts = [replace(a, state="resolved", resolved_at=at) for a in told.incident.alerts]
    over: Incident = replace(told.incident, state="resolved", resolved_at=at, alerts=alerts)
    return replace(told, id="clear", occasion="resolved", incident=over)


def comparable(body: dict[str, Any]) -> dict[str, Any]:
    """What a webhook is sent of alerts and of their group, times as instants, in one order."""
    alerts = []
    for alert in body["alerts"]:
        same = {name: alert[name] for name in SAME}
        alerts.append({**same, "startsAt": parse_instant(alert["startsAt"])})
        alerts[-1]["endsAt"] = parse_instant(alert["endsAt"])
    names = ("version", "groupKey", "truncatedAlerts", "status", "groupLabels", "commonLabels")
    return {
        **{name: body[name] for name in names},
        "alerts": sorted(alerts, key=lambda alert: str(alert["labels"]["alert"])),
    }


def test_an_alertmanager_takes_ours_and_sends_the_same(tmp_path: Path) -> None:
    """The alarm, then its all-clear: what it makes of either is what our webhook sends, with no
    key missing."""
    sender = Sender(here=HERE, environment={})
    alarm = just_now()
    with http_receiver() as web, alertmanager(web.url, tmp_path) as url:
        receiver = Receiver.model_validate({"kind": "alertmanager", "url": url})
        for told in (alarm, ended(alarm)):
            sender.deliver(receiver, told, timeout_s=WAITED_S_MAX, told=set())
            assert web.arrived.acquire(timeout=WAITED_S_MAX)
    alarmed, cleared = (request.body for request in web.requests)

    assert comparable(alarmed) == comparable(webhook(alarm, HERE))
    assert comparable(cleared) == comparable(webhook(ended(alarm), HERE))
    ours = webhook(alarm, HERE)
    assert alarmed.keys() - ours.keys() == set()
    assert alarmed["alerts"][0].keys() - ours["alerts"][0].keys() == set()
