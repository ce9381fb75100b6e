"""How numbers, durations and names are put into words on a screen."""

from __future__ import annotations

from collections.abc import Iterable
from math import ceil
from typing import Final

_SMALL: Final = (
    "no", "one", "two", "three", "four", "five", "six",
    "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip

# No line is broken inside a duration.
_FIXED: Final = "\u00a0"
# The units of a span; each is used from twice its length on, so that no span is told in ones.
_SPANS: Final = (("d", 86_400), ("h", 3600), ("min", 60), ("s", 1))


def number(count: int) -> str:
    """A count as a word up to twelve, in digits above."""
    return _SMALL[count] if count < len(_SMALL) else f"{count:,}"


def counted(count: int, noun: str) -> str:
    """A count with its noun: `two queues`, `one queue`."""
    return f"{number(count)} {noun}{'' if count == 1 else 's'}"


def parts(seconds: float) -> tuple[int, int, int, int]:
    """A length of time in whole days, hours, minutes and seconds, cut off."""
    minutes, second = divmod(max(0, int(seconds)), 60)
    hours, minute = divmod(minutes, 60)
    return *divmod(hours, 24), minute, second


def duration(seconds: float) -> str:
    """A duration as the wall writes it: 0:48, 52:10, 1 h 12, 3 d 4 h. Whole units, cut off.

    No line breaks inside one.
    """
    days, hours, minutes, second = parts(seconds)
    if days:
        return _FIXED.join((str(days), "d", str(hours), "h"))
    if hours:
        return _FIXED.join((str(hours), "h", f"{minutes:02}"))
    return f"{minutes}:{second:02}"


def span(seconds: float) -> str:
    """A length of time in one unit, cut off: 12 s, 12 min, 3 h, 2 d."""
    unit, length = unit_of(seconds)
    return f"{max(0, int(seconds / length))}{_FIXED}{unit}"


def span_up(seconds: float) -> str:
    """The same rounded up, for what is «up to» so long."""
    unit, length = unit_of(seconds)
    return f"{max(0, ceil(seconds / length))}{_FIXED}{unit}"


def unit_of(seconds: float) -> tuple[str, int]:
    """In which unit a length of time is told, and how many seconds that has."""
    return next((one for one in _SPANS if seconds >= 2 * one[1]), _SPANS[-1])


def listed(names: Iterable[str]) -> str:
    """Names in a row: `1`, `1 and 2`, `1, 2 and 3`."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def sentence(text: str) -> str:
    """A text as a sentence: a capital at its beginning, a stop at its end."""
    text = text.strip()
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '?', '!')) else '.'}"


def percent(share: float, sign: str = " %") -> str:
    """A share in whole percent, rounded half away from zero as the browser does. `sign` is how the
    language of a page writes it behind a number, with the space before it where there is one."""
    return f"{int(share * 100 + 0.5)}{sign}"
