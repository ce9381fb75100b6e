"""What stands beside figures in a picture: what a queue is called, and the lines of the last hour."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Final

from stream.contract.figures import Hour, QueueLabel
from stream.contract.floorplan import FloorPlan
from stream.contract.instants import SECOND_US
from stream.merge import Merge

# The floor's line stands under the empty name, which no queue has.
_FLOOR_LINE: Final = ""


def label_of(plan: FloorPlan, queue: str, channels: AbstractSet[str]) -> QueueLabel:
    """What must be named beside a queue's figures, of which these channels have been seen."""
    target_s = {channel: plan.target_us(queue, channel) / SECOND_US for channel in sorted(channels)}
    zone = plan.zone_of(queue).key
    return QueueLabel(
        plan.name_of(queue),
        plan.variant(queue),
        target_s,
        None if zone == plan.time_zone else zone,
    )


def hours_of(merge: Merge, queues: Iterable[str]) -> tuple[Hour, dict[str, Hour]]:
    """The last hour by the minute of the floor, and of these queues."""
    rows = {queue: merge.rows.groups["queue", queue] for queue in queues}
    lines = merge.minutes.hour(merge.as_of, {_FLOOR_LINE: 0, **rows})
    floor = Hour(*lines.pop(_FLOOR_LINE))
    return floor, {queue: Hour(*line) for queue, line in lines.items()}
