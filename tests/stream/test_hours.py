"""The last hour of a queue by the minute, of a log that a worker has read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from stream.contract.figures import HourOfQueue, MinuteOfQueue
from stream.contract.floorplan import FloorPlan, parse_floor_plan
from stream.picture import LogPictureReader
from tests.builders import DAY, MINUTE, abandoned, answered, instant, millis, queued
from tests.stream.behind.test_behind import Ground


@pytest.fixture
def ground(tmp_path: Path) -> Iterator[Ground]:
    """A floor of its own."""
    made = Ground(tmp_path / "log")
    with closing(made.log):
        yield made


def hour(ground: Ground, at: float, plan: FloorPlan | None = None) -> HourOfQueue | None:
    """Of the queue benefits."""
    ground.now = instant(at)
    ground.work()
    now = ground.now
    with closing(
        LogPictureReader(ground.log, plan or ground.plan, now=lambda: now, title="t")
    ) as reader:
        while not reader.caught_up:
            reader.follow(0)
        return reader.hour("benefits")


def test_each_minute_has_what_happened_in_it(ground: Ground) -> None:
    """In the minute in which it happened, and in this queue alone."""
    ground.append(
        queued("early", -60 * MINUTE), answered("early", -60 * MINUTE + 1),
        queued("c1", -59 * MINUTE), answered("c1", -59 * MINUTE + 10),
        queued("c2", -3 * MINUTE + 50), queued("other", -3 * MINUTE + 51, "other"),
        queued("c3", -2 * MINUTE), queued("c4", -2 * MINUTE + 1),
        answered("c2", -2 * MINUTE + 40), abandoned("c3", -2 * MINUTE + 41),
        abandoned("c4", -2 * MINUTE + 3),
    )  # fmt: skip
    told = hour(ground, 30)

    assert told is not None
    assert (told.as_of, told.queue, told.service_level_variant) == (
        millis(30),
        "benefits",
        "abandons_count",
    )
    assert [one.minute for one in told.minutes] == [millis(n * MINUTE) for n in range(-59, 1)]
    nothing = (0, 0, 0, 0, None, None)
    assert [one for one in told.minutes if one != MinuteOfQueue(one.minute, *nothing)] == [
        MinuteOfQueue(millis(-59 * MINUTE), 1, 1, 0, 1, 1.0, 10.0),
        MinuteOfQueue(millis(-3 * MINUTE), 1, 0, 0, 0, None, None),
        MinuteOfQueue(millis(-2 * MINUTE), 2, 1, 1, 0, 0.0, 50.0),
    ]


@pytest.mark.parametrize(
    ("variant", "told_as", "level"),
    [
        ("abandons_ignored", "abandons_ignored", 1.0),
        ("abandons_in_target_met", "abandons_in_target_met", 1.0),
        ("stuck_proof", "abandons_count", 0.5),
    ],
)
def test_the_level_is_the_queues_own_variant(
    ground: Ground, variant: str, told_as: str, level: float
) -> None:
    """But for the one that takes in who waits by now."""
    plan = parse_floor_plan(f"service_level: {variant}", "floor.yaml")
    ground.append(queued("c1", 0), queued("c2", 1), answered("c1", 8), abandoned("c2", 9))
    told = hour(ground, 30, plan)

    assert told is not None
    assert (told.service_level_variant, told.minutes[-1].service_level) == (told_as, level)


@pytest.mark.parametrize("before", [[], [queued("c0", -DAY), abandoned("c0", 1 - DAY)]])
def test_a_queue_of_the_plan_is_known_while_nothing_happens_in_it(
    ground: Ground, before: list[bytes]
) -> None:
    """Before it ever opened, and where what happened in it is forgotten: its hour is empty."""
    ground.plan = parse_floor_plan("queues: {benefits: {service_level: abandons_ignored}}", "f")
    ground.append(*before, queued("c1", 0, "other"))
    told = hour(ground, 30)

    assert told is not None
    assert (told.as_of, told.service_level_variant) == (millis(30), "abandons_ignored")
    assert [one.minute for one in told.minutes] == [millis(n * MINUTE) for n in range(-59, 1)]
    assert {(one.offered, one.answered, one.service_level) for one in told.minutes} == {
        (0, 0, None)
    }


def test_a_queue_that_is_not_known_has_no_hour(ground: Ground) -> None:
    """None, and not an empty one."""
    ground.append(queued("c1", 0, "other"))
    assert hour(ground, 30) is None
