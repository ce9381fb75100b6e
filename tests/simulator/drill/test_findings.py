"""What a drill's findings say: the same figures as its tables, by the same rounding."""

from __future__ import annotations

import json
import re
from typing import Any, Final

import msgspec
import pytest

from dashboard.training.telling import outcomes, times
from dashboard.words import duration, percent
from simulator.drill.findings import Story, Times, Without, findings
from simulator.drill.runs import Ran
from simulator.drill.wording import Words
from stream.contract.drills import Act, CallIn, Course
from stream.contract.said import Said
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


def english(said: Said, words: Words) -> str:
    """What is written in English from nothing but what is said."""
    return _english(json.loads(msgspec.json.encode(said)), words)


def _english(told: Any, words: Words) -> str:
    match told:
        case {"as": "act", "of": act}:
            return str(words.act(msgspec.convert(act, Act))[0])
        case {"as": "duration", "of": value}:
            return duration(value)
        case {"as": "share", "of": value}:
            return percent(value)
        case {"id": str(text)}:
            n = told.get("n")
            text = told["many"] if n not in (None, 1) else text
            values = {**told.get("values", {}), **({} if n is None else {"n": n})}
            return re.sub(r"\{(\w+)\}", lambda place: _english(values[place[1]], words), text)
        case int():
            return f"{told:,}"
        case _:
            return str(told)


def texts(told: Story) -> list[str]:
    """What is found, in English."""
    return [one.text for one in findings(told)]


def test_findings_and_tables_say_the_same_cost() -> None:
    """Halves are rounded up in both, and a saving is the difference of the two that are told."""
    told = texts(story(without=629.4))
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
    told = texts(story(times=Times(seconds, None, None, None)))

    assert f"You noticed it after {text}." in told
    assert times(report(noticed_s=seconds))[0].value == text
