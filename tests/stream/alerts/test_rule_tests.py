"""Tests of rules as data: the notation, and what differs is said."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Final

import pytest

from stream.alerts.rule_file import default_rules, parse_rules
from stream.alerts.rule_tests import Case, parse_tests, run
from stream.contract.instants import SECOND_US
from stream.contract.yaml_lines import YamlError

DEFAULTS: Final = Path(__file__).with_name("default_rules.yaml")
PAGE: Final = Path(__file__).parents[3] / "docs/alerts.md"
SHIPPED: Final = parse_tests(DEFAULTS.read_text(), DEFAULTS.name)
EVERY_US: Final = 10 * SECOND_US

RULES: Final = """\
receivers:
  desk: {kind: webhook, url: "https://example.org/hook"}
rules:
  busy:
    kind: threshold
    scope: {queue: "*"}
    metric: waiting
    above: 10
    for: 20s
    clear_after: 30s
"""


def example(name: str) -> str:
    """What docs/alerts.md shows under that name."""
    found = re.search(rf"<!-- example: {name} -->\n```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert found is not None
    return found[1]


def case_of(body: str) -> Case:
    """The one test of a file whose `case` is the body, of the rule above."""
    indented = "".join(f"    {line}\n" for line in body.splitlines())
    return parse_tests(f"tests:\n  case:\n{indented}", "tests.yaml").tests["case"]


@pytest.mark.parametrize("name", SHIPPED.tests)
def test_the_rules_that_ship_do_what_they_are_for(name: str) -> None:
    """Each of the tests that docs/alerts.md names."""
    assert run(SHIPPED.tests[name], default_rules(), SHIPPED.every_us) == []


def test_the_example_on_the_page_passes_with_the_rules_on_the_page() -> None:
    """docs/alerts.md shows both."""
    rules, tests = (example(name) for name in ("rules", "rule tests"))
    told = parse_tests(tests, "alerts.md")

    for case in told.tests.values():
        assert run(case, parse_rules(rules, "alerts.md"), told.every_us) == []


@pytest.mark.parametrize(
    ("written", "values"),
    [
        ("0.9x3 0.4", (0.9, 0.9, 0.9, 0.4)),
        ("5..50x4", (5, 20, 35, 50)),
        ("-1", (-1,)),
        ("7", (7,)),
    ],
)
def test_values_are_written_shortly(written: str, values: tuple[float, ...]) -> None:
    """A value so many times, and a ramp to another."""
    case = case_of(
        f'series: [{{queue: q, metric: waiting, values: "{written}"}}]\nexpect: [{{at: 0, alerts: []}}]'
    )

    assert case.series[0].values == pytest.approx(values)


def test_what_is_not_known_is_written_as_such() -> None:
    """Not a number, so that no rule holds it against anybody."""
    case = case_of(
        "series: [{queue: q, metric: waiting, values: 1 _x2}]\nexpect: [{at: 0, alerts: []}]"
    )

    assert [math.isnan(value) for value in case.series[0].values] == [False, True, True]


@pytest.mark.parametrize("written", ["", "x3", "0.9y", "_..3x2", "1x1000000", "[1, 2]"])
def test_other_values_are_refused(written: str) -> None:
    """With what would do."""
    with pytest.raises(YamlError, match="values"):
        case_of(
            f'series: [{{queue: q, metric: waiting, values: "{written}"}}]\n'
            "expect: [{at: 0, alerts: []}]"
        )


def test_an_alert_that_nobody_expected_is_a_difference() -> None:
    """All that are open at a time are to be named."""
    told = _run(
        "series: [{queue: q, metric: waiting, values: 11}]\nexpect: [{at: 20s, alerts: []}]"
    )

    assert told == [
        "at 20s: busy on q: expected inactive, found firing (q: waiting is 11, above 10)"
    ]


def test_an_alert_that_did_not_come_is_a_difference() -> None:
    """It may be on its way."""
    told = _run(
        "series: [{queue: q, metric: waiting, values: 11}]\n"
        "expect: [{at: 10s, alerts: [{rule: busy, queue: q}]}]"
    )

    assert told == ["at 10s: busy on q: expected firing, found pending"]


def test_a_rule_that_is_not_there_is_a_difference() -> None:
    """A mistyped name must not pass as one that is inactive."""
    told = _run("expect: [{at: 0, alerts: [{rule: bussy, queue: q, state: inactive}]}]")

    assert told == ["at 0m: there is no rule bussy"]


def test_messages_are_held_to_those_expected() -> None:
    """In their time, and no others."""
    body = (
        "series: [{queue: q, metric: waiting, values: 11x4 3}]\n"
        "expect: [{at: 2m, alerts: []}]\n"
        "notifications: [{at: 20s, receiver: desk}, {at: AT, receiver: desk, occasion: resolved}]"
    )

    assert _run(body.replace("AT", "70s")) == []
    assert _run(body.replace("AT", "60s")) == [
        "at 1m: expected desk to be told resolved, which it was not",
        "at 70s: desk was told resolved, which nobody expected",
    ]


def test_silence_is_a_stretch_in_which_nothing_is_known() -> None:
    """What fired is then neither over nor known to fire."""
    told = _run(
        "series: [{queue: q, metric: waiting, values: 11x9 3}]\n"
        "silence: [{from: 40s, to: 120s}]\n"
        "expect:\n"
        "  - {at: 60s, alerts: [{rule: busy, queue: q, state: no_data}]}\n"
        "  - {at: 150s, alerts: [{rule: busy, queue: q, state: resolved}]}"
    )

    assert told == []


def _run(body: str) -> list[str]:
    return run(case_of(body), parse_rules(RULES, "alerts.yaml"), EVERY_US)
