"""What tests ask of events that were read."""

from __future__ import annotations

from typing import Any

from stream.contract.batch import TYPE_OF
from stream.contract.events import UnknownEvent


def type_of(event: Any) -> str:
    """The event's `type` attribute, such as `contact.queued`."""
    if isinstance(event, UnknownEvent):
        return event.type
    return TYPE_OF[type(event)]
