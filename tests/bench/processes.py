"""Processes of their own: what is timed does not share its interpreter with who times it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
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
        self.began = time.perf_counter()
        # What it logs is shown only where it fails.
        self._log = tempfile.TemporaryFile()  # noqa: SIM115  closed by `end`
        self._process = subprocess.Popen(
            [sys.executable, "-m", "floorwatch", *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=self._log,
        )

    def line(self) -> str:
        """The next line that it prints. Raises where it ended instead."""
        assert self._process.stdout is not None
        printed = self._process.stdout.readline().decode()
        if not printed:
            self._log.seek(0)
            logged = self._log.read().decode(errors="replace")
            raise RuntimeError(f"{' '.join(self._arguments)}: ended before it began\n{logged}")
        return printed

    def now(self) -> Usage:
        """What it uses at this moment."""
        return usage_of(self._process.pid)

    def end(self, *, how: signal.Signals = signal.SIGTERM) -> Used:
        """Ask it to end, or kill it; wait until it has, and tell what it used."""
        assert self._process.stdout is not None
        # `terminate` would take the exit of one that has ended, and with it what it used.
        os.kill(self._process.pid, how)
        self._process.stdout.read()
        self._process.stdout.close()
        self._log.close()
        _, status, usage = os.wait4(self._process.pid, 0)
        self._process.returncode = os.waitstatus_to_exitcode(status)
        wall_s = time.perf_counter() - self.began
        return Used(wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


class Usage(Struct, frozen=True):
    """What a process that runs has used of the processors so far, and of memory: now, and at the
    most."""

    cpu_s: float
    resident_bytes: int
    peak_bytes: int


def usage_of(pid: int) -> Usage:
    """As the kernel tells it. Raises `OSError` where there is no such process."""
    folder = Path(f"/proc/{pid}")
    # The name of the program stands in brackets and may hold anything.
    ticks = (folder / "stat").read_text().rpartition(")")[2].split()[11:13]
    status = dict(
        line.split(":", 1) for line in (folder / "status").read_text().splitlines() if ":" in line
    )
    return Usage(
        cpu_s=sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK"),
        resident_bytes=int(status["VmRSS"].split()[0]) * 1024,
        peak_bytes=int(status["VmHWM"].split()[0]) * 1024,
    )


def timed_work(name: str, *arguments: str) -> dict[str, Timing]:
    """One of `tests.bench.work`, with the peak memory of its process."""
    printed, used = _run("tests.bench.work", name, *arguments)
    timings = msgspec.json.decode(printed, type=dict[str, Timing])
    return {
        what: msgspec.structs.replace(timing, peak_bytes=used.peak_bytes)
        for what, timing in timings.items()
    }


def timed_command(events: int, *arguments: str, env: Mapping[str, str] | None = None) -> Timing:
    """The whole process of a `floorwatch` command, from its start to its end. `env` is added to
    this process's own environment."""
    used = _run("floorwatch", *arguments, env=env)[1]
    return Timing(events, used.wall_s, used.cpu_s, used.peak_bytes)


def make_file(module: str, *arguments: str) -> Path:
    """The file that the module makes, or made before."""
    return Path(printed(module, *arguments).decode())


def printed(module: str, *arguments: str, env: Mapping[str, str] | None = None) -> bytes:
    """What a module prints. `env` is added to this process's own environment."""
    return _run(module, *arguments, env=env)[0]


def _run(module: str, *arguments: str, env: Mapping[str, str] | None = None) -> tuple[bytes, Used]:
    """What a module prints, and what its process used. Raises where it fails."""
    command = [sys.executable, "-I", "-S", _LAUNCH, "-m", module, *arguments]
    result = subprocess.run(
        command, cwd=ROOT, capture_output=True, check=False, env={**os.environ, **(env or {})}
    )
    told = result.stderr.decode(errors="replace")
    if result.returncode != 0:
        raise RuntimeError(f"python -m {module} ended with {result.returncode}:\n{told}")
    return result.stdout, msgspec.json.decode(told.splitlines()[-1], type=Used)
