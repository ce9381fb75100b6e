"""The results as a table on the terminal, and as the measured part of docs/performance.md."""

from __future__ import annotations

from typing import Final

from rich.table import Table

from tests.bench.figures import COLUMNS, Results, cells

BEGIN: Final = "<!-- measured: `make bench ARGS=--write` writes what is between these two lines -->"
END: Final = "<!-- measured: end -->"


def table(results: Results) -> Table:
    """The rows, for a terminal."""
    told = Table()
    for number, column in enumerate(COLUMNS):
        told.add_column(column, justify="left" if number in (0, 3) else "right")
    for row in results.rows:
        told.add_row(*cells(row))
    return told


def markdown(results: Results) -> str:
    """Command, machine and rows, for a page."""
    aligned = ["---" if number in (0, 3) else "---:" for number in range(len(COLUMNS))]
    lines = [COLUMNS, aligned, *(cells(row) for row in results.rows)]
    machine = [f"- {name}: {value}" for name, value in results.machine.items()]
    rows = [f"| {' | '.join(line)} |" for line in lines]
    return "\n".join([f"`{results.command}`", "", *machine, "", *rows])


def with_measured(page: str, results: Results) -> str:
    """The page with its measured part replaced. Raises `ValueError` where it has none."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page needs a line {BEGIN} and a line {END}")
    return f"{before}{BEGIN}\n\n{markdown(results)}\n\n{END}{after}"
