"""How far the picture can be trusted, in words: the only rules for that there are.

The wall, the screen of the stream's health, /readyz and the API say what is found here, so that no
two of them can differ.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, Literal

from msgspec import Struct

from dashboard.words import listed, sentence, span, span_up
from stream.contract.figures import PartitionState, Picture

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


class Trust(Struct, frozen=True):
    """How far a picture is the present. `lead` is the part of the headline that takes the state's
    colour. While the stream catches up, `warning` says so for a banner or a reason, and `age`
    stands where else the age does."""

    state: Trusted
    lead: str
    rest: str
    warning: str | None
    age: str | None


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
        rest = sentence(warning) if warning else _others(picture)
        return Trust("silent", _silence(picture), rest, warning, age)
    if warning is not None:
        lead, _, rest = sentence(warning).partition(" figures")
        return Trust("catching up", lead, f"figures{rest}" if rest else "", warning, age)
    lead, rest = _fresh(picture)
    return Trust("fresh", lead, rest, None, None)


def _warning(behind: Behind) -> str:
    if behind.behind_s is None:
        return "catching up: how far behind is not known yet"
    share = f"{behind.count} of {behind.of} partitions"
    if behind.count == behind.of:
        share = "all partitions"
    return f"catching up: figures are up to {span_up(behind.behind_s)} behind ({share})"


def _age(behind: Behind) -> str:
    if behind.behind_s is None:
        return "catching up"
    return f"catching up · {span_up(behind.behind_s)} behind"


def _fresh(picture: Picture) -> tuple[str, str]:
    count, workers = picture.freshness.partitions, len(picture.workers)
    lead = f"All {count} partitions are fresh" if count > 1 else "The one partition is fresh"
    if not workers:
        return f"{lead}.", ""
    return f"{lead},", f"read by {workers} worker{'' if workers == 1 else 's'}."


def _silence(picture: Picture) -> str:
    silent, count = picture.freshness.silent, picture.freshness.partitions
    told = [one for one in picture.partitions if one.partition in silent and one.age_s is not None]
    if not told:
        nobody = len(silent) in {0, count}
        who = "No partition" if nobody else _who(silent, count)
        plural = not nobody and len(silent) > 1
        yet = "anything yet: is a worker running?" if nobody else "nothing yet."
        return f"{who} {'have' if plural else 'has'} told {yet}"
    who = f"All {count} partitions" if len(silent) == count > 1 else _who(silent, count)
    return f"{who} {'has' if len(silent) == 1 else 'have'} been silent for {_how_long(told)}."


def _who(numbers: list[int], count: int) -> str:
    if len(numbers) > NAMED_MAX:
        return f"{len(numbers)} of {count} partitions"
    return f"Partition{'' if len(numbers) == 1 else 's'} {listed(map(str, numbers))}"


def _how_long(silent: list[PartitionState]) -> str:
    ages = [one.age_s for one in silent if one.age_s is not None]
    return f"{'up to ' if len(silent) > 1 else ''}{span(max(ages))}"


def _others(picture: Picture) -> str:
    count = sum(one.state == "fresh" for one in picture.partitions)
    if not count:
        return ""
    return "The other is fresh." if count == 1 else f"The other {count} are fresh."
