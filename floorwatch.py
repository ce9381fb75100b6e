"""The one command: joins stream, dashboard and simulator, and is the only reader of the clock."""

from __future__ import annotations

import contextlib
import gc
import logging
import re
import signal
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from itertools import chain
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo

import typer

from stream import commands
from stream.contract.clock import FloorClock
from stream.contract.codec import encode
from stream.contract.instants import MINUTE_US, Instant, format_millis, from_datetime, to_datetime
from stream.logs.files import LineWriter
from stream.logs.port import LogAway, LogError
from stream.logs.topics import CONTACT_EVENTS
from stream.reopening import Open, insist
from stream.terminal import (
    ENDLESS_US,
    MISUSE,
    ConfigOption,
    Failure,
    LogOption,
    duration_of,
    ending_quietly,
    floor_plan,
    in_background,
    instant_of,
    lines_of,
    log_to_stderr,
    open_floor_log,
    place_of,
    progress,
    run,
    say,
    start_clock,
    stopping,
)

if TYPE_CHECKING:
    import socket

    from fastapi import FastAPI

    from simulator import Scenario
    from simulator.recording import Played
    from simulator.traffic import Traffic
    from stream.contract.floorplan import FloorPlan
    from stream.logs.port import Log

# Events go out when they are due, so none is ahead of the floor's clock but by what two machines'
# clocks differ: at a quarter of a second, 1,000 times as fast, that is 250 s of the 5 minutes
# that a worker accepts.
SPEED_MAX: Final = 1_000
DEMO_HISTORY_US: Final = 70 * MINUTE_US
DEMO_SHOWS: Final = "10:30"
# Years that every calendar of a scenario has, with room on both sides for what a day needs.
YEARS: Final = range(1970, 9000)

_TIME_OF_DAY: Final = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)

ScenarioOption = Annotated[
    str, typer.Option("--scenario", metavar="NAME", help="One that ships, or a .yaml file.")
]
SeedOption = Annotated[int, typer.Option("--seed", metavar="N", help="Same seed, same traffic.")]
SpeedOption = Annotated[
    float,
    typer.Option(
        "--speed", metavar="X", min=0.01, max=SPEED_MAX, help="Times the wall clock's pace."
    ),
]
HostOption = Annotated[str, typer.Option("--host", metavar="ADDRESS", help="To listen on.")]
PortOption = Annotated[
    int, typer.Option("--port", metavar="PORT", min=0, max=65535, help="0 takes a free one.")
]


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command that the arguments name, by default the process's; gives the exit code."""
    # A floor's millions of objects hold no cycles; looking for some took a third of all time.
    gc.set_threshold(200_000, 50, 1_000)
    return run(_application(), argv)


def now_us() -> int:
    """The wall clock, in microseconds since the Unix epoch."""
    return time.time_ns() // 1000


def _application() -> typer.Typer:
    app = commands.application()
    app.command()(demo)
    commands.register(app, now=now_us)
    for command in (simulate, replay, dashboard):
        app.command()(command)
    return app


# --- traffic --------------------------------------------------------------------------------


def simulate(
    scenario: ScenarioOption = "weekday",
    seed: SeedOption = 1,
    start: Annotated[
        str | None, typer.Option(metavar="TIME", help="By default a fixed day; live, now.")
    ] = None,
    duration: Annotated[
        str | None, typer.Option(metavar="4h", help="By default 4h; live, without end.")
    ] = None,
    out: Annotated[
        str | None, typer.Option(metavar="FILE", help="To a file, as fast as it can.")
    ] = None,
    log: Annotated[str | None, typer.Option(metavar="URL", help="Live, to a log.")] = None,
    speed: SpeedOption = 1.0,
    scale: Annotated[
        float,
        typer.Option(metavar="X", min=0.01, max=100, help="Times the contacts and agents."),
    ] = 1.0,
    showing: Annotated[
        str | None, typer.Option(metavar="HH:MM", help="The time of day the start looks like.")
    ] = None,
) -> None:
    """Make believable traffic, to a file or live to a log."""
    from simulator import is_open
    from simulator.traffic import Traffic

    if (out is None) == (log is None):
        raise Failure("say where the traffic goes: --out FILE or --log URL", MISUSE)
    world = _scenario(scenario)
    if out is not None:
        if speed != 1:
            raise Failure("--speed: only with --log; a file is made as fast as it can be", MISUSE)
        begin = _first_morning(world) if start is None else _start(start)
        length = duration_of(duration or "4h")
        traffic = Traffic(world, seed, begin, length, _offset(world, begin, showing), scale)
        _simulate_to_file(traffic, out)
        return
    begin = _start(start or "now")
    length = ENDLESS_US if duration is None else duration_of(duration)
    traffic = Traffic(world, seed, begin, length, _offset(world, begin, showing), scale)
    if not is_open(world, begin, traffic.offset):
        say("floorwatch: the simulated centre is closed at this hour; --showing 10:30 opens it")
    is_live = start in {None, "now"} and speed == 1
    with stopping() as stopped, open_floor_log(str(log), now=now_us) as target:
        clock = start_clock(target, now_us, None if is_live else begin, speed)
        _play(target, traffic.played(), clock, stopped)


