"""The life of one alert: a small machine that is told, again and again, how its rule stands.

        breach            held for `for`          clear             clear for `clear_after`
 inactive ──▶ pending ───────────────▶ firing ───────▶ recovering ───────────────────▶ resolved
     ▲          │ clear                 │  ▲  ◀──────────┘ breach, or not yet clear       │
     └──────────┘                unknown│  │ known again                                  │
     ▲                                  ▼  │                                              │
     │                                 no_data                                            │
     └────────────────────────────────────────────────────────────────────────────────────┘

A rule that needs not hold for any time fires at once. What came back soon after it was resolved
flaps: it is the same alert again, and has to be clear for longer each time.
"""

from __future__ import annotations

from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from stream.contract.alerts import OPEN_STATES, State
from stream.contract.instants import MINUTE_US, SECOND_US

# `hold` is between the two levels of a rule: neither as bad as to fire nor as good as to clear.
Signal = Literal["breach", "hold", "clear", "unknown"]

# The figures of a floor may be missing for a moment, as when a worker takes over from another.
UNKNOWN_FOR_US: Final = 15 * SECOND_US
# What fires again this soon after it was resolved was not over.
FLAPPING_US: Final = 15 * MINUTE_US
# How many times its `clear_after` a flapping alert must be clear, at the most.
DAMPED_MAX: Final = 8
# While nobody looked for longer than this, nobody knows whether a condition went on holding; a
# clock that jumps by more was set.
GAP_US: Final = 2 * MINUTE_US


class Timing(Struct, frozen=True):
    """How long a rule must hold to fire, and be clear to be over, in microseconds."""

    hold_us: int
    clear_us: int


class Life(Struct, frozen=True, array_like=True):
    """Where an alert stands; times on the floor's clock, in microseconds.

    `since` is when it entered the state and `began` when its condition began to hold;
    `unknown_since` is set while the figures are missing. Of one that is over, `resolved_at` and
    `flaps` are kept for as long as it may come back.
    """

    state: State = "inactive"
    since: int = 0
    began: int | None = None
    fired_at: int | None = None
    unknown_since: int | None = None
    resolved_at: int | None = None
    flaps: int = 0

    @property
    def is_open(self) -> bool:
        """Whether it fires, or did when it was last known."""
        return self.state in OPEN_STATES

    @property
    def is_told(self) -> bool:
        """Whether its figures go to anybody: while it is open, and as it is over."""
        return self.is_open or self.state == "resolved"

    def may_be_forgotten(self, now: int) -> bool:
        """Whether nothing of it matters any more."""
        if self.state == "resolved":
            return False
        return self.state == "inactive" and not _is_fresh(self, now)


INACTIVE: Final = Life()


def step(life: Life, signal: Signal, now: int, timing: Timing) -> Life:
    """The alert as of `now`, which is not before the last time it was told anything."""
    if life.state == "resolved":
        # It was resolved for everybody to see; now it waits to be forgotten, or to come back.
        life = replace(life, state="inactive", since=now, began=None, fired_at=None)
    if signal == "unknown":
        return _unknown(life, now)
    known = life if life.unknown_since is None else replace(life, unknown_since=None)
    match known.state:
        case "inactive" | "pending":
            return _not_fired(known, signal, now, timing)
        case _:
            return _fired(known, signal, now, timing)


def after_gap(life: Life, now: int) -> Life:
    """The alert when nobody looked at it for longer than `GAP_US`, or the clock was set: what was
    timed begins anew."""
    if life.unknown_since is not None:
        life = replace(life, unknown_since=now)
    if life.state in ("pending", "recovering"):
        began = now if life.state == "pending" else life.began
        return replace(life, since=now, began=began)
    return life


def clear_for_us(life: Life, timing: Timing) -> int:
    """How long it must be clear to be over."""
    return timing.clear_us * min(1 << life.flaps, DAMPED_MAX)


def _not_fired(life: Life, signal: Signal, now: int, timing: Timing) -> Life:
    if signal != "breach":
        if life.state == "inactive":
            return life
        return replace(life, state="inactive", since=now, began=None)
    if life.state == "inactive":
        life = replace(life, state="pending", since=now, began=now)
    assert life.began is not None
    if now - life.began < timing.hold_us:
        return life
    flaps = life.flaps + 1 if _is_fresh(life, now) else 0
    return replace(life, state="firing", since=now, fired_at=now, flaps=flaps)


def _fired(life: Life, signal: Signal, now: int, timing: Timing) -> Life:
    if signal != "clear":
        return life if life.state == "firing" else replace(life, state="firing", since=now)
    if life.state != "recovering":
        life = replace(life, state="recovering", since=now)
    if now - life.since < clear_for_us(life, timing):
        return life
    return replace(life, state="resolved", since=now, resolved_at=now)


def _unknown(life: Life, now: int) -> Life:
    if life.state in ("inactive", "no_data"):
        return life
    if life.unknown_since is None:
        life = replace(life, unknown_since=now)
    assert life.unknown_since is not None
    if now - life.unknown_since < UNKNOWN_FOR_US:
        return life
    if life.state == "pending":
        # It cannot be told whether it held all the while.
        return replace(life, state="inactive", since=now, began=None, unknown_since=None)
    return replace(life, state="no_data", since=now, unknown_since=None)


def _is_fresh(life: Life, now: int) -> bool:
    """Whether it was resolved so shortly ago that it may come back as the same."""
    return life.resolved_at is not None and now - life.resolved_at <= FLAPPING_US
