"""`floorwatch bench`: what this machine carries, told in sentences, as a table or as JSON."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from msgspec import Struct

from stream.commands.terminal import (
    MISUSE,
    Failure,
    ending_quietly,
    log_to_stderr,
    progress,
    say,
)
from stream.compiled import is_compiled
from stream.contract.instants import MINUTE_US, SECOND_US

if TYPE_CHECKING:
    from rich.table import Table

    from stream.capacity import Sample, Tried

# Of fewer events a rate says little.
EVENTS_MIN: Final = 10_000
_ERRORS_ONLY: Final = 40
_MINUTES_A_SECOND: Final = MINUTE_US // SECOND_US
# A file or a pipe has no width of its own.
_WIDTH_OF_A_PIPE: Final = 100

Now = Callable[[], int]


class Sizes(Struct, frozen=True):
    """How much is tried: a whole run stays within a minute on two slow cores."""

    events: int
    rounds: int
    simulated_scale: float
    queues: tuple[int, ...]
    viewers: tuple[int, ...]
    frames: int

    @property
    def steps(self) -> int:
        """How many steps the progress has."""
        return 3 + len(self.queues) + len(self.viewers)


FULL: Final = Sizes(300_000, 3, 20.0, (200, 1_000), (100, 400, 1_000), 4)
QUICK: Final = Sizes(50_000, 1, 5.0, (50, 200), (100,), 2)


class Found(Struct, frozen=True):
    """How many a dashboard carries at once; `at_least` where more was not tried."""

    count: int
    at_least: bool
    tried: list[Tried]


class Capacity(Struct, frozen=True):
    """What was measured. Rates are events a second; without a recording of the user's its busiest
    minute is not told."""

    compiled: bool
    processors: int | None
    events: int
    whole_file: bool
    file_events_per_s: int
    live_events_per_s: int
    busiest_minute_events: int | None
    file_times_busiest_minute: float | None
    live_times_busiest_minute: float | None
    queues: Found
    viewers: Found


def register(app: typer.Typer, *, now: Now) -> None:
    """Give the application this command; `now` is the wall clock in microseconds."""
    app.command()(BenchCommand(now).bench)


class BenchCommand:
    """The command, which gives the time to what it measures."""

    def __init__(self, now: Now) -> None:
        self._now = now

    def bench(
        self,
        file: Annotated[
            str | None,
            typer.Argument(metavar="[FILE]", help="A recording; by default simulated traffic."),
        ] = None,
        quick: Annotated[
            bool, typer.Option("--quick", help="Smaller sizes, for a rough answer sooner.")
        ] = False,
        as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
    ) -> None:
        """Measure what this machine carries, in about a minute."""
        if file == "-":
            raise Failure("FILE: it is read more than once; standard input cannot be", MISUSE)
        log_to_stderr(_ERRORS_ONLY)
        sizes = QUICK if quick else FULL
        told = None
        # Whatever was started ends with the block, on SIGTERM as on Ctrl-C.
        with ending_quietly(), tempfile.TemporaryDirectory(prefix="floorwatch-bench-") as directory:
            told = measured(file, sizes, Path(directory), now=self._now)
        if told is None:
            raise KeyboardInterrupt
        if told.events < EVENTS_MIN:
            say(f"floorwatch: only {told.events:,} events; of so few a rate says little")
        _print(told, as_json=as_json)


def measured(file: str | None, sizes: Sizes, directory: Path, *, now: Now) -> Capacity:
    """All measurements one after the other, in a directory of the caller's.

    Raises `LogError` where the file cannot be read, `Failure` where it holds no good event or a
    part does not start.
    """
    from stream.capacity import carried, file_rate, live_rate, picture_time, served
    from stream.commands.capacity_viewers import sizes_here, viewers_served

    with progress("measuring", sizes.steps) as advance:

        def step() -> None:
            advance(1)

        path = _simulated(directory, sizes.simulated_scale) if file is None else Path(file)
        sample = _sample(path, sizes.events)
        step()
        file_per_s = file_rate(sample, rounds=sizes.rounds)
        step()
        live_per_s = live_rate(sample, directory / "live", now=now)
        step()
        pictures: list[Tried] = []
        for size in sizes.queues:
            pictures.append(picture_time(size, directory / f"queues-{size}", now=now))
            step()
        viewers = viewers_served(
            sizes_here(sizes.viewers), directory, now=now, frames=sizes.frames, on_tried=step
        )
    minute = None if file is None else sample.busiest_minute
    return Capacity(
        compiled=is_compiled(),
        processors=os.cpu_count(),
        events=len(sample.pairs),
        whole_file=sample.whole,
        file_events_per_s=round(file_per_s),
        live_events_per_s=round(live_per_s),
        busiest_minute_events=minute,
        file_times_busiest_minute=_times(file_per_s, minute),
        live_times_busiest_minute=_times(live_per_s, minute),
        queues=Found(*carried(pictures), pictures),
        viewers=Found(*served(viewers), viewers),
    )


def sentences(told: Capacity) -> list[str]:
    """What was measured, in words."""
    from_file = _rounded(told.file_events_per_s)
    live = f"{_rounded(told.live_events_per_s)}/s live"
    if told.live_times_busiest_minute is not None:
        part = "" if told.whole_file else f"the first {told.events:,} events of "
        times = _rounded(told.live_times_busiest_minute)
        live += f", {times} times the busiest minute of {part}your recording"
    made = "compiled" if told.compiled else "plain Python"
    return [
        f"This machine carries about {from_file} events/s from a file and {live}.",
        f"A dashboard tells {_many(told.queues)} queues once a second, each picture within 250 ms.",
        _of_viewers(told.viewers),
        f"The core is {made}.",
    ]


def table_of(told: Capacity) -> Table:
    """Every figure that was measured."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("what")
    table.add_column("measured", justify="right")
    table.add_column("unit")
    table.add_row("from a file, one core", f"{told.file_events_per_s:,}", "events/s")
    table.add_row("live worker, catching up", f"{told.live_events_per_s:,}", "events/s")
    if told.busiest_minute_events is not None:
        minute = f"{told.busiest_minute_events:,}"
        table.add_row("busiest minute of the recording", minute, "events")
    for each in told.queues.tried:
        table.add_row(f"a picture of {each.size:,} queues", _ms(each), "ms, longest")
    for each in told.viewers.tried:
        table.add_row(f"a frame to {each.size:,} viewers", _ms(each), "ms, p99")
    return table


