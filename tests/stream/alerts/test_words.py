"""Alerts in words."""

from __future__ import annotations

from typing import Any, Final

import pytest
from msgspec import to_builtins
from msgspec.structs import replace
from pydantic import TypeAdapter

from stream.alerts.rules import AnyRule, Rule
from stream.alerts.words import duration, figure, last_known, sentence
from stream.contract.alerts import Target
from stream.contract.figures import Value
from stream.contract.said import Said
from tests.stream.alerts.told import SURGE

_rules: Final[TypeAdapter[AnyRule]] = TypeAdapter(Rule)
QUEUE: Final = Target("queue", "q1")


@pytest.mark.parametrize(
    ("rule", "figures", "expected"),
    [
        (
            {"kind": "surge"},
            {"size": 2.345, "offered": 1234, "expected": 526.2},
            "Benefits: 2.35 times the usual arrivals (1,234 against 526)",
        ),
        (
            {"kind": "drop"},
            {"offered": 0, "expected": 15.5},
            "Benefits: arrivals have stopped or nearly so (0 where 15.5 are usual)",
        ),
        (
            {"kind": "burn_rate", "burn": 3.0},
            {"stuck_proof": 0.384},
            "Benefits: 38 % in target over 30m, 80 % promised",
        ),
        (
            {"kind": "threshold", "metric": "waiting", "above": 5.0},
            {"waiting": 12},
            "Benefits: waiting is 12, above 5",
        ),
        (
            {"kind": "threshold", "metric": "csat_score", "below": 0.7},
            {"csat_score": None},
            "Benefits: csat score is –, below 70 %",
        ),
        (
            {"kind": "waiting", "over": "1m"},
            {"oldest_wait_s": 75.4},
            "Benefits: somebody has waited for 1 min 15 s",
        ),
        (
            {"kind": "promise", "of": "replies", "ahead": "5m"},
            {"replies_at_risk": 3},
            "Benefits: 3 replies are due within 5 min",
        ),
        (
            {"kind": "promise"},
            {"callbacks_at_risk": 1},
            "Benefits: 1 callback is due within 10 min",
        ),
        (
            {"kind": "threshold", "metric": "average_speed_of_answer_s", "above": 90.0},
            {"average_speed_of_answer_s": 200.4},
            "Benefits: average speed of answer is 3 min 20 s, above 1 min 30 s",
        ),
        (
            {"kind": "forecast"},
            {"wait_ahead_s": 5460},
            "Benefits: 1 h 31 min of waiting in 15 min if nobody helps",
        ),
    ],
    ids=lambda value: value.get("kind") if isinstance(value, dict) else None,
)
def test_each_kind_has_its_sentence(
    rule: dict[str, Any], figures: dict[str, Value], expected: str
) -> None:
    """With the name that screens know the thing by, and its figures."""
    assert sentence(_rules.validate_python(rule), QUEUE, "Benefits", figures).text == expected


BURN: Final = {"kind": "burn_rate", "burn": 3.0}
WAITS: Final = {"kind": "threshold", "metric": "waiting", "above": 5.0, "clear": 3.0}


