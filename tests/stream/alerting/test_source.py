"""What rules are judged by, read off a merged floor, against the figures that everybody is told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pytest
from pydantic import TypeAdapter

from stream.alerting.source import readings_of
from stream.alerts.readings import Readings
from stream.alerts.rules import METRICS, OLDEST_WAIT_TARGETS, AnyRule, Rule
from stream.alerts.usual import HANDLE_WINDOW, PATIENCE, RATE_WINDOW
from stream.contract.alerts import Dimension
from stream.contract.figures import LIVE_WINDOWS, MEANINGLESS_IN_CHANNELS, AgentSection, Section
from stream.contract.floorplan import FloorPlan, parse_floor_plan
from stream.contract.frames import HeadFrame, head_key
from stream.contract.instants import MINUTE_US, SECOND_US
from stream.figures import floor_figures
from stream.floor.floor import Floor
from stream.floor.telling import changes
from stream.merge import Merge
from tests.builders import (
    BASE_US,
    MINUTE,
    abandoned,
    answered,
    attempted,
    ended,
    instant,
    promised,
    queued,
    received,
    sent,
    state,
    survey,
    wrapped,
)
from tests.stream.alerts.floors import tables_of

_rules: Final[TypeAdapter[AnyRule]] = TypeAdapter(Rule)
PLAN: Final = parse_floor_plan("queues: {housing: {target_s: 0}}", "floor.yaml")


def rule(**fields: Any) -> AnyRule:
    """A rule as it stands in `alerts.yaml`."""
    return _rules.validate_python(fields)


OF_ALL: Final = [
    *(rule(kind="threshold", metric="offered", above=1.0, window=each) for each in LIVE_WINDOWS),
    rule(kind="threshold", metric="answered", above=1.0, scope={"agent": "*"}),
]


def merged(lines: Sequence[bytes], at: float, plan: FloorPlan = PLAN) -> Merge:
    """What a dashboard makes of a worker that has read the events."""
    as_of = instant(at)
    floor, merge = Floor(plan), Merge(plan, LIVE_WINDOWS)
    floor.apply(lines, appended_at=[as_of] * len(lines), shown=as_of)
    floor.show(as_of)
    for key, frame in changes(floor, 0, as_of, everything=True):
        merge.take(key, frame)
    head = HeadFrame(as_of, as_of, 0, 0, floor.newest, floor.health_counts(), {}, {})
    merge.take(head_key(0), head)
    merge.advance(as_of)
    return merge


def readings(lines: Sequence[bytes], at: float, rules: Sequence[AnyRule] = OF_ALL) -> Readings:
    """What the rules are judged by."""
    return readings_of(merged(lines, at), rules, known=True)


BUSY: Final = [
    *(state("a1", 0, "available", team="north"), state("a2", 0, "available", team="south")),
    *(queued("c1", 10), answered("c1", 40), ended("c1", 340), wrapped("c1", 400)),
    *(queued("c2", 20), abandoned("c2", 100)),
    *(queued("c3", 60, "housing"), abandoned("c3", 68, "housing")),
    *(queued("c4", 100, "housing"), answered("c4", 220, "housing", "a2")),
    *(queued("c5", 700), queued("c6", 790, "housing", "chat"), queued("c7", 840)),
    survey("c1", 500, csat=5),
]
NOW: Final = 15 * MINUTE


@pytest.mark.parametrize("window", LIVE_WINDOWS)
def test_every_metric_is_the_figure_that_everybody_is_told(window: str) -> None:
    """In each dimension, not a number where that is null."""
    merge = merged(BUSY, NOW)
    told = readings_of(merge, OF_ALL, known=True)
    figures = floor_figures(merge, window, agents=True)
    assert figures.agents is not None
    some: dict[Dimension, Section | AgentSection] = {
        "team": figures.teams["north"],
        "agent": figures.agents["a1"],
    }
    compared = 0
    for (dimension, _), table in tables_of(figures).items():
        mine = told.table(dimension, window)
        assert [*mine.names] == [*table.names]
        one = some.get(dimension)
        known = {*METRICS} if one is None else {*one.counts, *one.figures} - {"service_levels"}
        without = MEANINGLESS_IN_CHANNELS if dimension == "channel" else frozenset()
        for metric in sorted(known - without - {OLDEST_WAIT_TARGETS}):
            np.testing.assert_allclose(
                mine.column(metric), table.column(metric), rtol=1e-12, err_msg=metric
            )
            compared += 1

    assert compared > 300


def test_only_what_rules_ask_for_is_read() -> None:
    """And what reasons are found by."""
    some = readings(BUSY, NOW, [rule(kind="burn_rate", burn=3.0)])
    windows = {window for _, window in some.tables}

    assert windows == {"5m", RATE_WINDOW, HANDLE_WINDOW}
    assert {dimension for dimension, _ in some.tables} == {"floor", "queue", "channel", "team"}
    off = rule(kind="threshold", metric="offered", above=1.0, window="240m", enabled=False)
    assert ("queue", "240m") not in readings(BUSY, NOW, [off]).tables


def test_the_longest_wait_is_told_in_targets_of_who_waits() -> None:
    """Of voice 20 s, of a queue of its own none at all, which counts as a second."""
    told = readings(BUSY, NOW)
    queues, channels = told.table("queue", None), told.table("channel", None)

    assert dict(zip(queues.names, queues.column(OLDEST_WAIT_TARGETS), strict=True)) == {
        "benefits": 200 / 20,
        "housing": 110.0,
    }
    assert dict(zip(channels.names, channels.column(OLDEST_WAIT_TARGETS), strict=True)) == {
        "voice": 10.0,
        "chat": 110.0,
    }
    assert told.table("floor", None).column(OLDEST_WAIT_TARGETS).tolist() == [110.0]
    nobody = readings(BUSY[:6], NOW).table("queue", None).column(OLDEST_WAIT_TARGETS)
    assert np.isnan(nobody).all()


def test_patience_is_time_waited_for_each_who_gave_up() -> None:
    """All waits, whatever became of them, by the abandonments; not a number where none gave up."""
    table = readings(BUSY, NOW).table("queue", HANDLE_WINDOW)
    told = dict(zip(table.names, table.column(PATIENCE), strict=True))

    assert told == {"benefits": 30.0 + 80.0, "housing": 8.0 + 120.0}
    one = readings(BUSY[2:6], NOW).table("queue", HANDLE_WINDOW).column(PATIENCE)
    assert np.isnan(one).all()


def test_arrivals_are_told_by_minute_up_to_the_one_under_way() -> None:
    """Of each queue, and of the floor under None."""
    told = readings(BUSY, NOW).arrivals

    assert {*told} == {None, "benefits", "housing"}
    for name, minutes in ((None, [3, 1]), ("benefits", [2, 0]), ("housing", [0, 2])):
        arrivals = told[name]
        first = (BASE_US - arrivals.first_us) // MINUTE_US
        assert arrivals.first_us + (len(arrivals.offered) - 1) * MINUTE_US == instant(NOW)
        if name is not None:
            assert [*arrivals.offered][first : first + 2] == minutes
    assert [*told[None].offered] == [
        a + b for a, b in zip(told["benefits"].offered, told["housing"].offered, strict=True)
    ]


def test_callbacks_are_due_as_promised_and_replies_within_their_target() -> None:
    """Those that are open, sorted; what was kept or answered is none, nor is a reply that has had
    less than half of its time."""
    lines = [
        *(promised("p1", 10, due=1000), promised("p2", 20, due=900)),
        *(promised("p3", 30, due=950), attempted("p3", 60)),
        *(queued("m1", 0, "benefits", "chat"), answered("m1", 5), received("m1", 100)),
        *(queued("m2", 0, "benefits", "chat"), answered("m2", 5), received("m2", 90)),
        *(queued("m3", 0, "benefits", "chat"), answered("m3", 5)),
        *(received("m3", 80), sent("m3", 85)),
        *(queued("m4", 0, "benefits", "chat"), answered("m4", 5), received("m4", 101)),
    ]
    told = readings(lines, 130)

    assert told.promises["callbacks"] == {"benefits": [instant(900), instant(1000)]}
    assert told.promises["replies"] == {
        "benefits": [instant(90) + 60 * SECOND_US, instant(100) + 60 * SECOND_US]
    }


def test_a_queues_target_is_the_longest_of_its_channels() -> None:
    """Or its own."""
    assert readings([*BUSY, queued("c9", 850, "benefits", "chat")], NOW).targets_us == {
        "benefits": 60 * SECOND_US,
        "housing": 0,
    }
