"""The limits of a figure's tile: which values a figure can have, and on which side of one it is bad."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final, Literal

from stream.contract.figures import SERVICE_LEVEL_VARIANTS, SHARES, SHARES_ABOVE_1

Side = Literal["above", "below"]
# A field of a limit, and what it may say.
Problem = tuple[Side, str]

# What has another scale than a share, and is not counted from 0 on.
_RANGES: Final = {"nps": (-100.0, 100.0), "csat_mean": (1.0, 5.0)}
# Nobody ever wants less of these, nor more of those. Of the others (how many agents are busy, how
# much was offered) either may be bad.
_BAD_BELOW: Final = frozenset(
    {
        "service_level",
        *SERVICE_LEVEL_VARIANTS,
        *(name for name in SHARES if name.startswith("csat_") or name.endswith("_score")),
        "csat_mean",
        "nps",
        "resolution_rate",
        "callbacks_kept_rate",
        "answered_in_target",
    }
)
_BAD_ABOVE: Final = frozenset(
    {
        "average_speed_of_answer_s",
        "wait_p50_s",
        "wait_p90_s",
        "wait_p95_s",
        "wait_max_s",
        "abandonment_rate",
        "abandoned",
        "decline_rate",
        "declined",
        "waiting",
        "waiting_over_target",
        "oldest_wait_s",
        "expected_wait_s",
        "callbacks_overdue",
        "conversations_unanswered",
        "oldest_unanswered_s",
        "average_response_time_s",
    }
)


def problems_of_limit(figure: str, above: float | None, below: float | None) -> Iterator[Problem]:
    """What is wrong with one limit of a figure, by its field."""
    lowest, highest = _range_of(figure)
    if above is not None:
        if figure in _BAD_BELOW:
            yield "above", f"expected below instead: {figure} is bad where it is low"
        elif not lowest <= above < highest:
            yield "above", _allowed(figure, lowest, highest, f"{lowest:g} or more", "under")
    if below is not None:
        if figure in _BAD_ABOVE:
            yield "below", f"expected above instead: {figure} is bad where it is high"
        elif not lowest < below <= highest:
            yield "below", _allowed(figure, lowest, highest, f"more than {lowest:g}", "at most")


def _range_of(figure: str) -> tuple[float, float]:
    if figure in _RANGES:
        return _RANGES[figure]
    return 0.0, 1.0 if figure in SHARES - SHARES_ABOVE_1 else math.inf


def _allowed(figure: str, lowest: float, highest: float, least: str, most: str) -> str:
    if highest == math.inf:
        return f"expected {least}: {figure} is never less than {lowest:g}"
    # Screens ask for a share in percent.
    all_ = f"{highest:g} (100 %)" if figure in SHARES else f"{highest:g}"
    return f"expected {least} and {most} {highest:g}: {figure} is from {lowest:g} to {all_}"
