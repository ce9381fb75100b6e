"""How many contacts a minute of a queue is expected to bring, as far as its past can tell.

    expected = profile (local half-hour of this weekday) x level of late x busyness of today

`Baseline` is advanced minute by minute; its `Memory` is all it knows, some kB that go through the
log. Where no day of this weekday is known yet, it is a guess from the others and from what came
lately, and says so.
"""

from __future__ import annotations

import math
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from stream.alerts.busyness import (
    LEARNING,
    Busyness,
    LearningRule,
    alpha,
    drop_held,
    factor,
    fade,
    learn,
)
from stream.alerts.profile import SLOT_MINUTES, SLOTS, Day, Profile, keep, profile_of, rate_at
from stream.alerts.surge import SETTLED_DAYS, Expected
from stream.contract.instants import MINUTE_US, SECOND_US

# Another number where the same bytes would mean something else.
VERSION: Final = 1
# A signal that lasts as long is no surge but how things are now: learning goes on.
FROZEN_US_MAX: Final = 180 * MINUTE_US
# A half-hour of which less was seen is not known.
SLOT_OBSERVED_MIN: Final = 15
# How much of a day's ratio to its profile the next days are expected to have: successive days'
# busyness correlates with .6 or so (Brown et al. 2005), and the profile is three weeks behind.
LEVEL_GAIN: Final = 0.3
LEVEL_MOST: Final = 2.0

# Where no day of this weekday is known, what came lately counts too: contacts a minute. They may
# grow by so much before that is news, and are asked only when they have gone on for more than an
# hour since the queue was quiet: a day that opens looks just like a surge.
RECENT: Final = LearningRule(prior=0.0, half_life_minutes=30.0, winsor=None)
RECENT_MINUTES_MIN: Final = 30.0
RECENT_GROWTH: Final = 1.5
QUIET_PER_MINUTE: Final = 0.1
# The dispersion while there are less than three days of this weekday.
LEARNING_ALPHA: Final = 0.1


class Memory(Struct):
    """All that a baseline knows of its queue. `until` is the end of the last minute taken in, and
    `signal_since` when the present signal began, microseconds; `level` is how many times their
    profile the last days brought; `today` is the local day's ordinal, and of each half-hour of it
    `counts` are the contacts and `observed` the minutes seen."""

    version: int = VERSION
    days: list[Day] = []
    level: float = 1.0
    until: int | None = None
    today: int | None = None
    counts: list[int] = msgspec.field(default_factory=lambda: [0] * SLOTS)
    observed: list[int] = msgspec.field(default_factory=lambda: [0] * SLOTS)
    busyness: Busyness = msgspec.field(default_factory=Busyness)
    recent: Busyness = msgspec.field(default_factory=Busyness)
    signal_since: int | None = None


