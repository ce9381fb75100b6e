"""`replay` with its keys, looped and in part, and `record` of a stretch that is past."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final

import pytest

from stream.contract.clock import FloorClock, decode_clock
from stream.contract.codec import decode
from stream.contract.instants import SECOND_US
from stream.logs.files import LineWriter
from stream.logs.topics import FLOOR_CLOCK
from tests.builders import BASE_US, millis, queued
from tests.commands.conftest import EVENTS, Run, Start, Told
from tests.commands.test_traffic import held

PLAYED: Final = ("replay", "events.jsonl", "--log", "embedded:log", "--speed", "1000")
SPAN: Final = "from 2026-03-02T14:00:00.000Z to 2026-03-02T14:00:50.500Z"


def seconds(folder: Path) -> list[float]:
    """When the log's events were, in seconds after the recording's first."""
    return sorted((decode(one.value or b"").time - BASE_US) / SECOND_US for one in held(folder))


def test_a_part_of_a_recording_is_played(run: Run, folder: Path) -> None:
    """What was before it is there at once; what comes after it is left out."""
    told = run(*PLAYED, "--from", millis(12), "--to", millis(21))

    assert told.code == 0
    assert seconds(folder) == [0, 5, 12, 20.25]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--to", millis(60)], f"--to: expected a time in the recording, {SPAN}"),
        (["--from", millis(-1)], f"--from: expected a time in the recording, {SPAN}"),
        (
            ["--from", millis(30), "--to", millis(20)],
            "--to: expected a time after what is played begins",
        ),
        (
            ["--from", millis(30), "--to", millis(30), "--loop"],
            "--to: expected a time after what is played begins",
        ),
    ],
)
def test_a_part_that_is_none_is_told(run: Run, options: list[str], said: str) -> None:
    """Before anything is played."""
    assert run(*PLAYED, *options) == Told(2, "", f"floorwatch: {said}\n")


def test_a_recording_is_looped_until_it_is_ended(start: Start, run: Run, folder: Path) -> None:
    """On new time, with names of its own; and no key is asked for where there is no terminal."""
    playing = start(*PLAYED, "--loop")
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with contextlib.suppress(subprocess.TimeoutExpired):
            playing.wait(0.2)
        if (folder / "log").exists() and len(seconds(folder)) > 5 * len(EVENTS):
            break
    playing.terminate()
    _, said = playing.communicate(timeout=20)
    subjects = {decode(one.value or b"").subject for one in held(folder)}

    assert (playing.returncode, said.count("\n"), "\r" in said) == (0, 1, False)
    assert {"c1", "c1~2", "c1~3", "c2", "c2~2", "c2~3", "a1"} <= subjects
    kept = ["--from-start", "--duration", "0.2s", "--out", "kept.jsonl"]
    run("record", "--log", "embedded:log", *kept)
    computed = json.loads(run("compute", "kept.jsonl", "--window", "all", "--json").out)
    assert computed["health"]["duplicates"] == computed["health"]["rejected"] == 0


def test_a_stretch_that_is_past_is_recorded(run: Run, folder: Path) -> None:
    """By the events' times, from what the log holds; and it ends by itself."""
    run(*PLAYED)
    told = run(
        "record", "--log", "embedded:log", "--out", "part.jsonl.zst",
        "--from", millis(5), "--to", millis(20.25),
    )  # fmt: skip
    whole = run("record", "--log", "embedded:log", "--out", "to.jsonl", "--to", millis(50.6))
    nothing = run("record", "--log", "embedded:log", "--out", "x", "--to", "2026-03-01T00:00:00Z")
    wrong = run(
        "record", "--log", "embedded:log", "--out", "x", "--from", millis(5), "--to", millis(5)
    )

    assert told == Told(0, "", "2 events in part.jsonl.zst\n")
    assert run("check", "part.jsonl.zst").out == "2 good, 0 bad\n"
    assert whole == Told(0, "", "5 events in to.jsonl\n")
    assert (folder / "to.jsonl").read_bytes() == (folder / "events.jsonl").read_bytes()
    assert nothing == Told(0, "", "0 events in x\n")
    assert wrong == Told(2, "", "floorwatch: --to: expected a time after --from\n")