def replay(
    files: Annotated[list[str], typer.Argument(metavar="FILE", help="A recording, or several.")],
    log: LogOption,
    speed: SpeedOption = 1.0,
    shift_to: Annotated[
        Literal["now"] | None,
        typer.Option(metavar="now", help="Move it to the present; by default, at its own time."),
    ] = None,
    from_: Annotated[
        str | None,
        typer.Option("--from", metavar="TIME", help="Begin there; the day before is sent at once."),
    ] = None,
) -> None:
    """Play a recording again, into a log of its own.

    Several files continue one another.
    """
    from simulator.recording import HISTORY_US, first_time, last_time, played

    if "-" in files:
        raise Failure("FILE: a recording is read twice; standard input cannot be", MISUSE)

    def lines() -> Iterator[tuple[int, bytes]]:
        return chain.from_iterable(lines for _, lines in lines_of(files))

    first = first_time(lines())
    if first is None:
        raise Failure(f"{files[0]}: no good event to begin with")
    start = first if from_ is None else instant_of(from_, "--from", now_us)
    last = last_time(lines())
    if not first <= start <= last:
        span = f"from {format_millis(first)} to {format_millis(last)}"
        raise Failure(f"--from: expected a time in the recording, {span}", MISUSE)
    begin = now_us() if shift_to == "now" else start
    with stopping() as stopped, open_floor_log(log, now=now_us) as target:
        clock = start_clock(target, now_us, begin, speed)
        events = played(lines(), first=first, shift_us=begin - start, since=start - HISTORY_US)
        sent, until = _play(target, events, clock, stopped)
    say(f"{sent} events played, from {format_millis(begin)} to {format_millis(until)}")


# --- services -------------------------------------------------------------------------------


def dashboard(
    log: LogOption,
    config: ConfigOption = None,
    host: HostOption = "127.0.0.1",
    port: PortOption = 8050,
    title: Annotated[str, typer.Option(metavar="TEXT", help="Stands on the wall.")] = "Floorwatch",
) -> None:
    """Show wallboards, and figures over HTTP: any number of these."""
    plan = floor_plan(config)
    with ending_quietly(), _bound(host, port) as listener:
        log_to_stderr(logging.WARNING)
        try:
            with open_floor_log(log, now=now_us):
                pass
        except LogAway as error:
            say(f"floorwatch: {error}; waiting for it")
        _serve(lambda: open_floor_log(log, now=now_us), plan, title, listener)


def demo(
    scenario: ScenarioOption = "weekday",
    speed: SpeedOption = 1.0,
    port: PortOption = 8050,
    host: HostOption = "127.0.0.1",
    seed: SeedOption = 7,
) -> None:
    """Run a whole floor on this machine, until Ctrl-C.

    Simulator, log, stream and dashboard, with nothing to set up and nothing left behind.
    """
    from simulator import floor_plan_of
    from simulator.traffic import Traffic
    from stream.meters import WorkerMeters
    from stream.service import run_stream

    world = _scenario(scenario)
    plan = floor_plan_of(world)
    with (
        ending_quietly(),
        _bound(host, port) as listener,
        tempfile.TemporaryDirectory(prefix="floorwatch-demo-") as directory,
        contextlib.ExitStack() as parts,
    ):
        log_to_stderr(logging.WARNING)
        url = f"embedded:{directory}"

        def opened() -> AbstractContextManager[Log]:
            return open_floor_log(url, now=now_us)

        source = parts.enter_context(opened())
        wall = Instant(now_us())
        clock = start_clock(source, now_us, None if speed == 1 else wall, speed)
        meters = WorkerMeters("demo", wall)
        # The floor has a past to look at, at once: it begins before the clock does.
        begin = Instant(wall - DEMO_HISTORY_US)
        traffic = Traffic(world, seed, begin, ENDLESS_US, _offset(world, wall, DEMO_SHOWS))
        events = traffic.played()
        parts.enter_context(
            in_background("simulator", lambda stopped: _play(source, events, clock, stopped))
        )

        def work(stopped: Callable[[], bool]) -> None:
            run_stream(opened, plan, now=now_us, meters=meters, stopped=stopped)

        parts.enter_context(in_background("stream", work))
        _serve(opened, plan, world.title, listener)
    sys.stdout.write("Floorwatch has ended.\n")