class Baseline:
    """One queue's baseline, in the time zone of its days.

    For each minute, in order: `expected(minute)`, then `advance(minute, count)` once it is over.
    """

    def __init__(
        self, zone: ZoneInfo, memory: Memory | None = None, learning: LearningRule = LEARNING
    ) -> None:
        self._zone = zone
        self._learning = learning
        self._memory = Memory() if memory is None else memory
        self._profile: tuple[int, Profile] | None = None

    @property
    def memory(self) -> Memory:
        """All that it knows, for the log."""
        return self._memory

    def expected(self, minute: int) -> Expected | None:
        """What the minute that begins then (microseconds) is expected to bring, by what came
        before it; None where nothing is known to go by."""
        ordinal, of_day = self._local(minute)
        profile = self._profile_of(ordinal)
        rate = rate_at(profile.rates, of_day + 0.5)
        memory = self._memory
        today = memory.level * factor(memory.busyness, self._learning)
        if profile.days == 0:
            return self._guessed((rate or 0.0) * today)
        least = rate_at(profile.least, of_day + 0.5)
        if rate is None or least is None:
            return None
        uncertain = alpha(memory.busyness, self._learning)
        if profile.days < SETTLED_DAYS:
            uncertain = max(uncertain, LEARNING_ALPHA)
        return Expected(rate * today, least * today, uncertain, profile.days)

    def _guessed(self, rate: float) -> Expected | None:
        recent = self._memory.recent
        if recent.profile < RECENT_MINUTES_MIN:
            return None
        lately = RECENT_GROWTH * factor(recent, RECENT)
        return Expected(max(lately, rate), 0.0, LEARNING_ALPHA)

    def advance(self, minute: int, count: int, *, signals: bool = False) -> None:
        """Take in the minute that began then (microseconds), which brought `count` contacts.

        `signals` is whether a chart for a surge or a drop signals. Then busyness learns nothing
        from the minute, nor from those just before it, until the signal has lasted for 3 hours.
        Past days take every minute: an odd day is one among six. Minutes left out are a gap, of
        which nothing is known. Raises `ValueError` for one that is not after the last.
        """
        memory = self._memory
        if memory.until is not None and minute < memory.until:
            raise ValueError(f"minute {minute} is not after the last, which ended {memory.until}")
        gap = 0 if memory.until is None else (minute - memory.until) // MINUTE_US
        ordinal, of_day = self._local(minute)
        if memory.today != ordinal:
            self._end_day(ordinal)
        if gap:
            fade(memory.busyness, gap, self._learning)
            fade(memory.recent, gap, RECENT)
        memory.until = minute + MINUTE_US
        memory.counts[of_day // SLOT_MINUTES] += count
        memory.observed[of_day // SLOT_MINUTES] += 1
        self._take_recent(count)
        profile = self._profile_of(ordinal)
        rate = rate_at(profile.rates, of_day + 0.5)
        if self._is_frozen(minute, signals=signals and profile.days > 0):
            drop_held(memory.busyness)
        elif rate is not None:
            learn(memory.busyness, count, rate * memory.level, self._learning)

    def _is_frozen(self, minute: int, *, signals: bool) -> bool:
        memory = self._memory
        if not signals:
            memory.signal_since = None
            return False
        if memory.signal_since is None:
            memory.signal_since = minute
        return minute - memory.signal_since < FROZEN_US_MAX

    def _take_recent(self, count: int) -> None:
        memory = self._memory
        if count and memory.recent.profile and factor(memory.recent, RECENT) < QUIET_PER_MINUTE:
            memory.recent = Busyness()
        learn(memory.recent, count, 1.0, RECENT)

    def _end_day(self, next_ordinal: int) -> None:
        memory = self._memory
        if memory.today is not None and any(memory.observed):
            ended = Day(memory.today, _known(memory.counts, memory.observed))
            memory.level = _level(memory.level, ended, self._profile_of(ended.ordinal))
            memory.days = keep(memory.days, ended)
            # The new day may have been asked for already, by what was known without this one.
            self._profile = None
        memory.today = next_ordinal
        memory.counts = [0] * SLOTS
        memory.observed = [0] * SLOTS

    def _profile_of(self, ordinal: int) -> Profile:
        if self._profile is None or self._profile[0] != ordinal:
            self._profile = (ordinal, profile_of(self._memory.days, ordinal))
        return self._profile[1]

    def _local(self, minute: int) -> tuple[int, int]:
        """The local day's ordinal, and the minute in it by the clock on the wall."""
        local = datetime.fromtimestamp(minute // SECOND_US, self._zone)
        return local.toordinal(), local.hour * 60 + local.minute


def _known(counts: list[int], observed: list[int]) -> list[int | None]:
    """Each half-hour as if all of it had been seen; an hour that the clock repeats as its mean."""
    return [
        round(count * SLOT_MINUTES / minutes) if minutes >= SLOT_OBSERVED_MIN else None
        for count, minutes in zip(counts, observed, strict=True)
    ]


def _level(level: float, day: Day, profile: Profile) -> float:
    """The level with one more day: the logarithm moves a part of the way to the day's own."""
    pairs = [
        (count, rate * SLOT_MINUTES)
        for count, rate in zip(day.counts, profile.rates, strict=True)
        if count is not None and rate is not None
    ]
    counted = sum(count for count, _ in pairs)
    expected = sum(rate for _, rate in pairs)
    if not (profile.days >= SETTLED_DAYS and counted and expected):
        return level
    moved = math.log(level) + LEVEL_GAIN * (math.log(counted / expected) - math.log(level))
    return min(max(math.exp(moved), 1 / LEVEL_MOST), LEVEL_MOST)
