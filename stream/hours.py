"""The last hour of a queue by the minute: what came, what became of it, and how long it waited."""

from __future__ import annotations

import math
from typing import Final

from stream.contract.figures import HourOfQueue, MinuteOfQueue, ServiceLevelVariant
from stream.contract.instants import MINUTE_US, SECOND_US, format_millis
from stream.measures.ratio import ratio
from stream.measures.service_level import service_levels
from stream.merge import Merge
from stream.windows.minutes import COUNTED
from stream.windows.sparse import Ints


def hour_of_queue(merge: Merge, queue: str) -> HourOfQueue | None:
    """The 60 minutes up to the instant that the merge was advanced to; None of a queue that is not
    known. One that the plan names is known before anything happens in it, and however long after."""
    row = merge.rows.groups.get(("queue", queue))
    if row is None and queue not in merge.plan.queues:
        return None
    variant = merge.plan.variant(queue)
    if variant == "stuck_proof":
        variant = "abandons_count"
    first, table = merge.minutes.of_row(merge.as_of, row)
    minutes = _minutes(first, dict(zip(COUNTED, table.T, strict=True)), variant)
    return HourOfQueue(format_millis(merge.as_of), queue, variant, minutes)


def _minutes(
    first: int, counts: dict[str, Ints], variant: ServiceLevelVariant
) -> list[MinuteOfQueue]:
    levels = service_levels(
        answered_in_target=counts["answered_in_target"],
        answered_waited=counts["answered_waited"],
        abandoned=counts["abandoned"],
        abandoned_in_target=counts["abandoned_in_target"],
        waiting_over_target=counts["offered"] * 0,
    )[variant]
    speeds_s = ratio(counts["wait_sum_us"], counts["answered_waited"]) / SECOND_US
    columns = (
        *(counts[name].tolist() for name in _COUNTS),
        levels.tolist(),
        speeds_s.tolist(),
    )
    return [
        MinuteOfQueue(
            minute=format_millis((first + place) * MINUTE_US),
            offered=offered,
            answered=answered,
            abandoned=abandoned,
            answered_in_target=in_target,
            service_level=_known(level),
            average_speed_of_answer_s=_known(speed_s),
        )
        for place, (offered, answered, abandoned, in_target, level, speed_s) in enumerate(
            zip(*columns, strict=True)
        )
    ]


_COUNTS: Final = ("offered", "answered", "abandoned", "answered_in_target")


def _known(value: float) -> float | None:
    """The value; None where it is not a number."""
    return None if math.isnan(value) else value
