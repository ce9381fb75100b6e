"""What commands share: errors in one line, progress, times as people write them, files and logs.

Libraries that are slow to import are imported where they are used: `floorwatch check` must not
wait for what only the services need.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Final, TextIO

import typer

from stream.contract.durations import parse_duration
from stream.contract.instants import DAY_US, SECOND_US, Instant, parse_instant
from stream.logs.files import Place, read_lines, size_of
from stream.logs.port import Log, LogError

if TYPE_CHECKING:
    from stream.contract.clock import FloorClock
    from stream.contract.floorplan import FloorPlan

FAILURE: Final = 1
MISUSE: Final = 2
INTERRUPTED: Final = 130
# What has no stated end goes on until it is stopped.
ENDLESS_US: Final = 3650 * DAY_US
# Workers and dashboards look for a change of the clock once a second; until they have, events of
# a faster one would lie too far ahead for them.
CLOCK_KNOWN_AFTER_US: Final = 3 * SECOND_US // 2
STOPPING_S_MAX: Final = 2.0

TO_MAKE: Final = "check the address, or make it with `floorwatch topics create`"

# What `stream.logs` calls the URL, and commands `--log`.
_URL_ERROR: Final = "log URL: "
# Typer's words for a mistake, and ours: the option first, then what is wrong with it.
_WORDINGS: Final = (
    (re.compile(r"Invalid value for '(.+?)': (?:Value error, )?(.+?)\.?"), r"\1: \2"),
    (re.compile(r"Missing (?:option|argument) '(.+?)'\..*"), r"\1: missing"),
    (re.compile(r"No such option: (\S+)(.*)"), r"\1: no such option\2"),
    (re.compile(r"Option '(.+?)' requires .+"), r"\1: needs a value"),
    (re.compile(r"Option '(.+?)' does not take a value\."), r"\1: takes no value"),
    (re.compile(r"No such command '(.+?)'\..*"), r"\1: no such command; --help lists them"),
    (re.compile(r"Got unexpected extra argument\S* \((.+)\)"), r"\1: not expected here"),
)

Files = Annotated[
    list[str],
    typer.Argument(metavar="FILE", help="Events, one a line, .zst or not; - is standard input."),
]
OutOption = Annotated[
    str, typer.Option("--out", metavar="FILE", help=".jsonl, or .jsonl.zst to compress; - too.")
]
ConfigOption = Annotated[
    Path | None, typer.Option("--config", metavar="floor.yaml", help="Targets, zones, names.")
]
LogOption = Annotated[
    str, typer.Option("--log", metavar="URL", help="embedded:PATH or kafka://HOST:PORT[,…].")
]
PartitionsOption = Annotated[
    int | None,
    typer.Option("--partitions", metavar="N", min=1, max=1024, help="For a log made anew."),
]


class Failure(Exception):
    """What the command says in one line before it ends with `code`."""

    def __init__(self, message: str, code: int = FAILURE) -> None:
        super().__init__(message)
        self.code = code


# --- running a command ----------------------------------------------------------------------


def run(app: typer.Typer, arguments: Sequence[str] | None) -> int:
    """Run the command that the arguments name, by default the process's own; gives the exit code.

    Every error that a user can meet is one line; anything else is a bug and keeps its traceback.
    """
    _prepare_streams()
    try:
        told = app(
            args=None if arguments is None else list(arguments),
            prog_name="floorwatch",
            standalone_mode=False,
        )
        sys.stdout.flush()
    except (
        typer.exceptions.TyperException,
        typer.Abort,
        KeyboardInterrupt,
        SystemExit,
        Failure,
        LogError,
        OSError,
    ) as error:
        return _ended(error)
    return told if isinstance(told, int) else 0


def say(line: str) -> None:
    """One line for the person at the terminal, beside the command's own output."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()


