"""The floor as it was: how it is asked for an instant that is over, and played on from there."""

from __future__ import annotations

from typing import Final, Protocol

from msgspec import Struct

from stream.contract.detail import AtHand, EventsThen, Load, PresentAsked, PresentContacts
from stream.contract.figures import PictureReader

# Paused, or so many seconds of the floor in one of the clock.
SPEED_MAX: Final = 60.0


class PastState(Struct, frozen=True):
    """How a look at the past stands: which instant it shows or is to show, in microseconds, and how
    fast it plays.

    `ready` is False while the log is read up to there: `progress` is how much of that is done, from
    0 to 1, and `left_s` how long the rest may take, None while that is not known. `ended` is one
    that has come up to the present, and stands still there. `dead` is one that shows nothing more
    until it is asked for an instant anew.
    """

    at: int
    speed: float
    ready: bool
    progress: float | None = None
    left_s: float | None = None
    ended: bool = False
    dead: bool = False


class HeldSpan(Struct, frozen=True):
    """The stretch of the floor's time that can be looked at: from the first event that the log
    holds, None where it holds none, to now."""

    since: int | None
    until: int


class PastFloor(PictureReader, Protocol):
    """One look at the past, whose picture is of the instant that it shows. `follow` and `picture`
    are for one thread, and the others for any."""

    def seek(self, at: int, speed: float) -> None:
        """Show that instant from now on, and play on from it at that speed."""
        ...

    def state(self) -> PastState:
        """How it stands; without waiting."""
        ...

    def distance(self, at: int) -> int:
        """How far that instant is from what is read already, in microseconds: the less, the sooner
        it is shown."""
        ...

    def contacts(self, asked: PresentAsked) -> PresentContacts:
        """Who stood so then. Raises `NoPicture` while that instant is not shown."""
        ...

    def at_hand(self) -> list[AtHand]:
        """What each agent had at hand then. Raises `NoPicture`, too."""
        ...

    def events(self, queue: str) -> EventsThen:
        """What had happened lately in a queue by then. Raises `NoPicture`, too."""
        ...

    def loads(self) -> list[Load]:
        """What each agent had behind it then; of nobody while the log is read back for it. Raises
        `NoPicture`, too."""
        ...

    def close(self) -> None:
        """Let go of all that was read."""
        ...


class Past(Protocol):
    """The past of one floor. Any thread may ask."""

    def held(self) -> HeldSpan:
        """What can be looked at. It may take long, and raises whatever reading the log does, and
        `OtherFloor` while a drill's floor is shown, which has no past."""
        ...

    def open(self) -> PastFloor:
        """A look, which shows nothing before it is asked to."""
        ...
