"""Sections: every count, figure and now of one queue, channel, team, agent or of the floor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from msgspec import Struct

from stream.contract.figures import (
    COUNTS,
    DRIVERS,
    MEANINGLESS_IN_CHANNELS,
    MEANINGLESS_IN_TEAMS,
    Levels,
    Section,
    ServiceLevelVariant,
    Value,
)
from stream.contract.instants import SECOND_US
from stream.measures.people import StateTimes
from stream.measures.ratio import ratio
from stream.measures.satisfaction import net_promoter_score, wilson_interval
from stream.measures.service_level import service_levels
from stream.measures.waits import wait_quantiles
from stream.windows.columns import COLUMN, COLUMN_COUNT, WAIT_BUCKETS

MEANINGLESS: Final[dict[str, frozenset[str]]] = {
    "floor": frozenset(),
    "queue": frozenset(),
    "channel": MEANINGLESS_IN_CHANNELS,
    "team": MEANINGLESS_IN_TEAMS,
    "agent": MEANINGLESS_IN_TEAMS,
}


class Totals(Struct, frozen=True):
    """What a window adds up to: counts by column, waits by bucket, the longest wait (-1 where
    nobody was answered), and the agents' time."""

    counts: Sequence[int] = (0,) * COLUMN_COUNT
    waits: Any = None
    longest_us: int = -1
    times: StateTimes = StateTimes()


class Present(Struct):
    """How a queue, channel, team or the floor stands now; waits in microseconds."""

    waiting: int = 0
    waiting_over_target: int = 0
    oldest_wait_us: int | None = None
    in_conversation: int = 0
    on_hold: int = 0
    wrapping: int = 0
    agents_available: int = 0
    agents_busy: int = 0
    agents_wrap_up: int = 0
    agents_away: int = 0
    expected_wait_s: float | None = None
    callbacks_open: int = 0
    callbacks_overdue: int = 0
    conversations_unanswered: int = 0
    oldest_unanswered_us: int | None = None

    def add_waiting(self, waits_us: Sequence[int], target_us: int) -> None:
        self.waiting += len(waits_us)
        self.waiting_over_target += sum(wait > target_us for wait in waits_us)
        self.oldest_wait_us = _longer(self.oldest_wait_us, waits_us)

    def add_unanswered(self, ages_us: Sequence[int]) -> None:
        self.conversations_unanswered += len(ages_us)
        self.oldest_unanswered_us = _longer(self.oldest_unanswered_us, ages_us)

    def add_agent(self, state: str) -> None:
        if state != "offline":
            name = f"agents_{state}"
            setattr(self, name, getattr(self, name) + 1)


def section(
    dimension: str, totals: Totals, present: Present, variant: ServiceLevelVariant
) -> Section:
    """All that is told of one thing of a dimension; None where a name has no meaning there."""
    counts, figures = counts_and_figures(dimension, totals, variant, present.waiting_over_target)
    now = _now(present)
    _blank(now, MEANINGLESS[dimension])
    return Section(counts, figures, now)


def counts_and_figures(
    dimension: str, totals: Totals, variant: ServiceLevelVariant, waiting_over_target: int
) -> tuple[dict[str, Value], dict[str, Value | Levels]]:
    """The counts and figures of a window."""
    counts: dict[str, Value] = {}
    for name, amount in zip(COUNTS, totals.counts, strict=False):
        counts[name] = amount / SECOND_US if name.endswith("_sum_s") else amount
    figures = {
        **_service_figures(totals, variant, waiting_over_target),
        **_handling_figures(totals),
        **_survey_figures(totals),
        "occupancy": totals.times.occupancy,
        "utilisation": totals.times.utilisation,
    }
    _blank(counts, MEANINGLESS[dimension])
    _blank(figures, MEANINGLESS[dimension])
    return counts, figures


def _service_figures(
    totals: Totals, variant: ServiceLevelVariant, waiting_over_target: int
) -> dict[str, Value | Levels]:
    counted = totals.counts
    answered_waited = counted[COLUMN["answered_waited"]]
    abandoned = counted[COLUMN["abandoned"]]
    levels = service_levels(
        answered_in_target=counted[COLUMN["answered_in_target"]],
        answered_waited=answered_waited,
        abandoned=abandoned,
        abandoned_in_target=counted[COLUMN["abandoned_in_target"]],
        waiting_over_target=waiting_over_target,
    )
    waits = np.zeros(WAIT_BUCKETS, np.int32) if totals.waits is None else totals.waits
    p50, p90, p95 = wait_quantiles(waits, totals.longest_us)
    return {
        "service_level": levels[variant],
        "service_levels": levels,
        "average_speed_of_answer_s": _mean_s(counted[COLUMN["wait_sum_us"]], answered_waited),
        "wait_p50_s": p50,
        "wait_p90_s": p90,
        "wait_p95_s": p95,
        "wait_max_s": totals.longest_us / SECOND_US if totals.longest_us >= 0 else None,
        "abandonment_rate": ratio(abandoned, answered_waited + abandoned),
    }


