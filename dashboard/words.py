"""How numbers, durations and names are put into words on a screen."""

from __future__ import annotations

from typing import Final

_SMALL: Final = (
    "no", "one", "two", "three", "four", "five", "six",
    "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip

# No line is broken inside a duration.
_FIXED: Final = "\u00a0"


def number(count: int) -> str:
    """A count as a word up to twelve, in digits above."""
    return _SMALL[count] if count < len(_SMALL) else f"{count:,}"


def counted(count: int, noun: str) -> str:
    """A count with its noun: `two queues`, `one queue`."""
    return f"{number(count)} {noun}{'' if count == 1 else 's'}"


def duration(seconds: float) -> str:
    """A duration as the wall writes it: 0:48, 52:10, 1 h 12, 3 d 4 h. Whole units, cut off.

    No line breaks inside one.
    """
    whole = max(0, int(seconds))
    minutes, second = divmod(whole, 60)
    hours, minute = divmod(minutes, 60)
    days, hour = divmod(hours, 24)
    if days:
        return _FIXED.join((str(days), "d", str(hour), "h"))
    if hours:
        return _FIXED.join((str(hours), "h", f"{minute:02}"))
    return f"{minutes}:{second:02}"


def percent(share: float) -> str:
    """A share in whole percent, rounded half away from zero as the browser does."""
    return f"{int(share * 100 + 0.5)} %"
