"""`topics`: made once, looked at without making anything."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from stream.logs.database import FILE_NAME
from tests.commands.conftest import Run, Start, Told

LISTED = """\
topic              partitions  kept
contact-events              2  8 days                  {state}
floor-frames                2  the newest of each key  {state}
floor-checkpoints           2  the newest of each key  {state}
dead-letters                2  30 days                 {state}
alerts                      1  the newest of each key  {state}
alert-actions               1  8 days                  {state}
floor-clock                 1  the newest of each key  {state}
boards                      1  the newest of each key  {state}
"""
TO_MEND = "`floorwatch topics create` mends that"
CREATE = ("topics", "create", "--log", "embedded:log")
CHECK = ("topics", "check", "--log", "embedded:log")


def change(folder: Path, statement: str) -> None:
    """Do to the log what only another program would."""
    with closing(sqlite3.connect(folder / "log" / FILE_NAME)) as connection, connection:
        connection.execute(statement)


def test_topics_are_made_once(run: Run) -> None:
    """With the number of partitions that was asked for; then they are there, whoever asks."""
    made = run(*CREATE, "--partitions", "2")
    again = run(*CREATE)
    asked = run(*CREATE, "--partitions", "2")
    checked = run(*CHECK)

    assert made == Told(0, LISTED.format(state="created"), "")
    assert again == asked == checked == Told(0, LISTED.format(state="there"), "")


def test_a_topic_that_was_lost_is_made_again(run: Run, folder: Path) -> None:
    """And the others are left as they are."""
    run(*CREATE, "--partitions", "2")
    change(folder, "DELETE FROM topics WHERE name = 'alerts'")
    told = run(*CREATE)

    states = {line.split()[0]: line.split()[-1] for line in told.out.splitlines()[1:]}
    assert states.pop("alerts") == "created"
    assert set(states.values()) == {"there"}


def test_partitions_cannot_be_changed(run: Run) -> None:
    """One line says so, and what there is."""
    run(*CREATE, "--partitions", "2")

    line = "topic contact-events has 2 partitions, not 3; ask for 2 or a new directory"
    assert run(*CREATE, "--partitions", "3") == Told(1, "", f"floorwatch: embedded:log: {line}\n")


def test_how_long_is_kept_is_brought_up_to_date(run: Run, folder: Path) -> None:
    """A later version may keep more; `check` says it and `create` mends it."""
    run(*CREATE, "--partitions", "2")
    change(folder, "UPDATE topics SET retention_us = 86400000000 WHERE name = 'dead-letters'")
    wrong = run(*CHECK)
    mended = run(*CREATE)

    assert wrong == Told(
        1,
        "",
        f"floorwatch: embedded:log: topic dead-letters is kept 1 day, not 30 days; {TO_MEND}\n",
    )
    (line,) = (line for line in mended.out.splitlines() if line.startswith("dead-letters"))
    assert line.split() == ["dead-letters", "2", "30", "days", "there,", "was", "kept", "1", "day"]
    assert run(*CHECK) == Told(0, LISTED.format(state="there"), "")


def test_a_check_names_all_that_is_missing_or_wrong(run: Run, folder: Path) -> None:
    """A line each, and mends nothing of it."""
    run(*CREATE, "--partitions", "2")
    change(folder, "DELETE FROM topics WHERE name = 'floor-clock'")
    change(folder, "UPDATE topics SET compacted = 0 WHERE name = 'alerts'")
    change(folder, "UPDATE topics SET retention_us = 43200000000 WHERE name = 'contact-events'")
    frames = "SELECT id FROM topics WHERE name = 'floor-frames'"
    change(folder, f"DELETE FROM partitions WHERE partition = 1 AND topic = ({frames})")
    told = run(*CHECK)

    assert (told.code, told.out) == (1, "")
    assert told.err.splitlines() == [
        f"floorwatch: embedded:log: {line}"
        for line in (
            f"topic contact-events is kept 0.5 days, not 8 days; {TO_MEND}",
            "topic floor-frames has 1 partitions, not 2; ask for 1 or a new directory",
            "topic alerts is kept by age, and that cannot be changed; use a new directory",
            "no topic floor-clock; `floorwatch topics create` makes it",
        )
    ]
    assert run(*CHECK) == told


@pytest.mark.parametrize(
    "command",
    [
        CHECK,
        ("dead-letters", "list", "--log", "embedded:log"),
        ("dead-letters", "show", "0/0", "--log", "embedded:log"),
        ("dead-letters", "redrive", "--all", "--log", "embedded:log"),
        ("record", "--log", "embedded:log", "--out", "x", "--duration", "0.1s"),
    ],
    ids=" ".join,
)
def test_who_only_reads_makes_nothing(run: Run, folder: Path, command: tuple[str, ...]) -> None:
    """No log where there is none, and no topic where there is a log."""
    before = sorted(folder.rglob("*"))
    nowhere = run(*command)
    after = sorted(folder.rglob("*"))
    run(*CREATE)
    change(folder, "DELETE FROM topics WHERE name IN ('dead-letters', 'contact-events')")
    told = run(*command)
    names = {line.split()[0]: line.split()[-1] for line in run(*CREATE).out.splitlines()[1:]}

    assert (nowhere.code, before) == (1, after)
    assert nowhere.err.startswith("floorwatch: embedded:log: there is no log")
    assert told.code == 1
    assert all("the topic" in line or "no topic" in line for line in told.err.splitlines())
    assert {name for name, state in names.items() if state == "created"} == {
        "contact-events",
        "dead-letters",
    }


def test_two_may_make_them_at_once(start: Start) -> None:
    """Services that start together do: each topic is made, by one or the other."""
    processes = [start(*CREATE, "--partitions", "2") for _ in range(2)]
    told = [process.communicate(timeout=20) for process in processes]

    assert [
        (process.returncode, err) for process, (_, err) in zip(processes, told, strict=True)
    ] == [
        (0, ""),
        (0, ""),
    ]
