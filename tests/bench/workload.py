"""What is measured: one simulated morning, the same bytes each time, squeezed to the rate asked."""

from __future__ import annotations

import itertools
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from simulator import load_scenario, offset_showing, simulate
from stream.contract.codec import encode
from stream.contract.instants import (
    HOUR_US,
    Instant,
    format_instant,
    parse_instant,
)
from stream.logs.files import read_lines

SEED: Final = 7
# Times the scenario's 90 agents: some 9,000, near the 10,000 of the largest floor we design for.
AGENTS_A_SCALE: Final = 90
SCALE: Final = 100.0
# A smaller workload is a smaller floor, so that each spans about the same hours.
_EVENTS_A_SCALE: Final = 10_000
START: Final = parse_instant("2026-03-03T15:30:00Z")
SHOWN_MINUTE: Final = 10 * 60 + 30
HISTORY_US: Final = HOUR_US
_DURATION_US: Final = 12 * HOUR_US
# Raised when the workload changes, so that no file of the old one is taken for it.
_VERSION: Final = 2
_TIME: Final = re.compile(rb'"time":"([^"]*)"')
_AS_TEXT: Final = "utf-8"


class Item(NamedTuple):
    """An event that is due: its time in microseconds, its key in the log and its bytes."""

    time: int
    key: str
    payload: bytes


class _Keyed(msgspec.Struct):
    subject: str


_keyed: Final = msgspec.json.Decoder(_Keyed)


def events_file(folder: Path, count: int, scale: float | None = None) -> Path:
    """The workload of `count` events in one hour, made if it is not there yet."""
    if scale is None:
        scale = min(SCALE, max(1.0, count / _EVENTS_A_SCALE))
    path = folder / f"weekday-v{_VERSION}-seed{SEED}-scale{scale:g}-{count}.jsonl"
    if not path.exists():
        part = path.with_suffix(".part")
        lines = squeezed(list(_simulated(count, scale)), HISTORY_US)
        part.write_bytes(b"\n".join(line for _, line in lines) + b"\n")
        part.rename(path)
    return path


def lines_of(path: Path, most: int | None = None) -> list[bytes]:
    """The file's events as bytes."""
    return [line for _, line in itertools.islice(read_lines(path), most)]


def items_of(path: Path, count: int, length_us: int) -> list[Item]:
    """The file's first `count` events, squeezed or stretched to a length of time."""
    timed = [(_time_of(line), line) for line in lines_of(path, count)]
    return [
        Item(time, _keyed.decode(line).subject, line) for time, line in squeezed(timed, length_us)
    ]


def squeezed(timed: Sequence[tuple[int, bytes]], length_us: int) -> list[tuple[int, bytes]]:
    """The same events in the same order, the last one `length_us` after the first. Times stay
    whole milliseconds, as the simulator and most systems write them."""
    first = timed[0][0]
    natural_us = max(1, timed[-1][0] - first)
    told: list[tuple[int, bytes]] = []
    for time, line in timed:
        after_us = (time - first) * length_us // natural_us
        moved = Instant(first + after_us // 1000 * 1000)
        told.append((moved, with_time(line, moved)))
    return told


def _simulated(count: int, scale: float) -> Iterator[tuple[int, bytes]]:
    scenario = load_scenario("weekday")
    events = simulate(
        scenario,
        seed=SEED,
        start=START,
        duration_us=_DURATION_US,
        profile_offset_us=offset_showing(scenario, START, "tue", SHOWN_MINUTE),
        scale=scale,
    )
    for event in itertools.islice(events, count):
        yield event.time, encode(event)


def _time_of(line: bytes) -> int:
    found = _TIME.search(line)
    assert found is not None
    return parse_instant(found[1].decode(_AS_TEXT))


def with_time(line: bytes, time: Instant) -> bytes:
    """The event with another time."""
    text = f'"time":"{format_instant(time)}"'.encode()
    return _TIME.sub(lambda _: text, line, count=1)


if __name__ == "__main__":
    folder, wanted, scaled = sys.argv[1:]
    sys.stdout.write(str(events_file(Path(folder), int(wanted), float(scaled) or None)))