def _ended(error: BaseException) -> int:
    """The exit code of an error, after its line was said."""
    _let_go_of_output()
    match error:
        case typer.Abort() | KeyboardInterrupt():
            return INTERRUPTED
        case typer.exceptions.TyperException():
            return _misused(error.format_message())
        case Failure():
            return _fail(str(error), error.code)
        # The reader of our output went away, as `head` does: nothing is wrong. rich says it so.
        case SystemExit() | BrokenPipeError() | LogError(__cause__=BrokenPipeError()):
            return FAILURE
        case OSError(strerror=reason, filename=name):
            # Files and logs name themselves; what is left is the output.
            return _fail(f"{name or 'output'}: {reason or error}", FAILURE)
        case _:
            wrong_url = str(error).startswith(_URL_ERROR)
            message = str(error).replace(_URL_ERROR, "--log: ", wrong_url)
            return _fail(message, MISUSE if wrong_url else FAILURE)


def _misused(message: str) -> int:
    if message.startswith("Usage:"):
        # The help that is asked for by saying nothing is long; every other message is one line.
        sys.stderr.write(message + "\n")
        return MISUSE
    line = " ".join(message.split())
    for pattern, wording in _WORDINGS:
        if (match := pattern.fullmatch(line)) is not None:
            option, colon, rest = match.expand(wording).partition(": ")
            line = option + colon + rest[:1].lower() + rest[1:]
            break
    return _fail(line, MISUSE)


def _fail(message: str, code: int) -> int:
    for line in message.splitlines():
        say(f"floorwatch: {line}")
    return code


def _prepare_streams() -> None:
    """Make the standard streams fit for whatever comes: Python sets a closed one to None, and a
    name that the terminal's encoding cannot write must not end the command."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream: TextIO | None = getattr(sys, name)
        if stream is None:
            nowhere = Path(os.devnull).open(f"{mode}b")  # noqa: SIM115  for the process's life
            stream = io.TextIOWrapper(nowhere, encoding="utf-8")
            setattr(sys, name, stream)
        if isinstance(stream, io.TextIOWrapper) and mode == "w":
            stream.reconfigure(errors="backslashreplace")


def _let_go_of_output() -> None:
    """Write out what is buffered, or nothing more: Python would try once more as it ends."""
    try:
        sys.stdout.flush()
    except OSError:
        with contextlib.suppress(OSError):
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, sys.stdout.fileno())
            os.close(nowhere)


# --- what people write ----------------------------------------------------------------------


def instant_of(text: str, option: str, now: Callable[[], int]) -> Instant:
    """A moment as an option gives it: RFC 3339, or `now`."""
    if text == "now":
        return Instant(now())
    try:
        return parse_instant(text)
    except ValueError as error:
        raise Failure(f"{option}: {error}, such as 2026-03-02T14:30:00Z", MISUSE) from None


def duration_of(text: str, option: str = "--duration") -> int:
    """A length of time as an option gives it, in microseconds."""
    length = parse_duration(text) or 0
    if not 0 < length <= ENDLESS_US:
        raise Failure(f"{option}: expected a number and a unit, such as 90s, 30m, 4h or 2d", MISUSE)
    return length


def floor_plan(config: Path | None) -> FloorPlan:
    """The floor plan that `--config` names, or the plain one."""
    from stream.contract.floorplan import FloorPlan, load_floor_plan

    with yaml_as_asked():
        return FloorPlan() if config is None else load_floor_plan(config)


@contextlib.contextmanager
def yaml_as_asked() -> Iterator[None]:
    """What is wrong with the YAML that is read in the block ends the command, in its own words."""
    from stream.contract.yaml_lines import YamlError

    try:
        yield
    except YamlError as error:
        raise Failure(str(error), MISUSE) from None


# --- files, with progress -------------------------------------------------------------------


def place_of(name: str) -> Place:
    """A file's name as a place; `-` is standard input or output."""
    return "-" if name == "-" else Path(name)


def lines_of(
    files: Iterable[str], on_bytes: Callable[[int], None] | None = None
) -> Iterator[tuple[str, Iterator[tuple[int, bytes]]]]:
    """Each file's name and its numbered lines."""
    for name in files:
        yield name, read_lines(place_of(name), on_bytes=on_bytes)


@contextlib.contextmanager
def reading(doing: str, files: Iterable[str]) -> Iterator[Callable[[int], None]]:
    """A bar over the bytes of the files; gives what is to be told of each stretch read.

    A file that is missing or a directory is an error here, before anything was read.
    """
    total = size_of([place_of(name) for name in files])
    with progress(doing, total, in_bytes=True) as advance:
        yield advance


