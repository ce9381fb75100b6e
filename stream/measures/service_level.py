"""Service level: the share of contacts that were answered within the target.

The five variants differ in what an abandonment counts for (ICMI, "Service Level Calculations",
2005); `stuck_proof` also counts those who still wait past the target, so that a queue that nobody
leaves does not stay green.
"""

from __future__ import annotations

from stream.contract.figures import ServiceLevelVariant
from stream.measures.ratio import Floats, ratio
from stream.windows.sparse import Ints


def service_levels(
    *,
    answered_in_target: Ints,
    answered_waited: Ints,
    abandoned: Ints,
    abandoned_in_target: Ints,
    waiting_over_target: Ints,
) -> dict[ServiceLevelVariant, Floats]:
    """The five variants as shares from 0 to 1, of each row; not a number without evidence."""
    left = answered_waited + abandoned
    return {
        "abandons_count": ratio(answered_in_target, left),
        "abandons_ignored": ratio(answered_in_target, answered_waited),
        "abandons_in_target_ignored": ratio(answered_in_target, left - abandoned_in_target),
        "abandons_in_target_met": ratio(answered_in_target + abandoned_in_target, left),
        "stuck_proof": ratio(answered_in_target, left + waiting_over_target),
    }
