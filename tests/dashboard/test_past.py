"""Looks at the past: who may have one, and how it stands for whoever comes next."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from threading import Event, Thread
from typing import Any, Final

from dashboard.build import ScreensFollowed
from dashboard.past import Looks
from stream.contract.figures import NoPicture
from stream.contract.instants import MINUTE_US
from stream.contract.past import HeldSpan, PastState

FIRST: Final = 100 * MINUTE_US
NOW: Final = 200 * MINUTE_US
# How long somebody who wants a look is given to take it too early.
TOO_EARLY_S: Final = 0.3


class _Floor:
    """A floor that is at once where it is wound to; `stopped` is called as it is being stopped."""

    def __init__(self) -> None:
        self.wished = 0, 0.0
        self.stopped: Callable[[], None] | None = None
        self.closed = Event()

    def seek(self, at: int, speed: float) -> None:
        if not speed and self.stopped is not None:
            self.stopped()
        self.wished = at, speed

    def state(self) -> PastState:
        return PastState(*self.wished, ready=True)

    def distance(self, at: int) -> int:
        return abs(at - self.wished[0])

    def follow(self, timeout_s: float) -> bool:
        return self.closed.wait(timeout_s)

    def picture(self, window: str, *, agents: bool = False) -> Any:
        raise NoPicture(window if agents else "nothing is read")

    def close(self) -> None:
        self.closed.set()


class _Past:
    """A past of two hours with one floor."""

    def __init__(self, floor: Any) -> None:
        self._floor = floor

    def held(self) -> HeldSpan:
        return HeldSpan(FIRST, NOW)

    def open(self) -> Any:
        return self._floor


def test_a_look_is_stopped_before_another_may_have_it() -> None:
    """Who comes as the one before leaves has it play on from where they asked for."""
    floor = _Floor()
    past: Any = _Past(floor)
    looks = Looks(
        past,
        board=lambda: None,
        screens=ScreensFollowed("", None),
        now=lambda: datetime.fromtimestamp(NOW / 1_000_000, UTC),
    )
    look = looks.enter(FIRST, 1.0)
    next_one = Thread(target=looks.enter, args=(FIRST + MINUTE_US, 2.0))

    def come() -> None:
        next_one.start()
        next_one.join(TOO_EARLY_S)

    floor.stopped = come
    looks.leave(look)
    next_one.join()
    floor.stopped = None

    assert (floor.wished, look.lookers) == ((FIRST + MINUTE_US, 2.0), 1)
    looks.close()
