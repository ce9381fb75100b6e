"""`scenarios`: those that ship listed, one shown, files checked."""

from __future__ import annotations

from pathlib import Path

from simulator import load_scenario, scenario_names
from tests.commands.conftest import Run, Told

MINE = "base: weekday\nname: mine\ntitle: 'Mine [bold]'\nabout: Something else.\n"


def test_all_that_ship_are_listed(run: Run) -> None:
    """Each with its title and what happens, whole, one a line in a pipe."""
    told = run("scenarios", "list")
    rows = told.out.splitlines()[3:]

    assert (told.code, told.err) == (0, "")
    assert [row.split()[0] for row in rows if row.strip()] == scenario_names()
    for name, row in zip(scenario_names(), rows, strict=False):
        assert load_scenario(name).title in row
        assert load_scenario(name).about in row


def test_a_scenario_is_shown(run: Run, folder: Path) -> None:
    """In words, as they stand in the file; what it does not say is no heading."""
    (folder / "mine.yaml").write_text(
        MINE + "notice: ['Calls grow at 10:00', \"Waits \\x1b[2J\"]\nhelps: [Callbacks]\n"
    )
    told = run("scenarios", "show", "mine.yaml")
    (folder / "mine.yaml").write_text(MINE)
    short = run("scenarios", "show", "mine.yaml")

    assert "\n".join(line.rstrip() for line in told.out.splitlines()) == (
        "Mine [bold] (mine)\n\nSomething else.\n\nWhat a supervisor should notice\n"
        "– Calls grow at 10:00\n– Waits \N{REPLACEMENT CHARACTER}[2J\n"
        "\nWhat would help\n– Callbacks"
    )
    assert short == Told(0, "Mine [bold] (mine)\n\nSomething else.\n", "")


def test_a_scenario_is_written_out_whole(run: Run, folder: Path) -> None:
    """As YAML that is a scenario by itself."""
    (folder / "mine.yaml").write_text(MINE + "redial: 0.5\n")
    (folder / "whole.yaml").write_text(run("scenarios", "show", "mine.yaml", "--yaml").out)
    checked = run("scenarios", "check", "whole.yaml")

    assert checked == Told(0, "1 good, 0 bad\n", "")
    assert load_scenario("whole.yaml").redial == 0.5
    assert load_scenario("whole.yaml").teams == load_scenario("weekday").teams


def test_faults_are_told_by_file_line_and_field(run: Run, folder: Path) -> None:
    """All of all files, with what is allowed; and then it ends with 1."""
    (folder / "mine.yaml").write_text(MINE + "redial: 2\nqueues: {snap: {per_day: -1}}\n")
    (folder / "good.yaml").write_text(MINE)
    told = run("scenarios", "check", "mine.yaml", "good.yaml", "wrong.yaml", "none.yaml")

    assert (told.code, told.err) == (1, "")
    assert told.out.splitlines()[:3] == [
        "mine.yaml:5: redial: input should be less than or equal to 1",
        "mine.yaml:6: queues.snap.per_day: input should be greater than or equal to 0",
        "wrong.yaml:1: name: missing",
    ]
    assert any(
        line.startswith("wrong.yaml:1: colour: unknown key") for line in told.out.splitlines()
    )
    assert told.out.splitlines()[-2:] == ["none.yaml: No such file or directory", "1 good, 3 bad"]


def test_what_cannot_be_shown_is_misuse(run: Run) -> None:
    """A name that is not there, with those that are."""
    told = run("scenarios", "show", "monday")

    assert (told.code, told.out) == (2, "")
    assert told.err.startswith("floorwatch: monday: no such scenario, expected one of ")