@contextlib.contextmanager
def progress(
    doing: str, total: int | None, *, in_bytes: bool = False
) -> Iterator[Callable[[int], None]]:
    """A bar on a terminal, elsewhere nothing; gives what is to be told of each step done."""
    if not sys.stderr.isatty():
        yield lambda _step: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn(doing), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    more = (DownloadColumn(),) if in_bytes else ()
    console = Console(stderr=True, soft_wrap=True)
    with Progress(*columns, *more, console=console, transient=True) as bar:
        task = bar.add_task(doing, total=total)
        yield lambda step: bar.update(task, advance=step)


# --- logs and services ----------------------------------------------------------------------


@contextlib.contextmanager
def open_floor_log(
    url: str, *, now: Callable[[], int], partitions: int | None = None
) -> Iterator[Log]:
    """The log at `url` with the product's topics in it, made if they are not there yet.

    Raises `LogError` where partitions were added to the events: what is in them nobody reads.
    """
    from stream.logs.inspection import topics_at
    from stream.logs.topics import PARTITIONS_DEFAULT, partitions_there, topics
    from stream.logs.urls import open_log

    with contextlib.closing(open_log(url, now=now)) as log:
        there = partitions_there(log, lambda: topics_at(url, ()).place)
        log.create(topics(partitions or there or PARTITIONS_DEFAULT))
        yield log


@contextlib.contextmanager
def open_existing_log(url: str, *, now: Callable[[], int], topics: Sequence[str]) -> Iterator[Log]:
    """The log at `url`, which must have these topics: made by who only reads, a mistyped address
    would look like a quiet floor."""
    from stream.logs.inspection import topics_at
    from stream.logs.urls import open_log

    place, there = topics_at(url, topics)
    if missing := [name for name in topics if name not in there]:
        raise Failure(f"{place}: there is no log with the topic {missing[0]}; {TO_MAKE}")
    with contextlib.closing(open_log(url, now=now)) as log:
        yield log


def start_clock(log: Log, now: Callable[[], int], begin: int | None, speed: float) -> FloorClock:
    """Let the floor's time begin at `begin` and run `speed` times as fast; None is the wall's."""
    from stream.clocks import set_clock
    from stream.contract.clock import LIVE, FloorClock
    from stream.logs.topics import CONTACT_EVENTS

    clock = LIVE
    if begin is not None:
        clock = FloorClock(wall=now() + CLOCK_KNOWN_AFTER_US, floor=int(begin), speed=speed)
    partitions = range(log.partitions(CONTACT_EVENTS))
    has_events = any(True for number in partitions for _ in log.read(CONTACT_EVENTS, number))
    set_clock(log, clock, has_events=has_events)
    return clock


@contextlib.contextmanager
def in_background(name: str, work: Callable[[Callable[[], bool]], object]) -> Iterator[None]:
    """Run a part of the demo in a thread until the block ends."""
    stop = threading.Event()

    def run_it() -> None:
        try:
            work(stop.is_set)
        except LogError as error:
            say(f"floorwatch: the {name} has stopped: {error}")

    thread = threading.Thread(target=run_it, name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(STOPPING_S_MAX)


@contextlib.contextmanager
def stopping() -> Iterator[Callable[[], bool]]:
    """Whether SIGINT or SIGTERM has asked to end, which is then no error.

    Asked once more, what is still waited for, such as a log that is away, is interrupted; and a
    third time the process is at its end.
    """
    asked = threading.Event()

    def ask(number: int, _frame: FrameType | None) -> None:
        if asked.is_set():
            signal.signal(number, signal.SIG_DFL)
            raise KeyboardInterrupt
        asked.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked.is_set
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def ending_quietly() -> Iterator[None]:
    """SIGINT and SIGTERM end the block wherever it is, and that is then no error."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        pass
    finally:
        signal.signal(signal.SIGTERM, before)


def log_to_stderr(level: int) -> None:
    """Lines for people on a terminal, JSON elsewhere."""
    import structlog

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
