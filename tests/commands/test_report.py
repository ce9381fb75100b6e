"""`floorwatch report`: a shift of a log as a page, a PDF or CSV, and every mistake in one line."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from stream.contract.instants import HOUR_US, format_millis
from tests.commands.conftest import Run
from tests.stream.shifts import SHIFT, Ground, two_hours

BEGIN: Final = format_millis(SHIFT.begin)
END: Final = format_millis(SHIFT.end)


@pytest.fixture
def ground(folder: Path) -> Ground:
    """A log in the folder."""
    ground = two_hours(folder / "log")
    ground.log.close()
    return ground


def test_a_shift_is_written_by_the_files_ending(run: Run, folder: Path, ground: Ground) -> None:
    """As a page, a PDF or CSV that Excel reads; with the names of the floor plan."""
    for name in ("shift.html", "shift.PDF", "shift.csv"):
        told = run(
            "report", "--log", ground.url, "--from", BEGIN, "--to", END, "--out", name,
            "--config", "floor.yaml", "--title", "Centre",
        )  # fmt: skip

        assert (told.code, told.out, told.err) == (0, "", f"{name}: 12 contacts offered\n")
    page = (folder / "shift.html").read_text(encoding="utf-8")
    assert "<h1>Shift of 2026-03-02, 14:00 to 16:00</h1>" in page
    assert "Benefits by the hour" in page
    assert (folder / "shift.PDF").read_bytes().startswith(b"%PDF")
    sheet = (folder / "shift.csv").read_bytes().decode()
    assert sheet.startswith("\ufeffTable,Name,")
    assert "Queues by the hour,Benefits," in sheet


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--to", END, "--out", "a.html"], "--from: missing"),
        (
            ["--from", BEGIN, "--to", END, "--out", "a.doc"],
            "--out: expected a name that ends in .html, .pdf or .csv",
        ),
        (["--from", END, "--to", BEGIN, "--out", "a.html"], "--to: expected a time after --from"),
        (
            ["--from", "2026-03-02T14:00:01Z", "--to", END, "--out", "a.html"],
            "--from, --to: expected whole minutes",
        ),
        (
            ["--from", BEGIN, "--to", "2026-03-04T14:00:00Z", "--out", "a.html"],
            "--to: expected at most 25 hours after --from",
        ),
        (
            ["--from", format_millis(SHIFT.begin + 9000 * 24 * HOUR_US), "--to",
             format_millis(SHIFT.begin + 9000 * 24 * HOUR_US + HOUR_US), "--out", "a.html"],
            "--from: expected a time that is past on the floor",
        ),
        (["--from", "today", "--to", END, "--out", "a.html"], "--from: expected"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_in_one_line(
    run: Run, ground: Ground, options: list[str], said: str
) -> None:
    """With the option that it is in, and nothing is written."""
    told = run("report", "--log", ground.url, *options)

    assert told.code == 2
    assert told.err.startswith(f"floorwatch: {said}")
    assert told.err.count("\n") == 1


def test_a_log_that_is_not_there_is_told_and_not_made(run: Run, folder: Path) -> None:
    """A mistyped address is no quiet floor."""
    told = run(
        "report", "--log", "embedded:elsewhere", "--from", BEGIN, "--to", END, "--out", "a.html"
    )

    assert told.code == 1
    assert "there is no log with the topic" in told.err
    assert not (folder / "elsewhere").exists()
