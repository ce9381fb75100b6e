"""The week of section `week`: one simulated day told again, with dates and names of its own each time.

Each day has new contacts, and a twentieth of the agents' seats has somebody new from then on; the
weekend has three tenths of the contacts and agents.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Final, NamedTuple
from zlib import crc32

from stream.contract.instants import DAY_US
from tests.bench.ground import Keyed, keyed, keyed_lines, time_of
from tests.bench.huge import DAY_START, FIRST, WEEKEND, as_of_day, day_tag, simulated_day

# A Wednesday: so the third day and the seventh are both whole working days.
BEGIN: Final = FIRST + timedelta(days=2)
_SEATS_RENEWED: Final = 20
_WEEKEND_TENTHS: Final = 3
# Raised when the day changes, so that no file of the old one is taken for it.
_VERSION: Final = 1
_PERSON: Final = re.compile(rb'"(agent|to_agent|subject)":"([a-z]+-([0-9]+))"')


class Slice(NamedTuple):
    """What happened up to an instant, in microseconds, since the one before it."""

    until: int
    events: list[Keyed]


def begin_of(number: int) -> int:
    """When the week's day `number`, from 0, begins, in microseconds."""
    return int(DAY_START) + (date_of(number) - FIRST).days * DAY_US


def date_of(number: int) -> date:
    """The date of the week's day `number`, from 0."""
    return BEGIN + timedelta(days=number)


def slices(file: Path, scale: float, number: int, length_us: int) -> Iterator[Slice]:
    """The day `number` in slices of that length, which divides it, those without events as well.
    `file` is the simulated day of that scale."""
    tag, day = day_tag(scale), date_of(number)
    moved = begin_of(number) - int(DAY_START)
    until = int(DAY_START) + length_us
    lines: list[bytes] = []
    for key, line in keyed(file):
        if day.weekday() >= WEEKEND and crc32(key.encode()) % 10 >= _WEEKEND_TENTHS:
            continue
        while time_of(line) >= until:
            yield Slice(until + moved, _told(lines, tag, number))
            lines, until = [], until + length_us
        lines.append(line)
    while until <= int(DAY_START) + DAY_US:
        yield Slice(until + moved, _told(lines, tag, number))
        lines, until = [], until + length_us


def _told(lines: Iterable[bytes], tag: bytes, number: int) -> list[Keyed]:
    """The first day's lines as the day `number` has them."""
    told = as_of_day(b"\n".join(lines), tag, date_of(number), number)
    told = _PERSON.sub(lambda match: _in_the_seat(match, number), told)
    return list(keyed_lines(told.splitlines()))


def _in_the_seat(match: re.Match[bytes], number: int) -> bytes:
    """Who sits where an agent of the first day sat. `number` is the day's."""
    attribute, name, seat = match.groups()
    since = int(seat) % _SEATS_RENEWED
    return b'"%b":"%b%b"' % (attribute, name, b"-%d" % since if 0 < since <= number else b"")


def day_file(folder: Path, scale: float) -> Path:
    """The lines of the simulated day, made if they are not there yet."""
    path = folder / f"day-v{_VERSION}-scale{scale:g}.jsonl"
    if not path.exists():
        part = path.with_suffix(".part")
        with part.open("wb") as file:
            file.writelines(simulated_day(scale))
        part.rename(path)
    return path


def main(arguments: Sequence[str]) -> None:
    """Make the day of the scale, and print where it is."""
    folder, scale = arguments
    sys.stdout.write(str(day_file(Path(folder), float(scale))))


if __name__ == "__main__":
    main(sys.argv[1:])
