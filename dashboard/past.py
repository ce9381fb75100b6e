"""The looks at the past that a dashboard has open: a feed each, shared by who looks at the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from threading import Lock, Thread
from typing import Any, Final

import structlog

from dashboard.build import ScreensFollowed
from dashboard.feed import Feed
from dashboard.past_alerts import PastAlerts
from dashboard.past_shown import PastShown
from stream.contract.alerts import Board
from stream.contract.instants import MINUTE_US, SECOND_US, Instant, from_datetime
from stream.contract.past import HeldSpan, Past, PastFloor

# Each is a process with a floor in it. A look that is over waits for the next for a while, which is
# often a minute before or after it.
LOOKS_MAX: Final = 4
IDLE_US: Final = 60 * SECOND_US
# Who plays the same at the same speed shares it while they are no further apart.
TOGETHER_US: Final = MINUTE_US
# How long what the log holds is taken as known.
HELD_KNOWN_US: Final = 10 * SECOND_US


class NoRoom(Exception):
    """There are as many looks at the past as there may be, all of them looked at.

    Operator: nothing to do.
    """


class OutsideLog(Exception):
    """The log does not hold that instant.

    Operator: nothing to do. `held` is what it holds.
    """

    def __init__(self, held: HeldSpan) -> None:
        super().__init__("outside of what the log holds")
        self.held = held


class Look:
    """One look: its number, its floor, its feed, how many look, and since when nobody does, on the
    wall clock."""

    def __init__(self, number: int, floor: PastFloor, feed: Feed) -> None:
        self.number = number
        self.floor = floor
        self.feed = feed
        self.lookers = 0
        self.idle_since: int | None = None


class Looks:
    """All looks of a dashboard. Any thread may ask. `board` is the live board of alerts, and `now`
    the wall clock."""

    def __init__(
        self,
        past: Past | None,
        *,
        board: Callable[[], Board | None],
        screens: ScreensFollowed,
        now: Callable[[], datetime],
    ) -> None:
        self._past = past
        self._board = board
        self._screens = screens
        self._now = now
        self._lock = Lock()
        self._looks: list[Look] = []
        self._held: tuple[int, HeldSpan] | None = None
        self._closed = False
        self._opened_count = 0

    @property
    def there(self) -> bool:
        """Whether there is a past to look at."""
        return self._past is not None

    def __len__(self) -> int:
        """How many looks are looked at."""
        with self._lock:
            return sum(look.lookers > 0 for look in self._looks)

    def viewers(self) -> int:
        """How many are sent frames of the past."""
        with self._lock:
            return sum(len(look.feed.viewers) for look in self._looks)

    def held(self) -> HeldSpan:
        """What can be looked at, as known for some seconds. It may take long, and raises whatever
        reading the log does."""
        assert self._past is not None
        known, wall = self._held, self._wall()
        if known is not None and 0 <= wall - known[0] < HELD_KNOWN_US:
            return known[1]
        held = self._past.held()
        self._held = wall, held
        return held

    def enter(self, at: int, speed: float) -> Look:
        """A look that shows that instant, and plays on from it, for one more who looks. Raises
        `OutsideLog`, `NoRoom`, and whatever reading the log does."""
        held = self.held()
        # What is asked for as now may be a little past what was known as now.
        if held.since is None or not held.since <= at <= held.until + HELD_KNOWN_US:
            raise OutsideLog(held)
        with self._lock:
            look = self._shared(at, speed) or self._reused(at, speed) or self._opened(at, speed)
            look.lookers += 1
            look.idle_since = None
        return look

    def look_of(self, number: int) -> Look | None:
        """A look that is looked at; None where it is not any more."""
        with self._lock:
            found = (look for look in self._looks if look.number == number and look.lookers)
            return next(found, None)

    def leave(self, look: Look) -> None:
        """One looks no more. A look that nobody looks at stands still."""
        with self._lock:
            look.lookers -= 1
            if look.lookers:
                return
            look.idle_since = self._wall()
            state = look.floor.state()
            # Before anybody else may have it, or whoever comes next would be stopped.
            if state.ready and state.speed:
                look.floor.seek(state.at, 0.0)

    def sweep(self) -> None:
        """End the looks that nobody has looked at for a while."""
        wall = self._wall()
        with self._lock:
            over = [look for look in self._looks if _idle_for(look, wall) >= IDLE_US]
            self._looks = [look for look in self._looks if look not in over]
        _end(over)

    def close(self) -> None:
        """End all of them."""
        with self._lock:
            self._closed = True
            over, self._looks = self._looks, []
        _end(over)

    def _shared(self, at: int, speed: float) -> Look | None:
        """One that shows the same and is looked at."""
        for look in self._looks:
            state = look.floor.state()
            apart = state.at - at
            same = apart == 0 if not speed else 0 <= apart <= TOGETHER_US
            if look.lookers and not state.dead and state.speed == speed and same:
                return look
        return None

    def _reused(self, at: int, speed: float) -> Look | None:
        """One that nobody looks at, of those the nearest; None where all are looked at. It is taken
        before another is opened, however far it is: what it has read may be of use, and a process
        is not."""
        idle = [look for look in self._looks if not look.lookers]
        # One that is dead has nothing read, and begins anew where there is no other.
        idle = [look for look in idle if not look.floor.state().dead] or idle
        if not idle:
            return None
        nearest = min(idle, key=lambda look: look.floor.distance(at))
        nearest.floor.seek(at, speed)
        nearest.feed.forget()
        return nearest

    def _opened(self, at: int, speed: float) -> Look:
        if len(self._looks) >= LOOKS_MAX or self._closed:
            raise NoRoom
        assert self._past is not None
        floor = self._past.open()
        floor.seek(at, speed)
        alerts = PastAlerts(self._board, lambda: floor.state().at)
        self._opened_count += 1
        number = self._opened_count
        past = PastShown(number, floor.state)
        feed = Feed(floor, now=self._now, alerts=alerts, screens=self._screens, past=past)
        look = Look(number, floor, feed)
        self._looks.append(look)
        feed.start()
        _log.info("past_opened", looks=len(self._looks))
        return look

    def _wall(self) -> Instant:
        return from_datetime(self._now())


def _idle_for(look: Look, wall: int) -> int:
    return 0 if look.idle_since is None else wall - look.idle_since


def _end(looks: list[Look]) -> None:
    """End them in a thread: a feed may be waiting for its floor."""

    def run() -> None:
        for look in looks:
            look.floor.close()
            look.feed.stop()

    if looks:
        Thread(target=run, name="floorwatch-past-ending", daemon=True).start()


_log: Any = structlog.get_logger(__name__)
