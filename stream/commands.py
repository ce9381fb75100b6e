"""The commands that need the stream alone: figures and checks of files, recordings, the worker."""

from __future__ import annotations

import contextlib
import errno
import heapq
import logging
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

import typer

from stream import capacity_command, dead_letter_commands, topic_commands
from stream.contract.figures import WINDOWS, Window
from stream.logs.files import LineWriter, read_blocks, read_lines
from stream.logs.topics import CONTACT_EVENTS, FLOOR_CLOCK
from stream.terminal import (
    ENDLESS_US,
    FAILURE,
    MISUSE,
    ConfigOption,
    Failure,
    Files,
    LogOption,
    OutOption,
    PartitionsOption,
    duration_of,
    floor_plan,
    instant_of,
    log_to_stderr,
    open_existing_log,
    open_floor_log,
    place_of,
    reading,
    say,
    stopping,
)

if TYPE_CHECKING:
    from stream.adapters.port import Adapter, Summary
    from stream.compute import Problem
    from stream.contract.events import KnownEvent
    from stream.contract.figures import Figures
    from stream.contract.floorplan import FloorPlan
    from stream.floor.health import Health
    from stream.logs.port import Log, Record
    from stream.meters import WorkerMeters

# A file or a pipe has no width of its own, and a cut figure is a wrong one.
WIDTH_OF_A_PIPE: Final = 1_000
# The same of a very narrow terminal, which can break a line by itself.
WIDTH_MIN: Final = 72
RECORDS_AT_ONCE: Final = 10_000
POLL_S: Final = 0.1


def application() -> typer.Typer:
    """The command without any commands yet."""
    app = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_floorwatch)
    return app


def register(app: typer.Typer, *, now: Callable[[], int]) -> None:
    """Give the application these commands; `now` is the wall clock in microseconds."""
    commands = Commands(now)
    app.command()(commands.compute)
    app.command()(check)
    app.command("import")(import_)
    app.command()(commands.record)
    app.command()(commands.stream)
    capacity_command.register(app, now=now)
    topic_commands.register(app, now=now)
    dead_letter_commands.register(app, now=now)


class Commands:
    """The commands that ask for the time."""

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now

    def compute(  # noqa: PLR0913, PLR0917  a command has as many arguments as it has options
        self,
        files: Files,
        at: Annotated[
            str | None,
            typer.Option(metavar="TIME", help="As of then; by default, of the newest event."),
        ] = None,
        window: Annotated[Window, typer.Option(metavar="WINDOW", help=", ".join(WINDOWS))] = "30m",
        config: ConfigOption = None,
        agents: Annotated[
            bool, typer.Option("--agents", help="Every agent's figures too.")
        ] = False,
        as_json: Annotated[bool, typer.Option("--json", help="Print them as JSON.")] = False,
        cores: Annotated[
            int | None,
            typer.Option(metavar="N", min=1, max=64, help="By default all, for large files."),
        ] = None,
    ) -> None:
        """Tell the figures of a log of events, from files.

        Files continue one another: name them in the order in which they were written.
        """
        from stream.compute_cores import Asked, computed, cores_for, helpers

        instant = None if at is None else instant_of(at, "--at", self._now)
        with helpers(cores_for(files, cores) - 1) as waiting:
            plan = floor_plan(config)
            figures, health = computed(
                plan, files, Asked(window, instant, agents), waiting, reading
            )
        _print(figures, plan, as_json=as_json)
        _warn(health, "" if at is None else f" up to {at}")

    def record(
        self,
        log: LogOption,
        out: OutOption,
        duration: Annotated[
            str | None, typer.Option(metavar="1h", help="How long; by default until Ctrl-C.")
        ] = None,
        from_start: Annotated[
            bool, typer.Option("--from-start", help="Begin with what the log holds already.")
        ] = False,
    ) -> None:
        """Keep a stretch of traffic in a file."""
        length = ENDLESS_US if duration is None else duration_of(duration)
        kept = 0
        with (
            open_existing_log(log, now=self._now, topics=(CONTACT_EVENTS, FLOOR_CLOCK)) as source,
            LineWriter(place_of(out)) as writer,
            stopping() as stopped,
        ):
            end = self._now() + length
            for record in _recorded(source, from_start, lambda: stopped() or self._now() >= end):
                writer.write(record.value or b"")
                kept += 1
        say(f"{kept} events in {out}")

    def stream(
        self,
        log: LogOption,
        config: ConfigOption = None,
        partitions: PartitionsOption = None,
        metrics_port: Annotated[
            int | None,
            typer.Option(
                "--metrics-port",
                metavar="PORT",
                min=0,
                max=65535,
                help="Serve /metrics, /healthz and /readyz there.",
            ),
        ] = None,
        metrics_host: Annotated[
            str, typer.Option("--metrics-host", metavar="ADDRESS", help="To listen on for that.")
        ] = "127.0.0.1",
    ) -> None:
        """Turn events into figures: any number share the work.

        A log that goes away is waited for.
        """
        from stream.meters import WorkerMeters
        from stream.service import run_stream, worker_name

        plan = floor_plan(config)
        meters = WorkerMeters(worker_name(log), self._now())
        log_to_stderr(logging.INFO)
        with stopping() as stopped, contextlib.ExitStack() as parts:
            if metrics_port is not None:
                served = _telling(meters, metrics_host, metrics_port, now=self._now)
                say(f"floorwatch: /metrics is at {parts.enter_context(served)}")
            run_stream(
                lambda: open_floor_log(log, now=self._now, partitions=partitions),
                plan,
                now=self._now,
                meters=meters,
                stopped=stopped,
            )


