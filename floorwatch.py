"""The one command: joins stream, dashboard and simulator, and is the only reader of the clock."""

from __future__ import annotations

import contextlib
import logging
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Annotated, Any, Final, Literal, NoReturn

import msgspec
import structlog
import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from stream.contract.codec import encode
from stream.contract.figures import WINDOWS
from stream.contract.floorplan import FloorPlan, FloorPlanError, load_floor_plan
from stream.contract.instants import (
    DAY_US,
    HOUR_US,
    MINUTE_US,
    SECOND_US,
    Instant,
    format_millis,
    parse_instant,
)
from stream.logs.files import LineWriter, Place, read_lines, size_of
from stream.logs.port import Log, LogError
from stream.logs.topics import CONTACT_EVENTS, PARTITIONS_DEFAULT, topics
from stream.logs.urls import open_log

FAILURE: Final = 1
MISUSE: Final = 2
INTERRUPTED: Final = 130
# A simulation without a stated end runs until it is stopped.
ENDLESS_US: Final = 3650 * DAY_US
WIDTH_OF_A_PIPE: Final = 160
DEMO_HISTORY_US: Final = 70 * MINUTE_US
_UNITS_US: Final = {"s": SECOND_US, "m": MINUTE_US, "h": HOUR_US, "d": DAY_US}

app = typer.Typer(
    name="floorwatch",
    help="What the floor of a contact centre needs, within a second.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
_errors = Console(stderr=True, soft_wrap=True)

Files = Annotated[list[str], typer.Argument(metavar="FILE…", help="Events; - is standard input.")]
ConfigOption = Annotated[
    Path | None, typer.Option("--config", metavar="floor.yaml", help="Targets, zones, names.")
]
LogOption = Annotated[
    str, typer.Option("--log", metavar="URL", help="embedded:PATH (one directory, no server).")
]


class Failure(Exception):
    """What the command says in one line before it ends with `code`."""

    def __init__(self, message: str, code: int = FAILURE) -> None:
        super().__init__(message)
        self.code = code


def now_us() -> int:
    """The wall clock, in microseconds since the Unix epoch."""
    return time.time_ns() // 1000


def main() -> NoReturn:
    """Run the command; every error a user can meet is one line."""
    try:
        result = app(standalone_mode=False)
        code = result if isinstance(result, int) else 0
    except typer.exceptions.TyperException as error:
        # The help that is asked for by saying nothing is long; every other message is one line.
        told = getattr(error, "format_message", error.__str__)()
        code = MISUSE
        if told.startswith("Usage:"):
            sys.stderr.write(told + "\n")
        else:
            _fail(" ".join(told.split()), MISUSE)
    except (typer.Abort, KeyboardInterrupt):
        code = INTERRUPTED
    except BrokenPipeError:
        # The reader of our output went away, as `head` does: nothing is wrong.
        sys.stderr.close()
        code = FAILURE
    except Failure as error:
        code = _fail(str(error), error.code)
    except FloorPlanError as error:
        code = _fail(str(error), MISUSE)
    except LogError as error:
        code = _fail(str(error), FAILURE)
    raise SystemExit(code)


def _fail(message: str, code: int) -> int:
    for line in message.splitlines():
        sys.stderr.write(f"floorwatch: {line}\n")
    return code


# --- figures from files ---------------------------------------------------------------------


@app.command()
def compute(
    files: Files,
    at: Annotated[
        str | None, typer.Option(metavar="TIME", help="Default: the newest event.")
    ] = None,
    window: Annotated[str, typer.Option(metavar="|".join(WINDOWS))] = "30m",
    config: ConfigOption = None,
    agents: Annotated[bool, typer.Option("--agents", help="Tell every agent's figures.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON.")] = False,
) -> None:
    """The figures of a log at an instant, from files, without servers."""
    from stream.compute import FileReading
    from stream.merge import WHOLE_LOG
    from stream.report import figures_table

    if window not in WINDOWS:
        raise Failure(f"--window: expected one of {', '.join(WINDOWS)}", MISUSE)
    instant = None if at is None else _instant(at, "--at")
    reading = FileReading(_plan(config), at=instant, all_time=window == WHOLE_LOG)
    with _progress("reading", _places(files)) as on_bytes:
        for name, lines in _open_all(files, on_bytes):
            reading.read(name, lines)
    figures = reading.figures(window, agents=agents)
    if as_json:
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(figures), indent=2) + b"\n")
        return
    # A file or a pipe has no width of its own, and a cut figure is a wrong one.
    width = None if sys.stdout.isatty() else WIDTH_OF_A_PIPE
    Console(width=width).print(*figures_table(figures, reading.plan), sep="\n")