def _handling_figures(totals: Totals) -> dict[str, Value | Levels]:
    counted = totals.counts
    handled = counted[COLUMN["handled"]]
    answered = counted[COLUMN["answered"]]
    declined = counted[COLUMN["declined"]]
    talk_us = counted[COLUMN["talk_sum_us"]]
    hold_us = counted[COLUMN["hold_sum_us"]]
    wrap_us = counted[COLUMN["wrap_sum_us"]]
    return {
        "average_handle_time_s": _mean_s(talk_us + hold_us + wrap_us, handled),
        "average_talk_time_s": _mean_s(talk_us, handled),
        "average_hold_time_s": _mean_s(hold_us, handled),
        "average_wrap_time_s": _mean_s(wrap_us, handled),
        "transfer_rate": ratio(counted[COLUMN["transferred_out"]], answered),
        "decline_rate": ratio(declined, declined + answered),
        "callbacks_kept_rate": ratio(
            counted[COLUMN["callbacks_kept"]], counted[COLUMN["callbacks_due"]]
        ),
        "average_response_time_s": _mean_s(
            counted[COLUMN["response_sum_us"]], counted[COLUMN["responses"]]
        ),
    }


def _survey_figures(totals: Totals) -> dict[str, Value | Levels]:
    counted = totals.counts
    answers, top = counted[COLUMN["csat_n"]], counted[COLUMN["csat_top"]]
    low, high = wilson_interval(top, answers)
    figures: dict[str, Value | Levels] = {
        "csat_score": ratio(top, answers),
        "csat_low": low,
        "csat_high": high,
        "csat_mean": ratio(counted[COLUMN["csat_sum"]], answers),
    }
    for driver in DRIVERS:
        figures[f"{driver}_score"] = ratio(
            counted[COLUMN[f"{driver}_top"]], counted[COLUMN[f"{driver}_n"]]
        )
    figures["resolution_rate"] = ratio(
        counted[COLUMN["resolved_yes"]], counted[COLUMN["resolved_n"]]
    )
    figures["nps"] = net_promoter_score(
        counted[COLUMN["nps_promoters"]],
        counted[COLUMN["nps_detractors"]],
        counted[COLUMN["nps_n"]],
    )
    figures["survey_response_rate"] = ratio(
        counted[COLUMN["surveys"]], counted[COLUMN["surveys_sent"]]
    )
    return figures


def _now(present: Present) -> dict[str, Value]:
    return {
        "waiting": present.waiting,
        "waiting_over_target": present.waiting_over_target,
        "oldest_wait_s": _seconds(present.oldest_wait_us),
        "in_conversation": present.in_conversation,
        "on_hold": present.on_hold,
        "wrapping": present.wrapping,
        "agents_available": present.agents_available,
        "agents_busy": present.agents_busy,
        "agents_wrap_up": present.agents_wrap_up,
        "agents_away": present.agents_away,
        "agents_staffed": present.agents_available
        + present.agents_busy
        + present.agents_wrap_up
        + present.agents_away,
        "expected_wait_s": present.expected_wait_s,
        "callbacks_open": present.callbacks_open,
        "callbacks_overdue": present.callbacks_overdue,
        "conversations_unanswered": present.conversations_unanswered,
        "oldest_unanswered_s": _seconds(present.oldest_unanswered_us),
    }


def _blank(values: dict[str, Any], names: frozenset[str]) -> None:
    for name in names:
        if name in values:
            values[name] = None


def _longer(oldest: int | None, ages_us: Sequence[int]) -> int | None:
    if not ages_us:
        return oldest
    # An event a little ahead of the clock began to wait, as far as we know, just now.
    return max(0, oldest or 0, *ages_us)


def _mean_s(total_us: int, count: int) -> float | None:
    return total_us / count / SECOND_US if count else None


def _seconds(micros: int | None) -> float | None:
    return None if micros is None else micros / SECOND_US
