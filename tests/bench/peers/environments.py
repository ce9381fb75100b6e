"""An environment for each peer: what it needs goes with neither ours nor the others'."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Final

from tests.bench.processes import ROOT

PINS: Final = Path(__file__).with_name("pins")
ENVIRONMENTS: Final = ROOT / ".venv-peers"
WITHIN_S: Final = 900.0


class NotInstalled(Exception):
    """A peer could not be installed, and what pip said last. Operator: the bench goes on without
    it and says so."""


def python_of(peer: str) -> Path:
    """The Python that has what the peer's pins name, made where it is not there or they have
    changed; ours, where it has none. Raises `NotInstalled` where pip fails."""
    pins = PINS / f"{peer}.txt"
    if not pins.exists():
        return Path(sys.executable)
    folder = ENVIRONMENTS / peer
    python, installed = folder / "bin/python", folder / ".installed"
    if not installed.exists() or installed.read_bytes() != pins.read_bytes():
        _call([sys.executable, "-m", "venv", str(folder)])
        pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        _call([*pip, "--requirement", str(pins)])
        installed.write_bytes(pins.read_bytes())
    return python


def _call(command: list[str]) -> None:
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=WITHIN_S
        )
    except subprocess.TimeoutExpired as error:
        raise NotInstalled(f"pip does not end within {WITHIN_S:.0f} s") from error
    if done.returncode != 0:
        raise NotInstalled((done.stderr.strip().splitlines() or ["pip said nothing"])[-1])
