"""The results as a table on the terminal, and as the measured parts of docs/performance.md."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from rich.table import Table

from tests.bench.figures import COLUMNS, Family, Report, Results, Row, cells

KAFKA_BEGIN: Final = (
    "<!-- measured over Kafka: `make bench-kafka ARGS=--write` writes what is between these -->"
)
KAFKA_END: Final = "<!-- measured over Kafka: end -->"
KAFKA_COLUMNS: Final = ("what", "median", "min–max", "unit", "× reading")
MACHINE: Final = "machine"
# What may differ between two sections of the page: each tells it by itself.
_OF_A_RUN: Final = ("when", "load before", "commit")
_FAMILY_COLUMNS: Final = (
    "what",
    "median",
    "min–max",
    "unit",
    "× floor",
    "× floor, CPU",
    "peak MiB",
)
_WORDS: Final = (0, 3)


def table(results: Results, columns: Sequence[str] = COLUMNS) -> Table:
    """The rows, for a terminal."""
    told = _empty(columns)
    for row in results.rows:
        told.add_row(*cells(row)[: len(columns)])
    return told


def report_table(report: Report) -> Table:
    """All families in one table, for a terminal."""
    told = _empty(_FAMILY_COLUMNS)
    for family in report.families:
        told.add_section()
        floor = f"; × is to {family.floor}" if family.floor else ""
        told.add_row(f"[bold]{family.title}[/bold] ({family.over}{floor})")
        for row in family.rows:
            told.add_row(*cells(row))
    return told


def goals_table(report: Report) -> Table:
    """The goals of all families, for a terminal."""
    told = Table("goal", "aim", "measured", "")
    for family in report.families:
        for goal in family.goals:
            verdict = "[green]met[/green]" if goal.met else "[red]missed[/red]"
            told.add_row(goal.what, goal.aim, goal.measured, verdict)
    return told


def markdown(results: Results, columns: Sequence[str] = COLUMNS) -> str:
    """Command, machine and rows, for a page."""
    lines = _rows_told(results.rows, columns, range(len(columns)))
    return "\n".join([f"`{results.command}`", "", *_listed(results.machine), "", *lines])


def family_markdown(family: Family, report: Report) -> str:
    """One family for the page: how it was measured, its rows, and its goals."""
    machine = report.machine
    run = ", ".join(f"{name} {machine[name]}" for name in _OF_A_RUN if name in machine)
    parts = [f"`{report.command}`: {run}. Over {family.over}."]
    if family.floor:
        parts[0] += f" × floor is the ratio to *{family.floor}*."
    parts.append("\n".join(_family_rows(family)))
    if family.goals:
        goals = [
            f"| {goal.what} | {goal.aim} | {goal.measured} | {'met' if goal.met else '**missed**'} |"
            for goal in family.goals
        ]
        parts.append(
            "\n".join(["| goal | aim | measured | |", "| --- | ---: | ---: | --- |", *goals])
        )
    return "\n\n".join(parts)


def _family_rows(family: Family) -> list[str]:
    if family.grid is not None:
        grid = family.grid
        aligned = ["---", *["---:"] * (len(grid.columns) - 1)]
        return [f"| {' | '.join(line)} |" for line in (grid.columns, aligned, *grid.lines)]
    columns = range(len(_FAMILY_COLUMNS))
    kept = [number for number in columns if any(cells(row)[number] for row in family.rows)]
    return _rows_told(family.rows, _FAMILY_COLUMNS, kept)


def with_report(page: str, report: Report) -> str:
    """The page with the measured part of each family of the report replaced, and the machine;
    all others stay. Raises `ValueError` where the page has no place for one."""
    lasting = {name: value for name, value in report.machine.items() if name not in _OF_A_RUN}
    page = between(page, *marks(MACHINE), "\n".join(_listed(lasting)))
    for family in report.families:
        page = between(page, *marks(family.name), family_markdown(family, report))
    return page


def marks(name: str) -> tuple[str, str]:
    """The two lines of the page that hold between them what was measured under the name."""
    return (
        f'<!-- measured, {name}: `make bench ARGS="--only {name} --write"` writes this -->'
        if name != MACHINE
        else "<!-- measured, machine: any `make bench ARGS=--write` writes this -->",
        f"<!-- measured, {name}: end -->",
    )


def with_measured_over_kafka(page: str, results: Results) -> str:
    """The page with its part about Kafka replaced. Raises `ValueError` where it has none."""
    return between(page, KAFKA_BEGIN, KAFKA_END, markdown(results, KAFKA_COLUMNS))


def _empty(columns: Sequence[str]) -> Table:
    told = Table()
    for number, column in enumerate(columns):
        told.add_column(column, justify="left" if number in _WORDS else "right")
    return told


def _listed(machine: Mapping[str, str]) -> list[str]:
    return [f"- {name}: {value}" for name, value in machine.items()]


def _rows_told(rows: Sequence[Row], columns: Sequence[str], kept: Sequence[int]) -> list[str]:
    """A table of the page with those of the columns that are kept."""
    aligned = ["---" if number in _WORDS else "---:" for number in kept]
    lines = [[columns[number] for number in kept], aligned]
    lines += [[cells(row)[number] for number in kept] for row in rows]
    return [f"| {' | '.join(line)} |" for line in lines]


def between(page: str, begin: str, end: str, part: str) -> str:
    before, begun, rest = page.partition(begin)
    _, ended, after = rest.partition(end)
    if not begun or not ended:
        raise ValueError(f"the page needs a line {begin} and a line {end}")
    return f"{before}{begin}\n\n{part}\n\n{end}{after}"
