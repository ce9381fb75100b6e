"""Where events go that are made or played: into a file, or into a log that may be away."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from stream.commands.terminal import place_of, progress, say
from stream.contract.codec import encode
from stream.contract.events import Event
from stream.contract.instants import format_millis
from stream.logs.files import LineWriter
from stream.logs.port import Log, LogError
from stream.logs.topics import CONTACT_EVENTS
from stream.reopening import insist

Append = Callable[[list[tuple[str, bytes | None]]], object]


def write_events(events: Iterable[Event], begin: int, length: int, out: str) -> None:
    """Write events to a file as fast as they come, and say how many; times in microseconds."""
    count, reached = 0, begin
    with LineWriter(place_of(out)) as writer, progress("simulating", length) as advance:
        for event in events:
            writer.write(encode(event))
            count += 1
            if count % 1000 == 0:
                advance(event.time - reached)
                reached = event.time
    say(f"{count} events from {format_millis(begin)} to {format_millis(begin + length)} in {out}")


def appending(log: Log, stopped: Callable[[], bool]) -> Append:
    """What appends events; where the log is away it says so and tries again until `stopped`."""
    return lambda pairs: insist(
        lambda: log.append(CONTACT_EVENTS, pairs), stopped=stopped, on_failure=_tell_away
    )


def tell_behind() -> None:
    """Say that events are sent later than they are due."""
    say("floorwatch: falling behind; this machine cannot keep up with that speed")


def _tell_away(error: LogError, pause_s: float) -> None:
    say(f"floorwatch: {error}; trying again in {pause_s:g} s")
