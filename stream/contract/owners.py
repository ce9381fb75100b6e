"""Whose each line of a log is, where several read one log and each keeps its own subjects.

A look at one `"subject"` and one `"time"` of a line is enough to share the lines out; it costs
a tenth of reading the event. It may be wrong of an odd line, such as one that names a key twice.
Whoever reads the event then finds out (`is_as_surveyed`), and the log is read by one alone.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stream.compiled import compiled
from stream.contract.batch import Batch
from stream.contract.codec import Rejected, decode
from stream.contract.instants import UNREADABLE, parse_instants

Ints = NDArray[np.int64]

_BLANKS: Final = b" \t\r"
_SUBJECT: Final = re.compile(rb'"subject"[ \t\r]*(?::[ \t\r]*"([^"]*)")?')
_TIME: Final = re.compile(rb'"time"[ \t\r]*(?::[ \t\r]*"([^"]*)")?')


class Survey(NamedTuple):
    """A stretch of whole lines, looked through by one part of several.

    `line_count`: how many lines there are, blank ones among them. `numbers`, `lines`, `own_times`: the
    part's own ones in order: the number of each from 0, its bytes and its time. `times` and
    `starts`: of every line that has one, the time and the byte in the stretch at which it starts.
    Times are microseconds; a rejected event's may be any, or missing.
    """

    line_count: int
    numbers: list[int]
    lines: list[bytes]
    own_times: Ints
    times: Ints
    starts: Ints


def owner_of(subject: str, parts: int) -> int:
    """Which of so many parts keeps a subject, from 0: the same in every process, but not of the
    plain and the compiled make."""
    return _owner_of(subject.encode(), parts)


def survey(stretch: bytes, part: int, parts: int) -> Survey:
    """Look through a stretch of whole lines for the own ones of a part."""
    count, numbers, lines, own_times, times, starts, odd = _survey(stretch, part, parts)
    told = Survey(count, numbers, lines, *map(_ints, (own_times, times, starts)))
    return _with_odd(told, stretch, odd, part, parts) if odd else told


def is_as_surveyed(batch: Batch, surveyed: Survey, part: int, parts: int) -> bool:
    """Whether the good events of `surveyed.lines`, read, are the part's own and of those times."""
    return _is_as_surveyed(batch, surveyed.own_times.tobytes(), part, parts)


def line_at(stretch: bytes, start: int) -> bytes:
    """The line of a stretch that starts at a byte."""
    end = stretch.find(b"\n", start)
    return stretch[start:] if end < 0 else stretch[start:end]


def _with_odd(
    told: Survey, stretch: bytes, odd: list[tuple[int, int]], part: int, parts: int
) -> Survey:
    """The survey with the lines that a look does not tell of: they are read by every part, and
    those that are rejected belong to the first."""
    own = list(zip(told.numbers, told.lines, told.own_times.tolist(), strict=True))
    times, starts = [], []
    for number, start in odd:
        line = line_at(stretch, start)
        owner, time = 0, UNREADABLE
        try:
            event = decode(line)
        except Rejected:
            pass
        else:
            owner, time = owner_of(event.subject, parts), int(event.time)
            times.append(time)
            starts.append(start)
        if owner == part:
            own.append((number, line, time))
    own.sort(key=lambda each: each[0])
    return Survey(
        told.line_count,
        [number for number, _, _ in own],
        [line for _, line, _ in own],
        np.array([time for _, _, time in own], np.int64),
        np.concatenate((told.times, np.array(times, np.int64))),
        np.concatenate((told.starts, np.array(starts, np.int64))),
    )


def _surveyed_plainly(stretch: bytes, part: int, parts: int) -> tuple[Any, ...]:
    """What the compiled make does: as in `Survey`, times as their bytes, and the odd lines."""
    rest = stretch.removesuffix(b"\n").split(b"\n") if stretch else []
    found: list[tuple[int, int, bytes, int]] = []
    texts: list[str] = []
    odd: list[tuple[int, int]] = []
    start = 0
    for number, line in enumerate(rest):
        subject, time = _behind(line, b'"subject":"', _SUBJECT), _behind(line, b'"time":"', _TIME)
        if subject is not None and time is not None:
            found.append((number, start, line, zlib.crc32(subject) % parts))
            texts.append(time.decode("latin-1"))
        elif line.strip(_BLANKS):
            odd.append((number, start))
        start += len(line) + 1
    times = parse_instants(texts)
    if UNREADABLE in times:
        known = [time != UNREADABLE for time in times]
        odd += [
            (each[0], each[1]) for each, is_known in zip(found, known, strict=True) if not is_known
        ]
        found = [each for each, is_known in zip(found, known, strict=True) if is_known]
        times = [time for time in times if time != UNREADABLE]
    own = [place for place, each in enumerate(found) if each[3] == part]
    return (
        len(rest),
        [found[place][0] for place in own],
        [found[place][2] for place in own],
        _bytes([times[place] for place in own]),
        _bytes(times),
        _bytes([each[1] for each in found]),
        odd,
    )


def _owned_plainly(subject: bytes, parts: int) -> int:
    return zlib.crc32(subject) % parts


def _behind(line: bytes, usual: bytes, any_way: re.Pattern[bytes]) -> bytes | None:
    """The string behind a name, the last one where it is written in the usual way; None where
    there is none, or it has an escape."""
    # Looking for plain bytes is several times as fast as matching.
    name = line.rfind(usual)
    if name >= 0:
        start = name + len(usual)
        end = line.find(b'"', start)
        text = line[start:end] if end >= 0 else None
    else:
        match = any_way.search(line)
        text = match[1] if match else None
    return None if text is None or b"\\" in text else text


def _checked_plainly(batch: Batch, own_times: bytes, part: int, parts: int) -> bool:
    surveyed = _ints(own_times).tolist()
    return all(
        surveyed[place] == time and _owned_plainly(event.subject.encode(), parts) == part
        for event, time, place in zip(batch.events, batch.times, batch.places, strict=True)
    )


def _ints(values: bytes) -> Ints:
    return np.frombuffer(values, np.int64)


def _bytes(values: list[int]) -> bytes:
    return np.array(values, np.int64).tobytes()


_owner_of: Final[Callable[[bytes, int], int]] = compiled(
    "stream.contract._owners", "owner_of", _owned_plainly
)
_survey: Final[Callable[..., tuple[Any, ...]]] = compiled(
    "stream.contract._owners", "survey", _surveyed_plainly
)
_is_as_surveyed: Final[Callable[..., bool]] = compiled(
    "stream.contract._owners", "is_as_surveyed", _checked_plainly
)
