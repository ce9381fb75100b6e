"""A folder of files to run commands in, and the command in this process or one of its own."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, NamedTuple

import pytest

import floorwatch
from tests.builders import abandoned, answered, queued, state

EVENTS = (
    state("a1", 0, "available"),
    queued("c1", 5),
    answered("c1", 12),
    queued("c2", 20.25),
    abandoned("c2", 50.5),
)


class Told(NamedTuple):
    """What a command ended with, and said."""

    code: int
    out: str
    err: str


Run = Callable[..., Told]
Start = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that commands run in, with good files and every kind of bad one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "events.jsonl").write_bytes(b"".join(line + b"\n" for line in EVENTS))
    (tmp_path / "bad.jsonl").write_bytes(b"x\n\n{}\n" + EVENTS[0] + b"\n")
    (tmp_path / "only-bad.jsonl").write_bytes(b"x\n")
    (tmp_path / "junk").write_bytes(bytes(range(256)) * 40)
    (tmp_path / "empty").touch()
    (tmp_path / "directory").mkdir()
    (tmp_path / "floor.yaml").write_text("queues:\n  benefits: {name: Benefits}\n")
    (tmp_path / "wrong.yaml").write_text("colour: red\n")
    return tmp_path


@pytest.fixture
def run(folder: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs the command in this process."""

    def run_it(*arguments: str) -> Told:
        code = floorwatch.main(arguments)
        return Told(code, *capsys.readouterr())

    return run_it


@pytest.fixture
def start(folder: Path) -> Iterator[Start]:
    """Starts the command in a process of its own, which ends with the test."""
    started: list[subprocess.Popen[str]] = []

    def start_it(
        *arguments: str,
        stdout: int | IO[str] = subprocess.PIPE,
        stderr: int | IO[str] = subprocess.PIPE,
        **environ: str,
    ) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "floorwatch", *arguments]
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=stdout,
            stderr=stderr,
            text=True,
            env={"PATH": "", "TMPDIR": str(folder / "directory"), **environ},
        )
        started.append(process)
        return process

    yield start_it
    for process in started:
        process.kill()
        process.communicate()
