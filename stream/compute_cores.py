"""A log of events computed by several processes: this one and helpers, each a part of it.

A helper is a process of its own that is given its job on its standard input and tells on its
standard output. It is started before anything slow is imported, so that both import at once.
"""

from __future__ import annotations

import contextlib
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec
from msgspec import Struct, structs

from stream.compiled import is_compiled
from stream.logs.files import Place, read_blocks, read_stretches
from stream.logs.port import LogError

if TYPE_CHECKING:
    from stream.compute import Limits
    from stream.compute_parts import PartTold
    from stream.contract.figures import Figures
    from stream.contract.floorplan import FloorPlan
    from stream.floor.health import Health

# Below this many bytes a helper costs more than it brings.
SHARED_FROM_BYTES: Final = 16 * 1024 * 1024
MISPLACED: Final = 3

Helper = subprocess.Popen[bytes]
# What is to be told of each stretch read, while the block runs.
Bar = Callable[[str, Sequence[str]], AbstractContextManager[Callable[[int], None]]]


def cores_for(files: Sequence[str], asked: int | None) -> int:
    """How many processes shall read the files: as many as asked for, or as there are cores for
    files that are worth it. What is no ordinary file can be read but once, by one."""
    total = 0
    for name in files:
        try:
            status = Path(name).stat()
        except OSError:
            return 1
        if name == "-" or not stat.S_ISREG(status.st_mode):
            return 1
        total += status.st_size
    if asked is not None:
        return asked
    # In plain Python a look at everybody's lines costs what sharing the rest out brings.
    return _cores() if total >= SHARED_FROM_BYTES and is_compiled() else 1


class Asked(NamedTuple):
    """What is asked of files: the window, the instant or None for the newest event's, whether each
    agent's figures are wanted too, and who hears of bounds that were reached."""

    window: str
    at: int | None
    agents: bool
    on_limits: Limits | None = None


class Job(Struct, frozen=True):
    """What a part is to read, and through which windows it is looked at; the floor plan is JSON."""

    plan: str
    files: list[str]
    windows: list[str]
    at: int | None
    parts: int
    part: int


@contextmanager
def helpers(count: int) -> Iterator[list[Helper]]:
    """So many processes that wait for a job; none of them outlives the block."""
    started: list[Helper] = []
    # One thread each: the cores are taken. Modules are not looked for in the working directory.
    command = [sys.executable, "-P", "-m", "stream.compute_cores"]
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    try:
        while len(started) < count:
            helper = subprocess.Popen(  # noqa: S603 - of nothing that comes from outside
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment
            )
            started.append(helper)
        yield started
    finally:
        for helper in started:
            helper.kill()
            helper.wait()
            for pipe in (helper.stdin, helper.stdout):
                assert pipe is not None
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()


def computed(
    plan: FloorPlan, files: Sequence[str], asked: Asked, waiting: Sequence[Helper], bar: Bar
) -> tuple[Figures, Health]:
    """The figures of files, and what became of their events: the same with and without helpers."""
    from stream.compute import FileReading
    from stream.compute_parts import Misplaced, joined_figures, joined_health
    from stream.merge import WHOLE_LOG

    if waiting:
        with contextlib.suppress(Misplaced):
            with bar("reading", files) as on_bytes:
                told = _read_on_cores(
                    _jobs(plan, files, asked, len(waiting) + 1), waiting, on_bytes
                )
            figures = joined_figures(
                plan, told, asked.window, agents=asked.agents, on_limits=asked.on_limits
            )
            return figures, joined_health(told)
    floor = FileReading(plan, at=asked.at, all_time=asked.window == WHOLE_LOG)
    with bar("reading", files) as on_bytes:
        for name in files:
            place: Place = "-" if name == "-" else Path(name)
            floor.read_blocks(name, read_blocks(place, on_bytes=on_bytes))
    return floor.figures(
        asked.window, agents=asked.agents, on_limits=asked.on_limits
    ), floor.floor.health


def _jobs(plan: FloorPlan, files: Sequence[str], asked: Asked, parts: int) -> list[Job]:
    from stream.compute_parts import windows_for

    whole = Job(
        plan=plan.model_dump_json(),
        files=list(files),
        windows=list(windows_for(asked.window)),
        at=None if asked.at is None else int(asked.at),
        parts=parts,
        part=0,
    )
    return [structs.replace(whole, part=part) for part in range(parts)]


def _read_on_cores(
    jobs: Sequence[Job], waiting: Sequence[Helper], on_bytes: Callable[[int], None]
) -> list[PartTold]:
    """What the parts tell: the first is read here, each other one by a helper."""
    from stream.compute_parts import Misplaced, decode_told

    own, *others = jobs
    for job, helper in zip(others, waiting, strict=True):
        assert helper.stdin is not None
        # One that has died is found by its exit code.
        with contextlib.suppress(BrokenPipeError):
            helper.stdin.write(msgspec.msgpack.encode(job))
            helper.stdin.close()
    told = [_read_part(own, on_bytes)]
    for helper in waiting:
        assert helper.stdout is not None
        answer = helper.stdout.read()
        match helper.wait():
            case 0:
                told.append(decode_told(answer))
            case code if code == MISPLACED:
                raise Misplaced
            case code:
                raise LogError(
                    f"a process that read with this one ended with {code}; --cores 1 needs none"
                )
    return told


def _read_part(job: Job, on_bytes: Callable[[int], None] | None = None) -> PartTold:
    from stream.compute_parts import PartReading
    from stream.contract.floorplan import FloorPlan
    from stream.merge import WHOLE_LOG

    reading = PartReading(
        FloorPlan.model_validate_json(job.plan),
        part=job.part,
        parts=job.parts,
        at=job.at,
        all_time=WHOLE_LOG in job.windows,
    )
    for name in job.files:
        reading.read(read_stretches(Path(name), on_bytes=on_bytes))
    return reading.told(job.windows)


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _help() -> int:
    """What a helper does; gives its exit code."""
    import gc
    import signal

    from stream.compute_parts import Misplaced, encode_told

    # Who started this process ends it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.set_threshold(200_000, 50, 1_000)
    asked = sys.stdin.buffer.read()
    if not asked:
        return 0
    try:
        told = _read_part(msgspec.msgpack.decode(asked, type=Job))
    except Misplaced:
        return MISPLACED
    except LogError:
        # Who started this process reads the same files, and says what is wrong with them.
        return 1
    sys.stdout.buffer.write(encode_told(told))
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    raise SystemExit(_help())
