"""Every error a user can meet is one line that says what is wrong, where, and what is allowed."""

from __future__ import annotations

import re
from importlib.metadata import version
from pathlib import Path

import pytest

from dashboard.server import bind
from stream.adapters.registry import ADAPTERS
from tests.commands.conftest import Run, Told

FORMS = "embedded:PATH (a directory) or kafka://HOST:PORT[,HOST:PORT…]"
WINDOWS = "'5m', '15m', '30m', '60m', '240m', 'today', 'all'"
KEYS = "time_zone, service_level, short_abandon_s, target_s, queues"
INSTANT = "expected RFC 3339 with date, T, seconds and an offset, such as 2026-03-02T14:30:00Z"
PLACE = "expected PARTITION/OFFSET, such as 3/75"
WHICH = "say which: PLACE…, --all or --from FILE"
NO_LOG = (
    "there is no log with the topic %s; check the address, or make it with "
    "`floorwatch topics create`"
)
TO_MAKE = "check the address, or make it with `floorwatch topics create`"


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("nope", "nope: no such command; --help lists them"),
        ("compute", "FILE: missing"),
        ("compute events.jsonl --foo", "--foo: no such option"),
        ("compute events.jsonl --at", "--at: needs a value"),
        ("compute events.jsonl --json=yes", "--json: takes no value"),
        ("compute events.jsonl --window 3m", f"--window: '3m' is not one of {WINDOWS}"),
        ("compute events.jsonl --at noon", f"--at: {INSTANT}"),
        ("compute events.jsonl --at 2026-03-02T14:30:00", f"--at: {INSTANT}"),
        ("compute events.jsonl --config directory", "directory: Is a directory"),
        ("compute events.jsonl --config no.yaml", "no.yaml: No such file or directory"),
        (
            "compute events.jsonl --config wrong.yaml",
            f"wrong.yaml:1: colour: unknown key, expected one of {KEYS}",
        ),
        ("import events.jsonl --out x", "--from: missing"),
        (
            "import events.jsonl --from fax --out x",
            f"--from: unknown format, expected one of {', '.join(sorted(ADAPTERS))}",
        ),
        ("record --out x", "--log: missing"),
        (
            "record --log embedded:log --out x --duration 4",
            "--duration: expected a number and a unit, such as 90s, 30m, 4h or 2d",
        ),
        ("record --log embedded:log --out x y", "y: not expected here"),
        ("training -", "FILE: a recording is read twice; standard input cannot be"),
        ("training --scenario gone.yaml", "gone.yaml: No such file or directory"),
        ("training --port 99999", "--port: input should be less than or equal to 65535"),
        ("stream --log pigeon:loft", f"--log: expected {FORMS}"),
        (
            "stream --log embedded:",
            "--log: embedded: needs the path of a directory, such as embedded:./data",
        ),
        (
            "stream --log embedded:log --partitions 0",
            "--partitions: input should be greater than or equal to 1",
        ),
        *(
            (
                f"stream --log embedded:log --metrics-port 0 --metrics-host={host}",
                "--metrics-host: expected an address or a host's name",
            )
            for host in ("", "a..b", "é" * 80, "fe80::1%nowhere")
        ),
        ("simulate", "say where the traffic goes: --out FILE or --log URL"),
        (
            "simulate --out x --log embedded:log",
            "say where the traffic goes: --out FILE or --log URL",
        ),
        (
            "simulate --out x --seed one",
            "--seed: input should be a valid integer, unable to parse string as an integer",
        ),
        ("simulate --out x --scale 0", "--scale: input should be greater than or equal to 0.01"),
        (
            "simulate --out x --speed 2",
            "--speed: only with --log; a file is made as fast as it can be",
        ),
        (
            "simulate --out x --start 0001-01-01T00:00:00Z",
            "--start: expected a year from 1970 to 8999",
        ),
        ("simulate --out x --showing 24:00", "--showing: expected a time of day such as 10:30"),
        ("simulate --out x --scenario directory", "directory: Is a directory"),
        (
            "replay events.jsonl --log embedded:log --speed 1001",
            "--speed: input should be less than or equal to 1000",
        ),
        (
            "replay events.jsonl --log embedded:log --speed nan",
            "--speed: input should be less than or equal to 1000",
        ),
        (
            "replay events.jsonl --log embedded:log --shift-to then",
            "--shift-to: 'then' is not one of 'now'",
        ),
        (
            "replay - --log embedded:log",
            "FILE: a recording is read twice; standard input cannot be",
        ),
        (
            "dashboard --log embedded:log --port 70000",
            "--port: input should be less than or equal to 65535",
        ),
        (
            f"dashboard --log embedded:log --host {'é' * 80}",
            "--host: expected an address or a host's name",
        ),
        ("topics check", "--log: missing"),
        ("topics check --log pigeon:loft", f"--log: expected {FORMS}"),
        (
            "topics create --log embedded:log --partitions many",
            "--partitions: input should be a valid integer, unable to parse string as an integer",
        ),
        ("dead-letters list --log embedded:log --since noon", f"--since: {INSTANT}"),
        (
            "dead-letters list --log embedded:log --limit 0",
            "--limit: input should be greater than or equal to 1",
        ),
        ("dead-letters show --log embedded:log", "PLACE: missing"),
        ("dead-letters show 75 --log embedded:log", f"PLACE: {PLACE}"),
        ("dead-letters redrive 3/75 -3/75 --log embedded:log", "-3: no such option"),
        ("dead-letters redrive 3/x --log embedded:log", f"PLACE: {PLACE}"),
        ("dead-letters redrive --log embedded:log", WHICH),
        ("dead-letters redrive 3/75 --all --log embedded:log", WHICH),
        ("dead-letters redrive --all --from x --log embedded:log", WHICH),
        (
            "dead-letters redrive --all --event x --log embedded:log",
            "--event: only with one PLACE",
        ),
        (
            "dead-letters redrive 3/75 3/76 --event x --log embedded:log",
            "--event: only with one PLACE",
        ),
        ("demo --host=", "--host: expected an address or a host's name"),
    ],
)
def test_misuse_is_one_line_and_ends_with_2(run: Run, command: str, line: str) -> None:
    """The option comes first, so that one sees at once which it was."""
    assert run(*command.split()) == Told(2, "", f"floorwatch: {line}\n")


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("compute no.jsonl", "no.jsonl: cannot be read: No such file or directory"),
        ("compute events.jsonl directory", "directory: is a directory; name the files in it"),
        ("check no.jsonl", "no.jsonl: cannot be read: No such file or directory"),
        (
            "import empty --from anonymous-bank --out x",
            "empty: line 1: expected the header row, 17 tab-separated names from vru+line to server",
        ),
        (
            "simulate --out no/x.jsonl",
            "no/x.jsonl: cannot be written: No such file or directory",
        ),
        ("simulate --out directory", "directory: cannot be written: Is a directory"),
        ("simulate --out /dev/full", "/dev/full: cannot be written: No space left on device"),
        ("record --log embedded:log --out x", f"embedded:log: {NO_LOG % 'contact-events'}"),
        (
            "record --log embedded:events.jsonl --out x",
            f"embedded:events.jsonl: {NO_LOG % 'contact-events'}",
        ),
        ("topics check --log embedded:log", f"embedded:log: there is no log; {TO_MAKE}"),
        ("dead-letters list --log embedded:log", f"embedded:log: {NO_LOG % 'dead-letters'}"),
        ("dead-letters show 3/75 --log embedded:log", f"embedded:log: {NO_LOG % 'dead-letters'}"),
        (
            "dead-letters redrive --all --log embedded:log",
            f"embedded:log: {NO_LOG % 'contact-events'}",
        ),
        (
            "dead-letters redrive 3/75 --event no.json --log embedded:log",
            "no.json: No such file or directory",
        ),
        (
            "dead-letters redrive --from bad.jsonl --log embedded:log",
            "bad.jsonl:1: no letter as `floorwatch dead-letters list --json` prints it",
        ),
        (
            "stream --log embedded:events.jsonl",
            "embedded:events.jsonl: is a file; give a directory for the log",
        ),
        (
            "stream --log embedded:events.jsonl/log",
            "embedded:events.jsonl/log: the directory cannot be made (Not a directory); give one that can be written",
        ),
        ("replay empty --log embedded:log", "empty: no good event to begin with"),
        ("training no.jsonl", "no.jsonl: cannot be read: No such file or directory"),
        ("training empty", "empty: no good event to begin with"),
    ],
)
def test_a_failure_is_one_line_and_ends_with_1(run: Run, command: str, line: str) -> None:
    """What could not be read or written, and why."""
    assert run(*command.split()) == Told(1, "", f"floorwatch: {line}\n")