def check(files: Files) -> None:
    """Name each bad event, with its line and why.

    Ends with 1 where any is bad.
    """
    from stream.compute import FileReading
    from stream.contract.floorplan import FloorPlan

    def tell(problem: Problem) -> None:
        sys.stdout.write(f"{problem.file}:{problem.line}: {problem.reason}\n")

    floor = FileReading(FloorPlan(), on_problem=tell)
    with reading("checking", files) as on_bytes:
        for name in files:
            floor.read_blocks(name, read_blocks(place_of(name), on_bytes=on_bytes))
    health = floor.floor.health
    notes = {
        "duplicates": health.duplicates,
        "of unknown type": health.unknown_type,
        "out of place": health.out_of_place,
        "too late": health.too_late,
    }
    among = ", ".join(f"{count:,} {what}" for what, count in notes.items() if count)
    good = f"{health.events - health.rejected:,} good{f' (among them {among})' if among else ''}"
    sys.stdout.write(f"{good}, {health.rejected:,} bad\n")
    if health.rejected:
        raise typer.Exit(FAILURE)


def import_(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE", help="Another system's records; - is standard input."),
    ],
    source: Annotated[str, typer.Option("--from", metavar="FORMAT", help="A wrong one names all.")],
    out: OutOption,
) -> None:
    """Read another system's records as events.

    Several files become one log in the order of time.
    """
    from stream.adapters.port import AdapterError, Summary
    from stream.adapters.registry import adapter_for
    from stream.contract.codec import encode
    from stream.contract.instants import format_millis
    from stream.floor.floor import AHEAD_IN_FILES_US

    try:
        adapter = adapter_for(source)
    except AdapterError as error:
        raise Failure(f"--from: {error}", MISUSE) from None
    summaries = [Summary() for _ in files]
    with reading("importing", files) as on_bytes, LineWriter(place_of(out)) as writer:
        each = [
            _events(adapter, name, summary, on_bytes)
            for name, summary in zip(files, summaries, strict=True)
        ]
        newest = None
        for event in heapq.merge(*each, key=lambda event: event.time):
            if newest is not None and event.time > newest + AHEAD_IN_FILES_US:
                say(
                    f"floorwatch: {out}: nothing from {format_millis(newest)} to "
                    f"{format_millis(event.time)}; read as one, what follows a gap of 8 days "
                    "is rejected, so import what lies after it to a file of its own"
                )
            newest = event.time
            writer.write(encode(event))
    for name, summary in zip(files, summaries, strict=True):
        _tell(name, summary)


def _tell_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        sys.stdout.write(f"floorwatch {version('floorwatch')}\n")
        raise typer.Exit


def _floorwatch(
    _version: Annotated[
        bool,
        typer.Option("--version", callback=_tell_version, is_eager=True, help="Print the version."),
    ] = False,
) -> None:
    """What the floor of a contact centre needs, within a second."""


