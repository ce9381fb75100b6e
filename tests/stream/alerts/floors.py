"""Readings for tests of rules, in the floor's words: `reading(queues={"benefits": {...}})`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

import numpy as np

from stream.alerts.readings import Arrivals, Floats, Promised, Readings, Table, column_of
from stream.alerts.rules import OLDEST_WAIT_TARGETS
from stream.alerts.usual import PATIENCE
from stream.contract.alerts import Dimension
from stream.contract.figures import (
    COUNTS,
    LIVE_WINDOWS,
    NOW,
    SERVICE_LEVEL_VARIANTS,
    AgentSection,
    Figures,
    Levels,
    Section,
    Value,
)
from stream.contract.instants import MINUTE_US
from tests.builders import BASE_US

Metrics = Mapping[str, Value]
# What stands for all windows that are not named.
EVERY: Final = LIVE_WINDOWS
_BESIDE: Final = (PATIENCE, OLDEST_WAIT_TARGETS)
_ELSEWHERE: Final = frozenset({*COUNTS, *NOW, *SERVICE_LEVEL_VARIANTS})


def section(metrics: Metrics) -> Section:
    """A section with the metrics, all else of it unknown."""
    levels: Levels = {name: metrics.get(name) for name in SERVICE_LEVEL_VARIANTS}
    known = {name: value for name, value in metrics.items() if name not in _BESIDE}
    return Section(
        counts={name: known.get(name) for name in COUNTS},
        figures={
            **{name: value for name, value in known.items() if name not in _ELSEWHERE},
            "service_levels": levels,
        },
        now={name: known.get(name) for name in NOW},
    )


def reading(
    *,
    at_us: int = BASE_US,
    known: bool = True,
    floor: Metrics | None = None,
    queues: Mapping[str, Metrics] | None = None,
    channels: Mapping[str, Metrics] | None = None,
    teams: Mapping[str, Metrics] | None = None,
    agents: Mapping[str, Metrics] | None = None,
    windows: Mapping[str, Mapping[str, Metrics]] | None = None,
    arrivals: Mapping[str | None, Sequence[int]] | None = None,
    promises: Mapping[Promised, Mapping[str, Sequence[int]]] | None = None,
    targets_us: Mapping[str, int] | None = None,
    every: Sequence[str] = EVERY,
) -> Readings:
    """The floor at an instant, the same in every window; `windows` are queues that stand otherwise
    in one. `arrivals` are counts of the minutes up to the one that holds the instant; `every` are
    the windows that are told at all."""
    tables: dict[tuple[Dimension, str], Table] = {}
    for window in every:
        told = {name: {**each} for name, each in (queues or {}).items()}
        for name, each in (windows or {}).get(window, {}).items():
            told[name] = {**told.get(name, {}), **each}
        figures = Figures(
            as_of=None,
            window=window,
            floor=section(floor or {}),
            queues=_sections(told),
            channels=_sections(channels or {}),
            teams=_sections(teams or {}),
            health={},
            agents={
                name: AgentSection(None, None, None, None, one.counts, one.figures)
                for name, one in _sections(agents or {}).items()
            },
        )
        beside = {"floor": _columns([floor or {}]), "queue": _columns([*told.values()])}
        tables |= tables_of(figures, beside)
    minute = at_us - at_us % MINUTE_US
    return Readings(
        as_of=at_us,
        known=known,
        tables=tables,
        arrivals={
            name: Arrivals(minute - (len(counts) - 1) * MINUTE_US, counts)
            for name, counts in (arrivals or {}).items()
        },
        promises=promises or {},
        targets_us=targets_us or {},
    )


def _sections(told: Mapping[str, Metrics]) -> dict[str, Section]:
    return {name: section(metrics) for name, metrics in told.items()}


def _columns(things: Sequence[Metrics]) -> dict[str, Floats]:
    return {
        name: np.array([np.nan if one.get(name) is None else one[name] for one in things], float)
        for name in _BESIDE
    }


def tables_of(
    figures: Figures, more: Mapping[str, Mapping[str, Floats]] | None = None
) -> dict[tuple[Dimension, str], Table]:
    """The tables of one window's figures; `more` has columns by dimension and metric."""
    sections: dict[Dimension, Mapping[Any, Section | AgentSection]] = {
        "floor": {None: figures.floor},
        "queue": figures.queues,
        "channel": figures.channels,
        "team": figures.teams,
        "agent": figures.agents or {},
    }
    return {
        (dimension, figures.window): Table(
            list(told), (more or {}).get(dimension), partial(column_of, list(told.values()))
        )
        for dimension, told in sections.items()
    }
