"""What a drill's findings say: the same figures as its tables, by the same rounding."""

from __future__ import annotations

from typing import Final

import pytest

from dashboard.training.telling import outcomes, times
from simulator.drill.findings import Story, Times, Without, findings
from simulator.drill.runs import Ran
from simulator.drill.wording import Words
from stream.contract.drills import CallIn, Course
from tests.dashboard.training.reports import BEGAN, outcome, report
from tests.simulator.drill.floors import deed

WORDS: Final = Words({"snap": "SNAP Line"}, "America/New_York")
NEVER: Final = Times(None, None, None, None)
COSTS: Final = {"yours": 314.5, "nothing": 629.4, "best": 100.5}


def ran(cost: float) -> Ran:
    """A run that cost so much."""
    return Ran([], outcome(cost=cost), [], {}, {})


def story(without: float = 314.5, times: Times = NEVER) -> Story:
    """A drill of such costs, and what one response of it saved."""
    yours, nothing, best = (ran(cost) for cost in COSTS.values())
    response = Without(deed(5, CallIn("snap", 1)), ran(without))
    return Story(WORDS, BEGAN, times, yours, nothing, best, [response])


def test_findings_and_tables_say_the_same_cost() -> None:
    """Halves are rounded up in both, and a saving is the difference of the two that are told."""
    told = findings(story(without=629.4))
    courses = [Course(name, [], outcome(cost=cost), []) for name, cost in COSTS.items()]  # type: ignore[arg-type]
    rows = {label: cells for label, *cells in outcomes(report(courses=courses)).rows}

    assert rows["Cost, in minutes of customers' time"] == ["315", "629", "101"]
    assert (
        "It cost 315 minutes of customers' time; doing nothing costs 629 minutes, "
        "the best course found 101 minutes." in told
    )
    assert any("that saved 314 minutes of customers' time" in line for line in told)


@pytest.mark.parametrize(("seconds", "text"), [(95.5, "1:35"), (96.5, "1:36"), (59.9, "0:59")])
def test_findings_and_figures_say_the_same_time(seconds: float, text: str) -> None:
    """Cut off to whole seconds in both."""
    told = findings(story(times=Times(seconds, None, None, None)))

    assert f"You noticed it after {text}." in told
    assert times(report(noticed_s=seconds))[0].value == text