# --- simulating and playing -----------------------------------------------------------------


def _scenario(name: str) -> Scenario:
    from simulator import ScenarioError, load_scenario

    try:
        return load_scenario(name)
    except ScenarioError as error:
        raise Failure(str(error), MISUSE) from None


def _start(text: str) -> Instant:
    begin = instant_of(text, "--start", now_us)
    if to_datetime(begin).year not in YEARS:
        raise Failure(f"--start: expected a year from {YEARS[0]} to {YEARS[-1]}", MISUSE)
    return begin


def _first_morning(scenario: Scenario) -> Instant:
    """A fixed weekday's opening, so that a file made without a start is always the same."""
    return from_datetime(datetime(2026, 3, 3, 8, tzinfo=ZoneInfo(scenario.time_zone)))


def _offset(scenario: Scenario, at: Instant, showing: str | None) -> int:
    """What to add to times so that `at` looks like the asked time of an ordinary weekday."""
    from simulator import offset_showing

    if showing is None:
        return 0
    match = _TIME_OF_DAY.fullmatch(showing)
    if match is None:
        raise Failure("--showing: expected a time of day such as 10:30", MISUSE)
    return offset_showing(scenario, at, "tue", int(match[1]) * 60 + int(match[2]))


def _simulate_to_file(traffic: Traffic, out: str) -> None:
    count, reached = 0, int(traffic.begin)
    with LineWriter(place_of(out)) as writer, progress("simulating", traffic.length) as advance:
        for event in traffic.events():
            writer.write(encode(event))
            count += 1
            if count % 1000 == 0:
                advance(event.time - reached)
                reached = event.time
    end = format_millis(traffic.begin + traffic.length)
    say(f"{count} events from {format_millis(traffic.begin)} to {end} in {out}")


def _play(
    log: Log, events: Iterable[Played], clock: FloorClock, stopped: Callable[[], bool]
) -> tuple[int, int]:
    """Append events as they fall due; gives how many, and when the newest of them was due."""
    from simulator.recording import play

    return play(
        events,
        clock=clock,
        now=now_us,
        append=lambda pairs: insist(
            lambda: log.append(CONTACT_EVENTS, pairs), stopped=stopped, on_failure=_tell_away
        ),
        stopped=stopped,
        when_behind=lambda: say(
            "floorwatch: falling behind; this machine cannot keep up with that speed"
        ),
    )


def _tell_away(error: LogError, pause_s: float) -> None:
    say(f"floorwatch: {error}; trying again in {pause_s:g} s")


# --- serving --------------------------------------------------------------------------------


@contextlib.contextmanager
def _bound(host: str, port: int) -> Iterator[socket.socket]:
    from dashboard.server import PortUnavailable, bind

    try:
        # What can be no host's name is found here: looked up, it would be a TypeError.
        listener = bind(host, port) if host.encode("idna") else None
    except PortUnavailable as error:
        raise Failure(f"{error}; choose another with --port, or --host") from None
    except UnicodeError:
        listener = None
    if listener is None:
        raise Failure("--host: expected an address or a host's name", MISUSE)
    with listener:
        yield listener


def _serve(opened: Open, plan: FloorPlan, title: str, listener: socket.socket) -> None:
    """Serve the dashboard until SIGINT or SIGTERM."""
    from dashboard.app import create_app
    from dashboard.server import address, serve
    from stream.lasting_picture import lasting_reader

    reader = lasting_reader(opened, plan, now=now_us, title=title)
    app = create_app(reader, now=lambda: datetime.now(UTC), title=title)
    begin = app.router.lifespan_context
    host, port = listener.getsockname()[:2]
    with stopping() as stopped, contextlib.closing(reader):

        @contextlib.asynccontextmanager
        async def lifespan(served: FastAPI) -> AsyncIterator[Any]:
            async with begin(served) as state:
                # Who asked before the server listened to signals is heard now.
                if stopped():
                    signal.raise_signal(signal.SIGINT)
                yield state

        app.router.lifespan_context = lifespan
        sys.stdout.write(f"Floorwatch is at {address(listener)}  (Ctrl-C to end)\n")
        sys.stdout.flush()
        serve(app, host, port, listener=listener)


if __name__ == "__main__":
    raise SystemExit(main())
