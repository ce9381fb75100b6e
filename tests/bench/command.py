"""What the benches' commands share: their options, where a workload is kept, where results go."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import msgspec
from rich.console import Console

from tests.bench.figures import COLUMNS, Results
from tests.bench.page import table
from tests.bench.processes import ROOT, make_workload

PAGE: Final = ROOT / "docs/performance.md"
KEPT: Final = ROOT / ".bench"

notes: Final = Console(stderr=True)


def parser_of(module: str, description: str | None, *, quick: str) -> argparse.ArgumentParser:
    """The options that every bench has; `quick` says what the short form is."""
    parser = argparse.ArgumentParser(prog=f"python -m {module}", description=description)
    parser.add_argument("--quick", action="store_true", help=quick)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all values there")
    parser.add_argument("--write", action="store_true", help=f"rewrite {PAGE.name}")
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
    Console(width=None if sys.stdout.isatty() else 140).print(table(results, columns))
    for name, value in results.machine.items():
        print(f"{name}: {value}")
    if options.json is not None:
        options.json.write_bytes(msgspec.json.format(msgspec.json.encode(results)) + b"\n")
    if options.write:
        page = PAGE.read_text(encoding="utf-8")
        PAGE.write_text(with_measured(page, results), encoding="utf-8")


def workload(events: int, scale: float = 0) -> Path:
    """A file of so many events, made once."""
    KEPT.mkdir(exist_ok=True)
    # The folder ignores itself, so that no check of the repository reads what is in it.
    (KEPT / ".gitignore").write_text("*\n", encoding="utf-8")
    # In a process of its own, so that this one stays small and quick.
    return make_workload(str(KEPT), str(events), str(scale))