def _sample(path: Path, most: int) -> Sample:
    from stream.capacity import sample_of

    sample = sample_of(path, most)
    if sample is None:
        raise Failure(f"{path}: no good event to measure with")
    return sample


def _simulated(directory: Path, scale: float) -> Path:
    """An hour of the simulator's weekday, by its own command."""
    out = directory / "events.jsonl"
    command = (
        *(sys.executable, "-m", "floorwatch", "simulate", "--out", out.name, "--seed", "7"),
        *("--duration", "1h", "--showing", "10:30", "--scale", f"{scale:g}"),
    )
    done = subprocess.run(  # noqa: S603  our own command
        command, cwd=directory, capture_output=True, check=False, start_new_session=True
    )
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise Failure(f"no traffic could be simulated: {said[-1] if said else done.returncode}")
    return out


def _times(per_s: float, minute: int | None) -> float | None:
    return None if minute is None else round(per_s * _MINUTES_A_SECOND / minute, 1)


def _rounded(value: float) -> str:
    """Two digits: no measurement here is better than that."""
    if value <= 0:
        return "0"
    digits = 1 - math.floor(math.log10(value))
    return f"{round(value, digits):,.{max(0, digits)}f}"


def _of_viewers(found: Found) -> str:
    if not found.count:
        return f"It does not serve {found.tried[0].size:,} viewers within 250 ms a frame."
    return f"It serves at least {found.count:,} viewers, 99 of 100 frames there within 250 ms."


def _many(found: Found) -> str:
    return f"at least {found.count:,}" if found.at_least else f"about {_rounded(found.count)}"


def _ms(tried: Tried) -> str:
    return f"{tried.ms:,.0f}" if math.isfinite(tried.ms) else "–"


def _print(told: Capacity, *, as_json: bool) -> None:
    if as_json:
        import msgspec

        text = msgspec.json.format(msgspec.json.encode(told), indent=2)
        sys.stdout.write(text.decode() + "\n")
        return
    from rich.console import Console

    console = Console(width=None if sys.stdout.isatty() else _WIDTH_OF_A_PIPE)
    sys.stdout.write("\n".join(sentences(told)) + "\n")
    sys.stdout.flush()
    console.print(table_of(told))
