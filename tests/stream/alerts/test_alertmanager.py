"""Alertmanager's two forms: what it takes and what it sends, known by labels that stay the same."""

from __future__ import annotations

from typing import Any, Final

import pytest
from msgspec.structs import replace

from stream.alerts.alertmanager import ALERTS_POSTED_MAX, Json, fingerprint, posted, webhook
from stream.alerts.messages import Whereabouts, message_of
from stream.contract.alerts import Occasion, Target
from tests.stream.alerts.told import HERE, NOON, SURGE, SURGE_INCIDENT, WAIT, notification, over

LABELS: Final = {
    "alertname": "surge",
    "severity": "page",
    "kind": "surge",
    "dimension": "queue",
    "queue": "benefits",
    "incident": "0c41d2",
    "alert": "9f6566910330ed1b",
}
ANNOTATIONS: Final = {
    "summary": "Benefits & appeals: 1.8 times the usual arrivals",
    "description": message_of(notification(), HERE).body,
    "where": "queue Benefits & appeals",
    "why": "more contacts than usual since 14:46, and fewer agents",
    "owner": "duty manager",
}


def test_what_an_alertmanager_takes() -> None:
    """It fires for a day unless its all-clear comes, since it is told once and not every minute."""
    assert posted(notification(), HERE) == [
        {
            "labels": LABELS,
            "annotations": ANNOTATIONS,
            "startsAt": "2026-03-02T13:50:00.000Z",
            "endsAt": "2026-03-03T14:00:00.000Z",
            "generatorURL": "https://floor.example.org/alerts#0c41d2",
        }
    ]


def test_an_all_clear_ends_what_was_posted() -> None:
    """The same labels, and the time when it was over."""
    (alert,) = posted(notification("resolved"), HERE)

    assert (alert["labels"], alert["endsAt"]) == (LABELS, "2026-03-02T14:20:00.000Z")


def test_what_an_alertmanager_sends() -> None:
    """Version 4 of its webhook: one group an incident, and what all its alerts share."""
    incident = replace(SURGE_INCIDENT, alerts=[WAIT, SURGE])
    told = notification(incident=incident)
    message = message_of(told, HERE)
    sent = webhook(told, HERE)
    alerts = sent.pop("alerts")

    assert sent == {
        "version": "4",
        "groupKey": '{}:{incident="0c41d2"}',
        "truncatedAlerts": 0,
        "status": "firing",
        "receiver": "desk",
        "groupLabels": {"incident": "0c41d2"},
        "commonLabels": {"dimension": "queue", "incident": "0c41d2"},
        "commonAnnotations": {
            "summary": message.title,
            "description": message.body,
            "occasion": "fired",
        },
        "externalURL": "https://floor.example.org/",
    }
    assert alerts[0] == {
        "status": "firing",
        "labels": LABELS,
        "annotations": {**ANNOTATIONS, "description": message.body},
        "startsAt": "2026-03-02T13:50:00.000Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "https://floor.example.org/alerts#0c41d2",
        "fingerprint": fingerprint(LABELS),
    }
    assert [alert["labels"]["queue"] for alert in alerts] == ["benefits", "sales"]


def test_the_webhook_says_when_all_is_over() -> None:
    """And of each alert when it ended."""
    sent = webhook(notification("resolved"), HERE)

    assert (sent["status"], sent["commonLabels"]) == ("resolved", LABELS)
    assert [(a["status"], a["endsAt"]) for a in sent["alerts"]] == [
        ("resolved", "2026-03-02T14:20:00.000Z")
    ]


def test_the_fingerprint_is_of_labels_alone() -> None:
    """The same for the alarm and its all-clear, in whatever order labels come."""
    occasions: tuple[Occasion, ...] = ("fired", "worse", "resolved")
    marks = [
        webhook(notification(occasion), HERE)["alerts"][0]["fingerprint"] for occasion in occasions
    ]
    backwards = dict(reversed(LABELS.items()))

    assert set(marks) == {"205932b32bc1471a"} == {fingerprint(backwards)}
    assert fingerprint({**LABELS, "queue": "sales"}) not in marks


def strings(value: Any) -> list[str]:
    """All strings in the labels of a JSON, wherever they are."""
    if isinstance(value, dict):
        return [
            s for k, v in value.items() for s in ([k] if isinstance(k, str) else []) + strings(v)
        ]
    if isinstance(value, list):
        return [s for item in value for s in strings(item)]
    return [value] if isinstance(value, str) else []


def labels_in(sent: Json) -> list[str]:
    return strings(
        [sent["groupLabels"], sent["commonLabels"], [a["labels"] for a in sent["alerts"]]]
    )


def test_nobody_is_named_in_labels() -> None:
    """An agent, who has it, whose it is: labels are copied into series that are kept for years."""
    agents = [
        replace(SURGE, id=f"agent/{name}", target=Target("agent", name), owner="Carla")
        for name in ("Dora", "Emil")
    ]
    incident = replace(SURGE_INCIDENT, alerts=agents, assigned_to="Bruno")
    told = notification(incident=incident)
    names = {"Dora", "Emil", "Carla", "Bruno"}
    found = labels_in(webhook(told, HERE)) + strings([a["labels"] for a in posted(told, HERE)])

    assert [text for text in found if any(name in text for name in names)] == []
    assert len({a["labels"]["alert"] for a in posted(told, HERE)}) == 2


def test_of_very_many_alerts_the_oldest_are_told() -> None:
    """So that those whose alarm was told have their all-clear told; the rest is counted."""
    alerts = [
        replace(SURGE, id=f"a{nth:03}", severity="notice", began=SURGE.began + nth)
        for nth in range(ALERTS_POSTED_MAX)
    ]
    graver = [replace(SURGE, id=f"b{nth}", began=NOON + nth) for nth in range(20)]
    first = replace(SURGE_INCIDENT, alerts=alerts[::-1])
    grown = replace(SURGE_INCIDENT, alerts=[*graver, *first.alerts])
    fired = webhook(notification("fired", first), HERE)
    cleared = webhook(notification("resolved", over(grown)), HERE)
    marks = [[a["fingerprint"] for a in sent["alerts"]] for sent in (fired, cleared)]

    assert (fired["truncatedAlerts"], cleared["truncatedAlerts"]) == (0, 20)
    assert len(marks[0]) == ALERTS_POSTED_MAX
    assert marks[0] == marks[1]


@pytest.mark.parametrize("length", [1, 199, 200, 201, 5000])
def test_labels_are_bounded(length: int) -> None:
    """A queue's name comes from outside."""
    alert = replace(SURGE, target=Target("queue", "q" * length))
    (sent,) = posted(notification(incident=replace(SURGE_INCIDENT, alerts=[alert])), HERE)

    assert len(sent["labels"]["queue"]) == min(length, 200)


def test_without_an_address_of_the_dashboard_no_address_is_told() -> None:
    """An empty one would not be a URI, which an Alertmanager refuses."""
    nowhere = Whereabouts(zone=HERE.zone)

    assert "generatorURL" not in posted(notification(), nowhere)[0]
    assert webhook(notification(), nowhere)["externalURL"] == ""
