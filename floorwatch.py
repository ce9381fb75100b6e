"""The one command: joins stream, dashboard and simulator, and is the only reader of the clock."""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from functools import partial
from itertools import chain
from threading import Event
from typing import TYPE_CHECKING, Annotated, Final

import typer

from dashboard import shift
from stream.commands import root, scenarios, shift_report
from stream.commands.keys import draw_line, pressed_keys
from stream.commands.options import (
    BeginOption,
    BoardsOption,
    DurationOption,
    EndOption,
    HostOption,
    LiveLogOption,
    LoopOption,
    PortOption,
    RecordingsArgument,
    ScaleOption,
    ScenarioOption,
    SeedOption,
    ShiftToOption,
    ShowingOption,
    SpeedOption,
    StartOption,
    TrafficFileOption,
    TrainingScenarioOption,
    day_of_calendar,
    minute_of_day,
    read_boards,
)
from stream.commands.sinks import appending, tell_behind, write_events
from stream.commands.terminal import (
    CLOCK_KNOWN_AFTER_US,
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
    run,
    say,
    start_clock,
    stopping,
    yaml_as_asked,
)
from stream.contract.clock import FloorClock
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import MINUTE_US, Instant, format_millis
from stream.logs.port import LogAway

if TYPE_CHECKING:
    import socket

    from simulator import Scenario
    from simulator.drill.desk import Desk
    from simulator.drill.ports import Drillable
    from simulator.player import Stretch
    from simulator.recording import Played
    from stream.contract.boards import Board
    from stream.logs.port import Log
    from stream.switching import SwitchingReader

DEMO_HISTORY_US: Final = 70 * MINUTE_US
DEMO_SHOWS: Final = "10:30"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command that the arguments name, by default the process's; gives the exit code."""
    # A floor's millions of objects hold no cycles; looking for some took a third of all time.
    gc.set_threshold(200_000, 50, 1_000)
    return run(_application(), argv)


def now_us() -> int:
    """The wall clock, in microseconds since the Unix epoch."""
    return time.time_ns() // 1000


def _application() -> typer.Typer:
    app = root.application()
    app.command()(demo)
    root.register(app, now=now_us)
    scenarios.register(app, _scenarios)
    shift_report.register(app, shift, now=now_us)
    for command in (simulate, replay, dashboard, training):
        app.command()(command)
    return app


def _scenarios() -> scenarios.Shelf:
    import simulator

    return simulator


def simulate(
    scenario: ScenarioOption = "weekday",
    seed: SeedOption = 1,
    start: StartOption = None,
    duration: DurationOption = None,
    out: TrafficFileOption = None,
    log: LiveLogOption = None,
    speed: SpeedOption = 1.0,
    scale: ScaleOption = 1.0,
    showing: ShowingOption = None,
) -> None:
    """Make believable traffic, to a file or live to a log."""
    from simulator import first_morning, is_open
    from simulator.traffic import Traffic

    if (out is None) == (log is None):
        raise Failure("say where the traffic goes: --out FILE or --log URL", MISUSE)
    world = _scenario(scenario)
    if out is not None:
        if speed != 1:
            raise Failure("--speed: only with --log; a file is made as fast as it can be", MISUSE)
        begin = first_morning(world) if start is None else day_of_calendar(start, "--start", now_us)
        length = duration_of(duration or "4h")
        traffic = Traffic(world, seed, begin, length, _offset(world, begin, showing), scale)
        write_events(traffic.events(), begin, length, out)
        return
    begin = day_of_calendar(start or "now", "--start", now_us)
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
    shift_to: ShiftToOption = None,
    from_: BeginOption = None,
    to: EndOption = None,
    loop: LoopOption = False,
) -> None:
    """Play a recording again, into a log of its own.

    Several files continue one another. On a terminal, keys pause it, seek and change its speed.
    """
    from simulator.playback import Stage, play_back
    from simulator.player import Player
    from simulator.remote import Remote
    from stream.clocks import turn_clock

    stretch = _stretch(files, from_, to, loop=loop)
    begin = now_us() if shift_to == "now" else stretch.begin
    with stopping() as stopped, open_floor_log(log, now=now_us) as target, pressed_keys() as keys:
        clock = start_clock(target, now_us, begin, speed)
        player = Player(stretch, clock, loop=loop, lead_us=CLOCK_KNOWN_AFTER_US)
        remote = Remote(player, draw_line)
        stage = Stage(
            now=now_us,
            append=appending(target, stopped),
            tell_clock=lambda turned: turn_clock(target, turned),
            stopped=stopped,
            when_behind=tell_behind,
            each_round=lambda: None if keys is None else remote.look(keys(), now_us()),
        )
        sent = play_back(player, stage)
    until = f"from {format_millis(begin)} to {format_millis(sent.until)}"
    say(f"{sent.events} events played, {until}")