@pytest.mark.parametrize(
    ("rule", "figures", "expected"),
    [
        ({"kind": "promise"}, {"callbacks_at_risk": 0}, "no callback is due within 10 min"),
        ({"kind": "promise"}, {"callbacks_at_risk": None}, "no callback is due within 10 min"),
        (
            {"kind": "promise", "of": "replies", "ahead": "5m"},
            {"replies_at_risk": 0},
            "no reply is due within 5 min",
        ),
        (
            {"kind": "promise", "more_than": 5},
            {"callbacks_at_risk": 4},
            "due within 10 min: 4",
        ),
        (
            {"kind": "surge"},
            {"size": None, "offered": 0, "expected": 0.0},
            "the surge of arrivals is over",
        ),
        (
            {"kind": "drop"},
            {"size": None, "offered": 0, "expected": 0.0},
            "no arrivals are missing any more",
        ),
        (
            BURN,
            {"stuck_proof": 0.5, "stuck_proof_5m": 0.9, "contacts": 40},
            "90 % in target over 5m, 80 % promised",
        ),
        (
            BURN,
            {"stuck_proof": 0.85, "stuck_proof_5m": 0.5, "contacts": 40},
            "85 % in target over 30m, 80 % promised",
        ),
        (
            BURN,
            {"stuck_proof": 0.62, "stuck_proof_5m": None, "contacts": 40},
            "too little to judge by",
        ),
        (
            BURN,
            {"stuck_proof": None, "stuck_proof_5m": 0.9, "contacts": 40},
            "too little to judge by",
        ),
        (
            BURN,
            {"stuck_proof": 0.1, "stuck_proof_5m": 0.1, "contacts": 3},
            "too little to judge by",
        ),
        (WAITS, {"waiting": 2}, "waiting is 2"),
        (WAITS, {"waiting": 9}, "too little to judge by"),
        (WAITS, {"waiting": None}, "too little to judge by"),
        ({"kind": "waiting", "over": "1m"}, {"oldest_wait_s": None}, "nobody waits"),
        (
            {"kind": "waiting", "over": "1m"},
            {"oldest_wait_s": 12.0},
            "who waits longest has for 12 s",
        ),
        ({"kind": "forecast"}, {"wait_ahead_s": 20}, "20 s of waiting in 15 min as things stand"),
    ],
)
def test_what_recovers_says_so_and_what_is_true_now(
    rule: dict[str, Any], figures: dict[str, Value], expected: str
) -> None:
    """Never that it still is as it was when it fired."""
    told = sentence(_rules.validate_python(rule), QUEUE, "Benefits", figures, "recovering")

    assert told.text == f"Benefits: recovering, {expected}"
    assert told.said is not None


def test_what_recovers_of_which_nothing_is_known_says_no_more() -> None:
    """And a message of one's own, and that of the silent stream, is told to recover."""
    ahead = _rules.validate_python({"kind": "forecast"})
    own = _rules.validate_python({"kind": "surge", "message": "{name}: call the vendor"})
    silent = _rules.validate_python({"kind": "no_data", "scope": {"floor": True}})
    told = [
        sentence(rule, QUEUE, "Benefits", {}, "recovering").text for rule in (ahead, own, silent)
    ]

    assert told == [
        "Benefits: recovering",
        "Recovering: Benefits: call the vendor",
        "recovering: the stream tells again how the floor stands",
    ]


@pytest.mark.parametrize(
    ("rule", "value", "expected"),
    [
        (WAITS, 6, "waiting is 6, above 5"),
        (WAITS, 4, "waiting is 4, above 3"),
        (WAITS | {"clear": None}, 6, "waiting is 6, above 5"),
        (WAITS | {"above": None, "below": 3.0, "clear": 5.0}, 2, "waiting is 2, below 3"),
        (WAITS | {"above": None, "below": 3.0, "clear": 5.0}, 4, "waiting is 4, below 5"),
    ],
)
def test_between_its_levels_it_is_not_said_to_be_beyond_the_first(
    rule: dict[str, Any], value: int, expected: str
) -> None:
    """But that it is not back at the level to clear."""
    told = _rules.validate_python(rule)

    assert sentence(told, QUEUE, "Benefits", {"waiting": value}).text == f"Benefits: {expected}"


def test_what_is_not_known_any_more_was_so_when_it_was() -> None:
    """In other languages by the text of the sentence, where there is one."""
    said = Said("{where} waits", values={"where": "Benefits"})

    assert last_known(SURGE) == (
        f"Last known: {SURGE.message}",
        Said("Last known: {sentence}", values={"sentence": SURGE.message}),
    )
    assert last_known(replace(SURGE, said=said)).said == Said(
        "Last known: {sentence}", values={"sentence": to_builtins(said)}
    )


