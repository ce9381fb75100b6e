"""What this machine carries: events a second from a file and live, and queues in one picture.

The real parts are timed, over an embedded log in a directory of the caller's. Rates are by the wall
clock, as a user meets them: another busy process makes them lower.
"""

from __future__ import annotations

import contextlib
import itertools
import statistics
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct

from stream.clocks import set_clock
from stream.compute import FileReading
from stream.contract.clock import FloorClock
from stream.contract.codec import Rejected, decode
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import MINUTE_US, SECOND_US, Instant, format_instant
from stream.logs.files import Block, read_blocks
from stream.logs.port import Log
from stream.logs.topics import CONTACT_EVENTS, topics
from stream.logs.urls import open_log
from stream.picture import LogPictureReader
from stream.worker import Worker

# What a wall may take for one picture, and a frame to its viewer, to be felt as at once.
AT_ONCE_MS: Final = 250.0
WINDOW: Final = "30m"
APPEND_AT_ONCE: Final = 2_000
# A machine too slow for this leaves a rate of what it came to by then.
CATCHING_UP_S_MAX: Final = 8.0
READING_S_MAX: Final = 8.0
PICTURES: Final = 5
# Of the hour of each queue that a picture is made of: one contact in every ten minutes.
_CONTACTS: Final = 6
_APART_US: Final = 10 * MINUTE_US

Pairs = list[tuple[str, bytes | None]]


class Sample(Struct, frozen=True):
    """The first events of a recording, with their keys, as they are timed."""

    path: Path
    pairs: Pairs
    newest: int
    busiest_minute: int
    whole: bool


class Tried(Struct, frozen=True):
    """How long a size took, in milliseconds."""

    size: int
    ms: float


