"""The commands that need the stream alone: figures and checks of files, recordings."""

from __future__ import annotations

import heapq
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Final

import typer

from stream.commands import (
    alerts,
    boards,
    capacity,
    dead_letters,
    recording,
    services,
    topics,
)
from stream.commands.terminal import (
    FAILURE,
    MISUSE,
    ConfigOption,
    Failure,
    Files,
    OutOption,
    floor_plan,
    instant_of,
    place_of,
    reading,
    say,
)
from stream.contract.figures import WINDOWS, Window
from stream.logs.files import LineWriter, read_blocks, read_lines
from stream.logs.port import LogError

if TYPE_CHECKING:
    from stream.adapters.port import Adapter, Summary
    from stream.compute import Problem
    from stream.contract.events import KnownEvent
    from stream.contract.figures import Figures
    from stream.contract.floorplan import FloorPlan
    from stream.floor.health import Health

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
    recording.register(app, now=now)
    services.register(app, now=now)
    capacity.register(app, now=now)
    topics.register(app, now=now)
    dead_letters.register(app, now=now)
    alerts.register(app)
    boards.register(app)


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
        limits: dict[str, int] = {}
        with helpers(cores_for(files, cores) - 1) as waiting:
            plan = floor_plan(config)
            figures, health = computed(
                plan, files, Asked(window, instant, agents, limits.update), waiting, reading
            )
        _print(figures, plan, as_json=as_json)
        _warn(health, "" if at is None else f" up to {at}")
        _warn_of(limits)


def check(files: Files) -> None:
    """Name each bad event, with its line and why.

    Ends with 1 where any is bad, or a file cannot be read to its end.
    """
    from stream.compute import FileReading
    from stream.contract.floorplan import FloorPlan

    def tell(problem: Problem) -> None:
        sys.stdout.write(f"{problem.file}:{problem.line}: {problem.reason}\n")

    floor = FileReading(FloorPlan(), on_problem=tell)
    broken: LogError | None = None
    with reading("checking", files) as on_bytes:
        try:
            for name in files:
                floor.read_blocks(name, read_blocks(place_of(name), on_bytes=on_bytes))
        except LogError as error:
            # What was read before it counts: of a cut file that is most of it.
            broken = error
    health = floor.floor.health
    sys.stdout.write(_checked(health))
    if broken is not None:
        raise broken
    if health.rejected:
        raise typer.Exit(FAILURE)


def _checked(health: Health) -> str:
    """How many events were good and bad, in one line."""
    notes = {
        "duplicates": health.duplicates,
        "of unknown type": health.unknown_type,
        "out of place": health.out_of_place,
        "too late": health.too_late,
    }
    among = ", ".join(f"{count:,} {what}" for what, count in notes.items() if count)
    good = f"{health.events - health.rejected:,} good{f' (among them {among})' if among else ''}"
    return f"{good}, {health.rejected:,} bad\n"


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

    from stream.commands.tables import figures_table

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


def _warn_of(limits: Mapping[str, int]) -> None:
    from stream.windows.rows import AGENTS_KEPT, AGENTS_MAX, GROUPS_KEPT, GROUPS_MAX

    kept = {
        GROUPS_KEPT: f"more than {GROUPS_MAX:,} queues and channels",
        AGENTS_KEPT: f"more than {AGENTS_MAX:,} agents",
    }
    told = " and ".join(words for name, words in kept.items() if name in limits)
    if told:
        say(
            f"floorwatch: there are {told}: those met last have no figures of their own; what they "
            "did counts for the floor"
        )
