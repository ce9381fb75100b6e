"""What the stream knows of itself: how many events were read, and what became of them."""

from __future__ import annotations

from msgspec import Struct


class Health(Struct):
    """Counts since the start of the log, kept over restarts. `by_type` counts good events by
    type, of the types known; `rejected_by_field` the rejected ones by the field at fault."""

    events: int = 0
    duplicates: int = 0
    rejected: int = 0
    unknown_type: int = 0
    out_of_place: int = 0
    too_late: int = 0
    expired: int = 0
    by_type: dict[str, int] = {}
    rejected_by_field: dict[str, int] = {}