@app.command()
def check(files: Files) -> None:
    """Read events: how many are good, and each bad one's line and why. Ends with 1 if any is."""
    from stream.compute import FileReading, Problem

    def tell(problem: Problem) -> None:
        sys.stdout.write(f"{problem.file}:{problem.line}: {problem.reason}\n")

    reading = FileReading(FloorPlan(), on_problem=tell)
    with _progress("checking", _places(files)) as on_bytes:
        for name, lines in _open_all(files, on_bytes):
            reading.read(name, lines)
    health = reading.floor.health
    good = health.events - health.rejected
    notes = {
        "duplicates": health.duplicates,
        "of unknown type": health.unknown_type,
        "out of place": health.out_of_place,
        "too late": health.too_late,
    }
    among = ", ".join(f"{count} {what}" for what, count in notes.items() if count)
    sys.stdout.write(
        f"{good} good{f' (among them {among})' if among else ''}, {health.rejected} bad\n"
    )
    if health.rejected:
        raise typer.Exit(FAILURE)


@app.command("import")
def import_(
    files: Annotated[list[str], typer.Argument(metavar="FILE…", help="Another system's records.")],
    source: Annotated[str, typer.Option("--from", metavar="FORMAT", help="anonymous-bank")],
    out: Annotated[str, typer.Option("--out", metavar="FILE", help=".jsonl or .jsonl.zst")],
) -> None:
    """Another system's records as events."""
    from stream.adapters.port import AdapterError, Summary
    from stream.adapters.registry import adapter_for

    try:
        adapter = adapter_for(source)
    except AdapterError as error:
        raise Failure(f"--from: {error}", MISUSE) from None
    made = 0
    with LineWriter(_place(out)) as writer, _progress("importing", _places(files)) as on_bytes:
        for name in files:
            summary = Summary()
            lines = _text_lines(_place(name), on_bytes)
            try:
                for event in adapter.events(lines, summary):
                    writer.write(encode(event))
            except AdapterError as error:
                raise Failure(f"{name}: {error}") from None
            made += summary.events
            for malformed in summary.malformed:
                _say(f"{name}:{malformed.line}: {malformed.reason}")
            left_out = ", ".join(f"{n} {why}" for why, n in summary.without_event.items())
            _say(
                f"{name}: {summary.rows} rows, {summary.events} events, "
                f"{len(summary.malformed)} malformed; no event for: {left_out or 'none'}",
            )


# --- traffic --------------------------------------------------------------------------------


@app.command()
def simulate(
    scenario: Annotated[
        str, typer.Option(metavar="NAME", help="A name, or a file's path.")
    ] = "weekday",
    seed: Annotated[int, typer.Option(metavar="N")] = 1,
    start: Annotated[str | None, typer.Option(metavar="TIME", help="Live: now.")] = None,
    duration: Annotated[str | None, typer.Option(metavar="4h", help="Live: without end.")] = None,
    out: Annotated[
        str | None, typer.Option(metavar="FILE", help="To a file, at full speed.")
    ] = None,
    log: Annotated[str | None, typer.Option(metavar="URL", help="Live, to a log.")] = None,
    speed: Annotated[float, typer.Option(metavar="X", help="Live: times the wall clock.")] = 1.0,
    scale: Annotated[float, typer.Option(metavar="X", help="Times the contacts and agents.")] = 1.0,
    showing: Annotated[
        str | None, typer.Option(metavar="HH:MM", help="Make the start look like this time.")
    ] = None,
) -> None:
    """Believable traffic: to a file as fast as it can, or live to a log."""
    if (out is None) == (log is None):
        raise Failure("say where the traffic goes: --out FILE or --log URL", MISUSE)
    _must_be_positive("--speed", speed)
    _must_be_positive("--scale", scale)
    plan = _scenario(scenario)
    if out is not None:
        begin = _instant(start, "--start") if start is not None else _first_morning(plan)
        length = _duration(duration or "4h")
        offset = _offset(plan, begin, showing)
        _simulate_to_file(plan, seed, begin, length, offset, scale, out)
        return
    begin = _instant(start, "--start") if start is not None else Instant(now_us())
    length = ENDLESS_US if duration is None else _duration(duration)
    with _open_floor_log(str(log)) as target, _stopping() as stopped:
        _set_speed(target, speed, begin if start is not None else None)
        events = _simulated(plan, seed, begin, length, _offset(plan, begin, showing), scale)
        _play_live(target, events, speed, begin, stopped)