def dashboard(
    log: LogOption,
    config: ConfigOption = None,
    boards: BoardsOption = None,
    host: HostOption = "127.0.0.1",
    port: PortOption = 8050,
    title: Annotated[str, typer.Option(metavar="TEXT", help="Stands on the wall.")] = "Floorwatch",
) -> None:
    """Show wallboards, and figures over HTTP: any number of these."""
    plan, given = floor_plan(config), read_boards(boards)
    with ending_quietly(), _bound(host, port) as listener:
        try:
            with open_floor_log(log, now=now_us):
                pass
        except LogAway as error:
            say(f"floorwatch: {error}; waiting for it")
        _serve(log, plan, title, listener, boards=given)


def training(
    recordings: RecordingsArgument = None,
    scenario: TrainingScenarioOption = None,
    port: PortOption = 8050,
    host: HostOption = "127.0.0.1",
) -> None:
    """Run a floor for drills on this machine, until Ctrl-C: open /training.

    Nothing to set up, nothing left behind, and no real log is ever touched.
    """
    offers = _offers([] if scenario is None else [scenario], recordings or [])
    with ending_quietly(), _bound(host, port) as listener:
        _serve(None, FloorPlan(), "Training floor", listener, offers)


def demo(
    scenario: ScenarioOption = "weekday",
    speed: SpeedOption = 1.0,
    port: PortOption = 8050,
    host: HostOption = "127.0.0.1",
    seed: SeedOption = 7,
    boards: BoardsOption = None,
) -> None:
    """Run a whole floor on this machine, until Ctrl-C.

    Simulator, log, stream and dashboard, with nothing to set up and nothing left behind.
    """
    from simulator import floor_plan_of
    from simulator.recording import noting
    from simulator.traffic import Traffic
    from stream.commands.services import working_here

    world = _scenario(scenario)
    plan, given = floor_plan_of(world), read_boards(boards)
    with (
        ending_quietly(),
        _bound(host, port) as listener,
        tempfile.TemporaryDirectory(prefix="floorwatch-demo-") as directory,
        contextlib.ExitStack() as parts,
    ):
        url = f"embedded:{directory}"
        opened = partial(open_floor_log, url, now=now_us)
        source = parts.enter_context(opened())
        wall = Instant(now_us())
        clock = start_clock(source, now_us, None if speed == 1 else wall, speed)
        # The floor has a past to look at, at once: it begins before the clock does.
        begin = Instant(wall - DEMO_HISTORY_US)
        traffic = Traffic(world, seed, begin, ENDLESS_US, _offset(world, wall, DEMO_SHOWS))
        events = noting(traffic.played(), wall, caught_up := Event())
        parts.enter_context(
            in_background("simulator", lambda stopped: _play(source, events, clock, stopped))
        )

        parts.enter_context(working_here(opened, plan, "demo", now=now_us, there=caught_up))
        _serve(url, plan, world.title, listener, _offers([scenario]), given, made_up=True)
    sys.stdout.write("Floorwatch has ended.\n")


def _stretch(files: list[str], from_: str | None, to: str | None, *, loop: bool = False) -> Stretch:
    from simulator.player import whole_recording

    if "-" in files:
        raise Failure("FILE: a recording is read twice; standard input cannot be", MISUSE)
    whole = whole_recording(lambda: chain.from_iterable(lines for _, lines in lines_of(files)))
    if whole is None:
        raise Failure(f"{files[0]}: no good event to begin with")
    start = whole.begin if from_ is None else instant_of(from_, "--from", now_us)
    end = whole.end if to is None else instant_of(to, "--to", now_us)
    span = f"from {format_millis(whole.begin)} to {format_millis(whole.end)}"
    for option, moment in (("--from", start), ("--to", end)):
        if not whole.begin <= moment <= whole.end:
            raise Failure(f"{option}: expected a time in the recording, {span}", MISUSE)
    if start > end or (loop and start == end):
        raise Failure("--to: expected a time after what is played begins", MISUSE)
    return whole.part(start, end)


