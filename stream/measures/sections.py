"""Sections: every count, figure and now of queues, channels, teams, agents or of the floor.

All rows of a dimension are calculated together, a column at a time; only the last step makes
of each row the names and values that are told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from stream.contract.figures import (
    COUNTS,
    DRIVERS,
    MEANINGLESS_IN_CHANNELS,
    MEANINGLESS_IN_TEAMS,
    NOW,
    SERVICE_LEVEL_VARIANTS,
    Levels,
    Section,
    ServiceLevelVariant,
    Value,
)
from stream.contract.instants import SECOND_US
from stream.measures.people import StateTimes
from stream.measures.ratio import Floats, ratio
from stream.measures.satisfaction import net_promoter_score, wilson_interval
from stream.measures.service_level import service_levels
from stream.measures.waits import wait_quantiles
from stream.windows.columns import COLUMN
from stream.windows.sparse import Ints

MEANINGLESS: Final[dict[str, frozenset[str]]] = {
    "floor": frozenset(),
    "queue": frozenset(),
    "channel": MEANINGLESS_IN_CHANNELS,
    "team": MEANINGLESS_IN_TEAMS,
    "agent": MEANINGLESS_IN_TEAMS,
}

# Metrics that agents' stretches are added up for, which costs more than all others.
OF_AGENTS_TIME: Final = frozenset({"occupancy", "utilisation"})

# Whole numbers, or such as may be missing.
Column = NDArray[Any]


class Totals(Struct, frozen=True):
    """What a window adds up to, by row: `counts` [rows, columns], `waits` [rows, buckets],
    `longest_us` [rows] (-1 where nobody was answered), and the agents' time."""

    counts: Ints
    waits: NDArray[np.integer]
    longest_us: Ints
    times: StateTimes


# How each row stands now, by the names of METRICS; not a number where there is none.
Present = dict[str, Column]


class Counted(Struct, frozen=True):
    """Counts and figures of rows, each told as names and values."""

    counts: list[dict[str, Value]]
    figures: list[dict[str, Value | Levels]]


def sections(
    dimension: str,
    totals: Totals,
    present: Present,
    variants: Sequence[ServiceLevelVariant],
) -> list[Section]:
    """All that is told of the things of a dimension; None where a name has no meaning there."""
    counted = counts_and_figures(dimension, totals, variants, present["waiting_over_target"])
    now = _told({name: present[name] for name in NOW}, MEANINGLESS[dimension])
    return list(map(Section, counted.counts, counted.figures, now))


def counts_and_figures(
    dimension: str,
    totals: Totals,
    variants: Sequence[ServiceLevelVariant],
    waiting_over_target: Column,
) -> Counted:
    """The counts and figures of a window, with the service-level variant of each row."""
    meaningless = MEANINGLESS[dimension]
    counts = {name: _count(totals.counts, name) for name in COUNTS}
    levels = _levels(totals, waiting_over_target)
    shown = _chosen(levels, variants)
    figures: dict[str, Column] = {
        "service_level": shown,
        # Kept a place here, and filled below.
        "service_levels": shown,
        **_service_figures(totals),
        **_handling_figures(totals),
        **_survey_figures(totals),
        "occupancy": totals.times.occupancy,
        "utilisation": totals.times.utilisation,
    }
    told: list[dict[str, Any]] = _told(figures, meaningless)
    if "service_levels" not in meaningless:
        each = _told(levels, frozenset())
        for row, row_levels in zip(told, each, strict=True):
            row["service_levels"] = row_levels
    return Counted(_told(counts, meaningless), told)


class Columns:
    """The columns of a dimension by metric. A metric is worked out when it is first asked for,
    and those that are worked out with it are kept, so that a look at few of them costs little."""

    def __init__(
        self,
        dimension: str,
        totals: Totals,
        present: Present,
        variants: Sequence[ServiceLevelVariant],
    ) -> None:
        self._meaningless = MEANINGLESS[dimension]
        if "service_levels" in self._meaningless:
            self._meaningless |= frozenset(SERVICE_LEVEL_VARIANTS)
        self._totals = totals
        self._present = present
        self._variants = variants
        self._known: dict[str, Column] = {}

    def column(self, metric: str) -> Floats:
        """The metric of each row, not a number where it has none. Raises `KeyError` for a name
        that is no metric's."""
        totals = self._totals
        if metric in self._meaningless:
            return np.full(len(totals.counts), np.nan)
        if metric in NOW:
            return _floats(self._present[metric])
        if metric in COUNTS:
            return _floats(_count(totals.counts, metric))
        if metric not in self._known:
            self._known |= self._worked_out(metric)
        return _floats(self._known[metric])

    def _worked_out(self, metric: str) -> Mapping[str, Column]:
        totals = self._totals
        if metric == "service_level" or metric in SERVICE_LEVEL_VARIANTS:
            levels = _levels(totals, self._present["waiting_over_target"])
            told: dict[str, Column] = {"service_level": _chosen(levels, self._variants)}
            return told | {str(variant): level for variant, level in levels.items()}
        if metric in OF_AGENTS_TIME:
            return {metric: getattr(totals.times, metric)}
        if metric in _SERVICE:
            return _service_figures(totals)
        if metric in _HANDLING:
            return _handling_figures(totals)
        return _survey_figures(totals)


