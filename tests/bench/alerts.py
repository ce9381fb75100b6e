"""`make bench-alerts`: how seldom the alerts' charts are wrong, and how soon they find a surge.

Four hundred days without a surge are simulated at each size, one after the other, by a queue whose
baseline has learned from six weeks before them; from a minute of each day on, what a surge or an
outage of an hour would have made of it is tried apart. The same seed gives the same figures.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Final, NamedTuple

from tests.bench import alert_quality
from tests.bench.alert_quality import FACTORS, OUTAGE, RULES, TRUTH, Asked, Found
from tests.bench.command import ALERTS_PAGE, command_of, parser_of, tell_alerts
from tests.bench.figures import Family, Goal, Grid, Report
from tests.bench.machine import machine

TARGET: Final = "bench-alerts"

# What the project aims at, with 100 contacts an hour.
AIM_SIZE: Final = 100.0
AIM_FALSE: Final = 0.05
AIM_MINUTES: Final = {1.5: 20.0, 2.0: 8.0, 3.0: 4.0}


class Plan(NamedTuple):
    """So many days at each size, and so many queues from nothing for three weeks."""

    days: int
    sizes: tuple[float, ...]
    cold_queues: int


FULL: Final = Plan(400, (40, 100, 200, 400, 1000), 40)
QUICK: Final = Plan(20, (100,), 2)
COLD_DAYS: Final = 22
# In the first week nothing is known of a weekday, in the second one day, in the third two.
COLD_WEEKS: Final = (
    ("first week", 0, 7),
    ("second", 7, 14),
    ("third", 14, 21),
)


def main(arguments: Sequence[str]) -> None:
    """Run the bench as the command line asks."""
    options = _options(arguments)
    plan = QUICK if options.quick else FULL
    told = machine()
    with ProcessPoolExecutor(options.cores) as pool:
        founds = pool.map(alert_quality.measure, [Asked(plan.days, size) for size in plan.sizes])
        cold_asked = Asked(COLD_DAYS, AIM_SIZE)
        cold = pool.submit(alert_quality.cold_start, cold_asked, plan.cold_queues)
        week = pool.submit(alert_quality.first_week, cold_asked, plan.cold_queues)
        asked = Asked(plan.days, AIM_SIZE)
        best = pool.map(alert_quality.with_the_truth, [asked] * len(TRUTH), TRUTH)
        by_size = dict(zip(plan.sizes, founds, strict=True))
        truth = dict(zip(TRUTH, best, strict=True))
    families = (
        learned_family(by_size),
        truth_family(truth),
        cold_family(cold.result(), week.result(), plan.cold_queues),
    )
    report = Report(command_of(TARGET, arguments, options), told, families)
    tell_alerts(report, options, TARGET, "surges")


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = parser_of(
        "tests.bench.alerts", __doc__, quick="half a minute, much rougher", page=ALERTS_PAGE
    )
    parser.add_argument("--cores", type=int, default=1, metavar="N", help="so many at once")
    return parser.parse_args(arguments)


def learned_family(by_size: dict[float, Found]) -> Family:
    """What was found at each size once the baseline has learned."""
    lines = [
        line for size, found in by_size.items() for line in (_firings(size, found), *_hours(found))
    ]
    days = next(iter(by_size.values())).days
    return Family(
        "surges",
        "Surges",
        f"{days} days of 12 measured hours at each size; each day one hour of each kind apart; "
        "in brackets the median minutes of those found",
        (),
        goals=_goals(by_size),
        grid=Grid(("contacts an hour", *RULES, "surge or building"), tuple(lines)),
    )


def _firings(size: float, found: Found) -> tuple[str, ...]:
    kinds = (*RULES, "either")
    return (f"**{size:g}**: false a day", *(f"{found.a_day(kind):.3f}" for kind in kinds))


def _hours(found: Found) -> list[tuple[str, ...]]:
    kinds = (*RULES, "either")
    return [
        (
            f"× {factor:g} for an hour",
            *(
                _found(found, factor, kind) if (factor == OUTAGE) == (kind == "drop") else "–"
                for kind in kinds
            ),
        )
        for factor in FACTORS
    ]


def _found(found: Found, factor: float, kind: str) -> str:
    minutes = found.median_minutes(factor, kind)
    share = f"{100 * found.share(factor, kind):.0f} %"
    return share if minutes is None else f"{share} ({minutes:g} min)"


def _goals(by_size: dict[float, Found]) -> tuple[Goal, ...]:
    false = [
        Goal(
            f"false firings a day of surge and building, {size:g} an hour",
            f"≤ {AIM_FALSE}",
            f"{found.a_day('either'):.3f}",
            found.a_day("either") <= AIM_FALSE,
        )
        for size, found in by_size.items()
    ]
    return (*false, *(_soon(by_size[AIM_SIZE], factor) for factor in AIM_MINUTES))


def _soon(found: Found, factor: float) -> Goal:
    minutes = found.median_minutes(factor, "either")
    share = found.share(factor, "either")
    aim = AIM_MINUTES[factor]
    return Goal(
        f"× {factor:g} found, {AIM_SIZE:g} an hour: median minutes",
        f"≤ {aim:g} min",
        f"none of {found.days}"
        if minutes is None
        else f"{minutes:g} min, of the {100 * share:.0f} % that were found",
        minutes is not None and minutes <= aim and share >= 0.5,
    )


def truth_family(truth: dict[float, Found]) -> Family:
    """What would be found by somebody who knew the rate of each minute."""
    lines = tuple(
        (
            f"× {factor:g} for an hour",
            f"{found.a_day('truth'):.3f}",
            _found(found, factor, "truth"),
        )
        for factor, found in truth.items()
    )
    return Family(
        "bound",
        "The bound",
        f"the same days with {AIM_SIZE:g} contacts an hour, each factor with the best chart for it "
        "that is so seldom wrong, told the true rate of every minute before its contacts came",
        (),
        grid=Grid(("if the rate were known", "false a day", "found"), lines),
    )


def cold_family(false: list[dict[str, int]], week: Found, queues: int) -> Family:
    """What queues of which nothing is known do in their first weeks."""
    kinds = (*RULES, "either")
    lines = tuple(
        (
            f"false a day, {name}",
            *(
                f"{sum(day[kind] for day in false[begin:end]) / (end - begin) / queues:.3f}"
                for kind in kinds
            ),
        )
        for name, begin, end in COLD_WEEKS
    )
    return Family(
        "cold start",
        "From nothing",
        f"{queues} queues of {AIM_SIZE:g} contacts an hour of which nothing was known, all 24 "
        "hours measured for what was false, and the day after the first on for what was found",
        (),
        grid=Grid(("from nothing", *RULES, "surge or building"), (*lines, *_hours(week))),
    )


if __name__ == "__main__":
    main(sys.argv[1:])
