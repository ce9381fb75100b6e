"""How far the picture can be trusted, in words: the only rules for that there are.

The wall, the screen of the stream's health, /readyz and the API say what is found here, so that no
two of them can differ.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, Literal

from msgspec import Struct

from dashboard.said import Amount, Said, Told, say
from stream.contract.figures import Picture

# More partitions than this in one sentence are no longer read in passing.
NAMED_MAX: Final = 3
# For so long after the last partition has caught up it is still said, so that a floor that is
# about as far behind as the limit does not flicker.
SAID_ON_FOR: Final = timedelta(seconds=3)

Trusted = Literal["fresh", "catching up", "silent"]


class Behind(Struct, frozen=True):
    """So many of the partitions tell the past, `behind_s` old at most where that is known."""

    count: int
    of: int
    behind_s: float | None


class TrustSaid(Struct, frozen=True):
    """The texts of a `Trust`, as each browser writes them in its own language."""

    lead: Said
    rest: Said | None
    warning: Said | None
    age: Said | None


class Trust(Struct, frozen=True):
    """How far a picture is the present. `lead` is the part of the headline that takes the state's
    colour. While the stream catches up, `warning` says so for a banner or a reason, and `age`
    stands where else the age does."""

    state: Trusted
    lead: str
    rest: str
    warning: str | None
    age: str | None
    said: TrustSaid


class CatchingUp:
    """Remembers for a while that the stream was catching up; asks no clock."""

    def __init__(self) -> None:
        self._behind: Behind | None = None
        self._seen_at: datetime | None = None

    def look(self, picture: Picture, moment: datetime) -> Behind | None:
        """How far behind the picture is, or was until just now."""
        behind = behind_of(picture)
        if behind is not None:
            self._behind, self._seen_at = behind, moment
        elif self._seen_at is None or not timedelta() <= moment - self._seen_at < SAID_ON_FOR:
            self._behind = self._seen_at = None
        return self._behind


def behind_of(picture: Picture) -> Behind | None:
    """How far behind the partitions are that tell the past; None where none does."""
    count = len(picture.freshness.catching_up)
    if not count:
        return None
    each = [one.behind_s for one in picture.partitions if one.state == "catching up"]
    known = [behind_s for behind_s in each or [picture.freshness.behind_s] if behind_s is not None]
    # One that does not know yet may be further behind than all that do.
    whole = len(known) == max(1, len(each))
    return Behind(count, picture.freshness.partitions, max(known) if whole else None)


def trust(picture: Picture, behind: Behind | None) -> Trust:
    """What is to be said of this picture, `behind` being how far it is behind, if it is."""
    warning = None if behind is None else _warning(behind)
    age = None if behind is None else _age(behind)
    silent = picture.freshness.silent
    if silent or picture.freshness.age_s is None:
        rest = _others(picture) if behind is None else _behind_sentence(behind)
        return _trust("silent", _silence(picture), rest, warning, age)
    if behind is not None:
        return _trust("catching up", *_behind(behind), warning, age)
    return _trust("fresh", *_fresh(picture), None, None)


def _trust(
    state: Trusted, lead: Told, rest: Told | None, warning: Told | None, age: Told | None
) -> Trust:
    said = TrustSaid(
        lead.said, *(None if one is None else one.said for one in (rest, warning, age))
    )
    return Trust(
        state,
        lead.text,
        "" if rest is None else rest.text,
        None if warning is None else warning.text,
        None if age is None else age.text,
        said,
    )


def _warning(behind: Behind) -> Told:
    if behind.behind_s is None:
        return say("catching up: how far behind is not known yet")
    return say("catching up: {how_far}", how_far=_how_far(behind))


def _how_far(behind: Behind) -> Told:
    span = Amount("span_up", behind.behind_s or 0.0)
    if behind.count == behind.of:
        return say("figures are up to {span} behind (all partitions)", span=span)
    return say(
        "figures are up to {span} behind ({n} of {all} partitions)",
        span=span,
        n=behind.count,
        all=behind.of,
    )


def _behind(behind: Behind) -> tuple[Told, Told | None]:
    """The warning as a headline in two parts."""
    if behind.behind_s is None:
        return _behind_sentence(behind), None
    return say("Catching up:"), say("{how_far}.", how_far=_how_far(behind))


def _behind_sentence(behind: Behind) -> Told:
    if behind.behind_s is None:
        return say("Catching up: how far behind is not known yet.")
    return say("Catching up: {how_far}.", how_far=_how_far(behind))


def _age(behind: Behind) -> Told:
    if behind.behind_s is None:
        return say("catching up")
    return say("catching up · {span} behind", span=Amount("span_up", behind.behind_s))


def _fresh(picture: Picture) -> tuple[Told, Told | None]:
    count, workers = picture.freshness.partitions, len(picture.workers)
    if not workers:
        if count > 1:
            return say("All {count} partitions are fresh.", count=count), None
        return say("The one partition is fresh."), None
    lead = say("The one partition is fresh,")
    if count > 1:
        lead = say("All {count} partitions are fresh,", count=count)
    if workers == 1:
        return lead, say("read by 1 worker.")
    return lead, say("read by {workers} workers.", workers=workers)


def _silence(picture: Picture) -> Told:
    silent, count = picture.freshness.silent, picture.freshness.partitions
    told = [one for one in picture.partitions if one.partition in silent and one.age_s is not None]
    if not told:
        return _never_told(silent, count)
    span = Amount("span", max(one.age_s for one in told if one.age_s is not None))
    if len(silent) == 1:
        return say(
            "Partition {number} has been silent for {span}.", number=str(silent[0]), span=span
        )
    # One may have been silent for longer than the others.
    if len(told) == 1:
        return say("{who} have been silent for {span}.", who=_who(silent, count), span=span)
    return say("{who} have been silent for up to {span}.", who=_who(silent, count), span=span)


def _never_told(silent: list[int], count: int) -> Told:
    if len(silent) in {0, count}:
        return say("No partition has told anything yet: is a worker running?")
    if len(silent) == 1:
        return say("Partition {number} has told nothing yet.", number=str(silent[0]))
    return say("{who} have told nothing yet.", who=_who(silent, count))


def _who(numbers: list[int], count: int) -> Told:
    """More than one partition."""
    if len(numbers) == count:
        return say("All {count} partitions", count=count)
    if len(numbers) > NAMED_MAX:
        return say("{n} of {all} partitions", n=len(numbers), all=count)
    return say("Partitions {numbers}", numbers=[str(one) for one in numbers])


def _others(picture: Picture) -> Told | None:
    count = sum(one.state == "fresh" for one in picture.partitions)
    if not count:
        return None
    return say("The other is fresh.") if count == 1 else say("The other {n} are fresh.", n=count)
