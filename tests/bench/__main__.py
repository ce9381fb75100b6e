"""`make bench`: measure, show the table, and on request write JSON and docs/performance.md."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from tests.bench import (
    browser,
    compute,
    crowds,
    delay,
    frames,
    huge,
    memory,
    simulating,
    starts,
    storage,
    week,
    windows,
)
from tests.bench.command import command_of, notes, parser_of, tell_report
from tests.bench.figures import Family, Report
from tests.bench.machine import machine

# Each takes whether it is to be quick. In the order of the page.
SECTIONS: Final[Mapping[str, Callable[[bool], Family]]] = {
    "compute": lambda quick: compute.measure(compute.QUICK if quick else compute.FULL),
    "log": lambda quick: storage.measure(storage.QUICK if quick else storage.FULL),
    "simulate": lambda quick: simulating.measure(simulating.QUICK if quick else simulating.FULL),
    "starts": lambda quick: starts.measure(starts.QUICK if quick else starts.FULL),
    "frames": lambda quick: frames.measure(frames.QUICK if quick else frames.FULL),
    "windows": lambda quick: windows.measure(windows.QUICK if quick else windows.FULL),
    "delay": lambda quick: delay.measure(delay.QUICK if quick else delay.FULL),
    "viewers": lambda quick: crowds.measure(crowds.QUICK if quick else crowds.FULL),
    "browser": lambda quick: browser.measure(browser.QUICK if quick else browser.FULL),
    "memory": lambda quick: memory.measure(memory.QUICK if quick else memory.FULL),
    "week": lambda quick: week.measure(week.QUICK if quick else week.FULL),
    "huge": lambda quick: huge.measure(huge.QUICK if quick else huge.FULL),
}
# Only where asked for: each takes as long as all the others, or needs a browser.
_APART: Final = ("viewers", "browser", "week", "huge")


def main(arguments: Sequence[str]) -> None:
    """Run the bench as the command line asks."""
    options = _options(arguments)
    # Read before the work, whose own load would be told otherwise.
    told = machine()
    families = []
    for name in options.only:
        notes.print(f"[bold]{name}[/bold]")
        families.append(SECTIONS[name](options.quick))
    command = command_of("bench", arguments, options)
    tell_report(Report(command, told, tuple(families)), options)


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = parser_of("tests.bench", __doc__, quick="some minutes, rougher")
    usual = [name for name in SECTIONS if name not in _APART]
    parser.add_argument(
        "--only",
        type=_names,
        default=usual,
        metavar="NAME[,NAME…]",
        help=f"these sections alone, of {', '.join(SECTIONS)}",
    )
    parser.add_argument("--week", action="store_true", help="memory over a simulated week as well")
    parser.add_argument("--huge", action="store_true", help="25 million events as well")
    options = parser.parse_args(arguments)
    asked = [name for name in _APART if getattr(options, name, False) and name not in options.only]
    options.only = [*options.only, *asked]
    return options


def _names(text: str) -> list[str]:
    names = text.split(",")
    for name in names:
        if name not in SECTIONS:
            raise argparse.ArgumentTypeError(f"no section {name}; there are {', '.join(SECTIONS)}")
    return names


if __name__ == "__main__":
    main(sys.argv[1:])