def _events(
    adapter: Adapter, name: str, summary: Summary, on_bytes: Callable[[int], None]
) -> Iterator[KnownEvent]:
    from stream.adapters.port import AdapterError

    lines = read_lines(place_of(name), on_bytes=on_bytes)
    try:
        yield from adapter.events((line.decode("utf-8", "replace") for _, line in lines), summary)
    except AdapterError as error:
        raise Failure(f"{name}: {error}") from None


@contextlib.contextmanager
def _telling(
    meters: WorkerMeters, host: str, port: int, *, now: Callable[[], int]
) -> Iterator[str]:
    """Serve the meters while the block runs; gives `HOST:PORT`."""
    from stream.service import NoSuchHost, place_in_url, telling

    with contextlib.ExitStack() as parts:
        try:
            place = parts.enter_context(telling(meters, host, port, now=now))
        except NoSuchHost:
            raise Failure("--metrics-host: expected an address or a host's name", MISUSE) from None
        except OSError as error:
            option = "port" if error.errno in {errno.EADDRINUSE, errno.EACCES} else "host"
            raise Failure(
                f"cannot listen on {place_in_url(host, port)}: {error.strerror or error}; "
                f"choose another with --metrics-{option}"
            ) from None
        yield place


def _tell(name: str, summary: Summary) -> None:
    for malformed in summary.malformed:
        say(f"{name}:{malformed.line}: {malformed.reason}")
    left_out = "; ".join(f"{count:,} {why}" for why, count in summary.without_event.items())
    say(
        f"{name}: {summary.rows:,} rows, {summary.events:,} events, "
        f"{len(summary.malformed):,} malformed; no event for: {left_out or 'none'}"
    )


def _print(figures: Figures, plan: FloorPlan, *, as_json: bool) -> None:
    if as_json:
        import msgspec

        text = msgspec.json.format(msgspec.json.encode(figures), indent=2)
        sys.stdout.write(text.decode() + "\n")
        return
    from rich.console import Console

    from stream.report import figures_table

    console = Console(width=None if sys.stdout.isatty() else WIDTH_OF_A_PIPE)
    console.width = max(console.width, WIDTH_MIN)
    console.print(*figures_table(figures, plan, console.width), sep="\n")


def _warn(health: Health, up_to: str) -> None:
    if health.rejected:
        say(
            f"floorwatch: {health.rejected:,} of {health.events:,} events were rejected; "
            "`floorwatch check FILE` names them"
        )
    elif not health.events:
        say(f"floorwatch: no events{up_to}, so there is nothing to tell")


class _Placed(NamedTuple):
    """A record, and the moment by which it is put in order with those of other partitions."""

    at: int
    record: Record


def _recorded(log: Log, from_start: bool, ended: Callable[[], bool]) -> Iterator[Record]:
    """The records of all partitions, those of each in order, until `ended` says so.

    What the log holds already comes in the order in which it happened, since a recording is
    played as it lies; what comes later, in the order in which it came.
    """
    # Opened before the rest is read, so that nothing falls in between.
    tail = log.tail(CONTACT_EVENTS, from_start=False)
    try:
        read: dict[int, int] = {}
        for record in _held(log) if from_start else ():
            if ended():
                return
            read[record.partition] = record.offset
            yield record
        while not ended():
            records = tail.poll(RECORDS_AT_ONCE, POLL_S)
            fresh = [one for one in records if one.offset > read.get(one.partition, -1)]
            yield from sorted(fresh, key=lambda one: one.appended_at)
    finally:
        tail.close()


def _held(log: Log) -> Iterator[Record]:
    """What the log holds now, in the order in which it happened."""
    from stream.clocks import current_clock
    from stream.contract.codec import Rejected, decode

    clock = current_clock(log)

    def placed(records: Iterable[Record]) -> Iterator[_Placed]:
        at = 0
        for record in records:
            # Unreadable ones go with the one before; none is later than when it was appended,
            # or one broken clock would hold up all that lies behind it.
            with contextlib.suppress(Rejected):
                at = min(decode(record.value or b"").time, clock.at(record.appended_at))
            yield _Placed(at, record)

    partitions = range(log.partitions(CONTACT_EVENTS))
    each = [placed(log.read(CONTACT_EVENTS, number)) for number in partitions]
    for _, record in heapq.merge(*each, key=lambda one: one.at):
        yield record
