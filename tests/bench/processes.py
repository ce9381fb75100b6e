"""Processes of their own: what is timed does not share its interpreter with who times it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

from tests.bench.figures import Timing

ROOT: Final = Path(__file__).resolve().parents[2]
_LAUNCH: Final = str(Path(__file__).with_name("launch.py"))


class Used(Struct, frozen=True):
    """What a process used from its start to its end."""

    wall_s: float
    cpu_s: float
    peak_bytes: int


class Service:
    """A `floorwatch` service that was started here, and is ended here."""

    def __init__(self, *arguments: str) -> None:
        self._arguments = arguments
        self._began = time.perf_counter()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "floorwatch", *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
        )

    def line(self) -> str:
        """The next line that it prints. Raises where it ended instead."""
        assert self._process.stdout is not None
        printed = self._process.stdout.readline().decode()
        if not printed:
            raise RuntimeError(f"{' '.join(self._arguments)}: ended before it began")
        return printed

    def end(self) -> Used:
        """Ask it to end, wait until it has, and tell what it used."""
        assert self._process.stdout is not None
        # `terminate` would take the exit of one that has ended, and with it what it used.
        os.kill(self._process.pid, signal.SIGTERM)
        self._process.stdout.read()
        self._process.stdout.close()
        _, status, usage = os.wait4(self._process.pid, 0)
        self._process.returncode = os.waitstatus_to_exitcode(status)
        wall_s = time.perf_counter() - self._began
        return Used(wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def timed_work(name: str, *arguments: str) -> dict[str, Timing]:
    """One of `tests.bench.work`, with the peak memory of its process."""
    printed, used = _run("tests.bench.work", name, *arguments)
    timings = msgspec.json.decode(printed, type=dict[str, Timing])
    return {
        what: msgspec.structs.replace(timing, peak_bytes=used.peak_bytes)
        for what, timing in timings.items()
    }


def timed_command(events: int, *arguments: str) -> Timing:
    """The whole process of a `floorwatch` command, from its start to its end."""
    used = _run("floorwatch", *arguments)[1]
    return Timing(events, used.wall_s, used.cpu_s, used.peak_bytes)


def make_workload(*arguments: str) -> Path:
    """The file that `tests.bench.workload` makes, or made before."""
    return Path(_run("tests.bench.workload", *arguments)[0].decode())


def _run(module: str, *arguments: str) -> tuple[bytes, Used]:
    """What a module prints, and what its process used. Raises where it fails."""
    command = [sys.executable, "-I", "-S", _LAUNCH, "-m", module, *arguments]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    told = result.stderr.decode(errors="replace")
    if result.returncode != 0:
        raise RuntimeError(f"python -m {module} ended with {result.returncode}:\n{told}")
    return result.stdout, msgspec.json.decode(told.splitlines()[-1], type=Used)