def test_of_a_cut_file_what_was_read_counts(run: Run, folder: Path) -> None:
    """It is told beside the one line about the rest."""
    with LineWriter(folder / "many.jsonl.zst") as writer:
        for nth in range(40_000):
            writer.write(queued(f"c{nth}", nth / 100))
    packed = (folder / "many.jsonl.zst").read_bytes()
    (folder / "cut.jsonl.zst").write_bytes(packed[: len(packed) // 2])
    told = run("check", "cut.jsonl.zst")

    assert told.code == 1
    assert (
        told.err == "floorwatch: cut.jsonl.zst: ends in the middle of its zstd data; get it again\n"
    )
    assert 10_000 < int(told.out.split(" good")[0].replace(",", "")) < 30_000


@pytest.mark.parametrize("damage", ["cut", "damaged"])
def test_a_compressed_recording_that_is_no_more_whole_is_told(
    run: Run, folder: Path, damage: str
) -> None:
    """In one line, wherever recordings are read."""
    with LineWriter(folder / "many.jsonl.zst") as writer:
        for nth in range(3_000):
            writer.write(queued(f"c{nth}", nth))
    packed = bytearray((folder / "many.jsonl.zst").read_bytes())
    if damage == "cut":
        packed = packed[: len(packed) // 2]
        said = "floorwatch: many.jsonl.zst: ends in the middle of its zstd data; get it again\n"
    else:
        packed[len(packed) // 2 :] = bytes(len(packed) - len(packed) // 2)
        said = "floorwatch: many.jsonl.zst: damaged, or not zstd"
    (folder / "many.jsonl.zst").write_bytes(packed)
    for command in (
        ("compute", "many.jsonl.zst"),
        ("check", "many.jsonl.zst"),
        ("replay", "many.jsonl.zst", "--log", "embedded:other"),
        ("import", "many.jsonl.zst", "--from", "anonymous-bank", "--out", "x"),
    ):
        told = run(*command)

        assert (told.code, told.err.count("\n")) == (1, 1), command
        assert told.err.startswith(said) or command[0] == "import", command


class Terminal:
    """A replay at a terminal of its own, and a person at it."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        self._there, here = pty.openpty()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "floorwatch", *arguments],
            cwd=folder, stdin=here, stdout=here, stderr=here, env={"PATH": "", "TERM": "xterm"},
        )  # fmt: skip
        os.close(here)
        os.set_blocking(self._there, False)
        self.shown = ""

    def press(self, keys: str) -> None:
        """Press keys."""
        os.write(self._there, keys.encode())

    def until(self, words: str) -> None:
        """Read what is shown until there is a line with these words."""
        deadline, begin = time.monotonic() + 30, len(self.shown)
        while words not in self.shown[begin:]:
            assert time.monotonic() < deadline, f"no {words!r} in {self.shown[begin:]!r}"
            self._read()

    def end(self) -> int:
        """Wait for the end; gives the exit code."""
        deadline = time.monotonic() + 30
        while self._process.poll() is None and time.monotonic() < deadline:
            self._read()
        self._read()
        self._process.kill()
        os.close(self._there)
        return self._process.wait()

    def _read(self) -> None:
        select.select([self._there], [], [], 0.1)
        try:
            self.shown += os.read(self._there, 65_536).decode("utf-8", "replace")
        except (BlockingIOError, OSError):
            return


def test_keys_pause_seek_and_change_the_speed(folder: Path) -> None:
    """At a real terminal; the floor's clock in the log turns with them, for everybody."""
    terminal = Terminal(folder, "replay", "events.jsonl", "--log", "embedded:log", "--speed", "0.5")
    terminal.until(" · 0.5× · ")
    terminal.press(" ")
    terminal.until(" · paused · ")
    terminal.press("\x1b[A")
    terminal.press(" ")
    terminal.until(" · 1× · ")
    terminal.press("14:00:50\r")
    terminal.until("2026-03-02 14:00:50Z")
    code = terminal.end()

    assert code == 0, terminal.shown
    assert "5 events played, from 2026-03-02T14:00:00.000Z to 2026-03-02T14:00:50.500Z" in (
        terminal.shown
    )
    assert seconds(folder) == [0, 5, 12, 20.25, 50.5]
    clocks: list[FloorClock] = [decode_clock(one.value or b"") for one in held(folder, FLOOR_CLOCK)]
    assert [line.speed for line in clocks[-1].before] == [0.5, 0.0, 1.0]
    for record in held(folder):
        event: Any = decode(record.value or b"")
        assert event.time <= clocks[-1].at(record.appended_at)
