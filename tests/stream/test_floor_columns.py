"""Metrics as columns are those that the figures tell, for whoever asks for few of them."""

from __future__ import annotations

from functools import cache
from itertools import product
from typing import Any, Final

import numpy as np
import pytest

from simulator import load_scenario, offset_showing, simulate
from stream.alerts.rules import METRICS, OLDEST_WAIT_TARGETS
from stream.contract.codec import encode
from stream.contract.figures import (
    LIVE_WINDOWS,
    SERVICE_LEVEL_VARIANTS,
    Section,
    nothing_in_queue,
)
from stream.contract.floorplan import FloorPlan, QueuePlan
from stream.contract.frames import AgentFrame, AgentsFrame, agents_key
from stream.contract.instants import HOUR_US, Instant
from stream.figures import FloorColumns, floor_figures
from stream.floor.floor import Floor
from stream.floor.telling import changes
from stream.merge import Merge
from tests.builders import BASE_US

LENGTH_US: Final = 2 * HOUR_US
# One queue's day is another's, and one is shown by another variant.
PLAN: Final = FloorPlan(
    time_zone="America/Denver",
    queues={
        "benefits": QueuePlan(time_zone="Asia/Tokyo"),
        "web-chat": QueuePlan(service_level="stuck_proof"),
    },
)
DIMENSIONS: Final = ("floor", "queue", "channel", "team")


@cache
def merged() -> Merge:
    """Two hours of a busy morning, as of their end."""
    scenario, start = load_scenario("weekday"), Instant(BASE_US)
    events = simulate(
        scenario,
        seed=1,
        start=start,
        duration_us=LENGTH_US,
        profile_offset_us=offset_showing(scenario, start, "tue", 9 * 60),
    )
    as_of = BASE_US + LENGTH_US
    floor = Floor(PLAN)
    floor.apply([encode(event) for event in events], shown=as_of)
    floor.show(as_of)
    merge = Merge(PLAN, LIVE_WINDOWS)
    for key, frame in changes(floor, 0, as_of, everything=True):
        merge.take(key, frame)
    merge.advance(as_of)
    return merge


def value_of(section: Section, metric: str) -> Any:
    """The metric where the section has it, None where it has no meaning or no evidence."""
    for told in (section.counts, section.figures, section.now):
        if metric in told:
            return told[metric]
    levels = section.figures["service_levels"]
    assert metric in SERVICE_LEVEL_VARIANTS
    return levels[metric] if isinstance(levels, dict) else None


@pytest.mark.parametrize(("dimension", "window"), [*product(DIMENSIONS, ("5m", "60m", "today"))])
def test_columns_are_the_figures(dimension: str, window: str) -> None:
    """Every metric of every thing, in every dimension; not a number where a figure is null."""
    columns, figures = FloorColumns(merged()), floor_figures(merged(), window)
    by_dimension: dict[str, dict[Any, Section]] = {
        "floor": {None: figures.floor},
        "queue": figures.queues,
        "channel": figures.channels,
        "team": figures.teams,
    }
    sections = by_dimension[dimension]

    assert columns.names(dimension) == list(sections)
    assert len(sections) > (dimension != "floor")
    for metric in dict.fromkeys(METRICS):
        if metric == OLDEST_WAIT_TARGETS:
            continue
        wanted = [value_of(section, metric) for section in sections.values()]
        told = columns.column(dimension, window, metric).tolist()
        assert [None if np.isnan(one) else one for one in told] == wanted, metric


def test_what_is_no_metric_is_refused() -> None:
    """Rather than told as unknown: it is a mistake of whoever asks."""
    with pytest.raises(KeyError):
        FloorColumns(merged()).column("queue", "30m", "happiness")


def test_nothing_in_a_queue_is_what_a_queue_is_told_with_in_which_nothing_happened() -> None:
    """Known by an agent who is for it, and gone."""
    merge = Merge(PLAN, LIVE_WINDOWS)
    gone = AgentFrame("anne", "offline", None, BASE_US, "north", ("snap",), [])
    merge.take(agents_key(0, 1), AgentsFrame(1, [gone]))
    merge.advance(BASE_US)

    for window in LIVE_WINDOWS:
        assert floor_figures(merge, window).queues == {"snap": nothing_in_queue()}
