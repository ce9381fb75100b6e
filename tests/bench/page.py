"""The results as a table on the terminal, and as the measured part of docs/performance.md."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.table import Table

from tests.bench.figures import COLUMNS, Results, cells

BEGIN: Final = "<!-- measured: `make bench ARGS=--write` writes what is between these two lines -->"
END: Final = "<!-- measured: end -->"
KAFKA_BEGIN: Final = (
    "<!-- measured over Kafka: `make bench-kafka ARGS=--write` writes what is between these -->"
)
KAFKA_END: Final = "<!-- measured over Kafka: end -->"
KAFKA_COLUMNS: Final = ("what", "median", "min–max", "unit", "× reading")


def table(results: Results, columns: Sequence[str] = COLUMNS) -> Table:
    """The rows, for a terminal."""
    told = Table()
    for number, column in enumerate(columns):
        told.add_column(column, justify="left" if number in (0, 3) else "right")
    for row in results.rows:
        told.add_row(*cells(row)[: len(columns)])
    return told


def markdown(results: Results, columns: Sequence[str] = COLUMNS) -> str:
    """Command, machine and rows, for a page."""
    aligned = ["---" if number in (0, 3) else "---:" for number in range(len(columns))]
    lines = [columns, aligned, *(cells(row)[: len(columns)] for row in results.rows)]
    machine = [f"- {name}: {value}" for name, value in results.machine.items()]
    rows = [f"| {' | '.join(line)} |" for line in lines]
    return "\n".join([f"`{results.command}`", "", *machine, "", *rows])


def with_measured(page: str, results: Results) -> str:
    """The page with its measured part replaced. Raises `ValueError` where it has none."""
    return between(page, BEGIN, END, markdown(results))


def with_measured_over_kafka(page: str, results: Results) -> str:
    """The same for the part about Kafka."""
    return between(page, KAFKA_BEGIN, KAFKA_END, markdown(results, KAFKA_COLUMNS))


def between(page: str, begin: str, end: str, part: str) -> str:
    """The page with what is between two of its lines replaced. Raises `ValueError` where it has
    no such lines."""
    before, begun, rest = page.partition(begin)
    _, ended, after = rest.partition(end)
    if not begun or not ended:
        raise ValueError(f"the page needs a line {begin} and a line {end}")
    return f"{before}{begin}\n\n{part}\n\n{end}{after}"
