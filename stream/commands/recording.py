"""`floorwatch record`: any stretch of a log's traffic, kept in a file."""

from __future__ import annotations

import contextlib
import heapq
from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, Final, NamedTuple

import typer

from stream.commands.terminal import (
    ENDLESS_US,
    MISUSE,
    Failure,
    LogOption,
    OutOption,
    duration_of,
    instant_of,
    open_existing_log,
    place_of,
    say,
    stopping,
)
from stream.logs.files import LineWriter
from stream.logs.port import Log, Record
from stream.logs.topics import CONTACT_EVENTS, FLOOR_CLOCK

RECORDS_AT_ONCE: Final = 10_000
POLL_S: Final = 0.1


def register(app: typer.Typer, *, now: Callable[[], int]) -> None:
    """Give the application this command; `now` is the wall clock in microseconds."""

    def record(
        log: LogOption,
        out: OutOption,
        duration: Annotated[
            str | None, typer.Option(metavar="1h", help="How long; by default until Ctrl-C.")
        ] = None,
        from_start: Annotated[
            bool, typer.Option("--from-start", help="Begin with what the log holds already.")
        ] = False,
        from_: Annotated[
            str | None,
            typer.Option("--from", metavar="TIME", help="Only events of then and later."),
        ] = None,
        to: Annotated[
            str | None,
            typer.Option("--to", metavar="TIME", help="Only events before then; ends by then."),
        ] = None,
    ) -> None:
        """Keep a stretch of traffic in a file.

        With --from or --to the stretch may be past, of what the log holds.
        """
        stretch = Stretch(
            None if from_ is None else instant_of(from_, "--from", now),
            None if to is None else instant_of(to, "--to", now),
        )
        if stretch.is_empty:
            raise Failure("--to: expected a time after --from", MISUSE)
        whole = from_start or stretch != Stretch()
        length = ENDLESS_US if duration is None else duration_of(duration)
        kept = 0
        with (
            open_existing_log(log, now=now, topics=(CONTACT_EVENTS, FLOOR_CLOCK)) as source,
            LineWriter(place_of(out)) as writer,
            stopping() as stopped,
        ):
            end = now() + length
            reading = _Reading(source, now, lambda: stopped() or now() >= end)
            for record in reading.records(whole, stretch):
                writer.write(record.value or b"")
                kept += 1
        say(f"{kept} events in {out}")

    app.command()(record)


class Stretch(NamedTuple):
    """From which of the events' times on, and before which; None where nothing bounds it."""

    since: int | None = None
    until: int | None = None

    @property
    def is_empty(self) -> bool:
        return self.since is not None and self.until is not None and self.since >= self.until

    def has(self, at: int) -> bool:
        after = self.since is None or at >= self.since
        return after and (self.until is None or at < self.until)


class _Placed(NamedTuple):
    """A record, and the moment by which it is put in order with those of other partitions."""

    at: int
    record: Record


class _Reading:
    """The records of all partitions, those of each in order, until `ended` says so."""

    def __init__(self, log: Log, now: Callable[[], int], ended: Callable[[], bool]) -> None:
        from stream.clocks import ClockFollower

        self._log = log
        self._now = now
        self._ended = ended
        self._clock = ClockFollower(log, now)
        # When the newest good event before, in its partition, was: what is unreadable goes with it.
        self._last_at: dict[int, int] = {}

    def records(self, from_start: bool, stretch: Stretch) -> Iterator[Record]:
        """What the log holds already comes in the order in which it happened, since a recording is
        played as it lies; what comes later, in the order in which it came."""
        # Opened before the rest is read, so that nothing falls in between.
        tail = self._log.tail(CONTACT_EVENTS, from_start=False)
        try:
            read: dict[int, int] = {}
            for at, record in self._held() if from_start else ():
                if self._ended():
                    return
                read[record.partition] = record.offset
                if stretch.has(at):
                    yield record
            while not (self._ended() or self._is_past(stretch.until)):
                records = tail.poll(RECORDS_AT_ONCE, POLL_S)
                fresh = [one for one in records if one.offset > read.get(one.partition, -1)]
                for record in sorted(fresh, key=lambda one: one.appended_at):
                    if stretch.has(self._at(record)):
                        yield record
        finally:
            tail.close()
            self._clock.close()

    def _is_past(self, until: int | None) -> bool:
        self._clock.look()
        return until is not None and self._clock.at(self._now()) >= until

    def _at(self, record: Record) -> int:
        """When it happened, but never later than it was appended, or one broken clock would hold
        up all that lies behind it."""
        from stream.contract.codec import Rejected, decode

        at = self._last_at.get(record.partition, 0)
        with contextlib.suppress(Rejected):
            at = min(decode(record.value or b"").time, self._clock.at(record.appended_at))
        self._last_at[record.partition] = at
        return at

    def _held(self) -> Iterator[_Placed]:
        """What the log holds now, in the order in which it happened."""

        def placed(records: Iterable[Record]) -> Iterator[_Placed]:
            return (_Placed(self._at(record), record) for record in records)

        partitions = range(self._log.partitions(CONTACT_EVENTS))
        each = [placed(self._log.read(CONTACT_EVENTS, number)) for number in partitions]
        return heapq.merge(*each, key=lambda one: one.at)
