"""Instants: whole microseconds since 1970-01-01T00:00:00Z, and their RFC 3339 text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final

import numpy as np

SECOND_US: Final = 1_000_000
MINUTE_US: Final = 60 * SECOND_US
HOUR_US: Final = 60 * MINUTE_US
DAY_US: Final = 24 * HOUR_US

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
# RFC 3339 section 5.6, upper case only; seconds end at 59 because a leap second has no place
# on a scale of Unix microseconds.
_MINUTE_LENGTH: Final = len("2026-03-02T14:00:")
_MINUTE: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:", re.ASCII)
_REST: Final = re.compile(r"([0-5]\d)(?:\.(\d+))?(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))", re.ASCII)
_REST_REMEMBERED_MAX: Final = len("00.123456789+00:00")
# How most systems write: digits stand for 0 to 9 (tens of seconds to 5), the rest for itself.
_USUAL: Final = "2026-03-02T14:00:00.000Z"
_USUAL_SECONDS: Final = np.frombuffer(b":00.000Z", np.uint8)
_USUAL_DIGITS_MAX: Final = np.array([0, 5, 9, 0, 9, 9, 9, 0], np.uint8)
_USUAL_DIGITS_US: Final = np.array(
    [0, 10 * SECOND_US, SECOND_US, 0, 100_000, 10_000, 1_000, 0], np.int64
)
# Below this many texts the arrays cost more than they save.
_TOGETHER_MIN: Final = 24
_EXPECTED: Final = "expected RFC 3339 with date, T, seconds and an offset"


class Instant(int):
    """A moment, in microseconds since the Unix epoch (UTC). A plain `int` to calculate with."""

    __slots__ = ()


EARLIEST: Final = Instant((datetime.min.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND)
LATEST: Final = Instant((datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND)
UNREADABLE: Final = EARLIEST - 1


def parse_instant(text: str) -> Instant:
    """Read RFC 3339 text with date, `T`, seconds and an offset; digits past the sixth are cut off.

    Raises `ValueError` with what is expected, never with the text itself.
    """
    rest = text[_MINUTE_LENGTH:]
    # A fraction may be as long as the event; only texts of the usual length are remembered.
    rest_us = _rest_us if len(rest) <= _REST_REMEMBERED_MAX else _rest_us.__wrapped__
    micros = minute_us(text[:_MINUTE_LENGTH]) + rest_us(rest)
    if not EARLIEST <= micros <= LATEST:
        raise ValueError("expected a year from 0001 to 9999 in UTC")
    return Instant(micros)


def parse_instants(texts: Sequence[str]) -> list[int]:
    """Read many texts as `parse_instant` does; `UNREADABLE` stands for one that is not an instant.

    Texts such as 2026-03-02T14:00:00.000Z are read together, each as three words of eight bytes:
    two that hardly ever change from one text to the next, and one of seconds.
    """
    other = [place for place, text in enumerate(texts) if len(text) != len(_USUAL)]
    usual = len(texts) - len(other)
    if usual < max(_TOGETHER_MIN, len(other)):
        return [_instant_if_any(text) for text in texts]
    alike = list(texts)
    for place in other:
        alike[place] = _USUAL
    try:
        together = _read_together(alike)
    except ValueError:
        return [_instant_if_any(text) for text in texts]
    for place in other:
        together[place] = _instant_if_any(texts[place])
    return together


def _read_together(texts: list[str]) -> list[int]:
    letters = np.frombuffer("".join(texts).encode("ascii"), np.uint8).reshape(-1, len(_USUAL))
    digits = letters[:, -len(_USUAL_SECONDS) :] - _USUAL_SECONDS
    if (digits > _USUAL_DIGITS_MAX).any():
        raise ValueError(_EXPECTED)
    words = letters.view(np.uint64)
    changes = (words[1:, 0] != words[:-1, 0]) | (words[1:, 1] != words[:-1, 1])
    starts = np.r_[0, np.flatnonzero(changes) + 1]
    minutes = [minute_us(texts[start][:_MINUTE_LENGTH]) for start in starts.tolist()]
    lengths = np.diff(starts, append=len(texts))
    micros = np.repeat(np.array(minutes, np.int64), lengths) + digits @ _USUAL_DIGITS_US
    told: list[int] = micros.tolist()
    return told


def _instant_if_any(text: str) -> int:
    try:
        return parse_instant(text)
    except ValueError:
        return UNREADABLE


# Events come in bursts of the same minute, and their seconds repeat from minute to minute, so
# each half of the text is read once and then looked up.
@lru_cache(maxsize=4096)
def minute_us(minute: str) -> int:
    if _MINUTE.fullmatch(minute) is None:
        raise ValueError(_EXPECTED)
    try:
        # Not by `strptime`, which takes twenty times as long.
        start = datetime.fromisoformat(f"{minute}00").replace(tzinfo=UTC)
    except ValueError:
        raise ValueError("expected a date and time that exist") from None
    return (start - _EPOCH) // _MICROSECOND


@lru_cache(maxsize=65_536)
def _rest_us(rest: str) -> int:
    match = _REST.fullmatch(rest)
    if match is None:
        raise ValueError(_EXPECTED)
    second, fraction, sign, hours, minutes = match.groups()
    micros = int(second) * SECOND_US + int((fraction or "")[:6].ljust(6, "0"))
    if sign:
        offset = int(hours) * HOUR_US + int(minutes) * MINUTE_US
        micros += -offset if sign == "+" else offset
    return micros


def format_instant(micros: int) -> str:
    """RFC 3339 in UTC with the shortest fraction that loses nothing: 0, 3 or 6 digits."""
    moment = to_datetime(micros)
    if micros % SECOND_US == 0:
        return moment.strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")
    timespec = "milliseconds" if micros % 1000 == 0 else "microseconds"
    return moment.replace(tzinfo=None).isoformat(timespec=timespec) + "Z"


def format_millis(micros: int) -> str:
    """RFC 3339 in UTC, cut to the millisecond: how every figure's JSON writes its times."""
    moment = to_datetime(micros)
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def to_datetime(micros: int) -> datetime:
    """The aware UTC `datetime` of an instant."""
    return _EPOCH + timedelta(microseconds=micros)


def from_datetime(moment: datetime) -> Instant:
    """The instant of an aware `datetime`."""
    return Instant((moment - _EPOCH) // _MICROSECOND)
