"""Back-tests: a past is judged as it would have been, however it is cut, and quiet costs little."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from stream.alerting.backtest import Backtest, backtest, backtest_of_log
from stream.alerting.in_order import in_order
from stream.alerts.rule_file import default_rules, parse_rules
from stream.alerts.surge import BUILDING, DROP, SURGE
from stream.contract.alerts import Target
from stream.contract.backtest import Firing
from stream.contract.codec import decode
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import SECOND_US
from stream.logs.topics import CONTACT_EVENTS, topics
from stream.logs.urls import open_log
from tests.builders import (
    BASE_US,
    DAY,
    HOUR,
    abandoned,
    answered,
    ended,
    instant,
    queued,
    wrapped,
)

PLAN: Final = FloorPlan()
TEXT: Final = """\
rules:
  too_long:
    kind: waiting
    scope: {queue: "*"}
    severity: page
    over: 60s
    for: 20s
    clear_after: 30s
"""
RULES: Final = parse_rules(TEXT, "alerts.yaml")


def a_wait(name: str, at: float, long: float) -> list[bytes]:
    """A contact that waits so long, and others about it, so that time is seen to go on."""
    others = [
        line
        for nth in range(20)
        for line in (
            queued(f"{name}-{nth}", at + 10 * nth + 1, queue="other"),
            abandoned(f"{name}-{nth}", at + 10 * nth + 2, queue="other"),
        )
    ]
    begin = [queued(name, at)]
    cut = 2 * int(long // 10)
    return [*begin, *others[:cut], abandoned(name, at + long), *others[cut:]]


def at(firings: list[Firing]) -> list[tuple[float, float | None]]:
    """When each fired and was resolved, in seconds after the base instant."""
    return [
        (
            (each.fired_at - BASE_US) / SECOND_US,
            None if each.resolved_at is None else (each.resolved_at - BASE_US) / SECOND_US,
        )
        for each in firings
    ]


def test_a_firing_says_what_the_rule_would_have_told() -> None:
    """At the first look at which it had held for long enough, until it was clear for that."""
    [firing] = backtest(PLAN, RULES, [a_wait("c1", 0, 120)])

    assert at([firing]) == [(90.0, 150.0)]
    assert firing.rule == "too_long"
    assert firing.target == Target("queue", "benefits")
    assert firing.peak == 110.0
    assert firing.message == "benefits: somebody has waited for 1 min 30 s"


def test_what_still_fires_at_the_end_is_not_over() -> None:
    """None, and no time that nobody knows."""
    assert at(backtest(PLAN, RULES, [a_wait("c1", 0, 120)[:-15]])) == [(90.0, None)]


@pytest.mark.parametrize("size", [1, 2, 7, 1000])
def test_how_a_recording_is_cut_changes_nothing(size: int) -> None:
    """Blocks are as long as whoever reads likes."""
    lines = [*a_wait("c1", 0, 120), *a_wait("c2", HOUR, 100)]
    blocks = [lines[begin : begin + size] for begin in range(0, len(lines), size)]

    assert at(backtest(PLAN, RULES, blocks)) == [(90.0, 150.0), (3690.0, 3730.0)]


def test_days_without_traffic_cost_little_and_change_nothing() -> None:
    """Three days are some four hundred looks, where all would be 26,000."""
    run = Backtest(PLAN, RULES)
    run.read([*a_wait("c1", 0, 120), *a_wait("c2", 3 * DAY, 100)])
    run.finish()

    assert at(run.firings) == [(90.0, 150.0), (3 * DAY + 90.0, 3 * DAY + 130.0)]
    assert HOUR / 10 < run.looks < 900


def test_what_fires_through_a_quiet_stretch_is_followed() -> None:
    """It begins where nothing else happens, and is still there when something does."""
    lines = [queued("c1", 0), *a_wait("c2", DAY / 2, 20), abandoned("c1", DAY / 2 + 300)]

    assert at(backtest(PLAN, RULES, [lines])) == [(90.0, None)]


def test_an_event_that_was_told_late_was_not_known_before() -> None:
    """A wait that is told two minutes after it began cannot have fired after one."""
    late = [line for line in a_wait("c2", 0, 20) if b'"c2"' not in line]
    lines = [*late[:26], queued("c1", 0), *late[26:]]

    assert at(backtest(PLAN, RULES, [lines])) == [(150.0, None)]


def test_what_comes_back_soon_is_one_firing() -> None:
    """The same alert, which flaps: it fired when it first did, and was over when it last was."""
    [firing] = backtest(PLAN, RULES, [[*a_wait("c1", 0, 120), *a_wait("c2", 600, 100)]])

    assert (at([firing]), firing.flaps) == ([(90.0, 760.0)], 1)


def test_where_agents_states_are_not_told_people_explain_nothing() -> None:
    """Somebody answers, so somebody is there: it is the contacts that are more. Nor does it say
    anything that nobody was told to be there while nobody answered, in the first hour."""
    early = [
        line
        for minute in range(60)
        for line in (
            queued(f"e{minute}", 60 * minute - HOUR),
            abandoned(f"e{minute}", 60 * minute + 5 - HOUR),
        )
    ]
    calm = [
        line
        for minute in range(120)
        for line in (
            queued(f"c{minute}", 60 * minute),
            answered(f"c{minute}", 60 * minute + 5),
            ended(f"c{minute}", 60 * minute + 50),
            wrapped(f"c{minute}", 60 * minute + 50),
        )
    ]
    storm = [queued(f"s{nth}", 2 * HOUR + 6 * nth) for nth in range(30)]

    [firing] = backtest(PLAN, RULES, [[*early, *calm, *storm]])

    assert firing.cause == "volume"
    assert firing.why is not None
    assert firing.why.startswith("By load per agent, volume explains it")
    assert "staffed against" not in firing.why


def test_the_log_of_a_floor_tells_the_same_as_its_recording(tmp_path: Path) -> None:
    """From the instant that is asked for on; what came before is known, and not judged."""
    lines = [*a_wait("c1", 0, 120), *a_wait("c2", HOUR, 100)]
    now = BASE_US

    with closing(open_log(f"embedded:{tmp_path / 'log'}", now=lambda: now)) as log:
        log.create(topics(4))
        for line in lines:
            # Appended when it happened, as live.
            now = _time_of(line)
            log.append(CONTACT_EVENTS, [(_subject_of(line), line)])
        whole = backtest_of_log(log, PLAN, TEXT, instant(0), instant(HOUR + 300))
        later = backtest_of_log(log, PLAN, TEXT, instant(300), instant(HOUR + 300))

    assert at(whole) == [(90.0, 150.0), (HOUR + 90.0, HOUR + 130.0)]
    assert at(later) == [(HOUR + 90.0, HOUR + 130.0)]


def test_what_was_appended_at_once_is_judged_as_it_happened(tmp_path: Path) -> None:
    """As a demo's first hour, or what a sender had kept back: partition by partition, some seconds
    apart, though each event of the one happened between two of the other."""
    lines = [*a_wait("c1", 0, 120), *a_wait("c2", HOUR, 100)]
    here = [line for line in lines if _subject_of(line).startswith("c1")]
    there = [line for line in lines if not _subject_of(line).startswith("c1")]
    now = BASE_US + 2 * HOUR * SECOND_US

    with closing(open_log(f"embedded:{tmp_path / 'log'}", now=lambda: now)) as log:
        log.create(topics(4))
        for some in (there, here):
            log.append(CONTACT_EVENTS, [(_subject_of(line), line) for line in some])
            now += 2 * SECOND_US
        whole = backtest_of_log(log, PLAN, TEXT, instant(0), instant(2 * HOUR + 60))

    assert at(whole) == [(90.0, 150.0), (HOUR + 90.0, HOUR + 130.0)]


def test_what_was_told_late_stays_late(tmp_path: Path) -> None:
    """An event that was appended long after others is not put before them."""
    now = BASE_US
    with closing(open_log(f"embedded:{tmp_path / 'log'}", now=lambda: now)) as log:
        log.create(topics(1))
        for second, line in ((5, queued("c5", 5)), (6, queued("c6", 6)), (70, queued("c1", 1))):
            now = BASE_US + second * SECOND_US
            log.append(CONTACT_EVENTS, [(_subject_of(line), line)])
        records = list(log.read(CONTACT_EVENTS, 0))

    for blocks in ([records], [[one] for one in records]):
        told = [decode(line).subject for some in in_order(blocks) for line in some]
        assert told == ["c5", "c6", "c1"]


def test_the_rules_that_ship_are_those_that_were_measured() -> None:
    """docs/alerts.md has the figures of these charts, and no others."""
    rules = default_rules().rules
    shipped = [
        (rule.ratio, rule.limit, rule.spread)  # type: ignore[union-attr]
        for rule in (rules["surge"], rules["building_surge"], rules["arrivals_stopped"])
    ]

    assert shipped == [(each.ratio, each.limit, each.alpha) for each in (SURGE, BUILDING, DROP)]


def _time_of(line: bytes) -> int:
    return decode(line).time


def _subject_of(line: bytes) -> str:
    return decode(line).subject