def sample_of(path: Path, most: int) -> Sample | None:
    """At most `most` lines of a file; None where no event among them is good.

    Raises `LogError` where the file cannot be read.
    """
    pairs: Pairs = []
    minutes: Counter[int] = Counter()
    newest: int | None = None
    for _, lines in _first(read_blocks(path), most + 1):
        for line in lines:
            try:
                event = decode(line)
            except Rejected:
                # It is read like any other, and rejected then.
                pairs.append(("", line))
                continue
            pairs.append((event.subject, line))
            minutes[event.time // MINUTE_US] += 1
            newest = event.time if newest is None else max(newest, event.time)
    if newest is None:
        return None
    return Sample(path, pairs[:most], newest, max(minutes.values()), len(pairs) <= most)


def file_rate(sample: Sample, *, rounds: int) -> float:
    """Events a second from the file to all figures on one core: the median of the rounds."""
    began = time.perf_counter()
    rates = []
    for _ in range(rounds):
        start = time.perf_counter()
        reading = FileReading(FloorPlan())
        reading.read_blocks(sample.path.name, _first(read_blocks(sample.path), len(sample.pairs)))
        reading.figures(WINDOW)
        rates.append(reading.floor.health.events / (time.perf_counter() - start))
        if time.perf_counter() - began > READING_S_MAX:
            break
    return statistics.median(rates)


def live_rate(sample: Sample, directory: Path, *, now: Callable[[], int]) -> float:
    """Events a second of a live worker that finds all of them in the log and catches up, frames,
    checkpoints and its position written as in service."""
    with _new_log(directory, now) as log:
        # The floor's clock says that the recording's last event is now.
        set_clock(log, FloorClock(now(), sample.newest, 1.0), has_events=False)
        _append(log, sample.pairs)
        worker = Worker(log, FloorPlan(), now=now)
        start = time.perf_counter()
        read = 0

        def done() -> bool:
            nonlocal read
            read = worker.events
            too_long = time.perf_counter() - start > CATCHING_UP_S_MAX
            return too_long or read >= len(sample.pairs)

        worker.run(done)
        return read / (time.perf_counter() - start)


def picture_time(queues: int, directory: Path, *, now: Callable[[], int]) -> Tried:
    """How long one picture of so many queues takes: following the log, building, and writing it as
    JSON. Each queue has an hour behind it and one event since the picture before. The longest of
    the pictures counts, but for the first, which takes in the hour."""
    with _new_log(directory, now) as log:
        past = list(_hour(queues, now()))
        _append(log, past)
        worker = Worker(log, FloorPlan(), now=now)
        with contextlib.closing(worker):
            _catch_up(worker, len(past))
            reader = LogPictureReader(log, FloorPlan(), now=now, title="bench")
            with contextlib.closing(reader):
                _picture_ms(reader)
                times = []
                for number in range(PICTURES):
                    moment, each = now(), range(queues)
                    _append(log, [_queued(queue, f"now-{number}", moment) for queue in each])
                    _catch_up(worker, len(past) + (number + 1) * queues)
                    times.append(_picture_ms(reader))
    return Tried(queues, max(times))


def carried(tried: Sequence[Tried]) -> tuple[int, bool]:
    """How much fits into `AT_ONCE_MS`, from sizes that grow, and whether it is only known to be at
    least that. Between two sizes it is on the line through both, below the first on the line from
    nothing; above the last nothing is said."""
    below = Tried(0, 0.0)
    for each in tried:
        if each.ms > AT_ONCE_MS:
            share = max(0.0, AT_ONCE_MS - below.ms) / (each.ms - below.ms)
            return below.size + int(share * (each.size - below.size)), False
        below = each
    return below.size, True


def served(tried: Sequence[Tried]) -> tuple[int, bool]:
    """The largest size that stayed within `AT_ONCE_MS`, 0 where none did, and whether that is all
    there is to say because no larger one was tried. Nothing is drawn between sizes: a server that
    is full does not slow down along a line."""
    within = [each.size for each in tried if each.ms <= AT_ONCE_MS]
    return max(within, default=0), len(within) == len(tried)


def _first(blocks: Iterable[Block], most: int) -> Iterator[Block]:
    """The blocks up to so many lines."""
    left = most
    for numbers, lines in blocks:
        yield Block(numbers[:left], lines[:left])
        left -= len(lines)
        if left <= 0:
            return


@contextlib.contextmanager
def _new_log(directory: Path, now: Callable[[], int]) -> Iterator[Log]:
    with contextlib.closing(open_log(f"embedded:{directory}", now=now)) as log:
        log.create(topics())
        yield log


def _append(log: Log, pairs: Sequence[tuple[str, bytes | None]]) -> None:
    for start in range(0, len(pairs), APPEND_AT_ONCE):
        log.append(CONTACT_EVENTS, pairs[start : start + APPEND_AT_ONCE])


def _catch_up(worker: Worker, appended: int) -> None:
    """Have the worker read and tell all that was appended."""
    while worker.events < appended:
        worker.step(0)
    worker.publish(everybody=True)


def _picture_ms(reader: LogPictureReader) -> float:
    start = time.perf_counter()
    reader.follow(0)
    while not reader.caught_up:
        reader.follow(0)
    msgspec.json.encode(reader.picture(WINDOW))
    return (time.perf_counter() - start) * 1_000


def _hour(queues: int, now: int) -> Iterator[tuple[str, bytes]]:
    """An hour of contacts up to now, in order of time: every other one is answered and ends."""
    for queue in range(queues):
        logged_in = {"state": "available", "queues": [f"queue-{queue}"]}
        yield _event("agent.state", f"agent-{queue}", now - _CONTACTS * _APART_US, logged_in)
    for number, queue in itertools.product(range(_CONTACTS), range(queues)):
        queued_at = now - (_CONTACTS - number) * _APART_US + SECOND_US
        yield _queued(queue, str(number), queued_at)
        subject = f"contact-{queue}-{number}"
        of = {"queue": f"queue-{queue}"}
        if number % 2:
            yield _event("contact.abandoned", subject, queued_at + 9 * SECOND_US, of)
            continue
        by = {**of, "agent": f"agent-{queue}"}
        yield _event("contact.answered", subject, queued_at + 9 * SECOND_US, by)
        yield _event("contact.ended", subject, queued_at + 99 * SECOND_US, {**by, "by": "agent"})


def _queued(queue: int, number: str, at: int) -> tuple[str, bytes]:
    told = {"queue": f"queue-{queue}", "channel": "voice"}
    return _event("contact.queued", f"contact-{queue}-{number}", at, told)


def _event(kind: str, subject: str, at: int, data: dict[str, Any]) -> tuple[str, bytes]:
    event = {
        "specversion": "1.0",
        "id": f"{kind}-{subject}",
        "source": "/bench",
        "type": kind,
        "time": format_instant(Instant(at)),
        "subject": subject,
        "data": data,
    }
    return subject, msgspec.json.encode(event)