def test_other_languages_are_told_the_text_and_its_values() -> None:
    """A figure by what it is: a share, seconds, a metric, a window; a dash stays one."""
    burn = _rules.validate_python({"kind": "burn_rate", "burn": 3.0})
    below = _rules.validate_python({"kind": "threshold", "metric": "csat_score", "below": 0.7})
    surge = _rules.validate_python({"kind": "surge"})
    figures: dict[str, Value] = {"size": 2.345, "offered": 1234, "expected": 526.2}

    assert sentence(burn, QUEUE, "Benefits", {"stuck_proof": 0.384}).said == Said(
        "{where}: {level} in target over {window}, {promised} promised",
        values={
            "where": "Benefits",
            "level": {"as": "share", "of": 0.384},
            "window": {"as": "window", "of": "30m"},
            "promised": {"as": "share", "of": 0.8},
        },
    )
    assert sentence(below, Target("floor"), "", {"csat_score": None}).said == Said(
        "{where}: {metric} is {value}, below {limit}",
        values={
            "where": {"id": "the floor"},
            "metric": {"as": "metric", "of": "csat_score"},
            "value": "–",
            "limit": {"as": "share", "of": 0.7},
        },
    )
    assert sentence(surge, QUEUE, "Benefits", figures).said == Said(
        "{where}: {size} times the usual arrivals ({offered} against {expected})",
        values={"where": "Benefits", "size": 2.35, "offered": 1234, "expected": 526},
    )


def test_the_floor_is_called_that() -> None:
    """It has no name; and a silent stream is about all of it."""
    floor = Target("floor")
    above = {"kind": "threshold", "metric": "waiting", "above": 5.0, "scope": {"floor": True}}
    silent = {"kind": "no_data", "scope": {"floor": True}}

    assert sentence(_rules.validate_python(above), floor, "", {"waiting": 7}).text == (
        "the floor: waiting is 7, above 5"
    )
    assert (
        "the stream tells nothing" in sentence(_rules.validate_python(silent), floor, "", {}).text
    )


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("{name}: {offered} came", "Benefits: 1,200 came"),
        ("{level} of {{all}}", "0.333 of {all}"),
        ("{wrong} stays", "{wrong} stays"),
        ("{gone} is a dash", "– is a dash"),
        ("{offered:>9} and {offered!r}", "1,200 and 1,200"),
        ("{name.upper}", "{name.upper}"),
    ],
)
def test_a_message_of_ones_own_is_filled_in(message: str, expected: str) -> None:
    """Names stand for figures, and for nothing else that a text could reach."""
    told = _rules.validate_python({"kind": "surge", "message": message})
    figures: dict[str, Value] = {"offered": 1200, "level": 1 / 3, "gone": None}

    assert sentence(told, QUEUE, "Benefits", figures) == (expected, None)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(None, "–"), (0, "0"), (12.0, "12"), (0.12345, "0.123"), (99.95, "100"), (1234.5, "1,234")],
)
def test_a_number_is_as_it_is_read(value: Value, expected: str) -> None:
    """None is a dash and never 0."""
    assert figure("size", value) == expected


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("service_level", 0.384, "38 %"),
        ("stuck_proof_5m", 1, "100 %"),
        ("transfer_rate", 1.25, "125 %"),
        ("csat_mean", 4.25, "4.25"),
        ("oldest_wait_s", 330, "5 min 30 s"),
        ("oldest_wait_s", None, "–"),
    ],
)
def test_a_figure_has_its_unit(name: str, value: Value, expected: str) -> None:
    """Shares in percent, in whichever window, and times."""
    assert figure(name, value) == expected


def test_times_are_said_with_their_unit() -> None:
    """To the second up to an hour."""
    assert [duration(each) for each in (0, 59.4, 60, 119, 3599, 3600, 5460)] == [
        *("0 s", "59 s", "1 min", "1 min 59 s", "59 min 59 s", "1 h 00 min", "1 h 31 min")
    ]
