"""Playing simulated time against the wall clock: what is due when, and how far behind we are."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Generic, Protocol, TypeVar

from stream.contract.instants import SECOND_US, Instant

BATCH_EVENTS_MAX: Final = 2_000
# A batch is given at least this often, empty if need be, so that the caller can look up.
TICK_US: Final = SECOND_US // 4
# Events are due to the wall's tick of this size: fine enough for eyes, coarse enough to batch.
GRAIN_US: Final = SECOND_US // 50


@dataclass(frozen=True, slots=True)
class Pace:
    """How the floor's time runs against the wall's: pure arithmetic."""

    speed: float
    anchor_floor: int
    anchor_wall: int

    def wall_at(self, floor: int) -> int:
        """When, on the wall clock, a moment of the floor is due."""
        return self.anchor_wall + round((floor - self.anchor_floor) / self.speed)

    def floor_at(self, wall: int) -> Instant:
        """The floor's moment that the wall clock has reached."""
        return Instant(self.anchor_floor + round((wall - self.anchor_wall) * self.speed))


class Timed(Protocol):
    """Anything that is due at a moment of the floor, in microseconds."""

    @property
    def time(self) -> int: ...


Item = TypeVar("Item", bound=Timed)


@dataclass(frozen=True, slots=True)
class Due(Generic[Item]):
    """Events whose time has come, and by how much of the wall's time the oldest is late."""

    events: list[Item]
    lag_us: int


def paced(
    events: Iterable[Item],
    *,
    now: Callable[[], int],
    speed: float,
    anchor_floor: int,
    anchor_wall: int,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[Due[Item]]:
    """Give events in batches as they fall due; `now` is the wall clock in microseconds.

    A batch comes at least every quarter of a second, empty if nothing is due. One that comes
    late says so in `lag_us` (up to 20 ms is the grain, not lag); nothing is ever skipped, so a
    floor that fell behind catches up.
    """
    if speed <= 0:
        raise ValueError("speed must be above 0")
    pace = Pace(speed, anchor_floor, anchor_wall)
    batch: list[Item] = []
    for event in events:
        due_at = pace.wall_at(event.time)
        while batch and (len(batch) >= BATCH_EVENTS_MAX or due_at > now()):
            yield _due(batch, pace, now())
            batch = []
        while (wait_us := due_at - now()) > 0:
            sleep(min(max(wait_us, GRAIN_US), TICK_US) / SECOND_US)
            if due_at > now():
                yield Due([], 0)
        batch.append(event)
    if batch:
        yield _due(batch, pace, now())


def _due(batch: list[Item], pace: Pace, now: int) -> Due[Item]:
    return Due(batch, max(0, now - pace.wall_at(batch[0].time)))


def rest() -> None:
    """Wait for a grain's time: what is due within it goes together."""
    time.sleep(GRAIN_US / SECOND_US)
