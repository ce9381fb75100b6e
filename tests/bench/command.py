"""What the benches' commands share: their options, where a workload is kept, where results go."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct
from rich.console import Console
from rich.table import Table

from tests.bench.figures import COLUMNS, Report, Results
from tests.bench.page import (
    between,
    family_markdown,
    goals_table,
    report_table,
    table,
    with_report,
)
from tests.bench.processes import ROOT, make_file
from tests.bench.sites import Size

PAGE: Final = ROOT / "docs/performance.md"
ALERTS_PAGE: Final = ROOT / "docs/alerts.md"
KEPT: Final = ROOT / ".bench"

notes: Final = Console(stderr=True)


def parser_of(
    module: str, description: str | None, *, quick: str, page: Path = PAGE
) -> argparse.ArgumentParser:
    """The options that every bench has; `quick` says what the short form is, `page` what is
    rewritten."""
    parser = argparse.ArgumentParser(prog=f"python -m {module}", description=description)
    parser.add_argument("--quick", action="store_true", help=quick)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all values there")
    parser.add_argument("--write", action="store_true", help=f"rewrite {page.name}")
    return parser


def command_of(target: str, arguments: Sequence[str], options: argparse.Namespace) -> str:
    """What to run to measure this again; where results were written says nothing about them."""
    where = {"--write", "--json", str(options.json), f"--json={options.json}"}
    kept = " ".join(argument for argument in arguments if argument not in where)
    return f'make {target} ARGS="{kept}"' if kept else f"make {target}"


def tell(
    results: Results,
    options: argparse.Namespace,
    with_measured: Callable[[str, Results], str],
    columns: Sequence[str] = COLUMNS,
) -> None:
    """Show the results, and keep them where the options say so; `with_measured` puts them into
    the page."""
    _show(results.machine, table(results, columns))
    _keep(options, results, lambda page: with_measured(page, results))


def tell_report(report: Report, options: argparse.Namespace) -> None:
    """Show all that was measured, and keep it where the options say so."""
    _show(report.machine, report_table(report), goals_table(report))
    _keep(options, report, lambda page: with_report(page, report))


def tell_alerts(report: Report, options: argparse.Namespace, target: str, name: str) -> None:
    """Show what was measured of alerts, and keep it where the options say so: on the page of alerts
    between the marks of that name, which tell the target that writes there."""
    part = "\n\n".join(family_markdown(family, report) for family in report.families)
    print(part)
    notes.print(goals_table(report))
    begin, end = alert_marks(target, name)
    _keep(options, report, lambda page: between(page, begin, end, part), ALERTS_PAGE)


def alert_marks(target: str, name: str) -> tuple[str, str]:
    """The two lines of the page of alerts that hold what the target measures under the name."""
    return (
        f"<!-- measured, {name}: `make {target} ARGS=--write` writes this -->",
        f"<!-- measured, {name}: end -->",
    )


def _show(machine: Mapping[str, str], *tables: Table) -> None:
    console = Console(width=None if sys.stdout.isatty() else 140)
    for each in tables:
        console.print(each)
    for name, value in machine.items():
        print(f"{name}: {value}")


def _keep(
    options: argparse.Namespace, told: Struct, rewrite: Callable[[str], str], page: Path = PAGE
) -> None:
    if options.json is not None:
        options.json.write_bytes(msgspec.json.format(msgspec.json.encode(told)) + b"\n")
    if options.write:
        page.write_text(rewrite(page.read_text(encoding="utf-8")), encoding="utf-8")


def workload(events: int, scale: float = 0) -> Path:
    """A file of so many events of one weekday, made once."""
    return _made("tests.bench.workload", str(events), str(scale))


def floor_file(size: Size, events: int) -> Path:
    """A file of so many events of a floor of that size, made once."""
    return _made("tests.bench.sites", size.name, str(events))


def day_file(scale: float) -> Path:
    """A file of one simulated weekday of that scale, made once."""
    return _made("tests.bench.week_traffic", str(scale))


def _made(module: str, *arguments: str) -> Path:
    KEPT.mkdir(exist_ok=True)
    # The folder ignores itself, so that no check of the repository reads what is in it.
    (KEPT / ".gitignore").write_text("*\n", encoding="utf-8")
    # In a process of its own, so that this one stays small and quick.
    return make_file(module, str(KEPT), *arguments)