@app.command()
def replay(
    files: Annotated[list[str], typer.Argument(metavar="FILE…", help="A recording.")],
    log: LogOption,
    speed: Annotated[float, typer.Option(metavar="X", help="Times the wall clock.")] = 1.0,
    shift_to: Annotated[
        Literal["now"] | None, typer.Option(help="Move the recording to the present.")
    ] = None,
) -> None:
    """Play a recording again, into a log of its own."""
    from simulator.recording import Played, first_time, played

    _must_be_positive("--speed", speed)
    if "-" in files:
        raise Failure("a recording is read twice; standard input cannot be", MISUSE)
    first = next(filter(None, (first_time(lines) for _, lines in _open_all(files))), None)
    if first is None:
        raise Failure(f"{files[0]}: no good event to begin with")
    begin = Instant(now_us() if shift_to == "now" else first)

    def events() -> Iterator[Played]:
        for _, lines in _open_all(files):
            yield from played(lines, shift_us=begin - first)

    with _open_floor_log(log) as target, _stopping() as stopped:
        _set_speed(target, speed, begin)
        _play_live(target, events(), speed, begin, stopped)


@app.command()
def record(
    log: LogOption,
    out: Annotated[str, typer.Option("--out", metavar="FILE", help=".jsonl or .jsonl.zst")],
    duration: Annotated[
        str | None, typer.Option(metavar="1h", help="Then end; else Ctrl-C.")
    ] = None,
    from_start: Annotated[
        bool, typer.Option("--from-start", help="Begin with what the log holds already.")
    ] = False,
) -> None:
    """Keep a stretch of traffic in a file."""
    end = now_us() + (ENDLESS_US if duration is None else _duration(duration))
    kept = 0
    with _open_floor_log(log) as source, LineWriter(_place(out)) as writer, _stopping() as stopped:
        tail = source.tail(CONTACT_EVENTS, from_start=from_start)
        while not stopped() and now_us() < end:
            for kept_record in tail.poll(10_000, 0.1):
                writer.write(kept_record.value or b"")
                kept += 1
        tail.close()
    _say(f"{kept} events in {out}")


# --- services -------------------------------------------------------------------------------


@app.command()
def stream(
    log: LogOption,
    config: ConfigOption = None,
    partitions: Annotated[
        int | None, typer.Option(metavar="N", min=1, max=1024, help="For a log made anew.")
    ] = None,
) -> None:
    """Turn events into figures: any number of these share the work."""
    from stream.worker import Worker

    _log_to_stderr(logging.INFO)
    plan = _plan(config)
    with _open_floor_log(log, partitions) as source, _stopping() as stopped:
        Worker(source, plan, now=now_us).run(stopped)


@app.command()
def dashboard(
    log: LogOption,
    config: ConfigOption = None,
    host: Annotated[str, typer.Option(metavar="ADDRESS")] = "127.0.0.1",
    port: Annotated[int, typer.Option(metavar="PORT", min=0, max=65535)] = 8050,
    title: Annotated[str, typer.Option(metavar="TEXT", help="Stands on the wall.")] = "Floorwatch",
) -> None:
    """Wallboards, figures over HTTP and their stream: any number of these."""
    from dashboard import app as web
    from stream.picture import LogPictureReader

    _log_to_stderr(logging.WARNING)
    plan = _plan(config)
    with _bound(host, port) as listener, _open_floor_log(log) as source:
        reader = LogPictureReader(source, plan, now=now_us, title=title)
        application = web.create_app(reader, now=_now, title=title)
        sys.stdout.write(f"Floorwatch is at {_address(listener)}\n")
        sys.stdout.flush()
        web.serve(application, host, port, listener=listener)


