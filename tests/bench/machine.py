"""The machine and the versions that a figure of speed means nothing without."""

from __future__ import annotations

import os
import platform
import re
import sqlite3
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Final

from stream.contract.instants import format_millis
from tests.bench.clock import now_us
from tests.bench.processes import ROOT

_LIBRARIES: Final = ("msgspec", "numpy", "fastapi", "uvicorn", "dash")


def machine() -> dict[str, str]:
    """What was measured on, when, and how busy it was beside."""
    cores = len(os.sched_getaffinity(0))
    return {
        "when": format_millis(now_us())[:16] + "Z",
        "processor": f"{cores} cores of {_found('/proc/cpuinfo', 'model name') or 'unknown make'}",
        "memory": _memory(),
        "kernel": f"{platform.system()} {platform.release()}",
        "commit": _commit(),
        "load before": "{:.1f}, {:.1f}, {:.1f} (1, 5, 15 min)".format(*os.getloadavg()),
        "Python": f"{platform.python_implementation()} {platform.python_version()}",
        "versions": ", ".join(
            [
                *(f"{name} {version(name)}" for name in _LIBRARIES),
                f"SQLite {sqlite3.sqlite_version}",
            ]
        ),
    }


def _commit() -> str:
    """The commit that is measured, and whether anything differs from it."""
    told = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, check=False
    )
    return told.stdout.decode().strip() or "unknown"


def _memory() -> str:
    kibibytes = (_found("/proc/meminfo", "MemTotal") or "0").split()[0]
    return f"{int(kibibytes) / 1024 / 1024:.0f} GiB"


def _found(file: str, name: str) -> str | None:
    try:
        text = Path(file).read_text(encoding="utf-8")
    except OSError:
        return None
    match = re.search(rf"^{name}\s*:\s*(.*)$", text, re.MULTILINE)
    return match[1] if match else None
