"""What a queue's days look like: contacts by local half-hour, learned from its past days."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct

from stream.alerts.surge import SETTLED_DAYS

SLOT_MINUTES: Final = 30
SLOTS: Final = 24 * 60 // SLOT_MINUTES
# So many of each weekday are kept: seven weeks ago the season was another.
SAME_DAYS_MAX: Final = 6
# From so many on, the largest and the smallest of a half-hour are left out.
TRIMMED_MIN: Final = 3
# Days are alike where they share as much of their contacts, half-hour by half-hour.
ALIKE_MIN: Final = 0.75
# Neighbouring half-hours that differ by more than that are a queue that opens or shuts: a step,
# which smoothing would only hide.
STEP: Final = 3.0

Counts = Sequence[float | None]


class Day(Struct, frozen=True, array_like=True):
    """A past day by its ordinal, and its contacts by local half-hour; None where not known."""

    ordinal: int
    counts: list[int | None]

    @property
    def weekday(self) -> int:
        """Monday is 0, as with `datetime`."""
        return (self.ordinal + 6) % 7


class Profile(Struct, frozen=True):
    """What a day is expected to bring: contacts a minute by half-hour, None where no past day
    knows it. `rates` is the best estimate, `least` what may be counted on.

    `days` is how many days of the same weekday they are made of. Before there are three, the two
    differ: of one day or two, nobody knows which half-hours were odd.
    """

    rates: list[float | None]
    least: list[float | None]
    days: int


def keep(days: Iterable[Day], new: Day) -> list[Day]:
    """The days with a new one, the newest of each weekday only, oldest first."""
    ordered = sorted([*(day for day in days if day.ordinal != new.ordinal), new], key=_ordinal)
    newest_first = [day for day in reversed(ordered) if day.weekday == new.weekday]
    gone = {day.ordinal for day in newest_first[SAME_DAYS_MAX:]}
    return [day for day in ordered if day.ordinal not in gone]


def _ordinal(day: Day) -> int:
    return day.ordinal


def profile_of(days: Sequence[Day], ordinal: int) -> Profile:
    """What the day of that ordinal is expected to bring, from days before it.

    The trimmed mean of the same weekday's, half-hour by half-hour. Of one or two such days, with
    all other days at their level as one more where they are alike; without any, the others.
    """
    before = [day for day in days if day.ordinal < ordinal]
    same = [day for day in before if day.weekday == (ordinal + 6) % 7]
    ours = _typical_day(same)
    if len(same) >= SETTLED_DAYS:
        rates = _a_minute(_smooth(ours))
        return Profile(rates, rates, len(same))
    others = _typical_day([day for day in before if day not in same])
    if not same:
        return Profile(_a_minute(_smooth(others)), [None] * SLOTS, 0)
    others = _at_level(others, ours)
    least = [_least(pair) for pair in zip(ours, others, strict=True)]
    blended = _blended(ours, len(same), others) if _alike(ours, others) else ours
    return Profile(_a_minute(_smooth(blended)), _a_minute(_smooth(least)), len(same))


def _typical_day(days: Sequence[Day]) -> list[float | None]:
    return [_typical(day.counts[slot] for day in days) for slot in range(SLOTS)]


def _at_level(others: Counts, ours: Counts) -> list[float | None]:
    """The others' counts, brought to the level of ours in the half-hours that both know."""
    both = _both(ours, others)
    known = sum(other for _, other in both)
    level = sum(own for own, _ in both) / known if known else 0.0
    return [None if other is None else level * other for other in others]


def _alike(ours: Counts, others: Counts) -> bool:
    """Whether two days at one level have one shape: a Saturday may have another than a Monday."""
    both = _both(ours, others)
    return sum(map(min, both)) >= ALIKE_MIN * sum(own for own, _ in both)


def _blended(ours: Counts, days: int, others: Counts) -> list[float | None]:
    """The mean of so many days of ours and one of the others."""
    return [
        own if own is None or other is None else (days * own + other) / (days + 1)
        for own, other in zip(ours, others, strict=True)
    ]


def _both(ours: Counts, others: Counts) -> list[tuple[float, float]]:
    return [
        (own, other)
        for own, other in zip(ours, others, strict=True)
        if own is not None and other is not None
    ]


def _least(counts: Iterable[float | None]) -> float | None:
    return min((count for count in counts if count is not None), default=None)


def _a_minute(counts: Counts) -> list[float | None]:
    return [None if count is None else count / SLOT_MINUTES for count in counts]


def _typical(counts: Iterable[int | None]) -> float | None:
    """The mean, of three or more without the largest and the smallest."""
    known = sorted(count for count in counts if count is not None)
    if not known:
        return None
    trimmed = known[1:-1] if len(known) >= TRIMMED_MIN else known
    return sum(trimmed) / len(trimmed)


def _smooth(counts: Counts) -> list[float | None]:
    """Each half-hour with a quarter of each neighbour that goes on from it."""
    smoothed: list[float | None] = []
    for slot, count in enumerate(counts):
        if count is None:
            smoothed.append(None)
            continue
        before = _going_on(counts, slot, slot - 1)
        after = _going_on(counts, slot, slot + 1)
        smoothed.append(count / 2 + before / 4 + after / 4)
    return smoothed


def _going_on(counts: Counts, slot: int, beside: int) -> float:
    """The neighbour's count; the slot's own where there is none, or a step lies between."""
    own = counts[slot] or 0.0
    other = counts[beside] if 0 <= beside < SLOTS else None
    if other is None or max(own, other) > STEP * min(own, other):
        return own
    return other


def rate_at(rates: Counts, minute_of_day: float) -> float | None:
    """Contacts a minute then, of rates by half-hour; None where not known.

    Between the middles of half-hours a straight line, so that a day has no steps but those of a
    queue that opens or shuts.
    """
    slot = min(int(minute_of_day // SLOT_MINUTES), SLOTS - 1)
    own = rates[slot]
    if own is None:
        return None
    place = minute_of_day / SLOT_MINUTES - slot - 0.5
    beside = _going_on(rates, slot, slot + (1 if place > 0 else -1))
    return own + abs(place) * (beside - own)
