"""The fewest fields that the aggregation needs, decoded as fast as Python can; for the peers that
take Python's functions, so that they are timed at their best."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Data(msgspec.Struct):
    """Of an event's data."""

    queue: str | None = None
    csat: int | None = None


class Event(msgspec.Struct):
    """Of an event."""

    type: str
    time: datetime
    data: Data


decode = msgspec.json.Decoder(Event).decode
