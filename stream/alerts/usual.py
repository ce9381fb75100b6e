"""What is usual in a queue of late, to explain by what is not.

Each minute teaches a little, a quarter of an hour after it was: so what begins to go wrong now is
not taken for usual before anybody heard of it, nor while an alert says that it is wrong.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from msgspec import Struct

from stream.alerts.readings import Readings
from stream.contract.alerts import Dimension
from stream.staffing.explanation import Conditions

# So long ago half of what is usual was learned.
HALF_LIFE_MINUTES: Final = 60.0
HELD_MINUTES: Final = 15
# A share of handle times and of patience is told by few contacts; a rate needs a shorter look.
RATE_WINDOW: Final = "15m"
RATE_S: Final = 900.0
HANDLE_WINDOW: Final = "30m"
_RATE_WINDOWS_AN_HOUR: Final = 4
PATIENCE: Final = "patience_s"

# Offered an hour, handle time, agents, patience: as in `Conditions`.
Look = tuple[float | None, float | None, float | None, float | None]
UNKNOWN: Final[Look] = (None, None, None, None)


class Usual(Struct, frozen=True, array_like=True):
    """What is usual, and the newest looks, which are not learned from yet."""

    known: Look = UNKNOWN
    held: list[Look] = []

    def conditions(self) -> Conditions:
        """As staffing mathematics takes it."""
        return _conditions(self.known)


def learned(usual: Usual, look: Look) -> Usual:
    """One minute later."""
    held = [*usual.held, look]
    if len(held) <= HELD_MINUTES:
        return Usual(usual.known, held)
    oldest, *held = held
    weight = 1 - 0.5 ** (1 / HALF_LIFE_MINUTES)
    before, now = usual.known, oldest
    known = tuple(_mixed(a, b, weight) for a, b in zip(before, now, strict=True))
    return Usual(known, held)  # type: ignore[arg-type]


def first_known(usual: Usual) -> Conditions:
    """What is usual, or while nothing was learned yet, the oldest look."""
    if usual.known != UNKNOWN or not usual.held:
        return usual.conditions()
    return _conditions(usual.held[0])


def look_at(readings: Readings, queue: str | None) -> Look:
    """How a queue, or the floor, stands."""
    dimension: Dimension = "floor" if queue is None else "queue"
    rates = readings.table(dimension, RATE_WINDOW)
    place = rates.place(queue)
    handled = readings.table(dimension, HANDLE_WINDOW)
    other = handled.place(queue)
    if place is None or other is None:
        return UNKNOWN
    staffed = rates.column("agents_staffed")[place]
    if not staffed and rates.column("answered")[place]:
        # Somebody answers, so agents' states are not told here: who is there, nobody knows.
        staffed = np.nan
    working = staffed - rates.column("agents_away")[place]
    return (
        _known(_RATE_WINDOWS_AN_HOUR * rates.column("offered")[place]),
        _known(rates.column("average_handle_time_s")[place])
        or _known(handled.column("average_handle_time_s")[other]),
        _known(working),
        _known(handled.column(PATIENCE)[other]) if handled.has(PATIENCE) else None,
    )


def now(readings: Readings, queue: str | None) -> Conditions:
    """How a queue, or the floor, stands, as staffing mathematics takes it."""
    return _conditions(look_at(readings, queue))


def _conditions(look: Look) -> Conditions:
    offered, handle_time_s, agents, patience_s = look
    return Conditions(
        offered_per_hour=offered,
        handle_time_s=handle_time_s,
        agents=agents,
        patience_s=patience_s,
    )


def _mixed(before: float | None, now: float | None, weight: float) -> float | None:
    if before is None or now is None:
        return before if now is None else now
    return before + weight * (now - before)


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)
