"""`floorwatch boards check`, and boards given to a dashboard: a file or a folder of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.boards import EVERY_KIND
from tests.commands.conftest import Run, Told

ONE = "boards: {back: {title: Back, pages: [{tiles: [{kind: clock}]}]}}\n"


def test_a_right_file_is_told_board_by_board(run: Run, folder: Path) -> None:
    """What each has."""
    (folder / "boards.yaml").write_text(EVERY_KIND)

    assert run("boards", "check", "boards.yaml") == Told(
        0,
        "front: 2 pages, 12 tiles, turned every 15 s: Front hall\nlines: 1 pages, 1 tiles: Lines\n",
        "2 boards\n",
    )


def test_a_folder_is_all_its_files(run: Run, folder: Path) -> None:
    """Whose boards have names of their own."""
    (folder / "walls").mkdir()
    (folder / "walls" / "a.yaml").write_text(EVERY_KIND)
    (folder / "walls" / "b.yml").write_text(ONE)
    assert run("boards", "check", "walls").err == "3 boards\n"

    (folder / "walls" / "c.yaml").write_text(ONE)

    assert run("boards", "check", "walls") == Told(
        2, "", "floorwatch: walls/c.yaml: boards.back: set in walls/b.yml already\n"
    )


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("wrong.yaml", None, "wrong.yaml:1: colour: unknown key, expected one of boards"),
        ("none.yaml", "", "none.yaml:1: boards: expected one board at least"),
        ("absent.yaml", None, "absent.yaml: No such file or directory"),
        ("directory", None, "directory: no .yaml file in this folder"),
    ],
)
def test_a_wrong_file_is_misuse(
    run: Run, folder: Path, name: str, text: str | None, says: str
) -> None:
    """One line, for the check and for a dashboard that is given it."""
    if text is not None:
        (folder / name).write_text(text)

    assert run("boards", "check", name) == Told(2, "", f"floorwatch: {says}\n")
    assert run("dashboard", "--log", "embedded:log", "--boards", name) == Told(
        2, "", f"floorwatch: {says}\n"
    )
    assert run("demo", "--boards", name).code == 2