def _levels(totals: Totals, waiting_over_target: Column) -> dict[ServiceLevelVariant, Floats]:
    counts = totals.counts
    return service_levels(
        answered_in_target=_count(counts, "answered_in_target"),
        answered_waited=_count(counts, "answered_waited"),
        abandoned=_count(counts, "abandoned"),
        abandoned_in_target=_count(counts, "abandoned_in_target"),
        waiting_over_target=waiting_over_target,
    )


def _chosen(
    levels: Mapping[ServiceLevelVariant, Floats], variants: Sequence[ServiceLevelVariant]
) -> Floats:
    """The level of each row in its variant."""
    chosen = np.array([SERVICE_LEVEL_VARIANTS.index(variant) for variant in variants], np.int64)
    shown: Floats = np.stack(list(levels.values()))[chosen, np.arange(len(chosen))]
    return shown


def _floats(column: Column) -> Floats:
    return column.astype(np.float64, copy=False)


_SERVICE: Final = frozenset(
    {
        "average_speed_of_answer_s",
        "wait_p50_s",
        "wait_p90_s",
        "wait_p95_s",
        "wait_max_s",
        "abandonment_rate",
    }
)
_HANDLING: Final = frozenset(
    {
        "average_handle_time_s",
        "average_talk_time_s",
        "average_hold_time_s",
        "average_wrap_time_s",
        "transfer_rate",
        "decline_rate",
        "callbacks_kept_rate",
        "average_response_time_s",
    }
)


def _service_figures(totals: Totals) -> dict[str, Column]:
    counted = totals.counts
    answered_waited = counted[:, COLUMN["answered_waited"]]
    abandoned = counted[:, COLUMN["abandoned"]]
    p50, p90, p95 = wait_quantiles(totals.waits, totals.longest_us)
    longest = np.where(totals.longest_us >= 0, totals.longest_us / SECOND_US, np.nan)
    return {
        "average_speed_of_answer_s": _mean_s(counted[:, COLUMN["wait_sum_us"]], answered_waited),
        "wait_p50_s": p50,
        "wait_p90_s": p90,
        "wait_p95_s": p95,
        "wait_max_s": longest,
        "abandonment_rate": ratio(abandoned, answered_waited + abandoned),
    }


def _handling_figures(totals: Totals) -> dict[str, Column]:
    counted = totals.counts.T
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


def _survey_figures(totals: Totals) -> dict[str, Column]:
    counted = totals.counts.T
    answers, top = counted[COLUMN["csat_n"]], counted[COLUMN["csat_top"]]
    low, high = wilson_interval(top, answers)
    figures: dict[str, Column] = {
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


def _count(counts: Ints, name: str) -> Column:
    if name.endswith("_sum_s"):
        return counts[:, COLUMN[f"{name[:-2]}_us"]] / SECOND_US
    return counts[:, COLUMN[name]]


def _told(columns: Mapping[Any, Column], meaningless: Iterable[str]) -> list[dict[Any, Any]]:
    """Each row as names and values: whole numbers whole, None for what is not a number or has no
    meaning."""
    rows = len(next(iter(columns.values())))
    values = [
        [None] * rows if name in meaningless else _values(column)
        for name, column in columns.items()
    ]
    return [dict(zip(columns, row, strict=True)) for row in zip(*values, strict=True)]


def _values(column: Column) -> list[Value]:
    if column.dtype.kind != "f":
        whole: list[Value] = column.tolist()
        return whole
    told: list[Value] = column.tolist()
    for place in np.flatnonzero(np.isnan(column)).tolist():
        told[place] = None
    return told


def _mean_s(total_us: Ints, count: Ints) -> Floats:
    return ratio(total_us, count) / SECOND_US