def test_a_scenario_that_is_not_there_is_told_with_those_that_are(run: Run) -> None:
    """So that nobody has to look them up."""
    code, out, err = run("simulate", "--out", "x", "--scenario", "monday")

    assert (code, out) == (2, "")
    assert re.fullmatch(
        r"floorwatch: monday: no such scenario, expected one of .*weekday.* or a .yaml file\n", err
    )


@pytest.mark.parametrize("command", ["demo", "dashboard --log embedded:log"])
def test_a_taken_port_is_a_failure(run: Run, command: str) -> None:
    """Said before anything is started."""
    with bind("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        told = run(*command.split(), "--port", str(port))

    line = f"cannot listen on 127.0.0.1:{port}: Address already in use; "
    assert told == Told(1, "", f"floorwatch: {line}choose another with --port, or --host\n")


@pytest.mark.parametrize(
    ("host", "port", "line"),
    [
        (
            "127.0.0.1",
            None,
            "127.0.0.1:{}: Address already in use; choose another with --metrics-port",
        ),
        (
            "192.0.2.1",
            0,
            "192.0.2.1:0: Cannot assign requested address; choose another with --metrics-host",
        ),
    ],
)
def test_a_worker_that_cannot_be_listened_to_is_a_failure(
    run: Run, folder: Path, host: str, port: int | None, line: str
) -> None:
    """Said before the log is made, with the option that helps."""
    with bind("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1] if port is None else port
        told = run(
            *("stream", "--log", "embedded:log"),
            *("--metrics-host", host, "--metrics-port", str(port)),
        )

    assert told == Told(1, "", f"floorwatch: cannot listen on {line.format(port)}\n")
    assert not (folder / "log").exists()


def test_what_fails_leaves_no_file_behind(run: Run, folder: Path) -> None:
    """A file appears when it is complete."""
    before = sorted(folder.iterdir())
    run("import", "events.jsonl", "--from", "anonymous-bank", "--out", "x.jsonl")

    assert sorted(folder.iterdir()) == before


def test_the_version_is_told(run: Run) -> None:
    """The installed one."""
    assert run("--version") == Told(0, f"floorwatch {version('floorwatch')}\n", "")


@pytest.mark.parametrize("group", ["", "topics", "dead-letters"])
def test_saying_nothing_gives_the_help(run: Run, group: str) -> None:
    """As misuse, since nothing was done."""
    asked, unasked = run(*group.split(), "--help"), run(*group.split())

    assert (asked.code, asked.err) == (0, "")
    assert (unasked.code, unasked.out, unasked.err) == (2, "", asked.out)


@pytest.mark.parametrize(
    "command",
    [
        "",
        "demo",
        "compute",
        "check",
        "import",
        "record",
        "stream",
        "simulate",
        "replay",
        "dashboard",
        "topics create",
        "topics check",
        "dead-letters list",
        "dead-letters show",
        "dead-letters redrive",
    ],
)
def test_help_fits_80_columns(run: Run, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    """Nothing is cut, and every option says what it is for."""
    monkeypatch.setenv("COLUMNS", "80")
    code, out, err = run(*command.split(), "--help")

    assert (code, err) == (0, "")
    assert max(map(len, out.splitlines())) <= 80
    assert not re.search(r"\w\.\.\.$", out, re.MULTILINE)
    assert not re.search(r"^  --\S+( \S+)?$", out, re.MULTILINE)
