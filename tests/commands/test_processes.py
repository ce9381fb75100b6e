"""The command as a process: its end on a signal, its output that nobody reads, the whole demo."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from dashboard.rights import DEMO_KEY, KEY_VARIABLE
from tests.commands.conftest import Start

SIGNALS = [signal.SIGINT, signal.SIGTERM]
# How soon a service has ended after it was asked to.
ENDS_S = 5
# How soon the demo shows a floor.
SHOWS_S = 20


def first_line(process: subprocess.Popen[str]) -> str:
    """The first line of a process's output."""
    assert process.stdout is not None
    return process.stdout.readline()


def floor(address: str) -> Any:
    """The figures that a dashboard tells, None while it has none."""
    try:
        with urllib.request.urlopen(f"{address}/api/v1/floor", timeout=5) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as problem:
        problem.close()
        return None


@pytest.mark.parametrize("number", SIGNALS)
def test_a_worker_ends_on_a_signal(start: Start, number: signal.Signals) -> None:
    """At once and in order: what asks it to end is no error."""
    process = start("stream", "--log", "embedded:log", stderr=subprocess.STDOUT)
    first = [first_line(process), first_line(process)]
    process.send_signal(number)
    out, _ = process.communicate(timeout=ENDS_S)
    told = {line["event"]: line for line in map(json.loads, first)}

    assert told.keys() == {"partitions", "evaluating"}
    assert told["partitions"]["held"] == [0, 1, 2, 3]
    assert (process.returncode, out) == (0, "")


def test_the_demo_shows_a_floor_and_leaves_nothing_behind(start: Start, folder: Path) -> None:
    """From the command to an answer within seconds; Ctrl-C, and it is gone."""
    began = time.monotonic()
    process = start("demo", "--port", "0")
    address = first_line(process).split()[3]
    first_line(process)
    offered = 0
    while not offered and time.monotonic() < began + SHOWS_S:
        threading.Event().wait(0.1)
        told = floor(address)
        offered = told["floor"]["counts"]["offered"] if told is not None else 0
    temporary = len(list((folder / "directory").iterdir()))
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=ENDS_S)

    assert offered > 0
    assert temporary == 1
    assert (process.returncode, out, err) == (0, "Floorwatch has ended.\n", "")
    assert list((folder / "directory").iterdir()) == []
    with pytest.raises(urllib.error.URLError):
        floor(address)


def comments(address: str, key: str) -> int:
    """What is answered to who asks for comments by that key."""
    asked = urllib.request.Request(
        f"{address}/api/v1/experience/comments", headers={"Authorization": f"Bearer {key}"}
    )
    try:
        with urllib.request.urlopen(asked, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as problem:
        problem.close()
        return problem.code


def test_the_demo_tells_the_key_of_its_comments(start: Start) -> None:
    """They are made up, so that who tries it sees them; another key shows none."""
    process = start("demo", "--port", "0")
    address = first_line(process).split()[3]
    told = first_line(process)
    key = told.split()[-1]

    assert told == f"Customers' comments, made up: {address}/experience with key {key}\n"
    assert (comments(address, key), comments(address, "another-key-of-it")) == (200, 401)


def test_only_the_demo_has_a_key_that_nobody_set(start: Start) -> None:
    """Comments of other floors are shown to nobody, and a key that is set is the only one."""
    for command in (("dashboard", "--log", "embedded:log"), ("training",)):
        address = first_line(start(*command, "--port", "0")).split()[3]
        assert comments(address, DEMO_KEY) == 403
    process = start("demo", "--port", "0", **{KEY_VARIABLE: "a-key-of-my-own"})
    address = first_line(process).split()[3]
    assert (comments(address, DEMO_KEY), comments(address, "a-key-of-my-own")) == (401, 200)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=ENDS_S)
    assert out == "Floorwatch has ended.\n"


def test_a_demo_that_is_ended_while_it_starts_leaves_nothing_behind(
    start: Start, folder: Path
) -> None:
    """The address is told before the server listens to signals."""
    process = start("demo", "--port", "0")
    first_line(process)
    first_line(process)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=ENDS_S)

    assert (process.returncode, out, err) == (0, "Floorwatch has ended.\n", "")
    assert list((folder / "directory").iterdir()) == []


def test_reading_is_interrupted_without_a_word(start: Start, folder: Path) -> None:
    """The exit code is what a shell makes of Ctrl-C."""
    os.mkfifo(folder / "slow")
    process = start("check", "slow")
    with (folder / "slow").open("wb"):
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=ENDS_S)

    assert (process.returncode, out, err) == (130, "", "")


@pytest.mark.parametrize(
    "command",
    [
        ("check", "bad.jsonl"),
        ("compute", "events.jsonl"),
        ("simulate", "--duration", "5m", "--out", "-"),
    ],
    ids=lambda command: command[0],
)
def test_a_reader_that_went_away_is_no_error_to_speak_of(
    start: Start, command: tuple[str, ...]
) -> None:
    """As when the output goes to `head`."""
    process = start(*command)
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None

    assert (process.stderr.read(), process.wait(ENDS_S)) == ("", 1)


def test_output_that_cannot_be_written_is_said(start: Start) -> None:
    """A disk may be full."""
    with Path("/dev/full").open("w") as full:
        process = start("compute", "events.jsonl", "--json", stdout=full)
        _, err = process.communicate(timeout=20)

    assert (process.returncode, err) == (1, "floorwatch: output: No space left on device\n")


def test_closed_streams_are_no_fault(folder: Path) -> None:
    """A service may be started without any."""
    command = f"exec {sys.executable} -m floorwatch check - <&- >&- 2>&-"
    ended = subprocess.run(["/bin/sh", "-c", command], cwd=folder, timeout=20, check=False)

    assert ended.returncode == 0


def test_long_work_shows_its_progress_on_a_terminal(start: Start) -> None:
    """And takes it away again, so that the figures stand alone."""
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w") as terminal, os.fdopen(ours, "rb", buffering=0) as seen:
        process = start("compute", "events.jsonl", "--json", stderr=terminal)
        out, _ = process.communicate(timeout=20)
        shown = seen.read(10_000)

    assert json.loads(out)["health"]["events"] == 5
    assert b"reading" in shown
    assert b"100%" in shown