def _scenario(name: str) -> Scenario:
    from simulator import load_scenario

    with yaml_as_asked():
        return load_scenario(name)


def _offers(scenarios: list[str], recordings: Sequence[str] = ()) -> Mapping[str, Drillable]:
    from simulator.drill.offers import offered

    with yaml_as_asked():
        return offered(scenarios, {file: _stretch([file], None, None) for file in recordings})


def _offset(scenario: Scenario, at: Instant, showing: str | None) -> int:
    """What to add to times so that `at` looks like the asked time of an ordinary weekday."""
    from simulator import offset_showing

    if showing is None:
        return 0
    return offset_showing(scenario, at, "tue", minute_of_day(showing, "--showing"))


def _play(
    log: Log, events: Iterable[Played], clock: FloorClock, stopped: Callable[[], bool]
) -> tuple[int, int]:
    """Append events as they fall due; gives how many, and when the newest of them was due."""
    from simulator.recording import play

    append = appending(log, stopped)
    return play(
        events, clock=clock, now=now_us, append=append, stopped=stopped, when_behind=tell_behind
    )


@contextlib.contextmanager
def _bound(host: str, port: int) -> Iterator[socket.socket]:
    from dashboard.server import NoHost, PortUnavailable, bind

    try:
        listener = bind(host, port)
    except PortUnavailable as error:
        raise Failure(f"{error}; choose another with --port, or --host") from None
    except NoHost as error:
        raise Failure(f"--host: {error}", MISUSE) from None
    with listener:
        log_to_stderr(logging.WARNING)
        yield listener


def _serve(
    url: str | None,
    plan: FloorPlan,
    title: str,
    listener: socket.socket,
    offers: Mapping[str, Drillable] | None = None,
    boards: Mapping[str, Board] | None = None,
    made_up: bool = False,
) -> None:
    """Serve the dashboard of a log until SIGINT or SIGTERM, and drills where any are offered."""
    from dashboard.api.alert_rules import RuleTools
    from dashboard.app import create_app
    from dashboard.rights import DEMO_KEY, BadKey, Rights, rights_of
    from dashboard.server import address, serve
    from stream.home import home_floor

    with stopping() as stopped, contextlib.ExitStack() as parts:
        try:
            own = rights_of(os.environ)
        except BadKey as error:
            raise Failure(str(error), MISUSE) from None
        by_demo = made_up and not own.is_set
        rights = Rights(DEMO_KEY) if by_demo else own
        comments = rights.is_set
        read = home_floor(url, plan, now=now_us, title=title, comments=comments, boards=boards)
        home = parts.enter_context(read)
        app = create_app(
            home.shown,
            now=lambda: datetime.now(UTC),
            title=title,
            alerts=home.shown.alerts,
            rules=RuleTools(home.check_rules, home.backtest, home.contacts_behind),
            boards=home.boards,
            training=None if offers is None else parts.enter_context(_desk(offers, home.shown)),
            detail=home.detail,
            experience=home.experience,
            rights=rights,
            shifts=home.shifts,
            past=home.past,
        )
        at = address(listener)
        sys.stdout.write(f"Floorwatch is at {at}  (Ctrl-C to end)\n")
        if by_demo:
            sys.stdout.write(f"Customers' comments, made up: {at}/experience with key {DEMO_KEY}\n")
        sys.stdout.flush()
        serve(app, *listener.getsockname()[:2], listener=listener, stopped=stopped)


def _desk(offers: Mapping[str, Drillable], shown: SwitchingReader) -> AbstractContextManager[Desk]:
    from simulator.drill.desk import Desk
    from simulator.drill.ports import Ports
    from simulator.drill.reckoned_apart import reckoned_apart
    from simulator.drill.running import running
    from stream.rounds import Rounds

    rounds = Rounds(shown, now=now_us)
    return running(Desk(offers, Ports(now_us, rounds.open, rounds.leave, reckoned_apart)))


if __name__ == "__main__":
    raise SystemExit(main())
