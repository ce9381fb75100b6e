"""The bench's pieces on a thousand events: that they work, never how fast."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench import work
from tests.bench.figures import (
    FLOOR,
    Family,
    Goal,
    Grid,
    Line,
    Report,
    Results,
    Row,
    Timing,
    cells,
    goal_at_least,
    goal_below,
    line_through,
    quantile,
    throughput_rows,
)
from tests.bench.page import (
    KAFKA_BEGIN,
    KAFKA_END,
    MACHINE,
    family_markdown,
    marks,
    with_measured_over_kafka,
    with_report,
)
from tests.bench.workload import HISTORY_US, events_file, items_of

# A small floor's first moment alone is some 350.
EVENTS = 1_000


def test_every_throughput_becomes_a_row(tmp_path: Path) -> None:
    """A small workload goes through all the work that is timed."""
    file = events_file(tmp_path, EVENTS)
    timings = (
        work.typed_decode(file)
        | work.reading(file)
        | work.codec_decoder(file)
        | work.codec_decode(file)
        | work.file_reading(file)
        | work.bare_append(file, str(EVENTS), str(tmp_path / "bare.db"))
        | work.live(file, str(EVENTS), str(tmp_path / "log"))
    )
    rows = throughput_rows([timings, timings])

    assert {timing.events for timing in timings.values()} == {EVENTS}
    assert rows[0].name == FLOOR
    assert rows[0].ratios == (1.0, 1.0)
    assert [row.name for row in rows] == list(timings)


def test_a_section_rewrites_its_own_part_of_the_page() -> None:
    """What was not measured this time stays as it was measured before."""
    family = Family("one", "One", "a thousand events", (Row("new", "s", (2.0,)),))
    report = Report("the command", {"when": "today", "Python": "3"}, (family,))
    page = "".join(f"{b}\nold {n}\n{e}\n" for n in (MACHINE, "one", "two") for b, e in (marks(n),))

    told = with_report(page, report)

    assert "| new | 2 | s |" in told
    assert "`the command`: when today. Over a thousand events." in told
    assert "- Python: 3" in told
    assert ("old one" in told, "old two" in told) == (False, True)
    assert with_report(told, report) == told


def test_a_page_without_a_place_for_a_section_is_refused() -> None:
    """Nothing that was measured is lost without a word."""
    family = Family("three", "Three", "nothing", ())
    page = "".join(marks(MACHINE))

    with pytest.raises(ValueError, match="measured, three"):
        with_report(page, Report("the command", {}, (family,)))


def test_a_grid_and_goals_are_told_on_the_page() -> None:
    """Columns that no row fills are left out, and a goal is met or missed."""
    goals = (goal_at_least("ratio", 0.5, 0.4, "× decode"), goal_below("delay", 250, 20, "ms"))
    grid = Grid(("what", "a", "b"), (("x", "1", "2"),))
    plain = Family("n", "N", "o", (Row("r", "s", (1.0,)),), goals=goals)
    gridded = Family("n", "N", "o", (Row("r", "s", (1.0,)),), grid=grid)
    report = Report("c", {}, ())

    told = family_markdown(plain, report)

    assert "| what | median | unit |" in told
    assert "| ratio | ≥ 0.5 × decode | 0.4 × decode | **missed** |" in told
    assert "| delay | < 250 ms | 20 ms | met |" in told
    assert "| what | a | b |\n| --- | ---: | ---: |\n| x | 1 | 2 |" in family_markdown(
        gridded, report
    )
    assert goals == (
        Goal("ratio", "≥ 0.5 × decode", "0.4 × decode", False),
        Goal("delay", "< 250 ms", "20 ms", True),
    )


def test_a_line_is_laid_through_three_sizes() -> None:
    """Least squares: exact where there is a line, and as far off as it is where there is none."""
    assert line_through([(1, 3), (2, 5), (4, 9)]) == Line(2.0, 1.0, 0.0)
    assert line_through([(0, 0), (1, 3), (2, 0)]) == Line(0.0, 1.0, 2.0)


def test_what_was_measured_over_kafka_has_a_place_of_its_own() -> None:
    """Each command rewrites its own part of the page, and compares with its own floor."""
    timings = {"reading": Timing(100, 1.0, 1.0), "worker": Timing(100, 4.0, 0.0)}
    rows = throughput_rows([timings], "reading")
    page = f"mine\n{KAFKA_BEGIN}\nold\n{KAFKA_END}\n"

    told = with_measured_over_kafka(page, Results("the command", {}, tuple(rows)))

    assert "| worker | 25 |  | events/s | 0.250 |" in told
    assert "mine" in told
    assert "old" not in told


def test_the_workload_lasts_as_long_as_asked(tmp_path: Path) -> None:
    """Squeezed or stretched, the events keep their order and their number."""
    items = items_of(events_file(tmp_path, EVENTS), EVENTS, 60_000_000)
    times = [item.time for item in items]

    assert len(times) == EVENTS
    assert times == sorted(times)
    assert times[-1] - times[0] == 60_000_000
    assert HISTORY_US > 60_000_000


def test_a_row_is_told_as_its_median_and_its_spread() -> None:
    """Three rounds, one line."""
    row = Row("decode", "events/s", (1_234_567.0, 900_000.0, 2_000_000.0), (0.5, 0.25, 1.0))

    assert cells(row) == (
        "decode",
        "1,234,600",
        "900,000–2,000,000",
        "events/s",
        "0.500",
        *[""] * 4,
    )
    assert [quantile(range(1, 101), share) for share in (0.5, 0.99, 1)] == [50, 99, 100]
