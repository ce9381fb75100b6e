"""Alerts over a real Kafka: evaluators killed, each change told once, and who is behind an alert."""

from __future__ import annotations

from typing import Any, Final

import pytest
from msgspec.structs import replace

from stream.behind.log import contacts_behind
from stream.contract.alerts import Target
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import SECOND_US
from stream.logs.topics import CONTACT_EVENTS
from tests.builders import event
from tests.clock import now_us
from tests.kafka import ground
from tests.kafka.broker import SOCKETS_LEFT, Broker
from tests.kafka.crew import SESSION_S
from tests.stream.alerting.test_killed_evaluator import kill_evaluators
from tests.stream.behind.test_behind import RULES, told

pytestmark = [
    pytest.mark.kafka,
    pytest.mark.filterwarnings(SOCKETS_LEFT),
    pytest.mark.usefixtures("sockets_left"),
]

ROUNDS: Final = 2


@pytest.mark.timeout(240)
def test_evaluators_killed_at_any_moment_tell_each_change_once(broker: Broker) -> None:
    """Their actions' position and what they decided are one transaction."""
    url = f"kafka://{broker.address}?session_s={SESSION_S}&lease_s=20"
    with ground.fresh_log(broker.address, 1) as log:
        told = kill_evaluators(url, log, ROUNDS)

    assert told == ["fired", "resolved"] * ROUNDS


def test_contacts_behind_an_alert_are_read_from_the_instant_on(broker: Broker) -> None:
    """By the broker's own index; who is asked for is in one partition of three."""
    now = now_us()
    alert = told("waits", Target("queue", "benefits"), now)

    def line(contact: str, ago_s: int, what: str, **data: Any) -> tuple[str, bytes]:
        at_us = now - ago_s * SECOND_US
        return contact, event(what, subject=contact, at_us=at_us, queue="benefits", **data)

    with ground.fresh_log(broker.address, 3) as log:
        calls = [line(f"c{n}", 100 - n, "contact.queued", channel="voice") for n in range(40)]
        log.append(CONTACT_EVENTS, calls)
        log.append(CONTACT_EVENTS, [line(f"c{n}", 10, "contact.abandoned") for n in range(20)])
        waiting = contacts_behind(log, FloorPlan(), alert, RULES)
        late = contacts_behind(
            log, FloorPlan(), replace(alert, rule="level", kind="burn_rate"), RULES
        )

    assert {one.became: one.count for one in late.groups} == {
        "waiting": 20,
        "abandoned": 20,
        "answered_late": 0,
    }
    assert [one.id for one in waiting.groups[0].contacts] == [f"c{n}" for n in range(20, 40)]