@app.command()
def demo(
    scenario: Annotated[str, typer.Option(metavar="NAME")] = "weekday",
    speed: Annotated[float, typer.Option(metavar="X", help="Times the wall clock.")] = 1.0,
    port: Annotated[int, typer.Option(metavar="PORT", min=0, max=65535)] = 8050,
    host: Annotated[str, typer.Option(metavar="ADDRESS")] = "127.0.0.1",
    seed: Annotated[int, typer.Option(metavar="N")] = 1,
) -> None:
    """The whole floor on one machine: simulator, log, stream and dashboard. Ctrl-C ends it."""
    from dashboard import app as web
    from stream.picture import LogPictureReader
    from stream.worker import Worker

    _must_be_positive("--speed", speed)
    _log_to_stderr(logging.WARNING)
    world = _scenario(scenario)
    plan = _demo_plan(world)
    with (
        _bound(host, port) as listener,
        tempfile.TemporaryDirectory(prefix="floorwatch-demo-") as directory,
        contextlib.ExitStack() as parts,
    ):
        url = f"embedded:{directory}"
        logs = [parts.enter_context(_open_floor_log(url)) for _ in range(3)]
        wall = now_us()
        _set_speed(logs[0], speed, Instant(wall) if speed != 1 else None)
        begin = Instant(wall - DEMO_HISTORY_US)
        events = _simulated(
            world, seed, begin, ENDLESS_US, _offset(world, Instant(wall), "10:30"), 1.0
        )
        parts.enter_context(
            _in_background(
                "simulator",
                lambda stopped: _play_live(logs[0], events, speed, Instant(wall), stopped, wall),
            )
        )
        parts.enter_context(_in_background("stream", Worker(logs[1], plan, now=now_us).run))
        reader = LogPictureReader(logs[2], plan, now=now_us, title=world.title)
        application = web.create_app(reader, now=_now, title=world.title)
        sys.stdout.write(f"Floorwatch is at {_address(listener)}  (Ctrl-C to end)\n")
        sys.stdout.flush()
        web.serve(application, host, port, listener=listener)
    sys.stdout.write("Floorwatch has ended.\n")


# --- what the commands share ----------------------------------------------------------------


def _say(line: str) -> None:
    """One line for the person at the terminal, beside the command's own output."""
    sys.stderr.write(line + "\n")


def _now() -> datetime:
    return datetime.now(UTC)


def _plan(config: Path | None) -> FloorPlan:
    return FloorPlan() if config is None else load_floor_plan(config)


def _instant(text: str, option: str) -> Instant:
    if text == "now":
        return Instant(now_us())
    try:
        return parse_instant(text)
    except ValueError as error:
        raise Failure(f"{option}: {error}, such as 2026-03-02T14:30:00Z", MISUSE) from None


def _duration(text: str) -> int:
    try:
        length = round(float(text[:-1]) * _UNITS_US[text[-1:]])
    except (ValueError, KeyError, OverflowError):
        length = 0
    if not 0 < length <= ENDLESS_US:
        raise Failure(
            "--duration: expected a number and a unit, such as 90s, 30m, 4h or 2d", MISUSE
        )
    return length


def _must_be_positive(option: str, value: float) -> None:
    if not 0 < value < float("inf"):
        raise Failure(f"{option}: expected a number above 0", MISUSE)


def _place(name: str) -> Place:
    return "-" if name == "-" else Path(name)


def _places(names: Iterable[str]) -> list[Place]:
    return [_place(name) for name in names]


def _open_all(
    files: Iterable[str], on_bytes: Callable[[int], None] | None = None
) -> Iterator[tuple[str, Iterator[tuple[int, bytes]]]]:
    for name in files:
        yield name, read_lines(_place(name), on_bytes=on_bytes)


def _text_lines(place: Place, on_bytes: Callable[[int], None]) -> Iterator[str]:
    for _, line in read_lines(place, on_bytes=on_bytes):
        yield line.decode("utf-8", "replace")


@contextlib.contextmanager
def _progress(doing: str, places: list[Place]) -> Iterator[Callable[[int], None]]:
    """A bar over the bytes read, on a terminal; elsewhere nothing is written."""
    columns = (
        TextColumn(doing),
        BarColumn(),
        TaskProgressColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
    )
    total = size_of(places)
    bar = Progress(*columns, console=_errors, transient=True, disable=not _errors.is_terminal)
    with bar:
        task = bar.add_task(doing, total=total)
        yield lambda count: bar.update(task, advance=count)


@contextlib.contextmanager
def _open_floor_log(url: str, partitions: int | None = None) -> Iterator[Log]:
    """The log at `url` with the product's topics in it, made if they are not there yet."""
    log = open_log(url, now=now_us)
    try:
        if partitions is None:
            try:
                partitions = log.partitions(CONTACT_EVENTS)
            except LogError:
                partitions = PARTITIONS_DEFAULT
        log.create(topics(partitions))
        yield log
    finally:
        log.close()


@contextlib.contextmanager
def _bound(host: str, port: int) -> Iterator[Any]:
    from dashboard.app import PortUnavailable, bind

    try:
        listener = bind(host, port)
    except PortUnavailable as error:
        raise Failure(f"{error}; choose another with --port") from None
    with listener:
        yield listener


def _address(listener: Any) -> str:
    from dashboard.server import address

    return address(listener)


