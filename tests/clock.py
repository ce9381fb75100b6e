"""The wall clock, for tests whose parts are real processes; all others have theirs in hand."""

from __future__ import annotations

import time


def now_us() -> int:
    """Microseconds since the Unix epoch."""
    return time.time_ns() // 1000
