"""How numbers, lengths of time and days are written in the language that is spoken, as
dashboard/assets/base/format.js has it in browsers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from math import ceil
from typing import Final

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_decimal

from dashboard.i18n import _, language, marked
from dashboard.i18n.languages import ENGLISH
from dashboard.words import number, parts, percent, unit_of

# No line is broken inside an amount.
_FIXED: Final = "\u00a0"
# The units of a span.
_SPANS: Final = {
    "d": marked("{n} d"),
    "h": marked("{n} h"),
    "min": marked("{n} min"),
    "s": marked("{n} s"),
}
_TENTH: Final = Decimal("0.1")
_MINUTES: Final = re.compile(r"(\d+)m")
# Before these sounds Spanish has another «and».
_SPANISH_I: Final = re.compile(r"i|hi(?![ae])", re.IGNORECASE)


def whole(count: int) -> str:
    """A count in digits."""
    return _formatted(Decimal(count))


def decimal(value: float) -> str:
    """A number with at most one digit after the point, rounded half away from zero."""
    return _formatted(Decimal(repr(value)).quantize(_TENTH, ROUND_HALF_UP))


def spelled(count: int) -> str:
    """A count within a sentence: English alone writes a small one as a word."""
    return number(count) if language() is ENGLISH else whole(count)


def share(value: float) -> str:
    """A share in whole percent."""
    return percent(value, language().percent)


def duration(seconds: float) -> str:
    """A length of time as `dashboard.words` has it in English: 0:48, 52:10, 1 h 12, 3 d 4 h."""
    days, hours, minutes, second = parts(seconds)
    if days:
        return _whole_line(_("{days} d {hours} h").format(days=whole(days), hours=hours))
    if hours:
        return _whole_line(_("{hours} h {minutes}").format(hours=hours, minutes=f"{minutes:02}"))
    return f"{minutes}:{second:02}"


def span(seconds: float) -> str:
    """A length of time in one unit, cut off: 12 s, 12 min, 3 h, 2 d."""
    unit, length = unit_of(seconds)
    return _in_units(unit, int(seconds / length))


def span_up(seconds: float) -> str:
    """The same rounded up, for what is «up to» so long."""
    unit, length = unit_of(seconds)
    return _in_units(unit, ceil(seconds / length))


def window(name: str) -> str:
    """What a window is called: `5m` is five minutes."""
    minutes = _MINUTES.fullmatch(name)
    if minutes is not None:
        return _("{n} min").format(n=minutes[1])
    return _("today") if name == "today" else name


def day(told: date) -> str:
    """A day with its month in words and its year."""
    return format_date(told, "long", locale=_locale(language().tag))


def listed(names: Sequence[str]) -> str:
    """Names in a row, with an «and» before the last."""
    told = format_list(names, locale=_locale(language().tag))
    if language().code == "es" and len(names) > 1 and _SPANISH_I.match(names[-1]):
        return f"{told.removesuffix(f' y {names[-1]}')} e {names[-1]}"
    return told


def _formatted(value: Decimal) -> str:
    spoken = language()
    grouped = abs(value) >= spoken.grouped_from
    return format_decimal(value, locale=_locale(spoken.tag), group_separator=grouped)


def _in_units(unit: str, n: int) -> str:
    return _whole_line(_(_SPANS[unit]).format(n=whole(max(0, n))))


def _whole_line(text: str) -> str:
    return text.replace(" ", _FIXED)


@cache
def _locale(tag: str) -> Locale:
    return Locale.parse(tag, sep="-")
