"""`make bench-alert-floors`: how often the whole set of rules that ships fires where nothing is
wrong.

Queues on target are simulated as alert_floor.py says, and judged by the rules as a recording is.
The same seed gives the same figures.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Final

from stream.alerts.rule_file import default_rules
from tests.bench.alert_floor import Asked, Judged, judged, together
from tests.bench.command import ALERTS_PAGE, command_of, parser_of, tell_alerts
from tests.bench.figures import Family, Goal, Grid, Report
from tests.bench.machine import machine

TARGET: Final = "bench-alert-floors"

# Where what fired of all queues together stands.
FLOOR: Final = 0.0

AIM_ALL: Final = 0.5
AIM_SURGES: Final = 0.05

FULL: Final = tuple(Asked(3, (40.0, 100.0, 400.0), 9, seed=seed) for seed in range(1, 6))
QUICK: Final = (Asked(1, (40.0, 100.0), 2),)


def main(arguments: Sequence[str]) -> None:
    """Run the bench as the command line asks."""
    options = _options(arguments)
    told = machine()
    with ProcessPoolExecutor(options.cores) as pool:
        runs = list(pool.map(judged, QUICK if options.quick else FULL))
    by_size = {size: together([run[size] for run in runs]) for size in runs[0]}
    family = floors_family(by_size)
    report = Report(command_of(TARGET, arguments, options), told, (family,))
    tell_alerts(report, options, TARGET, "floors")


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = parser_of(
        "tests.bench.alert_floors", __doc__, quick="a few seconds, much rougher", page=ALERTS_PAGE
    )
    parser.add_argument("--cores", type=int, default=1, metavar="N", help="so many at once")
    return parser.parse_args(arguments)


def floors_family(by_size: Mapping[float, Judged]) -> Family:
    """What fired at each size, over all, and of the floor that the queues are on."""
    whole, sizes = by_size[FLOOR], {size: told for size, told in by_size.items() if size != FLOOR}
    every = together(list(sizes.values()))
    columns = [*sizes.values(), every, whole]
    rules = [name for name, rule in default_rules().rules.items() if rule.enabled]
    lines = [
        (name, *(f"{told.a_day(name):.3f}" for told in columns))
        for name in rules
        if any(told.a_day(name) for told in columns)
    ]
    never = [name for name in rules if not every.a_day(name) + whole.a_day(name)]
    return Family(
        "floors",
        "Floors on target",
        f"{every.queue_days} days of 12 measured hours of one queue, judged once a minute; "
        f"never: {', '.join(never) or 'none'}",
        (),
        goals=(
            _goal("firings a day of a queue on target, all rules", every.all_a_day, AIM_ALL),
            _goal("surges a day of a queue", every.surges_a_day, AIM_SURGES),
            _goal("surges a day of the floor", whole.surges_a_day, AIM_SURGES),
        ),
        grid=Grid(
            ("fired a day; contacts an hour", *(f"{size:g}" for size in sizes), "all", "floor"),
            (
                *lines,
                ("**all rules**", *(f"{told.all_a_day:.3f}" for told in columns)),
                ("surges", *(f"{told.surges_a_day:.3f}" for told in columns)),
                ("answered in target", *(f"{100 * told.service_level:.0f} %" for told in columns)),
            ),
        ),
    )


def _goal(what: str, measured: float, aim: float) -> Goal:
    return Goal(what, f"≤ {aim}", f"{measured:.3f}", measured <= aim)


if __name__ == "__main__":
    main(sys.argv[1:])
