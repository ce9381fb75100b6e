"""Event lines for tests, in the floor's words: `event("contact.queued", subject="c1", …)`."""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

Seconds = int | float | Decimal

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
BASE: Final = datetime(2026, 3, 2, 14, 0, tzinfo=UTC)
BASE_US: Final = (BASE - _EPOCH) // timedelta(microseconds=1)
SECOND_US: Final = 1_000_000
MINUTE: Final = 60
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
MICROSECOND: Final = Decimal("0.000001")

# Ids need only differ from each other; a count makes the same ones in every run of one test.
_ids = itertools.count(1)


def instant(at: Seconds) -> int:
    """The microseconds since the epoch that lie `at` seconds after the base instant."""
    return BASE_US + round(Decimal(str(at)) * SECOND_US)


def text(at_us: int) -> str:
    """An instant as an event writes it: RFC 3339 in UTC with six digits."""
    moment = _EPOCH.replace(tzinfo=None) + timedelta(microseconds=at_us)
    return moment.isoformat(timespec="microseconds") + "Z"


def millis(at: Seconds) -> str:
    """`at` seconds after the base instant as the figures' JSON writes it."""
    moment = _EPOCH.replace(tzinfo=None) + timedelta(microseconds=instant(at))
    return moment.isoformat(timespec="milliseconds") + "Z"


def event(
    type_: str,
    /,
    *,
    subject: str,
    at: Seconds = 0,
    at_us: int | None = None,
    event_id: str | None = None,
    source: str = "/acd/north",
    **data: Any,
) -> bytes:
    """One event's line, without its line feed.

    `at` is seconds after the base instant, `at_us` microseconds since the epoch instead of it.
    Every other keyword is a field of `data`; `due` and `start` may be seconds like `at`.
    """
    for name in ("due", "start"):
        moment = data.get(name)
        if isinstance(moment, int | float | Decimal):
            data[name] = text(instant(moment))
    whole = {
        "specversion": "1.0",
        "id": f"e-{next(_ids)}" if event_id is None else event_id,
        "source": source,
        "type": type_,
        "time": text(instant(at) if at_us is None else at_us),
        "subject": subject,
        "data": data,
    }
    return json.dumps(whole, ensure_ascii=False, separators=(",", ":")).encode()


def queued(subject: str, at: Seconds, queue: str = "benefits", channel: str = "voice") -> bytes:
    """The contact began to wait."""
    return event("contact.queued", subject=subject, at=at, queue=queue, channel=channel)


def answered(subject: str, at: Seconds, queue: str = "benefits", agent: str = "a1") -> bytes:
    """An agent took the contact."""
    return event("contact.answered", subject=subject, at=at, queue=queue, agent=agent)


def held(subject: str, at: Seconds, agent: str = "a1") -> bytes:
    """The customer was put on hold."""
    return event("contact.held", subject=subject, at=at, agent=agent)


def resumed(subject: str, at: Seconds, agent: str = "a1") -> bytes:
    """The customer was taken back from hold."""
    return event("contact.resumed", subject=subject, at=at, agent=agent)


def ended(subject: str, at: Seconds, queue: str = "benefits", agent: str = "a1") -> bytes:
    """The conversation is over."""
    return event("contact.ended", subject=subject, at=at, queue=queue, agent=agent, by="customer")


def wrapped(subject: str, at: Seconds, queue: str = "benefits", agent: str = "a1") -> bytes:
    """That agent's wrap-up is over."""
    return event("contact.wrapped", subject=subject, at=at, queue=queue, agent=agent)


def abandoned(subject: str, at: Seconds, queue: str = "benefits") -> bytes:
    """The customer left before an answer."""
    return event("contact.abandoned", subject=subject, at=at, queue=queue)


def diverted(subject: str, at: Seconds, queue: str = "benefits", to: str = "voicemail") -> bytes:
    """The system took the contact out of the queue."""
    return event("contact.diverted", subject=subject, at=at, queue=queue, to=to)


def transferred(
    subject: str, at: Seconds, queue: str = "benefits", agent: str = "a1", **to: Any
) -> bytes:
    """The agent passed it on: `to_queue=` or `to_agent=` say where to."""
    return event(
        "contact.transferred",
        subject=subject,
        at=at,
        queue=queue,
        agent=agent,
        kind="blind",
        **to,
    )


def received(subject: str, at: Seconds, queue: str = "benefits") -> bytes:
    """The customer wrote."""
    return event("message.received", subject=subject, at=at, queue=queue)


def sent(subject: str, at: Seconds, queue: str = "benefits", agent: str = "a1") -> bytes:
    """An agent wrote back."""
    return event("message.sent", subject=subject, at=at, queue=queue, agent=agent)


def state(agent: str, at: Seconds, state: str, **more: Any) -> bytes:
    """The agent's state from now on."""
    return event("agent.state", subject=agent, at=at, state=state, **more)


def promised(subject: str, at: Seconds, due: Seconds, queue: str = "benefits") -> bytes:
    """The customer was promised a call back by `due`."""
    return event("callback.promised", subject=subject, at=at, queue=queue, due=due)


def attempted(subject: str, at: Seconds, queue: str = "benefits", agent: str = "a1") -> bytes:
    """An agent called back."""
    return event(
        "callback.attempted", subject=subject, at=at, queue=queue, agent=agent, reached=True
    )


def survey(subject: str, at: Seconds, queue: str = "benefits", **answers: Any) -> bytes:
    """The customer's answer to a survey."""
    return event("survey.answered", subject=subject, at=at, queue=queue, **answers)