@contextlib.contextmanager
def _stopping() -> Iterator[Callable[[], bool]]:
    """Whether SIGINT or SIGTERM has asked to end."""
    asked = threading.Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        asked.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked.is_set
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def _in_background(name: str, work: Callable[[Callable[[], bool]], object]) -> Iterator[None]:
    """Run a part of the demo in a thread until the block ends."""
    stop = threading.Event()

    def run() -> None:
        try:
            work(stop.is_set)
        except LogError as error:
            structlog.get_logger("floorwatch").error("stopped", part=name, reason=str(error))

    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(5)


def _log_to_stderr(level: int) -> None:
    """Lines for people on a terminal, JSON elsewhere."""
    people = sys.stderr.isatty()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer() if people else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


def _scenario(name: str) -> Any:
    from simulator import ScenarioError, load_scenario

    try:
        return load_scenario(name)
    except ScenarioError as error:
        raise Failure(str(error), MISUSE) from None


def _offset(world: Any, at: Instant, showing: str | None) -> int:
    """What to add to times so that `at` looks like the asked time of an ordinary weekday."""
    from simulator import offset_showing

    if showing is None:
        return 0
    try:
        hour, minute = (int(part) for part in showing.split(":"))
    except ValueError:
        hour, minute = -1, -1
    if not (0 <= hour < 24 and 0 <= minute < 60):
        raise Failure("--showing: expected a time of day such as 10:30", MISUSE)
    return offset_showing(world, at, "tue", hour * 60 + minute)


def _first_morning(world: Any) -> Instant:
    """A fixed weekday's opening, so that a file made without a start is always the same."""
    from zoneinfo import ZoneInfo

    from stream.contract.instants import from_datetime

    return from_datetime(datetime(2026, 3, 3, 8, tzinfo=ZoneInfo(world.time_zone)))


def _simulated(
    world: Any, seed: int, begin: Instant, length: int, offset: int, scale: float
) -> Iterator[Any]:
    from simulator import simulate as simulated

    return simulated(
        world,
        seed=seed,
        start=begin,
        duration_us=length,
        profile_offset_us=offset,
        scale=scale,
    )


def _simulate_to_file(
    world: Any, seed: int, begin: Instant, length: int, offset: int, scale: float, out: str
) -> None:
    columns = (TextColumn("simulating"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    bar = Progress(*columns, console=_errors, transient=True, disable=not _errors.is_terminal)
    count = 0
    with LineWriter(_place(out)) as writer, bar:
        task = bar.add_task("simulating", total=length)
        for event in _simulated(world, seed, begin, length, offset, scale):
            writer.write(encode(event))
            count += 1
            if count % 1000 == 0:
                bar.update(task, completed=event.time - begin)
    end = format_millis(begin + length)
    _say(f"{count} events from {format_millis(begin)} to {end} in {out}")


def _set_speed(log: Log, speed: float, begin: Instant | None) -> None:
    """Let the floor's clock run as the traffic does; at speed 1 from now it is the wall's."""
    from stream.clocks import set_clock
    from stream.contract.clock import LIVE, FloorClock

    has_events = next(iter(log.read(CONTACT_EVENTS, 0)), None) is not None
    if begin is None and speed == 1:
        clock = LIVE
    else:
        wall = now_us()
        clock = FloorClock(wall=wall, floor=begin if begin is not None else wall, speed=speed)
    set_clock(log, clock, has_events=has_events)


def _play_live(
    log: Log,
    events: Iterable[Any],
    speed: float,
    begin: Instant,
    stopped: Callable[[], bool],
    wall: int | None = None,
) -> None:
    """Append events as they fall due, until they end or `stopped` says so."""
    from simulator.pacing import paced
    from simulator.recording import Played

    told_behind = False
    anchor = now_us() if wall is None else wall
    for due in paced(events, now=now_us, speed=speed, anchor_floor=begin, anchor_wall=anchor):
        if stopped():
            return
        pairs: list[tuple[str, bytes | None]] = [
            (item.key, item.payload) if isinstance(item, Played) else (item.subject, encode(item))
            for item in due.events
        ]
        if pairs:
            log.append(CONTACT_EVENTS, pairs)
        if wall is None and due.lag_us > 5 * SECOND_US and not told_behind:
            told_behind = True
            _say("falling behind: this machine cannot keep up with that speed")


def _demo_plan(world: Any) -> FloorPlan:
    names = {queue: {"name": plan.name} for queue, plan in world.queues.items()}
    return FloorPlan.model_validate({"time_zone": world.time_zone, "queues": names})


if __name__ == "__main__":
    main()
