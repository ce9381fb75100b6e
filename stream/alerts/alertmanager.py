"""An incident as Prometheus Alertmanager has it: what it takes, and what it sends to webhooks.

`posted` is a body for its `POST /api/v2/alerts` (api/v2/openapi.yaml of prometheus/alertmanager,
`postableAlerts`); `webhook` is the body, version 4, that it posts to a webhook receiver itself
(notify/webhook/webhook.go, `Message`, and template/template.go, `Data`).

An alert there is known by its labels, so these are the same from its first message to its
all-clear. Labels are copied into series, dashboards and logs: nobody's name is in them.
"""

from __future__ import annotations

import hashlib
from typing import Any, Final

from stream.alerts.messages import (
    LINE_MAX,
    Whereabouts,
    bounded,
    fired_alerts,
    link_to,
    message_of,
    where,
)
from stream.contract.alerts import Alert, Incident, Notification
from stream.contract.instants import DAY_US, format_millis

ALERTS_POSTED_MAX: Final = 100
LABEL_MAX: Final = 200

# Alertmanager holds an alert without an end for over 5 minutes after it was last sent
# (`resolve_timeout`), but each change is told once. An all-clear that never arrives must not leave
# it firing for ever, either.
POSTED_FOR_US: Final = DAY_US

# What Go writes for "no time", which is how the webhook says that an alert still fires.
_NEVER: Final = "0001-01-01T00:00:00Z"
_FNV_OFFSET: Final = 0xCBF2_9CE4_8422_2325
_FNV_PRIME: Final = 0x100_0000_01B3

Json = dict[str, Any]


def posted(notification: Notification, here: Whereabouts) -> list[Json]:
    """The body of a `POST /api/v2/alerts`: one alert a rule and target.

    Alertmanager compares `endsAt` with its own clock: what a replay of another day tells it is
    over as soon as it comes.
    """
    told = []
    description = message_of(notification, here).body
    for alert in _alerts(notification.incident):
        ends = alert.resolved_at
        body: Json = {
            "labels": labels_of(alert, notification.incident),
            "annotations": _annotations(alert, description, here),
            "startsAt": _starts(alert),
            "endsAt": format_millis(notification.at + POSTED_FOR_US if ends is None else ends),
        }
        link = link_to(notification.incident, here)
        told.append({**body, "generatorURL": link} if link else body)
    return told


def webhook(notification: Notification, here: Whereabouts) -> Json:
    """The body, version 4, of what an Alertmanager sends to a webhook: one group an incident."""
    incident = notification.incident
    message = message_of(notification, here)
    alerts = [_sent(alert, incident, message.body, here) for alert in _alerts(incident)]
    return {
        "version": "4",
        "groupKey": f'{{}}:{{incident="{incident.id}"}}',
        "truncatedAlerts": len(fired_alerts(incident)) - len(alerts),
        "status": "firing" if incident.is_open else "resolved",
        "receiver": notification.receiver,
        "groupLabels": {"incident": incident.id},
        "commonLabels": _common([alert["labels"] for alert in alerts]),
        "commonAnnotations": {
            "summary": message.title,
            "description": message.body,
            "occasion": notification.occasion,
        },
        "externalURL": "" if here.base_url is None else here.base_url,
        "alerts": alerts,
    }


def labels_of(alert: Alert, incident: Incident) -> dict[str, str]:
    """What the alert is known by. An agent is not named: only the mark `alert`, a digest of the
    alert's own name, tells two agents' alerts apart."""
    target = alert.target
    named = target.name is not None and target.dimension != "agent"
    labels: dict[str, str] = {
        "alertname": alert.rule,
        "severity": alert.severity,
        "kind": alert.kind,
        "dimension": target.dimension,
        "incident": incident.id,
        "alert": _digest(alert.id),
    }
    if named:
        labels[target.dimension] = str(target.name)
    return {name: bounded(value, LABEL_MAX) for name, value in labels.items()}


def fingerprint(labels: dict[str, str]) -> str:
    """16 hexadecimal digits, the same for the same labels: the ones that an Alertmanager gives
    them (`LabelSet.Fingerprint` of prometheus/common, 64-bit FNV-1a)."""
    told = b"".join(part.encode() + b"\xff" for pair in sorted(labels.items()) for part in pair)
    found = _FNV_OFFSET
    for byte in told:
        found = (found ^ byte) * _FNV_PRIME & 0xFFFF_FFFF_FFFF_FFFF
    return f"{found:016x}"


def _sent(alert: Alert, incident: Incident, description: str, here: Whereabouts) -> Json:
    labels = labels_of(alert, incident)
    ends = alert.resolved_at
    return {
        "status": "firing" if ends is None else "resolved",
        "labels": labels,
        "annotations": _annotations(alert, description, here),
        "startsAt": _starts(alert),
        "endsAt": _NEVER if ends is None else format_millis(ends),
        "generatorURL": link_to(incident, here),
        "fingerprint": fingerprint(labels),
    }


def _annotations(alert: Alert, description: str, here: Whereabouts) -> dict[str, str]:
    told = {
        "summary": bounded(alert.message, LINE_MAX),
        "description": description,
        "where": bounded(where(alert.target, here), LINE_MAX),
    }
    if alert.why is not None:
        told["why"] = bounded(alert.why.text, LINE_MAX)
    if alert.owner is not None:
        told["owner"] = bounded(alert.owner, LINE_MAX)
    return told


def _alerts(incident: Incident) -> list[Alert]:
    # By age: what is told first is among those told when it is over.
    oldest_first = sorted(fired_alerts(incident), key=lambda a: (a.began, a.id))
    return oldest_first[:ALERTS_POSTED_MAX]


def _starts(alert: Alert) -> str:
    return format_millis(alert.began if alert.fired_at is None else alert.fired_at)


def _common(all_labels: list[dict[str, str]]) -> dict[str, str]:
    if not all_labels:
        return {}
    first, *others = all_labels
    return {
        name: value
        for name, value in first.items()
        if all(other.get(name) == value for other in others)
    }


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
