"""One whole event of every type: an hour on an imaginary floor, as its systems would write it."""

from __future__ import annotations

from typing import Any, Final, NamedTuple


class Example(NamedTuple):
    """What one event says; the other attributes are the same in all."""

    clock: str
    subject: str
    data: dict[str, Any]


EXAMPLES: Final = {
    "contact.queued": Example(
        "14:00:00.250",
        "c-000481",
        {
            "queue": "benefits",
            "channel": "voice",
            "priority": 1,
            "customer": "customer-5f0c",
            "segment": "veterans",
            "language": "es",
            "intent": "payment_missing",
            "journey_stage": "renewal",
            "redial_of": "c-000417",
        },
    ),
    "contact.offered": Example("14:00:12", "c-000481", {"queue": "benefits", "agent": "a-11"}),
    "contact.declined": Example(
        "14:00:27", "c-000481", {"queue": "benefits", "agent": "a-11", "reason": "no_answer"}
    ),
    "contact.answered": Example("14:00:31.5", "c-000481", {"queue": "benefits", "agent": "a-17"}),
    "contact.held": Example("14:02:10", "c-000481", {"agent": "a-17"}),
    "contact.resumed": Example("14:02:55", "c-000481", {"agent": "a-17"}),
    "contact.transferred": Example(
        "14:04:40",
        "c-000481",
        {
            "queue": "benefits",
            "agent": "a-17",
            "kind": "attended",
            "to_queue": "appeals",
            "to_agent": "a-23",
        },
    ),
    "contact.abandoned": Example("14:03:05", "c-000482", {"queue": "benefits"}),
    "contact.diverted": Example("14:03:30", "c-000483", {"queue": "benefits", "to": "callback"}),
    "contact.ended": Example(
        "14:09:12",
        "c-000481",
        {"queue": "appeals", "agent": "a-23", "by": "customer", "resolved": True},
    ),
    "contact.wrapped": Example(
        "14:10:02",
        "c-000481",
        {"queue": "appeals", "agent": "a-23", "disposition": "appeal_opened"},
    ),
    "bot.escalated": Example(
        "14:05:20",
        "c-000490",
        {"queue": "chat", "keyword": "person", "reason": "The same question three times"},
    ),
    "callback.promised": Example(
        "14:03:30",
        "c-000483",
        {"queue": "benefits", "due": "2026-03-02T15:30:00Z", "customer": "customer-91d7"},
    ),
    "callback.attempted": Example(
        "15:12:44", "c-000483", {"queue": "benefits", "agent": "a-17", "reached": True}
    ),
    "message.received": Example("14:06:01", "c-000490", {"queue": "chat"}),
    "message.sent": Example("14:06:48", "c-000490", {"queue": "chat", "agent": "a-31"}),
    "survey.sent": Example(
        "14:15:00", "c-000481", {"queue": "appeals", "agent": "a-23", "channel": "voice"}
    ),
    "survey.answered": Example(
        "14:21:37",
        "c-000481",
        {
            "queue": "appeals",
            "agent": "a-23",
            "channel": "voice",
            "csat": 4,
            "resolved": True,
            "manner": 5,
            "ease": 3,
            "effectiveness": 4,
            "emotion": 4,
            "trust": 4,
            "nps": 8,
            "pain_point": "long_wait",
            "journey_stage": "renewal",
            "segment": "veterans",
            "comment": "Kind, but I had to call twice.",
        },
    ),
    "agent.state": Example(
        "14:10:02",
        "a-23",
        {"state": "away", "reason": "break", "team": "north", "queues": ["benefits", "appeals"]},
    ),
    "recognition.given": Example(
        "14:22:10",
        "a-23",
        {"by": "customer", "contact": "c-000481", "reason": "Stayed until it was settled"},
    ),
    "plan.interval": Example(
        "06:00:00",
        "benefits",
        {
            "start": "2026-03-02T14:00:00-05:00",
            "minutes": 30,
            "forecast_contacts": 118.5,
            "forecast_aht_s": 342,
            "required_agents": 26,
            "scheduled_agents": 24,
        },
    ),
}


def example(event_type: str) -> dict[str, Any]:
    """The whole event, its keys in the order of the contract."""
    clock, subject, data = EXAMPLES[event_type]
    return {
        "specversion": "1.0",
        "id": f"{subject}/{event_type}/1",
        "source": "/acd/north",
        "type": event_type,
        "time": f"2026-03-02T{clock}Z",
        "subject": subject,
        "data": data,
    }
